/** From the text of a scenario to a sealed timeline. */
import type { Benchmark } from '../case.ts';
import { spend } from '../measure.ts';
import { compileNamed } from '../scenarios.ts';

const run: Benchmark['run'] = async ({ repeats }, report) => {
  const values: number[] = [];
  await compileNamed('two-hundred-nodes');
  for (let repeat = 0; repeat < repeats; repeat++) {
    values.push((await spend(() => compileNamed('two-hundred-nodes')))[1].cpuMs);
  }
  report('two-hundred-nodes', 'ms', values);
};

export const benchmark: Benchmark = { name: 'compile', place: 2, run };
