/**
 * `blast snapshot verify --replay SCENARIO`: whether a state can be taken up again. The backend that made it goes to the state,
 * by its journal where it has one, and is asked at once what its state is: it must be the one of the file. Nothing is played.
 */
import { canonicalJson, type Json } from '../base/json.ts';
import type { Compiled } from '../host/engine.ts';
import { backendOf, resumeProblem } from '../run/resume.ts';
import { runTimeline } from '../run/runner.ts';
import { isJournal, type SnapshotDocument } from '../snapshot/document.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { CommandContext } from './options.ts';
import { backendNamed } from './play.ts';
import { printResumeProblem } from './run-origin.ts';
import { loadScenario } from './scenario-file.ts';
import type { ReadSnapshot } from './snapshot-file.ts';

export interface Replayed {
  readonly verdict: 'same' | 'differs' | 'impossible';
  readonly code: ExitCode;
  /** Why it is not the same; empty where that was printed with its place, and where it is. */
  readonly reason: string;
  /** Calls of the journal; absent where the state has none. */
  readonly calls?: number;
}

const NAME = 'replayed';

/** Compiles the scenario for the backend of each state, once. */
export class SnapshotReplay {
  readonly #context: CommandContext;
  readonly #scenario: string;
  readonly #settings: { readonly overrides: ReadonlyMap<string, string>; readonly seed?: number };
  readonly #compiled = new Map<string, Promise<Compiled | null>>();

  constructor(
    context: CommandContext,
    scenario: string,
    settings: { readonly overrides: ReadonlyMap<string, string>; readonly seed?: number },
  ) {
    this.#context = context;
    this.#scenario = scenario;
    this.#settings = settings;
  }

  /** @throws CliError where there is no such scenario or backend */
  async replay(file: string, read: ReadSnapshot): Promise<Replayed> {
    const { document } = read;
    const name = backendOf(document);
    const compiled = await this.#compile(name);
    if (compiled === null) return { verdict: 'impossible', code: EXIT.invalid, reason: '' };
    const problem = resumeProblem(compiled.timeline, document, name);
    if (problem !== null) {
      printResumeProblem(this.#context.io, file, read, problem);
      return { verdict: 'impossible', code: EXIT.invalid, reason: '' };
    }
    const calls = isJournal(document.state) ? { calls: document.state.journal.length } : {};
    return { ...(await this.#goTo(document, compiled, name)), ...calls };
  }

  #compile(name: string): Promise<Compiled | null> {
    let compiled = this.#compiled.get(name);
    if (compiled === undefined) {
      const { limits } = backendNamed(this.#context, name);
      compiled = loadScenario(this.#context, this.#scenario, {
        ...this.#settings,
        ...(limits === undefined ? {} : { limits }),
      });
      this.#compiled.set(name, compiled);
    }
    return compiled;
  }

  /** A run that goes on from the state and is stopped when it is there. */
  async #goTo(document: SnapshotDocument, compiled: Compiled, name: string): Promise<Replayed> {
    const { io, engine } = this.#context;
    const stop = new AbortController();
    let interrupted = false;
    const release = io.onInterrupt(() => {
      interrupted = true;
      stop.abort();
    });
    const found: SnapshotDocument[] = [];
    try {
      const { failure } = await runTimeline({
        timeline: compiled.timeline,
        timelineDigest: compiled.timelineDigest,
        backend: await backendNamed(this.#context, name).create({ check: false }),
        kinds: engine.kinds,
        clock: io.clock,
        start: { kind: 'resume', snapshot: document, isChecked: true },
        stop: stop.signal,
        captureOnStop: NAME,
        onSnapshot: (_, taken) => void found.push(taken),
        onProgress: ({ state }) => {
          if (state === 'running') stop.abort();
        },
      });
      if (interrupted) return { verdict: 'impossible', code: EXIT.interrupted, reason: 'interrupted' };
      if (failure !== null) {
        const differs = failure.message.startsWith('E833 ');
        return {
          verdict: differs ? 'differs' : 'impossible',
          code: differs ? EXIT.replayDiffers : EXIT.backend,
          reason: failure.message,
        };
      }
    } finally {
      release();
    }
    const [taken] = found;
    const members = taken === undefined ? ['all of it'] : differingMembers(document.state, taken.state);
    if (members.length === 0) return { verdict: 'same', code: EXIT.ok, reason: '' };
    const reason = `E833 the state does not come out again: ${members.join(', ')}`;
    return { verdict: 'differs', code: EXIT.replayDiffers, reason };
  }
}

/** Names of the members of a state that are not the same in another one. */
function differingMembers(before: object, after: object): readonly string[] {
  const texts = (state: object): ReadonlyMap<string, string> =>
    new Map(Object.entries(state).map(([key, value]) => [key, canonicalJson(value as Json)]));
  const [a, b] = [texts(before), texts(after)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key));
}
