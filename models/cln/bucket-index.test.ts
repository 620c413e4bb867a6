import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { BucketIndex, Values } from './bucket-index.ts';

function listOf(numbers: readonly number[]): Values {
  const list = new Values();
  for (const one of numbers) list.add(one);
  return list;
}

describe.each([
  ['numbers', false],
  ['probabilities', true],
])('%s', (_, probabilities) => {
  it('have the rank that sorting gives them, with some taken out and others put in', () => {
    const stream = new RandomStream([1, 2, 3, probabilities ? 4 : 5]);
    const draw = (): number => {
      const unit = stream.unit();
      if (probabilities) return 1 - unit * unit * unit * unit;
      return unit < 0.2 ? 0 : unit < 0.6 ? Math.floor(1e6 * stream.unit()) : 1e-3 * stream.unit();
    };
    for (let round = 0; round < 20; round++) {
      const all = Array.from({ length: 500 }, draw);
      const index = new BucketIndex(probabilities);
      index.build(Float64Array.from(all), all.length);
      const out = all.slice(0, 60);
      const put = Array.from({ length: 40 }, draw);
      const sorted = [...all.slice(60), ...put].sort((a, b) => (probabilities ? b - a : a - b));
      for (const rank of [0, 1, 100, 240, sorted.length - 1]) {
        expect(index.select(rank, listOf(out), listOf(put))).toBe(sorted[rank]);
      }
      expect(index.select(0, listOf([]), listOf([]))).toBe(probabilities ? Math.max(...all) : Math.min(...all));
    }
  });
});
