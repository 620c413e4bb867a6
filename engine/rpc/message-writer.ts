/**
 * Writes messages of protocol buffers (proto3). The writer of protobufjs makes objects for every field and for every 64-bit
 * number, which costs most of a turn with a model process. Fields are in the order of their numbers;
 * those with their default are left out, but for members of a oneof and `optional` ones, as the format has it.
 *
 * Whole numbers are integers that a double holds exactly.
 */
import type { MessageField, MessageType } from './message-types.ts';

type Message = Readonly<Record<string, unknown>>;

/** Room of a writer at its beginning, bytes. */
const ROOM = 4096;

/** Most bytes of a number. */
const VARINT = 10;

const TWO_32 = 4_294_967_296;

/** Writes the value of a field, after its tag. */
type ValueWriter = (out: Output, value: unknown) => void;

class Output {
  #bytes = Buffer.allocUnsafe(ROOM);
  #at = 0;

  /** An unsigned integer of 31 bits at most. */
  small(value: number): void {
    this.#need(VARINT);
    const bytes = this.#bytes;
    let rest = value;
    while (rest > 127) {
      bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[this.#at++] = rest;
  }

  /** An integer of 64 bits, in two's complement where it is negative. */
  integer(value: number): void {
    if (value >= 0 && value < 0x8000_0000) {
      this.small(value);
      return;
    }
    this.#need(VARINT);
    const bytes = this.#bytes;
    let low = value >>> 0;
    let high = Math.floor(value / TWO_32) >>> 0;
    while (high > 0 || low > 127) {
      bytes[this.#at++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes[this.#at++] = low;
  }

  double(value: number): void {
    this.#need(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  text(value: string): void {
    // Three bytes at most for a unit of UTF-16.
    this.#need(value.length * 3);
    this.block(() => {
      this.#at += this.#bytes.write(value, this.#at, 'utf8');
    });
  }

  /** What is written within, behind its length. */
  block(within: () => void): void {
    this.#need(1);
    const lengthAt = this.#at++;
    within();
    const length = this.#at - lengthAt - 1;
    if (length < 128) {
      this.#bytes[lengthAt] = length;
      return;
    }
    const more = length < 1 << 14 ? 1 : length < 1 << 21 ? 2 : length < 1 << 28 ? 3 : 4;
    this.#need(more);
    this.#bytes.copyWithin(lengthAt + 1 + more, lengthAt + 1, this.#at);
    const end = this.#at + more;
    this.#at = lengthAt;
    this.small(length);
    this.#at = end;
  }

  /** A copy of what was written; the next message begins anew. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.#at);
    taken.set(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return taken;
  }

  #need(room: number): void {
    if (this.#at + room <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + room));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

const integer: ValueWriter = (out, value) => out.integer(value as number);

const SCALARS: Readonly<Record<string, ValueWriter>> = {
  uint32: integer,
  int32: integer,
  uint64: integer,
  int64: integer,
  sint32: (out, value) => out.integer((((value as number) << 1) ^ ((value as number) >> 31)) >>> 0),
  double: (out, value) => out.double(value as number),
  bool: (out, value) => out.small(value === true ? 1 : 0),
  string: (out, value) => out.text(value as string),
};

/** How the end of a value is found, where it is no varint. */
const DOUBLE_WIRE_TYPE = 1;
const LENGTH_WIRE_TYPE = 2;

/**
 * A writer of messages of a type.
 * @throws Error for types of fields that no message of this project has
 */
export function messageWriter(type: MessageType): (message: object) => Uint8Array {
  const out = new Output();
  const write = new Map<MessageType, ValueWriter>();
  const root = messageOf(type, write);
  return (message) => {
    root(out, message);
    return out.take();
  };
}

function messageOf(type: MessageType, known: Map<MessageType, ValueWriter>): ValueWriter {
  const made = known.get(type);
  if (made !== undefined) return made;
  const fields: ((out: Output, message: Message) => void)[] = [];
  const writer: ValueWriter = (out, message) => {
    for (let i = 0; i < fields.length; i++) fields[i]?.(out, message as Message);
  };
  known.set(type, writer);
  for (const field of [...type.fields].sort((a, b) => a.id - b.id)) fields.push(fieldOf(field, known));
  return writer;
}

function fieldOf(field: MessageField, known: Map<MessageType, ValueWriter>): (out: Output, message: Message) => void {
  const { name, id, message: inner } = field;
  const scalar = SCALARS[field.type];
  const value = inner === null ? scalar : within(inner, known);
  if (value === undefined) {
    throw new Error(`${field.fullName}: no messages here have fields of type ${field.type}`);
  }
  const hasLength = inner !== null || field.type === 'string';
  const packed = (id << 3) | LENGTH_WIRE_TYPE;
  const tag = hasLength ? packed : (id << 3) | (field.type === 'double' ? DOUBLE_WIRE_TYPE : 0);
  if (field.isRepeated && !hasLength) {
    return (out, message) => {
      const list = message[name] as ArrayLike<unknown> | undefined;
      if (list === undefined || list === null || list.length === 0) return;
      out.small(packed);
      out.block(() => {
        for (let i = 0; i < list.length; i++) value(out, list[i]);
      });
    };
  }
  if (field.isRepeated) {
    return (out, message) => {
      const list = message[name] as ArrayLike<unknown> | undefined;
      if (list === undefined || list === null) return;
      for (let i = 0; i < list.length; i++) {
        out.small(tag);
        value(out, list[i]);
      }
    };
  }
  const { isMember } = field;
  return (out, message) => {
    const given = message[name];
    if (given === undefined || given === null) return;
    if (Object.is(given, 0) || given === false || given === '') {
      // A message that was read has the defaults of absent members by its prototype.
      if (!isMember || !Object.hasOwn(message, name)) return;
    }
    out.small(tag);
    value(out, given);
  };
}

function within(type: MessageType, known: Map<MessageType, ValueWriter>): ValueWriter {
  const write = messageOf(type, known);
  return (out, message) => out.block(() => write(out, message));
}
