/** The search for a way around, against all ways that there are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelGossip, PolicyObservation } from '../../backends/backend.ts';
import { proportionalFee } from '../../base/numbers.ts';
import { ownChannel, POLICY } from '../testing/stub-agent.ts';
import { type CircleQuery, cheapestCircle } from './circle-search.ts';

/** A channel of a network in which node 0 is the one that searches. */
interface Link {
  readonly ends: readonly [number, number];
  readonly policies: readonly [PolicyObservation | null, PolicyObservation | null];
  readonly capacitySat: number;
}

/** A policy that asks for so many msat. */
const charges = (feeBaseMsat: number, more: Partial<PolicyObservation> = {}): PolicyObservation => ({
  ...POLICY,
  feeBaseMsat,
  feeRatePpm: 0,
  ...more,
});

/** A channel with the fees of its two directions. */
const link = (a: number, b: number, ab: number, ba: number, more: Partial<Link> = {}): Link => ({
  ends: [a, b],
  policies: [charges(ab), charges(ba)],
  capacitySat: 1_000_000,
  ...more,
});

function gossipOf(links: readonly Link[]): (node: number) => readonly ChannelGossip[] {
  return (node) =>
    links.flatMap(({ ends, policies, capacitySat }, channel) => {
      const side = ends.indexOf(node);
      if (side < 0) return [];
      const [policy, reverse] = [policies[side] ?? null, policies[1 - side] ?? null];
      return [{ channel, name: `c-${channel}`, peer: ends[1 - side] as number, capacitySat, policy, reverse }];
    });
}

type Asked = { readonly out: number; readonly into: number } & Partial<Omit<CircleQuery, 'out' | 'into'>>;

function queryOf(links: readonly Link[], { out, into, ...rest }: Asked): CircleQuery {
  const own = (channel: number): CircleQuery['out'] => {
    const [a, b] = links[channel]?.ends ?? [0, 0];
    return ownChannel(channel, 500_000, { peer: a === 0 ? b : a });
  };
  const usual = { amountMsat: 1_000_000, maxFeeMsat: 1_000_000, avoided: new Set<string>() };
  return { ...usual, ...rest, out: own(out), into: own(into) };
}

async function search(links: readonly Link[], asked: Asked): Promise<readonly number[] | null> {
  const found = await cheapestCircle({ node: 0, gossip: gossipOf(links) }, queryOf(links, asked));
  if (found !== null) expect(found.names).toEqual(found.channels.map((channel) => `c-${channel}`));
  return found?.channels ?? null;
}

/** What a way costs; null where it cannot be taken. */
function feeOf(links: readonly Link[], way: readonly number[], amountMsat: number): number | null {
  let at = 0;
  let carried = amountMsat;
  for (let i = way.length - 1; i >= 1; i--) {
    const { ends, policies, capacitySat } = links[way[i] as number] as Link;
    const side = ends[0] === at ? 1 : 0;
    const policy = policies[side];
    if (policy === null || policy === undefined || policy.disabled) return null;
    if (carried < policy.minHtlcMsat || carried > Math.min(policy.maxHtlcMsat, capacitySat * 1000)) return null;
    carried += policy.feeBaseMsat + proportionalFee(carried, policy.feeRatePpm);
    at = ends[side];
  }
  return carried - amountMsat;
}

/** The least that any way costs that visits no node twice; null where there is none. */
function leastFee(links: readonly Link[], { out, into, amountMsat, maxFeeMsat }: CircleQuery): number | null {
  let least: number | null = null;
  const walk = (at: number, way: readonly number[], seen: ReadonlySet<number>): void => {
    if (at === into.peer) {
      const fee = feeOf(links, [...way, into.channel], amountMsat);
      if (fee !== null && fee <= maxFeeMsat && (least === null || fee < least)) least = fee;
    }
    links.forEach(({ ends }, channel) => {
      const side = ends.indexOf(at);
      const next = ends[1 - side];
      if (side < 0 || next === undefined || next === 0 || seen.has(next)) return;
      walk(next, [...way, channel], new Set([...seen, next]));
    });
  };
  walk(out.peer, [out.channel], new Set([0, out.peer]));
  return least;
}

