/** The completion script for fish. */
import { argumentWords, optionWords, takesFiles } from './completion-words.ts';
import type { CommandEntry } from './options.ts';

/** The whole script. */
export function fishCompletion(commands: readonly CommandEntry[]): string {
  const named = commands.map(
    ({ name, summary }) => `complete -c blast -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  );
  return [
    '# fish completion for blast',
    ...named,
    `complete -c blast -n __fish_use_subcommand -f -a help -d ${quoted('show the help of a command')}`,
    "complete -c blast -n __fish_use_subcommand -s V -l version -d 'show the version'",
    `complete -c blast -n '__fish_seen_subcommand_from help' -f -a ${quoted(commands.map(({ name }) => name).join(' '))}`,
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
}

function commandLines(command: CommandEntry): string[] {
  const start = `complete -c blast -n '__fish_seen_subcommand_from ${command.name}'`;
  const words = argumentWords(command);
  return [
    ...(words.length === 0 ? [] : [`${start} ${takesFiles(command) ? '' : '-f '}-a ${quoted(words.join(' '))}`]),
    ...optionWords(command).map(({ short, long, summary, takesValue, choices }) =>
      [
        start,
        ...(short === null ? [] : [`-s ${short.slice(1)}`]),
        ...(long === null ? [] : [`-l ${long.slice(2)}`]),
        ...(takesValue ? ['-r'] : []),
        ...(choices.length === 0 ? [] : [`-f -a ${quoted(choices.join(' '))}`]),
        `-d ${quoted(summary)}`,
      ].join(' '),
    ),
  ];
}

/** A text in single quotes of fish, which knows two escapes within them. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
