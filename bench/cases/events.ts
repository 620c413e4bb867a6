/**
 * Events without path finding: payments along routes that the scenario gives, through four hops, with the commitments
 * exchanged, records made and digested. An event is one entry of the queue; a payment has six of them here, since updates
 * share commitments, and sixteen records. Once with the host's hash, as runs that keep no state have it, once with the engine's.
 * Machine code is made during the first rounds, on other threads; they are told apart from the others.
 */
import type { Benchmark } from '../case.ts';
import { spend } from '../measure.ts';
import { compileText, play } from '../scenarios.ts';

const TEXT = `version: 1
duration: 1000s
nodes:
  n: { count: 5 }
defaults:
  channel: { capacity: 16_000_000 sat, push: 8_000_000 sat }
channels:
  a: { from: n-0, to: n-1 }
  b: { from: n-1, to: n-2 }
  c: { from: n-2, to: n-3 }
  d: { from: n-3, to: n-4 }
activity:
  forth: { source: n-0, destination: n-4, interval: 10ms, amount: 100 sat, route: [a, b, c, d] }
  back: { source: n-4, destination: n-0, interval: 10ms, amount: 100 sat, route: [d, c, b, a] }
`;

/** Rounds of each kind before those that count. */
const WARM_UP = 2;

const run: Benchmark['run'] = async ({ repeats }, report) => {
  const compiled = await compileText(TEXT, 'events.yml');
  const kinds = [
    { of: 'events, routes given', ownHash: false },
    { of: 'the same, a state may be kept', ownHash: true },
  ].map((kind) => ({ ...kind, rates: [] as number[], payments: [] as number[] }));
  const first: number[] = [];
  for (let round = 0; round < WARM_UP + repeats; round++) {
    for (const kind of round % 2 === 0 ? kinds : [...kinds].reverse()) {
      const [result, { cpuMs }] = await spend(() => play(compiled, false, kind.ownHash));
      const rate = Number(result.backendMetrics.physics_events) / (cpuMs / 1000);
      if (first.length === 0) first.push(rate);
      if (round < WARM_UP) continue;
      kind.rates.push(rate);
      kind.payments.push(compiled.timeline.payments.length / (cpuMs / 1000));
    }
  }
  for (const { of, rates } of kinds) report(of, 'events/s', rates);
  report('the first run of a process', 'events/s', first);
  report('payments of four hops', 'payments/s', kinds[0]?.payments ?? []);
};

export const benchmark: Benchmark = { name: 'events', place: 4.5, run };
