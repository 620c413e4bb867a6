/** `blast fmt`: writes scenario files in the canonical form. */
import { writeWhole } from '../run/files.ts';
import { formatScenario } from '../spec/format-scenario.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CommandEntry } from './options.ts';
import { printDiagnostics, readScenarioFile } from './scenario-file.ts';

export const fmtCommand: CommandEntry = {
  name: 'fmt',
  summary: 'format scenario files',
  details:
    'Indentation, quotes, spaces, digit groups and empty lines become those of the canonical form; comments, the order ' +
    'of keys and the meaning stay. Without an option the result of one file is printed.',
  arguments: [{ syntax: '<file...>', summary: 'scenarios' }],
  options: [
    { flags: '-w, --write', summary: 'write the files in place' },
    { flags: '--check', summary: 'write nothing; fail (exit code 3) when a file is not in the canonical form' },
    { flags: '-o, --output <file>', summary: 'write the result of one file to another' },
  ],
  examples: [
    ['blast fmt scenario.yml', 'print the formatted file'],
    ['blast fmt --write scenarios/*.yml', 'format files in place'],
    ['blast fmt --check scenarios/*.yml', 'for CI'],
  ],
  async run({ io }, files, options) {
    const { write, check, output } = options as { write?: boolean; check?: boolean; output?: string };
    const ways = [write, check, output].filter((way) => way !== undefined).length;
    if (ways > 1) throw new CliError(EXIT.usage, '--write, --check and --output exclude each other');
    if (files.length > 1 && write !== true && check !== true) {
      throw new CliError(EXIT.usage, 'several files need --write or --check');
    }
    let code: number = EXIT.ok;
    for (const file of files) {
      const decoded = readScenarioFile(io.files, file);
      const text = decoded.ok ? decoded.text : null;
      const { text: formatted, diagnostics } = decoded.ok
        ? formatScenario(decoded.text, file)
        : { text: null, diagnostics: [decoded.diagnostic] };
      printDiagnostics(io, diagnostics);
      if (formatted === null) code = EXIT.invalid;
      else if (check === true) {
        if (formatted === text) continue;
        io.stdout.write(`${file}\n`);
        code = EXIT.invalid;
      } else if (write === true) {
        if (formatted === text) continue;
        writeWhole(io.files, file, formatted);
        io.stdout.write(`formatted ${file}\n`);
      } else if (output !== undefined) writeWhole(io.files, output, formatted);
      else io.stdout.write(formatted);
    }
    return code;
  },
};
