import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE } from './failure.ts';
import { OUTCOME, RECORD, TX, TX_NAMES } from './records.ts';
import type { RoutingTraceSink } from './routing-trace.ts';
import { network } from './testing/random-network.ts';
import { play } from './testing/random-play.ts';
import { step } from './testing/random-steps.ts';

describe('random networks and timelines', () => {
  const runs = Number(process.env.BLAST_PROPERTY_RUNS ?? 400);
  const limitMs = 300_000 + 1000 * runs;

  const seen = new Set<number>();
  const outcomes = new Set<number>();
  const failures = new Set<number>();
  const transactions = new Set<number>();
  const endings = new Set<number>();
  const revoked = new Set<string>();
  const undone = new Set<string>();
  const circles = new Set<string>();

  it(
    'keeps every invariant after every event, resolves every payment and frees every HTLC',
    () => {
      fc.assert(
        fc.property(network, fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), (t, steps) => {
          const run = play(t, steps);
          for (const [code, , a, b, c] of run.records) {
            seen.add(code);
            if (code === RECORD.paymentResolved) outcomes.add(b);
            if (code === RECORD.attemptFailed) failures.add(c);
            if (code === RECORD.txConfirmed) transactions.add(a);
            if (code === RECORD.htlcOnChain) endings.add(c);
            if (code === RECORD.revokedOutput) revoked.add(`${b}${c}`);
            if (code === RECORD.txUndone) undone.add(`${TX_NAMES[a]} ${c === 1 ? 'waits' : 'is gone'}`);
          }
          for (const { outcome, route } of run.results) {
            const isCircle = route.length > 1 && route[0] === route.at(-1);
            if (isCircle && outcome === OUTCOME.Success) circles.add(t.nodes[route[0]!]!.model!);
          }
          const w = run.simulation.world;
          expect(run.simulation.brokenInvariant()).toBeNull();
          const started = run.of(RECORD.paymentStarted).length;
          expect(run.results).toHaveLength(started);
          expect(w.payments.running).toBe(0);
          expect(w.htlcs.live).toBe(0);
          expect([...w.attempts.slots()]).toEqual([]);
          for (let n = 0; n < w.nodeCount; n++) {
            expect(w.modelOf(n).capture(n), `memory of node ${n}`).toMatchObject({ payments: [] });
          }
          // One look at all of them: an assertion for each record takes longer than the run that wrote it.
          const backwards = run.records.findIndex(([, time], i) => time < (run.records[i - 1]?.[1] ?? 0));
          expect(run.records[backwards], 'a record earlier than the one before it').toBeUndefined();
        }),
        { numRuns: runs },
      );
    },
    limitMs,
  );

  it('reaches every corner of the physics while doing so', () => {
    const all = Object.values(RECORD).filter((code) => !seen.has(code));
    expect(all).toEqual([]);
    expect([...transactions].sort((a, b) => a - b)).toEqual(Object.values(TX));
    expect([...endings].sort()).toEqual([1, 2, 3]);
    // Balances, HTLCs and second-level outputs, taken by the victim and by the cheater; the latter are rare.
    const wanted = runs < 3000 ? ['11', '12', '21'] : ['11', '12', '21', '22', '31', '32'];
    expect([...revoked]).toEqual(expect.arrayContaining(wanted));
    const waits = ['funding', 'coopClose', 'commitment', 'sweepLocal', 'sweepRemote', 'send'].map(
      (tx) => `${tx} waits`,
    );
    const gone = ['sweepLocal', 'sweepRemote', 'htlcTimeout'].map((tx) => `${tx} is gone`);
    expect([...undone]).toEqual(expect.arrayContaining([...waits, ...gone]));
    // Payments of nodes to themselves, which these only send along a given route.
    expect([...circles]).toEqual(expect.arrayContaining(['eclair', 'ldk']));
    for (const o of [OUTCOME.Success, OUTCOME.RouteNotFound, OUTCOME.InsufficientBalance, OUTCOME.NotDispatched]) {
      expect(outcomes).toContain(o);
    }
    for (const f of [
      FAILURE.temporary_channel_failure,
      FAILURE.unknown_next_peer,
      FAILURE.fee_insufficient,
      FAILURE.permanent_channel_failure,
      FAILURE.mpp_timeout,
      FAILURE.incorrect_or_unknown_payment_details,
    ]) {
      expect(failures.has(f), `failure ${f.toString(16)}`).toBe(true);
    }
  });

  it(
    'does the same twice, and when all payments are traced',
    () => {
      let steps = 0;
      const trace: RoutingTraceSink = { wants: () => true, step: () => steps++ };
      fc.assert(
        fc.property(network, fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), (t, todo) => {
          const plain = play(t, todo);
          const traced = play(t, todo, () => {}, trace);
          expect(traced.digest()).toBe(plain.digest());
          expect(traced.simulation.stateDigest()).toBe(plain.simulation.stateDigest());
        }),
        { numRuns: Math.ceil(runs / 5) },
      );
      expect(steps).toBeGreaterThan(runs);
    },
    limitMs,
  );
});
