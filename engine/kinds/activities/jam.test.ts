import { describe, expect, it } from 'vitest';
import type { ChannelPlan, NetworkPlan } from '../../timeline/network.ts';
import type { ChannelLimits } from '../kind.ts';
import { JamRoutes } from './jam-routes.ts';
import { chooseTargets, type Measure } from './jam-targets.ts';

const SLOTS = 30;
/** Channels by their ends, with names of one letter for nodes: 'ab' is opened by a. */
function network(ends: readonly string[], models: { readonly [node: string]: string } = {}): NetworkPlan {
  const names = [...new Set(ends.flatMap((pair) => [...pair]))].sort();
  const index = (name: string): number => names.indexOf(name);
  return {
    nodes: names.map((name) => ({ name, model: models[name] ?? 'lnd', options: {}, walletSat: 0, labels: {} })),
    channels: ends.map((pair, i): ChannelPlan => {
      const [from = '', to = ''] = [...pair];
      return {
        name: pair,
        node0: index(from),
        node1: index(to),
        capacitySat: 1_000_000 + i,
        balance0Msat: 500_000_000,
        announced: true,
        policy0: {},
        policy1: {},
        latencyUs: 0,
      };
    }),
  };
}
const limits = (): ChannelLimits => ({
  maxAcceptedHtlcs: [SLOTS, SLOTS],
  maxInFlightMsat: [990_000_000, 990_000_000],
  htlcMinimumMsat: [1, 1],
  dustMsat: 354_000,
  leastDustMsat: 354_000,
});
const at = (net: NetworkPlan, name: string): number => net.nodes.findIndex((node) => node.name === name);
/** Lanes of an attack from m to s on the first channel, from its opener, as texts. */
const lanes = (net: NetworkPlan, change: object = {}): string[] => {
  const routes = new JamRoutes(net, limits, [at(net, 'm')], [at(net, 's')]);
  const target = { edge: 0, htlcs: SLOTS, amountMsat: 354_000, crossings: 1, ...change };
  const found = routes.lanes(target);
  return found.map(({ route, htlcs }) => `${htlcs} ${route.map((c) => net.channels[c]?.name).join(' ')}`);
};

describe('targets of an attack', () => {
  const top = (net: NetworkPlan, by: Measure, n: number): (string | undefined)[] =>
    chooseTargets(net, by, n, () => true).map((c) => net.channels[c]?.name);

  it('are the largest, or those of the best-connected nodes', () => {
    const net = network(['ab', 'bc', 'cd', 'ce', 'cf']);
    expect(top(net, 'capacity', 2)).toEqual(['cf', 'ce']);
    expect(top(net, 'degree', 1)).toEqual(['bc']);
  });

  it('are those on the most shortest paths: in a line the middle, and parallel channels share', () => {
    // A line of five nodes: 4, 6, 6, 4 pairs of nodes lie on either side of its channels.
    expect(top(network(['ab', 'bc', 'cd', 'de']), 'betweenness', 4)).toEqual(['bc', 'cd', 'ab', 'de']);
    expect(top(network(['ab', 'bc', 'bc', 'cd', 'de']), 'betweenness', 1)).toEqual(['cd']);
  });

  it('are the first of the network where nothing tells them apart', () => {
    expect(top(network(['ab', 'bc', 'ca']), 'betweenness', 2)).toEqual(['ab', 'bc']);
  });
});

describe('routes of an attack', () => {
  it('lead from the attacker over the target back to the attacker, and fill it', () => {
    expect(lanes(network(['ab', 'ma', 'bs']))).toEqual(['30 ma ab bs']);
    expect(lanes(network(['ab', 'ma', 'bs']), { htlcs: 12 })).toEqual(['12 ma ab bs']);
    expect(lanes(network(['ab', 'ma', 'xs']))).toEqual([]);
  });

  it('go other ways where one has no slots or no money left', () => {
    const net = network(['ab', 'ma', 'ma', 'mx', 'xa', 'bs', 'bs', 'bs']);
    expect(lanes(net, { htlcs: 70 })).toEqual(['30 ma ab bs', '30 ma ab bs', '10 mx xa ab bs']);
    // The attacker's side has 500,000 sat, so it carries one HTLC of 400,000 sat a channel.
    expect(lanes(net, { htlcs: 3, amountMsat: 400_000_000 }).map((lane) => lane[0])).toEqual(['1', '1', '1']);
  });

  it('cross the target several times by a way back that is not the attacker’s', () => {
    const ring = network(['ab', 'ma', 'mb', 'bc', 'ca', 'bs']);
    expect(lanes(ring, { crossings: 3 })).toEqual(['10 ma ab bc ca ab bc ca ab bs']);
    expect(lanes(ring, { crossings: 10 })).toEqual(['5 ma ab bc ca ab bc ca ab bc ca ab bc ca ab bc ca ab bs']);
  });

  it('turn round on the target only where no lnd node has to forward that', () => {
    const line = ['ab', 'ma', 'bs'];
    expect(lanes(network(line), { crossings: 3 })).toEqual(['30 ma ab bs']);
    expect(lanes(network(line, { a: 'ldk', b: 'lnd' }), { crossings: 3 })).toEqual(['30 ma ab bs']);
    expect(lanes(network(line, { a: 'ldk', b: 'eclair' }), { crossings: 3 })).toEqual(['10 ma ab ab ab ab ab bs']);
  });
});
