/**
 * The form of the schema for editors: the engine’s own keywords are left out, and wherever a number, a boolean or a
 * text of a fixed form stands, an expression may stand, too.
 */
import type { JsonSchema } from './schema-types.ts';
import { mapSubschemas, resolveRef } from './schema-walk.ts';

const SCALAR_TYPES = new Set(['string', 'integer', 'number', 'boolean', 'null']);
const SHOWN = new Set(['title', 'description', 'default', 'examples']);

function isFixedScalar(schema: JsonSchema): boolean {
  if ('const' in schema || 'enum' in schema) return true;
  const type = schema.type;
  const types = Array.isArray(type) ? (type as string[]) : typeof type === 'string' ? [type] : [];
  if (types.length === 0 || !types.every((t) => SCALAR_TYPES.has(t))) return false;
  return (
    !types.includes('string') ||
    'pattern' in schema ||
    'format' in schema ||
    'minLength' in schema ||
    'maxLength' in schema
  );
}

function withExpression(schema: JsonSchema): JsonSchema {
  const shown: { [key: string]: unknown } = {};
  const rest: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(schema)) (SHOWN.has(key) ? shown : rest)[key] = value;
  return { ...shown, anyOf: [rest, { $ref: '#/$defs/expression' }] };
}

/** What an editor shows of a value is what the whole says, not what the matching branch of a union says. */
function branchOf(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const target = resolveRef(schema, root);
  if (!('x-unit' in target)) return schema;
  return Object.fromEntries(Object.entries(target).filter(([key]) => !SHOWN.has(key)));
}

function publishPart(schema: JsonSchema, literal: boolean, root: JsonSchema): JsonSchema {
  const stays = literal || schema['x-literal'] === true;
  const inner = mapSubschemas(schema, (sub, keyword) =>
    publishPart(
      keyword === 'oneOf' || keyword === 'anyOf' ? branchOf(sub, root) : sub,
      stays || keyword === 'if' || keyword === 'not' || keyword === 'propertyNames',
      root,
    ),
  );
  const plain: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(inner)) {
    if (key.startsWith('x-')) continue;
    const exclusive =
      key === 'oneOf' && !(value as JsonSchema[]).every((branch) => Object.keys(branch).join() === 'required');
    // An expression may match several branches of a union.
    plain[exclusive ? 'anyOf' : key] = value;
  }
  return !stays && isFixedScalar(plain) ? withExpression(plain) : plain;
}

/** See the head of this file. */
export function publish(root: JsonSchema): JsonSchema {
  const { $defs, properties, ...rest } = root as {
    $defs: { [name: string]: JsonSchema };
    properties: { [name: string]: JsonSchema };
  };
  const sections: { [name: string]: JsonSchema } = {};
  for (const [name, schema] of Object.entries(properties))
    sections[name] = publishPart(schema, name === 'version', root);
  const definitions: { [name: string]: JsonSchema } = {};
  for (const [name, schema] of Object.entries($defs))
    definitions[name] = publishPart(schema, name === 'expression', root);
  return { ...rest, properties: sections, $defs: definitions };
}
