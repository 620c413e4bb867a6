/**
 * The section `params`: declared parameters with their types and values, and the values that the command line puts in
 * their place. The shape of the section is the schema’s business; names and values are checked here.
 */
import type { Json } from '../base/json.ts';
import { didYouMean, RESERVED_NAMES } from './cel.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import { hasExpression } from './expression-scan.ts';
import type { Path } from './path.ts';
import { makeDiagnostic, type Problems } from './problems.ts';
import type { ParamValue } from './scenario.ts';
import { SourceText } from './source-text.ts';
import { childOf, type MapEntry, type ScalarNode, type SpecTree } from './tree.ts';
import { parseAmount, parseDuration, quoteText } from './units.ts';

export type ParamType = ParamValue['type'];

export const PARAM_TYPES: readonly ParamType[] = ['duration', 'amount', 'int', 'number', 'string', 'bool'];

export interface Params {
  readonly values: readonly ParamValue[];
  /** Parameters whose value is not usable; they were reported, and what depends on them is not worth a report. */
  readonly faulty: ReadonlySet<string>;
}

/** What stands for a value that is not usable, so that expressions can still be type-checked. */
const PLACEHOLDERS: Readonly<Record<ParamType, Json>> = {
  duration: '0s',
  amount: '0 sat',
  int: 0,
  number: 0,
  string: '',
  bool: false,
};

const TYPE_TEXT: Readonly<Record<ParamType, string>> = {
  duration: 'a duration such as `10s`',
  amount: 'an amount such as `1_000 sat`',
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  bool: '`true` or `false`',
};

export type Checked =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly reason: string; readonly hint?: string };

/** Checks a value that was read from YAML. Text is taken as written, so that a text `007` keeps its zeros. */
export function checkValue(type: ParamType, node: Pick<ScalarNode, 'value' | 'source'>): Checked {
  const { value, source } = node;
  const expected = `expected ${TYPE_TEXT[type]}`;
  if (value === null) return { ok: false, reason: `${expected}, got nothing` };
  switch (type) {
    case 'duration':
    case 'amount': {
      const result = (type === 'duration' ? parseDuration : parseAmount)(typeof value === 'string' ? value : source);
      return result.ok
        ? { ok: true, value: typeof value === 'string' ? value : source }
        : { ok: false, reason: result.reason, hint: result.hint };
    }
    case 'int':
      return typeof value === 'number' && Number.isSafeInteger(value)
        ? { ok: true, value }
        : { ok: false, reason: `${expected}, got ${quoteText(source)}` };
    case 'number':
      return typeof value === 'number'
        ? { ok: true, value }
        : { ok: false, reason: `${expected}, got ${quoteText(source)}` };
    case 'string':
      return { ok: true, value: typeof value === 'string' ? value : source };
    case 'bool':
      return typeof value === 'boolean'
        ? { ok: true, value }
        : { ok: false, reason: `${expected}, got ${quoteText(source)}` };
  }
}

/** Reads a value from the command line, where everything is text. */
export function checkText(type: ParamType, text: string): Checked {
  if (type === 'int' || type === 'number') {
    const pattern = type === 'int' ? /^[-+]?[0-9]+$/ : /^[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[-+]?[0-9]+)?$/i;
    const value = Number(text);
    const fits = pattern.test(text) && Number.isFinite(value) && (type === 'number' || Number.isSafeInteger(value));
    return fits ? { ok: true, value } : { ok: false, reason: `expected ${TYPE_TEXT[type]}, got ${quoteText(text)}` };
  }
  if (type === 'bool') {
    if (text === 'true' || text === 'false') return { ok: true, value: text === 'true' };
    return { ok: false, reason: `expected ${TYPE_TEXT[type]}, got ${quoteText(text)}` };
  }
  return checkValue(type, { value: text, source: text });
}

/** Type of a value that stands alone, without `type`. */
function inferType(node: ScalarNode): ParamType | null {
  if (typeof node.value === 'boolean') return 'bool';
  if (typeof node.value === 'number') return Number.isInteger(node.value) ? 'int' : 'number';
  if (typeof node.value !== 'string') return null;
  if (parseDuration(node.value).ok) return 'duration';
  if (parseAmount(node.value).ok) return 'amount';
  return 'string';
}

