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

/** Options of a command, `--help` with them. */
export function optionWords(command: CommandEntry): readonly OptionWords[] {
  const help: OptionEntry = { flags: '-h, --help', summary: 'show this help' };
  return [...command.options, help].map(({ flags, summary, choices, repeatable }) => ({
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

/** Words that a command's arguments are chosen from; empty where they are files. */
export function argumentWords(command: CommandEntry): readonly string[] {
  return command.arguments.flatMap(({ completions }) => completions ?? []);
}

/** A text in single quotes of a POSIX shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
