/**
 * A way from a node back to itself, as a script looks for it whose node cannot: the cheapest one by the fees that the public
 * knows, out over one channel and in over another. Draws nothing, sends nothing, and knows no balances of others.
 *
 * Dijkstra's algorithm from the channel that receives backwards, by what must arrive at each node; among equals the fewer
 * hops, then the node with the lower index. Inbound fees, which only lnd's nodes count with, are not looked at.
 */
import type { ChannelGossip, OwnChannel, PolicyObservation } from '../../backends/backend.ts';
import { proportionalFee } from '../../base/numbers.ts';
import type { Agent } from '../behaviour.ts';

/** Longest path that LDK sends (ldk:ln/outbound_payment.rs:pay_route_internal). */
const MOST_HOPS = 20;
/**
 * Most that forwarding nodes may lock the money for, blocks: ldk:routing/router.rs:DEFAULT_MAX_TOTAL_CLTV_EXPIRY_DELTA less
 * ldk:ln/channelmanager.rs:MIN_FINAL_CLTV_EXPIRY_DELTA.
 */
const MOST_BLOCKS = 1008 - 42;

export interface CircleQuery {
  readonly out: OwnChannel;
  readonly into: OwnChannel;
  /** What comes back, and most that the way may cost; msat. */
  readonly amountMsat: number;
  readonly maxFeeMsat: number;
  /** Names of channels of others that are not taken. */
  readonly avoided: ReadonlySet<string>;
}

/** Channels of a way in order, by the indexes of their names and by their names. */
export interface Circle {
  readonly channels: readonly number[];
  readonly names: readonly string[];
}

/** A node from which the way to the end is known. */
interface Label {
  readonly node: number;
  /** What must arrive at it, msat. */
  readonly amountMsat: number;
  readonly hops: number;
  readonly blocks: number;
  /** The channel that it forwards over, and the label of the node behind that; null for the node itself. */
  readonly by: { readonly channel: number; readonly name: string };
  readonly onward: Label | null;
}

/** The cheapest way for an amount; null where none is known, or none that costs no more than it may. */
export async function cheapestCircle(
  agent: Pick<Agent, 'node' | 'gossip'>,
  { out, into, amountMsat, maxFeeMsat, avoided }: CircleQuery,
): Promise<Circle | null> {
  const last = (await agent.gossip(agent.node)).find(({ channel }) => channel === into.channel);
  const queue: Label[] = [];
  const labels = new Map<number, Label>();
  const done = new Set<number>();
  const reach = ({ channel, name, capacitySat, peer, reverse }: ChannelGossip, onward: Label | null): void => {
    const arrives = onward?.amountMsat ?? amountMsat;
    if (reverse === null || !carries(reverse, capacitySat, arrives)) return;
    const label: Label = {
      node: peer,
      amountMsat: arrives + reverse.feeBaseMsat + proportionalFee(arrives, reverse.feeRatePpm),
      // The channel that gives is one more.
      hops: (onward?.hops ?? 1) + 1,
      blocks: (onward?.blocks ?? 0) + reverse.cltvDelta,
      by: { channel, name },
      onward,
    };
    const { amountMsat: total, hops, blocks } = label;
    if (total - amountMsat > maxFeeMsat || hops > MOST_HOPS || blocks > MOST_BLOCKS) return;
    const known = labels.get(peer);
    if (known !== undefined && compare(label, known) >= 0) return;
    labels.set(peer, label);
    push(queue, label);
  };
  if (last !== undefined) reach(last, null);
  for (let label = pop(queue); label !== undefined; label = pop(queue)) {
    if (done.has(label.node)) continue;
    done.add(label.node);
    if (label.node === out.peer) return unravel(out, label);
    for (const one of await agent.gossip(label.node)) {
      if (one.peer !== agent.node && !done.has(one.peer) && !avoided.has(one.name)) reach(one, label);
    }
  }
  return null;
}

function carries(policy: PolicyObservation, capacitySat: number, amountMsat: number): boolean {
  const most = Math.min(policy.maxHtlcMsat, capacitySat * 1000);
  return !policy.disabled && policy.minHtlcMsat <= amountMsat && amountMsat <= most;
}

function unravel(out: OwnChannel, first: Label): Circle {
  const channels = [out.channel];
  const names = [out.name];
  for (let label: Label | null = first; label !== null; label = label.onward) {
    channels.push(label.by.channel);
    names.push(label.by.name);
  }
  return { channels, names };
}

/** Negative when `a` is looked at before `b`. */
function compare(a: Label, b: Label): number {
  return a.amountMsat - b.amountMsat || a.hops - b.hops || a.node - b.node;
}

/** Adds to a binary heap. */
function push(heap: Label[], label: Label): void {
  let at = heap.length;
  heap.push(label);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Label;
    if (compare(label, above) >= 0) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = label;
}

/** Takes the first out of a binary heap. */
function pop(heap: Label[]): Label | undefined {
  const first = heap[0];
  const moved = heap.pop();
  if (first === undefined || moved === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1] as Label, heap[child] as Label) < 0) child++;
    const below = heap[child] as Label;
    if (compare(moved, below) <= 0) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = moved;
  return first;
}
