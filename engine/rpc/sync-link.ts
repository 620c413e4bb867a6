/**
 * A link to a model process for a simulation that cannot wait for promises: a thread of its own speaks gRPC
 * (link-thread.ts), and this one sleeps until the answer is there.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { ENGINE_VERSION } from '../base/version.ts';
import type { LinkLimits, LinkTarget } from './contract.ts';
import type { LinkData, LinkMessage } from './link-thread.ts';
import type { TurnLink } from './remote-session.ts';
import { type DescribeResponse, decodeDescription, PROTOCOL } from './wire.ts';

export class SyncLink implements TurnLink {
  readonly description: DescribeResponse;
  readonly #target: LinkTarget;
  readonly #limits: LinkLimits;
  readonly #worker: Worker;
  readonly #port: MessageChannel['port1'];
  readonly #woken: Int32Array;
  /** Messages that were taken from the port; the first one was the description. */
  #taken = 1;
  #problem: string | null = null;

  private constructor(link: {
    readonly description: DescribeResponse;
    readonly target: LinkTarget;
    readonly limits: LinkLimits;
    readonly worker: Worker;
    readonly port: MessageChannel['port1'];
    readonly woken: Int32Array;
  }) {
    this.description = link.description;
    this.#target = link.target;
    this.#limits = link.limits;
    this.#worker = link.worker;
    this.#port = link.port;
    this.#woken = link.woken;
  }

  /**
   * Connects and asks what the process is.
   * @param entry module whose threads call serveLink for data of this kind
   * @throws Error that says why there is no such process
   */
  static async open(entry: URL, target: LinkTarget, limits: LinkLimits): Promise<SyncLink> {
    const { port1, port2 } = new MessageChannel();
    const woken = new SharedArrayBuffer(4);
    const data: LinkData = {
      kind: 'blast-model-link',
      address: target.address,
      ...(target.tls === undefined ? {} : { tls: target.tls }),
      port: port2,
      woken,
      answerMs: limits.answerMs,
    };
    const worker = new Worker(entry, { workerData: data, transferList: [port2] });
    try {
      const first = await new Promise<LinkMessage>((resolve, reject) => {
        port1.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error('the thread that speaks to the process ended')));
      });
      if (!(first instanceof Uint8Array)) throw new Error(first.problem);
      const description = describe(first, target.address);
      worker
        .removeAllListeners('exit')
        .removeAllListeners('error')
        .on('error', () => {});
      worker.unref();
      port1.unref();
      return new SyncLink({ description, target, limits, worker, port: port1, woken: new Int32Array(woken) });
    } catch (error) {
      port1.close();
      await worker.terminate();
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
        return { problem: `the process at ${this.#target.address} did not answer within ${answerMs / 1000} s` };
      }
    }
    this.#taken++;
    const received = receiveMessageOnPort(this.#port) as { readonly message: LinkMessage } | undefined;
    return received?.message ?? { problem: 'an answer was lost' };
  }
}

function describe(bytes: Uint8Array, address: string): DescribeResponse {
  let description: DescribeResponse;
  try {
    description = decodeDescription(bytes);
  } catch (error) {
    throw new Error(
      `the process at ${address} describes itself with bytes that cannot be read: ${(error as Error).message}`,
    );
  }
  if (description.protocol !== PROTOCOL) {
    throw new Error(
      `the process at ${address} (${description.software || 'unknown software'}) speaks version ${description.protocol} of ` +
        `blast.v1.Model, blast ${ENGINE_VERSION} speaks version ${PROTOCOL}`,
    );
  }
  return description;
}
