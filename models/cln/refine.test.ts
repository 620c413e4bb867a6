/** Flows made exact: tables worked out by hand from cln:plugins/askrene/child/refine.c, and laws over random networks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FakeChannel, FakeHost } from '../lnd/testing/fake-host.ts';
import { amountsOf, type Flow, leastDeliverable, mostDeliverable, totalDelivered } from './flows.ts';
import { PrivateLayer } from './private-layer.ts';
import { increase, reduceTo, refine, removeExcess, squash } from './refine.ts';
import { SenderNetwork } from './sender-network.ts';

const RUNS = Number(process.env.BLAST_PROPERTY_RUNS ?? 300);

function networkOf(channels: readonly FakeChannel[]): SenderNetwork {
  const nodes = 1 + Math.max(...channels.flatMap(({ a, b }) => [a, b]));
  const network = new SenderNetwork(new FakeHost(nodes, channels));
  const query = { source: 0, destination: nodes - 1, layer: null, reservations: null, own: new PrivateLayer() };
  network.load({ ...query, outgoingEdges: null, lastHop: -1 });
  return network;
}

const flows = (...amounts: readonly number[]): Flow[] =>
  amounts.map((deliversMsat, i) => ({ edges: [4 * i, 4 * i + 2], deliversMsat }));
const delivered = (list: readonly Flow[]): readonly number[] => list.map(({ deliversMsat }) => deliversMsat);

/** So many ways from 0 to the last node over one node each; way i has the edges 4i and 4i + 2. */
function ways(...seconds: readonly Partial<FakeChannel>[]): SenderNetwork {
  const last = seconds.length + 1;
  return networkOf(
    seconds.flatMap((second, i) => [
      { a: 0, b: i + 1, capacitySat: 10_000_000 },
      { a: i + 1, b: last, capacitySat: 10_000_000, ...second },
    ]),
  );
}

describe('an excess', () => {
  it.each([
    [[500, 300, 200], 1000, [500, 300, 200]],
    [[500, 300, 200], 1001, [500, 300, 200]],
    // 150 by halves, 30 and 20 %.
    [[500, 300, 200], 850, [425, 255, 170]],
    [[200, 500, 300], 850, [425, 255, 170]],
    // The smallest is no more than 200; of the other 50 each gives its share cut off (31, 18), the first what is left.
    [[500, 300, 200], 750, [468, 282]],
    [[500, 300, 200], 800, [500, 300]],
    [[500, 300, 200], 1, [1]],
    [[500, 300, 200], 0, []],
    [[7, 7, 7], 20, [6, 7, 7]],
    [[1_000_999], 1_000_000, [1_000_000]],
  ])('of %j over %d leaves %j', (amounts, deliver, left) => {
    const list = flows(...amounts);
    removeExcess(list, deliver);
    expect(delivered(list)).toEqual(left);
  });

  it('is taken out to the msat', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e13 }), { maxLength: 20 }), fc.nat(1e13), (amounts, deliver) => {
        const list = flows(...amounts);
        const before = totalDelivered(list);
        removeExcess(list, deliver);
        expect(totalDelivered(list)).toBe(Math.min(before, deliver));
        for (const { deliversMsat } of list) expect(deliversMsat).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a shortage', () => {
  const two = ways({}, {});

  it.each<[readonly number[], number, number, boolean, readonly number[]]>([
    // 20,000 in halves to the flow with most room below 2 %: 10,000, then 5000 of 10,000 to the first among equals, and
    // what is less than 10,000 to one.
    [[1_000_000, 500_000], 1_520_000, 0.02, true, [1_015_000, 505_000]],
    [[1_000_000, 500_000], 1_500_000, 0.02, true, [1_000_000, 500_000]],
    [[1_000_000, 500_000], 1_400_000, 0.02, true, [1_000_000, 500_000]],
    [[1_000_000, 500_000], 1_509_999, 0.02, true, [1_009_999, 500_000]],
    // More than 2 % of the larger one.
    [[1_000_000, 500_000], 1_550_000, 0.02, false, [1_000_000, 500_000]],
    // Without a tolerance each may grow to the whole, so the smaller one has more room until both are equal.
    [[1_000_000, 500_000], 2_500_000, -1, true, [1_250_000, 1_250_000]],
  ])('of %j to %d within %d: %s, %j', (amounts, deliver, tolerance, possible, result) => {
    const list = flows(...amounts);
    expect(increase(two, list, deliver, tolerance)).toBe(possible);
    expect(delivered(list)).toEqual(result);
  });

  it('is not made up for with what another flow takes of the same channel', () => {
    const shared = networkOf([
      { a: 0, b: 1, capacitySat: 1_000_000, balanceMsat: 110_000_000 },
      { a: 1, b: 2, capacitySat: 1_000_000 },
      { a: 1, b: 2, capacitySat: 1_000_000 },
    ]);
    const room = shared.most(0);
    const half = Math.floor(room / 2) - 100_000;
    const pair = (): Flow[] => [
      { edges: [0, 2], deliversMsat: half },
      { edges: [0, 4], deliversMsat: half },
    ];
    expect(increase(shared, pair(), room, -1)).toBe(false);
    const list = pair();
    expect(increase(shared, list, 2 * half + 50_000, -1)).toBe(true);
    expect(totalDelivered(list)).toBe(2 * half + 50_000);
  });
});

