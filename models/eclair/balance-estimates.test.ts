import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { type FakeChannel, FakeHost } from '../lnd/testing/fake-host.ts';
import { type BalanceEstimate, EstimateRules, unknownBalance } from './balance-estimate.ts';
import { BalanceEstimates } from './balance-estimates.ts';

const C = 1_000_000_000;
const DAY = 86_400;
const rules = new EstimateRules(DAY);
const blank = unknownBalance(C);

describe('an estimate', () => {
  const p = (e: BalanceEstimate, amount: number, at: number): number => rules.canSend(e, C, amount, at);

  it('is a straight line before anything is known', () => {
    expect([0, C / 4, C / 2, C].map((amount) => p(blank, amount, 1000))).toEqual([1, 0.75, 0.5, 0]);
    expect(rules.slope(blank, C, C / 2, 1000)).toBe(-1 / C);
  });

  it('knows an upper bound after a failure, which fades', () => {
    const e = rules.couldNotSend(blank, C, C / 2, 1000);
    expect(e).toEqual({ ...blank, highMsat: C / 2, highS: 1000 });
    expect([C / 4, C / 2, 0.75 * C].map((amount) => p(e, amount, 1000))).toEqual([0.5, 0, 0]);
    // After a half-life half of the way back to the straight line: 0.25 at the bound.
    expect(p(e, C / 2, 1000 + DAY)).toBeCloseTo(0.25, 12);
    expect(p(e, C / 4, 1000 + DAY)).toBeCloseTo((1 + 0.25) / 2, 12);
    expect(p(e, 0.75 * C, 1000 + DAY)).toBeCloseTo(0.125, 12);
    expect(p(e, C / 2, 1000 + 100 * DAY)).toBeCloseTo(0.5, 12);
  });

  it('knows a lower bound after something passed', () => {
    const e = rules.couldSend(blank, C, C / 2, 1000);
    expect(e).toEqual({ ...blank, lowMsat: C / 2, lowS: 1000 });
    expect([C / 4, C / 2, 0.75 * C].map((amount) => p(e, amount, 1000))).toEqual([1, 1, 0.5]);
    expect(p(e, C / 2, 1000 + DAY)).toBeCloseTo(0.75, 12);
    expect(rules.slope(e, C, C / 4, 1000 + DAY)).toBeCloseTo(-0.25 / (C / 2), 18);
  });

  it('gives up a bound that proves wrong', () => {
    const low = rules.couldSend(blank, C, C / 2, 1000);
    expect(rules.couldNotSend(low, C, C / 4, 2000)).toEqual({ lowMsat: 0, lowS: 2000, highMsat: C / 4, highS: 2000 });
    const high = rules.couldNotSend(blank, C, C / 2, 1000);
    expect(rules.couldSend(high, C, 0.75 * C, 2000)).toEqual({
      lowMsat: 0.75 * C,
      lowS: 2000,
      highMsat: C,
      highS: 2000,
    });
    // A fresh bound stands against a higher one; an old one does not.
    expect(rules.couldNotSend(high, C, 0.6 * C, 1001)).toBe(high);
    expect(rules.couldNotSend(high, C, 0.6 * C, 1000 + 30 * DAY)).toMatchObject({ highMsat: 0.6 * C });
  });

  it('moves with what was sent', () => {
    const e = rules.couldNotSend(rules.couldSend(blank, C, 0.3 * C, 1000), C, 0.8 * C, 1000);
    expect(rules.didSend(e, C, 0.2 * C, 1000, true)).toMatchObject({
      lowMsat: 0.3 * C - 0.2 * C,
      highMsat: 0.8 * C - 0.2 * C,
    });
    expect(rules.didSend(e, C, 0.4 * C, 1000, false)).toMatchObject({ lowMsat: 0, highMsat: 0.8 * C });
    expect(rules.didReceive(e, C, 0.1 * C, 1000, true)).toMatchObject({ lowMsat: 0.4 * C, highMsat: 0.9 * C });
    // Nothing was known: what was sent is not there any more.
    expect(rules.didSend(blank, C, 0.2 * C, 1000, true)).toMatchObject({ highMsat: 0.8 * C, highS: 1000 });
  });
});

describe('the estimates of a node', () => {
  const channels: FakeChannel[] = [
    { a: 0, b: 1, capacitySat: 1_000_000 },
    { a: 0, b: 1, capacitySat: 4_000_000 },
    { a: 1, b: 2, capacitySat: 1_000_000 },
  ];

  it('are kept by pair of nodes, with the largest channel as capacity', () => {
    const estimates = new BalanceEstimates(new FakeHost(3, channels).graph, DAY);
    estimates.couldNotSend(0, C, 10);
    expect([estimates.canSend(0, C, 10), estimates.canSend(2, C, 10), estimates.canSend(1, C, 10)]).toEqual([
      0, 0, 0.75,
    ]);
    estimates.didSend(4, C / 2, 10);
    expect(estimates.canSend(5, C / 2, 10)).toBe(1);
    expect(estimates.canSend(4, C / 2, 10)).toBe(0);
  });

  it('follow what happens to the channels', () => {
    const { graph } = new FakeHost(3, channels);
    const estimates = new BalanceEstimates(graph, DAY);
    estimates.couldNotSend(4, C / 2, 10);
    estimates.couldNotSend(0, 2 * C, 10);
    expect(estimates.canSend(4, C / 2, 10)).toBe(0);
    // A new policy raises the upper bound to the capacity again.
    graph.version[4] = 1;
    expect(estimates.canSend(4, C / 2, 10)).toBe(0.5);
    // Without the large channel there is only the capacity of the small one.
    graph.disabled[2] = 1;
    expect(estimates.canSend(0, C / 2, 10)).toBe(0.5);
    graph.disabled[0] = 1;
    expect(() => estimates.couldSend(0, 1, 10)).not.toThrow();
  });

  it('come back from what they wrote', () => {
    const { graph } = new FakeHost(3, channels);
    const estimates = new BalanceEstimates(graph, DAY);
    estimates.couldNotSend(4, C / 2, 10);
    estimates.couldSend(0, C, 70_000);
    const state = JSON.parse(JSON.stringify(estimates.capture())) as Json;
    expect((state as readonly Json[]).length).toBe(2);
    const restored = new BalanceEstimates(graph, DAY);
    restored.restore(state);
    expect(restored.capture()).toEqual(state);
    expect(restored.canSend(0, 2 * C, 90_000)).toBe(estimates.canSend(0, 2 * C, 90_000));
  });
});
