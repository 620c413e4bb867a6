/**
 * Calls of gRPC over Node's own HTTP/2, for the one connection that a run has to a model process: what a general client does
 * besides (resolvers, balancing, retries, interceptors) would cost more by turn than the connection itself. Decides nothing
 * about the messages.
 */
import http2 from 'node:http2';
import net from 'node:net';
import type { LinkTarget } from './contract.ts';
import { FrameReader, framed, GRPC, type GrpcStatus, WINDOW_BYTES } from './grpc-frames.ts';
import { ofHttp, statusOf } from './grpc-status.ts';

export interface GrpcCall {
  write(message: Uint8Array): void;
  /** No more messages are written. */
  end(): void;
  /** Ends the call for both sides. */
  cancel(): void;
}

export interface GrpcEvents {
  message(bytes: Buffer): void;
  /** Once, at the end; nothing comes after it. */
  ended(status: GrpcStatus): void;
}

export class GrpcClient {
  readonly #session: http2.ClientHttp2Session;
  readonly #scheme: string;
  /** What went wrong with the connection; null as long as nothing did. */
  #broken: string | null = null;

  constructor({ address, tls }: LinkTarget) {
    const path = /^unix:(?:\/\/)?(.+)$/.exec(address)?.[1];
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#session = http2.connect(`${this.#scheme}://${path === undefined ? address : 'localhost'}`, {
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
      // A large message may wait as a whole; see MAX_MESSAGE_BYTES.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
      ...tls,
      ...(path === undefined ? {} : { createConnection: () => net.connect(path) }),
    });
    this.#session.on('error', (error) => {
      this.#broken ??= error.message;
    });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(WINDOW_BYTES));
  }

  /** Begins a call. */
  call(path: string, events: GrpcEvents): GrpcCall {
    let isOpen = true;
    let said: GrpcStatus | null = null;
    const end = (status: GrpcStatus): void => {
      if (!isOpen) return;
      isOpen = false;
      events.ended(status);
    };
    let stream: http2.ClientHttp2Stream;
    try {
      stream = this.#session.request(
        {
          ':method': 'POST',
          ':scheme': this.#scheme,
          ':path': path,
          te: 'trailers',
          'content-type': 'application/grpc',
        },
        { endStream: false },
      );
    } catch (error) {
      // The connection is gone already.
      const details = this.#broken ?? (error as Error).message;
      queueMicrotask(() => end({ code: GRPC.unavailable, details }));
      return { write: () => {}, end: () => {}, cancel: () => {} };
    }
    const cancel = (): void => stream.close(http2.constants.NGHTTP2_CANCEL);
    const frames = new FrameReader((message) => {
      if (isOpen) events.message(message);
    });
    stream.on('response', (headers) => {
      said = statusOf(headers) ?? said ?? ofHttp(headers);
    });
    stream.on('trailers', (headers) => {
      said = statusOf(headers) ?? said;
    });
    stream.on('data', (chunk: Buffer) => {
      if (!isOpen) return;
      const wrong = frames.push(chunk);
      if (wrong === null) return;
      end(wrong);
      cancel();
    });
    // The server has ended the call: there is nobody left to write to.
    stream.on('end', () => void stream.end());
    let problem: string | null = null;
    stream.on('error', (error) => {
      problem = error.message;
    });
    stream.on('close', () => end(said ?? this.#brokenOff(stream.rstCode, problem)));
    return {
      write: (message) => {
        if (isOpen) stream.write(framed(message));
      },
      end: () => void stream.end(),
      cancel,
    };
  }

  /** A call with one message each way. @param deadlineMs how long it may take, connecting included */
  unary(path: string, request: Uint8Array, deadlineMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let answer: Buffer | null = null;
      const call = this.call(path, {
        message: (bytes) => {
          answer ??= bytes;
        },
        ended: (status) => {
          clearTimeout(late);
          if (status.code === GRPC.ok && answer !== null) resolve(answer);
          else reject(status.code === GRPC.ok ? { code: GRPC.internal, details: 'there is no answer' } : status);
        },
      });
      const late = setTimeout(() => {
        reject({ code: GRPC.deadlineExceeded, details: `there is no answer within ${deadlineMs} ms` });
        call.cancel();
      }, deadlineMs);
      call.write(request);
      call.end();
    });
  }

  /** Ends the connection, and with it what is still called. */
  close(): void {
    this.#session.destroy();
  }

  /** What is to say of a call that ended without a status. */
  #brokenOff(code: number | undefined, problem: string | null): GrpcStatus {
    if (this.#broken !== null || this.#session.destroyed || this.#session.closed) {
      return { code: GRPC.unavailable, details: this.#broken ?? problem ?? 'the connection was closed' };
    }
    if (code === http2.constants.NGHTTP2_REFUSED_STREAM) {
      return { code: GRPC.unavailable, details: 'the call was refused' };
    }
    return { code: GRPC.internal, details: `the call was broken off (HTTP/2 error ${code})` };
  }
}
