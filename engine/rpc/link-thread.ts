/**
 * The thread that speaks gRPC for a simulation which waits: takes turns from a port, sends them, and hands the answers
 * back, waking the waiting thread each time. See sync-link.ts for the other end.
 */
import type { MessagePort } from 'node:worker_threads';
import type { LinkTarget } from './contract.ts';
import { type GrpcCall, GrpcClient } from './grpc-client.ts';
import type { GrpcStatus } from './grpc-frames.ts';
import { endOf, problemOf } from './link-problem.ts';
import { DESCRIBE_PATH, PLAY_PATH } from './model-paths.ts';

/** What a thread of this kind is started with. */
export interface LinkData {
  readonly kind: 'blast-model-link';
  /** Brings the target first, then turns. */
  readonly port: MessagePort;
  /** Two 32-bit numbers: how many messages were handed back, and the length of the one in `answer`; −1 when it is taken. */
  readonly woken: SharedArrayBuffer;
  /** Answers that fit, one at a time; others go through the port. */
  readonly answer: SharedArrayBuffer;
  /** DescribeRequest, which the process is asked before anything else. */
  readonly describe: Uint8Array;
  /** How long the process may take until it has said what it is, ms. */
  readonly answerMs: number;
}

/** What comes back: bytes, or what went wrong. */
export type LinkMessage = Uint8Array | { readonly problem: string };

/** Waits for its target, connects, asks what the process is, and carries turns until the thread is ended. */
export function serveLink(data: LinkData): void {
  let send: ((turn: Uint8Array) => void) | null = null;
  data.port.on('message', (message: LinkTarget | Uint8Array) => {
    if (message instanceof Uint8Array) send?.(message);
    else send = connect(data, message);
  });
}

/** Answers what sends a turn. */
function connect(
  { port, woken, answer, describe, answerMs }: LinkData,
  target: LinkTarget,
): (turn: Uint8Array) => void {
  const state = new Int32Array(woken);
  const slot = new Uint8Array(answer);
  const hand = (message: LinkMessage): void => {
    if (message instanceof Uint8Array && message.length <= slot.length && Atomics.load(state, 1) < 0) {
      slot.set(message);
      Atomics.store(state, 1, message.length);
    } else {
      // Its own bytes, and no more of those that it came with.
      port.postMessage(message instanceof Uint8Array ? new Uint8Array(message) : message);
    }
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  };
  const client = new GrpcClient(target);
  const failed = (status: GrpcStatus): void => hand({ problem: problemOf(status, target.address) });
  let call: GrpcCall | null = null;
  client.unary(DESCRIBE_PATH, describe, answerMs).then((description) => {
    call = client.call(PLAY_PATH, {
      message: hand,
      ended: (status) => hand({ problem: endOf(status, target.address) }),
    });
    port.postMessage(new Uint8Array(description));
    Atomics.add(state, 0, 1);
  }, failed);
  return (turn) => call?.write(turn);
}
