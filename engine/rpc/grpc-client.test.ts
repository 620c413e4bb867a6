/** Calls over HTTP/2 of our own, on a server of gRPC's own library and on what is none. */
import { createServer, type Server as HttpServer } from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type handleUnaryCall, type ServerDuplexStream, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { GrpcClient } from './grpc-client.ts';
import { FrameReader, framed, GRPC, type GrpcStatus, MAX_MESSAGE_BYTES } from './grpc-frames.ts';
import { type RunningServer, serve } from './serve.ts';
import { serverCredentials } from './server-credentials.ts';

const UNARY = '/test.Test/Unary';
const DUPLEX = '/test.Test/Duplex';

const asIs = (bytes: Buffer): Buffer => bytes;
const codec = { requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function serving(
  unary: handleUnaryCall<Buffer, Buffer>,
  duplex: (call: ServerDuplexStream<Buffer, Buffer>) => void = () => {},
): Promise<GrpcClient> {
  const server: RunningServer = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), [
    {
      name: 'test.Test',
      proto: { nested: {} },
      definition: {
        Unary: { path: UNARY, requestStream: false, responseStream: false, ...codec },
        Duplex: { path: DUPLEX, requestStream: true, responseStream: true, ...codec },
      },
      implementation: { Unary: unary, Duplex: duplex },
    },
  ]);
  const client = new GrpcClient({ address: `127.0.0.1:${server.address.port}` });
  opened.push({ close: () => client.close() }, { close: () => server.stop() });
  return client;
}

/** What comes of a call that writes messages and waits. */
function called(client: GrpcClient, path: string, ...messages: Buffer[]): Promise<[Buffer[], GrpcStatus]> {
  const got: Buffer[] = [];
  return new Promise((resolve) => {
    const call = client.call(path, {
      message: (bytes) => void got.push(Buffer.from(bytes)),
      ended: (how) => resolve([got, how]),
    });
    for (const message of messages) call.write(message);
  });
}

describe('a call', () => {
  it('has one answer', async () => {
    const client = await serving(({ request }, callback) => callback(null, Buffer.from(`${request}!`)));
    expect((await client.unary(UNARY, Buffer.from('hello'), 5000)).toString()).toBe('hello!');
    expect((await client.unary(UNARY, Buffer.alloc(0), 5000)).toString()).toBe('!');
  });

  it('fails with the sentence of the other side, whatever is in it', async () => {
    const details = 'naïve: 100 % of it\nis lost – “really”';
    const client = await serving((_, callback) => callback({ code: status.NOT_FOUND, details }));
    await expect(client.unary(UNARY, Buffer.from('?'), 5000)).rejects.toEqual({ code: status.NOT_FOUND, details });
  });

  it('fails where nobody answers in time, and where there is no such call', async () => {
    const client = await serving(() => {});
    await expect(client.unary(UNARY, Buffer.from('?'), 50)).rejects.toMatchObject({ code: GRPC.deadlineExceeded });
    await expect(client.unary('/test.Test/Other', Buffer.from('?'), 5000)).rejects.toMatchObject({
      code: GRPC.unimplemented,
    });
  });

  it('carries messages both ways, of many megabytes, too, in their order', async () => {
    const client = await serving(
      () => {},
      (call) => {
        call.on('data', (bytes: Buffer) => call.write(bytes));
      },
    );
    const messages = [1, 0, 70_000, 20_000_000, 5].map((length, i) => Buffer.alloc(length, i));
    const echoed: Buffer[] = [];
    await new Promise<void>((resolve) => {
      const call = client.call(DUPLEX, {
        message: (bytes) => {
          echoed.push(Buffer.from(bytes));
          if (echoed.length === messages.length) resolve();
        },
        ended: () => {},
      });
      for (const message of messages) call.write(message);
    });
    expect(echoed.map((bytes, i) => bytes.equals(messages[i] as Buffer))).toEqual(messages.map(() => true));
  });

  it('ends when the other side ends it, well or not, after what was sent before', async () => {
    const client = await serving(
      () => {},
      (call) => {
        call.on('data', (bytes: Buffer) => {
          call.write(bytes);
          if (bytes.toString() === 'end') call.end();
          else call.emit('error', { code: status.INTERNAL, details: 'out of wits' });
        });
        call.on('error', () => {});
      },
    );
    expect(await called(client, DUPLEX, Buffer.from('end'))).toEqual([
      [Buffer.from('end')],
      { code: 0, details: 'OK' },
    ]);
    const [, how] = await called(client, DUPLEX, Buffer.from('fail'));
    expect(how).toEqual({ code: GRPC.internal, details: 'out of wits' });
  });
});

