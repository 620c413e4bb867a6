/**
 * Calls of gRPC for a caller that waits: over a connection whose reads and writes do so, without TLS, and one call at a time.
 * What it needs of HTTP/2 (RFC 9113) is so little that it costs less by turn than handing the turn to another thread. Decides
 * nothing about the messages.
 */
import { FrameReader, framed, GRPC, type GrpcStatus, WINDOW_BYTES } from './grpc-frames.ts';
import { ofHttp, statusOf } from './grpc-status.ts';
import { type Headers, headerBlock, readHeaderBlock } from './header-block.ts';

/** Bytes to and from a server. */
export interface Wire {
  /** Returns when all of it is on its way. @throws Error when the connection is broken */
  write(bytes: Uint8Array): void;
  /** Waits for bytes; answers how many there are, 0 at the end. @throws Error when the connection is broken */
  read(into: Buffer, at: number): number;
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const HEAD_BYTES = 9;

const TYPE = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

const ACK = 1;
const END_STREAM = 1;
const END_HEADERS = 4;
const PADDED = 8;
const PRIORITY = 32;

const SETTING = { headerTableSize: 1, enablePush: 2, initialWindowSize: 4, maxFrameSize: 5 } as const;

/** Of a stream and of a connection, until somebody says otherwise, bytes. */
const FIRST_WINDOW = 65_535;

/** Longest payload of a frame, until the other side takes longer ones, bytes; what it sends is not longer. */
const FIRST_FRAME = 16_384;

const NONE = Buffer.alloc(0);

/** Codes of errors (RFC 9113, section 7). */
const REFUSED_STREAM = 7;
const CANCEL = 8;

/** A call ended where another message was waited for. */
export class CallEnded extends Error {
  readonly status: GrpcStatus;

  constructor(status: GrpcStatus) {
    super(status.details);
    this.status = status;
  }
}

export class WaitingClient {
  readonly #wire: Wire;
  readonly #authority: string;
  /** What has come and was not taken apart yet. */
  #in = Buffer.allocUnsafe(2 * FIRST_FRAME);
  #inEnd = 0;
  /** The call that goes on; 0 before the first one. */
  #stream = 0;
  #frames = new FrameReader((message) => void this.#messages.push(message));
  #messages: Buffer[] = [];
  #said: GrpcStatus | null = null;
  #ended: GrpcStatus | null = null;
  /** Of headers that go on in another frame. */
  #block: Buffer | null = null;
  #endsWithBlock = false;
  /** What may be sent. */
  #window = FIRST_WINDOW;
  #streamWindow = FIRST_WINDOW;
  #firstStreamWindow = FIRST_WINDOW;
  #longestFrame = FIRST_FRAME;
  /** Bytes that came and that the other side was not told of as taken. */
  #taken = 0;

  constructor(wire: Wire, authority: string) {
    this.#wire = wire;
    this.#authority = authority;
    this.#write(
      Buffer.concat([
        Buffer.from(PREFACE),
        frame(TYPE.settings, 0, 0, settings({ headerTableSize: 0, enablePush: 0, initialWindowSize: WINDOW_BYTES })),
        windowUpdate(0, WINDOW_BYTES - FIRST_WINDOW),
      ]),
    );
  }

