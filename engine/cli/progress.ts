/** The line that a run shows on a terminal while it runs; on anything else it shows nothing. */
import type { RunProgress } from '../run/runner.ts';
import { clockText } from '../run/time-text.ts';
import type { CliIo } from './io.ts';

/** What keys do in a state of the run. */
export type KeyHints = Partial<Readonly<Record<RunProgress['state'], string>>>;

const CLEAR = '\r\u001b[K';

export class ProgressLine {
  readonly #io: CliIo;
  readonly #hints: KeyHints;
  #shown = false;
  #last: RunProgress | null = null;
  #rates = { records: 0, payments: 0 };

  constructor(io: CliIo, hints: KeyHints = {}) {
    this.#io = io;
    this.#hints = hints;
  }

  update(progress: RunProgress): void {
    if (!this.#io.stderr.isTty) return;
    const last = this.#last;
    // Rates over the last moment say more than those since the start.
    if (last === null || progress.wallMs - last.wallMs >= 500) {
      const ms = last === null ? 0 : progress.wallMs - last.wallMs;
      if (last !== null && ms > 0) {
        this.#rates = {
          records: ((progress.records - last.records) / ms) * 1000,
          payments: ((progress.paymentsResolved - last.paymentsResolved) / ms) * 1000,
        };
      }
      this.#last = progress;
    }
    const hint = this.#hints[progress.state];
    const text = `${progressText(progress, this.#rates)}${hint === undefined ? '' : `  (${hint})`}`;
    this.#io.stderr.write(`${CLEAR}${text.slice(0, this.#io.columns - 1)}`);
    this.#shown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#io.stderr.write(CLEAR);
    this.#shown = false;
  }
}

/** `running 00:00:35.0 of 00:01:10.0  50 %  1200 events/s  40 payments/s`. */
export function progressText(
  { state, virtualUs, endUs }: RunProgress,
  rates: { readonly records: number; readonly payments: number },
): string {
  const percent = endUs === 0 ? 100 : Math.floor((virtualUs / endUs) * 100);
  const short = (us: number): string => clockText(us).slice(0, -5);
  return [
    `${state} ${short(virtualUs)} of ${short(endUs)}`,
    `${percent} %`,
    `${Math.round(rates.records)} events/s`,
    `${Math.round(rates.payments)} payments/s`,
  ].join('  ');
}