const PARAM_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads `params` and puts the values of the command line in; all mistakes are reported. */
export function readParams(root: SpecTree, overrides: ReadonlyMap<string, string>, problems: Problems): Params {
  const section = childOf(root, 'params');
  const values: ParamValue[] = [];
  const faulty = new Set<string>();
  for (const entry of section?.kind === 'map' ? section.entries : []) {
    const declared = readParam(entry, problems);
    if (declared === null) {
      faulty.add(entry.key);
      continue;
    }
    if (!declared.usable) faulty.add(entry.key);
    values.push(override(declared.param, overrides, problems));
  }
  const known = section?.kind === 'map' ? section.entries.map((entry) => entry.key) : [];
  for (const [name, text] of overrides) {
    if (known.includes(name)) continue;
    reportOverride(
      problems,
      'E505',
      name,
      text,
      `the scenario has no parameter \`${name}\``,
      didYouMean(name, known, 'parameters'),
    );
  }
  return { values, faulty };
}

/** One declaration; null when not even its type is known. */
function readParam(
  entry: MapEntry,
  problems: Problems,
): { readonly param: ParamValue; readonly usable: boolean } | null {
  const { key, value: node } = entry;
  const path: Path = ['params', key];
  if (!PARAM_NAME.test(key) || RESERVED_NAMES.has(key)) {
    const reason = RESERVED_NAMES.has(key) ? 'is a word of the expression language' : 'is not an identifier';
    problems.report(
      'E305',
      entry.keySpan,
      path,
      `the parameter’s name ${quoteText(key)} ${reason}`,
      'use letters, digits and `_`, not starting with a digit',
    );
    return null;
  }
  const short = node.kind === 'scalar';
  const value = short ? node : childOf(node, 'default');
  if (value?.kind !== 'scalar') return null;
  const valuePath = short ? path : [...path, 'default'];
  if (typeof value.value === 'string' && hasExpression(value.value)) {
    problems.report(
      'E507',
      value,
      valuePath,
      'the value of a parameter cannot be an expression',
      'write the value itself, and compute where it is used',
    );
    return null;
  }
  const written = short ? undefined : childOf(node, 'type');
  const type =
    written === undefined
      ? inferType(value)
      : PARAM_TYPES.find((t) => written.kind === 'scalar' && written.value === t);
  if (type === undefined) return null; // an unknown type is reported by the schema
  if (type === null) {
    problems.report(
      'E502',
      value.end > value.start ? value : entry.keySpan,
      valuePath,
      `the parameter \`${key}\` has no value`,
      'write a value, such as `10s`, `1_000 sat`, `5` or `true`',
    );
    return null;
  }
  const checked = checkValue(type, value);
  if (!checked.ok) {
    problems.report(
      'E502',
      value.end > value.start ? value : entry.keySpan,
      valuePath,
      `parameter \`${key}\`: ${checked.reason}`,
      checked.hint,
    );
  }
  return {
    param: { name: key, type, value: checked.ok ? checked.value : PLACEHOLDERS[type], overridden: false },
    usable: checked.ok,
  };
}

function override(param: ParamValue, overrides: ReadonlyMap<string, string>, problems: Problems): ParamValue {
  const text = overrides.get(param.name);
  if (text === undefined) return param;
  const checked = checkText(param.type, text);
  if (checked.ok) return { ...param, value: checked.value, overridden: true };
  reportOverride(problems, 'E502', param.name, text, `parameter \`${param.name}\`: ${checked.reason}`, checked.hint);
  return param;
}

/** A problem of the command line: its “file” is the option as it was given. */
function reportOverride(
  problems: Problems,
  code: DiagnosticCode,
  name: string,
  text: string,
  message: string,
  hint?: string,
): void {
  const given = `${name}=${text}`;
  const source = new SourceText(`--param ${given}`, given);
  const range = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  problems.add(makeDiagnostic(source, code, range, `params.${name}`, message, hint));
}
