/**
 * Payments that were in flight in the state that a scenario begins in. They go on, under activities of their own, and
 * are none of the scenario's: totals leave them out.
 */

/** Kind of the activities that hold them. */
export const CARRIED_KIND = 'carried';

/** Begins the names of such activities; no name in a file has a slash. */
const PREFIX = 'snapshot/';

/** Name under which the payments of an activity go on. */
export function carriedActivity(name: string): string {
  return name.startsWith(PREFIX) ? name : PREFIX + name;
}
