/** Whole runs of scenarios, with and without --check. */
import type { Benchmark } from '../case.ts';
import { spend } from '../measure.ts';
import { compileNamed, play } from '../scenarios.ts';

const SCENARIOS: readonly string[] = ['blast-phase2/test2', 'outage', 'two-hundred-nodes'];

const run: Benchmark['run'] = async ({ repeats }, report) => {
  for (const name of SCENARIOS) {
    const compiled = await compileNamed(name);
    const [once, warm] = await spend(() => play(compiled, false));
    const checkedOnce = await play(compiled, true);
    if (once.runDigest !== checkedOnce.runDigest) throw new Error(`${name}: checking changes the run`);
    // A short run is played several times, so that a measurement takes a fifth of a second or more.
    const times = Math.ceil(200 / warm.cpuMs);
    const several = async (check: boolean): Promise<void> => {
      for (let i = 0; i < times; i++) await play(compiled, check);
    };
    const rates: number[] = [];
    const speeds: number[] = [];
    const ratios: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const odd = repeat % 2 === 1;
      const [, first] = await spend(() => several(odd));
      const [, second] = await spend(() => several(!odd));
      const plain = odd ? second : first;
      const checked = odd ? first : second;
      rates.push((times * Number(once.backendMetrics.physics_events)) / (plain.cpuMs / 1000));
      speeds.push((times * once.drainedUs) / 1000 / plain.cpuMs);
      ratios.push(checked.cpuMs / plain.cpuMs);
    }
    report(name, 'events/s', rates);
    report(`${name}, virtual time by time`, 'x', speeds);
    report(`${name}, with --check by without`, 'x', ratios);
  }
};

export const benchmark: Benchmark = { name: 'run', place: 4, run };
