/** `blast verify`: runs scenarios again and compares them with their lock files. */

import { ENGINE_VERSION } from '../base/version.ts';
import { lockPath, readLock } from '../run/lock.ts';
import { EVENTS_FILE } from '../run/run-folder.ts';
import { Verifier } from '../run/verify.ts';
import { differenceText } from '../run/verify-text.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { MODELS_OPTIONS, modelsSettings, type OpenedModels, refuseModels, withAnnounced } from './models-option.ts';
import { type CommandContext, type CommandEntry, OPTION } from './options.ts';
import { chosenBackend, exitCodeOf, play } from './play.ts';
import { shortDigest } from './run-report.ts';
import { loadScenario, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';

export const verifyCommand: CommandEntry = {
  name: 'verify',
  summary: 'run scenarios again and compare with their lock files',
  details:
    'Says that a run is identical to the locked one, or what differs and when it first differs. With --against, the events ' +
    'of this run are compared line by line with events.ndjson of a former run, to show both sides.',
  arguments: [{ syntax: '<file...>', summary: 'scenarios that have been locked' }],
  options: [
    { flags: '--against <folder>', summary: 'results of a former run of the scenario' },
    ...MODELS_OPTIONS,
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
      const settings = modelsSettings(io, options);
      refuseModels(chosenBackend(context, file, undefined).name, settings);
      const { code, report } = await withAnnounced(context, settings, (models) =>
        verifyOne(context, file, against, options, models),
      );
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
  models: OpenedModels,
): Promise<{ code: number; report: object }> {
  const { io } = context;
  const invalid = { code: EXIT.invalid, report: { file, verdict: 'invalid' } };
  const backend = chosenBackend(context, file, undefined);
  await models.begin?.();
  const compiled = await loadScenario(context, file, {
    allowOutside: options.allowOutside === true,
    ...(models.announced === undefined ? {} : { models: models.announced }),
    ...(backend.limits === undefined ? {} : { limits: backend.limits }),
  });
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
  const result = await play(context, compiled, {
    quiet,
    observers: () => verifier.observers,
    backend: backend.name,
    models: models.open,
  });
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
