/** What ajv reports, as diagnostics in the words of the scenario file. */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { didYouMean } from './cel.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { Path } from './path.ts';
import { pointAt, spanInside } from './position.ts';
import type { Problems, Span } from './problems.ts';
import { EVERY_KEYS, SCHEDULE_KEYS, WHEN_KEYS } from './schema-events.ts';
import { describeValue, type Finding } from './schema-keywords.ts';
import type { JsonSchema } from './schema-types.ts';
import { isSchema, resolveRef } from './schema-walk.ts';
import { listWords, nearest } from './suggest.ts';
import { entryOf, follow, pointerPath, type SpecTree } from './tree.ts';
import { quoteText } from './units.ts';

const TYPE_TEXT: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: '`true` or `false`',
  null: 'nothing',
};

/** Keywords whose errors only say that a branch failed; the branch reports itself. */
const STRUCTURAL = new Set(['if', 'allOf', 'anyOf', 'oneOf', 'propertyNames', 'dependentSchemas']);

const SCHEDULE_WORDS: readonly string[] = [...SCHEDULE_KEYS, ...EVERY_KEYS, ...WHEN_KEYS];

interface Reported extends Finding {
  readonly path: Path;
}

/** Reports what was found in one validation. */
export function reportFindings(
  errors: readonly ErrorObject[],
  tree: SpecTree,
  root: JsonSchema,
  isUnknown: (path: Path) => boolean,
  problems: Problems,
): void {
  const reports: Reported[] = [];
  const unknownKeys: UnknownKeys = new Map();
  for (const error of errors) {
    if (STRUCTURAL.has(error.keyword)) continue;
    const path = pointerPath(tree, error.instancePath);
    if (isUnknown(path)) continue;
    const finding = describeError(error, root, unknownKeys);
    if (finding !== null) reports.push({ ...finding, path });
  }
  for (const report of withoutConsequences(reports, errors, tree)) {
    problems.report(report.code, locate(report, tree, problems), fullPath(report), report.message, report.hint);
  }
}

function fullPath(report: Reported): Path {
  return report.key === undefined ? report.path : [...report.path, report.key];
}

function locate(report: Reported, tree: SpecTree, problems: Problems): Span {
  const { text } = problems.source;
  const found = follow(tree, report.path);
  if (report.key !== undefined) {
    const entry = entryOf(found.node, report.key);
    if (entry !== undefined) return entry.keySpan;
  }
  if (report.start !== undefined && report.end !== undefined && found.node.kind === 'scalar') {
    return spanInside(text, found.node, report.start, report.end);
  }
  // What is missing has no place; the name of what lacks it is the best one.
  if ((report.code === 'E202' || report.code === 'E204') && found.key !== undefined) return found.key;
  return pointAt(text, found);
}

/** Leaves out what follows from another mistake: the key that a misspelt key leaves missing, the kind of an unknown event. */
function withoutConsequences(
  reports: readonly Reported[],
  errors: readonly ErrorObject[],
  tree: SpecTree,
): readonly Reported[] {
  const events = new Map<string, readonly string[]>();
  for (const error of errors) {
    const kinds = (error.parentSchema as JsonSchema | undefined)?.['x-event'];
    if (Array.isArray(kinds)) events.set(error.instancePath, kinds as string[]);
  }
  const unknownAt = new Map<string, string[]>();
  for (const report of reports) {
    if (report.code !== 'E201' || report.key === undefined) continue;
    const pointer = pointerOf(report.path);
    const keys = unknownAt.get(pointer);
    if (keys === undefined) unknownAt.set(pointer, [report.key]);
    else keys.push(report.key);
  }
  const result: Reported[] = [];
  for (const report of reports) {
    const pointer = pointerOf(report.path);
    const unknownKeys = unknownAt.get(pointer) ?? [];
    if (report.code === 'E202' && unknownKeys.some((key) => nearest(key, [missingKey(report)]) !== undefined)) continue;
    const kinds = events.get(pointer);
    if (kinds === undefined) {
      result.push(report);
      continue;
    }
    const looksScheduled = (key: string): boolean =>
      nearest(key, SCHEDULE_WORDS) !== undefined && nearest(key, kinds) === undefined;
    // A missing schedule or event is one of the unknown keys, if there is one that looks like it.
    if (report.code === 'E204' && report.key === undefined) {
      const isSchedule = report.message.includes('schedule');
      if (unknownKeys.some((key) => looksScheduled(key) === isSchedule)) continue;
    }
    const hasEvent = childNames(follow(tree, report.path).node).some((key) => kinds.includes(key));
    if (report.code === 'E201' && report.key !== undefined && !hasEvent && !looksScheduled(report.key)) {
      result.push({
        ...report,
        code: 'E408',
        message: `unknown event ${quoteText(report.key)}`,
        hint: didYouMean(report.key, kinds, 'events'),
      });
      continue;
    }
    result.push(report);
  }
  return result;
}

