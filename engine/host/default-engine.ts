/** The engine that the command and the library use: the real compiler, the registries, and the backends there are. */
import type { Backend } from '../backends/backend.ts';
import { LDK_LIMITS } from '../backends/ldk/ldk-limits.ts';
import { BLAST_LIMITS } from '../backends/rpc/blast-limits.ts';
import { compileScenario } from '../compile/compile.ts';
import { IMPORT_FORMATS } from '../interop/formats.ts';
import { writeScenario } from '../interop/scenario-writer.ts';
import { MODEL_KINDS, RUN_KINDS } from '../kinds/registry.ts';
import type { WallClock } from '../run/pacing.ts';
import { DEFAULT_MODEL } from '../spec/schema-sections.ts';
import type { CellRunner, SweepJob } from '../sweep/job.ts';
import type { BackendOptions, Engine } from './engine.ts';
import { nativeSha256 } from './native-sha256.ts';

export const defaultEngine: Engine = {
  compile: (request) => compileScenario({ sha256: nativeSha256, ...request }),
  backends: [
    {
      name: 'simulator',
      summary: 'the built-in simulator, in virtual time',
      // Loaded when something is run, so that checking a file is quick.
      create: async (options) => {
        const { createSimulatorBackend } = await import('../backends/simulator/simulator-backend.ts');
        return createSimulatorBackend({ models: MODEL_KINDS, ...options });
      },
    },
    {
      name: 'ldk',
      summary: 'real code of LDK, in virtual time (needs the package lightningdevkit)',
      limits: LDK_LIMITS,
      // In this very thread; the process puts a thread of its own in its place (see main.ts).
      create: async () => {
        const { inlineLink, LdkBackend } = await import('../backends/ldk/ldk-backend.ts');
        return new LdkBackend(inlineLink());
      },
    },
    {
      name: 'rpc',
      summary: 'processes that speak the protocol of BLAST, in wall-clock time',
      limits: BLAST_LIMITS,
      inWallTime: true,
      // Processes that run already; this process knows how to start its own (see main.ts).
      create: (options) => createRpcBackend(options, null),
    },
  ],
  kinds: RUN_KINDS,
  sha256: nativeSha256,
  formats: IMPORT_FORMATS,
  exportFormats: async () => (await import('../interop/export-formats.ts')).EXPORT_FORMATS,
  writeImported: (input) =>
    writeScenario({ ...input, models: MODEL_KINDS.map(({ name }) => name), usualModel: DEFAULT_MODEL }),
  // Needs what a process of its own is started with, which only the process knows (see main.ts).
  remoteModels: async () => {
    throw new Error('there are no other processes here');
  },
  // One cell after the other; the process puts threads in its place (see main.ts).
  executor: async (job) => {
    const { inlineExecutor } = await import('../sweep/inline-executor.ts');
    return inlineExecutor(await engineCells(defaultEngine, job, CELL_CLOCK));
  },
  pool: async (job) => {
    const { inlinePool } = await import('../sweep/cell-pool.ts');
    return inlinePool(await engineCells(defaultEngine, job, CELL_CLOCK));
  },
};

/** @param own the words that start this command; null where that is not known */
export async function createRpcBackend({ processes }: BackendOptions, own: readonly string[] | null): Promise<Backend> {
  if (processes === undefined) throw new Error('the backend rpc needs processes that have the nodes');
  const { rpcBackend } = await import('../rpc/node-processes.ts');
  return rpcBackend(processes, own);
}

/** A cell is never paced, so that its clock need not tell the time. */
export const CELL_CLOCK: WallClock = { now: () => 0, sleep: () => new Promise((resolve) => setImmediate(resolve)) };

/** Runs the cells of a job with the backend that it names, or with the engine's first one. */
export async function engineCells(engine: Engine, job: SweepJob, clock: WallClock): Promise<CellRunner> {
  const { cellRunner } = await import('../sweep/run-cell.ts');
  const [first] = engine.backends;
  const backend = job.backend === undefined ? first : engine.backends.find(({ name }) => name === job.backend);
  if (backend === undefined) throw new Error(`there is no backend ${job.backend ?? ''}`);
  const { compile, kinds, sha256 } = engine;
  const settings = job.models?.settings;
  return cellRunner(job, {
    compile,
    kinds,
    clock,
    ...(sha256 === undefined ? {} : { sha256 }),
    createBackend: (models) => backend.create({ check: false, ...(models === undefined ? {} : { models }) }),
    ...(settings === undefined ? {} : { openModels: () => engine.remoteModels(settings) }),
    ...(backend.limits === undefined ? {} : { limits: backend.limits }),
  });
}
