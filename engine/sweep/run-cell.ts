/**
 * Runs one cell: compiles the scenario with the cell's parameters and seed, plays it, measures. Pure but for what is
 * handed in; every text comes from the job.
 */
import type { Awaitable, Backend } from '../backends/backend.ts';
import type { CompileInput, CompileResult } from '../compile/compile.ts';
import { ParsedFiles } from '../compile/parsed-files.ts';
import type { RemoteModels } from '../rpc/contract.ts';
import { expectationJson, runCounts } from '../run/manifest.ts';
import type { WallClock } from '../run/pacing.ts';
import { type RunInput, type RunResult, runTimeline } from '../run/runner.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';
import { Branches } from './branches.ts';
import { metricsOf } from './default-metrics.ts';
import { type Cell, type CellResult, type CellRunner, crashedCell, type SweepJob } from './job.ts';

/** Diagnostics of an invalid cell that its result keeps. */
const MOST_DIAGNOSTICS = 20;

export interface CellDependencies {
  compile(input: CompileInput): Promise<CompileResult>;
  /** @param models those of other processes, for the nodes of one run; absent: those of this one */
  createBackend(models?: readonly ModelKind[]): Awaitable<Backend>;
  /** Opens the models of other processes that the job names, for one run. @throws Error that says why not */
  openModels?(): Promise<RemoteModels>;
  /** What the backend can play; absent: everything. */
  readonly limits?: BackendLimits;
  readonly kinds: RunInput['kinds'];
  readonly clock: WallClock;
  readonly sha256?: RunInput['sha256'];
}

/** A runner of the cells of a job. */
export function cellRunner(job: SweepJob, dependencies: CellDependencies): CellRunner {
  const texts = new Map(job.files.map(({ path, text }) => [path, text]));
  const branches = new Branches();
  const parsed = new ParsedFiles();
  const play = async (
    cell: Cell,
    signal: AbortSignal,
    remote: RemoteModels | undefined,
  ): Promise<CellResult | null> => {
    const compiled = await dependencies.compile({
      text: job.text,
      file: job.file,
      overrides: new Map(Object.entries({ ...job.params, ...cell.params })),
      seed: cell.run_seed,
      readFile: async (path) => texts.get(path) ?? null,
      allowOutside: job.allow_outside,
      parsed,
      ofSweep: true,
      ...(remote === undefined ? {} : { models: remote.announced }),
      ...(dependencies.limits === undefined ? {} : { limits: dependencies.limits }),
    });
    if (!compiled.ok) return invalid(cell, compiled.diagnostics);
    const { scenario, timeline, timelineDigest, specDigest, start } = compiled;
    let models: readonly ModelKind[] | undefined;
    try {
      models = remote?.kinds(new Set(timeline.network.nodes.map(({ model }) => model)));
    } catch (error) {
      return unavailable(cell, error);
    }
    const result = await runTimeline({
      ...(start === undefined ? {} : { start: { kind: 'anew', snapshot: start.document } }),
      ...branches.plan(scenario, timeline),
      keepsOwn: false,
      timeline,
      timelineDigest,
      backend: await dependencies.createBackend(models),
      kinds: dependencies.kinds,
      measures: metricsOf(scenario.sweep),
      stop: signal,
      clock: dependencies.clock,
      ...(dependencies.sha256 === undefined ? {} : { sha256: dependencies.sha256 }),
    });
    if (result.state === 'aborted') return null;
    return finished(cell, { specDigest, timelineDigest }, result);
  };
  return async (cell, signal) => {
    let remote: RemoteModels | undefined;
    try {
      remote = await dependencies.openModels?.();
    } catch (error) {
      return unavailable(cell, error);
    }
    try {
      return await play(cell, signal, remote);
    } catch (error) {
      return crashedCell(cell, 'internal', messageOf(error));
    } finally {
      await remote?.close();
    }
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A cell for which the models of other processes cannot be had. */
function unavailable(cell: Cell, error: unknown): CellResult {
  return crashedCell(cell, 'backend', `E809 models in other processes: ${messageOf(error)}`);
}

function invalid(cell: Cell, diagnostics: readonly Diagnostic[]): CellResult {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const lines = errors.map(
    ({ file, range, code, message }) => `${file}:${range.line}:${range.column} error ${code} ${message}`,
  );
  const message = `the scenario is not valid with these parameters: ${errors[0]?.message ?? 'no reason was given'}`;
  const crashed = crashedCell(cell, 'invalid', message);
  return { ...crashed, failure: { kind: 'invalid', message, diagnostics: lines.slice(0, MOST_DIAGNOSTICS) } };
}

function finished(
  cell: Cell,
  digests: { readonly specDigest: string; readonly timelineDigest: string },
  result: RunResult,
): CellResult {
  const count = (status: string): number => result.expectations.filter((one) => one.status === status).length;
  const { key, params, seed, run_seed } = cell;
  const { failure } = result;
  return {
    key,
    params,
    seed,
    run_seed,
    state: failure === null ? 'completed' : 'failed',
    digests: {
      spec: digests.specDigest,
      timeline: digests.timelineDigest,
      records: result.recordsDigest,
      state: result.stateDigest,
      run: result.runDigest,
    },
    counts: runCounts(result),
    metrics: Object.fromEntries(result.measured),
    expectations: {
      passed: count('passed'),
      failed: count('failed'),
      skipped: count('skipped'),
      failures: result.expectations.filter(({ status }) => status === 'failed').map(expectationJson),
    },
    failure:
      failure === null ? null : { kind: failure.kind === 'backend' ? 'backend' : 'internal', message: failure.message },
  };
}
