/**
 * A job on a schedule: at each instant it is done once, unless it is still going since an earlier one. Knows nothing of
 * scenarios: what is done is a function. Its folders and its log are in schedule-folder.ts.
 */
import { type CronClock, instantText } from './cron-clock.ts';
import type { CliIo } from './io.ts';

export interface JobReport {
  readonly exitCode: number;
  /** What tells equal results by eye; null when there are none. */
  readonly digest: string | null;
}

/** Does the work once and leaves its results in a new folder; must not reject. Heeds the interruptions of `io`. */
export type ScheduledJob = (io: CliIo, folder: string) => Promise<JobReport>;

/** One run as the log holds it; instants as text. */
export interface FinishedRun {
  readonly due: string;
  readonly started: string;
  readonly finished: string;
  readonly exit_code: number;
  readonly digest: string | null;
  readonly folder: string;
}

/** An instant at which nothing was run. */
export interface SkippedRun {
  readonly due: string;
  readonly skipped: string;
}

export interface SchedulePlan {
  readonly expression: string;
  readonly timezone: string;
  /** Ends after so many runs; Infinity: never. */
  readonly maxRuns: number;
  readonly job: ScheduledJob;
  /** Folder of the run that is due at an instant. */
  folderOf(instantMs: number): string;
  finished(run: FinishedRun): void;
  skipped(run: SkippedRun): void;
}

export interface ScheduleEnd {
  /** `runs`: all runs are made. `idle`: interrupted while nothing ran. `running`: interrupted during a run. */
  readonly why: 'runs' | 'idle' | 'running';
  /** The largest exit code of a run. */
  readonly worst: number;
}

/** Runs the schedule until it has made its runs or is interrupted. A second interruption ends the process. */
export function runSchedule(
  io: CliIo,
  cron: CronClock,
  plan: SchedulePlan,
  interruptedCode: number,
): Promise<ScheduleEnd> {
  return new Promise((resolve, reject) => {
    const interruption = new Interruption();
    let runs = 0;
    let worst = 0;
    let running: number | null = null;

    const end = (why: ScheduleEnd['why']): void => {
      stopCron();
      release();
      resolve({ why, worst });
    };
    const skip = (dueMs: number, why: string): void => plan.skipped({ due: instantText(dueMs), skipped: why });
    const run = async (dueMs: number): Promise<void> => {
      const startedMs = cron.now();
      const folder = plan.folderOf(dueMs);
      const { exitCode, digest } = await plan.job(interruption.heard(io), folder);
      worst = Math.max(worst, exitCode);
      plan.finished({
        due: instantText(dueMs),
        started: instantText(startedMs),
        finished: instantText(cron.now()),
        exit_code: exitCode,
        digest,
        folder,
      });
    };
    const due = (dueMs: number): void => {
      if (interruption.raised || runs === plan.maxRuns) return;
      if (running !== null) {
        skip(dueMs, `the run that was due at ${instantText(running)} is still going`);
        return;
      }
      running = dueMs;
      runs++;
      run(dueMs)
        .then(() => {
          running = null;
          if (interruption.raised) end('running');
          else if (runs === plan.maxRuns) end('runs');
        })
        .catch((error: unknown) => {
          stopCron();
          release();
          reject(error);
        });
    };
    const missed = (dueMs: number): void => {
      if (interruption.raised || runs === plan.maxRuns) return;
      skip(dueMs, running === null ? 'the machine was asleep or busy' : 'a run kept the process busy');
    };

    const release = io.onInterrupt(() => {
      if (interruption.raised) io.exit(interruptedCode);
      interruption.raise();
      stopCron();
      if (running === null) end('idle');
    });
    const stopCron = cron.schedule(plan.expression, plan.timezone, { due, missed });
  });
}

/** Passes interruptions on to a run, also one that came before the run began to listen. */
class Interruption {
  raised = false;
  #listeners: (() => void)[] = [];

  raise(): void {
    this.raised = true;
    for (const listener of [...this.#listeners]) listener();
  }

  /** The same outside world, with interruptions as the schedule heard them. */
  heard(io: CliIo): CliIo {
    const { stdout, stderr, columns, env, files, clock, host } = io;
    return {
      ...{ stdout, stderr, columns, env, files, clock, host },
      calendar: () => io.calendar(),
      meter: () => io.meter(),
      onInputEnd: (listener) => io.onInputEnd(listener),
      onInterrupt: (listener) => {
        this.#listeners.push(listener);
        if (this.raised) listener();
        return () => {
          this.#listeners = this.#listeners.filter((one) => one !== listener);
        };
      },
      exit: (code) => io.exit(code),
    };
  }
}
