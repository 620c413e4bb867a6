/**
 * A recorded exchange in the place of the process and its chain: the same questions in the same order get what they got. Any
 * other one is refused, and told of in the end.
 */
import type { Json } from '../base/json.ts';
import { type Asked, isLook, type Outcome, questionKey, type RecordedCall, type Recording } from './recording.ts';

/** The changes of one thing that was looked at, between two calls that are no looks. */
type Looks = Map<string, RecordedCall[]>;

export class Replay {
  /** Calls that are no looks, and what was seen before the first, after the first, … */
  readonly #steps: RecordedCall[] = [];
  readonly #seen: Looks[] = [new Map()];
  /** Looks since the last step, and what each question was answered last. */
  readonly #counts = new Map<string, number>();
  readonly #last = new Map<string, Outcome>();
  #next = 0;
  #mismatch: string | null = null;

  constructor({ calls }: Recording) {
    for (const call of calls) {
      if (call.look === undefined) {
        this.#steps.push(call);
        this.#seen.push(new Map());
        continue;
      }
      const seen = this.#seen.at(-1)!;
      const key = questionKey(call.to, call.call, call.request);
      seen.set(key, [...(seen.get(key) ?? []), call]);
    }
  }

  /** What the recording has for a question; null where it has nothing. */
  ask(to: Asked, call: string, request: Json): Outcome | null {
    const outcome = isLook(to, call) ? this.#look(to, call, request) : this.#step(to, call, request);
    if (outcome !== null) return outcome;
    const expected = this.#expected();
    this.#mismatch ??= `${shown(call, request)} was asked where the recording ${expected ?? 'has ended'}`;
    return null;
  }

  /** In which way what was asked is not what was recorded; null when it is. */
  get difference(): string | null {
    const expected = this.#expected();
    return this.#mismatch ?? (expected === null ? null : `the recording ${expected}, which was not asked`);
  }

  #expected(): string | null {
    const step = this.#steps[this.#next];
    return step === undefined ? null : `goes on with ${shown(step.call, step.request)}`;
  }

  #step(to: Asked, call: string, request: Json): Outcome | null {
    const step = this.#steps[this.#next];
    if (step === undefined || questionKey(step.to, step.call, step.request) !== questionKey(to, call, request)) {
      return null;
    }
    this.#next++;
    this.#counts.clear();
    return step;
  }

  #look(to: Asked, call: string, request: Json): Outcome | null {
    const key = questionKey(to, call, request);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const seen = this.#seen[this.#next]?.get(key)?.findLast(({ look = 1 }) => look <= count);
    const outcome = seen ?? this.#last.get(key) ?? null;
    if (outcome !== null) this.#last.set(key, outcome);
    return outcome;
  }
}

const shown = (call: string, request: Json): string => `${call} ${JSON.stringify(request)}`;
