import { describe, expect, it } from 'vitest';
import { EVENT_NAMES, LIFECYCLE, STATE_NAMES } from './channel-lifecycle.ts';
import { compileLifecycle, lifecycleEdges } from './channel-machine.ts';

describe('channel lifecycle', () => {
  it('runs on a table that equals the XState machine', () => {
    expect(Array.from(LIFECYCLE)).toEqual(Array.from(compileLifecycle()));
    expect(LIFECYCLE).toHaveLength(STATE_NAMES.length * EVENT_NAMES.length);
  });

  it('lets every state be reached and ends only in closed and abandoned, but for reorganisations', () => {
    const edges = lifecycleEdges();
    const reached = new Set(['negotiating', ...edges.map(([, , to]) => to)]);
    expect([...reached].sort()).toEqual([...STATE_NAMES].sort());
    const left = new Set(edges.filter(([, event]) => !event.endsWith('_undone')).map(([from]) => from));
    expect(STATE_NAMES.filter((s) => !left.has(s))).toEqual(['closed', 'abandoned']);
  });
});
