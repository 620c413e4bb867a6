/**
 * The thread that speaks gRPC for a simulation which waits: takes turns from a port, sends them, and hands the answers
 * back, waking the waiting thread each time. See sync-link.ts for the other end.
 */
import type { MessagePort } from 'node:worker_threads';
import { ChannelCredentials, Client, type ClientDuplexStream, credentials, Metadata, status } from '@grpc/grpc-js';
import { ENGINE_VERSION } from '../base/version.ts';
import type { LinkTarget } from './contract.ts';
import { DESCRIBE_PATH, PLAY_PATH } from './model-service.ts';
import { encodeDescribeRequest, PROTOCOL } from './wire.ts';

/** What a thread of this kind is started with. */
export interface LinkData {
  readonly kind: 'blast-model-link';
  /** Brings the target first, then turns. */
  readonly port: MessagePort;
  /** Two 32-bit numbers: how many messages were handed back, and the length of the one in `answer`; −1 when it is taken. */
  readonly woken: SharedArrayBuffer;
  /** Answers that fit, one at a time; others go through the port. */
  readonly answer: SharedArrayBuffer;
  /** How long the process may take until it has said what it is, ms. */
  readonly answerMs: number;
}

/** What comes back: bytes, or what went wrong. */
export type LinkMessage = Uint8Array | { readonly problem: string };

/** As in serve.ts, bytes. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

const asIs = (bytes: Buffer): Buffer => bytes;

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
  { port, woken, answer, answerMs }: LinkData,
  { address, tls }: LinkTarget,
): (turn: Uint8Array) => void {
  const state = new Int32Array(woken);
  const slot = new Uint8Array(answer);
  const hand = (message: LinkMessage): void => {
    if (message instanceof Uint8Array && message.length <= slot.length && Atomics.load(state, 1) < 0) {
      slot.set(message);
      Atomics.store(state, 1, message.length);
    } else {
      port.postMessage(message);
    }
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  };
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  const access =
    tls === undefined
      ? credentials.createInsecure()
      : ChannelCredentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert));
  const client = new Client(address, access, {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  const failed = (error: { readonly code?: number; readonly details?: string }): void =>
    hand({ problem: problemOf(error, address) });

  let call: ClientDuplexStream<Buffer, Buffer> | null = null;
  const options = { deadline: Date.now() + answerMs, waitForReady: false };
  client.makeUnaryRequest(
    DESCRIBE_PATH,
    asIs,
    asIs,
    Buffer.from(encodeDescribeRequest({ protocol: PROTOCOL, engine_version: ENGINE_VERSION })),
    new Metadata(),
    options,
    (error, description) => {
      if (error !== null) {
        failed(error);
        return;
      }
      call = client.makeBidiStreamRequest(PLAY_PATH, asIs, asIs, new Metadata());
      call.on('data', (bytes: Buffer) => hand(new Uint8Array(bytes)));
      call.on('error', failed);
      call.on('end', () => hand({ problem: `the process at ${address} closed the stream` }));
      port.postMessage(new Uint8Array(description as Buffer));
      Atomics.add(state, 0, 1);
    },
  );
  return (turn) => void call?.write(Buffer.from(turn.buffer, turn.byteOffset, turn.byteLength));
}

function problemOf({ code, details }: { readonly code?: number; readonly details?: string }, address: string): string {
  if (code === status.UNAVAILABLE) return `the process at ${address} cannot be reached (any more): ${details}`;
  if (code === status.DEADLINE_EXCEEDED) return `the process at ${address} did not say in time what it is (Describe)`;
  if (code === status.UNIMPLEMENTED) return `what listens at ${address} does not speak blast.v1.Model`;
  const why = details === undefined || details === '' ? `the call ended with status ${code}` : details;
  return `the process at ${address} failed: ${why}`;
}
