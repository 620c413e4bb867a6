import { describe, expect, it } from 'vitest';
import { FAILURE } from '../failure.ts';
import { OUTCOME, RECORD } from '../records.ts';
import { TestRun } from '../testing/network.ts';
import { BUCKET, Buckets } from './buckets.ts';
import { DEFENCE } from './defences.ts';
import type { ReputationSettings } from './options.ts';
import { type ForwardQuestion, opportunityCost, Reputation, type TrackedForward } from './reputation.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const SETTINGS: ReputationSettings = {
  generalPercent: 40,
  congestionPercent: 20,
  resolutionUs: 90 * SECOND,
  revenueWindowUs: 14 * DAY,
  reputationWindowUs: 12 * 14 * DAY,
  revenueWindows: 6,
  blockUs: 600 * SECOND,
};
const CAPACITY = 1_000_000_000;
const buckets = (slots: number, change: Partial<ReputationSettings> = {}): Buckets =>
  new Buckets(3, slots, CAPACITY, { ...SETTINGS, ...change }, [11, 12]);

describe('buckets', () => {
  it('share slots and liquidity 40 : 20 : 40, and give a pair a twentieth of the general slots, five at least', () => {
    const b = buckets(483);
    expect([b.general.length, b.congestion.slots, b.protected.slots]).toEqual([193, 96, 194]);
    expect(b.protected.liquidityMsat + b.congestion.liquidityMsat).toBe(CAPACITY * 0.6);
    let held = 0;
    while (b.hasGeneral(9, 1000)) b.take(BUCKET.general, 9, held++, 1000);
    expect(held).toBe(9);
    const small = buckets(114);
    held = 0;
    while (small.hasGeneral(9, 1000)) small.take(BUCKET.general, 9, held++, 1000);
    expect([small.general.length, held]).toEqual([45, 5]);
  });

  it('are all general where a pair would have fewer than five slots', () => {
    const b = buckets(12);
    expect([b.general.length, b.congestion.slots, b.protected.slots]).toEqual([12, 0, 0]);
  });

  it('take a general slot for each share of the liquidity that an HTLC has begun', () => {
    const b = buckets(483);
    const slotMsat = Math.floor((CAPACITY * 0.4) / 193);
    b.take(BUCKET.general, 9, 50, 2 * slotMsat + 1);
    expect([b.slotsOf(9, 50).length, b.generalUsed]).toEqual([3, 3]);
    expect([b.hasGeneral(9, 6 * slotMsat), b.hasGeneral(9, 6 * slotMsat + 1)]).toEqual([true, false]);
    b.free(BUCKET.general, 9, 50, 2 * slotMsat + 1, false, 0);
    expect(b.generalUsed).toBe(0);
  });

  it('assign different slots to each pair, always the same ones', () => {
    const used = (out: number): number[] => {
      const b = buckets(483);
      for (let h = 0; h < 9; h++) b.take(BUCKET.general, out, h, 1000);
      return Array.from(b.general.keys()).filter((slot) => b.general[slot] !== -1);
    };
    expect(used(1)).toHaveLength(9);
    expect(used(1)).toEqual(used(1));
    expect(used(1)).not.toEqual(used(2));
  });

  it('open the congestion bucket only when no general slot is left, once for each pair, and not after a misuse', () => {
    const b = buckets(483);
    expect(b.hasCongestion(1, 1000, 0, DAY)).toBe(false);
    b.general.fill(999);
    b.generalUsed = b.general.length;
    expect(b.hasCongestion(1, 1000, 0, DAY)).toBe(true);
    expect(b.hasCongestion(1, b.congestion.liquidityMsat / b.congestion.slots, 0, DAY)).toBe(false);
    b.take(BUCKET.congestion, 1, 5, 1000);
    expect([b.hasCongestion(1, 1000, 0, DAY), b.hasCongestion(2, 1000, 0, DAY)]).toEqual([false, true]);
    b.free(BUCKET.congestion, 1, 5, 1000, true, 7);
    expect([b.hasCongestion(1, 1000, DAY, DAY), b.hasCongestion(1, 1000, DAY + 7, DAY)]).toEqual([false, true]);
  });
});

