/** Walks a JSON Schema: knows which keywords hold schemas. */
import type { JsonSchema } from './schema-types.ts';

const ONE = new Set([
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
  'contains',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']);

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy in which every direct subschema is replaced; `keyword` is the one that holds it. */
export function mapSubschemas(
  schema: JsonSchema,
  change: (subschema: JsonSchema, keyword: string) => JsonSchema,
): JsonSchema {
  const result: { [key: string]: unknown } = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (ONE.has(keyword) && isSchema(value)) result[keyword] = change(value, keyword);
    else if (LISTS.has(keyword) && Array.isArray(value))
      result[keyword] = value.map((v) => (isSchema(v) ? change(v, keyword) : v));
    else if (MAPS.has(keyword) && isSchema(value)) {
      result[keyword] = Object.fromEntries(
        Object.entries(value).map(([k, v]) => [k, isSchema(v) ? change(v, keyword) : v]),
      );
    } else result[keyword] = value;
  }
  return result;
}

/** The schema that a local `$ref` leads to, or the schema itself. */
export function resolveRef(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema;
  for (let steps = 0; steps < 16; steps++) {
    const target = current.$ref;
    if (typeof target !== 'string' || !target.startsWith('#/$defs/')) return current;
    const found = (root.$defs as JsonSchema | undefined)?.[target.slice('#/$defs/'.length)];
    if (!isSchema(found)) return current;
    current = found;
  }
  return current;
}
