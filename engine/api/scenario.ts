/** Scenarios for programs: read, with other parameters, run. The real files, clock and simulator; prints nothing. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultEngine } from '../host/default-engine.ts';
import type { BackendEntry, Compiled } from '../host/engine.ts';
import { nativeSha256 } from '../host/native-sha256.ts';
import { nodeClock } from '../host/node-clock.ts';
import { nodeFiles } from '../host/node-files.ts';
import { compileRequest, decodedFile } from '../host/scenario-source.ts';
import { resumeProblem } from '../run/resume.ts';
import { RunFailure } from '../run/run-failure.ts';
import { type CaptureRequest, runTimeline } from '../run/runner.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import { parseDuration } from '../spec/units.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';
import { captureName } from '../timeline/captures.ts';
import { type Observed, observeAll } from './observed.ts';
import { RecordLog } from './record-log.ts';
import { Run } from './run.ts';
import { RunLock } from './run-lock.ts';
import { Snapshot } from './snapshot.ts';

/** Value of a parameter: as text with its unit (`'30s'`), or a number or truth value where the parameter is one. */
export type ParamInput = string | number | boolean;

export interface ScenarioOptions {
  /** Parameters of the scenario that get another value, by name. */
  readonly params?: Readonly<Record<string, ParamInput>>;
  /** Instead of the scenario's seed. */
  readonly seed?: number;
  /** Let the scenario read files outside its own folder. */
  readonly allowOutside?: boolean;
}

export interface TextOptions extends ScenarioOptions {
  /** Where the text would stand: files that it names are looked for there, and its lock stands there. */
  readonly file?: string | URL;
}

export interface RunOptions extends Pick<ScenarioOptions, 'params' | 'seed'> {
  /** Stop the clock there, for example `'30s'`. */
  readonly until?: string;
  /** What the scenario is played on: `simulator` (default) or `ldk`, real LDK nodes (docs/backends.md). */
  readonly backend?: 'simulator' | 'ldk';
  /** Check every invariant after each event (slow); on the simulator only. */
  readonly check?: boolean;
  /** Keep the state at these times (`'30s'`, `'end'`) for `run.snapshot`, beside those that the scenario keeps. */
  readonly snapshotAt?: readonly string[];
  /** Go on from a state that a run of this scenario was in. */
  readonly from?: Snapshot;
  /** Keep everything that happened for `run.records`. */
  readonly records?: boolean;
  /** Name of the lock, for a run with other parameters: `fast` is `shop.fast.lock.json` beside `shop.yml`. */
  readonly lock?: string;
}

/** A scenario that is not valid. The message holds every problem with its place, excerpt and hint. */
export class ScenarioError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(file: string, diagnostics: readonly Diagnostic[]) {
    super(`${file} is not valid\n\n${formatDiagnostics(diagnostics)}`);
    this.name = 'ScenarioError';
    this.diagnostics = diagnostics;
  }
}

/** Reads a scenario file. @throws ScenarioError when it is not valid; Error when there is no such file. */
export async function loadScenario(file: string | URL, options: ScenarioOptions = {}): Promise<Scenario> {
  const name = pathOf(file);
  const decoded = decodedFile(files(), name);
  if (decoded === null) throw new Error(`E113 there is no file ${name}`);
  if (!decoded.ok) throw new ScenarioError(name, [decoded.diagnostic]);
  return Scenario.compiled({ text: decoded.text, file: name, hasFile: true }, options);
}

/** Reads the text of a scenario. @throws ScenarioError when it is not valid. */
export async function parseScenario(text: string, options: TextOptions = {}): Promise<Scenario> {
  const { file, ...rest } = options;
  const source = { text, file: file === undefined ? 'scenario.yml' : pathOf(file), hasFile: file !== undefined };
  return Scenario.compiled(source, rest);
}

interface Source {
  readonly text: string;
  readonly file: string;
  readonly hasFile: boolean;
}

/** A valid scenario with its timeline. It does not change: `with` makes another one. */
export class Scenario {
  /** Path of its file, relative to the present folder where it is below it. */
  readonly file: string;
  readonly warnings: readonly Diagnostic[];
  readonly #source: Source;
  readonly #options: ScenarioOptions;
  readonly #compiled: Compiled;

  private constructor(source: Source, options: ScenarioOptions, compiled: Compiled) {
    this.file = source.file;
    this.warnings = compiled.diagnostics;
    this.#source = source;
    this.#options = options;
    this.#compiled = compiled;
  }

  /** For loadScenario and parseScenario. */
  static async compiled(source: Source, options: ScenarioOptions, limits?: BackendLimits): Promise<Scenario> {
    const { params = {}, seed, allowOutside } = options;
    const settings = {
      overrides: new Map(Object.entries(params).map(([name, value]) => [name, String(value)])),
      ...(seed === undefined ? {} : { seed }),
      ...(allowOutside === undefined ? {} : { allowOutside }),
      ...(limits === undefined ? {} : { limits }),
    };
    const answer = await defaultEngine.compile(compileRequest(files(), source.file, source.text, settings));
    if (!answer.ok) throw new ScenarioError(source.file, answer.diagnostics);
    return new Scenario(source, options, answer);
  }

