/** Messages that are written are those that protobufjs reads, whatever they are. */
import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { messageWriter } from './message-writer.ts';
import { messages, ODD_TYPE, ownType, theirType } from './testing/any-messages.ts';

const plain = (type: protobuf.Type, bytes: Uint8Array): object =>
  type.toObject(type.decode(bytes), { defaults: true, oneofs: true });

describe('messages that are written', () => {
  it.each(['Turn', 'Answer', 'Change', 'Question', 'CommitmentView', 'Send', 'BatchAt', 'DescribeResponse'])(
    'are read as those that protobufjs writes: %s',
    (name) => {
      const type = theirType(name);
      const write = messageWriter(ownType(name));
      fc.assert(
        fc.property(messages(type, 2), (message) => {
          const bytes = write(message);
          const theirs = type.encode(message).finish();
          expect(plain(type, bytes)).toEqual(plain(type, theirs));
          expect(bytes.length).toBeLessThanOrEqual(theirs.length);
          expect(write(type.decode(bytes))).toEqual(bytes);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('have their fields in order, none with its default, and members of a oneof and optional ones always', () => {
    const write = messageWriter(ownType('Turn'));
    const turn = { number: 1, now_us: 0, height: 0, changes: [{ channel_forgotten: 0 }], model: '', capture: {} };
    expect([...write(turn)]).toEqual([8, 1, 34, 2, 32, 0, 226, 3, 0]);
    const send = messageWriter(ownType('Send'));
    expect([...send({ payment: 0, edge: [], amount_msat: [300], expiry: [-1], offer_code: 0 })]).toEqual([
      26, 2, 172, 2, 34, 10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 40, 0,
    ]);
  });

  it('have blocks of any length', () => {
    const type = theirType('NodeAdded');
    const write = messageWriter(ownType('NodeAdded'));
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
      const message = { model: 'lnd', node: 7, options: 'x'.repeat(length) };
      expect(
        Buffer.compare(write(message), type.encode(length === 0 ? { model: 'lnd', node: 7 } : message).finish()),
      ).toBe(0);
    }
  });

  it('are refused where a field is of a type that no message has', () => {
    expect(() => messageWriter(ODD_TYPE)).toThrow(/Odd\.raw: no messages here have fields of type bytes/);
  });
});
