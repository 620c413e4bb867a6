/**
 * Medians over all arcs: the same as of a plain sorted list, whether the public numbers are kept (large networks) or read
 * with each request, through changes of policies, requests that know channels of their own, and amounts that come again.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { type FakeChannel, FakeHost } from '../lnd/testing/fake-host.ts';
import type { Values } from './bucket-index.ts';
import { KnowledgeLayer } from './knowledge-layer.ts';
import { PrivateLayer } from './private-layer.ts';
import { PublicEdges } from './public-edges.ts';
import { PublicMedians } from './public-medians.ts';
import { SenderNetwork, type Slot } from './sender-network.ts';

const NODES = 40;

function setUp(channels: number, probabilities: boolean) {
  const stream = new RandomStream([5, 6, 7, 8]);
  const upTo = (n: number): number => Math.floor(stream.unit() * n);
  const list: FakeChannel[] = Array.from({ length: channels }, (_, i) => {
    const a = upTo(NODES);
    return {
      a,
      b: (a + 1 + upTo(NODES - 1)) % NODES,
      capacitySat: 10_000 + upTo(5_000_000),
      ab: { ppm: upTo(50) },
      ba: { ppm: upTo(5000), disabled: stream.unit() < 0.1 },
      // The sender's own are not all announced.
      announced: a !== 0 || i % 2 === 0,
    };
  });
  const host = new FakeHost(NODES, list);
  const network = new SenderNetwork(host);
  const out = new PublicEdges(network);
  let amountMsat = 0;
  // What an arc is counted with here: shares of its capacity (or what is left of it), and its rate.
  const number = (mostMsat: number): number => Math.max(0, 1 - amountMsat / (2 * mostMsat + amountMsat + 1));
  const add = (costs: Values, fees: Values, mostMsat: number, ppm: number): void => {
    if (mostMsat < amountMsat) return;
    costs.add(number(mostMsat));
    fees.add(ppm);
  };
  const medians = new PublicMedians(
    network,
    out,
    probabilities,
    {
      ofPublic: (place, costs, fees) => {
        if (place < 0 || (out.maxHtlcMsat[place] as number) < 0) return;
        add(costs, fees, out.mostMsat[place] as number, out.feeRatePpm[place] as number);
      },
      ofSlot: (slot: Readonly<Slot>, costs, fees) => {
        if (slot.enabled) add(costs, fees, slot.maxMsat, slot.feeRatePpm);
      },
    },
    (value) => value > 0.9,
  );

  /** Every arc's numbers, read plainly. */
  function plain(): { costs: number[]; fees: number[] } {
    const costs: number[] = [];
    const fees: number[] = [];
    for (let edge = 0; edge < 2 * list.length; edge++) {
      const slot = network.has(edge);
      const own = list[edge >> 1] as FakeChannel;
      if (host.graph.known[edge] !== 1 && (own.a !== 0 || edge % 2 === 1)) continue;
      const enabled = slot === null ? host.graph.disabled[edge] === 0 : slot.enabled;
      const most = slot === null ? network.publicMost(edge) : slot.maxMsat;
      if (!enabled || most < amountMsat) continue;
      costs.push(number(most));
      fees.push(slot === null ? (host.graph.feeRatePpm[edge] as number) : slot.feeRatePpm);
    }
    return {
      costs: costs.sort((x, y) => (probabilities ? y - x : x - y)),
      fees: fees.sort((x, y) => x - y),
    };
  }

  function compare(amount: number, layer: KnowledgeLayer | null, own: PrivateLayer): number {
    amountMsat = amount;
    network.load({ source: 0, destination: 1, layer, reservations: null, own, outgoingEdges: null, lastHop: -1 });
    out.follow();
    const { costs, fees } = plain();
    const count = medians.load(amount, 1e-6);
    expect(count).toBe(costs.length);
    expect(medians.counted).toBe(costs.filter((value) => value > 0.9).length);
    for (const rank of [0, 1, count >> 2, count >> 1, count - 1]) {
      expect([medians.cost(rank), medians.fee(rank)], `rank ${rank} of ${count}`).toEqual([costs[rank], fees[rank]]);
    }
    return count;
  }
  return { host, upTo, compare, list };
}

describe.each([
  ['a small network, read anew', 60],
  ['a large network, whose public numbers are kept', 4200],
])('%s', (_, channels) => {
  it.each([
    ['costs', false],
    ['probabilities', true],
  ])('has the medians of %s of a sorted list', (_what, probabilities) => {
    const { host, upTo, compare, list } = setUp(channels, probabilities);
    const layer = new KnowledgeLayer();
    const own = new PrivateLayer();
    const amounts = [1, 1_000_000, 50_000_000, 300_000_000, 1_000_000_000, 2_000_000_000];
    let least = Infinity;
    for (let step = 0; step < 40; step++) {
      // More amounts than are kept, some of them again and again.
      const amount = amounts[step % 3 === 0 ? 0 : upTo(amounts.length)] as number;
      least = Math.min(least, compare(amount, step % 4 === 0 ? null : layer, own));
      layer.atMost(upTo(2 * list.length), upTo(3_000_000_000), step);
      if (step % 5 === 0) own.disable(upTo(2 * list.length));
      if (step % 2 === 0) continue;
      const edge = upTo(2 * list.length);
      host.graph.feeRatePpm[edge] = upTo(100);
      host.graph.disabled[edge] = upTo(2);
      host.graph.touch(edge);
      // More changes at once than the graph remembers.
      if (step % 9 === 0) for (let i = 0; i < 20; i++) host.graph.touch(upTo(2 * list.length));
    }
    expect(least).toBeGreaterThan(channels / 20);
  });
});
