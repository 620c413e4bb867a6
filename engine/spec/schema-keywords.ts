/**
 * The engine’s own keywords in the schema, as ajv checks them. A keyword reports a code, a message, a hint and, where
 * the mistake lies within a text, the offsets of the part. Scalars are looked up in the document for what was written:
 * a name `007` is read as the number 7, but is the name 007.
 */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { parseEpoch } from './calendar.ts';
import { didYouMean, expressionSyntax } from './cel.ts';
import { cronProblem } from './cron.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import { parseFrequency } from './frequency.ts';
import { templateProblem } from './name-template.ts';
import type { UnitRule } from './schema-definitions.ts';
import { listWords, nearest } from './suggest.ts';
import type { ScalarNode } from './tree.ts';
import { formatAmount, formatDuration, parseUnit, quoteText, type UnitName, unitArticle, unitForm } from './units.ts';

/** What a keyword found. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
  /** Part of the scalar’s value that the finding is about. */
  readonly start?: number;
  readonly end?: number;
  /** Name of the key that the finding is about, when it is a key of the object and not its value. */
  readonly key?: string;
}

/** Handed to the keywords by the validation that runs. */
export interface KeywordContext {
  /** The scalar at a JSON pointer. */
  scalarAt(pointer: string): ScalarNode | undefined;
  /** Hears of every name of a node or a channel. */
  refers(reference: Reference): void;
  /** Names of models that are not registered and are there all the same. */
  readonly models: readonly string[];
}

/** A name used in the document, and its JSON pointer. */
export interface Reference {
  readonly to: 'node' | 'channel';
  readonly name: string;
  readonly pointer: string;
}

interface DataContext {
  readonly instancePath: string;
  readonly parentData: { [key: string]: unknown };
  readonly parentDataProperty: string | number;
}

type Check = (this: KeywordContext, rule: never, data: unknown, at: DataContext) => readonly Finding[];

/** What a value is, for `got …` in messages. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text ${quoteText(value)}`;
  return `\`${String(value)}\``;
}

function formatBase(unit: UnitName, value: number): string {
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'amount') return formatAmount(value);
  if (unit === 'rate') return `${value} ppm`;
  return unit === 'feerate' ? `${value / 250} sat/vB` : `${value / 4} vB`;
}

function unitKeyword(this: KeywordContext, rule: UnitRule, data: unknown, at: DataContext): readonly Finding[] {
  const { unit } = rule;
  if (typeof data !== 'string' && typeof data !== 'number') {
    return [
      { code: 'E203', message: `expected ${unitArticle(unit)}, got ${describeValue(data)}`, hint: unitForm(unit) },
    ];
  }
  const text = typeof data === 'string' ? data : (this.scalarAt(at.instancePath)?.source ?? String(data));
  const result = parseUnit(unit, text, { negative: rule.negative === true });
  if (!result.ok) {
    const code = result.problem === 'missing' ? 'E301' : result.problem === 'range' ? 'E303' : 'E302';
    return [{ code, message: result.reason, hint: result.hint }];
  }
  if (rule.min !== undefined && result.value < rule.min) {
    const bound = rule.min === 1 ? 'more than 0' : `at least ${formatBase(unit, rule.min)}`;
    return [{ code: 'E303', message: `expected ${bound}, got ${quoteText(text)}` }];
  }
  if (rule.multiple !== undefined && result.value % rule.multiple !== 0) {
    return [
      {
        code: 'E302',
        message: `expected a whole number of satoshi, got ${quoteText(text)}`,
        hint: 'coins on chain cannot be divided further',
      },
    ];
  }
  return [];
}

const NAME = /^[A-Za-z0-9_.-]+$/;
const PATTERN = /^[A-Za-z0-9_.*?-]+$/;
const NAME_HINT = 'use letters, digits, `_`, `.` and `-`';

function illegalName(text: string, allowed: RegExp): Finding | null {
  if (allowed.test(text) && text.length <= 200) return null;
  if (text === '') return { code: 'E305', message: 'the name is empty', hint: NAME_HINT };
  if (text.length > 200) return { code: 'E305', message: `the name ${quoteText(text)} is longer than 200 characters` };
  const bad = [...new Set([...text].filter((c) => !allowed.test(c)))]
    .slice(0, 5)
    .map((c) => (c === ' ' ? 'a space' : `\`${c}\``));
  return { code: 'E305', message: `the name ${quoteText(text)} holds ${bad.join(', ')}`, hint: NAME_HINT };
}

/** A time when it begins with a digit, or else a name. */
function branchPointProblem(text: string): Finding | null {
  if (!/^[-+0-9]/.test(text)) return illegalName(text, NAME);
  const result = parseUnit('duration', text);
  if (result.ok) return null;
  const code = result.problem === 'missing' ? 'E301' : result.problem === 'range' ? 'E303' : 'E302';
  return { code, message: result.reason, hint: result.hint };
}

