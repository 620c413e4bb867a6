/**
 * A link to a process of ours, for a simulation that cannot wait for promises: this thread itself writes to the connection and
 * waits at it. So a turn wakes the process and the answer this thread, and nobody else. Where the other end takes too long,
 * link-watch.ts ends it, which is why this is for processes only that the command has started.
 */
import { Worker } from 'node:worker_threads';
import type { LinkLimits } from './contract.ts';
import { GRPC, type GrpcStatus } from './grpc-frames.ts';
import { describeRequest, readDescribed } from './link-description.ts';
import { endOf, lateOf, problemOf } from './link-problem.ts';
import { type WatchData, WORD } from './link-watch.ts';
import { DESCRIBE_PATH, PLAY_PATH } from './model-paths.ts';
import type { ModelProcess } from './model-process.ts';
import type { TurnLink } from './remote-session.ts';
import { CallEnded, WaitingClient } from './waiting-client.ts';
import { type WaitingWire, waitingWire } from './waiting-wire.ts';
import type { DescribeResponse } from './wire.ts';

export class DirectLink implements TurnLink {
  readonly description: DescribeResponse;
  readonly #address: string;
  readonly #limits: LinkLimits;
  readonly #wire: WaitingWire;
  readonly #client: WaitingClient;
  readonly #watch: Worker;
  /** See WORD. */
  readonly #words: Int32Array;
  #problem: string | null = null;

  /** @throws Error as open; the link is closed then */
  private constructor(address: string, wire: WaitingWire, watch: WatchData, entry: URL) {
    this.#address = address;
    this.#limits = watch;
    this.#wire = wire;
    this.#words = new Int32Array(watch.state);
    this.#watch = new Worker(entry, { workerData: watch });
    this.#watch.unref();
    this.#client = new WaitingClient(wire, address);
    try {
      this.description = readDescribed(this.#described(), address);
    } catch (error) {
      void this.close();
      throw error;
    }
    this.#client.call(PLAY_PATH);
  }

  /**
   * Connects and asks what the process is.
   * @param entry module whose threads call watchLink for data of that kind
   * @returns null where a thread cannot wait at a connection
   * @throws Error that says why there is no such process
   */
  static async open(entry: URL, { address, pid }: ModelProcess, { answerMs }: LinkLimits): Promise<DirectLink | null> {
    if (pid === null) return null;
    let wire: WaitingWire | null;
    try {
      wire = await waitingWire(address);
    } catch (error) {
      throw new Error(problemOf({ code: GRPC.unavailable, details: (error as Error).message }, address));
    }
    if (wire === null) return null;
    const state = new SharedArrayBuffer(4 * Object.keys(WORD).length);
    return new DirectLink(address, wire, { kind: 'blast-link-watch', state, answerMs, pid }, entry);
  }

  exchange(turn: Uint8Array): Uint8Array {
    if (this.#problem !== null) throw new Error(this.#problem);
    try {
      return this.#waited(() => {
        this.#client.write(turn);
        return this.#client.read();
      });
    } catch (error) {
      if (!(error instanceof CallEnded)) throw error;
      this.#problem = this.#isLate ? lateOf(this.#address, this.#limits.answerMs) : endOf(error.status, this.#address);
      throw new Error(this.#problem);
    }
  }

  async close(): Promise<void> {
    this.#problem ??= 'the link is closed';
    this.#wire.close();
    Atomics.store(this.#words, WORD.closed, 1);
    Atomics.notify(this.#words, WORD.closed);
    await this.#watch.terminate();
  }

  get #isLate(): boolean {
    return Atomics.load(this.#words, WORD.late) === 1;
  }

  /** @throws Error that says why it does not say what it is */
  #described(): Uint8Array {
    const late: GrpcStatus = { code: GRPC.deadlineExceeded, details: '' };
    try {
      return this.#waited(() => {
        this.#client.call(DESCRIBE_PATH);
        this.#client.write(describeRequest(), true);
        const message = this.#client.read();
        const status = this.#client.finish();
        if (status.code !== GRPC.ok) throw new CallEnded(status);
        return message;
      });
    } catch (error) {
      if (!(error instanceof CallEnded)) throw error;
      throw new Error(problemOf(this.#isLate ? late : error.status, this.#address));
    }
  }

  /** What comes of it, while the other thread looks how long it takes. */
  #waited<T>(act: () => T): T {
    Atomics.add(this.#words, WORD.turn, 1);
    try {
      return act();
    } finally {
      Atomics.add(this.#words, WORD.turn, 1);
    }
  }
}
