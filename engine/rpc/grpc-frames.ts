/**
 * Messages of gRPC within the bytes of a stream: a byte that says whether the message is compressed, its length in four
 * bytes, the message (PROTOCOL-HTTP2.md of gRPC). Compression is offered to nobody here, so that nobody may use it.
 */

const HEAD_BYTES = 5;

/** As in serve.ts, bytes. */
export const MAX_MESSAGE_BYTES: number = 256 * 1024 * 1024;

/** Room for what has come and was not read yet, bytes; a picture of a large network needs many times the 64 kB of HTTP/2. */
export const WINDOW_BYTES: number = 16 * 1024 * 1024;

/** Status codes of gRPC that are given or told apart here. */
export const GRPC = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** How a call ended. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
}

export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, HEAD_BYTES);
  return frame;
}

/** Takes a stream's bytes, however they are cut, and hands over its messages. */
export class FrameReader {
  readonly #take: (message: Buffer) => void;
  #waiting: Buffer[] = [];
  #length = 0;
  /** Bytes that are needed before anything can be done. */
  #needed = HEAD_BYTES;

  /** @param take gets each message; its bytes are overwritten by nobody, but may be part of something larger */
  constructor(take: (message: Buffer) => void) {
    this.#take = take;
  }

  /** Answers what is wrong with the bytes, or null; after a problem nothing more may be pushed. */
  push(chunk: Buffer): GrpcStatus | null {
    this.#waiting.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#needed) {
      const bytes = this.#waiting.length === 1 ? (this.#waiting[0] as Buffer) : Buffer.concat(this.#waiting);
      if (bytes[0] !== 0) return { code: GRPC.internal, details: 'a message is compressed, or no message of gRPC' };
      const end = HEAD_BYTES + bytes.readUInt32BE(1);
      if (end - HEAD_BYTES > MAX_MESSAGE_BYTES) {
        return {
          code: GRPC.resourceExhausted,
          details: `a message has ${end - HEAD_BYTES} bytes, more than ${MAX_MESSAGE_BYTES}`,
        };
      }
      const isWhole = bytes.length >= end;
      const rest = isWhole ? bytes.subarray(end) : bytes;
      this.#waiting = rest.length === 0 ? [] : [rest];
      this.#length = rest.length;
      this.#needed = isWhole ? HEAD_BYTES : end;
      if (isWhole) this.#take(bytes.subarray(HEAD_BYTES, end));
    }
    return null;
  }
}
