/** `blast sweep`: runs every combination of parameter values with every seed, and compares them. */
import { InvalidArgumentError } from 'commander';
import type { Engine } from '../host/engine.ts';
import { REPORT_FILE } from '../run/run-folder.ts';
import { makeDiagnostic } from '../spec/problems.ts';
import type { Scenario } from '../spec/scenario.ts';
import { SourceText } from '../spec/source-text.ts';
import { readKey } from '../sweep/cell-key.ts';
import type { CellResult, Executor, SweepJob } from '../sweep/job.ts';
import { type Shard, SWEEP_FILE, shardIndexes } from '../sweep/manifest.ts';
import { type PlannedSweep, planSweep } from '../sweep/plan-sweep.ts';
import { reproduceCommand } from '../sweep/reproduce.ts';
import { RESULT_FILES } from '../sweep/results.ts';
import { refuseSweepFolder, runSweep, type SweepOutcome } from '../sweep/run-sweep.ts';
import { unsharedParams } from '../sweep/shared-beginning.ts';
import { SweepSource } from '../sweep/source.ts';
import { SweepProblem } from '../sweep/sweep-problem.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';
import { htmlOption, writeAskedPage } from './html-option.ts';
import type { CliIo } from './io.ts';
import { MODELS_OPTIONS, modelsSettings, modelsWords, refuseModels, withAnnounced } from './models-option.ts';
import {
  type CommandContext,
  type CommandEntry,
  OPTION,
  type OptionEntry,
  type OptionValues,
  paramsOf,
  parseJobs,
} from './options.ts';
import { backendNamed } from './play.ts';
import { REDIS_OPTIONS } from './redis-options.ts';
import { loadScenario, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';
import { exitCodeOfTotals } from './sweep-exit.ts';
import { mergeCommand } from './sweep-merge.ts';
import { SweepProgress } from './sweep-progress.ts';
import { remoteCells } from './sweep-redis.ts';
import { cellText, SweepReport } from './sweep-report.ts';
import { workerCommand } from './sweep-worker.ts';

const SHARD: OptionEntry = {
  flags: '--shard <i/n>',
  summary: 'run only part i of n; put the parts together with `blast sweep merge`',
  parse: parseShard,
};

export const sweepCommand: CommandEntry = {
  name: 'sweep',
  summary: 'run a scenario for every combination of parameter values and seeds',
  details:
    "Runs what the scenario's section `sweep` says and writes cells.csv, summary.csv, summary.json, junit.xml, " +
    'cells.ndjson and sweep.json. A finished cell is kept whatever happens: --resume goes on after a crash or Ctrl-C. ' +
    '--param with a parameter that the sweep sets runs only the combinations with that value.',
  arguments: [{ syntax: '<file>', summary: 'the scenario' }],
  options: [
    OPTION.param,
    { ...OPTION.backend, defaultValue: 'simulator' },
    ...MODELS_OPTIONS,
    { flags: '-j, --jobs <number>', summary: 'cells that run at once (default: one a core)', parse: parseJobs },
    {
      flags: '-o, --out <folder>',
      summary: 'folder of the results (default: out/ and the name of the scenario, -sweep)',
    },
    { flags: '--resume', summary: 'go on with the unfinished sweep in that folder' },
    SHARD,
    {
      flags: '--redis <url>',
      summary: 'have the cells run by `blast sweep worker` on any machine; env:NAME takes the address from a variable',
    },
    ...REDIS_OPTIONS,
    { flags: '--cell <key>', summary: 'run one cell only and write nothing' },
    { flags: '--dry-run', summary: 'list the cells and run nothing' },
    htmlOption('the sweep'),
    OPTION.allowOutside,
    OPTION.format,
    OPTION.quiet,
  ],
  examples: [
    ['blast sweep scenario.yml', 'run all cells on all cores'],
    ['blast sweep scenario.yml --dry-run', 'list the cells'],
    ['blast sweep scenario.yml --resume', 'go on after an interruption'],
    ['blast sweep scenario.yml --param gap=13s --jobs 2', 'only the cells with gap=13s, two at a time'],
    ["blast sweep scenario.yml --cell 'amount=2sat,gap=13s#seed=3'", 'one cell'],
    ['blast sweep scenario.yml --shard 1/4 --out part-1', 'the first of four parts'],
    ["blast sweep scenario.yml --models-start 'python3 model.py'", 'with a model of your own, started for each cell'],
    ['blast sweep scenario.yml --redis redis://localhost:6379', 'on the machines whose workers serve this Redis'],
  ],
  commands: [mergeCommand, workerCommand],
  async run(context, [file = ''], options) {
    try {
      return await sweep(context, file, options);
    } catch (error) {
      if (!(error instanceof SweepProblem)) throw error;
      printDiagnostics(context.io, [error.diagnostic()]);
      return EXIT.invalid;
    }
  },
};

function parseShard(text: string): Shard {
  const [, i, n] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(i), count: Number(n) };
  if (!(shard.index >= 1 && shard.index <= shard.count)) {
    throw new InvalidArgumentError('Write a part and the number of parts, for example 1/4.');
  }
  return shard;
}

