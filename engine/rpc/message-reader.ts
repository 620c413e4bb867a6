/**
 * Reads messages of protocol buffers (proto3); the other half of message-writer.ts. What was
 * read has its fields as they come, the defaults of the others by its prototype, and under the name of a oneof the name of the
 * member that came last. Fields that are not known, or that come as something else than they are, are passed over.
 *
 * Whole numbers are read as doubles, exactly where these hold them. Bytes of any kind end in a message or in an error.
 */
import type { MessageField, MessageType } from './message-types.ts';

type Target = Record<string, unknown>;

const TWO_32 = 4_294_967_296;

/** Messages within messages; ours have 6 at most. */
const MOST_DEPTH = 64;

/** How the end of a value is found. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH = 2;
const FIXED_32 = 5;

class Input {
  readonly bytes: Buffer;
  at = 0;
  depth = 0;
  /** The upper half of what was read last, 32 bits. */
  high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** An integer; answers its lower half, 32 bits, signed. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] as number;
    this.high = 0;
    if (byte < 128) return byte;
    let low = byte & 127;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[this.at++] as number;
      low |= (byte & 127) << shift;
      if (byte < 128) return low;
    }
    byte = bytes[this.at++] as number;
    low |= (byte & 127) << 28;
    let high = (byte & 127) >>> 4;
    for (let shift = 3; byte >= 128; shift += 7) {
      if (shift > 31) throw new Error('a number has more than ten bytes');
      byte = bytes[this.at++] as number;
      high |= (byte & 127) << shift;
    }
    // A byte that is not there is less than nothing, and so ends a number.
    if (this.at > bytes.length) throw cutOff();
    this.high = high;
    return low;
  }

  /** Where a block ends whose length comes next. */
  blockEnd(): number {
    const length = this.varint() >>> 0;
    const end = this.at + length;
    if (this.high !== 0 || !(end <= this.bytes.length)) throw cutOff();
    return end;
  }

  double(): number {
    const { at } = this;
    this.at = at + 8;
    if (this.at > this.bytes.length) throw cutOff();
    return this.bytes.readDoubleLE(at);
  }

  text(): string {
    const end = this.blockEnd();
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED_64) this.at += 8;
    else if (wireType === LENGTH) this.at = this.blockEnd();
    else if (wireType === FIXED_32) this.at += 4;
    else throw new Error(`there is no wire type ${wireType}`);
  }
}

const cutOff = (): Error => new Error('index out of range: it is cut off');

type ValueReader = (input: Input) => unknown;

interface Scalar {
  readonly wireType: number;
  /** What a field that is absent is read as. */
  readonly absent: unknown;
  readonly read: ValueReader;
}

const whole = (read: ValueReader): Scalar => ({ wireType: VARINT, absent: 0, read });

const SCALARS: Readonly<Record<string, Scalar>> = {
  uint32: whole((input) => input.varint() >>> 0),
  int32: whole((input) => input.varint() | 0),
  uint64: whole((input) => (input.varint() >>> 0) + (input.high >>> 0) * TWO_32),
  int64: whole((input) => (input.varint() >>> 0) + (input.high | 0) * TWO_32),
  sint32: whole((input) => {
    const value = input.varint();
    return (value >>> 1) ^ -(value & 1);
  }),
  bool: { wireType: VARINT, absent: false, read: (input) => (input.varint() | input.high) !== 0 },
  double: { wireType: FIXED_64, absent: 0, read: (input) => input.double() },
  string: { wireType: LENGTH, absent: '', read: (input) => input.text() },
};

interface FieldReader {
  readonly wireType: number;
  /** Of numbers that are repeated: they may come one by one, too. */
  readonly otherWireType: number;
  read(input: Input, target: Target, wireType: number): void;
}

/** A type, while it is made and after. */
interface MessageReader {
  /** By number. */
  readonly fields: (FieldReader | undefined)[];
  readonly make: new () => object;
}

/**
 * A reader of messages of a type, which throws an Error for bytes that are none.
 * @throws Error for types of fields that no message of this project has
 */
export function messageReader(type: MessageType): (bytes: Uint8Array) => object {
  const reader = readerOf(type, new Map());
  return (bytes) => {
    const input = new Input(bytes);
    return readMessage(reader, input, input.bytes.length);
  };
}

function readMessage({ fields, make: Message }: MessageReader, input: Input, end: number): object {
  if (++input.depth > MOST_DEPTH) throw new Error(`more than ${MOST_DEPTH} messages within each other`);
  const message = new Message() as Target;
  while (input.at < end) {
    const tag = input.varint();
    const wireType = tag & 7;
    const field = input.high === 0 ? fields[tag >>> 3] : undefined;
    if (field !== undefined && (wireType === field.wireType || wireType === field.otherWireType)) {
      field.read(input, message, wireType);
    } else {
      if (tag >>> 3 === 0) throw new Error('there is no field 0');
      input.skip(wireType);
    }
  }
  // What is longer than what it is in, too.
  if (input.at !== end) throw cutOff();
  input.depth--;
  return message;
}

function readerOf(type: MessageType, known: Map<MessageType, MessageReader>): MessageReader {
  const made = known.get(type);
  if (made !== undefined) return made;
  class Message {}
  const reader: MessageReader = { fields: [], make: Message };
  known.set(type, reader);
  const defaults = Message.prototype as Target;
  for (const field of type.fields) {
    const isOptional = field.isMember && field.oneof === null;
    const absent = isOptional ? null : (SCALARS[field.type]?.absent ?? null);
    defaults[field.name] = field.isRepeated ? NONE : absent;
    reader.fields[field.id] = fieldOf(field, known);
  }
  return reader;
}

const NONE: readonly unknown[] = Object.freeze([]);

function fieldOf(field: MessageField, known: Map<MessageType, MessageReader>): FieldReader {
  const { name, message: inner, oneof } = field;
  const scalar = SCALARS[field.type];
  const read = inner === null ? scalar?.read : within(readerOf(inner, known));
  if (read === undefined) {
    throw new Error(`${field.fullName}: no messages here have fields of type ${field.type}`);
  }
  const wireType = scalar?.wireType ?? LENGTH;
  if (field.isRepeated) return repeated(name, read, wireType);
  return {
    wireType,
    otherWireType: wireType,
    read:
      oneof === null
        ? (input, target) => {
            target[name] = read(input);
          }
        : (input, target) => {
            target[name] = read(input);
            target[oneof] = name;
          },
  };
}

function within(reader: MessageReader): ValueReader {
  return (input) => readMessage(reader, input, input.blockEnd());
}

function repeated(name: string, read: ValueReader, wireType: number): FieldReader {
  const listOf = (target: Target): unknown[] => {
    const list = target[name] as unknown[];
    if (list !== NONE) return list;
    const begun: unknown[] = [];
    target[name] = begun;
    return begun;
  };
  const one = (input: Input, target: Target): void => {
    const list = listOf(target);
    list.push(read(input));
  };
  if (wireType === LENGTH) return { wireType, otherWireType: wireType, read: one };
  return {
    wireType: LENGTH,
    otherWireType: wireType,
    read: (input, target, came) => {
      if (came !== LENGTH) {
        one(input, target);
        return;
      }
      const end = input.blockEnd();
      const list = listOf(target);
      while (input.at < end) list.push(read(input));
      if (input.at !== end) throw cutOff();
    },
  };
}
