import { describe, expect, it } from 'vitest';
import { MissionControl } from './mission-control.ts';
import { type BimodalSettings, DEFAULT_SETTINGS } from './options.ts';
import { attemptCost } from './payment-session.ts';
import { BimodalEstimator } from './probability-bimodal.ts';

const DAY_US = 86_400_000_000;
const C = 1_000_000_000;

function known(settings: Partial<BimodalSettings>, ...facts: ((control: MissionControl) => void)[]) {
  const estimator = new BimodalEstimator({ ...DEFAULT_SETTINGS.bimodal, ...settings });
  const control = new MissionControl();
  for (const fact of facts) fact(control);
  return (amount: number, nowUs: number, to = 2, capacity = C): number =>
    estimator.pair(control, control.group(1), to, amount, capacity, nowUs);
}

const succeed =
  (to: number, amount: number, at = 0) =>
  (c: MissionControl) =>
    c.succeed(1, to, amount, at);
const fail =
  (to: number, amount: number, at = 0) =>
  (c: MissionControl) =>
    c.fail(1, to, amount, at);

describe('the bimodal estimator', () => {
  const estimator = new BimodalEstimator(DEFAULT_SETTINGS.bimodal);

  it.each([
    [C, 1e8, 0.8457],
    [C, 5e8, 0.5],
    [C, 9e8, 0.1543],
    [5e9, 1e8, 0.85827],
  ])('of capacity %d takes %d to pass with %d', (capacity, amount, probability) => {
    expect(estimator.untried(amount, capacity)).toBeCloseTo(probability, 4);
  });

  it('knows the ends: nothing passes for certain, the capacity does not', () => {
    expect(estimator.untried(0, C)).toBe(1);
    expect(estimator.untried(C, C)).toBe(0);
    expect(estimator.untried(C + 1, C)).toBe(0);
    // Without a capacity nothing can be said.
    expect(estimator.untried(1000, 0)).toBe(0);
  });

  it('cuts the distribution at what failed and at what passed', () => {
    // A microsecond later, since results are never younger.
    expect(known({}, fail(2, 5e8))(2.5e8, 1)).toBeCloseTo(0.36555, 4);
    expect(known({}, succeed(2, 2.5e8))(5e8, 1)).toBeCloseTo(0.7323, 4);
    const both = known({}, succeed(2, 2e8), fail(2, 6e8));
    expect(both(2e8 - 1, 1)).toBe(1);
    // Within a microsecond a bound gives way by a millisatoshi.
    expect(both(6e8 + 1, 1)).toBe(0);
    // What is left of the lower end lies between 200 and 600 million: (F(6e8) − F(4e8)) / (F(6e8) − F(2e8)).
    const F = (x: number): number => -Math.exp(-x / 3e8) + Math.exp((x - C) / 3e8);
    expect(both(4e8, 1)).toBeCloseTo((F(6e8) - F(4e8)) / (F(6e8) - F(2e8)), 6);
  });

  it('takes a failure for any amount seriously, also at the instant at which it happened', () => {
    const any = known({}, fail(2, 0));
    for (const nowUs of [0, 1, 1000, 1_000_000]) expect(any(C / 1000, nowUs)).toBe(0);
    // After a day an eighth of the capacity is open again.
    expect(any(0.13 * C, DAY_US)).toBeGreaterThan(0);
    expect(any(0.14 * C, DAY_US)).toBe(0);
  });

  it('forgets over days', () => {
    const e = Math.E;
    const passed = known({ nodeWeight: 0 }, succeed(2, 5e8));
    expect(passed(Math.floor(5e8 / e) - 1, 7 * DAY_US)).toBe(1);
    expect(passed(Math.ceil(5e8 / e) + 10, 7 * DAY_US)).toBeLessThan(1);
    const failed = known({ nodeWeight: 0 }, fail(2, 5e8));
    expect(failed(C - Math.floor(5e8 / e), 7 * DAY_US)).toBe(0);
    expect(failed(C - Math.ceil(5e8 / e) - 10, 7 * DAY_US)).toBeGreaterThan(0);
  });

  it('drops what contradicts itself or the capacity', () => {
    // A success above the capacity contradicts that the capacity cannot be sent.
    expect(known({}, succeed(2, 4 * C))(3e8, 1)).toBe(estimator.untried(3e8, C));
    expect(known({}, fail(2, 4 * C))(5e8, 1)).toBeCloseTo(0.5, 6);
  });

  it('counts the other channels of the node, but not against fresh knowledge of the pair', () => {
    const others = [succeed(3, 1e6), succeed(4, 1e6), fail(5, 1e6)];
    // (d + 2w) / (1 + 3w) with d = 0.5 and w = 0.2.
    expect(known({}, ...others)(5e8, 1)).toBeCloseTo(0.9 / 1.6, 6);
    // Failures for any amount are not counted.
    expect(known({}, ...others, fail(6, 0))(5e8, 1)).toBeCloseTo(0.9 / 1.6, 6);
    expect(known({ nodeWeight: 0 }, ...others)(5e8, 1)).toBeCloseTo(0.5, 6);
    const fresh = known({}, ...others, fail(2, 6e8, 6 * DAY_US));
    expect(fresh(6e8 + 1, 6 * DAY_US + 1)).toBe(0);
    const stale = known({}, ...others.map((fact) => fact), fail(2, 6e8));
    const faded = Math.exp(-8 / 7) * 0.2;
    const direct = known({ nodeWeight: 0 }, fail(2, 6e8))(5e8, 8 * DAY_US);
    expect(stale(5e8, 8 * DAY_US)).toBeCloseTo((direct + 2 * faded) / (1 + 3 * faded), 9);
    // Asked twice at the same instant it says the same.
    expect(stale(5e8, 8 * DAY_US, 7)).toBe(stale(5e8, 8 * DAY_US, 7));
  });

  it('trusts the own channels but for an unexpected failure', () => {
    expect(estimator.local(null, -1, 0)).toBe(1);
    const control = new MissionControl();
    control.fail(0, 1, 1000, 0);
    const entry = control.find(0, 1);
    expect(estimator.local(control, entry, 0)).toBeLessThan(1e-9);
    expect(estimator.local(control, entry, 7 * DAY_US)).toBeCloseTo(1 - 1 / Math.E, 9);
  });
});

describe('the cost of an attempt', () => {
  it('follows the time preference, which never makes it nothing or infinite', () => {
    const cost = (timePreference: number): number => attemptCost({ ...DEFAULT_SETTINGS, timePreference }, 100_000_000);
    expect(cost(0)).toBe(200_000);
    expect(cost(1)).toBeCloseTo(200_000 * 19, 3);
    expect(cost(-1)).toBeCloseTo(200_000 / 19, 3);
    expect(cost(0.5)).toBeCloseTo(200_000 * (1 / 0.275 - 1), 3);
  });
});
