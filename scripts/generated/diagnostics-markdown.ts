/** docs/diagnostics.md: every code with what it means, how to mend it, and what is printed in an example. */
import { DIAGNOSTIC_CODES, type DiagnosticCode, diagnosticInfo } from '../../engine/spec/diagnostic-codes.ts';
import { cell } from './schema-markdown.ts';

/** The output of the golden case of a code, null where there is none. */
export type ExampleOf = (code: DiagnosticCode) => string | null;

const STAGES: Readonly<Record<string, string>> = {
  1: 'Reading',
  2: 'Structure',
  3: 'Values and units',
  4: 'Names and selectors',
  5: 'Parameters and expressions',
  6: 'Time and planning',
  7: 'Files that a scenario refers to',
  8: 'Lock files and replays',
};

/** The whole page. */
export function diagnosticsMarkdown(exampleOf: ExampleOf): string {
  return [
    '# Diagnostics',
    '',
    '<!-- Made from the table of codes and the golden cases by `npm run generate`; changes here are lost. -->',
    '',
    'What `blast validate` and the other commands say about a file: `file:line:column`, severity, code and message, an',
    'excerpt with a caret, and a hint. Codes with E are errors, those with W warnings; a code never changes its meaning.',
    '`blast explain CODE` shows the same texts.',
    '',
    '| code | title |',
    '|---|---|',
    ...DIAGNOSTIC_CODES.map((code) => `| [${code}](#${anchor(code)}) | ${cell(diagnosticInfo(code).title)} |`),
    '',
    ...DIAGNOSTIC_CODES.flatMap((code, i) => [
      ...stageHeading(code, DIAGNOSTIC_CODES[i - 1]),
      ...section(code, exampleOf),
    ]),
  ].join('\n');
}

function stageOf(code: DiagnosticCode): string {
  return code.startsWith('W') ? 'Warnings' : (STAGES[code.charAt(1)] ?? `Codes E${code.charAt(1)}`);
}

function stageHeading(code: DiagnosticCode, previous: DiagnosticCode | undefined): string[] {
  const stage = stageOf(code);
  return previous !== undefined && stageOf(previous) === stage ? [] : [`## ${stage}`, ''];
}

function section(code: DiagnosticCode, exampleOf: ExampleOf): string[] {
  const { title, explanation, fix } = diagnosticInfo(code);
  const example = exampleOf(code);
  return [
    `### ${code} ${title}`,
    '',
    explanation,
    '',
    `**Fix:** ${fix}`,
    '',
    ...(example === null ? [] : ['```text', printable(example.trimEnd()), '```', '']),
  ];
}

function anchor(code: DiagnosticCode): string {
  return `${code} ${diagnosticInfo(code).title}`
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Control characters as escapes. */
function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
