/** Nodes that stop and start, and the connections between peers that go with them. */

import { STATE } from './channel-lifecycle.ts';
import type { ClosingFlow } from './closing.ts';
import type { Forwarding } from './forwarding.ts';
import type { Gossip } from './gossip.ts';
import type { Links } from './links.ts';
import type { OnChain } from './onchain.ts';
import type { Opening } from './opening.ts';
import { RECORD } from './records.ts';
import { PHYSICS, type World } from './world.ts';

export class Liveness {
  readonly #w: World;
  readonly #links: Links;
  readonly #forwarding: Forwarding;
  readonly #gossip: Gossip;
  readonly #opening: Opening;
  readonly #closing: ClosingFlow;
  readonly #onchain: OnChain;

  constructor(parts: {
    readonly world: World;
    readonly links: Links;
    readonly forwarding: Forwarding;
    readonly gossip: Gossip;
    readonly opening: Opening;
    readonly closing: ClosingFlow;
    readonly onchain: OnChain;
  }) {
    this.#w = parts.world;
    this.#links = parts.links;
    this.#forwarding = parts.forwarding;
    this.#gossip = parts.gossip;
    this.#opening = parts.opening;
    this.#closing = parts.closing;
    this.#onchain = parts.onchain;
  }

  /** Stops a node: its connections break, it acts no more. Its state stays. No effect when it is stopped. */
  stop(node: number): void {
    const w = this.#w;
    if (w.running[node] === 0) return;
    w.running[node] = 0;
    w.record(RECORD.nodeStopped, node, -1, -1, 0);
    for (const edge of [...w.liveEdges[node]!]) if (w.channels.connected[edge >> 1] === 1) this.#disconnect(edge >> 1);
  }

  /** A node is gone without notice: its peers believe in the connection until their timeout. */
  crash(node: number): void {
    const w = this.#w;
    if (w.running[node] === 0) return;
    w.running[node] = 0;
    w.record(RECORD.nodeStopped, node, 1, -1, 0);
    for (const edge of [...w.liveEdges[node]!]) {
      const channel = edge >> 1;
      if (w.channels.connected[channel] === 0) continue;
      this.#links.silence(channel);
      const timeout = w.modelOf(w.to(edge)).timing.peerTimeoutUs;
      w.after(timeout, PHYSICS.silent, channel, w.channels.connection[channel]!);
    }
  }

  onSilent(channel: number, connection: number): void {
    const ch = this.#w.channels;
    if (ch.connection[channel] === connection && ch.connected[channel] === 1) this.#disconnect(channel);
  }

  /** Keeps two peers apart until connect. */
  separate(a: number, b: number): void {
    const w = this.#w;
    w.apart.add(w.pair(a, b));
    w.record(RECORD.peers, a, b, 0, 0);
    this.#part(a, (peer) => peer === b);
  }

  /** Lets two peers connect again, at once. */
  connect(a: number, b: number): void {
    const w = this.#w;
    w.apart.delete(w.pair(a, b));
    w.record(RECORD.peers, a, b, 1, 0);
    if (w.running[a] === 1) this.onConnect(a, w.starts[a]!);
  }

  /** Nodes of different groups lose each other; nodes in no group form one more. */
  partition(groups: readonly (readonly number[])[]): void {
    const w = this.#w;
    w.group.fill(0);
    groups.forEach((nodes, i) => {
      for (const node of nodes) w.group[node] = i + 1;
      w.record(RECORD.partition, i + 1, nodes.length, -1, 0);
    });
    for (let n = 0; n < w.nodeCount; n++) this.#part(n, (peer) => w.group[peer] !== w.group[n]);
    this.#reconnectAll();
  }

  /** Ends a partition; peers find each other after their usual delay. */
  heal(): void {
    const w = this.#w;
    w.group.fill(0);
    w.record(RECORD.partition, 0, w.nodeCount, -1, 0);
    this.#reconnectAll();
  }

