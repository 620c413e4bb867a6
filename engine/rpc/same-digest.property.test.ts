/** Random networks whose models stand behind the protocol do what they do without it, also across a reload. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { OUTCOME } from '../simulate/records.ts';
import { TestRun } from '../simulate/testing/network.ts';
import { network } from '../simulate/testing/random-network.ts';
import { play } from '../simulate/testing/random-play.ts';
import { step } from '../simulate/testing/random-steps.ts';
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

  it.each(['cln', 'eclair', 'ldk', 'lnd'])('hear that a channel is closed which a route names: %s', (model) => {
    const ring = {
      nodes: [{ model }, { model }, { model }],
      channels: [0, 1, 2].map((node0) => ({ node0, node1: (node0 + 1) % 3 })),
      payments: [0, 0].map((node) => ({ source: node, destination: node, amountMsat: 20_000_000 })),
      profiles: [{ method: 'invoice' as const }],
    };
    const run = new TestRun({ ...ring, models: () => loopbackKinds(MODEL_KINDS).kinds });
    const order = { node: 0, outChannel: 0, inChannel: 2, amountMsat: 20_000_000, maxFeeMsat: -1, route: [0, 1, 2] };
    run.simulation.rebalance({ ...order, row: 0 });
    run.until(10);
    run.simulation.closeChannel({ channel: 0, force: false, by: 0 });
    run.until(20);
    run.simulation.mine(10);
    run.simulation.rebalance({ ...order, row: 1 });
    run.until(30);
    expect(run.results).toMatchObject([
      { payment: 0, outcome: OUTCOME.Success },
      { payment: 1, outcome: OUTCOME.RouteNotFound, attempts: 0 },
    ]);
  });
});
