/** `blast schedule`: runs a scenario, or its sweep, again and again on a wall-clock schedule. */
import { InvalidArgumentError } from 'commander';
import { sha256Text } from '../base/digest.ts';
import { MANIFEST_FILE } from '../run/manifest.ts';
import { cronProblem } from '../spec/cron.ts';
import { CELLS_FILE } from '../sweep/cell-store.ts';
import { instantText } from './cron-clock.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import type { CliIo } from './io.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues, paramsOf, parseJobs } from './options.ts';
import { runScenario } from './run.ts';
import { shortDigest } from './run-report.ts';
import { loadScenario } from './scenario-file.ts';
import { SCHEDULE_LOG, ScheduleFolder } from './schedule-folder.ts';
import { type FinishedRun, type JobReport, runSchedule, type ScheduledJob, type SkippedRun } from './schedule-runs.ts';
import { styleFor } from './style.ts';
import { sweepCommand } from './sweep.ts';

/** Instants that `--dry-run` shows. */
const SHOWN = 5;

export const scheduleCommand: CommandEntry = {
  name: 'schedule',
  summary: 'run a scenario or its sweep again and again at times of the clock',
  details:
    'Stays until Ctrl-C or until --max-runs are made. Each run has a folder named by the instant at which it was due, and a ' +
    `line in ${SCHEDULE_LOG}. An instant at which a run is still going is left out. A run that fails does not end the ` +
    'schedule. The first Ctrl-C stops a run that is going and writes what is finished, the second one ends it at once.',
  arguments: [{ syntax: '<file>', summary: 'the scenario; read anew for each run' }],
  options: [
    {
      flags: '--cron <expression>',
      summary: 'when: minute, hour, day of the month, month, day of the week; six fields begin with the second',
      parse: parseCron,
    },
    { flags: '--timezone <name>', summary: 'time zone of --cron', defaultValue: 'UTC', parse: parseTimezone },
    { flags: '--max-runs <n>', summary: 'end after so many runs', parse: parseCount },
    {
      flags: '--keep <n>',
      summary: 'keep the last n results and remove older ones (default: keep all)',
      parse: parseCount,
    },
    OPTION.param,
    OPTION.seed,
    { flags: '--sweep', summary: 'run the sweep of the scenario, as `blast sweep` does' },
    {
      flags: '-j, --jobs <number>',
      summary: 'with --sweep: cells that run at once (default: one a core)',
      parse: parseJobs,
    },
    {
      flags: '-o, --out <folder>',
      summary: 'folder of the results and the log (default: out/ and the name of the scenario and -schedule)',
    },
    { flags: '--no-events', summary: 'do not write events.ndjson, by far the largest file' },
    { flags: '--dry-run', summary: `check the scenario, show the next ${SHOWN} instants, and run nothing` },
    OPTION.allowOutside,
    OPTION.format,
    OPTION.quiet,
  ],
  examples: [
    ["blast schedule scenario.yml --cron '0 3 * * *' --keep 7", 'each night at three, the last week is kept'],
    ["blast schedule scenario.yml --sweep --cron '0 1 * * sat'", 'the whole sweep each Saturday'],
    ["blast schedule scenario.yml --cron '0 9 * * mon-fri' --timezone Europe/Berlin --dry-run", 'when would that be?'],
  ],
  async run(context, [file = ''], options) {
    const expression = options.cron as string | undefined;
    if (expression === undefined) {
      throw new CliError(EXIT.usage, 'a schedule needs --cron', "for example --cron '0 3 * * *', each night at three");
    }
    const seed = options.seed as number | undefined;
    if (options.sweep === true && seed !== undefined) {
      throw new CliError(EXIT.usage, '--seed does not go with --sweep', 'a sweep has its own seeds');
    }
    const compiled = await loadScenario(context, file, {
      overrides: paramsOf(options),
      allowOutside: options.allowOutside === true,
      ...(seed === undefined ? {} : { seed }),
    });
    if (compiled === null) return EXIT.invalid;
    const timezone = String(options.timezone);
    const cron = await context.io.calendar();
    const next = cron.next(expression, timezone, SHOWN).map(instantText);
    if (options.dryRun === true) {
      showNext(context.io, next, { expression, timezone, json: options.format === 'json' });
      return EXIT.ok;
    }
    const folder = ((options.out as string | undefined) ?? `out/${compiled.scenario.name}-schedule`).replace(
      /[/\\]+$/,
      '',
    );
    if (options.quiet !== true) context.io.stderr.write(`next run at ${next[0] ?? ''}, Ctrl-C ends\n`);
    const job = (options.sweep === true ? sweepJob : scenarioJob)(context, file, options);
    return keepSchedule(context, job, { expression, timezone, folder }, options);
  },
};

interface Schedule {
  readonly expression: string;
  readonly timezone: string;
  readonly folder: string;
}

