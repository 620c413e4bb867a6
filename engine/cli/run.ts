/** `blast run`: runs a scenario and writes its results. */
import { failedExpectations } from '../run/expectation-text.ts';
import type { Files } from '../run/files.ts';
import { type ManifestInput, runManifest } from '../run/manifest.ts';
import type { Pace } from '../run/pacing.ts';
import { PAYMENTS_FORMS, type PaymentsForm } from '../run/payments-csv.ts';
import { RunFolder, refuseFolder, SNAPSHOTS_FOLDER } from '../run/run-folder.ts';
import type { CaptureRequest } from '../run/runner.ts';
import { selectTraced } from '../run/trace-selection.ts';
import { formatDuration } from '../spec/units.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { htmlOption, writeAskedPage } from './html-option.ts';
import { ModelRestarts, RESTARTS_OPTION } from './model-restarts.ts';
import { MODELS_OPTIONS, modelsSettings, type OpenedModels, refuseModels, withAnnounced } from './models-option.ts';
import {
  type CommandContext,
  type CommandEntry,
  OPTION,
  type OptionValues,
  paramsOf,
  parseCaptureTime,
} from './options.ts';
import { backendNamed, exitCodeOf, play } from './play.ts';
import { processesRequest, RPC_OPTIONS, rpcSettings, withProcesses } from './rpc-option.ts';
import { runOrigin } from './run-origin.ts';
import { runSummary } from './run-report.ts';
import { loadScenario, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';
import { WATCH_OPTION, watchFiles } from './watch.ts';

export const runCommand: CommandEntry = {
  name: 'run',
  summary: 'run a scenario and write its results',
  details:
    'Writes run.json, payments.csv, nodes.csv, channels.csv, events.ndjson, metrics.json, snapshots, and trace.ndjson on ' +
    'request. The folder must be empty or hold a former run. The first Ctrl-C stops the run where it is, writes what is finished and keeps the state, so that --from can go ' +
    'on; the second one ends it at once. On a terminal space or p pauses the run and lets it go on, and q is as Ctrl-C.',
  arguments: [{ syntax: '<file>', summary: 'the scenario' }],
  tooMany: '`blast test FILE…` runs several scenarios; `blast run` one, into a folder of its own',
  options: [
    OPTION.param,
    OPTION.seed,
    OPTION.until,
    { flags: '--from <snapshot>', summary: 'go on from a state that a run of this scenario was in' },
    {
      flags: '--snapshot-at <time>',
      summary: 'keep the state at this time, or at the `end`; may be repeated',
      repeatable: true,
      parse: parseCaptureTime,
    },
    { flags: '-o, --out <folder>', summary: 'folder of the results (default: out/ and the name of the scenario)' },
    OPTION.speed,
    { ...OPTION.backend, defaultValue: 'simulator' },
    ...MODELS_OPTIONS,
    RESTARTS_OPTION,
    ...RPC_OPTIONS,
    { flags: '--check', summary: 'check every invariant after each event (slow)' },
    {
      flags: '--payments <columns>',
      summary: 'columns of payments.csv: all, or those of sim-ln alone',
      defaultValue: 'all',
      choices: PAYMENTS_FORMS,
    },
    {
      flags: '--trace <payments>',
      summary:
        'write how these payments are routed to trace.ndjson: an activity, activity/number, a glob, or `all`; may be repeated',
      repeatable: true,
      parse: parseTrace,
    },
    htmlOption('the run'),
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
    ['blast run scenario.yml --snapshot-at 30s --snapshot-at end', 'keep two states'],
    ['blast run scenario.yml --from out/shop/snapshots/at-30s.snap.json', 'go on from one'],
    ['blast run scenario.yml --trace coffee/3', 'see how one payment is routed, then: blast explain payment'],
    [
      'blast run scenario.yml --models rpc --models-restarts 3 --snapshot-at 30s',
      'go on from there when the model process fails later',
    ],
    ['blast run scenario.yml --payments sim-ln', 'for scripts that read the results of sim-ln'],
    ['blast run scenario.yml --speed 10x --until 1m', 'watch the first minute in six seconds'],
  ],
  run(context, [file = ''], options) {
    const work = (inner: CommandContext): Promise<number> => runScenario(inner, file, options);
    return options.watch === true ? watchFiles(context, work) : work(context);
  },
};

function parseTrace(text: string, previous: unknown): readonly string[] {
  return [...((previous as readonly string[] | undefined) ?? []), text];
}

/** Name of the state that an interrupted run leaves. */
const STOPPED = 'interrupted';

/** @throws CliError (usage) for a time that the run does not come by, from where it begins to where it ends, µs */
function checkTimes(
  captures: readonly CaptureRequest[],
  until: number | undefined,
  fromUs: number,
  lastUs: number,
): void {
  if (until !== undefined && until < fromUs) {
    const message = `--until ${formatDuration(until)} is before the state that the run goes on from, ${formatDuration(fromUs)}`;
    throw new CliError(EXIT.usage, message, 'stop later, or go on from an earlier state');
  }
  const endUs = Math.min(until ?? Number.POSITIVE_INFINITY, lastUs);
  for (const { atUs } of captures) {
    if (atUs === 'end' || (atUs <= endUs && (fromUs === 0 || atUs > fromUs))) continue;
    const where =
      atUs > endUs
        ? `after the end of the run, ${formatDuration(endUs)}`
        : `not after the state that the run goes on from, ${formatDuration(fromUs)}`;
    throw new CliError(
      EXIT.usage,
      `--snapshot-at ${formatDuration(atUs)} is ${where}`,
      'name a time within the run, or `end`',
    );
  }
}

/** States of a former run are removed from a folder; the one that this run begins with must not be among them. */
function refuseOwnSource(files: Files, folder: string, source: string | undefined): string | null {
  const home = files.real(`${folder}/${SNAPSHOTS_FOLDER}`);
  const real = source === undefined ? null : files.real(source);
  if (home === null || real === null || !real.startsWith(home)) return null;
  return `the run begins with ${source}, which the results in ${folder} would replace`;
}

/** Runs a scenario once, by the options of `blast run`; answers the exit code. */
export async function runScenario(context: CommandContext, file: string, options: OptionValues): Promise<number> {
  const settings = modelsSettings(context.io, options);
  refuseModels(backendNamed(context, options.backend as string | undefined).name, settings);
  return withAnnounced(context, settings, (models) => run(context, file, options, models));
}

async function run(
  context: CommandContext,
  file: string,
  options: OptionValues,
  models: OpenedModels,
): Promise<number> {
  const { io } = context;
  const startedMs = io.clock.now();
  const backend = backendNamed(context, options.backend as string | undefined);
  const processes = await rpcSettings(io, backend, options);
  const brought =
    processes === null || backend.limits === undefined ? null : await withProcesses(backend.limits, processes);
  const limits = brought?.limits ?? backend.limits;
  const announced = [...(models.announced ?? []), ...(brought?.announced ?? [])];
  const seed = options.seed as number | undefined;
  await models.begin?.();
  const compiled = await loadScenario(context, file, {
    overrides: paramsOf(options),
    allowOutside: options.allowOutside === true,
    ...(announced.length === 0 ? {} : { models: announced }),
    ...(seed === undefined ? {} : { seed }),
    ...(limits === undefined ? {} : { limits }),
  });
  if (compiled === null) return EXIT.invalid;
  const compileMs = io.clock.now() - startedMs;
  const until = options.until as number | undefined;
  if (((options.modelsRestarts as number | undefined) ?? 0) > 0 && models.open === null) {
    const hint = 'leave it out, or give --models or --models-start, too';
    throw new CliError(EXIT.usage, '--models-restarts is about models in other processes', hint);
  }
  const selectors = options.trace as readonly string[] | undefined;
  if (selectors !== undefined && backend.limits !== undefined) {
    const hint = 'leave out --trace, or play the scenario on the simulator';
    throw new CliError(EXIT.usage, `the backend ${backend.name} cannot trace routing`, hint);
  }
  if (selectors !== undefined && models.open !== null) {
    throw new CliError(
      EXIT.usage,
      'routing can be traced with models of this process only',
      'leave out --models or --trace',
    );
  }
  const traced = selectors === undefined ? undefined : selectTraced(compiled.timeline, selectors);
  if (traced !== undefined && traced.diagnostics.length > 0) {
    printDiagnostics(io, traced.diagnostics);
    return EXIT.invalid;
  }
  const captures = (options.snapshotAt as readonly CaptureRequest[] | undefined) ?? [];
  if (backend.limits?.keepsStates === false) {
    const hint = (option: string): string => `leave out ${option}, or play the scenario on the simulator`;
    if (captures.length > 0) {
      throw new CliError(EXIT.usage, `the backend ${backend.name} keeps no states`, hint('--snapshot-at'));
    }
    if (options.from !== undefined) {
      throw new CliError(EXIT.usage, `the backend ${backend.name} does not go on from a state`, hint('--from'));
    }
  }
  const origin = await runOrigin(context, compiled, options.from as string | undefined, backend.name);
  if (origin === null) return EXIT.invalid;
  checkTimes(captures, until, origin?.from.atUs ?? 0, compiled.timeline.durationUs);
  const suffix = origin?.from.kind === 'resume' ? '-resumed' : '';
  const folder = (options.out as string | undefined) ?? `out/${compiled.scenario.name}${suffix}`;
  const refusal = refuseFolder(io.files, folder) ?? refuseOwnSource(io.files, folder, origin?.from.file);
  if (refusal !== null) throw new CliError(EXIT.usage, refusal, 'name another folder with --out');

  const quiet = options.quiet === true;
  const output = new RunFolder(io.files, folder, compiled.timeline, {
    events: options.events !== false,
    payments: options.payments as PaymentsForm,
    ...(traced === undefined ? {} : { traced: traced.wanted }),
  });
  const most = (options.modelsRestarts as number | undefined) ?? 0;
  const restarts = most === 0 ? null : new ModelRestarts(most, output, io, origin?.start);
  let written: Omit<ManifestInput, 'files' | 'timeline' | 'snapshots'>;
  let files: readonly string[];
  try {
    const result = await play(context, compiled, {
      backend: backend.name,
      check: options.check === true,
      models: models.open,
      processes: processes === null ? null : processesRequest(io, processes, options.speed as Pace, folder),
      observers: () => output.observers,
      network: output.network,
      restarts,
      ...(output.trace === undefined ? {} : { trace: output.trace }),
      pace: options.speed as Pace,
      ...(until === undefined ? {} : { until }),
      ...(origin === undefined ? {} : { start: origin.start }),
      captures,
      onSnapshot: (name, snapshot) => {
        output.keep(name, snapshot);
        restarts?.kept(name, snapshot);
      },
      captureOnStop: STOPPED,
      quiet,
      keys: true,
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
      ...(origin === undefined ? {} : { from: origin.from }),
    };
    files = output.finish(written);
  } catch (error) {
    output.abandon();
    throw error;
  }

  const page = await writeAskedPage(io.files, folder, options);

  const { result } = written;
  if (options.format === 'json') {
    const manifest = runManifest({ ...written, timeline: compiled.timeline, files, snapshots: output.kept });
    io.stdout.write(`${JSON.stringify({ folder, ...(manifest as object) }, null, 2)}\n`);
  } else if (!quiet) {
    const kept = output.kept.map(({ file: name }) => `${folder}/${name}`);
    io.stdout.write(runSummary(compiled, result, { folder, kept, ...page }, styleFor(io, io.stdout)));
    const stopped = output.kept.find(({ name }) => name === STOPPED);
    if (result.state === 'aborted' && stopped !== undefined) {
      const on = backend.limits === undefined ? '' : ` --backend ${backend.name}`;
      io.stdout.write(`\ngo on with: blast run ${file}${on} --from ${folder}/${stopped.file}\n`);
    }
  }
  const style = styleFor(io, io.stderr);
  io.stderr.write(failedExpectations(file, result, style));
  if (result.failure !== null) {
    io.stderr.write(`${style.red('error')}: the run failed: ${result.failure.message}\n`);
  }
  return exitCodeOf(result);
}
