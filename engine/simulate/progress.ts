/**
 * Bounds of what may happen while virtual time stands still, or all but does. A model that asks for one more timer or
 * attempt whatever it hears would keep a run busy for ever; beyond these bounds the run ends instead. They are far above
 * what any implementation does, and no decision of the simulation depends on them.
 */

/** Attempts and timers of one payment that are taken at once, and how many more each millisecond of virtual time. */
const PAYMENT_BURST = 20_000;
const PAYMENT_US_PER_ACTION = 1000;

/** Events of the physics at one instant: for any network, and for each of its nodes, channels and payments. */
const INSTANT_BASE = 10_000_000;
const INSTANT_PER_THING = 10_000;

/** Something goes on and on while virtual time does not. The message says what. */
export class NoProgressError extends Error {
  override readonly name = 'NoProgressError';
}

/**
 * Whether a payment may make its `actions`-th attempt or timer, counted from 1.
 * @param elapsedUs since the payment began, µs
 */
export function paymentGoesOn(actions: number, elapsedUs: number): boolean {
  return actions <= PAYMENT_BURST + elapsedUs / PAYMENT_US_PER_ACTION;
}

/** Most events of the physics at one instant of virtual time, in a network with so many nodes, channels and payments. */
export function mostAtOnce(things: number): number {
  return INSTANT_BASE + INSTANT_PER_THING * things;
}
