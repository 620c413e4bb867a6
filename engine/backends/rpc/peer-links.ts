/**
 * Who may be connected to whom: what events ask for, and partitions, which are made by disconnecting every pair of peers of
 * different groups.
 */
import { RECORD } from '../../simulate/records.ts';
import { type ChannelBook, isLive, type WriteRecord } from './channel-book.ts';
import type { ProcessCalls } from './process-calls.ts';
import type { Seat } from './seat.ts';

export interface PeerLinksOptions {
  readonly seats: readonly Seat[];
  readonly book: ChannelBook;
  readonly calls: ProcessCalls;
  readonly write: WriteRecord;
  /** The run's time as messages name it. */
  time(): string;
}

type Pair = readonly [number, number];

export class PeerLinks {
  readonly #options: PeerLinksOptions;
  /** Pairs that an event keeps apart. */
  readonly #apart = new Set<string>();
  /** Pairs that would be connected but for the partition. */
  readonly #cut = new Map<string, Pair>();
  /** Group of each node in the present partition. */
  readonly #group: Int32Array;

  constructor(options: PeerLinksOptions) {
    this.#options = options;
    this.#group = new Int32Array(options.seats.length);
  }

  /** Nothing keeps them apart. */
  reachable(a: number, b: number): boolean {
    return !this.#apart.has(key(a, b)) && this.#group[a] === this.#group[b];
  }

  async connect(a: number, b: number): Promise<void> {
    this.#apart.delete(key(a, b));
    const together = this.#group[a] === this.#group[b];
    if (together) await this.#link([a, b], true);
    else this.#cut.set(key(a, b), [a, b]);
    this.#options.write(RECORD.peers, a, b, 1, 0);
    if (together) this.#note([a, b], true);
  }

  async disconnect(a: number, b: number): Promise<void> {
    await this.#link([a, b], false);
    this.#apart.add(key(a, b));
    this.#options.write(RECORD.peers, a, b, 0, 0);
    this.#note([a, b], false);
  }

  /** Nodes of different groups lose each other; nodes in no group form one more. */
  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    this.#group.fill(0);
    groups.forEach((nodes, i) => {
      for (const node of nodes) this.#group[node] = i + 1;
      this.#options.write(RECORD.partition, i + 1, nodes.length, -1, 0);
    });
    for (const pair of this.#peers()) {
      const [a, b] = pair;
      if (this.#group[a] === this.#group[b] || this.#cut.has(key(a, b))) continue;
      await this.#link(pair, false);
      this.#note(pair, false);
      this.#cut.set(key(a, b), pair);
    }
    await this.#reconnect();
  }

  /** Ends a partition. */
  async heal(): Promise<void> {
    this.#group.fill(0);
    this.#options.write(RECORD.partition, 0, this.#options.seats.length, -1, 0);
    await this.#reconnect();
  }

  /** Pairs with a channel that are connected as far as events go. */
  #peers(): readonly Pair[] {
    const pairs = new Map<string, Pair>();
    for (const { nodes, state } of this.#options.book.all) {
      if (isLive(state) && !this.#apart.has(key(...nodes))) pairs.set(key(...nodes), nodes);
    }
    return [...pairs.values()];
  }

  /** Connects what the partition does not cut any more. */
  async #reconnect(): Promise<void> {
    for (const [name, pair] of [...this.#cut]) {
      const [a, b] = pair;
      if (this.#group[a] !== this.#group[b]) continue;
      this.#cut.delete(name);
      if (this.#apart.has(name)) continue;
      await this.#link(pair, true);
      this.#note(pair, true);
    }
  }

  /** A refusal is no failure where things are already as they are to be. */
  async #link([a, b]: Pair, connect: boolean): Promise<void> {
    const { seats, calls, time } = this.#options;
    const [seat, peer] = [seats[a]!, seats[b]!];
    const refusal = await calls.refusal(seat, ({ driver, node }) =>
      connect ? driver.connect(node, peer.node) : driver.disconnect(node, peer.node),
    );
    if (refusal !== null && (await calls.ask(seat, () => seat.driver.connected(seat.node, peer.node))) !== connect) {
      const what = connect ? 'be connected to' : 'be disconnected from';
      throw new Error(`E813 ${seat.driver.target}: ${seat.name} cannot ${what} ${peer.name} at ${time()}: ${refusal}`);
    }
  }

  /** What becomes of their channels. */
  #note(pair: Pair, connected: boolean): void {
    const { book } = this.#options;
    for (const instance of book.all) {
      if (isLive(instance.state) && key(...instance.nodes) === key(...pair)) book.connect(instance, connected);
    }
  }
}

const key = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;
