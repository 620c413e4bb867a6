/**
 * The CEL environment of scenarios: typed `params`, durations and amounts as exact integers, `duration()` and
 * `amount()`. Expectations use the same environment with more functions on top. Everything of CEL that would read a
 * clock, a time zone or a locale, or take unbounded time, is refused before it is parsed.
 *
 * The library’s own `duration()` knows other units and cannot be replaced, so calls of it are renamed to a function of
 * the same length; offsets stay what they were.
 */
import { TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import type { Json } from '../base/json.ts';
import { percentIn, wordsOf } from './expression-scan.ts';
import type { ParamValue } from './scenario.ts';
import { listWords, nearest } from './suggest.ts';
import { formatAmount, formatDuration, parseAmount, parseDuration, quoteText } from './units.ts';

/** A duration in an expression, integer µs. */
export class CelDuration {
  readonly us: bigint;
  constructor(us: bigint) {
    this.us = us;
  }
}

/** An amount in an expression, integer msat. */
export class CelAmount {
  readonly msat: bigint;
  constructor(msat: bigint) {
    this.msat = msat;
  }
}

/** What can be wrong with an expression; offsets count from the expression’s first character. */
export interface ExpressionProblem {
  readonly code: 'E501' | 'E503' | 'E504';
  readonly message: string;
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}

/** Types that parameters can have, with their CEL types. */
const CEL_TYPES: Readonly<Record<ParamValue['type'], string>> = {
  duration: 'duration',
  amount: 'amount',
  int: 'int',
  number: 'double',
  string: 'string',
  bool: 'bool',
};

/** Names that CEL keeps for itself, so that no parameter can have them. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(
  (
    'as break const continue else false for function if import in let loop namespace null package prototype return ' +
    'true var void while __proto__'
  ).split(' '),
);

/** Functions of CEL that are refused: time zones and clocks, regular expressions (unbounded time), raw bytes. */
const REFUSED: ReadonlySet<string> = new Set(['timestamp', 'matches', 'bytes', 'google', 'cel']);
const COMPREHENSIONS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map', 'bind']);

const DURATION = 'duration';
const RENAMED_DURATION = 'Duration';

/** Largest structure of an expression. */
const LIMITS = { maxAstNodes: 2000, maxDepth: 64, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 16 };

/** Longest expression, in UTF-16 code units. */
export const MAX_EXPRESSION = 10_000;

function unitValue(result: ReturnType<typeof parseDuration>): bigint {
  if (result.ok) return BigInt(result.value);
  throw new EvaluationError(`${result.reason}; ${result.hint}`);
}

/** a · factor, rounded down to an integer of the base unit. */
function times(value: bigint, factor: number): bigint {
  const product = Math.floor(Number(value) * factor);
  if (!Number.isSafeInteger(product)) throw new EvaluationError('the product is too large to be exact');
  return BigInt(product);
}

/** a / b of integers, rounded down. */
function dividedBy(value: bigint, divisor: bigint): bigint {
  if (divisor === 0n) throw new EvaluationError('division by zero');
  const quotient = value / divisor;
  return value % divisor !== 0n && value < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** Operators of a type that wraps an integer. */
function registerQuantity<T>(
  env: Environment,
  type: string,
  read: (value: T) => bigint,
  make: (value: bigint) => T,
): void {
  env.registerOperator(`${type} + ${type}`, (a: T, b: T) => make(read(a) + read(b)));
  env.registerOperator(`${type} - ${type}`, (a: T, b: T) => make(read(a) - read(b)));
  env.registerOperator(`-${type}`, ((a: T) => make(-read(a))) as (left: unknown, right: unknown) => unknown);
  env.registerOperator(`${type} * int`, (a: T, n: bigint) => make(read(a) * n));
  env.registerOperator(`int * ${type}: ${type}`, (n: bigint, a: T) => make(n * read(a)));
  env.registerOperator(`${type} * double`, (a: T, x: number) => make(times(read(a), x)));
  env.registerOperator(`double * ${type}: ${type}`, (x: number, a: T) => make(times(read(a), x)));
  env.registerOperator(`${type} / int`, (a: T, n: bigint) => make(dividedBy(read(a), n)));
  env.registerOperator(`${type} / ${type}: int`, (a: T, b: T) => dividedBy(read(a), read(b)));
  env.registerOperator(`${type} == ${type}`, (a: T, b: T) => read(a) === read(b));
  env.registerOperator(`${type} < ${type}`, (a: T, b: T) => read(a) < read(b));
  env.registerOperator(`${type} <= ${type}`, (a: T, b: T) => read(a) <= read(b));
  env.registerOperator(`${type} > ${type}`, (a: T, b: T) => read(a) > read(b));
  env.registerOperator(`${type} >= ${type}`, (a: T, b: T) => read(a) >= read(b));
}

/** A parameter’s value as CEL sees it. */
function celValue(param: ParamValue): unknown {
  const { type, value } = param;
  if (type === 'duration') return new CelDuration(unitValue(parseDuration(String(value))));
  if (type === 'amount') return new CelAmount(unitValue(parseAmount(String(value))));
  if (type === 'int') return BigInt(value as number);
  return value;
}

export interface CelOptions {
  /** Adds variables and functions, with the types `duration` and `amount` at hand. */
  readonly extend?: (env: Environment) => void;
  /** Allows `all`, `exists`, `exists_one`, `filter` and `map` over lists. */
  readonly comprehensions?: boolean;
}

/** An expression that was parsed and type-checked. */
export interface CompiledExpression {
  /** CEL type of its value: `bool`, `int`, `double`, `duration`, … */
  readonly type: string;
  /** Its value; a failure is returned, never thrown. `context` holds the variables that `extend` registered. */
  evaluate(
    context?: ReadonlyMap<string, unknown>,
  ): { readonly value: unknown } | { readonly problem: ExpressionProblem };
}

/** Compiles expressions over the parameters of one scenario. */
export class CelEnvironment {
  readonly #env: Environment;
  readonly #params: Map<string, unknown> = new Map();
  readonly #names: readonly string[];
  readonly #comprehensions: boolean;

  constructor(params: readonly ParamValue[], options: CelOptions = {}) {
    const env = new Environment({ limits: LIMITS });
    env.registerType('duration', { ctor: CelDuration, fields: {} });
    env.registerType('amount', { ctor: CelAmount, fields: {} });
    env.registerFunction(
      `${RENAMED_DURATION}(string): duration`,
      (text: string) => new CelDuration(unitValue(parseDuration(text, { negative: true }))),
    );
    env.registerFunction(
      'amount(string): amount',
      (text: string) => new CelAmount(unitValue(parseAmount(text, { negative: true }))),
    );
    env.registerFunction('string(duration): string', (d: CelDuration) => formatDuration(d.us));
    env.registerFunction('string(amount): string', (a: CelAmount) => formatAmount(a.msat));
    env.registerFunction('duration.us(): int', (d: CelDuration) => d.us);
    env.registerFunction('duration.seconds(): double', (d: CelDuration) => Number(d.us) / 1_000_000);
    env.registerFunction('amount.msat(): int', (a: CelAmount) => a.msat);
    env.registerFunction('amount.sat(): int', (a: CelAmount) => dividedBy(a.msat, 1000n));
    registerQuantity<CelDuration>(
      env,
      'duration',
      (d) => d.us,
      (us) => new CelDuration(us),
    );
    registerQuantity<CelAmount>(
      env,
      'amount',
      (a) => a.msat,
      (msat) => new CelAmount(msat),
    );
    const schema: { [name: string]: string } = {};
    for (const param of params) {
      schema[param.name] = CEL_TYPES[param.type];
      this.#params.set(param.name, celValue(param));
    }
    env.registerVariable({ name: 'params', schema });
    options.extend?.(env);
    this.#env = env;
    this.#names = params.map((p) => p.name);
    this.#comprehensions = options.comprehensions === true;
  }

  /** Parses and type-checks an expression. */
  compile(expression: string): CompiledExpression | { readonly problem: ExpressionProblem } {
    const refused = checkWords(expression, this.#comprehensions);
    if (refused !== null) return { problem: refused };
    const renamed = renameDuration(expression);
    let parsed: ReturnType<Environment['parse']>;
    try {
      parsed = this.#env.parse(renamed);
    } catch (error) {
      return { problem: this.#problem(error, expression) };
    }
    const check = parsed.check();
    if (!check.valid) return { problem: this.#problem(check.error, expression) };
    const base = this.#params;
    return {
      type: typeName(check.type ?? 'dyn'),
      evaluate: (context) => {
        try {
          return { value: parsed(new Map<string, unknown>([...(context ?? []), ['params', base]])) };
        } catch (error) {
          return { problem: this.#problem(error, expression) };
        }
      },
    };
  }

  #problem(error: unknown, expression: string): ExpressionProblem {
    const known = error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
    const code = error instanceof EvaluationError || !known ? 'E504' : 'E503';
    const summary = known ? error.summary : String((error as Error).message);
    const range = known && error.range !== undefined ? error.range : { start: 0, end: expression.length };
    const start = Math.min(range.start, expression.length);
    const end = Math.max(start, Math.min(range.end, expression.length));
    if (known && error.code === 'no_such_key' && expression.slice(0, start).trimEnd().endsWith('params.')) {
      const name = expression.slice(start, end);
      return {
        code: 'E501',
        message: `unknown parameter \`${name}\``,
        hint: didYouMean(name, this.#names, 'parameters'),
        start,
        end,
      };
    }
    if (known && error.code === 'unknown_variable') {
      const name = expression.slice(start, end);
      const isParam = this.#names.includes(name);
      const hint = isParam ? `write \`params.${name}\`` : 'parameters are written `params.NAME`, texts in quotes';
      return { code: 'E503', message: `unknown variable ${quoteText(name)}`, hint, start, end };
    }
    return { code, ...describe(summary), start, end };
  }
}

/** `did you mean …?`, or a list of what there is. */
export function didYouMean(word: string, known: readonly string[], what: string): string {
  const near = nearest(word, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return known.length === 0 ? `there are no ${what}` : `known ${what}: ${listWords(known, 'and')}`;
}

function typeName(type: string): string {
  return type.replace(/\$params/g, 'params');
}

const SIGNATURE_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /(duration|amount) [-+<>=!]+ (int|double|string)|(int|double|string) [-+<>=!]+ (duration|amount)/,
    "write a unit: `duration('10s')`, `amount('5 sat')`",
  ],
  [
    /int [-+*/<>=!]+ double|double [-+*/<>=!]+ int/,
    'whole numbers and decimals do not mix: write `2.0` instead of `2`, or `double(…)` around the other',
  ],
  [/string \+ |\+ string/, 'use `string(…)` around the other operand'],
];

/** The library’s names of tokens. */
const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end of the expression',
  LPAREN: '`(`',
  RPAREN: '`)`',
  LBRACKET: '`[`',
  RBRACKET: '`]`',
  LBRACE: '`{`',
  RBRACE: '`}`',
  COLON: '`:`',
  COMMA: '`,`',
  DOT: '`.`',
  QUESTION: '`?`',
  IDENTIFIER: 'a name',
  NUMBER: 'a number',
  STRING: 'a text',
  IN: '`in`',
};

/** The library’s message in our words. */
function describe(summary: string): { readonly message: string; readonly hint?: string } {
  const text = typeName(summary).split(RENAMED_DURATION).join(DURATION);
  const overload = /^no such overload: (.*)$/.exec(text);
  if (overload !== null) {
    const signature = overload[1] as string;
    const hint = SIGNATURE_HINTS.find(([pattern]) => pattern.test(signature))?.[1];
    return {
      message: `the operator cannot be used with these types: ${signature}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
  const call = /^found no matching overload for '(.*)'$/.exec(text);
  if (call !== null) {
    const name = (call[1] as string).split('(')[0] as string;
    const hint =
      name === 'duration' || name === 'amount'
        ? `write \`${name}('${name === 'amount' ? '5 sat' : '10s'}')\``
        : undefined;
    return { message: `there is no function \`${call[1]}\``, ...(hint === undefined ? {} : { hint }) };
  }
  const [message = '', ...hints] = text.split('; ');
  const lower = /^[A-Z][a-z]/.test(message) ? message.slice(0, 1).toLowerCase() + message.slice(1) : message;
  const plain = lower
    .replace(/unexpected token: EOF/, 'the expression ends too early')
    .replace(/\b[A-Z]{2,}\b/g, (token) => TOKENS[token] ?? token);
  return { message: plain, ...(hints.length === 0 ? {} : { hint: hints.join('; ') }) };
}

function checkWords(expression: string, comprehensions: boolean): ExpressionProblem | null {
  if (expression.length > MAX_EXPRESSION) {
    return { code: 'E503', message: `the expression is longer than ${MAX_EXPRESSION} characters`, start: 0, end: 1 };
  }
  if (expression.trim() === '') {
    return { code: 'E503', message: 'the expression is empty', start: 0, end: expression.length };
  }
  for (const word of wordsOf(expression)) {
    const refused =
      (REFUSED.has(word.text) && (!word.member || word.called)) ||
      (!comprehensions && word.member && word.called && COMPREHENSIONS.has(word.text));
    if (refused) {
      return {
        code: 'E503',
        message: `\`${word.text}\` is not available in scenarios`,
        start: word.start,
        end: word.start + word.text.length,
      };
    }
  }
  return null;
}

function renameDuration(expression: string): string {
  let text = expression;
  for (const word of wordsOf(expression)) {
    if (word.text === DURATION && word.called && !word.member) {
      text = text.slice(0, word.start) + RENAMED_DURATION + text.slice(word.start + DURATION.length);
    }
  }
  return text;
}

/** Syntax of an expression alone, without types: null when it is well-formed. */
export function expressionSyntax(expression: string): ExpressionProblem | null {
  const refused = checkWords(expression, true);
  if (refused !== null) return refused;
  try {
    new Environment({ limits: LIMITS }).parse(renameDuration(expression));
    return null;
  } catch (error) {
    const percent = percentIn(expression);
    if (percent !== null) {
      const { start, end, share } = percent;
      return {
        code: 'E503',
        message: 'a share is a number here, not a percentage',
        hint: `write ${share}`,
        start,
        end,
      };
    }
    const range = error instanceof ParseError ? error.range : undefined;
    const summary = error instanceof ParseError ? error.summary : String((error as Error).message);
    const start = Math.min(range?.start ?? 0, expression.length);
    return {
      code: 'E503',
      ...describe(summary),
      start,
      end: Math.max(start, Math.min(range?.end ?? expression.length, expression.length)),
    };
  }
}

function exact(value: bigint, text: string): { readonly value: Json } | { readonly failed: string } {
  return Number.isSafeInteger(Number(value))
    ? { value: text }
    : { failed: `the result ${text} is too large to be exact` };
}

/**
 * A result as it would be written in the file: numbers, texts and booleans as they are, durations and amounts with
 * their unit. Lists, maps, null and numbers that cannot be held exactly have no such form.
 */
export function writtenValue(value: unknown): { readonly value: Json } | { readonly failed: string } {
  if (value instanceof CelDuration) return exact(value.us, formatDuration(value.us));
  if (value instanceof CelAmount) return exact(value.msat, formatAmount(value.msat));
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number)
      ? { value: number }
      : { failed: `the result ${value} is too large to be exact` };
  }
  if (typeof value === 'number')
    return Number.isFinite(value) ? { value } : { failed: 'the result is not a finite number' };
  if (typeof value === 'string' || typeof value === 'boolean') return { value };
  return { failed: 'the result is not a single number, text, boolean, duration or amount' };
}
