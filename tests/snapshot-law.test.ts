/**
 * The law of snapshots: to run to the end is to run to an instant, save, load, and run to the end. Equal run digests and
 * equal final files, for every scenario of the repository, at several instants, one cut after the other, and wherever a
 * run is stopped. Random scenarios are in snapshot-random.test.ts, other processes in snapshot-process.test.ts.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { keyedUnit } from '../engine/base/random.ts';
import type { RunInput } from '../engine/run/runner.ts';
import { type Compiled, compileFile, expectSame, from, type Played, play } from './testing/play.ts';
import { scenarioFiles } from './testing/scenarios.ts';

let stops = 0;

describe.each(scenarioFiles())('%s', (file) => {
  let compiled: Compiled;
  let whole: Played;
  beforeAll(async () => {
    compiled = await compileFile(file);
    whole = await play(compiled);
  }, 240_000);

  it('goes on from three instants, one after the other', async () => {
    const { durationUs } = compiled.timeline;
    const captures = [0.21, 0.5, 0.83].map((share, i) => ({
      atUs: Math.floor(durationUs * (share + 0.1 * keyedUnit(durationUs, i, 7))),
      name: `cut-${i}`,
    }));
    const cut = await play(compiled, { captures });
    expectSame(cut, whole);
    let last = cut;
    for (const [i, { name }] of captures.entries()) {
      last = await play(compiled, { ...from(last.snapshots.get(name)), captures: captures.slice(i + 1) });
      expectSame(last, whole);
      for (const later of captures.slice(i + 1)) {
        expect(last.snapshots.get(later.name) === cut.snapshots.get(later.name)).toBe(true);
      }
    }
    expectSame(await play(compiled, from(whole.snapshots.get('end'))), whole);
  }, 240_000);

  /** Plays until there are so many records, or to the end where there are no more. */
  function playUntil(records: number, start: Partial<RunInput>, already: number): Promise<Played> {
    const stop = new AbortController();
    let seen = already;
    const observer = {
      record: () => {
        if (++seen >= records) stop.abort();
      },
      payment: () => {},
      text: () => {},
    };
    // A run looks at signals when its clock says that it is time to.
    let now = 0;
    const clock = { now: () => (now += 50), sleep: async () => {} };
    return play(compiled, {
      ...start,
      stop: stop.signal,
      observers: [observer],
      clock,
      captureOnStop: 'stopped',
    });
  }

  it.each([
    [0.02, 0.97],
    [0.4, 0.999],
  ])(
    'goes on from where it was stopped, at %f and then at %f',
    async (...shares) => {
      let start: Partial<RunInput> = {};
      let records = 0;
      for (const share of shares) {
        const stopped = await playUntil(Math.floor(whole.report.records * share), start, records);
        const snapshot = stopped.snapshots.get('stopped');
        if (snapshot === undefined) {
          // It had come to its end.
          expectSame(stopped, whole);
          return;
        }
        stops++;
        start = from(snapshot);
        records = stopped.report.records;
      }
      expectSame(await play(compiled, start), whole);
    },
    240_000,
  );
});

it('stopped most of the runs before their end', () => {
  expect(stops).toBeGreaterThan(2 * scenarioFiles().length);
});
