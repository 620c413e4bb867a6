/**
 * The command line in one function: parses arguments by the table of commands, runs one, answers the exit code. What it
 * needs of the outside world is handed in, so that every command can be tested in-process; it never ends the process.
 */
import { Command, Option } from 'commander';
import { ENGINE_VERSION } from '../base/version.ts';
import type { Engine } from '../host/engine.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, EXIT_MEANINGS } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import type { CliIo } from './io.ts';
import type { CommandEntry, OptionEntry, OptionValues } from './options.ts';

/** Runs `blast` with these arguments (without node and script). */
export async function runCli(argv: readonly string[], io: CliIo, engine: Engine): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(io, async (entry, args, options) => {
    exitCode = await entry.run({ io, engine, commands: COMMANDS }, args, options);
  });
  try {
    if (argv.length === 0) {
      io.stderr.write(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, io);
  }
}

type Invoke = (entry: CommandEntry, args: readonly string[], options: OptionValues) => Promise<void>;

/** The commander program of the table. */
export function buildProgram(io: Pick<CliIo, 'stdout' | 'stderr' | 'columns'>, invoke: Invoke): Command {
  const program = new Command('blast');
  const settings = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(text),
        getOutHelpWidth: () => io.columns,
        getErrHelpWidth: () => io.columns,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
      })
      .showSuggestionAfterError()
      .helpOption('-h, --help', 'show this help');
  settings(program)
    .description('Lightning Network scenarios as code: declarative, deterministic, reproducible.')
    .version(ENGINE_VERSION, '-V, --version', 'show the version')
    .helpCommand(true)
    // What follows the name of a command is the command's, so that an inner one may have options of the same names.
    .enablePositionalOptions()
    .addHelpText('after', programFooter());
  const add = (parent: Command, entry: CommandEntry): void => {
    const command = settings(parent.command(entry.name).summary(entry.summary));
    command.description(
      entry.details === undefined ? sentence(entry.summary) : `${sentence(entry.summary)} ${entry.details}`,
    );
    for (const argument of entry.arguments) command.argument(argument.syntax, argument.summary);
    for (const option of entry.options) command.addOption(commanderOption(option));
    const { tooMany } = entry;
    if (tooMany !== undefined) {
      command.configureOutput({
        outputError: (text, write) => write(text.startsWith('error: too many') ? `${text}  ${tooMany}\n` : text),
      });
    }
    command.addHelpText('after', examplesText(entry));
    if (entry.commands !== undefined) command.enablePositionalOptions().helpCommand(false);
    for (const inner of entry.commands ?? []) add(command, inner);
    command.action((...parameters: unknown[]) => {
      // Commander hands over each argument, then the options, then the command.
      const args = parameters.slice(0, entry.arguments.length).flat();
      return invoke(entry, args.filter((arg) => arg !== undefined) as string[], command.opts());
    });
  };
  for (const entry of COMMANDS) add(program, entry);
  return program;
}

function commanderOption(entry: OptionEntry): Option {
  const option = new Option(entry.flags, entry.summary);
  const parse = entry.parse;
  if (parse !== undefined)
    option.argParser((text, previous) => parse(text, entry.repeatable === true ? previous : undefined));
  if (entry.choices !== undefined) option.choices([...entry.choices]);
  if (entry.defaultValue !== undefined) {
    const value = parse === undefined ? entry.defaultValue : parse(entry.defaultValue, undefined);
    option.default(value, entry.defaultValue);
  }
  return option;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function examplesText(entry: CommandEntry): string {
  const lines = entry.examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

function programFooter(): string {
  const codes = EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return [
    '',
    'Examples:',
    '  blast init first && blast run first/scenario.yml',
    '  blast lock scenario.yml && blast verify scenario.yml',
    '',
    'Exit codes:',
    ...codes,
  ].join('\n');
}