describe('flows', () => {
  it('over the same channels become one as far as these carry it', () => {
    const network = ways({ ab: { max: 900 } }, {});
    const list: Flow[] = [
      { edges: [4, 6], deliversMsat: 10 },
      { edges: [0, 2], deliversMsat: 500 },
      { edges: [4, 6], deliversMsat: 20 },
      { edges: [0, 2], deliversMsat: 400 },
      { edges: [0, 2], deliversMsat: 1 },
    ];
    squash(network, list);
    expect(list).toEqual([
      { edges: [0, 2], deliversMsat: 900 },
      { edges: [0, 2], deliversMsat: 1 },
      { edges: [4, 6], deliversMsat: 30 },
    ]);
  });

  it('that are too many leave the largest, which carry everything or cannot', () => {
    const network = ways({}, {}, {});
    const list = flows(1_000_000, 3_000_000, 2_000_000);
    expect(reduceTo(network, list, 6_000_000, 2)).toBe(true);
    expect(list.map(({ edges }) => edges)).toEqual([
      [4, 6],
      [8, 10],
    ]);
    expect(totalDelivered(list)).toBe(6_000_000);
    const narrow = ways({ ab: { max: 100 } }, { ab: { max: 3_000_000 } }, { ab: { max: 2_000_000 } });
    expect(reduceTo(narrow, flows(1_000_000, 3_000_000, 2_000_000), 6_000_000, 2)).toBe(false);
  });
});

describe('refining', () => {
  it('drops a way that carries less than 1000 msat or a fifth of what it should, and leaves its narrowest edge out', () => {
    const network = ways({ ab: { max: 999 } }, { ab: { max: 199_999 } }, { ab: { max: 200_000 } }, {});
    const list = flows(1000, 1_000_000, 1_000_000, 1_000_000);
    refine(network, 10_000_000, list);
    expect(list.map(({ edges, deliversMsat }) => [edges[1], deliversMsat])).toEqual([
      [14, 1_000_000],
      [10, 200_000],
    ]);
    expect([2, 6, 10, 14].map((edge) => network.usable(edge))).toEqual([false, false, true, true]);
  });

  it('leaves out what takes no such small HTLC: the last edge of the way that wants more', () => {
    const network = ways({ ab: { min: 50_000 } }, {});
    const list = flows(40_000, 500_000);
    refine(network, 540_000, list);
    expect(list).toEqual([{ edges: [4, 6], deliversMsat: 500_000 }]);
    expect([0, 2, 4, 6].map((edge) => network.usable(edge))).toEqual([true, false, true, true]);
  });

  it('tells whoever watches what it does and why', () => {
    const network = ways({ ab: { max: 500_000 } }, { ab: { max: 10_000 } }, { ab: { min: 400_000 } });
    const told: unknown[] = [];
    refine(network, 10_000_000, flows(1_000_000, 1_000_000, 300_000), {
      limited: ({ edges }, most) => told.push(['limited', edges[1], most]),
      leftOut: (_, edge, why, most) => told.push([why, edge, most]),
    });
    expect(told).toEqual([
      ['limited', 2, 500_000],
      ['bottleneck', 6, 10_000],
      ['below_minimum', 10, 300_000],
    ]);
  });

  const second = fc.record({
    capacitySat: fc.integer({ min: 1000, max: 3_000_000 }),
    ab: fc.record({
      base: fc.oneof(fc.constant(0), fc.nat(20_000)),
      ppm: fc.nat(5000),
      min: fc.oneof(fc.constant(0), fc.nat(300_000_000)),
      max: fc.integer({ min: 1, max: 2_000_000_000 }),
    }),
  });
  const amounts = fc.array(fc.integer({ min: 1, max: 1_000_000_000 }), { minLength: 1, maxLength: 8 });

  it('delivers no more than it should in amounts that every channel takes, and loses no flow without reason', () => {
    let whole = 0;
    fc.assert(
      fc.property(
        fc.array(second, { minLength: 8, maxLength: 8 }),
        amounts,
        fc.double({ min: 0.5, max: 1.01, noNaN: true }),
        (seconds, list, share) => {
          const network = ways(...seconds);
          const all = flows(...list);
          const deliver = Math.max(1, Math.floor(share * totalDelivered(all)));
          const left = [...all];
          refine(network, deliver, left);
          const total = totalDelivered(left);
          expect(total).toBeLessThanOrEqual(deliver);
          for (const flow of left) {
            expect(flow.deliversMsat).toBeLessThanOrEqual(mostDeliverable(network, flow));
            expect(flow.deliversMsat).toBeGreaterThanOrEqual(leastDeliverable(network, flow));
            amountsOf(network, flow).forEach((amount, i) => {
              const edge = flow.edges[i] as number;
              expect(amount).toBeLessThanOrEqual(Math.min(network.maxHtlc(edge), network.most(edge)));
              expect(amount).toBeGreaterThanOrEqual(network.minHtlc(edge));
            });
          }
          if (total === deliver) whole++;
          // Nothing is short unless a channel was too narrow, and nothing vanishes but with a channel or for the excess.
          const lost = all.filter((flow) => !left.includes(flow));
          const leftOut = lost.filter(({ edges }) => edges.some((edge) => !network.usable(edge)));
          if (leftOut.length === 0 && lost.length > 0) expect(total).toBe(deliver);
          expect(delivered(left)).toEqual(delivered(left).toSorted((a, b) => b - a));
        },
      ),
      { numRuns: RUNS },
    );
    expect(whole).toBeGreaterThan(RUNS / 20);
  });
});
