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

  /** Starts a stopped node; it connects to its peers after its model's delay. No effect when it runs. */
  start(node: number): void {
    const w = this.#w;
    if (w.running[node] === 1) return;
    w.running[node] = 1;
    w.starts[node]!++;
    w.record(RECORD.nodeStarted, node, -1, -1, 0);
    w.after(w.modelOf(node).timing.reconnectDelayUs, PHYSICS.connect, node, w.starts[node]!);
    const due = w.deferred[node]!.splice(0);
    for (let i = 0; i < due.length; i += 3) w.after(0, due[i]!, due[i + 1]!, due[i + 2]!);
    this.#onchain.onBlock();
  }

  onConnect(node: number, starts: number): void {
    const w = this.#w;
    if (w.running[node] === 0 || w.starts[node] !== starts) return;
    for (const edge of [...w.liveEdges[node]!]) {
      const channel = edge >> 1;
      const state = w.channels.state[channel]!;
      if (w.channels.connected[channel] === 1 || state === STATE.negotiating || state >= STATE.closing) continue;
      if (w.running[w.to(edge)] === 0) continue;
      this.#links.reconnect(channel);
      if (state === STATE.open) w.record(RECORD.channelActive, channel, w.channels.name[channel]!, 1, 0);
      this.#opening.exchangeReady(channel);
      this.#closing.negotiate(channel);
      for (const e of [edge, edge ^ 1]) {
        if (w.channels.disabled[e] === 1) {
          w.after(w.modelOf(w.from(e)).timing.enableAfterUs, PHYSICS.enable, e, w.channels.connection[channel]!);
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
    w.after(first.disableAfterUs, PHYSICS.disable, 2 * channel, connection);
    w.after(second.disableAfterUs, PHYSICS.disable, 2 * channel + 1, connection);
  }
}
