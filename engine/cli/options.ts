/**
 * The shape of the command's one table: commands with their arguments, options, help and behaviour. Parsing, `--help`
 * and docs/commands.md are all made from it; the table itself is in commands.ts, one file a command.
 */
import { InvalidArgumentError } from 'commander';
import type { Engine } from '../host/engine.ts';
import type { Pace } from '../run/pacing.ts';
import type { CaptureRequest } from '../run/run-start.ts';
import { parseDuration } from '../spec/units.ts';
import { captureName } from '../timeline/captures.ts';
import type { CliIo } from './io.ts';

export interface ArgumentEntry {
  /** `<file>` required, `[dir]` optional, `<file...>` one or more. */
  readonly syntax: string;
  readonly summary: string;
  /** What the shell offers; file names where it is absent. */
  readonly completions?: readonly string[];
}

export interface OptionEntry {
  /** `-o, --output <file>`; a flag without value has no `<…>`; `--no-x` switches `x` off. */
  readonly flags: string;
  readonly summary: string;
  /** Shown in the help and used when the option is absent. */
  readonly defaultValue?: string;
  readonly choices?: readonly string[];
  /** May be given several times; `parse` then gets the values so far. */
  readonly repeatable?: boolean;
  /** Value of a text. @throws InvalidArgumentError with a sentence for the user. */
  parse?(text: string, previous: unknown): unknown;
}

/** Values of a command's options by their camel-case name. */
export type OptionValues = Readonly<Record<string, unknown>>;

export interface CommandContext {
  readonly io: CliIo;
  readonly engine: Engine;
  /** The whole table, for commands that are about the command itself. */
  readonly commands: readonly CommandEntry[];
}

export interface CommandEntry {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** More, for the command's own help. */
  readonly details?: string;
  readonly arguments: readonly ArgumentEntry[];
  readonly options: readonly OptionEntry[];
  /** What to do instead when there are more arguments than it takes. */
  readonly tooMany?: string;
  /** Command lines that work as they stand. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Commands of this one, `blast NAME OTHER`: what they are called wins over an argument. */
  readonly commands?: readonly CommandEntry[];
  /** Answers the exit code. `args` holds the arguments, a variadic one flattened. */
  run(context: CommandContext, args: readonly string[], options: OptionValues): Promise<number>;
}

function parseParam(text: string, previous: unknown): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write name=value, for example gap=30s.');
  const params = new Map((previous as ReadonlyMap<string, string> | undefined) ?? []);
  const name = text.slice(0, at);
  if (params.has(name)) throw new InvalidArgumentError(`The parameter ${name} is given twice.`);
  return params.set(name, text.slice(at + 1));
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError('A seed is an integer from 0 to 9007199254740991.');
  }
  return seed;
}

function parseUntil(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new InvalidArgumentError('Write a duration with its unit, for example 30s or 1h30m.');
  return parsed.value;
}

function parseSpeed(text: string): Pace {
  if (text === 'max') return 'max';
  if (text === 'real') return 1;
  const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1]);
  if (!(factor > 0)) throw new InvalidArgumentError('Write max, real, or a factor such as 10x or 0.5x.');
  return factor;
}

/** A number of cells that run at once. @throws InvalidArgumentError */
export function parseJobs(text: string): number {
  const jobs = Number(text);
  if (!/^\d+$/.test(text) || jobs < 1 || jobs > 1024) throw new InvalidArgumentError('Write a number from 1 to 1024.');
  return jobs;
}

/** A number of samples along a run. @throws InvalidArgumentError */
export function parseSamples(text: string): number {
  const samples = Number(text);
  if (!/^\d+$/.test(text) || samples < 1 || samples > 100_000) {
    throw new InvalidArgumentError('Write a number from 1 to 100000.');
  }
  return samples;
}

/** Options that several commands have. */
export const OPTION: Readonly<
  Record<'param' | 'seed' | 'until' | 'speed' | 'quiet' | 'format' | 'allowOutside' | 'backend', OptionEntry>
> = {
  param: {
    flags: '-p, --param <name=value>',
    summary: 'set a parameter of the scenario; may be repeated',
    repeatable: true,
    parse: parseParam,
  },
  seed: { flags: '--seed <number>', summary: "replace the scenario's seed", parse: parseSeed },
  until: { flags: '--until <duration>', summary: 'stop the clock there, for example 30s', parse: parseUntil },
  speed: {
    flags: '--speed <speed>',
    summary: 'max, real, or a factor such as 10x; the results are the same',
    defaultValue: 'max',
    parse: parseSpeed,
  },
  quiet: { flags: '-q, --quiet', summary: 'print nothing but problems' },
  format: {
    flags: '--format <format>',
    summary: 'text or json',
    defaultValue: 'text',
    choices: ['text', 'json'],
  },
  backend: { flags: '--backend <name>', summary: 'what the scenario is played on: simulator, ldk, or rpc' },
  allowOutside: {
    flags: '--allow-outside',
    summary: 'let the scenario read files outside its own folder',
  },
};

/** An instant at which a state is kept: a duration, or `end`. */
export function parseCaptureTime(text: string, previous: unknown): readonly CaptureRequest[] {
  const before = (previous as readonly CaptureRequest[] | undefined) ?? [];
  if (text === 'end') return [...before, { atUs: 'end', name: 'end' }];
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new InvalidArgumentError('Write a duration with its unit, for example 30s, or `end`.');
  return [...before, { atUs: parsed.value, name: captureName('at', parsed.value) }];
}

/** Values of the shared options, with the types that their parsers answer. */
export function paramsOf(options: OptionValues): ReadonlyMap<string, string> {
  return (options.param as ReadonlyMap<string, string> | undefined) ?? new Map();
}
