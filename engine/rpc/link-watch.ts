/**
 * A thread beside one that waits for a process in system calls, which have no end by time: it ends the process when an answer
 * takes too long, and with it the wait. See direct-link.ts for the other end.
 */
import { killGroup } from './model-process.ts';

/** What a thread of this kind is started with. */
export interface WatchData {
  readonly kind: 'blast-link-watch';
  /** Words of 32 bits, by WORD. */
  readonly state: SharedArrayBuffer;
  /** How long an answer may take, ms. */
  readonly answerMs: number;
  /** The process. */
  readonly pid: number;
}

export const WORD = {
  /** Odd while an answer is waited for, another number each time. */
  turn: 0,
  /** 1 when one did not come in time. */
  late: 1,
  /** 1 when nobody waits any more. */
  closed: 2,
} as const;

/** It looks so often while an answer may come, so that one that is late is so by less than a quarter. */
const LOOKS = 8;

/** Longest time between two looks, ms. */
const LOOK_MS = 1000;

/** Returns when nobody waits any more. Nobody wakes it before: that would cost a turn as much as the process does. */
export function watchLink({ state, answerMs, pid }: WatchData): void {
  const words = new Int32Array(state);
  let seen = 0;
  let sinceMs = 0;
  while (Atomics.wait(words, WORD.closed, 0, Math.min(answerMs / LOOKS, LOOK_MS)) === 'timed-out') {
    const turn = Atomics.load(words, WORD.turn);
    if (turn !== seen || turn % 2 === 0) {
      seen = turn;
      sinceMs = performance.now();
    } else if (performance.now() - sinceMs >= answerMs) {
      Atomics.store(words, WORD.late, 1);
      killGroup(pid);
      return;
    }
  }
}