  get name(): string {
    return this.#compiled.scenario.name;
  }

  get seed(): number {
    return this.#compiled.scenario.seed;
  }

  /** Values of all parameters by name. */
  get params(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#compiled.scenario.params.map(({ name, value }) => [name, value]));
  }

  /** The same scenario with other parameters or another seed. @throws ScenarioError when it is not valid with them. */
  with(options: ScenarioOptions): Promise<Scenario> {
    return this.#with(options);
  }

  /**
   * Plays the scenario, on the simulator unless `backend` says otherwise. Expectations that fail are results, see `run.expectations`.
   * @throws Error when the run itself fails, for example because `check` finds an invariant broken, or when it cannot
   * go on from `from`.
   */
  async run(options: RunOptions = {}): Promise<Run> {
    const { params, seed, backend, ...rest } = options;
    const entry = backendNamed(backend);
    const { limits } = entry;
    if (params === undefined && seed === undefined && limits === undefined) return this.#play(entry, rest);
    const other = await this.#with(
      { ...(params === undefined ? {} : { params }), ...(seed === undefined ? {} : { seed }) },
      limits,
    );
    return other.#play(entry, rest);
  }

  #with(options: ScenarioOptions, limits?: BackendLimits): Promise<Scenario> {
    const params = { ...this.#options.params, ...options.params };
    return Scenario.compiled(this.#source, { ...this.#options, ...options, params }, limits);
  }

  async #play(entry: BackendEntry, options: Omit<RunOptions, 'params' | 'seed' | 'backend'>): Promise<Run> {
    const compiled = this.#compiled;
    const { timeline, timelineDigest, start } = compiled;
    const until = options.until === undefined ? undefined : microseconds(options.until);
    const { from } = options;
    const problem = from === undefined ? null : resumeProblem(timeline, from.document, entry.name);
    if (problem !== null) throw new Error(`${problem.message}; ${problem.hint}`);
    const snapshots = new Map<string, Snapshot>();
    const log = options.records === true ? new RecordLog(timeline) : null;
    const lock = this.#source.hasFile
      ? new RunLock(files(), this.file, compiled, { name: options.lock, backend: entry })
      : null;
    const backend = await entry.create({ check: options.check === true });
    let observed: Observed | null = null;
    // The last moment at which the backend can be asked.
    const stop = backend.stop.bind(backend);
    backend.stop = async () => {
      observed = await observeAll(timeline, backend);
      await stop();
    };
    const result = await runTimeline({
      timeline,
      timelineDigest,
      backend,
      kinds: defaultEngine.kinds,
      observers: [...(log === null ? [] : [log.observer]), ...(lock?.observers ?? [])],
      clock: nodeClock,
      sha256: nativeSha256,
      ...(until === undefined ? {} : { until }),
      ...(start === undefined ? {} : { start: { kind: 'anew', snapshot: start.document } }),
      ...(from === undefined ? {} : { start: { kind: 'resume', snapshot: from.document } }),
      captures: (options.snapshotAt ?? []).map(captureRequest),
      onSnapshot: (name, document) => void snapshots.set(name, new Snapshot(name, document)),
    });
    if (result.failure !== null) throw result.failure;
    const { stateDigest: state, runDigest: run, recordsDigest: records } = result;
    if (state === null || run === null || observed === null) {
      throw new RunFailure('internal', 'the backend could not tell its state');
    }
    const digests = { spec: compiled.specDigest, timeline: timelineDigest, records, state, run };
    return new Run({ file: this.file, compiled, result, digests, observed, log, lock, snapshots });
  }
}

/** @throws TypeError where there is none of this name */
function backendNamed(name: string | undefined): BackendEntry {
  const entry =
    name === undefined ? defaultEngine.backends[0] : defaultEngine.backends.find((backend) => backend.name === name);
  if (entry === undefined || entry.inWallTime === true) throw new TypeError(`there is no backend '${name}'`);
  return entry;
}

function captureRequest(time: string): CaptureRequest {
  if (time === 'end') return { atUs: 'end', name: 'end' };
  const atUs = microseconds(time);
  return { atUs, name: captureName('at', atUs) };
}

/** Files of the disk, from the present folder. */
const files = (): ReturnType<typeof nodeFiles> => nodeFiles(process.cwd());

/** A path for files and messages: relative to the present folder where it is below it. */
function pathOf(file: string | URL): string {
  const given = typeof file === 'string' && !file.startsWith('file:') ? file : fileURLToPath(file);
  const relative = path.relative(process.cwd(), given);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? given : relative;
}

/** @throws TypeError for a text that is no duration. */
function microseconds(text: string): number {
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new TypeError(`until: ${parsed.reason}${parsed.hint === undefined ? '' : `; ${parsed.hint}`}`);
}
