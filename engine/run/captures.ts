/** Which states of a run are kept, and when: those of the timeline, those that are asked for, and those that events ask for. */
import type { RunInput } from './run-contract.ts';

interface Capture {
  readonly atUs: number;
  readonly name: string;
}

/** Whether states of a run may be kept: at times, when it is stopped, or because events ask for them. */
export function mayKeepStates(input: RunInput): boolean {
  const { timeline, captures = [], keepsOwn = true, onSnapshot, captureOnStop, kinds } = input;
  if (onSnapshot === undefined) return false;
  if (captureOnStop !== undefined || captures.length > 0) return true;
  if (!keepsOwn) return false;
  const { captures: planned = [], actions, triggers = [] } = timeline;
  const all = [...actions, ...triggers.flatMap(({ action }) => action ?? [])];
  return planned.length > 0 || all.some(({ kind }) => kinds.get(kind)?.keepsStates === true);
}

export class Captures {
  /** In order of time; each comes after everything else of its instant. */
  readonly #timed: readonly Capture[];
  readonly atEnd: readonly string[];
  readonly #keepsOwn: boolean;
  readonly #requested: ((timeUs: number) => string)[] = [];
  #next = 0;

  constructor({ timeline, captures = [], keepsOwn = true }: RunInput) {
    this.#keepsOwn = keepsOwn;
    const planned = keepsOwn ? (timeline.captures ?? []) : [];
    this.#timed = [
      ...planned.filter(({ atEnd }) => !atEnd),
      ...captures.flatMap(({ atUs, name }) => (atUs === 'end' ? [] : [{ atUs, name }])),
    ].sort((a, b) => a.atUs - b.atUs);
    this.atEnd = [...planned.filter(({ atEnd }) => atEnd), ...captures.filter(({ atUs }) => atUs === 'end')].map(
      ({ name }) => name,
    );
  }

  /** Instant of the next one, µs; Infinity when there is none. */
  get nextUs(): number {
    return this.#timed[this.#next]?.atUs ?? Number.POSITIVE_INFINITY;
  }

  /** The name of the next one, which is then done. */
  take(): string {
    return this.#timed[this.#next++]?.name ?? '';
  }

  /**
   * Passes over what was kept up to an instant, µs.
   * @param last the one that was kept last, where others of the same instant may still be due; absent: none is
   */
  skipTo(nowUs: number, last?: string): void {
    while (this.nextUs < nowUs) this.#next++;
    const first = this.#next;
    while (this.nextUs === nowUs) this.#next++;
    if (last === undefined) return;
    const same = this.#timed.slice(first, this.#next).findIndex(({ name }) => name === last);
    // One that an event has asked for comes before all of them.
    this.#next = first + same + 1;
  }

  /** An event asks for a state, by the name that it gets for the instant. */
  request(name: (timeUs: number) => string): void {
    if (this.#keepsOwn) this.#requested.push(name);
  }

  get isRequested(): boolean {
    return this.#requested.length > 0;
  }

  /** Names of the states that events have asked for at an instant, which are then done. */
  takeRequested(timeUs: number): readonly string[] {
    return this.#requested.splice(0).map((name) => name(timeUs));
  }
}
