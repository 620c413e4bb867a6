/** What the completion scripts of all shells are made of: the words of the table of commands. */
import type { CommandEntry, OptionEntry } from './options.ts';

/** An option as a shell sees it. */
export interface OptionWords {
  readonly long: string | null;
  readonly short: string | null;
  readonly summary: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** Values to choose from; empty where any will do. */
  readonly choices: readonly string[];
  readonly repeatable: boolean;
}

/** Options of a command and of those within it, `--help` with them. */
export function optionWords(command: CommandEntry): readonly OptionWords[] {
  const help: OptionEntry = { flags: '-h, --help', summary: 'show this help' };
  const inner = (command.commands ?? []).flatMap(({ options }) => options);
  const all = new Map([...inner, ...command.options, help].map((option) => [option.flags, option]));
  return [...all.values()].map(({ flags, summary, choices, repeatable }) => ({
    long: /--[a-z][a-z-]*/.exec(flags)?.[0] ?? null,
    short: /(?:^|[ ,])(-[a-zA-Z])\b/.exec(flags)?.[1] ?? null,
    summary,
    takesValue: flags.includes('<'),
    choices: choices ?? [],
    repeatable: repeatable === true,
  }));
}

/** The long and short forms of an option. */
export function formsOf({ short, long }: OptionWords): readonly string[] {
  return [short, long].filter((form) => form !== null);
}

/** Words that a command's arguments are chosen from, and the commands within it; empty where there are only files. */
export function argumentWords(command: CommandEntry): readonly string[] {
  const inner = (command.commands ?? []).map(({ name }) => name);
  return [...inner, ...command.arguments.flatMap(({ completions }) => completions ?? [])];
}

/** Whether an argument of the command may be any file, also where a word is offered. */
export function takesFiles(command: CommandEntry): boolean {
  return command.arguments.some(({ completions }) => completions === undefined);
}

/** A text in single quotes of a POSIX shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
