/**
 * A server of gRPC over Node's own HTTP/2, for a process that a run has started: for the one client that this has, on this
 * machine, without TLS and without what tools want to know of a server (serve.ts is for all others). The same services, as
 * far as their calls have one message each way, or a stream each way.
 */
import { EventEmitter } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from './endpoint.ts';
import { FrameReader, framed, GRPC, type GrpcStatus, WINDOW_BYTES } from './grpc-frames.ts';
import type { RunningServer, ServedService } from './serve.ts';

/** As in serve.ts, ms. */
const SHUTDOWN_MS = 2000;

const HEADERS = { ':status': 200, 'content-type': 'application/grpc' } as const;
const OK: GrpcStatus = { code: GRPC.ok, details: '' };

/** What a call gets of grpc-js: events data, end, cancelled and error, and these. */
class ServedCall extends EventEmitter {
  readonly #stream: http2.ServerHttp2Stream;
  #isBegun = false;
  #isOver = false;

  constructor(stream: http2.ServerHttp2Stream) {
    super();
    this.#stream = stream;
    let isEnded = false;
    const frames = new FrameReader((message) => {
      if (!this.#isOver) this.emit('data', message);
    });
    stream.on('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      const problem = frames.push(chunk);
      if (problem !== null) this.emit('error', problem);
    });
    stream.on('end', () => {
      isEnded = true;
      if (!this.#isOver) this.emit('end');
    });
    // What is wrong with the connection comes with its end.
    stream.on('error', () => {});
    stream.on('close', () => {
      if (isEnded || this.#isOver) return;
      this.#isOver = true;
      this.emit('cancelled');
    });
    this.on('error', (status: Partial<GrpcStatus>) => {
      this.finish({ code: status.code ?? GRPC.unknown, details: status.details ?? '' });
    });
  }

  write(message: Uint8Array): void {
    if (this.#isOver) return;
    this.#begin();
    this.#stream.write(framed(message));
  }

  end(): void {
    this.finish(OK);
  }

  finish({ code, details }: GrpcStatus): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#begin();
    this.#stream.once('wantTrailers', () => {
      // Halves of pairs of UTF-16 are no text.
      const text = encodeURIComponent(Buffer.from(details).toString());
      this.#stream.sendTrailers({ 'grpc-status': `${code}`, ...(text === '' ? {} : { 'grpc-message': text }) });
    });
    this.#stream.end();
  }

  #begin(): void {
    if (this.#isBegun || this.#stream.destroyed) return;
    this.#isBegun = true;
    this.#stream.respond(HEADERS, { waitForTrailers: true });
  }
}

type Handler = (call: ServedCall) => void;

/** @throws Error that says why the address cannot be used */
export async function serveRun(address: ListenAddress, services: readonly ServedService[]): Promise<RunningServer> {
  const handlers = new Map(services.flatMap(handlersOf));
  const server = http2.createServer({
    settings: { initialWindowSize: WINDOW_BYTES },
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(WINDOW_BYTES);
    session.on('error', () => {});
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    const call = new ServedCall(stream);
    const path = headers[':path'] ?? '';
    const handler = handlers.get(path);
    if (handler === undefined) call.finish({ code: GRPC.unimplemented, details: `there is no call ${path}` });
    else handler(call);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    address: { host: address.host, port: (server.address() as AddressInfo).port },
    stop: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => {
          for (const session of sessions) session.destroy();
        }, SHUTDOWN_MS);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        for (const session of sessions) session.close();
      }),
  };
}

function handlersOf({ definition, implementation }: ServedService): [string, Handler][] {
  return Object.entries(definition).map(([name, { path, requestStream, responseStream }]) => {
    const act = implementation[name] as (...args: unknown[]) => void;
    if (requestStream && responseStream) return [path, (call) => act(call)];
    if (requestStream || responseStream) throw new Error(`${path} has a stream one way only`);
    return [path, (call) => unary(call, act)];
  });
}

/** Calls with what came, when all has come. */
function unary(call: ServedCall, act: (...args: unknown[]) => void): void {
  let request: Buffer | null = null;
  call.on('data', (message: Buffer) => {
    request ??= message;
  });
  call.on('end', () => {
    if (request === null) {
      call.finish({ code: GRPC.internal, details: 'there is no question' });
      return;
    }
    act({ request }, (problem: GrpcStatus | null, answer: Uint8Array) => {
      if (problem !== null) {
        call.emit('error', problem);
        return;
      }
      call.write(answer);
      call.end();
    });
  });
}
