/**
 * What a sweep shows while it runs: on a terminal one line that is kept up to date, elsewhere a line for each finished
 * cell. Only for people; nothing of it is in the results.
 */
import { wallText } from '../run/time-text.ts';
import type { CellResult } from '../sweep/job.ts';
import { counted } from './diagnostics-output.ts';
import type { CliIo } from './io.ts';

const CLEAR = '\r\u001b[K';
/** Time between two pictures of the line, ms. */
const PICTURE_MS = 100;

export class SweepProgress {
  readonly #io: CliIo;
  #cells = 0;
  #before = 0;
  #finished = 0;
  #running = 0;
  #failed = 0;
  #unmet = 0;
  #startedMs: number;
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(io: CliIo) {
    this.#io = io;
    this.#startedMs = io.clock.now();
  }

  planned(cells: number, finished: number): void {
    this.#cells = cells;
    this.#before = finished;
    this.#finished = finished;
    this.#startedMs = this.#io.clock.now();
    if (!this.#io.stderr.isTty && finished > 0)
      this.#io.stderr.write(`${finished} of ${cells} cells were finished before\n`);
  }

  started(): void {
    this.#running++;
    this.#show(false);
  }

  finished(result: CellResult): void {
    this.#running--;
    this.#finished++;
    if (result.state === 'failed') this.#failed++;
    else if (result.expectations.failed > 0) this.#unmet++;
    if (this.#io.stderr.isTty) this.#show(this.#finished === this.#cells);
    else this.#io.stderr.write(`[${this.#finished}/${this.#cells}] ${result.key} ${stateText(result)}\n`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#io.stderr.isTty) this.#io.stderr.write(CLEAR);
  }

  #show(last: boolean): void {
    const { stderr, clock, columns } = this.#io;
    if (!stderr.isTty) return;
    const nowMs = clock.now();
    if (!last && nowMs - this.#shownMs < PICTURE_MS) return;
    this.#shownMs = nowMs;
    const done = this.#finished - this.#before;
    const left = this.#cells - this.#finished;
    const parts = [
      `${this.#finished}/${this.#cells} cells`,
      `${this.#running} running`,
      ...(this.#failed > 0 ? [`${this.#failed} failed`] : []),
      ...(this.#unmet > 0 ? [`${this.#unmet} with failed expectations`] : []),
      `${Math.floor((this.#finished / Math.max(1, this.#cells)) * 100)} %`,
      ...(done > 0 && left > 0 ? [`${wallText(((nowMs - this.#startedMs) / done) * left)} left`] : []),
    ];
    stderr.write(`${CLEAR}${parts.join('  ').slice(0, columns - 1)}`);
  }
}

/** What came of a cell in a few words. */
export function stateText({ state, failure, expectations }: CellResult): string {
  if (failure !== null) return `${state}: ${failure.message}`;
  return expectations.failed > 0 ? `${state}, ${counted(expectations.failed, 'expectation')} failed` : state;
}
