/**
 * The checks that ajv compiles of the schema of a document. Compiling takes more time than everything else about a small
 * file, so only what a document needs is compiled; the bundled command has checks that were compiled when it was built
 * in the place of this file (see scripts/bundle.mjs), and no ajv.
 */
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '../base/json.ts';
import { type JsonSchema, modelDefinition } from './schema.ts';
import { addKeywords } from './schema-keywords.ts';
import { collectKeys, propertyNames, reduceSchema } from './schema-reduce.ts';
import { resolveRef } from './schema-walk.ts';

/** The checks of a registry. */
export interface Checks {
  /** A check that serves for this document. */
  document(data: Json): ValidateFunction;
  /** A check of the options of a model; undefined when there is no such model. */
  options(model: string): ValidateFunction | undefined;
}

/** So many parts of a schema are compiled; a process that reads more kinds of documents compiles the whole of it. */
const MOST_REDUCED = 2;

export function makeValidator(options: Options = { code: { optimize: false } }): Ajv2020 {
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
    // The schema is our own, and tests validate it against its dialect.
    validateSchema: false,
    messages: false,
    ...options,
  });
  addKeywords(ajv);
  return ajv;
}

/** A check of a document of an older version, by its prepared schema. */
export function olderCheck(_version: number, root: JsonSchema): ValidateFunction {
  return makeValidator().compile(root);
}

/** The part of a prepared schema that a model's options are checked with; undefined when there is no such model. */
export function optionsSchema(root: JsonSchema, model: string): JsonSchema | undefined {
  const $ref = modelDefinition(model);
  return resolveRef({ $ref }, root).$ref === $ref ? undefined : { $ref, $defs: root.$defs };
}

/** The checks of a registry, by its prepared schema. */
export function registryChecks(prepared: () => JsonSchema): Checks {
  const root = prepared();
  const names = propertyNames(root);
  /** Checks of documents by the keys that they have. */
  const reduced = new Map<string, ValidateFunction>();
  const options = new Map<string, ValidateFunction>();
  let whole: ValidateFunction | null = null;
  return {
    document(data) {
      if (whole !== null) return whole;
      const keys = new Set<string>();
      collectKeys(data, keys);
      const used = [...names].filter((name) => keys.has(name));
      const signature = used.join(' ');
      const known = reduced.get(signature);
      if (known !== undefined) return known;
      if (reduced.size >= MOST_REDUCED) {
        whole = makeValidator().compile(root);
        return whole;
      }
      const made = makeValidator().compile(reduceSchema(root, new Set(used)));
      reduced.set(signature, made);
      return made;
    },
    options(model) {
      const known = options.get(model);
      if (known !== undefined) return known;
      const schema = optionsSchema(root, model);
      const made = schema === undefined ? undefined : makeValidator().compile(schema);
      if (made !== undefined) options.set(model, made);
      return made;
    },
  };
}
