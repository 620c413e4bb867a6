#!/usr/bin/env node
/**
 * The `blast` process: connects runCli to the real streams, files, clock and signals. The only file that touches
 * `process`; everything that decides anything is in cli.ts and the commands.
 */
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread, workerData } from 'node:worker_threads';
import type { Backend } from '../backends/backend.ts';
import type { BackendEntry, BackendOptions } from '../host/engine.ts';
import { nodeClock } from '../host/node-clock.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { RemoteModels, RemoteModelsSettings } from '../rpc/contract.ts';
import type { LinkData } from '../rpc/link-thread.ts';
import type { WatchData } from '../rpc/link-watch.ts';
import type { Files } from '../run/files.ts';
import type { CliIo, OutStream } from './io.ts';

function outStream(stream: NodeJS.WriteStream): OutStream {
  return { write: (text) => void stream.write(text), isTty: stream.isTTY === true };
}

// A reader that has seen enough (`blast compile x.yml | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`error: cannot write to standard output: ${error.message}\n`);
  process.exit(1);
});
// Where nobody can be told anything, the exit code still says how it ended.
process.stderr.on('error', () => {});

/** Ends the process where the folder that it was started in is gone. */
function ownFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    process.stderr.write(`error: the folder that blast was started in cannot be used: ${(error as Error).message}\n`);
    return process.exit(2);
  }
}

/** The command. */
async function main(): Promise<void> {
  // Node 22.1 and later keep compiled code between runs; everything that is loaded after this is quicker from then on.
  (module as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
  const { runCli } = await import('./cli.ts');
  const { createRpcBackend, defaultEngine } = await import('../host/default-engine.ts');

  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const io: CliIo = {
    stdout: outStream(process.stdout),
    stderr: outStream(process.stderr),
    columns: process.stderr.columns ?? process.stdout.columns ?? 100,
    env: process.env,
    files: nodeFiles(ownFolder()),
    clock: nodeClock,
    calendar: async () => (await import('./node-cron-clock.ts')).nodeCronClock,
    meter: async () => (await import('../host/node-meter.ts')).nodeMeter(),
    host: {
      node: process.versions.node,
      v8: process.versions.v8,
      platform: `${process.platform}-${process.arch}`,
    },
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    onInputEnd: (listener) => {
      process.stdin.on('end', listener).on('close', listener).resume();
      // A process that was told otherwise to end does not stay for its input; a file has no such method.
      process.stdin.unref?.();
    },
    ...(isTerminal ? { keys: (await import('./terminal-keys.ts')).terminalKeys(process.stdin) } : {}),
    exit: (code) => process.exit(code),
  };

  process.exitCode = await runCli(process.argv.slice(2), io, {
    ...defaultEngine,
    backends: defaultEngine.backends.map((backend) => {
      if (backend.name === 'rpc') {
        const own = [process.execPath, fileURLToPath(entry(io.files))];
        return { ...backend, create: (options: BackendOptions) => createRpcBackend(options, own) };
      }
      return inThreadOfItsOwn(backend, io.files);
    }),
    executor: async (job, jobs) => {
      const { threadExecutor } = await import('./thread-executor.ts');
      return threadExecutor(entry(io.files), job, jobs);
    },
    remoteModels: (settings) => remoteModels(settings, io.files),
    pool: async (job) => {
      const { threadPool } = await import('./thread-pool.ts');
      return threadPool(entry(io.files), job);
    },
  });
}

/** Models of other processes for one run; those of ours begin with what this process began with. */
async function remoteModels(settings: RemoteModelsSettings, files: Files): Promise<RemoteModels> {
  const { openRemoteModels } = await import('../rpc/remote-models.ts');
  const { MODEL_KINDS } = await import('../kinds/registry.ts');
  const own = entry(files);
  const command = [process.execPath, fileURLToPath(own), 'model', 'host', '--until-input-ends'];
  return openRemoteModels({ ...settings, kinds: MODEL_KINDS, command, entry: own });
}

/** Real nodes in a thread of their own; every other backend as it is. */
function inThreadOfItsOwn(backend: BackendEntry, files: Files): BackendEntry {
  if (backend.name !== 'ldk') return backend;
  const create = async (): Promise<Backend> => {
    const { LdkBackend, threadLink } = await import('../backends/ldk/ldk-backend.ts');
    return new LdkBackend(threadLink(moduleEntry(files)));
  };
  return { ...backend, create };
}

/** What this process was started with; a thread begins with the same. */
function entry(files: Files): URL {
  const script = process.argv[1];
  const real = script === undefined ? null : files.real(script);
  return real === null ? new URL(import.meta.url) : pathToFileURL(real);
}

/** The same as a module: the bundled command is a script, which cannot import what is none (`lightningdevkit`). */
function moduleEntry(files: Files): URL {
  const own = entry(files);
  return own.pathname.endsWith('/blast.mjs') ? new URL('./engine/cli/main.js', own) : own;
}

/** A thread: one that speaks to a model process or looks how long it takes, one that hosts real nodes, or one of a sweep. */
async function thread(): Promise<void> {
  const kind = (workerData as { readonly kind?: unknown } | null)?.kind;
  if (kind === 'blast-ldk') {
    const { serveLdk } = await import('../backends/ldk/ldk-thread.ts');
    serveLdk();
    return;
  }
  if (kind === 'blast-model-link') {
    const { serveLink } = await import('../rpc/link-thread.ts');
    serveLink(workerData as LinkData);
    return;
  }
  if (kind === 'blast-link-watch') {
    const { watchLink } = await import('../rpc/link-watch.ts');
    watchLink(workerData as WatchData);
    return;
  }
  const { serveThread } = await import('./thread-worker.ts');
  const { defaultEngine } = await import('../host/default-engine.ts');
  const files = nodeFiles(process.cwd());
  const backends = defaultEngine.backends.map((backend) => inThreadOfItsOwn(backend, files));
  const models = (settings: RemoteModelsSettings): Promise<RemoteModels> => remoteModels(settings, files);
  await serveThread({ ...defaultEngine, backends, remoteModels: models }, nodeClock);
}

// The bundled command is a script, which cannot await by itself.
void (isMainThread ? main() : thread());
