/**
 * The route that a payment's result shows: that of its first part that succeeded, as the HTLCs went, else that of its last
 * attempt, as it was sent. While it stands among the attempts as it will be shown it is not copied, which is so of nearly all.
 */
import { NumberMap } from '../base/number-map.ts';
import type { AttemptPool } from './attempts.ts';
import type { ChannelTable } from './channels.ts';
import { MAX_HOPS } from './node-model.ts';

/** Channel instances of a route, and its nodes, of which there is one more. Never changed once it was handed out. */
export interface ShownRoute {
  readonly nodes: readonly number[];
  readonly channels: readonly number[];
}

export class ShownRoutes {
  readonly #attempts: AttemptPool;
  readonly #channels: ChannelTable;
  readonly #source: ArrayLike<number>;
  /** Slot of the attempt whose route is the one of a payment (row); −1 for none, and where it is kept. */
  readonly #attempt: Int32Array;
  readonly #kept = new NumberMap<ShownRoute>();

  /** @param source nodes that pay, by payment */
  constructor(source: ArrayLike<number>, attempts: AttemptPool, channels: ChannelTable) {
    this.#source = source;
    this.#attempts = attempts;
    this.#channels = channels;
    this.#attempt = new Int32Array(source.length).fill(-1);
  }

  /** An attempt (slot) is sent, and none of the payment has succeeded. */
  sent(payment: number, attempt: number): void {
    if (this.#attempts.length[attempt] === 0) return;
    this.#attempt[payment] = attempt;
    if (this.#kept.size > 0) this.#kept.delete(payment);
  }

  /** The route of an attempt is about to be another one than was sent, or its slot to be given up. */
  keep(payment: number, attempt: number): void {
    if (this.#attempt[payment] === attempt) this.succeeded(payment, attempt);
  }

  /** An attempt has succeeded as the first of its payment: its route as it is now. */
  succeeded(payment: number, attempt: number): void {
    if (this.#attempts.length[attempt] === 0) return;
    this.#attempt[payment] = -1;
    this.#kept.set(payment, this.#read(payment, attempt));
  }

  /** The route to be shown as of now; undefined before the first attempt. */
  of(payment: number): ShownRoute | undefined {
    const attempt = this.#attempt[payment]!;
    return attempt < 0 ? this.#kept.get(payment) : this.#read(payment, attempt);
  }

  /** The same, and forgets it. */
  take(payment: number): ShownRoute | undefined {
    const route = this.of(payment);
    this.#attempt[payment] = -1;
    this.#kept.delete(payment);
    return route;
  }

  /** Takes over what `of` told. */
  restore(payment: number, route: ShownRoute): void {
    this.#kept.set(payment, route);
  }

  #read(payment: number, attempt: number): ShownRoute {
    const hops = this.#attempts.length[attempt]!;
    const { edge } = this.#attempts;
    const { node } = this.#channels;
    const base = attempt * MAX_HOPS;
    // Of the right size at once: one that grows has room for seventeen.
    const nodes = new Array<number>(hops + 1);
    const channels = new Array<number>(hops);
    nodes[0] = this.#source[payment]!;
    for (let i = 0; i < hops; i++) {
      const over = edge[base + i]!;
      nodes[i + 1] = node[over ^ 1]!;
      channels[i] = over >> 1;
    }
    return { nodes, channels };
  }
}
