/** `blast lock`: runs scenarios and pins what came of them in lock files. */
import { failedExpectations } from '../run/expectation-text.ts';
import { writeWhole } from '../run/files.ts';
import { lockOf, lockPath, writeLock } from '../run/lock.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { MODELS_OPTIONS, modelsSettings, type OpenedModels, refuseModels, withAnnounced } from './models-option.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues } from './options.ts';
import { chosenBackend, exitCodeOf, play } from './play.ts';
import { shortDigest } from './run-report.ts';
import { loadScenario } from './scenario-file.ts';
import { styleFor } from './style.ts';

export const lockCommand: CommandEntry = {
  name: 'lock',
  summary: 'run scenarios and pin their digests in lock files',
  details:
    'Writes <scenario>.lock.json beside each scenario, to be committed with it. A scenario whose expectations fail is not locked. ' +
    'A lock that was made on another backend than the simulator names it, and is made anew and verified on the same.',
  arguments: [{ syntax: '<file...>', summary: 'scenarios' }],
  options: [OPTION.backend, ...MODELS_OPTIONS, OPTION.allowOutside, OPTION.quiet],
  examples: [['blast lock scenarios/*.yml', 'pin several scenarios']],
  async run(context, files, options) {
    let worst: number = EXIT.ok;
    for (const file of files) {
      const settings = modelsSettings(context.io, options);
      refuseModels(chosenBackend(context, file, options.backend as string | undefined).name, settings);
      const code = await withAnnounced(context, settings, (models) => lockOne(context, file, options, models));
      if (code === EXIT.interrupted) return code;
      worst = Math.max(worst, code);
    }
    return worst;
  },
};

async function lockOne(
  context: CommandContext,
  file: string,
  options: OptionValues,
  models: OpenedModels,
): Promise<number> {
  const { io } = context;
  const quiet = options.quiet === true;
  const backend = chosenBackend(context, file, options.backend as string | undefined);
  if (backend.inWallTime === true) {
    const message = `a run on the backend ${backend.name} goes by the clock and is never the same twice`;
    throw new CliError(EXIT.usage, message, 'lock scenarios that are played in virtual time');
  }
  await models.begin?.();
  const compiled = await loadScenario(context, file, {
    allowOutside: options.allowOutside === true,
    ...(models.announced === undefined ? {} : { models: models.announced }),
    ...(backend.limits === undefined ? {} : { limits: backend.limits }),
  });
  if (compiled === null) return EXIT.invalid;
  const result = await play(context, compiled, { quiet, backend: backend.name, models: models.open });
  const code = exitCodeOf(result);
  const style = styleFor(io, io.stderr);
  if (code !== EXIT.ok) {
    io.stderr.write(failedExpectations(file, result, style));
    const why = result.failure?.message ?? (code === EXIT.interrupted ? 'interrupted' : 'an expectation failed');
    io.stderr.write(`${style.red('error')}: ${file} was not locked: ${why}\n`);
    return code;
  }
  const digests = { spec: compiled.specDigest, timeline: compiled.timelineDigest };
  const named = backend.name === context.engine.backends[0]?.name ? undefined : backend.name;
  const lock = lockOf(compiled.timeline, digests, result, named);
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
