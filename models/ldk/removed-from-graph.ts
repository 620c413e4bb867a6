/**
 * Channels and nodes that one node took out of its copy of the public graph because of failures, and for how long gossip
 * about them is not listened to. The graph here is shared, so a search leaves them out instead.
 *
 * ldk:routing/gossip.rs:channel_failed_permanent, node_failed_permanent, REMOVED_ENTRIES_TRACKING_AGE_LIMIT_SECS. LDK takes
 * a channel up again when it is announced again after the week; here it is there again then.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_SECOND } from '../../engine/base/numbers.ts';

/** ldk:routing/gossip.rs:REMOVED_ENTRIES_TRACKING_AGE_LIMIT_SECS. */
const FORGOTTEN_AFTER_US = 7 * 24 * 3600 * US_PER_SECOND;

export class RemovedFromGraph {
  /** Instants from which on they count again, µs. */
  readonly #channels = new Map<number, number>();
  readonly #nodes = new Map<number, number>();

  removeChannel(channel: number, nowUs: number): void {
    this.#channels.set(channel, nowUs + FORGOTTEN_AFTER_US);
  }

  removeNode(node: number, nowUs: number): void {
    this.#nodes.set(node, nowUs + FORGOTTEN_AFTER_US);
  }

  get empty(): boolean {
    return this.#channels.size === 0 && this.#nodes.size === 0;
  }

  channel(channel: number, nowUs: number): boolean {
    return nowUs < (this.#channels.get(channel) ?? -1);
  }

  node(node: number, nowUs: number): boolean {
    return nowUs < (this.#nodes.get(node) ?? -1);
  }

  capture(): Json {
    return { channels: rows(this.#channels), nodes: rows(this.#nodes) };
  }

  static restore(state: Json): RemovedFromGraph {
    const { channels, nodes } = state as unknown as Record<
      'channels' | 'nodes',
      readonly (readonly [number, number])[]
    >;
    const removed = new RemovedFromGraph();
    for (const [channel, until] of channels) removed.#channels.set(channel, until);
    for (const [node, until] of nodes) removed.#nodes.set(node, until);
    return removed;
  }
}

function rows(map: ReadonlyMap<number, number>): Json {
  return [...map].sort(([a], [b]) => a - b).map(([key, until]) => [key, until]);
}
