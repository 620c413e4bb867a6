/** Scenarios compiled and played in-process, with their states as the texts of files. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { createSimulatorBackend } from '../../engine/backends/simulator/simulator-backend.ts';
import { type CompileResult, compileScenario } from '../../engine/compile/compile.ts';
import { nodeFiles } from '../../engine/host/node-files.ts';
import { MODEL_KINDS, RUN_KINDS } from '../../engine/kinds/registry.ts';
import { type RunInput, runTimeline } from '../../engine/run/runner.ts';
import type { SnapshotDocument } from '../../engine/snapshot/document.ts';
import { readSnapshot } from '../../engine/snapshot/read.ts';
import { snapshotText } from '../../engine/snapshot/text.ts';
import { formatDiagnostics } from '../../engine/spec/format-diagnostic.ts';
import { ROOT } from './command.ts';

const files = nodeFiles(ROOT);

export type Compiled = Extract<CompileResult, { ok: true }>;

/** Compiles a text; files are read from `folder`. */
export async function compileText(text: string, file: string, folder: string): Promise<Compiled> {
  const compiled = await compileScenario({
    text,
    file,
    readFile: async (name) => {
      try {
        return files.read(path.join(folder, name));
      } catch {
        return null;
      }
    },
  });
  if (!compiled.ok) throw new Error(formatDiagnostics(compiled.diagnostics));
  return compiled;
}

/** Compiles a scenario of the repository. */
export function compileFile(file: string): Promise<Compiled> {
  const at = path.join(ROOT, file);
  return compileText(readFileSync(at, 'utf8'), file, path.dirname(at));
}

export interface Played {
  readonly digest: string | null;
  /** Texts of the files, by name. */
  readonly snapshots: ReadonlyMap<string, string>;
  /** Everything that the results say of the run, but how long it took. */
  readonly report: { readonly records: number; readonly [key: string]: unknown };
}

/** Plays a scenario; its state at the end is kept as `end`. */
export async function play(compiled: Compiled, extra: Partial<RunInput> = {}): Promise<Played> {
  const snapshots = new Map<string, string>();
  const { start } = compiled;
  const result = await runTimeline({
    timeline: compiled.timeline,
    timelineDigest: compiled.timelineDigest,
    backend: createSimulatorBackend({ models: MODEL_KINDS }),
    kinds: RUN_KINDS,
    clock: { now: () => 0, sleep: async () => {} },
    onSnapshot: (name, snapshot) => void snapshots.set(name, snapshotText(snapshot).text),
    ...(start === undefined ? {} : { start: { kind: 'anew', snapshot: start.document } }),
    ...extra,
    captures: [...(extra.captures ?? []), { atUs: 'end', name: 'end' }],
  });
  const {
    state,
    failure,
    checkpoints,
    trace,
    expectations,
    records,
    endUs,
    drainedUs,
    backendMetrics,
    book,
    behaviours,
  } = result;
  expect(failure).toBeNull();
  const payments = [
    Array.from(book.startedUs),
    Array.from(book.resolvedUs),
    Array.from(book.outcome),
    book.stats(null),
  ];
  return {
    digest: result.runDigest,
    snapshots,
    report: {
      state,
      checkpoints,
      trace,
      expectations,
      records,
      endUs,
      drainedUs,
      backendMetrics,
      payments,
      behaviours,
    },
  };
}

/** What goes on from the text of a file. */
export function from(text: string | undefined): Pick<RunInput, 'start'> & { readonly document: SnapshotDocument } {
  const reading = readSnapshot(text ?? '', 'test.snap.json');
  if (!reading.ok) throw new Error(formatDiagnostics(reading.diagnostics));
  return { start: { kind: 'resume', snapshot: reading.document }, document: reading.document };
}

export function expectSame(a: Played, b: Played): void {
  expect(a.digest).toBe(b.digest);
  expect(a.report).toEqual(b.report);
  expect(a.snapshots.get('end') === b.snapshots.get('end')).toBe(true);
}
