/**
 * Warns of events that need a node which is stopped at their time. Only what is certain: as soon as an event on a
 * condition stops or starts nodes, nobody can say before the run, and nothing is said.
 */
import type { PlannedEvent } from './events.ts';
import type { Planner } from './planner.ts';

const STOPS: ReadonlySet<string> = new Set(['stop_node', 'crash_node']);
const STARTS = 'start_node';

/** Reports each such event once, at its arguments. */
export function warnOfStoppedNodes(planned: readonly PlannedEvent[], planner: Planner): void {
  const changes = (event: PlannedEvent): boolean => STOPS.has(event.kind.name) || event.kind.name === STARTS;
  if (planned.some((event) => event.timesUs === null && changes(event))) return;
  if (!planned.some(changes)) return;
  const steps = planned.flatMap((event, order) =>
    (event.timesUs ?? []).map((timeUs) => ({ event, order, timeUs, phase: event.kind.phase })),
  );
  steps.sort((a, b) => a.timeUs - b.timeUs || a.phase - b.phase || a.order - b.order);
  const stopped = new Set<number>();
  const warned = new Set<PlannedEvent>();
  for (const { event } of steps) {
    const { kind, args, use } = event;
    const needed = kind.needs?.(args) ?? [];
    // Stopping many of which some are stopped already is fine.
    const missing = STOPS.has(kind.name) && !needed.every((node) => stopped.has(node)) ? [] : needed;
    const node = missing.find((one) => stopped.has(one));
    if (node !== undefined && !warned.has(event)) {
      warned.add(event);
      const name = planner.network.nodes[node]?.name ?? '';
      planner.report('W621', use.args, `${name} is stopped at that time`);
    }
    if (STOPS.has(kind.name)) for (const one of needed) stopped.add(one);
    if (kind.name === STARTS) for (const one of args.nodes as readonly number[]) stopped.delete(one);
  }
}