  /** Begins a call; the one before has ended. */
  call(path: string): void {
    this.#stream = this.#stream === 0 ? 1 : this.#stream + 2;
    this.#frames = new FrameReader((message) => void this.#messages.push(message));
    this.#messages = [];
    this.#said = null;
    if (this.#ended?.code !== GRPC.unavailable) this.#ended = null;
    this.#taken = 0;
    this.#streamWindow = this.#firstStreamWindow;
    const headers = {
      ':method': 'POST',
      ':scheme': 'http',
      ':path': path,
      ':authority': this.#authority,
      te: 'trailers',
      'content-type': 'application/grpc',
    };
    this.#write(frame(TYPE.headers, END_HEADERS, this.#stream, headerBlock(headers)));
  }

  /** Sends a message, the last one of the call or not. What is wrong with the connection is said by the next read. */
  write(message: Uint8Array, isLast = false): void {
    const bytes = framed(message);
    for (let at = 0; at < bytes.length; ) {
      const room = Math.min(this.#window, this.#streamWindow, this.#longestFrame);
      if (this.#ended !== null) return;
      if (room <= 0) {
        this.#receive();
        continue;
      }
      const part = bytes.subarray(at, at + room);
      at += part.length;
      this.#window -= part.length;
      this.#streamWindow -= part.length;
      const flags = isLast && at === bytes.length ? END_STREAM : 0;
      this.#write(frame(TYPE.data, flags, this.#stream, part));
    }
  }

  /** Waits for the next message of the call. @throws CallEnded when none comes any more */
  read(): Buffer {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#ended !== null) throw new CallEnded(this.#ended);
      this.#receive();
    }
  }

  /** Waits for the end of the call, which has nothing more to say. */
  finish(): GrpcStatus {
    while (this.#ended === null) this.#receive();
    return this.#ended;
  }

  #write(bytes: Buffer): void {
    try {
      this.#wire.write(bytes);
    } catch {
      // What the other side has said before is read, and then why there is nothing more.
    }
  }

  #end(status: GrpcStatus): void {
    this.#ended ??= status;
  }

  /** Waits for bytes, and takes apart what has come. */
  #receive(): void {
    if (this.#in.length - this.#inEnd < FIRST_FRAME) {
      const larger = Buffer.allocUnsafe(2 * this.#in.length);
      this.#in.copy(larger, 0, 0, this.#inEnd);
      this.#in = larger;
    }
    let count: number;
    try {
      count = this.#wire.read(this.#in, this.#inEnd);
    } catch (error) {
      this.#end({ code: GRPC.unavailable, details: (error as Error).message });
      return;
    }
    if (count === 0) this.#end({ code: GRPC.unavailable, details: 'the connection was closed' });
    this.#inEnd += count;
    const bytes = this.#in;
    let at = 0;
    while (this.#inEnd - at >= HEAD_BYTES) {
      const length = bytes.readUIntBE(at, 3);
      if (length > FIRST_FRAME) {
        this.#end({ code: GRPC.internal, details: `a frame of HTTP/2 has ${length} bytes` });
        return;
      }
      const end = at + HEAD_BYTES + length;
      if (this.#inEnd < end) break;
      const stream = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
      this.#take(bytes[at + 3] as number, bytes[at + 4] as number, stream, bytes.subarray(at + HEAD_BYTES, end));
      at = end;
    }
    if (at > 0) bytes.copyWithin(0, at, this.#inEnd);
    this.#inEnd -= at;
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    try {
      this.#handle(type, flags, stream, payload);
    } catch (error) {
      this.#end({ code: GRPC.internal, details: (error as Error).message });
    }
  }

  /** @throws Error for what is no frame of HTTP/2 */
  #handle(type: number, flags: number, stream: number, payload: Buffer): void {
    const isOurs = stream === this.#stream;
    if (this.#block !== null && type !== TYPE.continuation) throw new Error('headers of HTTP/2 are cut off');
    if (type === TYPE.data) {
      this.#tookBytes(payload.length, isOurs);
      // A copy, since the room that it came into is used again.
      if (isOurs) this.#took(this.#frames.push(Buffer.from(unpadded(flags, payload))));
      if (isOurs && (flags & END_STREAM) !== 0) this.#endStream();
    } else if (type === TYPE.headers) {
      const block = unpadded(flags, payload).subarray((flags & PRIORITY) === 0 ? 0 : 5);
      this.#endsWithBlock = (flags & END_STREAM) !== 0;
      this.#addToBlock(block, flags, isOurs);
    } else if (type === TYPE.continuation) {
      this.#addToBlock(payload, flags, isOurs);
    } else if (type === TYPE.settings) {
      if ((flags & ACK) !== 0) return;
      this.#obey(payload);
      this.#write(frame(TYPE.settings, ACK, 0, NONE));
    } else if (type === TYPE.ping) {
      if ((flags & ACK) === 0) this.#write(frame(TYPE.ping, ACK, 0, payload));
    } else if (type === TYPE.windowUpdate) {
      const more = payload.readUInt32BE(0) & 0x7fff_ffff;
      if (stream === 0) this.#window += more;
      else if (isOurs) this.#streamWindow += more;
    } else if (type === TYPE.rstStream) {
      if (isOurs) this.#end(this.#said ?? brokenOff(payload.readUInt32BE(0)));
    } else if (type === TYPE.goaway) {
      const last = payload.readUInt32BE(0) & 0x7fff_ffff;
      if (last < this.#stream) this.#end({ code: GRPC.unavailable, details: 'the connection was closed' });
    } else if (type === TYPE.pushPromise) {
      throw new Error('something is pushed that nobody asked for');
    }
  }

  #took(problem: GrpcStatus | null): void {
    if (problem === null) return;
    this.#end(problem);
    this.#write(frame(TYPE.rstStream, 0, this.#stream, word(CANCEL)));
  }

  /** Makes room for more where half of it is used. */
  #tookBytes(count: number, isOurs: boolean): void {
    this.#taken += count;
    if (this.#taken < WINDOW_BYTES / 2) return;
    this.#write(windowUpdate(0, this.#taken));
    if (isOurs) this.#write(windowUpdate(this.#stream, this.#taken));
    this.#taken = 0;
  }

  #addToBlock(part: Buffer, flags: number, isOurs: boolean): void {
    this.#block = this.#block === null ? Buffer.from(part) : Buffer.concat([this.#block, part]);
    if ((flags & END_HEADERS) === 0) return;
    const headers = readHeaderBlock(this.#block);
    this.#block = null;
    if (isOurs) this.#takeHeaders(headers);
  }

  #takeHeaders(headers: Headers): void {
    const isFirst = headers[':status'] !== undefined;
    this.#said = statusOf(headers) ?? this.#said ?? (isFirst ? ofHttp(headers) : null);
    if (this.#endsWithBlock) this.#endStream();
  }

  /** The server has said all that it had to say. */
  #endStream(): void {
    this.#end(this.#said ?? { code: GRPC.internal, details: 'the call ended without a status' });
  }

  #obey(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      const setting = payload.readUInt16BE(at);
      if (setting === SETTING.maxFrameSize) this.#longestFrame = value;
      if (setting === SETTING.initialWindowSize) {
        this.#streamWindow += value - this.#firstStreamWindow;
        this.#firstStreamWindow = value;
      }
    }
  }
}

function brokenOff(code: number): GrpcStatus {
  if (code === REFUSED_STREAM) return { code: GRPC.unavailable, details: 'the call was refused' };
  return { code: GRPC.internal, details: `the call was broken off (HTTP/2 error ${code})` };
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

function settings(values: Partial<Record<keyof typeof SETTING, number>>): Buffer {
  const pairs = Object.entries(values) as [keyof typeof SETTING, number][];
  const bytes = Buffer.allocUnsafe(6 * pairs.length);
  for (const [i, [name, value]] of pairs.entries()) {
    bytes.writeUInt16BE(SETTING[name], 6 * i);
    bytes.writeUInt32BE(value, 6 * i + 2);
  }
  return bytes;
}

const windowUpdate = (stream: number, bytes: number): Buffer => frame(TYPE.windowUpdate, 0, stream, word(bytes));

function word(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @throws Error where there is more padding than payload */
function unpadded(flags: number, payload: Buffer): Buffer {
  if ((flags & PADDED) === 0) return payload;
  const padding = payload[0] as number;
  if (1 + padding > payload.length) throw new Error('a frame of HTTP/2 has more padding than it is long');
  return payload.subarray(1, payload.length - padding);
}
