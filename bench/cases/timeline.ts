/** Payments that become a timeline. */
import type { Benchmark } from '../case.ts';
import { measureTimelines } from '../timeline.ts';

export const benchmark: Benchmark = {
  name: 'timeline',
  place: 3,
  run: ({ repeats }, report) => measureTimelines(repeats, report),
};
