/**
 * `blast-ln/testing`: the library, and its matchers for vitest. Importing it registers them, so it is imported by test
 * files (or a setup file) only. The only file that knows vitest.
 */
import { expect } from 'vitest';
import { toMatchLock, toPass } from './matchers.ts';
import type { Run } from './run.ts';
import type { LockUpdate } from './run-lock.ts';

export * from './index.ts';

declare module 'vitest' {
  // The parameter is that of vitest's own declaration, which this one is merged with.
  interface Matchers<T> {
    /** Every expectation of the scenario holds. */
    toPass(): T extends Run ? void : never;
    /**
     * The run is the one that the lock beside the scenario pins. A missing lock is written, but not in CI; `vitest -u`
     * writes one that differs.
     */
    toMatchLock(): T extends Run ? void : never;
  }
}

expect.extend({
  toPass(received: unknown) {
    return toPass(received);
  },
  toMatchLock(received: unknown) {
    const update: LockUpdate = this.isNot ? 'none' : expect.getState().snapshotState.snapshotUpdateState;
    return toMatchLock(received, update);
  },
});
