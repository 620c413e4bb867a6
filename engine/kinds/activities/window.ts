/**
 * When an activity pays: its half-open window [start, end), within the run. With `after` its time begins where another
 * activity ends.
 */
import type { Arguments } from '../arguments.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';

/** Schema of the keys that all activities have which pay from one time to another. */
export const WINDOW_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  after: {
    title: 'After',
    description:
      'Name of another activity: this one begins when that one ends, which is after its `duration` or phases, or with its last payment when its `count` is reached before.',
    type: ['string', 'number', 'boolean'],
    examples: ['warm-up'],
    'x-text': 'name',
  },
  start: {
    $ref: '#/$defs/duration',
    description: 'Time of the start, since the start of the run or, with `after`, since the end of the other activity.',
  },
  duration: {
    $ref: '#/$defs/positiveDuration',
    description: 'Length; no payment is made at the end itself. Default: until the end of the run.',
  },
};

export interface Window {
  /** When the activity's time begins: 0, or the end of the activity that it comes after; µs. */
  readonly originUs: number;
  /** As written, from the start of the run, µs; null when absent. */
  readonly startUs: number | null;
  /** Excluded, µs. */
  readonly endUs: number;
  /** Whether the end is one of its own, and not merely that of the run. */
  readonly ends: boolean;
}

/** The window of an activity; one that starts after the run is warned of. `lengthUs` is the length where no key says it. */
export function readWindow(args: Arguments, context: PlanContext, lengthUs?: number): Window {
  const end = context.scenario.durationUs;
  const originUs = args.has('after') ? args.endOf('after') : 0;
  const startUs = args.has('start') ? originUs + args.durationUs('start', 0) : null;
  const beginUs = startUs ?? originUs;
  if (beginUs >= end && !args.failed) {
    const key = startUs === null ? 'after' : 'start';
    context.report('W601', args.place(key), 'the activity starts after the end of the run and makes no payment');
  }
  const length = args.has('duration') ? args.durationUs('duration', 0) : lengthUs;
  if (length === undefined) return { originUs, startUs, endUs: end, ends: false };
  return { originUs, startUs, endUs: Math.min(end, beginUs + length), ends: true };
}
