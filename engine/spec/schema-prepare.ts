/**
 * The form of the schema that the engine validates with. A union (`oneOf`, `anyOf`) becomes a chain of decisions, so
 * that a wrong value is measured against the one branch that was meant: by its type, by a key that only that branch
 * has, or by a constant. The engine’s own keywords replace the approximations that stand beside them for editors.
 */
import type { JsonSchema } from './schema-types.ts';
import { isSchema, mapSubschemas, resolveRef } from './schema-walk.ts';

type Shape = 'array' | 'object' | 'scalar';

const REPLACED: Readonly<Record<string, readonly string[]>> = {
  'x-unit': ['type', 'pattern', 'enum', 'format'],
  'x-text': ['type', 'pattern', 'enum', 'format'],
  'x-known': ['type', 'pattern', 'enum'],
  'x-exactly-one': ['oneOf', 'anyOf'],
  'x-options': ['allOf'],
  'x-needs': ['dependentSchemas'],
};

const SCALARS = new Set(['string', 'integer', 'number', 'boolean', 'null']);

function typesOf(schema: JsonSchema): readonly string[] {
  const type = schema.type;
  if (Array.isArray(type)) return type as string[];
  if (typeof type === 'string') return [type];
  return [];
}

function shapesOf(schema: JsonSchema, root: JsonSchema): readonly Shape[] {
  const own = resolveRef(schema, root);
  const branches = own.oneOf ?? own.anyOf;
  if (Array.isArray(branches) && !isKeyChoice(branches as JsonSchema[])) {
    return [...new Set((branches as JsonSchema[]).flatMap((b) => shapesOf(b, root)))];
  }
  const types = typesOf(own);
  const shapes = new Set<Shape>();
  for (const type of types) shapes.add(type === 'array' || type === 'object' ? type : 'scalar');
  if (shapes.size === 0) {
    if ('properties' in own || 'required' in own || 'additionalProperties' in own) shapes.add('object');
    else if ('items' in own || 'prefixItems' in own) shapes.add('array');
    else if ('enum' in own || 'const' in own || 'pattern' in own || 'x-unit' in own || 'x-text' in own)
      shapes.add('scalar');
    else return ['array', 'object', 'scalar'];
  }
  return [...shapes];
}

function isKeyChoice(branches: readonly JsonSchema[]): boolean {
  return branches.every(
    (b) => Object.keys(b).join() === 'required' && Array.isArray(b.required) && b.required.length === 1,
  );
}

/** Name of a branch in messages. */
function formOf(schema: JsonSchema, root: JsonSchema): string {
  const own = resolveRef(schema, root);
  const title = schema.title ?? own.title;
  if (typeof title === 'string') return title.slice(0, 1).toLowerCase() + title.slice(1);
  return typesOf(own).join(' or ') || 'value';
}

/** What tells an object branch from the others: a required key of its own, or a constant. */
function discriminator(
  schema: JsonSchema,
  others: readonly JsonSchema[],
  root: JsonSchema,
): { readonly test: JsonSchema; readonly key?: string } {
  const own = resolveRef(schema, root);
  const properties = isSchema(own.properties) ? own.properties : {};
  const required = Array.isArray(own.required) ? (own.required as string[]) : [];
  for (const key of required) {
    const shared = others.some((o) => {
      const theirs = resolveRef(o, root).properties;
      return isSchema(theirs) && key in theirs;
    });
    if (!shared) return { test: { required: [key] }, key };
  }
  for (const key of required) {
    const value = properties[key];
    if (isSchema(value) && 'const' in value)
      return { test: { properties: { [key]: { const: value.const } }, required: [key] }, key };
  }
  return { test: schema };
}

function decide(test: JsonSchema, yes: JsonSchema, no: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: test, then: yes, else: no };
}

function chooseObject(branches: readonly JsonSchema[], root: JsonSchema): JsonSchema {
  if (branches.length === 1) return branches[0] as JsonSchema;
  const choices = branches.map((branch) => ({
    branch,
    ...discriminator(
      branch,
      branches.filter((b) => b !== branch),
      root,
    ),
  }));
  const keys = choices.map((c) => c.key);
  const last: JsonSchema = keys.every((k) => k !== undefined)
    ? { 'x-none-of-keys': keys }
    : { 'x-none-of': branches.map((b) => formOf(b, root)) };
  const chain = choices.reduceRight((rest, { branch, test }) => decide(test, branch, rest), last);
  return keys.every((k) => k !== undefined)
    ? decide({ 'x-several': keys }, { 'x-exactly-one': { keys, what: 'kind' } }, chain)
    : chain;
}

function chooseScalar(branches: readonly JsonSchema[], root: JsonSchema): JsonSchema {
  const rank = (schema: JsonSchema): number => {
    const own = resolveRef(schema, root);
    if ('const' in own || 'enum' in own) return 0;
    if ('x-unit' in own || 'x-text' in own) return 3;
    return typesOf(own).includes('string') ? 2 : 1;
  };
  const ordered = [...branches].sort((a, b) => rank(a) - rank(b));
  const last = ordered.pop() as JsonSchema;
  return ordered.reduceRight((rest, branch) => {
    const own = resolveRef(branch, root);
    const types = typesOf(own).filter((t) => SCALARS.has(t));
    const test = rank(branch) === 1 && types.length > 0 ? { type: types } : branch;
    return decide(test, branch, rest);
  }, last);
}

/** The decisions that stand for a union. */
function choose(branches: readonly JsonSchema[], root: JsonSchema): JsonSchema {
  const having = (shape: Shape): readonly JsonSchema[] => branches.filter((b) => shapesOf(b, root).includes(shape));
  const forms = branches.map((b) => formOf(b, root));
  const arrays = having('array');
  const objects = having('object');
  const scalars = having('scalar');
  const none: JsonSchema = { 'x-none-of': forms };
  const arrayBranch =
    arrays.length === 0 ? none : arrays.length === 1 ? (arrays[0] as JsonSchema) : chooseScalar(arrays, root);
  const objectBranch = objects.length === 0 ? none : chooseObject(objects, root);
  const scalarBranch = scalars.length === 0 ? none : chooseScalar(scalars, root);
  return decide({ type: 'array' }, arrayBranch, decide({ type: 'object' }, objectBranch, scalarBranch));
}

function preparePart(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const dropped = new Set(Object.keys(schema).flatMap((key) => REPLACED[key] ?? []));
  let own: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(schema)) if (!dropped.has(key)) own[key] = value;
  for (const keyword of ['oneOf', 'anyOf']) {
    const branches = own[keyword] as readonly JsonSchema[] | undefined;
    if (branches === undefined) continue;
    const { [keyword]: _union, ...rest } = own;
    if (keyword === 'oneOf' && isKeyChoice(branches)) {
      own = { ...rest, 'x-exactly-one': { keys: branches.map((b) => (b.required as string[])[0]), what: 'key' } };
    } else {
      own = {
        ...rest,
        allOf: [...((rest.allOf as readonly JsonSchema[] | undefined) ?? []), choose(branches, root)],
      };
    }
  }
  return mapSubschemas(own, (sub) => preparePart(sub, root));
}

/** See the head of this file. */
export function prepareSchema(root: JsonSchema): JsonSchema {
  const { $id: _id, $schema: _dialect, ...rest } = root;
  return preparePart(rest, root);
}