function pointerOf(path: Path): string {
  return path.map((part) => `/${part}`).join('');
}

function childNames(node: SpecTree): readonly string[] {
  return node.kind === 'map' ? node.entries.map((entry) => entry.key) : [];
}

function missingKey(report: Reported): string {
  return /`([^`]*)`/.exec(report.message)?.[1] ?? '';
}

type Params = { readonly [key: string]: unknown };

/** What is said of keys that a schema does not know: the same key is often wrong many times. */
type UnknownKeys = Map<JsonSchema, Map<string, Finding>>;

function describeError(error: ErrorObject, root: JsonSchema, unknownKeys: UnknownKeys): Finding | null {
  const params = error.params as Params;
  if ('finding' in params) return params.finding as Finding;
  const parent = (error.parentSchema ?? {}) as JsonSchema;
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(String(params.additionalProperty ?? params.unevaluatedProperty), parent, unknownKeys);
    case 'false schema':
      return { code: 'E201', message: 'nothing is expected here' };
    case 'required':
      return missing(String(params.missingProperty), parent, root);
    case 'dependentRequired':
      return {
        code: 'E205',
        message: `\`${params.property}\` needs the key \`${params.missingProperty}\``,
        key: String(params.property),
      };
    case 'type':
      return wrongType(params.type, error.data, parent);
    case 'enum':
    case 'const':
      return notAllowed(
        error.keyword === 'const' ? [params.allowedValue] : (params.allowedValues as unknown[]),
        error.data,
      );
    default:
      return describeLimit(error.keyword, params, parent, error.data);
  }
}

function unknownKey(key: string, parent: JsonSchema, found: UnknownKeys): Finding {
  const ofParent = found.get(parent) ?? new Map<string, Finding>();
  found.set(parent, ofParent);
  let finding = ofParent.get(key);
  if (finding === undefined) {
    const known = isSchema(parent.properties) ? Object.keys(parent.properties) : [];
    const hint = didYouMean(key, known, 'keys here');
    finding = { code: 'E201', message: `unknown key ${quoteText(key)}`, hint, key };
    ofParent.set(key, finding);
  }
  return finding;
}

function missing(key: string, parent: JsonSchema, root: JsonSchema): Finding {
  const schema = isSchema(parent.properties) ? parent.properties[key] : undefined;
  const example = isSchema(schema) ? exampleOf(schema, root) : undefined;
  return {
    code: 'E202',
    message: `the key \`${key}\` is missing`,
    hint: example === undefined ? `add \`${key}: …\`` : `add \`${key}: ${example}\``,
  };
}

function exampleOf(schema: JsonSchema, root: JsonSchema): string | undefined {
  const examples = schema.examples ?? resolveRef(schema, root).examples;
  const first = Array.isArray(examples) ? (examples as unknown[])[0] : undefined;
  return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
}

