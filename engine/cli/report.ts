/** `blast report`: a run or a sweep as a page that a browser shows. */
import { writeWhole } from '../run/files.ts';
import { REPORT_FILE } from '../run/run-folder.ts';
import { ResultsProblem } from '../run/run-results.ts';
import { SweepProblem } from '../sweep/sweep-problem.ts';
import { EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { printDiagnostics } from './scenario-file.ts';

export const reportCommand: CommandEntry = {
  name: 'report',
  summary: 'make a page of a run or a sweep, for a browser',
  details:
    'Reads what `blast run` or `blast sweep` wrote and makes one HTML file with figures, pictures and tables. It needs no ' +
    'network and holds no script; the same results give the same bytes.',
  arguments: [{ syntax: '<folder>', summary: 'what `blast run` or `blast sweep` wrote' }],
  options: [
    {
      flags: '-o, --output <file>',
      summary: `file to write, or - for standard output (default: ${REPORT_FILE} in the folder)`,
    },
    OPTION.quiet,
  ],
  examples: [
    ['blast report out/shop', 'write out/shop/report.html'],
    ['blast report out/shop-sweep --output sweep.html', 'of a sweep, elsewhere'],
  ],
  async run({ io }, [given = ''], options) {
    const folder = given.replace(/(?<=.)\/+$/, '');
    const output = (options.output as string | undefined) ?? `${folder}/${REPORT_FILE}`;
    const { reportText } = await import('./report-page.ts');
    try {
      const text = reportText(io.files, folder);
      if (output === '-') io.stdout.write(text);
      else {
        writeWhole(io.files, output, text);
        if (options.quiet !== true) io.stdout.write(`${output}\n`);
      }
      return EXIT.ok;
    } catch (error) {
      if (error instanceof ResultsProblem) printDiagnostics(io, [error.diagnostic]);
      else if (error instanceof SweepProblem) printDiagnostics(io, [error.diagnostic()]);
      else throw error;
      return EXIT.invalid;
    }
  },
};
