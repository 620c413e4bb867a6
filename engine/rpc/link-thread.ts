/**
 * The thread that speaks gRPC for a simulation which waits: takes turns from a port, sends them, and hands the answers
 * back, waking the waiting thread each time. See sync-link.ts for the other end.
 */
import type { MessagePort } from 'node:worker_threads';
import { ChannelCredentials, Client, type ClientDuplexStream, credentials, Metadata, status } from '@grpc/grpc-js';
import { ENGINE_VERSION } from '../base/version.ts';
import type { LinkTls } from './contract.ts';
import { DESCRIBE_PATH, PLAY_PATH } from './model-service.ts';
import { encodeDescribeRequest, PROTOCOL } from './wire.ts';

/** What a thread of this kind is started with. */
export interface LinkData {
  readonly kind: 'blast-model-link';
  /** HOST:PORT. */
  readonly address: string;
  /** PEM texts; absent without TLS. */
  readonly tls?: LinkTls;
  readonly port: MessagePort;
  /** One 32-bit number, which counts what was handed back. */
  readonly woken: SharedArrayBuffer;
  /** How long the process may take until it has said what it is, ms. */
  readonly answerMs: number;
}

/** What comes back: bytes, or what went wrong. */
export type LinkMessage = Uint8Array | { readonly problem: string };

/** As in serve.ts, bytes. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

const asIs = (bytes: Buffer): Buffer => bytes;

/** Connects, asks what the process is, and carries turns until the thread is ended. */
export function serveLink({ address, tls, port, woken, answerMs }: LinkData): void {
  const count = new Int32Array(woken);
  const hand = (message: LinkMessage): void => {
    port.postMessage(message);
    Atomics.add(count, 0, 1);
    Atomics.notify(count, 0);
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
  port.on('message', (turn: Uint8Array) => call?.write(Buffer.from(turn.buffer, turn.byteOffset, turn.byteLength)));
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
      call.on('data', (answer: Buffer) => hand(new Uint8Array(answer)));
      call.on('error', failed);
      call.on('end', () => hand({ problem: `the process at ${address} closed the stream` }));
      hand(new Uint8Array(description as Buffer));
    },
  );
}

function problemOf({ code, details }: { readonly code?: number; readonly details?: string }, address: string): string {
  if (code === status.UNAVAILABLE) return `the process at ${address} cannot be reached (any more): ${details}`;
  if (code === status.DEADLINE_EXCEEDED) return `the process at ${address} did not say in time what it is (Describe)`;
  if (code === status.UNIMPLEMENTED) return `what listens at ${address} does not speak blast.v1.Model`;
  const why = details === undefined || details === '' ? `the call ended with status ${code}` : details;
  return `the process at ${address} failed: ${why}`;
}
