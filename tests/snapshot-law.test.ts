/**
 * The law of snapshots: to run to the end is to run to an instant, save, load, and run to the end. Equal run digests and
 * equal final files, for every scenario of the repository, at several instants, one cut after the other, and wherever a
 * run is stopped. Random scenarios are in snapshot-random.test.ts, other processes in snapshot-process.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { keyedUnit } from '../engine/base/random.ts';
import { compileFile, expectSame, from, play } from './testing/play.ts';
import { scenarioFiles } from './testing/scenarios.ts';

let stops = 0;

describe.each(scenarioFiles())('%s', (file) => {
  it('goes on from three instants, one after the other', async () => {
    const compiled = await compileFile(file);
    const { durationUs } = compiled.timeline;
    const whole = await play(compiled);
    const at = [0.21, 0.5, 0.83].map((share, i) =>
      Math.floor(durationUs * (share + 0.1 * keyedUnit(durationUs, i, 7))),
    );
    const captures = at.map((atUs, i) => ({ atUs, name: `cut-${i}` }));
    const cut = await play(compiled, { captures });
    expectSame(cut, whole);
    for (const { name } of captures) expectSame(await play(compiled, from(cut.snapshots.get(name))), whole);
    const second = await play(compiled, { ...from(cut.snapshots.get('cut-0')), captures: captures.slice(1) });
    expect(second.snapshots.get('cut-1') === cut.snapshots.get('cut-1')).toBe(true);
    const third = await play(compiled, { ...from(second.snapshots.get('cut-1')), captures: captures.slice(2) });
    expectSame(await play(compiled, from(third.snapshots.get('cut-2'))), whole);
    expectSame(await play(compiled, from(whole.snapshots.get('end'))), whole);
  }, 240_000);

  it('goes on from where it was stopped', async () => {
    const compiled = await compileFile(file);
    const whole = await play(compiled);
    const { records } = whole.report;
    for (const share of [0.02, 0.4, 0.97, 0.999]) {
      const stop = new AbortController();
      let seen = 0;
      const last = Math.floor(records * share);
      const observer = {
        record: () => {
          if (++seen === last) stop.abort();
        },
        payment: () => {},
        text: () => {},
      };
      // A run looks at signals when its clock says that it is time to.
      let now = 0;
      const clock = { now: () => (now += 50), sleep: async () => {} };
      const stopped = await play(compiled, {
        stop: stop.signal,
        observers: [observer],
        clock,
        captureOnStop: 'stopped',
      });
      const snapshot = stopped.snapshots.get('stopped');
      if (snapshot === undefined) continue; // it had come to its end
      stops++;
      expectSame(await play(compiled, from(snapshot)), whole);
    }
  }, 240_000);
});

it('stopped most of the runs before their end', () => {
  expect(stops).toBeGreaterThan(2 * scenarioFiles().length);
});
