import { describe, expect, it } from 'vitest';
import { FakeGraph } from '../lnd/testing/fake-host.ts';
import { GraphFollower } from './graph-follower.ts';

const channels = Array.from({ length: 10 }, (_, i) => ({ a: i, b: i + 1, capacitySat: 1000 }));
const ALL = Array.from({ length: 20 }, (_, edge) => edge);

function followed() {
  let graph = new FakeGraph(11, channels);
  let laidOut = 0;
  const written: number[] = [];
  const follower = new GraphFollower({
    layOut: () => {
      laidOut++;
      written.length = 0;
    },
    write: (_, edge) => written.push(edge),
  });
  /** What the next catching up does: whether it lays out, and what it writes. */
  const next = (): [boolean, number[]] => {
    const before = laidOut;
    written.length = 0;
    follower.follow(graph);
    return [laidOut > before, [...written]];
  };
  return {
    next,
    touch: (...edges: readonly number[]) => {
      for (const edge of edges) graph.touch(edge);
    },
    change: () => {
      const { changes } = graph;
      graph = new FakeGraph(11, channels);
      graph.changes = changes;
    },
  };
}

describe('a copy of the graph', () => {
  it('is laid out, and all of it written, when channels came or went', () => {
    const { next, change } = followed();
    const [laidOut, written] = next();
    expect([laidOut, written.sort((a, b) => a - b)]).toEqual([true, ALL]);
    expect(next()).toEqual([false, []]);
    change();
    expect(next()[0]).toBe(true);
  });

  it('follows edge by edge, in the order of the changes', () => {
    const { next, touch } = followed();
    next();
    touch(7, 3, 7);
    expect(next()).toEqual([false, [7, 3, 7]]);
    // Round the ring of 8 that the graph remembers.
    touch(1, 2, 3, 4, 5, 6, 7, 8);
    expect(next()).toEqual([false, [1, 2, 3, 4, 5, 6, 7, 8]]);
    expect(next()).toEqual([false, []]);
  });

  it('is written anew, but not laid out, when more changed than the graph remembers', () => {
    const { next, touch } = followed();
    next();
    touch(1, 1, 1, 1, 1, 1, 1, 1, 1);
    const [laidOut, written] = next();
    expect([laidOut, written.sort((a, b) => a - b)]).toEqual([false, ALL]);
    touch(2);
    expect(next()).toEqual([false, [2]]);
  });

  it('needs no changes told that came with new channels', () => {
    const { next, touch, change } = followed();
    next();
    touch(4);
    change();
    expect(next()[1]).toHaveLength(ALL.length);
    expect(next()).toEqual([false, []]);
  });
});
