/** The event queue. */
import { RandomStream } from '../../engine/base/random.ts';
import { EventQueue } from '../../engine/simulate/event-queue.ts';
import type { Benchmark } from '../case.ts';
import { spend } from '../measure.ts';

/** Pops the first event and pushes one later, with so many pending all the time. */
const run: Benchmark['run'] = async ({ repeats }, report) => {
  const turns = 500_000;
  for (const pending of [1_000, 100_000]) {
    const values: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const random = RandomStream.named(repeat, 'bench', 'queue', String(pending));
      const delays = Float64Array.from({ length: 4096 }, () => random.integer(1, 1_000_000));
      const q = new EventQueue();
      for (let i = 0; i < pending; i++) q.push(random.integer(1, 1_000_000), 0, i, 0);
      const [, { cpuMs }] = await spend(() => {
        for (let i = 0; i < turns; i++) {
          q.pop();
          q.push(q.time + (delays[i & 4095] as number), q.kind, q.a, q.b);
        }
      });
      values.push((1e6 * cpuMs) / turns);
    }
    report(`pop and push, ${pending} pending`, 'ns', values);
    report(
      `hold operations (one of each), ${pending} pending`,
      'million/s',
      values.map((ns) => 1_000 / ns),
    );
  }
};

export const benchmark: Benchmark = { name: 'queue', place: 1, run };
