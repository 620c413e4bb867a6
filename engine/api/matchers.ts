/** Matchers for runs, without a test framework: each answers whether it holds and what to say. */
import { Run } from './run.ts';
import type { LockUpdate } from './run-lock.ts';

export interface MatcherAnswer {
  readonly pass: boolean;
  message(): string;
}

/** Every expectation of the scenario holds. */
export function toPass(received: unknown): MatcherAnswer {
  if (!(received instanceof Run)) return notARun('toPass', received);
  const failures = received.failures();
  const skipped = received.expectations.filter(({ status }) => status === 'skipped').length;
  if (failures === '' && skipped > 0) {
    const message = `${received.name} ended before ${skipped} of its expectations could be checked`;
    return { pass: false, message: () => message };
  }
  return {
    pass: failures === '',
    message: () => (failures === '' ? `${received.name} passes all of its expectations` : failures),
  };
}

/** The run is the one that its lock pins. */
export function toMatchLock(received: unknown, update: LockUpdate): MatcherAnswer {
  if (!(received instanceof Run)) return notARun('toMatchLock', received);
  const { matches, message } = received.matchLock(update);
  return { pass: matches, message: () => (matches ? `${received.name} is the run that its lock pins` : message) };
}

function notARun(matcher: string, received: unknown): MatcherAnswer {
  const what = received instanceof Promise ? 'a promise: await it first' : typeof received;
  return { pass: false, message: () => `${matcher} needs what scenario.run() answers, got ${what}` };
}
