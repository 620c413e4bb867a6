/** When an activity pays: its half-open window [start, end), within the run. */
import type { Arguments } from '../arguments.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';

/** Schema of the keys that all activities have. */
export const WINDOW_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  start: {
    $ref: '#/$defs/duration',
    description: 'Time of the start. `0s` is the start of the run.',
  },
  duration: {
    $ref: '#/$defs/positiveDuration',
    description: 'Length; no payment is made at the end itself. Default: until the end of the run.',
  },
};

export interface Window {
  /** As written, µs; null when absent. */
  readonly startUs: number | null;
  /** Excluded, µs. */
  readonly endUs: number;
}

/** The window of an activity; one that starts after the run is warned of. */
export function readWindow(args: Arguments, context: PlanContext): Window {
  const end = context.scenario.durationUs;
  const startUs = args.has('start') ? args.durationUs('start', 0) : null;
  if (startUs !== null && startUs >= end) {
    context.report('W601', args.place('start'), 'the activity starts after the end of the run and makes no payment');
  }
  if (!args.has('duration')) return { startUs, endUs: end };
  return { startUs, endUs: Math.min(end, (startUs ?? 0) + args.durationUs('duration', 0)) };
}
