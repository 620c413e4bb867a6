/** `blast explain`: what a diagnostic code means and how to mend it, from the one table of codes. */
import { DIAGNOSTIC_CODES, type DiagnosticCode, diagnosticInfo } from '../spec/diagnostic-codes.ts';
import { nearest } from '../spec/suggest.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { styleFor } from './style.ts';
import { wrapped } from './wrap.ts';

export const explainCommand: CommandEntry = {
  name: 'explain',
  summary: 'explain a diagnostic code',
  details: 'Without a code it lists all of them.',
  arguments: [{ syntax: '[code]', summary: 'a code such as E301', completions: DIAGNOSTIC_CODES }],
  options: [OPTION.format],
  examples: [
    ['blast explain E301', 'what the code means and how to mend it'],
    ['blast explain', 'all codes'],
  ],
  async run({ io }, [wanted], options) {
    const style = styleFor(io, io.stdout);
    if (wanted === undefined) {
      const lines = DIAGNOSTIC_CODES.map((code) => `${code}  ${diagnosticInfo(code).title}`);
      io.stdout.write(options.format === 'json' ? jsonText(DIAGNOSTIC_CODES.map(entry)) : `${lines.join('\n')}\n`);
      return EXIT.ok;
    }
    const code = codeNamed(wanted);
    if (options.format === 'json') {
      io.stdout.write(jsonText(entry(code)));
      return EXIT.ok;
    }
    const { severity, title, explanation, fix } = diagnosticInfo(code);
    const width = Math.min(io.columns, 100);
    const paint = severity === 'error' ? style.red : style.yellow;
    const lines = [
      `${paint(`${severity} ${code}`)} ${style.bold(title)}`,
      '',
      ...wrapped(explanation, width),
      '',
      ...wrapped(`Fix: ${fix}`, width),
    ];
    io.stdout.write(`${lines.join('\n')}\n`);
    return EXIT.ok;
  },
};

/** @throws CliError (usage) with the nearest code */
function codeNamed(text: string): DiagnosticCode {
  const upper = text.toUpperCase();
  const code = DIAGNOSTIC_CODES.find((one) => one === upper);
  if (code !== undefined) return code;
  const near = nearest(upper, DIAGNOSTIC_CODES);
  const hint = near === undefined ? '' : `did you mean ${near} (${diagnosticInfo(near as DiagnosticCode).title})? `;
  throw new CliError(EXIT.usage, `there is no code ${text}`, `${hint}\`blast explain\` lists all of them`);
}

function entry(code: DiagnosticCode): object {
  const { severity, title, explanation, fix } = diagnosticInfo(code);
  return { code, severity, title, explanation, fix };
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
