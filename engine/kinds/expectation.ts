/**
 * Expectations: CEL expressions over what a run did, checked when a scenario is compiled and evaluated while it runs.
 * The functions and fields they may use are in expectation-environment.ts. Pure: no clock, no file, no backend.
 */
import { type ASTNode, TypeError as CelTypeError, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { OUTCOME_NAMES } from '../simulate/records.ts';
import type { KnownNames } from '../spec/name-uses.ts';
import { parseAmount, parseDuration } from '../spec/units.ts';
import {
  BadArgument,
  EXPECTATION_FIELDS,
  EXPECTATION_FUNCTIONS,
  EXPECTATION_VARIABLES,
  type ExpectationContext,
  type ExpectationView,
  expectationContext,
  expectationEnvironment,
} from './expectation-environment.ts';
import { globMatcher, suggestion } from './expectation-names.ts';
import { DURATION_FUNCTION, prepareSource } from './expectation-source.ts';

export type { ExpectationView, PaymentStats } from './expectation-environment.ts';

/** A mistake in an expression; `offset` counts UTF-16 code units from the start of the expression. */
export interface ExpectationProblem {
  readonly message: string;
  readonly offset?: number;
}

/** Names that exist in a scenario, so that a misspelt literal is an error and not a surprise at the end of a run. */
export interface ExpectationNames {
  /** Null where nobody knows them; then any name may be right. */
  readonly nodes: KnownNames | null;
  readonly channels: KnownNames | null;
  readonly activities: KnownNames | null;
  readonly behaviours?: KnownNames | null;
  readonly invoices?: KnownNames | null;
}

export interface Evaluation {
  readonly passed: boolean;
  /** The values compared, e.g. `payments('a').success_rate = 0.6232 (expected > 0.7)`. */
  readonly measured: string;
}

const checker = expectationEnvironment(null);

/** Checks syntax and types. Answers null for an expression that can be evaluated to true or false. */
export function checkExpectation(source: string): ExpectationProblem | null {
  const isCondition = (type: string): string | null =>
    type === 'bool' ? null : `an expectation is true or false, but this is ${typeText(type)}`;
  return checkExpression(source, isCondition);
}

/** The same for an expression that gives a number, as a metric does. */
export function checkMetric(source: string): ExpectationProblem | null {
  const isNumber = (type: string): string | null =>
    type === 'double' || type === 'int' ? null : `a metric is a number, but this is ${typeText(type)}`;
  return checkExpression(source, isNumber);
}

/** The number that an expression gives at the instant of `view`; null when it has none, such as 0 / 0. */
export async function evaluateMetric(source: string, view: ExpectationView): Promise<number | null> {
  const prepared = prepareSource(source);
  if (!prepared.ok) return null;
  const environment = expectationEnvironment(view);
  const context: ExpectationContext = { ...(await expectationContext(view)) };
  try {
    const value: unknown = await environment.evaluate(prepared.text, context);
    const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
    return Number.isFinite(number) ? number : null;
  } catch (error) {
    if (isOfExpression(error)) return null;
    throw error;
  }
}

/** `complaint` says what is wrong with the type of the whole, or null. */
function checkExpression(source: string, complaint: (type: string) => string | null): ExpectationProblem | null {
  const prepared = prepareSource(source);
  if (!prepared.ok) return { message: prepared.message, offset: prepared.offset };
  const result = checker.check(prepared.text);
  if (!result.valid) {
    const error = (result as { error?: CelError }).error;
    return error === undefined ? { message: 'not a valid expression' } : explain(source, error);
  }
  const wrong = complaint(String(result.type));
  if (wrong !== null) return { message: wrong, offset: 0 };
  return literals(checker.parse(prepared.text).ast, checkUnit)[0] ?? null;
}

/** Names written as literals that name nothing, in an expression that has passed its check. */
export function unknownNames(source: string, names: ExpectationNames): readonly ExpectationProblem[] {
  const prepared = prepareSource(source);
  if (!prepared.ok) return [];
  return literals(checker.parse(prepared.text).ast, (call, value, offset) => checkName(call, value, offset, names));
}

/** A field that an expression reads: `channel.state` of what a function answers, or `chain.height`. */
export interface UsedField {
  readonly name: string;
  readonly offset: number;
}

/** What an expression that has passed its check reads, in its order. */
export function usedFields(source: string): readonly UsedField[] {
  const prepared = prepareSource(source);
  if (!prepared.ok) return [];
  const used: UsedField[] = [];
  const visit = (node: ASTNode): void => {
    if (node.op === '.') {
      const [of, field] = node.args;
      if (of.op === 'call') used.push({ name: `${of.args[0]}.${field}`, offset: node.start });
      else if (of.op === 'id') used.push({ name: `${of.args}.${field}`, offset: node.start });
    }
    childrenOf(node).forEach(visit);
  };
  visit(checker.parse(prepared.text).ast);
  return used;
}

/**
 * Evaluates an expression at the instant of `view`. An expression that fails to evaluate did not pass; `measured`
 * then says why. Never rejects for a mistake in the expression; an error of the view itself is passed on.
 */
export async function evaluateExpectation(source: string, view: ExpectationView): Promise<Evaluation> {
  const prepared = prepareSource(source);
  if (!prepared.ok) return { passed: false, measured: `cannot be evaluated: ${prepared.message}` };
  const environment = expectationEnvironment(view);
  const context = await expectationContext(view);
  const evaluate = async (node: ASTNode): Promise<unknown> =>
    environment.evaluate(prepared.text.slice(node.start, node.end), { ...context } satisfies ExpectationContext);
  let ast: ASTNode;
  try {
    ast = environment.parse(prepared.text).ast;
  } catch (error) {
    return failedToEvaluate(error);
  }
  const measured: string[] = [];
  for (const part of flatten(ast, '&&')) {
    let value: unknown;
    let text: string;
    try {
      value = await evaluate(part);
      text = await measure(source, part, evaluate);
    } catch (error) {
      return failedToEvaluate(error);
    }
    if (value !== true) return { passed: false, measured: text };
    measured.push(text);
  }
  return { passed: true, measured: measured.join('; ') };
}

interface CelError {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly range?: { readonly start: number; readonly end: number } | undefined;
}

/** Whether an expression is at fault for what was thrown. */
function isOfExpression(error: unknown): boolean {
  return [ParseError, EvaluationError, CelTypeError, BadArgument].some((type) => error instanceof type);
}

/** An expression that cannot be evaluated did not pass; anything else that was thrown is not the expression's fault. */
function failedToEvaluate(error: unknown): Evaluation {
  if (!isOfExpression(error)) throw error;
  const { summary, message } = error as CelError;
  return { passed: false, measured: `cannot be evaluated: ${summary ?? message}` };
}

/** The library's message in the words of this language, with a suggestion where there is one. */
function explain(source: string, error: CelError): ExpectationProblem {
  const summary = error.summary ?? error.message.split('\n')[0] ?? error.message;
  const at = error.range === undefined ? {} : { offset: error.range.start };
  const text = error.range === undefined ? '' : source.slice(error.range.start, error.range.end);
  switch (error.code) {
    case 'unknown_variable': {
      if (text === 'params') return { message: `parameters are written \${{ params.NAME }} in an expectation`, ...at };
      const bare = bareName(source, error.range?.start ?? 0);
      if (bare !== null) return { message: bare, ...at };
      const known = [...EXPECTATION_VARIABLES, ...EXPECTATION_FUNCTIONS.map((name) => `${name}()`)];
      return { message: `unknown name '${text}'${suggestion(text, known)}; there are ${known.join(', ')}`, ...at };
    }
    case 'no_such_key': {
      const field = /: (\S+)$/.exec(summary)?.[1] ?? text;
      const owner = ownerOf(source.slice(0, error.range?.start ?? 0));
      const known = owner === null ? allFields() : Object.keys(EXPECTATION_FIELDS[owner]);
      return { message: `unknown field '${field}'${suggestion(field, known)}; there are ${known.join(', ')}`, ...at };
    }
    case 'no_matching_overload': {
      const call = /'(?:(\w+)\.)?(\w+)\((.*)\)'/.exec(summary);
      const name = call?.[2] === DURATION_FUNCTION ? 'duration' : (call?.[2] ?? text);
      if (call?.[1] === undefined && !EXPECTATION_FUNCTIONS.includes(name)) {
        return { message: `unknown function '${name}'${suggestion(name, EXPECTATION_FUNCTIONS)}`, ...at };
      }
      const given =
        call?.[3] === undefined || call[3] === '' ? 'nothing' : call[3].split(', ').map(typeText).join(', ');
      return { message: `${name}() takes one text, not ${given}`, ...at };
    }
    case 'no_such_overload': {
      const operation = /no such overload: (\S+) (\S+) (\S+)$/.exec(summary);
      if (operation !== null) {
        const [, left, operator, right] = operation;
        return {
          message: `'${operator}' cannot be used on ${typeText(left ?? '')} and ${typeText(right ?? '')}`,
          ...at,
        };
      }
      return { message: summary, ...at };
    }
    case 'unexpected_character':
      if (text === '=') return { message: "a single '=' is not a comparison; use '=='", ...at };
      if (text === '&' || text === '|') return { message: `use '${text}${text}'`, ...at };
      return { message: summary.charAt(0).toLowerCase() + summary.slice(1), ...at };
    default:
      return { message: summary.charAt(0).toLowerCase() + summary.slice(1), ...at };
  }
}

/** `payments(coffee)`: a name without its quotes; null where it is something else that is not known. */
function bareName(source: string, at: number): string | null {
  const call = /\b(payments|channel|node|invoice)\s*\(\s*$/.exec(source.slice(0, at))?.[1];
  const name = /^([\w./*-]+)\s*\)/.exec(source.slice(at))?.[1];
  return call === undefined || name === undefined ? null : `names stand in quotes: ${call}('${name}')`;
}

function allFields(): string[] {
  return [...new Set(Object.values(EXPECTATION_FIELDS).flatMap((fields) => Object.keys(fields)))];
}

/** Whose field is asked for at the end of a piece of source: `… channel('x').` */
function ownerOf(before: string): keyof typeof EXPECTATION_FIELDS | null {
  const match = /(payments|channel|node)\s*\([^()]*\)\s*\.\s*$|\b(chain)\s*\.\s*$/.exec(before);
  return (match?.[1] ?? match?.[2] ?? null) as keyof typeof EXPECTATION_FIELDS | null;
}

const TYPE_TEXT: Readonly<Record<string, string>> = {
  double: 'a number',
  int: 'a number',
  string: 'a text',
  bool: 'true or false',
  Payments: 'what payments() answers',
  Channel: 'what channel() answers',
  Node: 'what node() answers',
  Chain: 'chain',
};

function typeText(type: string): string {
  return TYPE_TEXT[type] ?? type;
}

/** Parts of `a && b && c` in order. */
function flatten(node: ASTNode, op: '&&' | '||'): ASTNode[] {
  if (node.op !== op) return [node];
  return node.args.flatMap((part) => flatten(part, op));
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

async function measure(source: string, node: ASTNode, evaluate: (node: ASTNode) => Promise<unknown>): Promise<string> {
  const textOf = (part: ASTNode): string => source.slice(part.start, part.end).trim();
  if (node.op === '||') {
    const parts = [];
    for (const part of flatten(node, '||')) parts.push(await measure(source, part, evaluate));
    return parts.join(' or ');
  }
  if (node.op === '!_') return `${textOf(node.args)} = ${show(await evaluate(node.args))} (expected false)`;
  const flipped = COMPARISONS[node.op];
  if (flipped === undefined) return `${textOf(node)} = ${show(await evaluate(node))} (expected true)`;
  const [left, right] = node.args as [ASTNode, ASTNode];
  if (isLiteral(right)) return `${textOf(left)} = ${show(await evaluate(left))} (expected ${node.op} ${textOf(right)})`;
  if (isLiteral(left)) return `${textOf(right)} = ${show(await evaluate(right))} (expected ${flipped} ${textOf(left)})`;
  const values = [show(await evaluate(left)), show(await evaluate(right))];
  return `${textOf(left)} = ${values[0]}, ${textOf(right)} = ${values[1]} (expected ${node.op})`;
}

function isLiteral(node: ASTNode): boolean {
  if (node.op === 'call') return ['amount', DURATION_FUNCTION].includes(node.args[0]) && node.args[1].every(isLiteral);
  return node.op === 'value' || (node.op === '-_' && isLiteral(node.args));
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  // Six digits tell two rates apart; integers are printed whole.
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  return String(value);
}

/** What is wrong with a literal that is the argument of a function. */
type LiteralCheck = (call: string, value: string, offset: number) => ExpectationProblem | null;

/** What is wrong with the literals in calls, in their order. */
function literals(node: ASTNode, check: LiteralCheck): readonly ExpectationProblem[] {
  const problems: ExpectationProblem[] = [];
  const visit = (at: ASTNode): void => {
    const [name, argument] =
      at.op === 'call' ? [at.args[0], at.args[1][0]] : at.op === 'rcall' ? [at.args[0], at.args[2][0]] : [];
    if (name !== undefined && argument?.op === 'value' && typeof argument.args === 'string') {
      const problem = check(name, argument.args, argument.start);
      if (problem !== null) problems.push(problem);
    }
    childrenOf(at).forEach(visit);
  };
  visit(node);
  return problems;
}

/** Literals that mean the same in every scenario. */
const checkUnit: LiteralCheck = (call, value, offset) => {
  if (call === 'outcome') {
    return OUTCOME_NAMES.includes(value) ? null : unknown('payment outcome', value, OUTCOME_NAMES, offset);
  }
  if (call !== DURATION_FUNCTION && call !== 'amount') return null;
  const parsed = call === 'amount' ? parseAmount(value) : parseDuration(value);
  return parsed.ok ? null : { message: `${parsed.reason}; ${parsed.hint}`, offset };
};

function checkName(call: string, value: string, offset: number, names: ExpectationNames): ExpectationProblem | null {
  if (call === 'payments') {
    if (names.activities === null) return null;
    const { list } = names.activities;
    return list.some(globMatcher(value)) ? null : unknown('activity', value, list, offset);
  }
  const known = knownFor(call, names);
  if (call === 'figure')
    return known === null || known.has(value) ? null : unknown('behaviour', value, known.list, offset);
  return known === null || known.has(value) ? null : unknown(call, value, known.list, offset);
}

function knownFor(call: string, names: ExpectationNames): KnownNames | null {
  if (call === 'channel') return names.channels;
  if (call === 'node') return names.nodes;
  if (call === 'invoice') return names.invoices ?? null;
  return call === 'figure' ? (names.behaviours ?? null) : null;
}

function unknown(what: string, name: string, known: readonly string[], offset: number): ExpectationProblem {
  return { message: `there is no ${what} '${name}'${suggestion(name, known)}`, offset };
}

function childrenOf(node: ASTNode): ASTNode[] {
  const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;
  const args: unknown = node.args;
  if (isNode(args)) return [args];
  return Array.isArray(args) ? (args as unknown[]).flat(2).filter(isNode) : [];
}
