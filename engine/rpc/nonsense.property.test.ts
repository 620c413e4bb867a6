/** Well-formed answers that make no sense end a run with what is wrong with them, or are what a model may do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { network } from '../simulate/testing/random-network.ts';
import { play } from '../simulate/testing/random-play.ts';
import { step } from '../simulate/testing/random-steps.ts';
import { ModelProcessError } from './model-process-error.ts';
import { type Corruption, corruptedKinds } from './testing/corrupting.ts';

const corruption: fc.Arbitrary<Corruption> = fc.record({
  turn: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 150 })),
  leaf: fc.nat({ max: 1_000_000 }),
  number: fc.oneof(
    fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1, 2 ** 53 - 1, 1 - 2 ** 53),
    fc.integer({ min: -1000, max: 1_000_000_000 }),
  ),
  text: fc.constantFrom('', '{', '[]', 'null', '{"payments":7}', 'x'.repeat(3000)),
  act: fc.constantFrom('change', 'change', 'change', 'drop', 'repeat', 'add'),
});

describe('answers that make no sense', () => {
  const runs = Math.ceil(Number(process.env.BLAST_PROPERTY_RUNS ?? 400) / 4);

  it(
    'never break the engine',
    () => {
      const ended = { refused: 0, played: 0 };
      fc.assert(
        fc.property(
          network,
          fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
          corruption,
          (t, steps, wrong) => {
            try {
              play({ ...t, models: () => corruptedKinds(MODEL_KINDS, wrong).kinds }, steps);
              ended.played++;
            } catch (error) {
              if (!(error instanceof ModelProcessError)) throw error;
              expect(error.message).toMatch(/^E808 model \w+, \w+( of \S+)? at [\d.]+ s: ./);
              ended.refused++;
            }
          },
        ),
        { numRuns: runs, endOnFailure: true },
      );
      for (const [what, n] of Object.entries(ended)) expect(n, what).toBeGreaterThan(0);
    },
    120_000 + 3000 * runs,
  );
});
