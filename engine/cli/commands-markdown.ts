/** docs/commands.md, made of the table of commands. */
import { COMMANDS } from './commands.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import type { CommandEntry } from './options.ts';

/** The whole page. */
export function commandsMarkdown(): string {
  return [
    '# Commands',
    '',
    '<!-- Made from the table of commands by scripts/generate-docs.ts; changes here are lost. -->',
    '',
    'Diagnostics go to standard error, results to standard output. Colours appear only on a terminal and never with `NO_COLOR`.',
    '',
    '| command | does |',
    '|---|---|',
    ...COMMANDS.map((entry) => `| [\`blast ${entry.name}\`](#blast-${entry.name}) | ${cell(entry.summary)} |`),
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...EXIT_MEANINGS.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    ...COMMANDS.flatMap((entry) => commandSection(entry)),
  ].join('\n');
}

function commandSection(entry: CommandEntry, path: readonly string[] = []): string[] {
  const name = [...path, entry.name];
  const usage = ['blast', ...name, ...(entry.options.length > 0 ? ['[options]'] : [])];
  usage.push(...entry.arguments.map(({ syntax }) => syntax));
  return [
    `##${path.length === 0 ? '' : '#'} blast ${name.join(' ')}`,
    '',
    `${entry.summary.charAt(0).toUpperCase()}${entry.summary.slice(1)}.${entry.details === undefined ? '' : ` ${entry.details}`}`,
    '',
    '```',
    usage.join(' '),
    '```',
    '',
    '| argument or option | meaning |',
    '|---|---|',
    ...entry.arguments.map(({ syntax, summary }) => `| \`${cell(syntax)}\` | ${cell(summary)} |`),
    ...entry.options.map(({ flags, summary, defaultValue }) => {
      const standard = defaultValue === undefined ? '' : ` (default: \`${cell(defaultValue)}\`)`;
      return `| \`${cell(flags)}\` | ${cell(summary)}${standard} |`;
    }),
    '',
    '```sh',
    ...entry.examples.flatMap(([line, meaning]) => [`# ${meaning}`, line]),
    '```',
    '',
    ...(entry.commands ?? []).flatMap((inner) => commandSection(inner, name)),
  ];
}

/** A text inside a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
