/** Who can talk to whom: pairs that the scenario keeps apart, groups of a partition, and connections that are made again. */
import { RECORD } from '../../simulate/records.ts';
import type { RealChannels } from './real-channels.ts';
import type { RealNode } from './real-node.ts';
import type { World } from './world-contract.ts';

/** When an application connects again to a peer that is gone. */
const RECONNECT_US = 1_000_000;

export interface PeeringWorld extends World {
  readonly channels: RealChannels;
}

export class Peering {
  readonly #w: PeeringWorld;
  /** Pairs that stay apart until they are connected. */
  readonly #apart: Set<string> = new Set();
  /** Group of each node. */
  #groups: number[] = [];

  constructor(world: PeeringWorld) {
    this.#w = world;
  }

  /** One more node, which all others can reach. */
  add(): void {
    this.#groups.push(0);
  }

  /** Two nodes can talk: both run, nothing keeps them apart. */
  canReach(a: number, b: number): boolean {
    const { nodes } = this.#w;
    if (!nodes[a]!.running || !nodes[b]!.running) return false;
    return this.#groups[a] === this.#groups[b] && !this.#apart.has(pairOf(a, b));
  }

  /** A connection has ended: its channels cannot be used, and the nodes look for each other. */
  gone(a: RealNode, b: RealNode): void {
    const { channels } = this.#w;
    for (const channel of channels.of(a)) {
      if (!channel.nodes.includes(b)) continue;
      channels.setActive(channel, false);
      channels.unsettled.add(channel);
    }
    this.connectSoon(a, b, RECONNECT_US);
  }

  connectSoon(a: RealNode, b: RealNode, delayUs: number): void {
    const { wires, channels } = this.#w;
    this.#w.after(delayUs, () => {
      if (wires.between(a.index, b.index) !== undefined || !this.canReach(a.index, b.index)) return;
      wires.connect(a, b);
      for (const channel of channels.of(a)) if (channel.nodes.includes(b)) channels.unsettled.add(channel);
    });
  }

  connect(a: number, b: number): void {
    const w = this.#w;
    this.#apart.delete(pairOf(a, b));
    w.record(RECORD.peers, a, b, 1, 0);
    this.connectSoon(w.nodes[a]!, w.nodes[b]!, 0);
  }

  disconnect(a: number, b: number): void {
    const w = this.#w;
    this.#apart.add(pairOf(a, b));
    w.record(RECORD.peers, a, b, 0, 0);
    const connection = w.wires.between(a, b);
    if (connection !== undefined) w.wires.cut(connection, [a, b]);
  }

  partition(groups: readonly (readonly number[])[]): void {
    const before = this.#groups;
    this.#groups = before.map(() => 0);
    groups.forEach((group, i) => {
      for (const node of group) this.#groups[node] = i + 1;
    });
    this.#regroup(before);
    groups.forEach((group, i) => {
      this.#w.record(RECORD.partition, i + 1, group.length, 0, 0);
    });
  }

  heal(): void {
    const before = this.#groups;
    this.#groups = before.map(() => 0);
    this.#regroup(before);
    this.#w.record(RECORD.partition, 0, 0, 0, 0);
  }

  /** Connections across groups fall silent; pairs that can reach each other again connect anew. */
  #regroup(before: readonly number[]): void {
    const { channels, wires } = this.#w;
    for (const channel of channels.all) {
      const [a, b] = channel.nodes;
      const connection = wires.between(a.index, b.index);
      const together = this.#groups[a.index] === this.#groups[b.index];
      if (connection !== undefined && !together) wires.cut(connection, []);
      if (together && before[a.index] !== before[b.index]) this.connectSoon(a, b, RECONNECT_US);
    }
  }
}

function pairOf(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}