describe('the search for a circle', () => {
  /** 0 – 1 – 2 – 0, and 1 – 3 – 2 beside it. */
  const ring = [
    link(0, 1, 9, 9),
    link(1, 2, 500, 9),
    link(2, 0, 100, 9),
    link(1, 3, 200, 9),
    link(3, 2, 200, 9),
  ] as const;
  const [first, direct, home, aside, ahead] = ring;

  it('takes the cheapest way, and the fewer hops where two cost the same', async () => {
    expect(await search(ring, { out: 0, into: 2 })).toEqual([0, 3, 4, 2]);
    const level = [first, { ...direct, policies: [charges(400), charges(9)] as const }, home, aside, ahead];
    expect(await search(level, { out: 0, into: 2 })).toEqual([0, 1, 2]);
  });

  it('goes the other way by the fees of the other directions', async () => {
    expect(await search(ring, { out: 2, into: 0 })).toEqual([2, 1, 0]);
  });

  it('pays at most its limit', async () => {
    expect(await search(ring, { out: 0, into: 2, maxFeeMsat: 500 })).toEqual([0, 3, 4, 2]);
    expect(await search(ring, { out: 0, into: 2, maxFeeMsat: 499 })).toBeNull();
  });

  it('leaves out what it is to avoid, what is disabled or unknown, and what does not carry the amount', async () => {
    expect(await search(ring, { out: 0, into: 2, avoided: new Set(['c-4']) })).toEqual([0, 1, 2]);
    for (const policy of [
      null,
      charges(200, { disabled: true }),
      charges(200, { minHtlcMsat: 1_000_101 }),
      charges(200, { maxHtlcMsat: 1_000_099 }),
    ]) {
      const links = [first, direct, home, aside, { ...ahead, policies: [policy, charges(9)] as const }];
      expect(await search(links, { out: 0, into: 2 })).toEqual([0, 1, 2]);
    }
    expect(await search([first, direct, home, aside, { ...ahead, capacitySat: 1000 }], { out: 0, into: 2 })).toEqual([
      0, 1, 2,
    ]);
    const unknown = [first, direct, { ...home, policies: [null, charges(9)] as const }, aside, ahead];
    expect(await search(unknown, { out: 0, into: 2 }), 'an own channel that the public does not know').toBeNull();
  });

  it('keeps to 20 hops and to 966 blocks', async () => {
    const line = (nodes: number, cltvDelta: number): readonly Link[] =>
      Array.from({ length: nodes }, (_, i) => ({
        ...link(i, (i + 1) % nodes, 0, 0),
        policies: [charges(0, { cltvDelta }), charges(0, { cltvDelta })] as const,
      }));
    expect(await search(line(20, 1), { out: 0, into: 19 })).toHaveLength(20);
    expect(await search(line(21, 1), { out: 0, into: 20 })).toBeNull();
    expect(await search(line(8, 138), { out: 0, into: 7 })).toHaveLength(8);
    expect(await search(line(8, 139), { out: 0, into: 7 })).toBeNull();
  });

  it('finds as cheap a way as there is', async () => {
    const policy = fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      {
        weight: 9,
        arbitrary: fc.record({
          feeBaseMsat: fc.nat(2000),
          feeRatePpm: fc.nat(3000),
          cltvDelta: fc.integer({ min: 1, max: 40 }),
          // Never between what ways of different fees carry, where the cheaper one is not always the better beginning.
          minHtlcMsat: fc.constantFrom(1, 1, 1, 1, 900_000, 2_000_000),
          maxHtlcMsat: fc.constantFrom(1_002_000, 5_000_000, 5_000_000, 5_000_000),
          disabled: fc.constantFrom(false, false, false, false, false, false, true),
        }),
      },
    );
    const network = fc.array(
      fc.record({
        a: fc.nat(5),
        b: fc.nat(5),
        capacitySat: fc.constantFrom(1001, 1003, 100_000, 100_000, 100_000, 100_000),
        ab: policy,
        ba: policy,
      }),
      { minLength: 12, maxLength: 18, size: 'max' },
    );
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        network,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(1000, 20_000),
        async (channels, x, y, maxFeeMsat) => {
          const whole = (one: object | null): PolicyObservation | null => (one === null ? null : { ...POLICY, ...one });
          const links = channels
            .filter(({ a, b }) => a !== b)
            .map(
              ({ a, b, capacitySat, ab, ba }): Link => ({
                ends: [a, b],
                policies: [whole(ab), whole(ba)],
                capacitySat,
              }),
            );
          const own = links.flatMap(({ ends }, channel) => (ends.includes(0) ? [channel] : []));
          const [out, into] = [own[x % own.length], own[y % own.length]];
          if (out === undefined || into === undefined || out === into) return;
          const query = queryOf(links, { out, into, maxFeeMsat });
          if (query.out.peer === query.into.peer) return;
          const way = await search(links, { out, into, maxFeeMsat });
          expect(way === null ? null : feeOf(links, way, query.amountMsat)).toBe(leastFee(links, query));
          if (way === null) return;
          found++;
          expect([way[0], way.at(-1)]).toEqual([out, into]);
        },
      ),
      { numRuns: 4000 },
    );
    expect(found, 'ways found').toBeGreaterThan(100);
  });
});