async function sweep(context: CommandContext, file: string, options: OptionValues): Promise<ExitCode> {
  const { io, engine } = context;
  const source = new SweepSource();
  const params = paramsOf(options);
  const backend = backendNamed(context, options.backend as string | undefined);
  if (backend.inWallTime === true) {
    const message = `a run on the backend ${backend.name} goes by the clock and is never the same twice`;
    throw new CliError(EXIT.usage, message, 'sweep on the simulator');
  }
  const settings = modelsSettings(io, options);
  refuseModels(backend.name, settings);
  if (settings !== null && options.redis !== undefined) {
    const hint = 'leave one of them out; --shard divides a sweep among machines without Redis';
    throw new CliError(EXIT.usage, 'models in other processes do not go with --redis', hint);
  }
  const read = await withAnnounced(context, settings, async ({ announced }) => {
    const known = announced === undefined ? {} : { models: announced };
    const compile: Engine['compile'] = (input) => engine.compile({ ...input, ...known });
    const recording = { ...context, engine: { ...engine, compile: source.recording(compile) } };
    const compiled = await loadScenario(recording, file, {
      overrides: params,
      allowOutside: options.allowOutside === true,
      ...(backend.limits === undefined ? {} : { limits: backend.limits }),
    });
    if (compiled === null) return null;
    const planned = await planSweep({
      compile,
      source,
      scenario: compiled.scenario,
      params,
      ...(backend === engine.backends[0] ? {} : { backend: backend.name }),
      ...(settings === null ? {} : { models: { settings, words: modelsWords(options) } }),
    });
    return { compiled, planned, compile };
  });
  if (read === null) return EXIT.invalid;
  const { compiled, planned, compile } = read;
  const shard = (options.shard as Shard | undefined) ?? null;
  if (options.dryRun === true) return listCells(context, planned, shard, options.format === 'json');
  if (options.cell !== undefined) return runCell(context, planned, String(options.cell), options.format === 'json');

  if (options.html === true && shard !== null) {
    throw new CliError(
      EXIT.usage,
      '--html needs the whole sweep',
      'give it to `blast sweep merge` when all parts are done',
    );
  }

  const resume = options.resume === true;
  const folder = (options.out as string | undefined) ?? `out/${compiled.scenario.name}-sweep`;
  const refusal = refuseSweepFolder(io.files, folder);
  // What is not finished is refused unless it is to be finished; anything else in the way stays in the way.
  const unfinished = io.files.kind(`${folder}/${SWEEP_FILE}`) === 'file';
  if (refusal !== null && !(resume && unfinished)) throw new CliError(EXIT.usage, refusal.message, refusal.hint);

  const quiet = options.quiet === true;
  if (!quiet && planned.job.branches) await warnOfUnshared(io, compile, planned, compiled.scenario);
  const progress = quiet ? null : new SweepProgress(io);
  const report = new SweepReport(planned.plan, planned.info);
  const stop = new AbortController();
  const release = io.onInterrupt(() => {
    if (stop.signal.aborted) io.exit(EXIT.interrupted);
    stop.abort();
  });
  let outcome: SweepOutcome;
  try {
    outcome = await runSweep({
      files: io.files,
      folder,
      info: planned.info,
      plan: planned.plan,
      shard,
      resume,
      executor: await executorOf(context, planned.job, options),
      bySeed: planned.job.branches,
      clock: io.clock,
      signal: stop.signal,
      onPlanned: (cells, finished) => progress?.planned(cells, finished),
      onStarted: () => progress?.started(),
      onFinished: (result) => progress?.finished(result),
      onSummary: (summary) => report.summary(summary),
      onProblem: (result) => report.problem(result),
    });
  } finally {
    progress?.clear();
    release();
  }

  if (outcome.state === 'interrupted') {
    const { finished, cells } = outcome;
    io.stderr.write(`interrupted: ${finished} of ${cells} cells are finished; --resume goes on with the rest\n`);
    return EXIT.interrupted;
  }
  const { totals } = outcome;
  const { page } = await writeAskedPage(io.files, folder, options);
  if (options.format === 'json') {
    const { scenario, digest } = planned.info;
    const names = [
      ...[...RESULT_FILES, REPORT_FILE].filter((name) => io.files.kind(`${folder}/${name}`) === 'file'),
      SWEEP_FILE,
    ];
    io.stdout.write(`${JSON.stringify({ folder, scenario, plan: digest, ...totals, files: names }, null, 2)}\n`);
  } else if (!quiet) {
    io.stdout.write(report.table(totals, { folder, page }, io.columns, styleFor(io, io.stdout)));
  }
  io.stderr.write(report.problems(styleFor(io, io.stderr)));
  return exitCodeOfTotals(totals);
}

