/**
 * Routes of a jamming attack: from an attacker over the target to a recipient of the attacker, as many as the HTLC slots of
 * the channels on the way allow. Shortest in hops; ties go to the channel that comes first in the network. Draws nothing.
 *
 * An attacker knows the public graph, and balances only of its own channels.
 */
import type { NetworkPlan } from '../../timeline/network.ts';
import type { ChannelLimits } from '../kind.ts';

/** An onion holds that many hops (BOLT 4). */
const MOST_HOPS = 20;

/**
 * lnd fails what is to leave by the channel that it came in by (lnd:htlcswitch/switch.go:checkCircularForward); no such
 * check was found in the other implementations.
 */
const REFUSES_CIRCULAR = 'lnd';

/** Share of its own balance that an attacker counts on: a hundredth is the reserve, and something is for fees. */
const OWN_SHARE = 0.97;

/** One route of the attack with the HTLCs that take it at the same time. Channels and nodes are indexes. */
export interface Lane {
  readonly route: readonly number[];
  readonly source: number;
  readonly destination: number;
  readonly htlcs: number;
  /** How often the route crosses the target. */
  readonly crossings: number;
}

/** A direction of a channel that is attacked, and with how much. Amounts msat. */
export interface JamTarget {
  /** 2 · channel + side that it leaves. */
  readonly edge: number;
  /** Crossings of the target that are wanted, and the amount of each HTLC. */
  readonly htlcs: number;
  readonly amountMsat: number;
  /** Most crossings of one route. */
  readonly crossings: number;
}

export class JamRoutes {
  readonly #network: NetworkPlan;
  readonly #limits: (channel: number) => ChannelLimits;
  readonly #sources: ReadonlySet<number>;
  readonly #destinations: ReadonlySet<number>;
  /** Edges that leave each node. */
  readonly #out: readonly (readonly number[])[];
  /** Slots and msat that lanes take of each edge. */
  readonly #takenSlots: Int32Array;
  readonly #takenMsat: Float64Array;

  constructor(
    network: NetworkPlan,
    limits: (channel: number) => ChannelLimits,
    sources: readonly number[],
    destinations: readonly number[],
  ) {
    this.#network = network;
    this.#limits = limits;
    this.#sources = new Set(sources);
    this.#destinations = new Set(destinations);
    const out: number[][] = network.nodes.map(() => []);
    network.channels.forEach(({ node0, node1 }, c) => {
      out[node0]?.push(2 * c);
      out[node1]?.push(2 * c + 1);
    });
    this.#out = out;
    this.#takenSlots = new Int32Array(2 * network.channels.length);
    this.#takenMsat = new Float64Array(2 * network.channels.length);
  }

  /** Lanes for a target, together at most its HTLCs; none where no route is left. */
  lanes(target: JamTarget): readonly Lane[] {
    const lanes: Lane[] = [];
    let left = target.htlcs;
    while (left > 0) {
      const edges = this.#route(target);
      if (edges === null) break;
      const crossings = edges.filter((edge) => edge === target.edge).length;
      const room = this.#room(edges, target);
      const htlcs = Math.min(Math.ceil(left / crossings), room);
      if (htlcs < 1) break;
      for (const edge of edges) {
        this.#takenSlots[edge] = (this.#takenSlots[edge] as number) + htlcs;
        this.#takenMsat[edge] = (this.#takenMsat[edge] as number) + htlcs * target.amountMsat;
      }
      left -= htlcs * crossings;
      lanes.push({
        route: edges.map((edge) => edge >> 1),
        source: this.#from(edges[0] as number),
        destination: this.#to(edges[edges.length - 1] as number),
        htlcs,
        crossings,
      });
    }
    return lanes;
  }

  /** One route as edges, with as many crossings as may be and fit. */
  #route({ edge, amountMsat, crossings }: JamTarget): readonly number[] | null {
    const [a, b] = [this.#from(edge), this.#to(edge)];
    const before = this.#path(this.#sources, (node) => node === a, edge, amountMsat);
    const after = this.#path(new Set([b]), (node) => this.#destinations.has(node), edge, amountMsat);
    if (before === null || after === null) return null;
    const fixed = before.length + after.length + 1;
    if (fixed > MOST_HOPS) return null;
    const back = crossings > 1 ? this.#wayBack(edge, a, b, amountMsat) : null;
    const more = back === null ? 0 : Math.min(crossings - 1, Math.floor((MOST_HOPS - fixed) / (back.length + 1)));
    const round = back === null ? [] : [...back, edge];
    return [...before, edge, ...Array.from({ length: more }, () => round).flat(), ...after];
  }

