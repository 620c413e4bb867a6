/**
 * Validates a document against the schema and turns what ajv finds into diagnostics: one for each real problem, at
 * the line where it stands. Scalars that are names are put into their written form while validating.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '../base/json.ts';
import type { Path } from './path.ts';
import type { Problems } from './problems.ts';
import { type JsonSchema, modelDefinition, sourceSchema } from './schema.ts';
import { addKeywords, type KeywordContext } from './schema-keywords.ts';
import { prepareSchema } from './schema-prepare.ts';
import { reportFindings } from './schema-problems.ts';
import { DEFAULT_MODEL, type SchemaParts } from './schema-sections.ts';
import { childOf, pointerPath, type SpecTree } from './tree.ts';

/** A schema made ready for use. */
interface CompiledSchema {
  readonly root: JsonSchema;
  readonly scenario: ValidateFunction;
  readonly options: ReadonlyMap<string, ValidateFunction>;
}

const compiled = new WeakMap<SchemaParts, CompiledSchema>();

/** Compiles the schema of a registry once; the same registry object gives the same compiled schema. */
function compileSchema(parts: SchemaParts): CompiledSchema {
  const known = compiled.get(parts);
  if (known !== undefined) return known;
  const root = prepareSchema(sourceSchema(parts));
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
    verbose: true,
    ownProperties: true,
    passContext: true,
    logger: false,
    validateFormats: false,
    messages: false,
  });
  addKeywords(ajv);
  const options = new Map<string, ValidateFunction>();
  for (const model of parts.models) {
    options.set(model.name, ajv.compile({ $ref: modelDefinition(model.name), $defs: root.$defs }));
  }
  const made: CompiledSchema = { root, scenario: ajv.compile(root), options };
  compiled.set(parts, made);
  return made;
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
}

/** Validates a document; every problem is reported. */
export function validate(document: Validation, parts: SchemaParts, problems: Problems): void {
  const schema = compileSchema(parts);
  run(schema.scenario, document.data, '', document, schema.root, problems);
  validateOptions(document, schema, problems);
}

function run(
  check: ValidateFunction,
  data: unknown,
  prefix: string,
  document: Validation,
  root: JsonSchema,
  problems: Problems,
): void {
  const context: KeywordContext = {
    scalarAt: (pointer) => {
      const node = nodeAt(document.tree, pointerPath(document.tree, prefix + pointer));
      return node?.kind === 'scalar' ? node : undefined;
    },
  };
  if (check.call(context, data)) return;
  const errors = (check.errors ?? []).map(
    (error): ErrorObject => ({ ...error, instancePath: prefix + error.instancePath }),
  );
  const isUnknown = (path: Path): boolean => {
    const node = nodeAt(document.tree, path);
    return node !== undefined && document.unknown.has(node);
  };
  reportFindings(errors, document.tree, root, isUnknown, problems);
}

type Loose = { readonly [key: string]: unknown } | undefined;

function record(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}

function escapePointer(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}

/** Options are validated by the schema of the model that applies, which may come from `defaults`. */
function validateOptions(document: Validation, schema: CompiledSchema, problems: Problems): void {
  const data = record(document.data);
  const defaults = record(record(data?.defaults)?.node);
  const ordinary = typeof defaults?.model === 'string' ? defaults.model : DEFAULT_MODEL;
  const check = (owner: Loose, prefix: string): void => {
    const options = owner?.options;
    if (record(options) === undefined) return; // another type is reported already
    const model = typeof owner?.model === 'string' ? owner.model : ordinary;
    const validator = schema.options.get(model);
    if (validator !== undefined) run(validator, options, `${prefix}/options`, document, schema.root, problems);
  };
  check(defaults, '/defaults/node');
  const nodes = record(data?.nodes);
  for (const key of Object.keys(nodes ?? {})) check(record(nodes?.[key]), `/nodes/${escapePointer(key)}`);
  const imports = record(data?.network)?.import;
  if (Array.isArray(imports)) {
    for (const [i, entry] of imports.entries()) check(record(entry), `/network/import/${i}`);
  } else {
    check(record(imports), '/network/import');
  }
}
