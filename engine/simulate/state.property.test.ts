/** Saving and loading changes nothing, at whatever instant. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../base/json.ts';
import type { SimulationState } from './state.ts';
import { type TestNetwork, TestRun } from './testing/network.ts';
import { network } from './testing/random-network.ts';
import { play } from './testing/random-play.ts';
import { type Step, step } from './testing/random-steps.ts';

/** What a run leaves: everything that happened, and the state at its end in two forms. */
function traces(run: TestRun): readonly string[] {
  const { simulation } = run;
  return [run.digest(), simulation.stateDigest(), canonicalJson(simulation.capture() as unknown as Json)];
}

describe('a state that is saved and loaded', () => {
  // Most of a run is states that are saved, loaded and compared: a fifth costs what the plain property does.
  const runs = Math.max(400, Math.ceil(Number(process.env.BLAST_PROPERTY_RUNS ?? 400) / 5));
  const inFlight = {
    admitted: 0,
    waiting: 0,
    tracked: 0,
    htlcs: 0,
    closings: 0,
    commitments: 0,
    exchanges: 0,
    held: 0,
    mempool: 0,
    backlogs: 0,
    minima: 0,
    bids: 0,
    anchors: 0,
    invoices: 0,
    heldInvoices: 0,
    undoable: 0,
    spentUndoable: 0,
  };

  function note(state: SimulationState): void {
    inFlight.htlcs += state.htlcs.length;
    inFlight.admitted += state.defences?.admitted.length ?? 0;
    inFlight.tracked += state.defences?.forwards.length ?? 0;
    for (const { peers } of state.defences?.breakers ?? []) for (const p of peers) inFlight.waiting += p.length - 4;
    inFlight.closings += state.closings.signed.length;
    for (const { steps } of state.chain.blocks ?? []) inFlight.undoable += steps.length;
    for (const { spent } of state.chain.outputs) inFlight.spentUndoable += spent === true ? 1 : 0;
    inFlight.mempool += state.chain.mempool.length;
    inFlight.backlogs += state.chain.backlog?.bands.length ?? 0;
    inFlight.minima += (state.chain.backlog?.minimum_per_kw ?? 0) > 0 ? 1 : 0;
    for (const { bid, kind } of state.chain.mempool) {
      inFlight.bids += bid === undefined ? 0 : 1;
      inFlight.anchors += kind === 'anchor' ? 1 : 0;
    }
    for (const { state: of } of state.invoices ?? []) {
      inFlight.invoices++;
      inFlight.heldInvoices += of === 'held' ? 1 : 0;
    }
    for (const { held } of state.payments) inFlight.held += held === undefined ? 0 : 1;
    for (const { commitment, exchange } of state.channels) {
      inFlight.commitments += commitment === undefined ? 0 : 1;
      inFlight.exchanges += exchange === undefined ? 0 : 1;
    }
  }

  it(
    'goes on as if nothing had been, cut again and again',
    () => {
      const parts = fc.tuple(
        network,
        fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 40 }),
      );
      fc.assert(
        fc.property(parts, ([t, steps, every]: [TestNetwork, Step[], number]) => {
          let calls = 0;
          const cut = play(t, steps, (run) => {
            if (++calls % every !== 0) return;
            const before = run.simulation.capture();
            const digest = run.simulation.stateDigest();
            note(before);
            run.reload();
            expect(run.simulation.stateDigest()).toBe(digest);
            expect(run.simulation.capture()).toEqual(before);
            expect(run.simulation.brokenInvariant()).toBeNull();
          });
          expect(traces(cut)).toEqual(traces(play(t, steps)));
        }),
        { numRuns: runs },
      );
    },
    300_000 + 1000 * runs,
  );

  it('was cut with something of every kind under way', () => {
    for (const [what, times] of Object.entries(inFlight)) expect(times, what).toBeGreaterThan(0);
  });
});

describe('a state', () => {
  it('keeps what came due at a node that is stopped', () => {
    const play = (cut: boolean): readonly string[] => {
      const run = new TestRun({
        nodes: [{}, {}],
        channels: [{ node0: 0, node1: 1 }],
        payments: [{ source: 0, destination: 1, amountMsat: 1_000_000 }],
        profiles: [{ method: 'invoice', holdUs: 5_000_000 }],
      });
      run.simulation.pay(0);
      run.until(2);
      run.simulation.stopNode(1);
      run.until(8);
      expect(run.simulation.capture().nodes[1]?.deferred).toHaveLength(3);
      if (cut) run.reload();
      run.simulation.startNode(1);
      run.until(60);
      expect(run.results).toHaveLength(1);
      return traces(run);
    };
    expect(play(true)).toEqual(play(false));
  });

  it('keeps of which endings upstream has heard, as long as they may be undone', () => {
    const play = (cut: boolean): readonly string[] => {
      const run = new TestRun({
        nodes: [{}, { walletSat: 1_000_000 }, {}],
        channels: [
          { node0: 0, node1: 1 },
          { node0: 1, node1: 2 },
        ],
        payments: [{ source: 0, destination: 2, amountMsat: 200_000 }],
        profiles: [{ method: 'invoice', holdUs: 3_000_000_000 }],
        reorgDepth: 12,
      });
      run.simulation.pay(0);
      run.until(5);
      run.simulation.stopNode(2);
      run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
      run.simulation.mine(5);
      run.until(20);
      expect(run.simulation.capture().endings_told).toHaveLength(1);
      if (cut) run.reload();
      run.simulation.mine(20);
      run.until(60);
      return traces(run);
    };
    expect(play(true)).toEqual(play(false));
  });

  it('of a fresh network says little', () => {
    const run = new TestRun({ nodes: [{ walletSat: 5 }, {}], channels: [{ node0: 0, node1: 1 }] });
    expect(run.simulation.capture()).toMatchSnapshot();
  });
});