  /** From the end of the target to its beginning: over the target itself where both ends let that pass. */
  #wayBack(edge: number, a: number, b: number, amountMsat: number): readonly number[] | null {
    const { nodes } = this.#network;
    if ([a, b].every((node) => nodes[node]?.model !== REFUSES_CIRCULAR)) return [edge ^ 1];
    // The attacker's own channels are what several crossings are to save.
    const isOwn = (node: number): boolean => this.#sources.has(node) || this.#destinations.has(node);
    return this.#path(new Set([b]), (node) => node === a, edge, amountMsat, isOwn);
  }

  /** A shortest path that avoids a channel and some nodes; empty when it begins where it ends. */
  #path(
    from: ReadonlySet<number>,
    isEnd: (node: number) => boolean,
    avoided: number,
    amountMsat: number,
    isAvoided: (node: number) => boolean = () => false,
  ): readonly number[] | null {
    const cameBy = new Map<number, number>();
    const queue = [...from].sort((x, y) => x - y);
    for (const node of queue) cameBy.set(node, -1);
    for (const node of queue) {
      if (isEnd(node)) {
        const path: number[] = [];
        for (let at = node, by = cameBy.get(at) as number; by !== -1; by = cameBy.get(at) as number) {
          path.unshift(by);
          at = this.#from(by);
        }
        return path;
      }
      for (const edge of this.#out[node] ?? []) {
        const next = this.#to(edge);
        if (edge >> 1 === avoided >> 1 || cameBy.has(next) || isAvoided(next)) continue;
        if (!this.#isUsable(edge, amountMsat)) continue;
        cameBy.set(next, edge);
        queue.push(next);
      }
    }
    return null;
  }

  #isUsable(edge: number, amountMsat: number): boolean {
    const channel = this.#channel(edge);
    const policy = edge % 2 === 0 ? channel.policy0 : channel.policy1;
    const own = this.#sources.has(this.#from(edge));
    if ((!channel.announced && !own) || policy.disabled === true) return false;
    if (policy.maxHtlcMsat !== undefined && amountMsat > policy.maxHtlcMsat) return false;
    return this.#left(edge, amountMsat) >= 1;
  }

  /** HTLCs of an amount that an edge can carry beside those that lanes have. */
  #left(edge: number, amountMsat: number): number {
    const limits = this.#limits(edge >> 1);
    const side = (edge % 2) as 0 | 1;
    const { capacitySat, balance0Msat } = this.#channel(edge);
    const capacityMsat = capacitySat * 1000;
    const balance = side === 0 ? balance0Msat : capacityMsat - balance0Msat;
    const liquid = this.#sources.has(this.#from(edge)) ? Math.floor(balance * OWN_SHARE) : capacityMsat;
    const msat = Math.min(limits.maxInFlightMsat[side], liquid) - (this.#takenMsat[edge] as number);
    return Math.min(limits.maxAcceptedHtlcs[side] - (this.#takenSlots[edge] as number), Math.floor(msat / amountMsat));
  }

  /** HTLCs that a whole route can carry. */
  #room(edges: readonly number[], target: JamTarget): number {
    const uses = new Map<number, number>();
    for (const edge of edges) uses.set(edge, (uses.get(edge) ?? 0) + 1);
    let room = Number.POSITIVE_INFINITY;
    for (const [edge, times] of uses) {
      if (edge !== target.edge) room = Math.min(room, Math.floor(this.#left(edge, target.amountMsat) / times));
    }
    return room;
  }

  #channel(edge: number): NetworkPlan['channels'][number] {
    return this.#network.channels[edge >> 1] as NetworkPlan['channels'][number];
  }

  #from(edge: number): number {
    const { node0, node1 } = this.#channel(edge);
    return edge % 2 === 0 ? node0 : node1;
  }

  #to(edge: number): number {
    return this.#from(edge ^ 1);
  }
}
