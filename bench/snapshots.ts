/** What it costs to keep a state, to write it, to read it and to go on from it. CPU times of one state after payments. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { MODEL_KINDS, RUN_KINDS } from '../engine/kinds/registry.ts';
import { runTimeline } from '../engine/run/runner.ts';
import { isJournal, type SnapshotDocument } from '../engine/snapshot/document.ts';
import { readSnapshot } from '../engine/snapshot/read.ts';
import { snapshotText } from '../engine/snapshot/text.ts';
import type { Timeline } from '../engine/timeline/timeline.ts';
import { spend } from './measure.ts';

/** A timeline that was compiled, and its digest. */
export interface SnapshotCase {
  readonly timeline: Timeline;
  readonly timelineDigest: string;
}

type Report = (name: string, unit: string, values: readonly number[]) => void;

/** Plays to the end, keeps the state, and measures what is done with it, so many times. */
export async function measureSnapshots(one: SnapshotCase, repeats: number, report: Report): Promise<void> {
  const backend = createSimulatorBackend({ models: MODEL_KINDS });
  let kept: SnapshotDocument | undefined;
  const capture: number[] = [];
  await runTimeline({
    ...one,
    backend,
    kinds: RUN_KINDS,
    clock: { now: () => performance.now(), sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    onSnapshot: async (_, snapshot) => {
      kept = snapshot;
      for (let i = 0; i < repeats; i++) capture.push((await spend(() => backend.capture()))[1].cpuMs);
    },
    captures: [{ atUs: 'end', name: 'end' }],
  });
  const document = kept as SnapshotDocument;
  const times = {
    write: [] as number[],
    read: [] as number[],
    start: [] as number[],
    pack: [] as number[],
    unpack: [] as number[],
  };
  const { text } = snapshotText(document);
  const packed = gzipSync(text, { level: 9 });
  for (let i = 0; i < repeats; i++) {
    times.write.push((await spend(() => snapshotText(document)))[1].cpuMs);
    times.pack.push((await spend(() => gzipSync(text, { level: 9 })))[1].cpuMs);
    times.unpack.push((await spend(() => gunzipSync(packed)))[1].cpuMs);
    times.read.push((await spend(() => readSnapshot(text, 'end.snap.json')))[1].cpuMs);
    const fresh = createSimulatorBackend({ models: MODEL_KINDS });
    const sink = { record: () => {}, payment: () => {}, text: () => {} };
    if (isJournal(document.state)) throw new Error('a state of the simulator is wanted');
    const from = { state: document.state, originUs: 0, anew: false };
    times.start.push((await spend(() => fresh.start(one.timeline, sink, from)))[1].cpuMs);
  }
  report('size', 'MB', [text.length / 1e6]);
  report('size, compressed', 'MB', [packed.length / 1e6]);
  report('capture the state', 'ms', capture);
  report('make its text and digest', 'ms', times.write);
  report('compress it', 'ms', times.pack);
  report('expand it', 'ms', times.unpack);
  report('read and check it', 'ms', times.read);
  report('build the network from it', 'ms', times.start);
}
