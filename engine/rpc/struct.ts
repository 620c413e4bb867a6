/** google.protobuf.Struct, as @grpc/proto-loader has it, and JSON. */
import type { Json } from '../base/json.ts';

interface Value {
  readonly nullValue?: unknown;
  readonly numberValue?: number;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly structValue?: Struct;
  readonly listValue?: { readonly values?: readonly Value[] };
}

export interface Struct {
  readonly fields?: Readonly<Record<string, Value>>;
}

/** Deepest nesting that is read. */
const MAX_DEPTH = 32;

/** @throws RangeError when it is nested too deeply, or holds a number that JSON cannot */
export function structToJson(struct: Struct | null | undefined, depth = 0): { readonly [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(struct?.fields ?? {}).map(([key, value]) => [key, toJson(value, depth + 1)]),
  );
}

export function jsonToStruct(json: { readonly [key: string]: Json }): Struct {
  return { fields: Object.fromEntries(Object.entries(json).map(([key, value]) => [key, toValue(value)])) };
}

function toJson(value: Value, depth: number): Json {
  if (depth > MAX_DEPTH) throw new RangeError(`it is nested more than ${MAX_DEPTH} times`);
  if (value.structValue != null) return structToJson(value.structValue, depth);
  if (value.listValue != null) return (value.listValue.values ?? []).map((one) => toJson(one, depth + 1));
  if (value.stringValue != null) return value.stringValue;
  if (value.boolValue != null) return value.boolValue;
  if (value.numberValue == null) return null;
  if (!Number.isFinite(value.numberValue)) throw new RangeError('it holds a number that is not finite');
  return value.numberValue;
}

function toValue(json: Json): Value {
  if (json === null) return { nullValue: 0 };
  if (typeof json === 'number') return { numberValue: json };
  if (typeof json === 'string') return { stringValue: json };
  if (typeof json === 'boolean') return { boolValue: json };
  if (Array.isArray(json)) return { listValue: { values: json.map(toValue) } };
  return { structValue: jsonToStruct(json as { readonly [key: string]: Json }) };
}
