/** `blast migrate`: rewrites a scenario of an older format in the present one. */
import { writeWhole } from '../run/files.ts';
import { migrateText } from '../spec/migrations/migrate.ts';
import { CURRENT_VERSION } from '../spec/migrations/migrations.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CommandEntry } from './options.ts';
import { printDiagnostics, readScenarioFile } from './scenario-file.ts';

export const migrateCommand: CommandEntry = {
  name: 'migrate',
  summary: 'rewrite a scenario of an older format in the present one',
  details:
    'Comments and the order of everything stay. Older files also run as they are; migrating them is for those who edit ' +
    'them. Without an option the result is printed.',
  arguments: [{ syntax: '<file>', summary: 'the scenario' }],
  options: [
    { flags: '-o, --output <file>', summary: 'write the result to another file' },
    { flags: '-w, --write', summary: 'write the file in place' },
  ],
  examples: [
    ['blast migrate old.yml', 'print the file in the present format'],
    ['blast migrate old.yml --write', 'rewrite the file'],
  ],
  async run({ io }, [file = ''], options) {
    const output = options.output as string | undefined;
    if (output !== undefined && options.write === true) {
      throw new CliError(EXIT.usage, '--output and --write exclude each other');
    }
    const decoded = readScenarioFile(io.files, file);
    if (!decoded.ok) {
      printDiagnostics(io, [decoded.diagnostic]);
      return EXIT.invalid;
    }
    const { text, from, diagnostics } = migrateText(decoded.text, file);
    printDiagnostics(io, diagnostics);
    if (text === null) return EXIT.invalid;
    const target = options.write === true ? file : output;
    if (target === undefined) io.stdout.write(text);
    else if (target !== file || text !== decoded.text) writeWhole(io.files, target, text);
    io.stderr.write(
      from === CURRENT_VERSION
        ? `${file} is of version ${CURRENT_VERSION} already\n`
        : `${file}: from version ${from} to ${CURRENT_VERSION}${target === undefined ? '' : `, wrote ${target}`}\n`,
    );
    return EXIT.ok;
  },
};