  #reconnectAll(): void {
    const w = this.#w;
    for (let n = 0; n < w.nodeCount; n++) {
      if (w.running[n] === 1 && w.liveEdges[n]!.some((edge) => w.channels.connected[edge >> 1] === 0)) {
        w.after(w.modelOf(n).timing.reconnectDelayUs, PHYSICS.connect, n, w.starts[n]!);
      }
    }
  }

  /** Breaks the connections of a node to the peers chosen. */
  #part(node: number, chosen: (peer: number) => boolean): void {
    const w = this.#w;
    for (const edge of [...w.liveEdges[node]!]) {
      if (w.channels.connected[edge >> 1] === 1 && chosen(w.to(edge))) this.#disconnect(edge >> 1);
    }
  }

  /** Starts a stopped node; it connects to its peers after its model's delay. No effect when it runs. */
  start(node: number): void {
    const w = this.#w;
    if (w.running[node] === 1) return;
    w.running[node] = 1;
    w.starts[node]!++;
    // After a crash some peers may still believe in the old connection; the new one ends it.
    this.#part(node, () => true);
    w.record(RECORD.nodeStarted, node, -1, -1, 0);
    const { timing } = w.modelOf(node);
    w.after(timing.reconnectDelayUs, PHYSICS.connect, node, w.starts[node]!);
    const due = w.deferred[node]!.splice(0);
    for (let i = 0; i < due.length; i += 3) {
      const kind = due[i]!;
      const batched = kind === PHYSICS.batchedHtlc || kind === PHYSICS.batchedFailure || kind === PHYSICS.paymentTimer;
      w.after(batched ? (timing.firstBatchUs ?? 0) : 0, kind, due[i + 1]!, due[i + 2]!);
    }
    this.#onchain.onBlock();
  }

  onConnect(node: number, starts: number): void {
    const w = this.#w;
    if (w.running[node] === 0 || w.starts[node] !== starts) return;
    for (const edge of [...w.liveEdges[node]!]) {
      const channel = edge >> 1;
      const state = w.channels.state[channel]!;
      if (w.channels.connected[channel] === 1 || state === STATE.negotiating || state >= STATE.closing) continue;
      if (!w.reachable(node, w.to(edge))) continue;
      if (w.lostData.size > 0 && (w.lostData.has(edge) || w.lostData.has(edge ^ 1))) {
        w.after(w.channels.latencyUs[channel]!, PHYSICS.lostData, channel, w.channels.connection[channel]!);
        continue;
      }
      this.#links.reconnect(channel);
      if (state === STATE.open) w.record(RECORD.channelActive, channel, w.channels.name[channel]!, 1, 0);
      this.#opening.exchangeReady(channel);
      this.#closing.negotiate(channel);
      for (const e of [edge, edge ^ 1]) {
        if (w.channels.disabled[e] === 1) {
          const { enableAfterUs, tickUs } = w.modelOf(w.from(e)).timing;
          w.afterTicks(enableAfterUs, tickUs, PHYSICS.enable, e, w.channels.connection[channel]!);
        }
      }
    }
  }

  /** Unsigned HTLCs have waited long enough for a peer that did not come back. */
  onMailbox(channel: number, connection: number): void {
    const ch = this.#w.channels;
    if (ch.connection[channel] !== connection || ch.connected[channel] === 1) return;
    for (const edge of [2 * channel, 2 * channel + 1])
      this.#links.takeUnsigned(edge, (h) => this.#forwarding.cancel(h));
  }

  /** A peer has been gone, or back, for long enough to say so. A node that is itself stopped says nothing. */
  onDisable(edge: number, connection: number, disabled: boolean): void {
    const w = this.#w;
    const channel = edge >> 1;
    if (w.channels.connection[channel] !== connection || w.channels.state[channel] !== STATE.open) return;
    if ((w.channels.connected[channel] === 0) !== disabled || w.running[w.from(edge)] === 0) return;
    this.#gossip.setPolicy(edge, { disabled });
  }

  #disconnect(channel: number): void {
    const w = this.#w;
    this.#links.disconnect(channel);
    const state = w.channels.state[channel]!;
    const connection = w.channels.connection[channel]!;
    if (state === STATE.open) w.record(RECORD.channelActive, channel, w.channels.name[channel]!, 0, 0);
    this.#opening.onDisconnect(channel);
    const first = w.modelOf(w.from(2 * channel)).timing;
    const second = w.modelOf(w.from(2 * channel + 1)).timing;
    w.after(Math.max(first.mailboxUs, second.mailboxUs), PHYSICS.mailbox, channel, connection);
    w.afterTicks(first.disableAfterUs, first.tickUs, PHYSICS.disable, 2 * channel, connection);
    w.afterTicks(second.disableAfterUs, second.tickUs, PHYSICS.disable, 2 * channel + 1, connection);
  }
}