describe('reputation', () => {
  const question = (change: Partial<ForwardQuestion> = {}): ForwardQuestion => ({
    in: 3,
    out: 4,
    slots: 483,
    liquidityMsat: CAPACITY,
    amountMsat: 1000,
    feeMsat: 1000,
    blocks: 3,
    accountable: true,
    ...change,
  });
  const forward = (change: Partial<TrackedForward>): TrackedForward => ({
    htlc: 1,
    bucket: BUCKET.general,
    accountable: false,
    in: 3,
    out: 4,
    amountMsat: 1000,
    feeMsat: 1000,
    riskMsat: 0,
    addedUs: 0,
    ...change,
  });
  const reputation = (): Reputation => new Reputation(SETTINGS, [1, 2], 0, 10);
  const figures = (r: Reputation, channel: number): readonly number[] =>
    r.capture().channels.find(([c]) => c === channel) ?? [];

  it('costs the fee once more for each further resolution period', () => {
    expect([0, 90, 135, 180, 270].map((s) => opportunityCost(s * SECOND, 90 * SECOND, 1000))).toEqual([
      0, 0, 500, 1000, 2000,
    ]);
  });

  it.each([
    ['not accountable, in time', false, true, 90, 1000],
    ['not accountable, late', false, true, 91, 0],
    ['not accountable, failed', false, false, 500, 0],
    ['accountable, in time', true, true, 90, 1000],
    ['accountable, late', true, true, 270, -1000],
    ['accountable, failed late', true, false, 270, -2000],
    ['accountable, failed in time', true, false, 10, 0],
  ])('counts the effective fee of an HTLC that is %s', (_, accountable, succeeded, seconds, effective) => {
    const r = reputation();
    const f = forward({ accountable, riskMsat: accountable ? 19_000 : 0 });
    r.begin(f, 483, CAPACITY);
    r.end(f, succeeded, seconds * SECOND);
    expect(figures(r, 4)[1] ?? 0).toBe(effective);
    expect(figures(r, 3)[3] ?? 0).toBe(succeeded ? 1000 : 0);
  });

  it('must outweigh the revenue of the incoming channel, what is in flight, and the HTLC itself', () => {
    // Held for 3 blocks an HTLC of this fee costs 1000 · (1800 − 90) / 90 = 19,000 msat.
    const r = reputation();
    expect(r.risk(question())).toBe(19_000);
    expect(r.decide(question(), 0)).toBe(BUCKET.none);
    for (let i = 0; i < 19; i++) {
      // Earned by way of another incoming channel.
      const f = forward({ htlc: i, in: 5 });
      r.begin(f, 483, CAPACITY);
      r.end(f, true, 0);
    }
    expect(r.decide(question(), 0)).toBe(BUCKET.protected);
    r.begin(forward({ htlc: 40, accountable: true, riskMsat: 1, bucket: BUCKET.protected }), 483, CAPACITY);
    expect(r.decide(question(), 0)).toBe(BUCKET.none);
  });

  it('decays by e in its window, and revenue is averaged over as much of its window as has passed', () => {
    const r = reputation();
    const f = forward({ feeMsat: 1_000_000, in: 5 });
    r.begin(f, 483, CAPACITY);
    r.end(f, true, 0);
    r.decide(question(), SETTINGS.reputationWindowUs);
    expect(figures(r, 4)[1]).toBeCloseTo(1_000_000 * Math.exp(-1), 5);
    // One fee in the first window: on the average of six windows, warmed up for one, about that fee.
    const s = reputation();
    const g = forward({ feeMsat: 1_000_000, addedUs: SETTINGS.revenueWindowUs });
    s.begin(g, 483, CAPACITY);
    s.end(g, true, SETTINGS.revenueWindowUs);
    // 1,000,000 / (6 · (1 − e^(−1/6))) = 1,085,… msat is the threshold, which the fee itself does not reach.
    expect(s.decide(question({ feeMsat: 0 }), SETTINGS.revenueWindowUs)).toBe(BUCKET.none);
  });
});

describe('a node with buckets', () => {
  it('fails a flood between two channels beyond their general slots, while another pair gets through', () => {
    const run = new TestRun({
      nodes: [{}, { options: { defence: { reputation: {} } } }, {}, {}],
      channels: [
        { node0: 0, node1: 1 },
        { node0: 1, node1: 2 },
        { node0: 1, node1: 3 },
      ],
      payments: [
        ...Array.from({ length: 40 }, () => ({ source: 0, destination: 2, amountMsat: 100_000, activity: 0 })),
        { source: 0, destination: 3, amountMsat: 100_000, activity: 1 },
      ],
      profiles: [{ method: 'invoice', holdUs: 600 * SECOND, timeoutUs: SECOND, settles: false }, { method: 'invoice' }],
    });
    for (let i = 0; i < 40; i++) run.simulation.pay(i);
    run.until(20);
    expect(run.simulation.world.channels.offeredCount[2]).toBe(9);
    expect(run.of(RECORD.defence).every((r) => r[4] === DEFENCE.resources)).toBe(true);
    for (const [, , , hop, code] of run.of(RECORD.attemptFailed)) {
      expect([hop, code]).toEqual([1, FAILURE.temporary_channel_failure]);
    }
    run.simulation.pay(40);
    run.until(30);
    expect(run.results.at(-1)).toMatchObject({ payment: 40, outcome: OUTCOME.Success });
    run.until(1000);
    expect(run.simulation.brokenInvariant()).toBeNull();
    expect(run.simulation.world.htlcs.live).toBe(0);
    expect(run.simulation.capture().defences?.forwards).toEqual([]);
  });
});
