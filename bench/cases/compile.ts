/** From the text of a scenario to a sealed timeline with its digest: a small network, a large one. Payments by the million: timeline.ts. */
import type { Benchmark } from '../case.ts';
import { spend } from '../measure.ts';
import { compileNamed } from '../scenarios.ts';

const SCENARIOS: readonly string[] = ['two-hundred-nodes', 'profile/nodes-10000'];

const run: Benchmark['run'] = async ({ repeats }, report) => {
  for (const name of SCENARIOS) {
    const values: number[] = [];
    const { timelineDigest } = await compileNamed(name);
    for (let repeat = 0; repeat < repeats; repeat++) {
      // Digests are computed when somebody asks for them.
      const [digest, { cpuMs }] = await spend(async () => (await compileNamed(name)).timelineDigest);
      if (digest !== timelineDigest) throw new Error(`${name}: the timeline changes`);
      values.push(cpuMs);
    }
    report(name, 'ms', values);
  }
};

export const benchmark: Benchmark = { name: 'compile', place: 2, run };
