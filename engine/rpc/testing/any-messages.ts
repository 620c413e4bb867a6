/** Messages of protocol buffers, for property tests of what writes and reads them. */
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { type MessageType, messageTypes } from '../message-types.ts';
import { MODEL_PROTO } from '../model-proto.ts';

// Numbers of 64 bits as numbers, as they are read and written here.
protobuf.util.Long = undefined as unknown as typeof protobuf.util.Long;
protobuf.configure();

const root = protobuf.Root.fromJSON(MODEL_PROTO as protobuf.INamespace);
const own = messageTypes(MODEL_PROTO, 'blast.v1');

/** A type of model.proto as protobufjs has it. */
export const theirType = (name: string): protobuf.Type => root.lookupType(`blast.v1.${name}`);

/** The same as it is read and written here. */
export const ownType = (name: string): MessageType => own.get(name) as MessageType;

/** A type with a field that no message here has. */
export const ODD_TYPE = messageTypes(
  { nested: { odd: { nested: { Odd: { fields: { raw: { type: 'bytes', id: 1 } } } } } } },
  'odd',
).get('Odd') as MessageType;

const SAFE = Number.MAX_SAFE_INTEGER;

/** Values around the lengths of varints, and any. */
function integers(min: number, max: number): fc.Arbitrary<number> {
  const edges = Array.from({ length: 54 }, (_, bits) => 2 ** bits).flatMap((n) => [n - 1, n, -n]);
  return fc.oneof(
    fc.maxSafeInteger().map((n) => Math.min(max, Math.max(min, n))),
    fc.constantFrom(...edges.filter((n) => n >= min && n <= max)),
  );
}

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  uint32: integers(0, 2 ** 32 - 1),
  int32: integers(-(2 ** 31), 2 ** 31 - 1),
  sint32: integers(-(2 ** 31), 2 ** 31 - 1),
  uint64: integers(0, SAFE),
  int64: integers(-SAFE, SAFE),
  double: fc.double({ noNaN: true }),
  bool: fc.boolean(),
  string: fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 120, maxLength: 20_000 })),
};

/** Any messages of a type, with others in them to a depth. */
export function messages(type: protobuf.Type, depth: number): fc.Arbitrary<object> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fieldsArray.map((one) => one.resolve())) {
    const inner = field.resolvedType;
    if (inner !== null && depth === 0) continue;
    const value = inner === null ? SCALARS[field.type] : messages(inner as protobuf.Type, depth - 1);
    if (value === undefined) throw new Error(field.type);
    fields[field.name] = field.repeated ? fc.array(value, { maxLength: 40 }) : value;
  }
  // Members of a oneof exclude each other.
  return fc.record(fields, { requiredKeys: [] }).map((message) => {
    const kept: Record<string, unknown> = { ...message };
    for (const oneof of type.oneofsArray) {
      const given = oneof.oneof.filter((name) => name in kept);
      for (const name of given.slice(1)) delete kept[name];
    }
    return kept;
  });
}
