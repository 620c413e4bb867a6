/** Messages that are written are those that protobufjs reads, whatever they are. */
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { messageWriter } from './message-writer.ts';
import { MODEL_PROTO } from './model-proto.ts';
import { messages } from './testing/any-messages.ts';
import './wire.ts';

const root = protobuf.Root.fromJSON(MODEL_PROTO as protobuf.INamespace);

const plain = (type: protobuf.Type, bytes: Uint8Array): object =>
  type.toObject(type.decode(bytes), { defaults: true, oneofs: true });

describe('messages that are written', () => {
  it.each(['Turn', 'Answer', 'Change', 'Question', 'CommitmentView', 'Send', 'BatchAt', 'DescribeResponse'])(
    'are read as those that protobufjs writes: %s',
    (name) => {
      const type = root.lookupType(`blast.v1.${name}`);
      const write = messageWriter(type);
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
    const write = messageWriter(root.lookupType('blast.v1.Turn'));
    const turn = { number: 1, now_us: 0, height: 0, changes: [{ channel_forgotten: 0 }], model: '', capture: {} };
    expect([...write(turn)]).toEqual([8, 1, 34, 2, 32, 0, 226, 3, 0]);
    const send = messageWriter(root.lookupType('blast.v1.Send'));
    expect([...send({ payment: 0, edge: [], amount_msat: [300], expiry: [-1], offer_code: 0 })]).toEqual([
      26, 2, 172, 2, 34, 10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 40, 0,
    ]);
  });

  it('have blocks of any length', () => {
    const type = root.lookupType('blast.v1.NodeAdded');
    const write = messageWriter(type);
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
      const message = { model: 'lnd', node: 7, options: 'x'.repeat(length) };
      expect(
        Buffer.compare(write(message), type.encode(length === 0 ? { model: 'lnd', node: 7 } : message).finish()),
      ).toBe(0);
    }
  });

  it('are refused where a field is of a type that no message has', () => {
    const odd = protobuf.parse('syntax = "proto3"; message Odd { bytes raw = 1; }').root.lookupType('Odd');
    expect(() => messageWriter(odd)).toThrow(/\.Odd\.raw: no messages here have fields of type bytes/);
  });
});
