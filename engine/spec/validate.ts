/**
 * Validates a document against the schema and turns what ajv finds into diagnostics: one for each real problem, at
 * the line where it stands. Scalars that are names are put into their written form while validating.
 */
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '../base/json.ts';
import { type Checks, olderCheck, registryChecks } from './checks.ts';
import type { Path } from './path.ts';
import type { Problems } from './problems.ts';
import { type JsonSchema, sourceSchema } from './schema.ts';
import type { KeywordContext, Reference } from './schema-keywords.ts';
import { prepareSchema } from './schema-prepare.ts';
import { reportFindings } from './schema-problems.ts';
import { DEFAULT_MODEL } from './schema-sections.ts';
import type { AnnouncedModel, SchemaParts } from './schema-types.ts';
import { childOf, pointerPath, type SpecTree } from './tree.ts';

/** A schema of a whole document that knows no registered kinds. */
export interface DocumentSchema {
  readonly root: JsonSchema;
  readonly check: ValidateFunction;
}

/** Compiles the schema of an older version. */
export function compileDocumentSchema(version: number, schema: JsonSchema): DocumentSchema {
  const root = prepareSchema(schema);
  return { root, check: olderCheck(version, root) };
}

/** Validates a document against a schema of its own. */
export function validateDocument(schema: DocumentSchema, document: Validation, problems: Problems): void {
  run(schema.check, document.data, '', document, () => schema.root, problems);
}

/** The schema of a registry. It is prepared when it is first asked for: a valid document need not ask. */
interface PreparedSchema {
  readonly root: () => JsonSchema;
  readonly checks: Checks;
}

const prepared = new WeakMap<SchemaParts, PreparedSchema>();

/** Prepares the schema of a registry once; the same registry object gives the same schema. */
function schemaOf(parts: SchemaParts): PreparedSchema {
  const known = prepared.get(parts);
  if (known !== undefined) return known;
  let made: JsonSchema | undefined;
  const root = (): JsonSchema => {
    made ??= prepareSchema(sourceSchema(parts));
    return made;
  };
  const schema: PreparedSchema = { root, checks: registryChecks(root) };
  prepared.set(parts, schema);
  return schema;
}

function nodeAt(root: SpecTree, path: Path): SpecTree | undefined {
  let node: SpecTree | undefined = root;
  for (const part of path) node = childOf(node, part);
  return node;
}

export interface Validation {
  readonly tree: SpecTree;
  /** Plain data of the tree; names that look like numbers become text in it. */
  readonly data: Json;
  /** Scalars whose value is unknown; nothing is reported about them. */
  readonly unknown: ReadonlySet<SpecTree>;
  /** Models of other processes. */
  readonly models?: readonly AnnouncedModel[];
}

/** Validates a document; every problem is reported. Answers the names that it uses, as far as they are well-formed. */
export function validate(document: Validation, parts: SchemaParts, problems: Problems): readonly NameUse[] {
  const schema = schemaOf(parts);
  const references = run(schema.checks.document(document.data), document.data, '', document, schema.root, problems);
  validateOptions(document, schema, problems);
  return references.map(({ to, name, pointer }) => ({ to, name, path: pointerPath(document.tree, pointer) }));
}

/** A name of a node or channel that the document uses, and where. */
export interface NameUse {
  readonly to: Reference['to'];
  readonly name: string;
  readonly path: Path;
}

function run(
  check: ValidateFunction,
  data: unknown,
  prefix: string,
  document: Validation,
  root: () => JsonSchema,
  problems: Problems,
): readonly Reference[] {
  const references: Reference[] = [];
  const context: KeywordContext = {
    refers: (reference) => void references.push(reference),
    models: (document.models ?? []).map(({ name }) => name),
    scalarAt: (pointer) => {
      const node = nodeAt(document.tree, pointerPath(document.tree, prefix + pointer));
      return node?.kind === 'scalar' ? node : undefined;
    },
  };
  if (check.call(context, data)) return references;
  const errors = (check.errors ?? []).map(
    (error): ErrorObject => ({ ...error, instancePath: prefix + error.instancePath }),
  );
  const isUnknown = (path: Path): boolean => {
    if (document.unknown.size === 0) return false;
    const node = nodeAt(document.tree, path);
    return node !== undefined && document.unknown.has(node);
  };
  reportFindings(errors, document.tree, root(), isUnknown, problems);
  return references;
}

type Loose = { readonly [key: string]: unknown } | undefined;

function record(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}

function escapePointer(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}

/** Options are validated by the schema of the model that applies, which may come from `defaults`. */
function validateOptions(document: Validation, schema: PreparedSchema, problems: Problems): void {
  const data = record(document.data);
  const defaults = record(record(data?.defaults)?.node);
  const ordinary = typeof defaults?.model === 'string' ? defaults.model : DEFAULT_MODEL;
  const rules = record(data?.defaults)?.labels;
  const check = (owner: Loose, prefix: string): void => {
    const options = owner?.options;
    if (record(options) === undefined) return; // another type is reported already
    const model = typeof owner?.model === 'string' ? owner.model : (labelledModel(rules, owner) ?? ordinary);
    const announced = document.models?.find(({ name }) => name === model);
    const validator = announced?.check ?? schema.checks.options(model);
    const root = announced === undefined ? schema.root : () => announced.optionsSchema;
    if (validator !== undefined) run(validator, options, `${prefix}/options`, document, root, problems);
  };
  check(defaults, '/defaults/node');
  if (Array.isArray(rules)) {
    for (const [i, rule] of rules.entries()) check(record(record(rule)?.node), `/defaults/labels/${i}/node`);
  }
  const generated = record(data?.network)?.generate;
  if (Array.isArray(generated)) {
    for (const [i, entry] of generated.entries()) check(record(entry), `/network/generate/${i}`);
  } else {
    check(record(generated), '/network/generate');
  }
  const nodes = record(data?.nodes);
  for (const key of Object.keys(nodes ?? {})) check(record(nodes?.[key]), `/nodes/${escapePointer(key)}`);
  const imports = record(data?.network)?.import;
  if (Array.isArray(imports)) {
    for (const [i, entry] of imports.entries()) check(record(entry), `/network/import/${i}`);
  } else {
    check(record(imports), '/network/import');
  }
}

/** The model that `defaults.labels` gives to an owner of labels. */
function labelledModel(rules: unknown, owner: Loose): string | undefined {
  const labels = record(owner?.labels);
  if (!Array.isArray(rules) || labels === undefined) return undefined;
  const models = rules.flatMap((one: unknown) => {
    const rule = record(one);
    const match = record(rule?.match);
    const model = record(rule?.node)?.model;
    if (match === undefined || typeof model !== 'string') return [];
    const fits = Object.keys(match).every((key) => Object.hasOwn(labels, key) && labels[key] === match[key]);
    return fits ? [model] : [];
  });
  return models.at(-1);
}
