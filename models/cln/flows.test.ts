/**
 * What fits into a way, against the definition: the most is what every channel takes of and one msat more is not, the least
 * likewise (cln:plugins/askrene/child/refine.c:path_max_deliverable, path_min_deliverable).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FakeChannel, FakeHost } from '../lnd/testing/fake-host.ts';
import { amountsOf, type Flow, fits, flowDelay, flowFee, leastDeliverable, mostDeliverable, reserve } from './flows.ts';
import { KnowledgeLayer } from './knowledge-layer.ts';
import { PrivateLayer } from './private-layer.ts';
import { SenderNetwork } from './sender-network.ts';

/** A line of channels from 0 on, as node 0 sees it. */
function line(channels: readonly Omit<FakeChannel, 'a' | 'b'>[], layer: KnowledgeLayer | null = null) {
  const host = new FakeHost(
    channels.length + 1,
    channels.map((channel, i) => ({ ...channel, a: i, b: i + 1 })),
  );
  const network = new SenderNetwork(host);
  const own = new PrivateLayer();
  const query = { source: 0, destination: channels.length, layer, reservations: null, own };
  network.load({ ...query, outgoingEdges: null, lastHop: -1 });
  const flow = (deliversMsat: number): Flow => ({ edges: channels.map((_, i) => 2 * i), deliversMsat });
  return { network, flow };
}

const big = { capacitySat: 10_000_000 };

describe('a way', () => {
  const { network, flow } = line([
    big,
    { ...big, ab: { base: 1000, ppm: 100, delta: 34 } },
    { ...big, ab: { base: 5, ppm: 1_000, delta: 80 } },
  ]);

  it('carries fees of all channels but the sender’s own', () => {
    // 1,000,000 + 5 + 1000, and on that 1000 and 100 ppm, rounded down: 100.1005.
    expect(amountsOf(network, flow(1_000_000))).toEqual([1_002_105, 1_001_005, 1_000_000]);
    expect(flowFee(network, flow(1_000_000))).toBe(2105);
    expect(flowDelay(network, flow(1_000_000))).toBe(114);
    expect(flowFee(network, flow(0))).toBe(1005);
  });

  it('is reserved with what an HTLC on the own channel costs besides, and given back', () => {
    const one = flow(1_000_000);
    const before = one.edges.map((edge) => network.most(edge));
    reserve(network, one, 1);
    // BOLT 3: an HTLC's output weighs 172; 253 · 172 / 1000 sat, cut off.
    const htlc = 43_000;
    // Once something is known of a channel its capacity counts exactly.
    expect(one.edges.map((edge) => network.most(edge))).toEqual([
      (before[0] as number) - 1_002_105 - htlc,
      10_000_000_000 - 1_001_005,
      10_000_000_000 - 1_000_000,
    ]);
    reserve(network, one, -1);
    expect(one.edges.map((edge) => network.most(edge))).toEqual([before[0], 10_000_000_000, 10_000_000_000]);
    expect(fits(network, flow(mostDeliverable(network, one)))).toBe(true);
    expect(fits(network, flow(mostDeliverable(network, one) + 1))).toBe(false);
  });
});

const channel = fc.record({
  capacitySat: fc.integer({ min: 1000, max: 20_000_000 }),
  ab: fc.record({
    base: fc.oneof(fc.constant(0), fc.nat(10_000)),
    ppm: fc.oneof(fc.constant(0), fc.nat(5000)),
    min: fc.oneof(fc.constant(0), fc.nat(3_000_000)),
    max: fc.oneof(fc.constant(20_000_000_000), fc.integer({ min: 1, max: 2_000_000_000 })),
  }),
});
const known = fc.option(fc.tuple(fc.nat(5), fc.nat(1_000_000_000)), { nil: null });

it('delivers the most that every channel takes', () => {
  let bounded = 0;
  fc.assert(
    fc.property(fc.array(channel, { minLength: 1, maxLength: 6 }), known, (channels, bound) => {
      const layer = new KnowledgeLayer();
      if (bound !== null) layer.atMost(2 * (bound[0] % channels.length), bound[1], 0);
      const { network, flow } = line(channels, layer);
      const takes = (msat: number): boolean => {
        const one = flow(msat);
        const amounts = amountsOf(network, one);
        return one.edges.every((edge, i) => {
          const amount = amounts[i] as number;
          return amount <= network.maxHtlc(edge) && amount <= network.most(edge);
        });
      };
      const most = mostDeliverable(network, flow(0));
      expect(most).toBeGreaterThanOrEqual(0);
      if (most > 0) expect(takes(most)).toBe(true);
      expect(takes(most + 1)).toBe(false);
      if (most > 0) bounded++;
    }),
    { numRuns: 500 },
  );
  expect(bounded).toBeGreaterThan(100);
});

it('delivers the least that makes every HTLC large enough', () => {
  fc.assert(
    fc.property(fc.array(channel, { minLength: 1, maxLength: 6 }), (channels) => {
      const { network, flow } = line(channels);
      const large = (msat: number): boolean => {
        const one = flow(msat);
        const amounts = amountsOf(network, one);
        return one.edges.every((edge, i) => (amounts[i] as number) >= network.minHtlc(edge));
      };
      const least = leastDeliverable(network, flow(0));
      expect(least).toBeGreaterThanOrEqual(1);
      expect(large(least)).toBe(true);
      if (least > 1) expect(large(least - 1)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
