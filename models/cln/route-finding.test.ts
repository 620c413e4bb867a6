/** Laws of every answer to a request for routes, whatever the network: cln:plugins/askrene/askrene.c:do_getroutes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FakeChannel, FakeHost } from '../lnd/testing/fake-host.ts';
import { KnowledgeLayer } from './knowledge-layer.ts';
import { PrivateLayer } from './private-layer.ts';
import { Reservations } from './reservations.ts';
import { ROUTES, RouteFinder, type RouteQuery } from './route-finding.ts';

const RUNS = Number(process.env.BLAST_PROPERTY_RUNS ?? 300);
const NODES = 6;

const policy = fc.record({
  base: fc.oneof(fc.constant(0), fc.nat(5000)),
  ppm: fc.oneof(fc.constant(0), fc.nat(3000)),
  delta: fc.constantFrom(34, 80, 144),
  min: fc.oneof(fc.constant(0), fc.nat(100_000_000)),
  max: fc.oneof(fc.constant(10_000_000_000), fc.nat(2_000_000_000)),
  disabled: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
const channel = fc
  .record({
    a: fc.nat(NODES - 1),
    step: fc.integer({ min: 1, max: NODES - 1 }),
    capacitySat: fc.constantFrom(20_000, 1_000_000, 5_000_000),
    share: fc.integer({ min: 0, max: 1000 }),
    ab: policy,
    ba: policy,
  })
  .map(
    ({ a, step, capacitySat, share, ...rest }): FakeChannel => ({
      a,
      b: (a + step) % NODES,
      capacitySat,
      balanceMsat: capacitySat * share,
      ...rest,
    }),
  );
const request = fc.record({
  amountMsat: fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1_000_001, max: 4_000_000_000 })),
  feePpm: fc.constantFrom(0, 1000, 10_000, 1_000_000),
  maxDelay: fc.constantFrom(100, 200, 2016),
  maxParts: fc.constantFrom(1, 2, 100),
  bounds: fc.array(fc.tuple(fc.nat(), fc.boolean(), fc.nat(5_000_000_000)), { maxLength: 4 }),
  reserved: fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 1_000_000_000 })), { nil: null }),
});

it('routes deliver the amount to the msat, within every limit of channels and of the request', () => {
  let found = 0;
  let split = 0;
  fc.assert(
    fc.property(fc.array(channel, { minLength: 6, maxLength: 20 }), request, (channels, asked) => {
      const host = new FakeHost(NODES, channels);
      const layer = new KnowledgeLayer();
      for (const [at, upper, amount] of asked.bounds) {
        layer[upper ? 'atMost' : 'atLeast'](at % (2 * channels.length), amount, 0);
      }
      const reservations = new Reservations();
      if (asked.reserved !== null) {
        reservations.change([asked.reserved[0] % (2 * channels.length)], [asked.reserved[1]], 1);
      }
      const query: RouteQuery = {
        source: 0,
        destination: NODES - 1,
        layer,
        reservations,
        own: new PrivateLayer(),
        outgoingEdges: null,
        lastHop: -1,
        amountMsat: asked.amountMsat,
        maxFeeMsat: Math.floor((asked.amountMsat * asked.feePpm) / 1_000_000),
        finalCltv: 18,
        maxDelay: asked.maxDelay,
        maxParts: asked.maxParts,
        singlePathUpToMsat: 1_000_000,
      };
      const finder = new RouteFinder(host);
      if (finder.find(query) !== ROUTES.found) return;
      found++;
      const { network, routes } = finder;
      if (routes.length > 1) split++;
      expect(routes.length).toBeLessThanOrEqual(asked.maxParts);
      let delivered = 0;
      let fees = 0;
      const carried = new Map<number, number>();
      for (const { edges, amountsMsat, cltvs } of routes) {
        const last = amountsMsat.at(-1) as number;
        delivered += last;
        fees += (amountsMsat[0] as number) - last;
        expect(network.graph.from(edges[0] as number)).toBe(0);
        expect(network.graph.to(edges.at(-1) as number)).toBe(NODES - 1);
        expect(cltvs.at(-1)).toBe(18);
        expect((cltvs[0] as number) + network.cltvDelta(edges[0] as number)).toBeLessThanOrEqual(asked.maxDelay);
        edges.forEach((edge, i) => {
          const amount = amountsMsat[i] as number;
          carried.set(edge, (carried.get(edge) ?? 0) + amount);
          expect(amount).toBeLessThanOrEqual(network.maxHtlc(edge));
          expect(amount).toBeGreaterThanOrEqual(network.minHtlc(edge));
          if (i === 0) return;
          expect(network.graph.from(edge)).toBe(network.graph.to(edges[i - 1] as number));
          // What the node between is left with is the fee of the channel that it forwards over.
          expect((amountsMsat[i - 1] as number) - amount).toBe(network.fee(edge, amount));
          expect((cltvs[i - 1] as number) - (cltvs[i] as number)).toBe(network.cltvDelta(edge));
        });
      }
      expect(delivered).toBe(asked.amountMsat);
      expect(fees).toBeLessThanOrEqual(query.maxFeeMsat);
      for (const [edge, amount] of carried) expect(amount).toBeLessThanOrEqual(network.most(edge));
    }),
    { numRuns: RUNS },
  );
  expect(found).toBeGreaterThan(RUNS / 10);
  expect(split).toBeGreaterThan(RUNS / 60);
}, 300_000);
