/**
 * run.json: what was run and what came of it. Everything but `environment` and `timings` is the same for the same
 * scenario on every machine, so that two manifests can be compared by tools that know nothing of this one.
 */
import type { Json } from '../base/json.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { PaymentStats } from '../kinds/expectation.ts';
import type { ParamValue } from '../spec/scenario.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { ExpectationResult, RunResult } from './runner.ts';

export const MANIFEST_FORMAT = 'blast-run/1';
export const MANIFEST_FILE = 'run.json';

/** Versions of what a run ran on, e.g. { node: '20.20.0', v8: '11.3' }. */
export type HostVersions = Readonly<Record<string, string>>;

/** A state that was written; the file's path is relative to the manifest. */
export interface KeptSnapshot {
  readonly name: string;
  readonly file: string;
  readonly atUs: number;
  readonly digest: string;
}

/** The snapshot that a run went on from, or began in. */
export interface RunOrigin {
  readonly kind: 'resume' | 'anew';
  readonly file: string;
  readonly digest: string;
  /** Where the run began, µs of the scenario. */
  readonly atUs: number;
}

export interface ManifestInput {
  /** Path of the scenario as it was given. */
  readonly file: string;
  readonly timeline: Timeline;
  readonly params: readonly ParamValue[];
  readonly specDigest: string;
  readonly timelineDigest: string;
  readonly backend: string;
  readonly result: RunResult;
  /** Names of the files written beside the manifest. */
  readonly files: readonly string[];
  readonly snapshots: readonly KeptSnapshot[];
  readonly from?: RunOrigin;
  readonly host: HostVersions;
  /** Wall time, ms. */
  readonly compileMs: number;
}

/** An expectation's result as run.json and lock files hold it. */
export function expectationJson(expectation: ExpectationResult): { [key: string]: Json } {
  return {
    that: expectation.that,
    ...(expectation.message === '' || expectation.message === expectation.that ? {} : { message: expectation.message }),
    ...(expectation.atUs === undefined ? {} : { at_us: expectation.atUs }),
    status: expectation.status,
    measured: expectation.measured,
  };
}

/** Counts that run.json and lock files hold. */
export function runCounts(result: RunResult): { [key: string]: number } {
  const stats = result.book.stats(null) as PaymentStats;
  return {
    records: result.records,
    payments: stats.count,
    succeeded: stats.succeeded,
    failed: stats.failed,
    pending: stats.pending,
  };
}

/** The whole of run.json. */
export function runManifest(input: ManifestInput): Json {
  const { timeline, result } = input;
  return {
    format: MANIFEST_FORMAT,
    scenario: timeline.name,
    file: input.file,
    state: result.state,
    whole: result.whole,
    ...(result.failure === null ? {} : { failure: { kind: result.failure.kind, message: result.failure.message } }),
    seed: timeline.seed,
    params: input.params.map(({ name, type, value, overridden }) => ({ name, type, value, overridden })),
    backend: input.backend,
    epoch_ms: timeline.epochMs,
    duration_us: timeline.durationUs,
    end_us: result.endUs,
    drained_us: result.drainedUs,
    ...(input.from === undefined
      ? {}
      : {
          from: {
            kind: input.from.kind,
            file: input.from.file,
            digest: input.from.digest,
            at_us: input.from.atUs,
          },
        }),
    digests: {
      spec: input.specDigest,
      timeline: input.timelineDigest,
      run: result.runDigest,
      records: result.recordsDigest,
      state: result.stateDigest,
    },
    counts: {
      nodes: timeline.network.nodes.length,
      channels: timeline.network.channels.length,
      rows: timeline.length,
      ...runCounts(result),
    },
    expectations: result.expectations.map(expectationJson),
    checkpoints: result.checkpoints.map(({ atUs, records, digest }) => ({ at_us: atUs, records, digest })),
    ...(input.snapshots.length === 0
      ? {}
      : { snapshots: input.snapshots.map(({ name, file, atUs, digest }) => ({ name, file, at_us: atUs, digest })) }),
    files: [...input.files],
    environment: { engine: ENGINE_VERSION, ...input.host },
    timings: {
      compile_ms: Math.round(input.compileMs),
      boot_ms: Math.round(result.bootMs),
      run_ms: Math.round(result.runMs),
      records_per_second: rate(result.records, result.runMs),
      payments_per_second: rate(result.book.resolved, result.runMs),
    },
  };
}

function rate(count: number, ms: number): number {
  return ms <= 0 ? 0 : Math.round((count / ms) * 1000);
}
