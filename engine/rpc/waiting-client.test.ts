/** Calls of a thread that waits: on a server of gRPC's own library in another thread, and on bytes of all kinds. */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRPC, type GrpcStatus } from './grpc-frames.ts';
import { headerBlock } from './header-block.ts';
import { CallEnded, WaitingClient, type Wire } from './waiting-client.ts';
import { type WaitingWire, waitingWire } from './waiting-wire.ts';

const DETAILS = 'naïve: 100 % of it\nis lost – “really”';

/** Serves calls of two kinds, and says where. */
const SERVER = `
const grpc = require('@grpc/grpc-js');
const { parentPort } = require('node:worker_threads');
const asIs = (bytes) => bytes;
const codec = { requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };
const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
server.addService(
  {
    Unary: { path: '/test.Test/Unary', requestStream: false, responseStream: false, ...codec },
    Duplex: { path: '/test.Test/Duplex', requestStream: true, responseStream: true, ...codec },
  },
  {
    Unary: ({ request }, callback) => {
      if (request.toString() === 'fail') callback({ code: 5, details: ${JSON.stringify(DETAILS)} });
      else callback(null, Buffer.concat([request, Buffer.from('!')]));
    },
    Duplex: (call) => {
      call.on('data', (bytes) => {
        call.write(bytes);
        if (bytes.toString() === 'end') call.end();
        if (bytes.toString() === 'fail') call.emit('error', { code: 13, details: 'out of wits' });
      });
      call.on('error', () => {});
    },
  },
);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_, port) => parentPort.postMessage(port));
`;

let server: Worker;
let address = '';
const wires: WaitingWire[] = [];

beforeAll(async () => {
  server = new Worker(SERVER, { eval: true });
  address = `127.0.0.1:${await new Promise((resolve) => server.once('message', resolve))}`;
});
afterAll(async () => {
  for (const wire of wires) wire.close();
  await server.terminate();
});

async function client(): Promise<WaitingClient> {
  const wire = (await waitingWire(address)) as WaitingWire;
  wires.push(wire);
  return new WaitingClient(wire, address);
}

/** How it ends. */
function ending(act: () => unknown): GrpcStatus {
  try {
    act();
  } catch (error) {
    if (error instanceof CallEnded) return error.status;
    throw error;
  }
  throw new Error('it did not end');
}

function unary(from: WaitingClient, message: string, path = '/test.Test/Unary'): string {
  from.call(path);
  from.write(Buffer.from(message), true);
  const answer = from.read().toString();
  expect(from.finish()).toMatchObject({ code: GRPC.ok });
  return answer;
}

describe.skipIf(process.platform === 'win32')('a call on a server of gRPC', () => {
  it('has one answer, one call after the other', async () => {
    const one = await client();
    expect([unary(one, 'hello'), unary(one, '')]).toEqual(['hello!', '!']);
  });

  it('fails with the sentence of the other side, and the next one does not', async () => {
    const one = await client();
    expect(ending(() => unary(one, 'fail'))).toEqual({ code: 5, details: DETAILS });
    expect(ending(() => unary(one, '', '/test.Test/Other'))).toMatchObject({ code: GRPC.unimplemented });
    expect(unary(one, 'once more')).toBe('once more!');
  });

  it('carries messages both ways, of many megabytes, too', async () => {
    const one = await client();
    one.call('/test.Test/Duplex');
    for (const [i, length] of [1, 0, 70_000, 20_000_000, 40_000_000, 5].entries()) {
      const message = Buffer.alloc(length, i);
      one.write(message);
      expect(one.read().equals(message)).toBe(true);
    }
  });

  it('ends when the other side ends it, well or not, after what was sent before', async () => {
    for (const [word, how] of [
      ['end', { code: GRPC.ok }],
      ['fail', { code: GRPC.internal, details: 'out of wits' }],
    ] as const) {
      const one = await client();
      one.call('/test.Test/Duplex');
      one.write(Buffer.from(word));
      expect(one.read().toString()).toBe(word);
      expect(ending(() => one.read())).toMatchObject(how);
      one.write(Buffer.from('for nobody'));
      expect(ending(() => one.read())).toMatchObject(how);
    }
  });

  it('does not begin where nobody listens', async () => {
    await expect(waitingWire('127.0.0.1:1')).rejects.toThrow(/ECONNREFUSED/);
  });
});

function frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}

/** A wire from which these bytes come, in pieces of so many; what is written to it is kept. */
class Script implements Wire {
  readonly written: Buffer[] = [];
  readonly #bytes: Buffer;
  readonly #piece: number;
  #at = 0;

