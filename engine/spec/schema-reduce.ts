/**
 * The part of a schema that a document can meet. Making a validator takes longer the larger the schema is, far longer
 * than checking a small document with it; so the schemas of keys that the document has nowhere are left out. The keys
 * themselves stay, with what messages need of them, and the result is the same as that of the whole schema.
 */
import type { JsonSchema } from './schema-types.ts';
import { isSchema, mapSubschemas, resolveRef } from './schema-walk.ts';

/** What is said about a key that is missing. */
const SAID = ['title', 'description', 'default', 'examples'];

/** Adds every key of every mapping within a value. */
export function collectKeys(value: unknown, keys: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collectKeys(item, keys);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    keys.add(key);
    collectKeys(inner, keys);
  }
}

/** Names of all properties anywhere in a schema. */
export function propertyNames(root: JsonSchema): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (schema: JsonSchema): JsonSchema => {
    if (isSchema(schema.properties)) for (const name of Object.keys(schema.properties)) names.add(name);
    mapSubschemas(schema, visit);
    return schema;
  };
  visit(root);
  return names;
}

/** The schema for documents whose keys are among `keys`. */
export function reduceSchema(root: JsonSchema, keys: ReadonlySet<string>): JsonSchema {
  const annotations = (schema: JsonSchema): JsonSchema => {
    const target = { ...resolveRef(schema, root), ...schema };
    return Object.fromEntries(SAID.filter((key) => key in target).map((key) => [key, target[key]]));
  };
  const reduce = (schema: JsonSchema): JsonSchema => {
    const { properties } = schema;
    const kept = !isSchema(properties)
      ? schema
      : {
          ...schema,
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, inner]) =>
              keys.has(key) || !isSchema(inner) ? [key, inner] : [key, annotations(inner)],
            ),
          ),
        };
    return mapSubschemas(kept, reduce);
  };
  return reduce(root);
}
