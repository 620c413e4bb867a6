/** Saving and loading a state. */
import type { Benchmark } from '../case.ts';
import { compileGraph } from '../graph-run.ts';
import { compileNamed } from '../scenarios.ts';
import { measureSnapshots } from '../snapshots.ts';

/** The state after 5,000 payments on the real graph, or else after a day on 1,000 generated nodes. CPU times. */
const run: Benchmark['run'] = async ({ graph, repeats }, report) => {
  if (graph === undefined) {
    await measureSnapshots(await compileNamed('mainnet-like'), repeats, report);
    return;
  }
  const traffic = { folder: graph, payments: 5000, amountSat: 100, method: 'keysend', seed: 1 } as const;
  const { timeline, digest } = await compileGraph(traffic);
  await measureSnapshots({ timeline, timelineDigest: digest }, repeats, report);
};

export const benchmark: Benchmark = { name: 'snapshots', place: 8, run };
