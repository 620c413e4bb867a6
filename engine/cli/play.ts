/** Runs a compiled scenario for a command: backend, interruption, progress, and the exit code of what came of it. */
import type { RoutingTraceSink } from '../backends/backend.ts';
import type { BackendEntry, Compiled } from '../host/engine.ts';
import type { NodeProcessesRequest, RemoteModels } from '../rpc/contract.ts';
import { lockPath, readLock } from '../run/lock.ts';
import type { RunState } from '../run/machine.ts';
import type { RunObserver } from '../run/observers.ts';
import type { Pace } from '../run/pacing.ts';
import {
  type CaptureRequest,
  PauseControl,
  type RunInput,
  type RunResult,
  type RunStart,
  runTimeline,
} from '../run/runner.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';
import type { ModelRestarts } from './model-restarts.ts';
import { neededKinds } from './models-option.ts';
import type { CommandContext } from './options.ts';
import { type KeyHints, ProgressLine } from './progress.ts';

/** Keys that pause a run and let it go on. */
const PAUSE_KEYS: readonly string[] = [' ', 'p'];

/** What the progress line says of the keys, by state. */
const KEY_HINTS: KeyHints = { running: 'space pauses, q stops', paused: 'space goes on, q stops' };

export interface PlaySettings {
  readonly backend?: string;
  readonly check?: boolean;
  /** Gets the steps of routing of the payments that it wants to know about. */
  readonly trace?: RoutingTraceSink;
  /** Opens model processes; null or absent for the models of this one. */
  readonly models?: (() => Promise<RemoteModels>) | null;
  /** The processes that have the nodes, for a backend that needs some. */
  readonly processes?: NodeProcessesRequest | null;
  /** Asked for each attempt. */
  readonly observers?: () => readonly RunObserver[];
  /** Where the network of the end is written. */
  readonly network?: RunInput['network'];
  /** How a run goes on whose model processes failed; null or absent: it does not. */
  readonly restarts?: ModelRestarts | null;
  readonly pace?: Pace;
  readonly until?: number;
  readonly start?: RunStart;
  readonly captures?: readonly CaptureRequest[];
  readonly onSnapshot?: RunInput['onSnapshot'];
  /** Name of the state to keep when the run is interrupted. */
  readonly captureOnStop?: string;
  readonly quiet?: boolean;
  /** Keys pause, resume and stop, where there are any. */
  readonly keys?: boolean;
}

/** The backend of this name; the first one when none is named. @throws CliError (usage) */
export function backendNamed({ engine }: CommandContext, name: string | undefined): BackendEntry {
  const entry = name === undefined ? engine.backends[0] : engine.backends.find((backend) => backend.name === name);
  if (entry !== undefined) return entry;
  const known = engine.backends.map((backend) => backend.name).join(', ');
  throw new CliError(EXIT.usage, `there is no backend '${name}'`, `known backends: ${known}`);
}

/** The backend of a scenario that is locked or is to be: the one that is asked for, else that of its lock. @throws CliError */
export function chosenBackend(context: CommandContext, file: string, asked: string | undefined): BackendEntry {
  if (asked !== undefined) return backendNamed(context, asked);
  const path = lockPath(file);
  const reading = readLock(context.io.files.read(path), path);
  return backendNamed(context, reading.ok ? reading.lock.backend : undefined);
}

/**
 * Runs a timeline. The first interruption, or the key q, stops the run at its present instant, the second one ends the
 * process.
 */
export async function play(
  context: CommandContext,
  compiled: Compiled,
  settings: PlaySettings = {},
): Promise<RunResult> {
  const { io, engine } = context;
  const stop = new AbortController();
  const pause = new PauseControl();
  const keys = settings.keys === true && settings.quiet !== true ? io.keys : undefined;
  const progress = settings.quiet === true ? null : new ProgressLine(io, keys === undefined ? undefined : KEY_HINTS);
  let state: RunState = 'booting';
  const interrupt = (): void => {
    if (stop.signal.aborted) io.exit(EXIT.interrupted);
    stop.abort();
  };
  const release = io.onInterrupt(interrupt);
  const releaseKeys = keys?.listen((key) => {
    if (key === 'q') interrupt();
    else if (!PAUSE_KEYS.includes(key)) return;
    else if (state === 'paused') pause.resume();
    else pause.pause();
  });
  let remote: RemoteModels | null = null;
  const attempt = async (begin: { readonly start?: RunStart }): Promise<RunResult> => {
    const kinds = remote === null ? null : neededKinds(remote, compiled);
    return runTimeline({
      timeline: compiled.timeline,
      timelineDigest: compiled.timelineDigest,
      backend: await backendNamed(context, settings.backend).create({
        check: settings.check ?? false,
        ...(settings.trace === undefined ? {} : { trace: settings.trace }),
        ...(kinds === null ? {} : { models: kinds }),
        ...(settings.processes == null ? {} : { processes: { ...settings.processes, stop: stop.signal } }),
      }),
      kinds: engine.kinds,
      observers: settings.observers?.() ?? [],
      pace: settings.pace ?? 'max',
      ...(settings.until === undefined ? {} : { until: settings.until }),
      ...begin,
      ...(settings.captures === undefined ? {} : { captures: settings.captures }),
      ...(settings.onSnapshot === undefined ? {} : { onSnapshot: settings.onSnapshot }),
      ...(settings.captureOnStop === undefined ? {} : { captureOnStop: settings.captureOnStop }),
      stop: stop.signal,
      pause,
      clock: io.clock,
      ...(settings.network === undefined ? {} : { network: settings.network }),
      ...(engine.sha256 === undefined ? {} : { sha256: engine.sha256 }),
      onProgress: (now) => {
        state = now.state;
        progress?.update(now);
      },
    });
  };
  try {
    remote = (await settings.models?.()) ?? null;
    let result = await attempt(startOf(compiled, settings));
    const { restarts = null, models } = settings;
    let goesOn = restarts?.wants(result) ?? false;
    while (restarts !== null && goesOn && !stop.signal.aborted) {
      progress?.clear();
      await remote?.close();
      try {
        remote = (await models?.()) ?? null;
      } catch (error) {
        goesOn = restarts.wantsAfter((error as Error).message);
        continue;
      }
      const start = restarts.rewind();
      result = await attempt(start === undefined ? {} : { start });
      goesOn = restarts.wants(result);
    }
    return result;
  } finally {
    progress?.clear();
    releaseKeys?.();
    release();
    await remote?.close();
  }
}

/** What the run begins with: what the command says, else the state that the scenario names. */
function startOf({ start }: Compiled, settings: PlaySettings): { readonly start?: RunStart } {
  if (settings.start !== undefined) return { start: settings.start };
  return start === undefined ? {} : { start: { kind: 'anew', snapshot: start.document } };
}

/** The exit code of a run's result. */
export function exitCodeOf(result: RunResult): ExitCode {
  if (result.state === 'aborted') return EXIT.interrupted;
  if (result.failure !== null) return result.failure.kind === 'backend' ? EXIT.backend : EXIT.internal;
  return result.expectations.some(({ status }) => status === 'failed') ? EXIT.expectationFailed : EXIT.ok;
}
