/** `blast run`: runs a scenario and writes its results. */
import { type ManifestInput, runManifest } from '../run/manifest.ts';
import type { Pace } from '../run/pacing.ts';
import { RunFolder, refuseFolder } from '../run/run-folder.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues, paramsOf } from './options.ts';
import { backendNamed, exitCodeOf, play } from './play.ts';
import { failedExpectations, runSummary } from './run-report.ts';
import { loadScenario } from './scenario-file.ts';
import { styleFor } from './style.ts';
import { WATCH_OPTION, watchFiles } from './watch.ts';

export const runCommand: CommandEntry = {
  name: 'run',
  summary: 'run a scenario and write its results',
  details:
    'Writes run.json, payments.csv, events.ndjson and metrics.json. The folder must be empty or hold a former run. ' +
    'The first Ctrl-C stops the run where it is and writes what is finished, the second one ends it at once.',
  arguments: [{ syntax: '<file>', summary: 'the scenario' }],
  options: [
    OPTION.param,
    OPTION.seed,
    OPTION.until,
    { flags: '-o, --out <folder>', summary: 'folder of the results (default: out/ and the name of the scenario)' },
    OPTION.speed,
    { flags: '--backend <name>', summary: 'what the scenario is played on', defaultValue: 'simulator' },
    { flags: '--check', summary: 'check every invariant after each event (slow)' },
    { flags: '--no-events', summary: 'do not write events.ndjson, by far the largest file' },
    OPTION.allowOutside,
    WATCH_OPTION,
    OPTION.format,
    OPTION.quiet,
  ],
  examples: [
    ['blast run scenario.yml', 'run as fast as possible'],
    ['blast run scenario.yml --param gap=30s --seed 7 --out out/gap-30', 'another parameter and seed'],
    ['blast run scenario.yml --watch --no-events', 'again at every change of the file'],
    ['blast run scenario.yml --speed 10x --until 1m', 'watch the first minute in six seconds'],
  ],
  run(context, [file = ''], options) {
    const work = (inner: CommandContext): Promise<number> => runScenario(inner, file, options);
    return options.watch === true ? watchFiles(context, work) : work(context);
  },
};

/** Runs a scenario once, by the options of `blast run`; answers the exit code. */
export async function runScenario(context: CommandContext, file: string, options: OptionValues): Promise<number> {
  const { io } = context;
  const startedMs = io.clock.now();
  const backend = backendNamed(context, options.backend as string | undefined);
  const seed = options.seed as number | undefined;
  const compiled = await loadScenario(context, file, {
    overrides: paramsOf(options),
    allowOutside: options.allowOutside === true,
    ...(seed === undefined ? {} : { seed }),
  });
  if (compiled === null) return EXIT.invalid;
  const compileMs = io.clock.now() - startedMs;
  const folder = (options.out as string | undefined) ?? `out/${compiled.scenario.name}`;
  const refusal = refuseFolder(io.files, folder);
  if (refusal !== null) throw new CliError(EXIT.usage, refusal, 'name another folder with --out');

  const quiet = options.quiet === true;
  const output = new RunFolder(io.files, folder, compiled.timeline, { events: options.events !== false });
  let written: Omit<ManifestInput, 'files' | 'timeline'>;
  let files: readonly string[];
  try {
    const until = options.until as number | undefined;
    const result = await play(context, compiled, {
      backend: backend.name,
      check: options.check === true,
      observers: output.observers,
      pace: options.speed as Pace,
      ...(until === undefined ? {} : { until }),
      quiet,
    });
    // What could not be written must not look as if it were complete.
    if (result.failure?.kind === 'output') throw result.failure;
    written = {
      file,
      params: compiled.scenario.params,
      specDigest: compiled.specDigest,
      timelineDigest: compiled.timelineDigest,
      backend: backend.name,
      result,
      host: io.host,
      compileMs,
    };
    files = output.finish(written);
  } catch (error) {
    output.abandon();
    throw error;
  }

  const { result } = written;
  if (options.format === 'json') {
    const manifest = runManifest({ ...written, timeline: compiled.timeline, files });
    io.stdout.write(`${JSON.stringify({ folder, ...(manifest as object) }, null, 2)}\n`);
  } else if (!quiet) {
    io.stdout.write(runSummary(compiled, result, folder, styleFor(io, io.stdout)));
  }
  const style = styleFor(io, io.stderr);
  io.stderr.write(failedExpectations(file, result, style));
  if (result.failure !== null) {
    io.stderr.write(`${style.red('error')}: the run failed: ${result.failure.message}\n`);
  }
  return exitCodeOf(result);
}
