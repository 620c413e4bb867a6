/** Who is connected to whom in a hosted network: by a channel, by connect(), and not after disconnect(). */
import { HostError } from './host-error.ts';
import type { HostedChannels } from './hosted-channels.ts';
import type { HostedNodes } from './hosted-nodes.ts';
import type { HostedSimulation } from './hosted-simulation.ts';
import { NodePairs } from './node-pairs.ts';

/** Pairs of peers that connect() named, and those that disconnect() keeps apart. */
export interface HostedPeersState {
  readonly connected: readonly (readonly [number, number])[];
  readonly apart: readonly (readonly [number, number])[];
}

export class HostedPeers {
  readonly #simulation: HostedSimulation;
  readonly #nodes: HostedNodes;
  readonly #channels: HostedChannels;
  readonly #connected = new NodePairs();
  readonly #apart = new NodePairs();

  constructor(
    simulation: HostedSimulation,
    nodes: HostedNodes,
    channels: HostedChannels,
    from: HostedPeersState | null,
  ) {
    this.#simulation = simulation;
    this.#nodes = nodes;
    this.#channels = channels;
    for (const [a, b] of from?.connected ?? []) this.#connected.add(a, b);
    for (const [a, b] of from?.apart ?? []) this.#apart.add(a, b);
  }

  /** Nodes that this one is connected to, in order: those it has a channel with, and those that connect() named. */
  of(node: number): readonly number[] {
    const peers = new Set(this.#connected.of(node));
    for (const { source, destination } of this.#channels.live()) {
      if (source === node) peers.add(destination);
      else if (destination === node) peers.add(source);
    }
    return [...peers].filter((peer) => !this.#apart.has(node, peer)).sort((a, b) => a - b);
  }

  /** @throws HostError when it is the same node */
  connect(node: number, peer: number): void {
    if (node === peer) {
      throw new HostError('a node cannot connect to itself', 'invalid_value', {
        field: 'peer',
        subject: this.#nodes.name(node),
      });
    }
    this.#connected.add(node, peer);
    this.#apart.delete(node, peer);
    this.#simulation.backend.connectPeer(node, peer);
  }

  /** @throws HostError when they are not connected */
  disconnect(node: number, peer: number): void {
    if (!this.of(node).includes(peer)) {
      const what = `${this.#nodes.name(node)} is not connected to that node`;
      throw new HostError(what, 'not_connected', { field: 'peer', subject: this.#nodes.name(peer) });
    }
    this.#connected.delete(node, peer);
    this.#apart.add(node, peer);
    this.#simulation.backend.disconnectPeer(node, peer);
  }

  capture(): HostedPeersState {
    return { connected: this.#connected.list(), apart: this.#apart.list() };
  }
}
