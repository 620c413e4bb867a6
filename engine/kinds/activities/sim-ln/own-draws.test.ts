import { expect, test } from 'vitest';
import { ChaCha8 } from './chacha8.ts';
import { OwnDraws } from './own-draws.ts';
import { WeightedDraws } from './weighted-draws.ts';
import { WeightedIndex } from './weighted-index.ts';
import { standardExponential, standardNormal } from './ziggurat.ts';

test('draws of batches are those of the generator one by one, whoever comes between', () => {
  const seeds = [1n, 2n, 3n];
  const alone = seeds.map((seed) => new ChaCha8(seed));
  const own = new OwnDraws(seeds.map((seed) => new ChaCha8(seed)));
  for (let step = 0; step < 500; step++) {
    const node = (step * step) % seeds.length;
    const random = alone[node] as ChaCha8;
    const at = own.next(node);
    expect([own.values[at], own.values[at + 1]]).toEqual([standardExponential(random), standardNormal(random)]);
  }
});

test('destinations of batches are those one by one', () => {
  const weights = [5, 1, 3, 7e12];
  const alone = new ChaCha8(9n);
  const index = new WeightedIndex(weights);
  const draws = new WeightedDraws(weights, new ChaCha8(9n));
  for (let step = 0; step < 1000; step++) expect(draws.next()).toBe(index.draw(alone));
});
