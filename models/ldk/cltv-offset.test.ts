import { describe, expect, it } from 'vitest';
import { type FakeChannel, FakeGraph } from '../lnd/testing/fake-host.ts';
import { cltvOffset } from './cltv-offset.ts';

const line: FakeChannel[] = Array.from({ length: 5 }, (_, i) => ({
  a: i,
  b: i + 1,
  capacitySat: 1_000_000,
  ab: { delta: 100 + i },
  ba: { delta: 200 + i },
}));
const graph = new FakeGraph(6, line);

describe('the offset', () => {
  it('is the time locks of one to three steps on from the payee, 40 where a step leads back', () => {
    const seen = new Set<number>();
    for (let search = 0; search < 200; search++) seen.add(cltvOffset(graph, [0, 1, 2], 900, 7, 9, search));
    const steps = [40, 102, 103, 104, 202, 203, 204];
    const sums = new Set(steps);
    for (const a of steps) for (const b of steps) sums.add(a + b);
    for (const a of steps) for (const b of steps) for (const c of steps) sums.add(a + b + c);
    for (const offset of seen) expect(sums).toContain(offset);
    expect(seen.size).toBeGreaterThan(4);
  });

  it('is the same for the same draw', () => {
    expect(cltvOffset(graph, [0, 1], 900, 1, 2, 3)).toBe(cltvOffset(graph, [0, 1], 900, 1, 2, 3));
  });

  it('stays within what the limit leaves, in steps of 40, and within 432', () => {
    const far = new FakeGraph(
      6,
      line.map((channel) => ({ ...channel, ab: { delta: 400 } })),
    );
    for (let search = 0; search < 100; search++) {
      expect(cltvOffset(graph, [0, 1, 2], 85, 7, 9, search)).toBeLessThanOrEqual(80);
      expect(cltvOffset(graph, [0, 1, 2], 30, 7, 9, search)).toBeLessThanOrEqual(30);
      expect(cltvOffset(far, [0, 1, 2], 2000, 7, 9, search)).toBeLessThanOrEqual(432);
    }
  });
});
