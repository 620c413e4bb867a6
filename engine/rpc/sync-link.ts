/**
 * A link to a model process for a simulation that cannot wait for promises: a thread of its own speaks gRPC
 * (link-thread.ts), and this one sleeps until the answer is there.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { LinkLimits, LinkTarget } from './contract.ts';
import { describeRequest, readDescribed } from './link-description.ts';
import { lateOf } from './link-problem.ts';
import type { LinkData, LinkMessage } from './link-thread.ts';
import type { TurnLink } from './remote-session.ts';
import type { DescribeResponse } from './wire.ts';

/** Largest answer that comes through shared memory, bytes; those about a whole network are larger. */
const ANSWER_BYTES = 65_536;

/** A thread that can speak to a process, before it is known to which one. */
export interface LinkThread {
  readonly worker: Worker;
  readonly port: MessageChannel['port1'];
  readonly data: LinkData;
  /** Why it has ended. */
  readonly ended: Promise<Error>;
}

export class SyncLink implements TurnLink {
  readonly description: DescribeResponse;
  readonly #target: LinkTarget;
  readonly #limits: LinkLimits;
  readonly #worker: Worker;
  readonly #port: MessageChannel['port1'];
  /** See LinkData. */
  readonly #woken: Int32Array;
  readonly #answer: Uint8Array;
  /** Messages that were taken from the port; the first one was the description. */
  #taken = 1;
  #problem: string | null = null;

  private constructor(link: {
    readonly description: DescribeResponse;
    readonly target: LinkTarget;
    readonly limits: LinkLimits;
    readonly thread: LinkThread;
  }) {
    this.description = link.description;
    this.#target = link.target;
    this.#limits = link.limits;
    const { worker, port, data } = link.thread;
    this.#worker = worker;
    this.#port = port;
    this.#woken = new Int32Array(data.woken);
    this.#answer = new Uint8Array(data.answer);
  }

  /**
   * Begins a thread, which takes as long as many a process takes to listen.
   * @param entry module whose threads call serveLink for data of this kind
   */
  static begin(entry: URL, limits: LinkLimits): LinkThread {
    const { port1, port2 } = new MessageChannel();
    const data: LinkData = {
      kind: 'blast-model-link',
      port: port2,
      woken: new SharedArrayBuffer(8),
      answer: new SharedArrayBuffer(ANSWER_BYTES),
      describe: describeRequest(),
      answerMs: limits.answerMs,
    };
    new Int32Array(data.woken)[1] = -1;
    const worker = new Worker(entry, { workerData: data, transferList: [port2] });
    const ended = new Promise<Error>((resolve) => {
      worker.on('error', (error) => resolve(error as Error));
      worker.once('exit', () => resolve(new Error('the thread that speaks to the process ended')));
    });
    worker.unref();
    return { worker, port: port1, data, ended };
  }

  static async end({ worker, port }: LinkThread): Promise<void> {
    port.close();
    await worker.terminate();
  }

  /**
   * Connects and asks what the process is.
   * @throws Error that says why there is no such process; the thread has ended then
   */
  static async open(thread: LinkThread, target: LinkTarget, limits: LinkLimits): Promise<SyncLink> {
    const { worker, port } = thread;
    const { address, tls } = target;
    const where: LinkTarget = tls === undefined ? { address } : { address, tls };
    try {
      worker.ref();
      const first = await new Promise<LinkMessage>((resolve, reject) => {
        port.once('message', resolve);
        thread.ended.then(reject);
        port.postMessage(where);
      });
      if (!(first instanceof Uint8Array)) throw new Error(first.problem);
      const description = readDescribed(first, target.address);
      worker.unref();
      port.unref();
      return new SyncLink({ description, target, limits, thread });
    } catch (error) {
      await SyncLink.end(thread);
      throw error;
    }
  }

  exchange(turn: Uint8Array): Uint8Array {
    if (this.#problem !== null) throw new Error(this.#problem);
    this.#port.postMessage(turn);
    const message = this.#take();
    if (message instanceof Uint8Array) return message;
    this.#problem = message.problem;
    throw new Error(message.problem);
  }

  async close(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }

  /** Sleeps until something was handed back. */
  #take(): LinkMessage {
    const { answerMs } = this.#limits;
    for (;;) {
      const handed = Atomics.load(this.#woken, 0);
      if (handed > this.#taken) break;
      if (Atomics.wait(this.#woken, 0, handed, answerMs) === 'timed-out') {
        return { problem: lateOf(this.#target.address, answerMs) };
      }
    }
    this.#taken++;
    const length = Atomics.load(this.#woken, 1);
    if (length >= 0) {
      const bytes = this.#answer.slice(0, length);
      Atomics.store(this.#woken, 1, -1);
      return bytes;
    }
    const received = receiveMessageOnPort(this.#port) as { readonly message: LinkMessage } | undefined;
    return received?.message ?? { problem: 'an answer was lost' };
  }
}