describe('something else than a server of gRPC', () => {
  const listening = async (server: HttpServer | http2.Http2Server): Promise<GrpcClient> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = new GrpcClient({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
    opened.push({ close: () => client.close() }, server);
    return client;
  };

  it('that is not there', async () => {
    const client = new GrpcClient({ address: '127.0.0.1:1' });
    const late = called(client, DUPLEX);
    expect((await late)[1]).toMatchObject({ code: GRPC.unavailable, details: expect.stringMatching(/ECONNREFUSED/) });
    // The connection is known to be broken by now.
    expect((await called(client, DUPLEX))[1]).toMatchObject({ code: GRPC.unavailable });
  });

  it('that speaks HTTP/1', async () => {
    const client = await listening(createServer((_, response) => response.end('hello')));
    expect((await called(client, DUPLEX, Buffer.from('?')))[1]).toMatchObject({ code: GRPC.unavailable });
  });

  it.each([
    [{ ':status': 404 }, '', { code: GRPC.unimplemented, details: 'it answers with status 404 of HTTP' }],
    [{ ':status': 503 }, 'busy', { code: GRPC.unavailable, details: 'it answers with status 503 of HTTP' }],
    [{ ':status': 200, 'content-type': 'text/html' }, '', { code: GRPC.unknown, details: 'it answers with text/html' }],
    [{ ':status': 200 }, '', { code: GRPC.unknown, details: 'it answers with no type of content' }],
    [
      { ':status': 200, 'content-type': 'application/grpc' },
      '\u0001\0\0\0\u0001x',
      { code: GRPC.internal, details: 'a message is compressed, or no message of gRPC' },
    ],
    [
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '7', 'grpc-message': 'go%20away %' },
      '',
      { code: GRPC.permissionDenied, details: 'go%20away %' },
    ],
    [
      { ':status': 200, 'content-type': 'application/grpc' },
      '',
      { code: GRPC.internal, details: 'the call was broken off (HTTP/2 error 0)' },
    ],
  ])('that answers %j and %j', async (headers, body, how) => {
    const server = http2.createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond(headers);
      stream.end(body);
    });
    expect((await called(await listening(server), DUPLEX, Buffer.from('?')))[1]).toEqual(how);
  });

  it('that breaks the connection', async () => {
    const server = http2.createServer();
    server.on('stream', (stream) => stream.session?.destroy());
    expect((await called(await listening(server), DUPLEX, Buffer.from('?')))[1]).toMatchObject({
      code: GRPC.unavailable,
    });
  });
});

describe('messages in a stream', () => {
  it('are those that were written, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.array(fc.nat(7)), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(framed));
        const got: number[][] = [];
        const reader = new FrameReader((message) => void got.push([...message]));
        let at = 0;
        for (let i = 0; at < bytes.length; i++) {
          const end = at + (cuts.length === 0 ? bytes.length : (cuts[i % cuts.length] as number) + 1);
          expect(reader.push(bytes.subarray(at, end))).toBeNull();
          at = end;
        }
        expect(got).toEqual(messages.map((message) => [...message]));
      }),
    );
  });

  it('are refused before they are there where they are too large', () => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(MAX_MESSAGE_BYTES + 1, 1);
    expect(new FrameReader(() => {}).push(head)).toMatchObject({ code: GRPC.resourceExhausted });
  });
});
