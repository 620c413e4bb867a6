/** `blast verify`: runs scenarios again and compares them with their lock files. */

import { ENGINE_VERSION } from '../base/version.ts';
import { lockPath, readLock } from '../run/lock.ts';
import { EVENTS_FILE } from '../run/run-folder.ts';
import type { RunResult } from '../run/runner.ts';
import { clockText } from '../run/time-text.ts';
import { type Verification, Verifier } from '../run/verify.ts';
import { formatDuration } from '../spec/units.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandContext, type CommandEntry, OPTION } from './options.ts';
import { exitCodeOf, play } from './play.ts';
import { shortDigest } from './run-report.ts';
import { loadScenario, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';

/** Records of a group that are shown; a group of a long run has thousands. */
const SHOWN = 12;

export const verifyCommand: CommandEntry = {
  name: 'verify',
  summary: 'run scenarios again and compare with their lock files',
  details:
    'Says that a run is identical to the locked one, or what differs and when it first differs. With --against, the events ' +
    'of this run are compared line by line with events.ndjson of a former run, to show both sides.',
  arguments: [{ syntax: '<file...>', summary: 'scenarios that have been locked' }],
  options: [
    { flags: '--against <folder>', summary: 'results of a former run of the scenario' },
    OPTION.allowOutside,
    OPTION.format,
    OPTION.quiet,
  ],
  examples: [
    ['blast verify scenarios/*.yml', 'for continuous integration'],
    ['blast verify scenario.yml --against out/before', 'show both sides of the first difference'],
  ],
  async run(context, files, options) {
    const { io } = context;
    const against = options.against as string | undefined;
    if (against !== undefined && files.length > 1) throw new CliError(EXIT.usage, '--against takes one scenario');
    const reports: object[] = [];
    let worst: number = EXIT.ok;
    for (const file of files) {
      const { code, report } = await verifyOne(context, file, against, options);
      reports.push(report);
      worst = Math.max(worst, code);
      if (code === EXIT.interrupted) break;
    }
    if (options.format === 'json') io.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
    return worst;
  },
};

async function verifyOne(
  context: CommandContext,
  file: string,
  against: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<{ code: number; report: object }> {
  const { io } = context;
  const invalid = { code: EXIT.invalid, report: { file, verdict: 'invalid' } };
  const compiled = await loadScenario(context, file, { allowOutside: options.allowOutside === true });
  if (compiled === null) return invalid;
  const path = lockPath(file);
  const reading = readLock(io.files.read(path), path);
  if (!reading.ok) {
    printDiagnostics(io, reading.diagnostics);
    return invalid;
  }
  const verifier = new Verifier(
    compiled.timeline,
    reading.lock,
    against === undefined ? null : linesOf(context, against),
  );
  const quiet = options.quiet === true;
  const result = await play(context, compiled, { quiet, observers: verifier.observers });
  const style = styleFor(io, io.stderr);
  const code = exitCodeOf(result);
  if (result.state !== 'completed') {
    const why = result.failure?.message ?? 'interrupted';
    io.stderr.write(`${style.red('error')}: ${file} was not verified: ${why}\n`);
    return { code, report: { file, verdict: result.state, message: why } };
  }
  const digests = { spec: compiled.specDigest, timeline: compiled.timelineDigest };
  const verification = verifier.verdict(digests, result, ENGINE_VERSION);
  if (options.format !== 'json') {
    if (!verification.identical) io.stderr.write(differenceText(file, verification, result, style));
    else if (!quiet)
      io.stdout.write(`${file}: ${styleFor(io, io.stdout).green('identical')}, run ${shortDigest(result.runDigest)}\n`);
  }
  const verdict = verification.identical ? 'identical' : 'differs';
  return {
    code: verification.identical ? EXIT.ok : EXIT.replayDiffers,
    report: { file, verdict, ...(verification.identical ? {} : verification), run: result.runDigest },
  };
}

function linesOf({ io }: CommandContext, folder: string): Iterable<string> {
  const path = `${folder}/${EVENTS_FILE}`;
  const lines = io.files.lines(path);
  if (lines === null) {
    throw new CliError(EXIT.invalid, `E806 there is no ${path}`, 'name the folder of a run that wrote its events');
  }
  return lines;
}

const WHAT: Readonly<Record<string, string>> = {
  spec: 'the scenario changed since it was locked (E804)',
  timeline: 'the timeline differs: other events or payments are planned',
  records: 'the run differs: other things happened',
  state: 'the final state differs',
};

/** What differs, for people. */
function differenceText(
  file: string,
  found: Verification,
  result: RunResult,
  style: ReturnType<typeof styleFor>,
): string {
  const lines = [`${style.bold(file)}: ${style.red('differs')} (E805)`];
  if (found.lockedBy !== null) {
    lines.push(`  locked by version ${found.lockedBy} of the engine, this is ${ENGINE_VERSION}`);
  }
  for (const name of found.differing) if (WHAT[name] !== undefined) lines.push(`  ${WHAT[name]}`);
  const { interval, divergence } = found;
  if (interval !== null) {
    const to = interval.toUs === Infinity ? 'the end' : formatDuration(interval.toUs);
    lines.push(`  first difference between ${formatDuration(interval.fromUs)} and ${to}`);
  }
  if (divergence !== null) {
    const { kind, from, to, records } = divergence;
    const where = to - from === 1 ? `event ${from}` : `events ${from} to ${to - 1}`;
    const what = {
      changed: `${where} ${to - from === 1 ? 'is not the locked one' : 'are not all the locked ones'}`,
      longer: `the locked run ended before event ${from}`,
      shorter: `this run ended after ${result.records} events, before the locked one; ${where} may be affected`,
    }[kind];
    lines.push(`  ${what}; in this run:`);
    for (const record of records.slice(0, SHOWN)) {
      const mark = record.n >= from ? '>' : ' ';
      lines.push(`  ${mark} ${record.n} ${clockText(record.timeUs)} ${record.text}`);
    }
    if (records.length > SHOWN) lines.push(`    … ${records.length - SHOWN} more`);
  } else if (found.differing.includes('records')) {
    lines.push('  the events are the same; a text that they refer to differs');
  }
  if (found.lines !== null) {
    lines.push(
      `  first line that differs from the former run: ${found.lines.n + 1}`,
      `  ${style.red('-')} ${found.lines.theirs ?? '(the former run ended)'}`,
      `  ${style.green('+')} ${found.lines.ours ?? '(this run ended)'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