  constructor(bytes: Buffer, piece = 7) {
    this.#bytes = bytes;
    this.#piece = piece;
  }

  write(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes));
  }

  read(into: Buffer, at: number): number {
    const count = this.#bytes.copy(into, at, this.#at, this.#at + this.#piece);
    this.#at += count;
    return count;
  }
}

const HEADERS = headerBlock({ 'content-type': 'application/grpc', ':status': '200' });
const MESSAGE = Buffer.from('\0\0\0\0\u0002hi');

/** What a call gets, and how it ends, where these frames come. */
function played(...frames: Buffer[]): { got: string[]; how: GrpcStatus; written: Buffer[] } {
  const script = new Script(Buffer.concat(frames));
  const one = new WaitingClient(script, 'localhost:1');
  one.call('/test.Test/Duplex');
  const got: string[] = [];
  const how = ending(() => {
    for (;;) got.push(one.read().toString());
  });
  return { got, how, written: script.written };
}

describe('frames', () => {
  it('of headers may go on in others, and those of data be longer than what they hold', () => {
    const padded = Buffer.concat([Buffer.from([3]), MESSAGE, Buffer.alloc(3)]);
    const trailers = headerBlock({ 'grpc-status': '9', 'grpc-message': 'not%20now' });
    const { got, how } = played(
      frame(1, 0, 1, HEADERS.subarray(0, 10)),
      frame(9, 4, 1, HEADERS.subarray(10)),
      frame(0, 8, 1, padded),
      frame(0, 0, 1, MESSAGE.subarray(0, 6)),
      frame(0, 0, 1, MESSAGE.subarray(6)),
      frame(1, 4 | 1 | 32, 1, Buffer.concat([Buffer.alloc(5), trailers])),
    );
    expect([got, how]).toEqual([['hi', 'hi'], { code: 9, details: 'not now' }]);
  });

  it('that want an answer get one, and those that nobody knows get none', () => {
    const { written } = played(frame(4, 0, 0), frame(6, 0, 0, '12345678'), frame(6, 1, 0, '12345678'), frame(99, 0, 0));
    expect(written.slice(-2)).toEqual([frame(4, 1, 0), frame(6, 1, 0, '12345678')]);
  });

  it.each([
    ['nothing', [], { code: GRPC.unavailable, details: 'the connection was closed' }],
    ['that it is over', [frame(7, 0, 0, Buffer.alloc(8))], { code: GRPC.unavailable }],
    ['that it was refused', [frame(3, 0, 1, Buffer.from([0, 0, 0, 7]))], { code: GRPC.unavailable }],
    ['that it was broken off', [frame(3, 0, 1, Buffer.from([0, 0, 0, 2]))], { code: GRPC.internal }],
    ['HTTP/1', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], { code: GRPC.internal }],
    ['no status', [frame(1, 5, 1, HEADERS)], { code: GRPC.internal, details: 'the call ended without a status' }],
    [
      'another status of HTTP',
      [frame(1, 5, 1, headerBlock({ ':status': '404' }))],
      { code: GRPC.unimplemented, details: 'it answers with status 404 of HTTP' },
    ],
    [
      'a message that is compressed',
      [frame(1, 4, 1, HEADERS), frame(0, 0, 1, '\u0001\0\0\0\u0002hi')],
      { code: GRPC.internal, details: 'a message is compressed, or no message of gRPC' },
    ],
    ['something pushed', [frame(5, 4, 1, Buffer.alloc(8))], { code: GRPC.internal }],
    ['headers that are cut off', [frame(1, 0, 1, HEADERS), frame(0, 0, 1, MESSAGE)], { code: GRPC.internal }],
    ['more padding than there is', [frame(0, 8, 1, Buffer.from([9, 1]))], { code: GRPC.internal }],
  ])('that say %s end the call', (_, frames, how) => {
    expect(played(...frames).how).toMatchObject(how);
  });

  it('of any bytes end the call', () => {
    const anyFrame = fc
      .tuple(fc.nat(11), fc.nat(63), fc.constantFrom(0, 1, 3), fc.uint8Array({ maxLength: 40 }))
      .map(([type, flags, stream, payload]) => frame(type, flags, stream, Buffer.from(payload)));
    fc.assert(
      fc.property(fc.array(fc.oneof(anyFrame, fc.uint8Array({ maxLength: 20 }).map(Buffer.from))), (frames) => {
        expect(played(...frames).how.code).toBeTypeOf('number');
      }),
    );
  });
});