/** Says which parameters the branch point saves nothing for. */
async function warnOfUnshared(
  io: CliIo,
  compile: Engine['compile'],
  planned: PlannedSweep,
  { sweep }: Scenario,
): Promise<void> {
  const from = sweep?.from;
  if (from === undefined) return;
  const source = new SourceText(planned.job.file, planned.job.text);
  const hint = 'let what depends on it happen later, or branch earlier; the results are right in any case';
  const found = await unsharedParams(planned, compile);
  printDiagnostics(
    io,
    found.map(({ message }) => makeDiagnostic(source, 'W650', from.range, from.path, message, hint)),
  );
}

/** Threads of this machine, or workers anywhere. */
async function executorOf({ io, engine }: CommandContext, job: SweepJob, options: OptionValues): Promise<Executor> {
  const jobs = (options.jobs as number | undefined) ?? null;
  if (options.redis === undefined) return engine.executor(job, jobs);
  if (jobs !== null) throw new CliError(EXIT.usage, '--jobs does not go with --redis', 'the workers have that option');
  return remoteCells(io, job, options);
}

function listCells({ io }: CommandContext, { plan, info }: PlannedSweep, shard: Shard | null, json: boolean): ExitCode {
  const cells = plan.cells(shardIndexes(plan.size, shard));
  if (json) {
    const list = [...cells].map((cell) => ({ ...cell, command: reproduceCommand(info, cell) }));
    io.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
    return EXIT.ok;
  }
  for (const { key } of cells) io.stdout.write(`${key}\n`);
  return EXIT.ok;
}

/** Runs one cell by itself and shows what came of it. */
async function runCell(
  { io, engine }: CommandContext,
  { plan, info, job }: PlannedSweep,
  text: string,
  json: boolean,
): Promise<ExitCode> {
  const reading = readKey(text, plan.params);
  if (!reading.ok) throw new CliError(EXIT.usage, `${text} is not a cell: ${reading.reason}`);
  let index = 0;
  while (index < plan.size && plan.cell(index).key !== reading.key) index++;
  if (index === plan.size) {
    throw new CliError(EXIT.usage, `the sweep has no cell ${reading.key}`, '--dry-run lists all of them');
  }
  const stop = new AbortController();
  const release = io.onInterrupt(() => stop.abort());
  const results: CellResult[] = [];
  try {
    const executor = await engine.executor(job, 1);
    const events = { started: () => {}, finished: (one: CellResult) => void results.push(one) };
    await executor.run([plan.cell(index)], events, stop.signal);
  } finally {
    release();
  }
  const [result] = results;
  if (result === undefined) return EXIT.interrupted;
  if (json) {
    io.stdout.write(`${JSON.stringify({ ...result, command: reproduceCommand(info, result) }, null, 2)}\n`);
  } else {
    io.stdout.write(cellText(info, plan, result, styleFor(io, io.stdout)));
  }
  const report = new SweepReport(plan, info);
  if (result.failure !== null || result.expectations.failed > 0) report.problem(result);
  io.stderr.write(report.problems(styleFor(io, io.stderr)));
  const kind = result.failure?.kind;
  return exitCodeOfTotals({
    cells: 1,
    invalid: kind === 'invalid' ? 1 : 0,
    internal: kind === 'internal' ? 1 : 0,
    backend: kind === 'backend' ? 1 : 0,
    unmet: result.expectations.failed,
  });
}