/** Does a job on a schedule; answers the exit code of the command. */
async function keepSchedule(
  { io }: CommandContext,
  job: ScheduledJob,
  { expression, timezone, folder }: Schedule,
  options: OptionValues,
): Promise<number> {
  const kind = io.files.kind(folder);
  if (kind === 'file')
    throw new CliError(EXIT.usage, `${folder} is a file, not a folder`, 'name another one with --out');
  const results = new ScheduleFolder(io.files, folder);
  const keep = (options.keep as number | undefined) ?? Infinity;
  const plan = {
    expression,
    timezone,
    maxRuns: (options.maxRuns as number | undefined) ?? Infinity,
    job: (inner: CliIo, target: string): Promise<JobReport> => guarded(job, inner, target),
    folderOf: (instantMs: number) => results.of(instantMs),
    finished: (run: FinishedRun): void => {
      results.note(run);
      if (keep !== Infinity) results.prune(keep);
      tellRun(io, run, options);
    },
    skipped: (skip: SkippedRun): void => {
      results.note(skip);
      tellSkip(io, skip, options);
    },
  };
  const end = await runSchedule(io, await io.calendar(), plan, EXIT.interrupted);
  if (end.why === 'runs') return end.worst;
  return end.why === 'idle' ? EXIT.ok : EXIT.interrupted;
}

/** Whatever ends a run, it is reported and does not end the schedule. */
async function guarded(job: ScheduledJob, io: CliIo, folder: string): Promise<JobReport> {
  try {
    if (io.files.kind(folder) !== 'none') throw new CliError(EXIT.usage, `${folder} is there already`);
    return await job(io, folder);
  } catch (error) {
    return { exitCode: reportFailure(error, io), digest: null };
  }
}

/** Runs a scenario as `blast run` does. */
function scenarioJob(context: CommandContext, file: string, options: OptionValues): ScheduledJob {
  return async (io, folder) => {
    const settings = { ...options, out: folder, speed: 'max', format: 'text', quiet: true };
    const exitCode = await runScenario({ ...context, io }, file, settings);
    const manifest = io.files.read(`${folder}/${MANIFEST_FILE}`);
    const digests = manifest === null ? null : (JSON.parse(manifest) as { digests: { run: string | null } }).digests;
    return { exitCode, digest: digests?.run ?? null };
  };
}

/** Runs the sweep of a scenario as `blast sweep` does; the digest is that of its cells. */
function sweepJob(context: CommandContext, file: string, options: OptionValues): ScheduledJob {
  return async (io, folder) => {
    const { param, jobs, allowOutside } = options;
    const settings = { param, jobs, allowOutside, out: folder, format: 'text', quiet: true };
    const exitCode = await sweepCommand.run({ ...context, io }, [file], settings);
    const cells = io.files.read(`${folder}/${CELLS_FILE}`);
    return { exitCode, digest: cells === null ? null : sha256Text(cells) };
  };
}

function tellRun(io: CliIo, run: FinishedRun, options: OptionValues): void {
  if (options.format === 'json') {
    io.stdout.write(`${JSON.stringify(run)}\n`);
    return;
  }
  if (options.quiet === true && run.exit_code === EXIT.ok) return;
  const style = styleFor(io, io.stdout);
  const what = run.exit_code === EXIT.ok ? style.green('completed') : style.red(`exit code ${run.exit_code}`);
  io.stdout.write(`${run.due} ${what}, run ${shortDigest(run.digest)}, ${run.folder}\n`);
}

function tellSkip(io: CliIo, skip: SkippedRun, options: OptionValues): void {
  if (options.format === 'json') io.stdout.write(`${JSON.stringify(skip)}\n`);
  else io.stderr.write(`${skip.due} ${styleFor(io, io.stderr).yellow('skipped')}: ${skip.skipped}\n`);
}

function showNext(
  io: CliIo,
  next: readonly string[],
  { expression, timezone, json }: { readonly expression: string; readonly timezone: string; readonly json: boolean },
): void {
  if (json) io.stdout.write(`${JSON.stringify({ cron: expression, timezone, next }, null, 2)}\n`);
  else io.stdout.write(next.map((instant) => `${instant}\n`).join(''));
}

function parseCron(text: string): string {
  const problem = cronProblem(text);
  if (problem === null) return text;
  const sentence = problem.charAt(0).toUpperCase() + problem.slice(1);
  throw new InvalidArgumentError(
    `${sentence}. Write minute, hour, day of the month, month and day of the week, for example '0 3 * * *'.`,
  );
}

function parseTimezone(text: string): string {
  // The default is looked at whenever the command starts, and the first zone that is looked up loads all of them.
  if (text === 'UTC') return text;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    throw new InvalidArgumentError('Write the name of a time zone, for example UTC or Europe/Berlin.');
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError('Write a whole number from 1.');
  }
  return count;
}