function textKeyword(this: KeywordContext, rule: string, data: unknown, at: DataContext): readonly Finding[] {
  if (typeof data === 'object' || data === undefined) {
    return [{ code: 'E203', message: `expected ${TEXT_FORMS[rule] ?? 'a text'}, got ${describeValue(data)}` }];
  }
  let text = String(data);
  if (typeof data !== 'string') {
    text = this.scalarAt(at.instancePath)?.source ?? text;
    at.parentData[at.parentDataProperty] = text;
  }
  if (rule === 'name' || rule === 'pattern') {
    const finding = illegalName(text, rule === 'name' ? NAME : PATTERN);
    return finding === null ? [] : [finding];
  }
  if (rule === 'template') {
    const problem = templateProblem(text);
    return problem === null ? [] : [{ code: 'E305', ...problem }];
  }
  if (rule === 'epoch' && parseEpoch(text) === null) {
    return [
      {
        code: 'E306',
        message: `expected a date and time in UTC, got ${quoteText(text)}`,
        hint: 'write it as `2025-01-01T00:00:00Z` or `2025-01-01`',
      },
    ];
  }
  if (rule === 'frequency') {
    const result = parseFrequency(text);
    if (result.ok) return [];
    const { problem, hint } = result;
    const code = problem === 'missing' ? 'E301' : problem === 'range' ? 'E303' : 'E302';
    return [{ code, message: `expected a frequency, got ${quoteText(text)}`, hint }];
  }
  if (rule === 'cron') {
    const problem = cronProblem(text);
    const hint = 'write it as `*/5 * * * *`: minute, hour, day of the month, month, day of the week';
    return problem === null ? [] : [{ code: 'E321', message: problem, hint }];
  }
  if (rule === 'branch-point') {
    const problem = branchPointProblem(text);
    return problem === null ? [] : [problem];
  }
  if (rule === 'cel' || rule === 'metric') {
    if (typeof data !== 'string') {
      const [form, hint] =
        rule === 'cel' ? ['a condition', 'compare something'] : ['an expression', 'measure something'];
      return [{ code: 'E203', message: `expected ${form}, got ${describeValue(data)}`, hint }];
    }
    const problem = expressionSyntax(text);
    return problem === null ? [] : [problem];
  }
  return [];
}

const TEXT_FORMS: Readonly<Record<string, string>> = {
  name: 'a name',
  pattern: 'a name or pattern',
  template: 'a name with `{index}`',
  epoch: 'a date and time such as `2025-01-01T00:00:00Z`',
  cel: 'an expression',
  metric: 'an expression',
  'branch-point': 'a time or the name of a snapshot',
  frequency: 'a frequency such as `5/s`',
  cron: 'a cron expression such as `*/5 * * * *`',
};

type RangeOf = 'duration' | 'amount' | 'feerate' | 'number';

/** A value for comparison; null when it is not one, which is reported elsewhere. */
function comparable(of: RangeOf, data: unknown): number | null {
  if (of === 'number') return typeof data === 'number' ? data : null;
  const result = parseUnit(of, String(data));
  return result.ok ? result.value : null;
}

/** `[min, max]`: both are checked by the unit keyword; here only their order. */
function rangeKeyword(this: KeywordContext, rule: RangeOf, data: unknown): readonly Finding[] {
  if (!Array.isArray(data) || data.length !== 2) return [];
  const [low, high] = data.map((v) => comparable(rule, v));
  if (typeof low !== 'number' || typeof high !== 'number' || low <= high) return [];
  return [
    {
      code: 'E604',
      message: `the range ends before it begins: ${quoteText(String(data[0]))} is more than ${quoteText(String(data[1]))}`,
      hint: 'write the smaller value first',
    },
  ];
}

/** `min` and `max` of a distribution: only their order. */
function minMaxKeyword(this: KeywordContext, rule: RangeOf, data: unknown): readonly Finding[] {
  if (typeof data !== 'object' || data === null) return [];
  const { min, max } = data as { readonly min?: unknown; readonly max?: unknown };
  const low = min === undefined ? null : comparable(rule, min);
  const high = max === undefined ? null : comparable(rule, max);
  if (low === null || high === null || low <= high) return [];
  return [
    {
      code: 'E604',
      message: `\`min\` is ${quoteText(String(min))}, more than \`max\`, ${quoteText(String(max))}`,
      hint: 'exchange the two',
      key: 'min',
    },
  ];
}

function exactlyOneKeyword(
  this: KeywordContext,
  rule: { readonly keys: readonly string[]; readonly what: string },
  data: unknown,
): readonly Finding[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [];
  const present = rule.keys.filter((key) => Object.hasOwn(data, key));
  if (present.length === 1) return [];
  if (present.length === 0)
    return [{ code: 'E204', message: `the ${rule.what} is missing`, hint: `add one of ${listWords(rule.keys)}` }];
  return [
    {
      code: 'E204',
      message: `only one ${rule.what} is possible, got ${listWords(present, 'and')}`,
      hint: 'keep one of them',
      key: present[1] as string,
    },
  ];
}

