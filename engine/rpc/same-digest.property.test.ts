/** Random networks whose models stand behind the protocol do what they do without it, also across a reload. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { network, play, step } from '../simulate/testing/random-play.ts';
import { loopbackKinds } from './testing/loopback.ts';

describe('models behind the protocol', () => {
  const runs = Math.ceil(Number(process.env.BLAST_PROPERTY_RUNS ?? 400) / 10);

  it(
    'decide as those of this process',
    () => {
      fc.assert(
        fc.property(
          network,
          fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }),
          fc.nat({ max: 200 }),
          (t, steps, reloadAt) => {
            const here = play(t, steps);
            let calls = 0;
            const there = play({ ...t, models: () => loopbackKinds(MODEL_KINDS).kinds }, steps, (run) => {
              if (calls++ === reloadAt) run.reload();
            });
            expect(there.texts).toEqual(here.texts);
            expect(there.records).toEqual(here.records);
            expect(there.results).toEqual(here.results);
            expect(there.simulation.capture()).toEqual(here.simulation.capture());
            expect(there.simulation.stateDigest()).toBe(here.simulation.stateDigest());
          },
        ),
        { numRuns: runs, endOnFailure: true },
      );
    },
    120_000 + 3000 * runs,
  );
});
