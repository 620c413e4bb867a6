/** What tools read by reflection says the same as the .proto files. */
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { expect, it } from 'vitest';
import { BLAST_PROTO } from './blast-proto.ts';
import { CONTROL_PROTO } from './control-proto.ts';
import { fileDescriptors } from './file-descriptors.ts';
import { MODEL_PROTO } from './model-proto.ts';

interface Described {
  readonly [name: string]: unknown;
}

/** Fields, enumerations and methods by their full names. */
function described(space: protobuf.NamespaceBase, found: Record<string, unknown> = {}): Described {
  for (const one of space.nestedArray) {
    if (one instanceof protobuf.Type) {
      for (const field of one.fieldsArray) {
        found[`${one.fullName}.${field.name}`] = [
          field.id,
          field.resolvedType?.fullName ?? field.type,
          field.repeated,
          field.map,
          field.partOf?.name ?? null,
        ];
      }
    } else if (one instanceof protobuf.Enum) found[one.fullName] = one.values;
    else if (one instanceof protobuf.Service) {
      for (const method of one.methodsArray) {
        found[`${one.fullName}.${method.name}`] = [
          method.resolvedRequestType?.fullName,
          method.resolvedResponseType?.fullName,
          method.requestStream === true,
          method.responseStream === true,
        ];
      }
    }
    if (one instanceof protobuf.Namespace) described(one, found);
  }
  return found;
}

function optionalFields(space: protobuf.NamespaceBase): string[] {
  return space.nestedArray.flatMap((one) => [
    ...(one instanceof protobuf.Type
      ? one.fieldsArray.filter(({ options }) => options?.proto3_optional === true).map(({ fullName }) => fullName)
      : []),
    ...(one instanceof protobuf.Namespace ? optionalFields(one) : []),
  ]);
}

it.each([
  ['BLAST', BLAST_PROTO],
  ['the simulation plane', MODEL_PROTO],
  ['the control plane', CONTROL_PROTO],
])('of %s', (_, proto) => {
  const file = fileDescriptors(proto).map(
    (bytes) => descriptor.FileDescriptorProto.decode(bytes) as unknown as Described,
  );
  // Files come after those that they import.
  const names = file.map(({ name }) => name);
  for (const { dependency } of file) for (const one of dependency as readonly string[]) expect(names).toContain(one);
  const set = descriptor.FileDescriptorSet.encode(descriptor.FileDescriptorSet.create({ file } as object)).finish();
  const { fromDescriptor } = protobuf.Root as unknown as { fromDescriptor(set: Uint8Array): protobuf.Root };
  const told = fromDescriptor.call(protobuf.Root, set).resolveAll();
  const meant = protobuf.Root.fromJSON(proto as protobuf.INamespace).resolveAll();
  // Maps of Google's files come out as the entries that stand for them.
  const ours = (of: Described): Described =>
    Object.fromEntries(Object.entries(of).filter(([name]) => !name.startsWith('.google')));
  expect(ours(described(told))).toEqual(ours(described(meant)));
  expect(Object.keys(ours(described(told))).length).toBeGreaterThan(30);
  // What this reading of descriptions leaves out.
  const optional = file.flatMap(({ package: space, messageType }) =>
    (messageType as readonly { name: string; field: readonly { name: string; proto3Optional: boolean }[] }[]).flatMap(
      ({ name, field }) => field.filter((one) => one.proto3Optional).map((one) => `.${space}.${name}.${one.name}`),
    ),
  );
  expect(optional.sort()).toEqual(optionalFields(meant).sort());
});

it('imports the well-known file of structs under its own name', () => {
  const files = fileDescriptors(CONTROL_PROTO).map(
    (bytes) => descriptor.FileDescriptorProto.decode(bytes) as unknown as Described,
  );
  expect(files.map(({ name, dependency }) => [name, dependency])).toEqual([
    ['blast/v1.proto', ['google/protobuf/struct.proto']],
    ['google/protobuf/struct.proto', []],
  ]);
});