function wrongType(type: unknown, data: unknown, parent: JsonSchema): Finding {
  const types = (Array.isArray(type) ? type : String(type).split(',')) as string[];
  const named = types.map((t) => TYPE_TEXT[t] ?? t);
  // A scalar that may be of any type is “a single value”.
  const expected = ['string', 'number', 'boolean'].every((t) => types.includes(t))
    ? 'a single value'
    : named.join(' or ');
  const looksRight =
    typeof data === 'string' &&
    types.some(
      (t) =>
        (t === 'integer' && /^-?[0-9]+$/.test(data)) ||
        (t === 'number' && /^-?[0-9.]+$/.test(data)) ||
        (t === 'boolean' && /^(true|false)$/.test(data)),
    );
  const hint = looksRight
    ? 'remove the quotes'
    : typeof data === 'string' && /^[0-9][0-9_]*_[0-9_]*$/.test(data) && types.includes('integer')
      ? 'write the number without `_`'
      : types.length === 1 && types[0] === 'object'
        ? asMapping(data, parent)
        : undefined;
  return {
    code: 'E203',
    message: `expected ${expected}, got ${describeValue(data)}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** A word that YAML reads as itself wherever it stands. */
const PLAIN_WORD = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** How to write what stands where a mapping should: as the key that it must have, or which keys there are. */
function asMapping(data: unknown, schema: JsonSchema): string | undefined {
  const keys = isSchema(schema.properties) ? Object.keys(schema.properties) : [];
  if (keys.length === 0) return undefined;
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  if (typeof data === 'string' && PLAIN_WORD.test(data) && required.length === 1)
    return `write \`{ ${required[0]}: ${data} }\``;
  return `its keys are ${listWords(keys, 'and')}`;
}

function notAllowed(allowed: readonly unknown[], data: unknown): Finding {
  const words = allowed.map(String);
  const near = typeof data === 'string' ? nearest(data, words) : undefined;
  return {
    code: 'E304',
    message: `expected ${listWords(words)}, got ${describeValue(data)}`,
    ...(near === undefined ? {} : { hint: `did you mean \`${near}\`?` }),
  };
}

const AT_LEAST = new Set(['minimum', 'exclusiveMinimum', 'minItems', 'minProperties', 'minLength']);

function describeLimit(keyword: string, params: Params, parent: JsonSchema, data: unknown): Finding | null {
  const limit = params.limit;
  const bound = AT_LEAST.has(keyword) ? 'at least' : 'at most';
  const limits: Readonly<Record<string, readonly [DiagnosticCode, string]>> = {
    minimum: ['E303', `expected ${bound} ${limit}, got \`${data}\``],
    maximum: ['E303', `expected ${bound} ${limit}, got \`${data}\``],
    exclusiveMinimum: ['E303', `expected more than ${limit}, got \`${data}\``],
    exclusiveMaximum: ['E303', `expected less than ${limit}, got \`${data}\``],
    multipleOf: ['E303', `expected a multiple of ${params.multipleOf}, got \`${data}\``],
    minItems: ['E206', `expected ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`],
    maxItems: ['E206', `expected ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`],
    minProperties: ['E206', `expected ${bound} ${limit} ${limit === 1 ? 'key' : 'keys'}`],
    maxProperties: ['E206', `expected ${bound} ${limit} ${limit === 1 ? 'key' : 'keys'}`],
    uniqueItems: ['E206', 'the list holds the same entry twice'],
    contains: ['E206', 'the list lacks an entry that it needs'],
    minLength: ['E306', limit === 1 ? 'the text is empty' : `expected ${bound} ${limit} characters`],
    maxLength: ['E306', `expected ${bound} ${limit} characters`],
    pattern: [
      'E306',
      `expected ${parent['x-pattern-text'] ?? `a text of the form \`${params.pattern}\``}, got ${describeValue(data)}`,
    ],
    not: ['E207', 'the value has a form that is not allowed here'],
  };
  const found = limits[keyword];
  return found === undefined
    ? { code: 'E207', message: `the value does not fit (${keyword})` }
    : { code: found[0], message: found[1] };
}
