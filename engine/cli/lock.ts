/** `blast lock`: runs scenarios and pins what came of them in lock files. */
import { failedExpectations } from '../run/expectation-text.ts';
import { writeWhole } from '../run/files.ts';
import { lockOf, lockPath, writeLock } from '../run/lock.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandContext, type CommandEntry, OPTION } from './options.ts';
import { exitCodeOf, play } from './play.ts';
import { shortDigest } from './run-report.ts';
import { loadScenario } from './scenario-file.ts';
import { styleFor } from './style.ts';

export const lockCommand: CommandEntry = {
  name: 'lock',
  summary: 'run scenarios and pin their digests in lock files',
  details:
    'Writes <scenario>.lock.json beside each scenario, to be committed with it. A scenario whose expectations fail is not locked.',
  arguments: [{ syntax: '<file...>', summary: 'scenarios' }],
  options: [OPTION.allowOutside, OPTION.quiet],
  examples: [['blast lock scenarios/*.yml', 'pin several scenarios']],
  async run(context, files, options) {
    let worst: number = EXIT.ok;
    for (const file of files) {
      const code = await lockOne(context, file, options.quiet === true, options.allowOutside === true);
      if (code === EXIT.interrupted) return code;
      worst = Math.max(worst, code);
    }
    return worst;
  },
};

async function lockOne(context: CommandContext, file: string, quiet: boolean, allowOutside: boolean): Promise<number> {
  const { io } = context;
  const compiled = await loadScenario(context, file, { allowOutside });
  if (compiled === null) return EXIT.invalid;
  const result = await play(context, compiled, { quiet });
  const code = exitCodeOf(result);
  const style = styleFor(io, io.stderr);
  if (code !== EXIT.ok) {
    io.stderr.write(failedExpectations(file, result, style));
    const why = result.failure?.message ?? (code === EXIT.interrupted ? 'interrupted' : 'an expectation failed');
    io.stderr.write(`${style.red('error')}: ${file} was not locked: ${why}\n`);
    return code;
  }
  const lock = lockOf(compiled.timeline, { spec: compiled.specDigest, timeline: compiled.timelineDigest }, result);
  if (lock === null) throw new CliError(EXIT.internal, `${file} has no digest to lock`);
  const path = lockPath(file);
  const text = writeLock(lock);
  const before = io.files.read(path);
  if (before !== text) writeWhole(io.files, path, text);
  if (!quiet) {
    const what = before === null ? 'locked' : before === text ? 'unchanged' : 'locked anew';
    io.stdout.write(`${file}: ${what}, run ${shortDigest(result.runDigest)} (${path})\n`);
  }
  return EXIT.ok;
}
