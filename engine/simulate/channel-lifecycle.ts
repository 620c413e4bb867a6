/**
 * The life of a channel as a table for the hot path: LIFECYCLE[state × events + event] is the next state, or NO_CHANGE.
 * It is authored as an XState machine in channel-machine.ts; a test proves that both are equal.
 */
export const STATE = {
  negotiating: 0,
  pending: 1,
  awaiting_ready: 2,
  open: 3,
  shutting_down: 4,
  closing: 5,
  force_closing: 6,
  resolving: 7,
  closed: 8,
  abandoned: 9,
} as const;
export type ChannelState = (typeof STATE)[keyof typeof STATE];
export const STATE_NAMES: readonly string[] = Object.keys(STATE);

export const EVENT = {
  reject: 0,
  broadcast: 1,
  depth: 2,
  ready: 3,
  shutdown: 4,
  close_broadcast: 5,
  close_confirmed: 6,
  force: 7,
  commitment_confirmed: 8,
  resolved: 9,
  close_undone: 10,
  ending_undone: 11,
  commitment_undone: 12,
} as const;
export type ChannelEvent = (typeof EVENT)[keyof typeof EVENT];
export const EVENT_NAMES: readonly string[] = Object.keys(EVENT);

export const NO_CHANGE = 255;
const EVENTS = EVENT_NAMES.length;

const X = NO_CHANGE;
/* One row a state; columns: reject broadcast depth ready shutdown close_broadcast close_confirmed force commitment_confirmed resolved close_undone ending_undone commitment_undone */
// biome-ignore format: a table
export const LIFECYCLE: Uint8Array = new Uint8Array([
  9, 1, X, X, X, X, X, X, X, X, X, X, X, // negotiating
  X, X, 2, X, X, X, X, 6, X, X, X, X, X, // pending
  X, X, X, 3, X, X, X, 6, X, X, X, X, X, // awaiting_ready
  X, X, X, X, 4, X, X, 6, X, X, X, X, X, // open
  X, X, X, X, X, 5, X, 6, X, X, X, X, X, // shutting_down
  X, X, X, X, X, X, 8, X, X, X, X, X, X, // closing
  X, X, X, X, X, X, X, X, 7, X, X, X, X, // force_closing
  X, X, X, X, X, X, X, X, X, 8, X, X, 6, // resolving
  X, X, X, X, X, X, X, X, X, X, 5, 7, X, // closed
  X, X, X, X, X, X, X, X, X, X, X, X, X, // abandoned
]);

/** Next state, or NO_CHANGE when the event means nothing in this state. */
export function nextState(state: number, event: ChannelEvent): number {
  return LIFECYCLE[state * EVENTS + event]!;
}

/** State as an expectation sees it. */
export function observedState(state: number): string {
  switch (state) {
    case STATE.negotiating:
      return 'opening';
    case STATE.pending:
    case STATE.awaiting_ready:
      return 'pending';
    case STATE.open:
      return 'open';
    case STATE.shutting_down:
    case STATE.closing:
      return 'closing';
    case STATE.force_closing:
      return 'force_closing';
    case STATE.resolving:
      return 'resolving';
    case STATE.closed:
      return 'closed';
    default:
      return 'none';
  }
}