function knownKeyword(
  this: KeywordContext,
  rule: { readonly code: DiagnosticCode; readonly what: string; readonly names: readonly string[] },
  data: unknown,
): readonly Finding[] {
  const names = rule.code === 'E407' ? [...rule.names, ...this.models] : rule.names;
  if (typeof data === 'string' && names.includes(data)) return [];
  if (typeof data === 'object')
    return [{ code: 'E203', message: `expected the name of a ${rule.what}, got ${describeValue(data)}` }];
  return [
    {
      code: rule.code,
      message: `unknown ${rule.what} ${quoteText(String(data))}`,
      hint: didYouMean(String(data), names, `${rule.what}s`),
    },
  ];
}

function namesKeyword(this: KeywordContext, _what: string, data: unknown): readonly Finding[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [];
  const findings: Finding[] = [];
  for (const key of Object.keys(data)) {
    const finding = illegalName(key, NAME);
    if (finding !== null) findings.push({ ...finding, key });
  }
  return findings;
}

/** Keys that have a meaning only together with one of some others. */
function needsKeyword(
  this: KeywordContext,
  rule: Readonly<Record<string, readonly string[]>>,
  data: unknown,
): readonly Finding[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [];
  return Object.entries(rule)
    .filter(([key, others]) => Object.hasOwn(data, key) && !others.some((other) => Object.hasOwn(data, other)))
    .map(([key, others]) => ({ code: 'E205', message: `\`${key}\` needs the key ${listWords(others)}`, key }));
}

/** True where several of the keys are present; only used as a condition. */
function severalKeyword(this: KeywordContext, keys: readonly string[], data: unknown): readonly Finding[] {
  const isObject = typeof data === 'object' && data !== null;
  const several = isObject && keys.filter((key) => Object.hasOwn(data, key)).length > 1;
  return several ? [] : [{ code: 'E204', message: 'only one of the keys is present' }];
}

/** Finds nothing: it only notes who is meant. */
function refersKeyword(this: KeywordContext, to: Reference['to'], data: unknown, at: DataContext): readonly Finding[] {
  if (typeof data === 'string') this.refers({ to, name: data, pointer: at.instancePath });
  return [];
}

function noneOfKeyword(this: KeywordContext, forms: readonly string[], data: unknown): readonly Finding[] {
  return [{ code: 'E207', message: `expected ${forms.join(', or ')}; got ${describeValue(data)}` }];
}

function noneOfKeysKeyword(this: KeywordContext, keys: readonly string[], data: unknown): readonly Finding[] {
  // A misspelt one of them is the mistake, wherever the others are.
  for (const key of Object.keys(data as object)) {
    const near = nearest(key, keys);
    if (near !== undefined)
      return [{ code: 'E201', message: `unknown key ${quoteText(key)}`, hint: `did you mean \`${near}\`?`, key }];
  }
  return [
    {
      code: 'E204',
      message: `none of the keys ${listWords(keys)} is present`,
      hint: 'add one of them, which says what kind it is',
    },
  ];
}

const CHECKS: Readonly<Record<string, Check>> = {
  'x-unit': unitKeyword,
  'x-text': textKeyword,
  'x-refers': refersKeyword,
  'x-range': rangeKeyword,
  'x-min-max': minMaxKeyword,
  'x-exactly-one': exactlyOneKeyword,
  'x-known': knownKeyword,
  'x-names': namesKeyword,
  'x-several': severalKeyword,
  'x-needs': needsKeyword,
  'x-none-of': noneOfKeyword,
  'x-none-of-keys': noneOfKeysKeyword,
} as Readonly<Record<string, Check>>;

/** Keywords that only tell something to other parts of this folder. */
const SILENT = ['x-literal', 'x-event', 'x-options', 'x-pattern-text', 'markdownDescription', 'defaultSnippets'];

/** A keyword as ajv calls it: its findings become errors. */
export type KeywordFunction = ((this: KeywordContext, rule: unknown, data: unknown, ...at: unknown[]) => boolean) & {
  errors?: unknown[];
};

function keywordFunction(keyword: string, check: Check): KeywordFunction {
  const validate: KeywordFunction = function (rule, data, _schema, at) {
    const findings = check.call(this, rule as never, data, at as DataContext);
    if (findings.length === 0) return true;
    validate.errors = findings.map((finding) => ({ keyword, message: finding.message, params: { finding } }));
    return false;
  };
  return validate;
}

/** The keywords by name; checks that were compiled ahead of time (see scripts/bundle.mjs) call these. */
export const KEYWORD_FUNCTIONS: Readonly<Record<string, KeywordFunction>> = Object.fromEntries(
  Object.entries(CHECKS).map(([keyword, check]) => [keyword, keywordFunction(keyword, check)]),
);

/** Adds the keywords to a validator that was made with `passContext`. */
export function addKeywords(ajv: Ajv2020): void {
  ajv.addVocabulary(SILENT);
  for (const [keyword, validate] of Object.entries(KEYWORD_FUNCTIONS)) {
    ajv.addKeyword({ keyword, validate: validate as never, errors: true, modifying: keyword === 'x-text' });
  }
}
