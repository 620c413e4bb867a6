/**
 * The law of snapshots: to run to the end is to run to an instant, save, load, and run to the end. Equal run digests and
 * equal final states, for every scenario of the repository, at several instants, one cut after the other, and wherever a
 * run is stopped.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { canonicalJson, type Json } from '../engine/base/json.ts';
import { keyedUnit } from '../engine/base/random.ts';
import { compileScenario } from '../engine/compile/compile.ts';
import { eventKind, MODEL_KINDS } from '../engine/kinds/registry.ts';
import type { RunInput } from '../engine/run/runner.ts';
import { runTimeline } from '../engine/run/runner.ts';
import type { SnapshotDocument } from '../engine/snapshot/document.ts';
import { ROOT } from './testing/command.ts';
import { scenarioFiles } from './testing/scenarios.ts';

type Compiled = Extract<Awaited<ReturnType<typeof compileScenario>>, { ok: true }>;

async function compile(file: string): Promise<Compiled> {
  const folder = path.join(ROOT, path.dirname(file));
  const compiled = await compileScenario({
    text: readFileSync(path.join(ROOT, file), 'utf8'),
    file,
    readFile: async (name) => {
      try {
        return readFileSync(path.join(folder, name), 'utf8');
      } catch {
        return null;
      }
    },
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return compiled;
}

interface Played {
  readonly digest: string | null;
  readonly snapshots: ReadonlyMap<string, SnapshotDocument>;
  /** Everything that the results say of the run, but how long it took. */
  readonly report: unknown;
}

async function play(compiled: Compiled, extra: Partial<RunInput> = {}): Promise<Played> {
  const snapshots = new Map<string, SnapshotDocument>();
  const result = await runTimeline({
    timeline: compiled.timeline,
    timelineDigest: compiled.timelineDigest,
    backend: createSimulatorBackend({ models: MODEL_KINDS }),
    kinds: { get: eventKind },
    clock: { now: () => 0, sleep: async () => {} },
    onSnapshot: (name, snapshot) => {
      // What a file would hold: text.
      snapshots.set(name, JSON.parse(JSON.stringify(snapshot)) as SnapshotDocument);
    },
    ...extra,
    captures: [...(extra.captures ?? []), { atUs: 'end', name: 'end' }],
  });
  const { state, failure, checkpoints, trace, expectations, records, endUs, drainedUs, backendMetrics, book } = result;
  expect(failure).toBeNull();
  const payments = [
    Array.from(book.startedUs),
    Array.from(book.resolvedUs),
    Array.from(book.outcome),
    book.stats(null),
  ];
  const report = { state, checkpoints, trace, expectations, records, endUs, drainedUs, backendMetrics, payments };
  return { digest: result.runDigest, snapshots, report };
}

const text = (snapshot: SnapshotDocument | undefined): string => canonicalJson(snapshot as unknown as Json);

function expectSame(a: Played, b: Played): void {
  expect(a.digest).toBe(b.digest);
  expect(a.report).toEqual(b.report);
  expect(text(a.snapshots.get('end')) === text(b.snapshots.get('end'))).toBe(true);
}

const from = (snapshot: SnapshotDocument | undefined): Partial<RunInput> => ({
  start: { kind: 'resume', snapshot: snapshot as SnapshotDocument },
});

let stops = 0;

describe.each(scenarioFiles())('%s', (file) => {
  it('goes on from three instants, one after the other', async () => {
    const compiled = await compile(file);
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
    expect(text(second.snapshots.get('cut-1')) === text(cut.snapshots.get('cut-1'))).toBe(true);
    const third = await play(compiled, { ...from(second.snapshots.get('cut-1')), captures: captures.slice(2) });
    expectSame(await play(compiled, from(third.snapshots.get('cut-2'))), whole);
    expectSame(await play(compiled, from(whole.snapshots.get('end'))), whole);
  }, 240_000);

  it('goes on from where it was stopped', async () => {
    const compiled = await compile(file);
    const whole = await play(compiled);
    const { records } = whole.report as { records: number };
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
