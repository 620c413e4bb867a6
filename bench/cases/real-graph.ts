/** Whole payments on the real graph: easy and hard ones. */
import type { Benchmark } from '../case.ts';
import { compileGraph, playGraph } from '../graph-run.ts';

const run: Benchmark['run'] = async ({ graph, repeats }, report) => {
  if (graph === undefined) return;
  for (const amountSat of [100, 100_000]) {
    const compiled = await compileGraph({ folder: graph, payments: 5000, amountSat, method: 'keysend', seed: 1 });
    const rates: number[] = [];
    const cpu: number[] = [];
    for (let repeat = 0; repeat < Math.min(repeats, 3); repeat++) {
      const { payments, spent } = await playGraph(compiled, 0);
      rates.push(payments / (spent.cpuMs / 1000));
      cpu.push(spent.cpuMs / payments);
    }
    report(`5000 keysends, with the building of the network, of ${amountSat} sat`, 'payments/s', rates);
    report(`5000 keysends, with the building of the network, of ${amountSat} sat`, 'ms a payment', cpu);
  }
};

export const benchmark: Benchmark = { name: 'real-graph', place: 7, run };
