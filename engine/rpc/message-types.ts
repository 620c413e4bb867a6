/**
 * Types of messages of protocol buffers, out of what protobufjs has written of a .proto file when the code was generated: a
 * process that reads and writes them needs not load protobufjs.
 */

export interface MessageType {
  readonly name: string;
  readonly fields: readonly MessageField[];
}

export interface MessageField {
  readonly name: string;
  /** The type before it. */
  readonly fullName: string;
  readonly id: number;
  /** Of what it holds, as the file names it. */
  readonly type: string;
  /** Of the messages that it holds; null where it holds none. */
  readonly message: MessageType | null;
  readonly isRepeated: boolean;
  /** It is there or not, also where it has its default: a member of a oneof, or optional. */
  readonly isMember: boolean;
  /** The oneof that it is a member of; null where there is none. */
  readonly oneof: string | null;
}

/** A message as protobufjs writes it down. */
interface DescribedType {
  readonly fields: Readonly<Record<string, { readonly type: string; readonly id: number; readonly rule?: string }>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
}

interface Space {
  readonly nested?: Readonly<Record<string, Space & Partial<DescribedType>>>;
}

/**
 * The types of a package by their names.
 * @param space a file, as protobufjs writes it down
 */
export function messageTypes(space: object, packageName: string): ReadonlyMap<string, MessageType> {
  let within: Space = space;
  for (const part of packageName.split('.')) within = within.nested?.[part] ?? {};
  const described = Object.entries(within.nested ?? {}).filter(
    (entry): entry is [string, DescribedType] => entry[1].fields !== undefined,
  );
  const types = new Map(described.map(([name]) => [name, { name, fields: [] as MessageField[] }]));
  for (const [name, { fields, oneofs = {} }] of described) {
    const oneofOf = new Map(Object.entries(oneofs).flatMap(([of, { oneof }]) => oneof.map((member) => [member, of])));
    for (const [field, { type, id, rule }] of Object.entries(fields)) {
      const oneof = oneofOf.get(field);
      types.get(name)?.fields.push({
        name: field,
        fullName: `${name}.${field}`,
        id,
        type,
        message: types.get(type) ?? null,
        isRepeated: rule === 'repeated',
        isMember: oneof !== undefined,
        // That of an optional field is there for its sake alone.
        oneof: oneof === undefined || oneof.startsWith('_') ? null : oneof,
      });
    }
  }
  return types;
}
