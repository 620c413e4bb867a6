/**
 * Descriptions of .proto files for server reflection, made of what protobufjs knows of them: one file a package. (Those that
 * @grpc/proto-loader makes lack what a file imports, and which fields are optional, so that clients cannot send a 0.)
 */
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

/** FieldDescriptorProto.Type by the names of scalar types. */
const TYPES: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
};
const MESSAGE = 11;
const ENUM = 14;

/** FieldDescriptorProto.Label. */
const OPTIONAL = 1;
const REPEATED = 3;

/** Files whose name every client knows. */
const KNOWN_FILES: Readonly<Record<string, string>> = { 'google.protobuf': 'google/protobuf/struct.proto' };

/** Files of all packages of a description, encoded as FileDescriptorProto. */
export function fileDescriptors(proto: object): readonly Buffer[] {
  const root = protobuf.Root.fromJSON(proto as protobuf.INamespace);
  root.resolveAll();
  return packagesOf(root).map((space) => Buffer.from(descriptor.FileDescriptorProto.encode(fileOf(space)).finish()));
}

/** Namespaces with something of their own in them. */
function packagesOf(space: protobuf.NamespaceBase): readonly protobuf.NamespaceBase[] {
  const inner = space.nestedArray.filter(
    (one): one is protobuf.Namespace =>
      one instanceof protobuf.Namespace && !(one instanceof protobuf.Type) && !(one instanceof protobuf.Service),
  );
  const own = space.nestedArray.some((one) => !(inner as readonly unknown[]).includes(one)) ? [space] : [];
  return [...own, ...inner.flatMap(packagesOf)];
}

function fileOf(space: protobuf.NamespaceBase): ReturnType<typeof descriptor.FileDescriptorProto.create> {
  const needed = new Set<string>();
  const types = space.nestedArray.filter((one) => one instanceof protobuf.Type);
  const enums = space.nestedArray.filter((one) => one instanceof protobuf.Enum);
  const services = space.nestedArray.filter((one) => one instanceof protobuf.Service);
  const messageType = types.map((type) => messageOf(type, needed));
  const name = fileName(nameOf(space));
  needed.delete(name);
  return descriptor.FileDescriptorProto.create({
    name,
    package: nameOf(space),
    dependency: [...needed],
    messageType,
    enumType: enums.map(enumOf),
    service: services.map((service) => ({
      name: service.name,
      method: service.methodsArray.map((method) => ({
        name: method.name,
        inputType: method.resolvedRequestType?.fullName,
        outputType: method.resolvedResponseType?.fullName,
        clientStreaming: method.requestStream === true,
        serverStreaming: method.responseStream === true,
      })),
    })),
    syntax: 'proto3',
  } as object);
}

/** @param needed gets the names of the files that it refers to */
function messageOf(type: protobuf.Type, needed: Set<string>): object {
  const nested: object[] = type.nestedArray
    .filter((one) => one instanceof protobuf.Type)
    .map((one) => messageOf(one, needed));
  // The oneofs that stand for optional fields come last.
  const oneofs = [...type.oneofsArray].sort((a, b) => Number(isSynthetic(a)) - Number(isSynthetic(b)));
  const field = type.fieldsArray.map((one) => {
    if (one instanceof protobuf.MapField) nested.push(entryOf(one, needed));
    const { partOf } = one;
    return {
      ...typeOf(one, needed),
      ...(one instanceof protobuf.MapField ? { type: MESSAGE, typeName: `${type.fullName}.${entryName(one)}` } : {}),
      name: one.name,
      number: one.id,
      label: one.repeated || one.map ? REPEATED : OPTIONAL,
      jsonName: protobuf.util.camelCase(one.name),
      ...(partOf === null ? {} : { oneofIndex: oneofs.indexOf(partOf) }),
      ...(partOf !== null && isSynthetic(partOf) ? { proto3Optional: true } : {}),
    };
  });
  return {
    name: type.name,
    field,
    nestedType: nested,
    enumType: type.nestedArray.filter((one) => one instanceof protobuf.Enum).map(enumOf),
    oneofDecl: oneofs.map(({ name }) => ({ name })),
  };
}

/** The message that stands for an entry of a map. */
function entryOf(map: protobuf.MapField, needed: Set<string>): object {
  const entry = (name: string, number: number, of: object): object => ({
    name,
    number,
    label: OPTIONAL,
    jsonName: name,
    ...of,
  });
  return {
    name: entryName(map),
    field: [entry('key', 1, { type: TYPES[map.keyType] }), entry('value', 2, typeOf(map, needed))],
    options: { mapEntry: true },
  };
}

function entryName({ name }: protobuf.MapField): string {
  return `${name[0]?.toUpperCase()}${protobuf.util.camelCase(name).slice(1)}Entry`;
}

function enumOf(one: protobuf.Enum): object {
  return { name: one.name, value: Object.entries(one.values).map(([name, number]) => ({ name, number })) };
}

function typeOf({ type, resolvedType }: protobuf.FieldBase, needed: Set<string>): object {
  if (resolvedType === null) return { type: TYPES[type] };
  const space = packageOf(resolvedType);
  if (space !== null) needed.add(fileName(nameOf(space)));
  return { type: resolvedType instanceof protobuf.Enum ? ENUM : MESSAGE, typeName: resolvedType.fullName };
}

function packageOf(object: protobuf.ReflectionObject): protobuf.NamespaceBase | null {
  let { parent } = object;
  while (parent instanceof protobuf.Type) parent = parent.parent;
  return parent;
}

function isSynthetic({ fieldsArray }: protobuf.OneOf): boolean {
  return fieldsArray.some(({ options }) => options?.proto3_optional === true);
}

/** Without the dot that full names begin with. */
function nameOf({ fullName }: protobuf.NamespaceBase): string {
  return fullName.replace(/^\./, '');
}

function fileName(of: string): string {
  return KNOWN_FILES[of] ?? `${of.replaceAll('.', '/')}.proto`;
}
