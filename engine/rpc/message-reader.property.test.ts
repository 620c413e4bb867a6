/** Messages are read as protobufjs reads them; bytes that are none end in an error. */
import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { messageReader } from './message-reader.ts';
import { messageWriter } from './message-writer.ts';
import { messages, ODD_TYPE, ownType, theirType } from './testing/any-messages.ts';

type Fields = Readonly<Record<string, unknown>>;

const plain = (type: protobuf.Type, message: object): object =>
  type.toObject(message as protobuf.Message, { defaults: true, oneofs: true });

/** What everything in a message is, defaults and the members of oneofs included. */
function told(type: protobuf.Type, message: Fields): object {
  const names = type.oneofsArray.map(({ name }) => name).filter((name) => !name.startsWith('_'));
  return Object.fromEntries([
    ...names.map((name) => [name, message[name]]),
    ...type.fieldsArray.map((field) => {
      const value = message[field.name];
      const inner = field.resolvedType as protobuf.Type | null;
      if (inner === null || value === null) return [field.name, value];
      return [
        field.name,
        field.repeated ? (value as readonly Fields[]).map((one) => told(inner, one)) : told(inner, value as Fields),
      ];
    }),
  ]);
}

const TYPES = ['Turn', 'Answer', 'Change', 'Question', 'CommitmentView', 'Send', 'BatchAt', 'DescribeResponse'];

describe('messages that are read', () => {
  it.each(TYPES)('are what protobufjs reads: %s', (name) => {
    const type = theirType(name);
    const read = messageReader(ownType(name));
    fc.assert(
      fc.property(messages(type, 2), (message) => {
        for (const bytes of [type.encode(message).finish(), messageWriter(ownType(name))(message)]) {
          const [ours, theirs] = [read(bytes), type.decode(bytes)];
          expect(plain(type, ours)).toEqual(plain(type, theirs));
          expect(told(type, ours as Fields)).toEqual(told(type, theirs as unknown as Fields));
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each(TYPES)('are never whole without their last byte: %s', (name) => {
    const type = theirType(name);
    const read = messageReader(ownType(name));
    fc.assert(
      fc.property(messages(type, 2), (message) => {
        const bytes = type.encode(message).finish();
        if (bytes.length > 0) expect(() => read(bytes.subarray(0, -1))).toThrow(Error);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['Turn', 'Answer', 'DescribeResponse'])('end in a message or an error, whatever is changed: %s', (name) => {
    const type = theirType(name);
    const [read, write] = [messageReader(ownType(name)), messageWriter(ownType(name))];
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(messages(type, 2), changes).map(([message, changed]) => {
        const bytes = Uint8Array.from(type.encode(message).finish());
        for (const [at, byte] of changed) bytes[at % Math.max(1, bytes.length)] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(any, (bytes) => {
        let message: object;
        try {
          message = read(bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/cut off|wire type \d|more than ten bytes|field 0/);
          return;
        }
        // It can be worked with as any other.
        plain(type, read(write(message)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('bytes', () => {
  const read = messageReader(ownType('Answer'));

  it('of fields that are not known are passed over, of every wire type', () => {
    const unknown = [
      [0x98, 0x06, 0x80, 0x01],
      [0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8],
      [0x9a, 0x06, 3, 0, 255, 0],
      [0x9d, 0x06, 1, 2, 3, 4],
    ];
    for (const bytes of unknown) {
      expect(told(theirType('Answer'), read(Uint8Array.from([8, 7, ...bytes, 80, 15])) as Fields)).toMatchObject({
        number: 7,
        result: 'code',
        code: 15,
      });
    }
  });

  it('of a field that comes as something else are passed over', () => {
    // `number` as a block, `text` as a varint.
    expect(read(Uint8Array.from([10, 1, 65, 112, 5]))).toEqual({});
  });

  it('of numbers that are repeated may be packed or not', () => {
    const send = messageReader(ownType('Send'));
    expect(send(Uint8Array.from([18, 2, 1, 2, 16, 3]))).toEqual({ edge: [1, 2, 3] });
  });

  it.each([
    ['a number without an end', [8, 255]],
    ['a number of eleven bytes', [8, ...Array.from({ length: 10 }, () => 255), 1]],
    ['a block that is longer than what is there', [114, 200, 1, 65]],
    ['a block of four gigabytes', [114, 255, 255, 255, 255, 15]],
    ['a block of more than that', [114, 128, 128, 128, 128, 128, 1]],
    ['a message that is longer than the one around it', [18, 2, 10, 9, 8, 1, 8, 1, 8, 1, 8, 1]],
    ['a group', [0x9b, 0x06, 0x9c, 0x06]],
    ['a wire type that there is not', [0x9e, 0x06]],
    ['field 0', [0, 1]],
    ['a double that is cut off', [0x99, 0x06, 1, 2, 3]],
  ])('that are none are refused: %s', (_, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(/cut off|wire type \d|more than ten bytes|field 0/);
  });

  it('of messages within messages without an end are refused', () => {
    let bytes: number[] = [];
    for (let i = 0; i < 40; i++) {
      // Answer.answers.answers: an answer within an answer.
      const length = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
      const inner = [10, ...length(bytes.length), ...bytes];
      bytes = [0x8a, 0x01, ...length(inner.length), ...inner];
    }
    expect(() => read(Uint8Array.from(bytes))).toThrow(/more than 64 messages within each other/);
  });

  it('of types that no message has are refused beforehand', () => {
    expect(() => messageReader(ODD_TYPE)).toThrow(/Odd\.raw: no messages here have fields of type bytes/);
  });
});
