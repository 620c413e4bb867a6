/** Looks at what has become of channels, as their processes tell, and lets the book of channels know. */
import { type ChannelBook, isLive } from './channel-book.ts';
import type { Driver, DriverChannel } from './driver.ts';
import type { ProcessCalls } from './process-calls.ts';
import type { RpcClock } from './seat.ts';

/** Pause between two looks, ms. */
export const POLL_MS = 200;

export class ChannelWatch {
  readonly #book: ChannelBook;
  readonly #calls: ProcessCalls;
  readonly #clock: RpcClock;
  readonly #drivers: () => readonly Driver[];
  #lookedMs = Number.NEGATIVE_INFINITY;

  /** @param drivers each process once */
  constructor(book: ChannelBook, calls: ProcessCalls, clock: RpcClock, drivers: () => readonly Driver[]) {
    this.#book = book;
    this.#calls = calls;
    this.#clock = clock;
    this.#drivers = drivers;
  }

  /** Looks, when the last look is long enough ago. */
  async lookInTurn(): Promise<void> {
    if (this.#clock.now() - this.#lookedMs >= POLL_MS) await this.look();
  }

  /** Looks at what has become of all channels. */
  async look(): Promise<void> {
    if (!this.#book.all.some(({ state }) => isLive(state))) return;
    const told = await this.told();
    this.#lookedMs = this.#clock.now();
    for (const instance of this.#book.all) {
      if (this.#book.named(instance.name) === instance) this.#book.observe(instance, told.get(instance.name));
    }
  }

  /** What all processes tell of their channels, by number. */
  async told(): Promise<ReadonlyMap<number, DriverChannel>> {
    const told = new Map<number, DriverChannel>();
    for (const driver of this.#drivers()) {
      for (const channel of await this.#calls.ask({ driver }, () => driver.channels())) told.set(channel.id, channel);
    }
    return told;
  }
}
