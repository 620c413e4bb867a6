/** `blast sweep merge`: puts the parts of a sweep together that `--shard` made. */

import { readManifest } from '../sweep/manifest.ts';
import { mergeShards } from '../sweep/merge.ts';
import { refuseSweepFolder } from '../sweep/run-sweep.ts';
import { SweepProblem } from '../sweep/sweep-problem.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';
import { htmlOption, writeAskedPage } from './html-option.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues } from './options.ts';
import { printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';
import { exitCodeOfTotals } from './sweep-exit.ts';
import { SweepReport } from './sweep-report.ts';

export const mergeCommand: CommandEntry = {
  name: 'merge',
  summary: 'put the parts of a sweep together',
  details:
    'The files are those that the whole sweep would have left, byte for byte. Every part must be there and finished.',
  arguments: [{ syntax: '<folders...>', summary: 'folders that `blast sweep --shard` has written' }],
  options: [
    {
      flags: '-o, --out <folder>',
      summary: 'folder of the results (default: out/ and the name of the scenario, -sweep)',
    },
    htmlOption('the sweep'),
    OPTION.format,
    OPTION.quiet,
  ],
  examples: [['blast sweep merge part-1 part-2 part-3 part-4 --out all', 'merge four parts']],
  async run(context, folders, options) {
    try {
      return await merge(context, folders, options);
    } catch (error) {
      if (!(error instanceof SweepProblem)) throw error;
      printDiagnostics(context.io, [error.diagnostic()]);
      return EXIT.invalid;
    }
  },
};

async function merge({ io }: CommandContext, folders: readonly string[], options: OptionValues): Promise<ExitCode> {
  const { info, plan } = readManifest(io.files, folders[0] ?? '');
  const out = (options.out as string | undefined) ?? `out/${info.scenario}-sweep`;
  const refusal = refuseSweepFolder(io.files, out);
  if (refusal !== null) throw new CliError(EXIT.usage, refusal.message, 'name another folder with --out');
  const real = (folder: string): string => io.files.real(folder) ?? folder;
  if (folders.some((folder) => real(folder) === real(out))) {
    throw new CliError(EXIT.usage, `${out} is one of the parts`, 'name another folder with --out');
  }
  const report = new SweepReport(plan, info);
  const { totals } = mergeShards({
    files: io.files,
    folders,
    out,
    onSummary: (summary) => report.summary(summary),
    onProblem: (result) => report.problem(result),
  });
  const { page } = await writeAskedPage(io.files, out, options);
  if (options.format === 'json') {
    const { scenario, digest } = info;
    io.stdout.write(`${JSON.stringify({ folder: out, scenario, plan: digest, ...totals }, null, 2)}\n`);
  } else if (options.quiet !== true) {
    io.stdout.write(report.table(totals, { folder: out, page }, io.columns, styleFor(io, io.stdout)));
  }
  io.stderr.write(report.problems(styleFor(io, io.stderr)));
  return exitCodeOfTotals(totals);
}
