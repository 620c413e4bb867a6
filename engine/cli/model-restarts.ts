/**
 * `--models-restarts`: a run whose model processes failed goes on from the last state that it has kept, or from its start,
 * with processes that are started anew. What was written after that state is taken back, so that the results are those of
 * a run that nothing happened to.
 */
import { InvalidArgumentError } from 'commander';
import { ModelProcessError } from '../rpc/model-process-error.ts';
import type { ResultsMark, RunFolder } from '../run/run-folder.ts';
import type { RunResult, RunStart } from '../run/runner.ts';
import type { SnapshotDocument } from '../snapshot/document.ts';
import { formatDuration } from '../spec/units.ts';
import type { CliIo } from './io.ts';
import type { OptionEntry } from './options.ts';
import { styleFor } from './style.ts';

/** Most restarts of one run. */
const MOST = 1000;

export const RESTARTS_OPTION: OptionEntry = {
  flags: '--models-restarts <number>',
  summary:
    'how often failed model processes are started anew; the run goes on from the last snapshot, or from its start',
  defaultValue: '0',
  parse: (text) => {
    const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= MOST)) throw new InvalidArgumentError(`Write a number from 0 to ${MOST}.`);
    return number;
  },
};

interface Point {
  readonly start: RunStart | undefined;
  readonly mark: ResultsMark;
  readonly said: string;
}

export class ModelRestarts {
  readonly #most: number;
  readonly #output: RunFolder;
  readonly #io: CliIo;
  #made = 0;
  #last: Point;

  /** @param start what the run begins with; undefined for its own network */
  constructor(most: number, output: RunFolder, io: CliIo, start: RunStart | undefined) {
    this.#most = most;
    this.#output = output;
    this.#io = io;
    this.#last = { start, mark: output.mark(), said: 'its start' };
  }

  /** The run has kept a state. */
  kept(name: string, snapshot: SnapshotDocument): void {
    const atUs = snapshot.state.time_us - (snapshot.run?.origin_us ?? 0);
    this.#last = {
      start: { kind: 'resume', snapshot, name, isChecked: true },
      mark: this.#output.mark(),
      said: `${name} (${formatDuration(atUs)})`,
    };
  }

  /** Whether a run that has ended so is to go on; says it. */
  wants({ failure }: RunResult): boolean {
    return failure?.cause instanceof ModelProcessError && this.#take(failure.message);
  }

  /** Whether to try once more where processes could not be had; says it. */
  wantsAfter(problem: string): boolean {
    return this.#take(problem);
  }

  /** Takes the results back to where the run goes on from, and answers what it begins with. */
  rewind(): RunStart | undefined {
    this.#output.rewind(this.#last.mark);
    return this.#last.start;
  }

  #take(problem: string): boolean {
    if (this.#made >= this.#most) return false;
    this.#made++;
    const { stderr } = this.#io;
    const head = styleFor(this.#io, stderr).yellow(`restart ${this.#made} of ${this.#most}`);
    stderr.write(`${head}: ${problem}; the run goes on from ${this.#last.said}\n`);
    return true;
  }
}
