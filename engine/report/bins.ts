/** Counts between values that are a third of a power of ten apart (1, 2, 5), for what spans many of them. */
import type { Bar } from './charts.ts';

const STEPS: readonly number[] = [1, 2, 5];

export class LogBins {
  /** Values of exactly 0, which have no place among the others. */
  #zeros = 0;
  /** By the number of the third: 0 holds from 1 up to 2. */
  readonly #counts: Map<number, number> = new Map();
  #all = 0;

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#all++;
    if (value <= 0) {
      this.#zeros++;
      return;
    }
    const bin = binOf(value);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
  }

  get count(): number {
    return this.#all;
  }

  /** From the smallest to the largest value, with those between in which there is none. */
  bars(text: (value: number) => string): readonly Bar[] {
    const used = [...this.#counts.keys()];
    const bars: Bar[] = this.#zeros === 0 ? [] : [{ name: text(0), value: this.#zeros }];
    if (used.length === 0) return bars;
    for (let bin = Math.min(...used); bin <= Math.max(...used); bin++) {
      const value = this.#counts.get(bin) ?? 0;
      const [from, to] = [text(lowOf(bin)), text(lowOf(bin + 1))];
      bars.push({ name: from, value, words: `${from} to ${to}: ${value}` });
    }
    return bars;
  }
}

/** Multiplied and divided only, so that every machine puts a value into the same bin. */
function binOf(value: number): number {
  let power = 0;
  let rest = value;
  while (rest >= 10) {
    rest /= 10;
    power++;
  }
  while (rest < 1) {
    rest *= 10;
    power--;
  }
  return 3 * power + (rest >= 5 ? 2 : rest >= 2 ? 1 : 0);
}

function lowOf(bin: number): number {
  const power = Math.floor(bin / 3);
  const step = STEPS[bin - 3 * power] as number;
  return Number(`${step}e${power}`);
}
