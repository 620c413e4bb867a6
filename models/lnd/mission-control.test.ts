import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { MissionControl } from './mission-control.ts';

const MINUTE = 60_000_000;

/** A pair's row: success amount and time, failure amount and time. */
function row(control: MissionControl, from = 1, to = 2): number[] | null {
  const e = control.find(from, to);
  if (e < 0) return null;
  return [control.successAmount, control.successTime, control.failAmount, control.failTime].map((c) => c[e] as number);
}

describe('a success', () => {
  it('raises the success amount, never lowers it', () => {
    const control = new MissionControl();
    control.succeed(1, 2, 500, 10);
    control.succeed(1, 2, 300, 20);
    expect(row(control)).toEqual([500, 20, 0, -1]);
    control.succeed(1, 2, 800, 30);
    expect(row(control)).toEqual([800, 30, 0, -1]);
  });

  it('moves the failed range up when it reaches into it', () => {
    const control = new MissionControl();
    control.fail(1, 2, 500, 10);
    control.succeed(1, 2, 499, 20);
    expect(row(control)).toEqual([499, 20, 500, 10]);
    control.succeed(1, 2, 500, 30);
    expect(row(control)).toEqual([500, 30, 501, 10]);
  });
});

describe('a failure', () => {
  it('caps the success amount below it', () => {
    const control = new MissionControl();
    control.succeed(1, 2, 500, 10);
    control.fail(1, 2, 501, 20);
    expect(row(control)).toEqual([500, 10, 501, 20]);
    control.fail(1, 2, 500, 30);
    expect(row(control)).toEqual([499, 10, 500, 30]);
  });

  it('of any amount takes the success back', () => {
    const control = new MissionControl();
    control.succeed(1, 2, 500, 10);
    control.fail(1, 2, 0, 20);
    expect(row(control)).toEqual([0, 10, 0, 20]);
  });

  it('for a larger amount is ignored within a minute of the last', () => {
    const control = new MissionControl();
    control.fail(1, 2, 500, 0);
    control.fail(1, 2, 501, MINUTE - 1);
    expect(row(control)).toEqual([0, -1, 500, 0]);
    control.fail(1, 2, 400, MINUTE - 1);
    expect(row(control)).toEqual([0, -1, 400, MINUTE - 1]);
    control.fail(1, 2, 900, 2 * MINUTE - 1);
    expect(row(control)).toEqual([0, -1, 900, 2 * MINUTE - 1]);
  });

  it('is one of the direction only', () => {
    const control = new MissionControl();
    control.fail(1, 2, 0, 5);
    expect(row(control, 2, 1)).toBeNull();
  });
});

describe('a node failure', () => {
  it('fails every known pair from and to the node, and forgets their successes', () => {
    const control = new MissionControl();
    control.succeed(1, 2, 500, 10);
    control.succeed(3, 1, 500, 10);
    control.succeed(3, 2, 500, 10);
    control.failNode(1, 77);
    expect(row(control, 1, 2)).toEqual([0, -1, 0, 77]);
    expect(row(control, 3, 1)).toEqual([0, -1, 0, 77]);
    expect(row(control, 3, 2)).toEqual([500, 10, 0, -1]);
    expect(row(control, 1, 9)).toBeNull();
  });
});

describe('a second chance', () => {
  it('is given once a minute and pair', () => {
    const control = new MissionControl();
    expect(control.grantSecondChance(1, 2, 1000)).toBe(true);
    expect(control.grantSecondChance(1, 2, 1000 + MINUTE)).toBe(false);
    expect(control.grantSecondChance(2, 1, 1000)).toBe(true);
    expect(control.grantSecondChance(1, 3, 1000)).toBe(true);
    expect(control.grantSecondChance(1, 2, 1001 + MINUTE)).toBe(true);
  });
});

describe('the tables', () => {
  it('find every pair and every group as they grow', () => {
    const random = RandomStream.named(3, 'test', 'mission-control', 'tables');
    const control = new MissionControl();
    const model = new Map<string, number>();
    for (let i = 0; i < 5000; i++) {
      const from = random.integer(0, 300);
      const to = random.integer(0, 300);
      const key = `${from} ${to}`;
      model.set(key, Math.max(model.get(key) ?? 0, i));
      control.succeed(from, to, i, i);
    }
    expect(control.count).toBe(model.size);
    for (const [key, amount] of model) {
      const [from, to] = key.split(' ').map(Number) as [number, number];
      expect(control.successAmount[control.find(from, to)]).toBe(amount);
    }
    expect(control.find(5, 999)).toBe(-1);
    expect(control.group(999)).toBe(-1);
    let seen = 0;
    for (let node = 0; node <= 300; node++) {
      const group = control.group(node);
      if (group < 0) continue;
      let last = -1;
      for (let e = control.groupFirst[group] as number; e >= 0; e = control.next[e] as number) {
        expect(control.from[e]).toBe(node);
        expect(e).toBeGreaterThan(last);
        last = e;
        seen++;
      }
    }
    expect(seen).toBe(control.count);
  });

  it('come back from JSON as they were', () => {
    const control = new MissionControl();
    control.succeed(4, 5, 100, 1);
    control.fail(1, 2, 50, 2);
    control.succeed(4, 6, 7, 3);
    control.grantSecondChance(4, 5, 9);
    const state = JSON.parse(JSON.stringify(control.capture()));
    expect(state).toEqual({
      pairs: [
        [4, 5, 100, 1, 0, -1],
        [1, 2, 0, -1, 50, 2],
        [4, 6, 7, 3, 0, -1],
      ],
      second_chances: [[4, 5, 9]],
    });
    const again = MissionControl.restore(state);
    expect(again.capture()).toEqual(state);
    expect(again.groupLargestSuccess[again.group(4)]).toBe(100);
    expect(again.grantSecondChance(4, 5, 10)).toBe(false);
  });
});
