/** The machine's clock, for pacing and for letting others have their turn. */
import type { WallClock } from '../run/pacing.ts';

// Kept as they are now: a test suite may put its own in their place later.
const { setTimeout, setImmediate, performance } = globalThis;

export const nodeClock: WallClock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => (ms <= 0 ? setImmediate(resolve) : setTimeout(resolve, ms))),
};
