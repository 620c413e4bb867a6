/** Headers as Node's own HTTP/2 writes and reads them. */
import http2 from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Headers, headerBlock, readHeaderBlock } from './header-block.ts';

const HEAD_BYTES = 9;
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');

const server = http2.createServer();
let asked: http2.IncomingHttpHeaders = {};
let answered: Record<string, string> = {};

beforeAll(async () => {
  server.on('stream', (stream, headers) => {
    asked = headers;
    stream.respond(answered, { endStream: true });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

/** What a client that knows nothing of HTTP/2 but these bytes is answered in the first block of headers. */
async function exchanged(headers: Headers): Promise<Headers> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const noTable = Buffer.from([0, 1, 0, 0, 0, 0]);
  socket.write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
  socket.write(Buffer.concat([frame(4, 0, 0, noTable), frame(1, 5, 1, headerBlock(headers))]));
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
      const end = at + HEAD_BYTES + bytes.readUIntBE(at, 3);
      if (bytes.length < end) break;
      if (bytes[at + 3] === 1) {
        socket.destroy();
        return readHeaderBlock(bytes.subarray(at + HEAD_BYTES, end));
      }
      at = end;
    }
  }
  throw new Error('there was no answer');
}

const REQUEST = { ':method': 'POST', ':scheme': 'http', ':path': '/a.B/C', ':authority': 'localhost:1' };

describe('a block of headers', () => {
  it('is read by others', async () => {
    answered = { ':status': '200' };
    await exchanged({ ...REQUEST, te: 'trailers', 'content-type': 'application/grpc' });
    expect(asked).toMatchObject({ ...REQUEST, te: 'trailers', 'content-type': 'application/grpc' });
  });

  it('of others is read with every character that a message of gRPC may have', async () => {
    for (const status of ['200', '204', '404', '503']) {
      const text = `x${PRINTABLE}x`;
      answered = { ':status': status, 'content-type': 'application/grpc', 'grpc-status': '13', 'grpc-message': text };
      const { ':status': code, ...others } = answered;
      expect(await exchanged(REQUEST)).toMatchObject({ ...others, ':status': code });
    }
  });

  it('of any bytes ends in headers or in an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(readHeaderBlock(Buffer.from(bytes))).toBeTypeOf('object');
        } catch (error) {
          expect((error as Error).message).toMatch(/^a (?:number in a )?block of headers is/);
        }
      }),
    );
  });
});
