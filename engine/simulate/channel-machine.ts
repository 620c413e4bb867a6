/**
 * The life of a channel, authored once as an XState machine. The simulator itself runs the table of
 * channel-lifecycle.ts; this machine is what the table is checked against and what the documentation draws.
 *
 * negotiating: open_channel … funding_signed are exchanged. pending: the funding transaction waits for its depth.
 * awaiting_ready: deep enough, channel_ready is exchanged. shutting_down: no new HTLCs, the present ones resolve.
 * closing: the closing transaction waits for its depth. force_closing: a commitment transaction is in the mempool.
 * resolving: its outputs are being claimed. abandoned: never came to be.
 *
 * What leads back is a reorganisation of the chain: close_undone, ending_undone (a spend of one of the last outputs) and
 * commitment_undone say which transaction is not confirmed any more.
 */
import { setup, transition } from 'xstate';
import { EVENT_NAMES, NO_CHANGE, STATE_NAMES } from './channel-lifecycle.ts';

type LifecycleEvent = {
  type:
    | 'reject'
    | 'broadcast'
    | 'depth'
    | 'ready'
    | 'shutdown'
    | 'close_broadcast'
    | 'close_confirmed'
    | 'force'
    | 'commitment_confirmed'
    | 'resolved'
    | 'close_undone'
    | 'ending_undone'
    | 'commitment_undone';
};

const machine = setup({ types: { events: {} as LifecycleEvent } }).createMachine({
  id: 'channel',
  initial: 'negotiating',
  states: {
    negotiating: { on: { reject: 'abandoned', broadcast: 'pending' } },
    pending: { on: { depth: 'awaiting_ready', force: 'force_closing' } },
    awaiting_ready: { on: { ready: 'open', force: 'force_closing' } },
    open: { on: { shutdown: 'shutting_down', force: 'force_closing' } },
    shutting_down: { on: { close_broadcast: 'closing', force: 'force_closing' } },
    closing: { on: { close_confirmed: 'closed' } },
    force_closing: { on: { commitment_confirmed: 'resolving' } },
    resolving: { on: { resolved: 'closed', commitment_undone: 'force_closing' } },
    closed: { on: { close_undone: 'closing', ending_undone: 'resolving' } },
    abandoned: { type: 'final' },
  },
});

/** The machine's transitions as a table in the layout of LIFECYCLE, computed by asking the machine itself. */
export function compileLifecycle(): Uint8Array {
  const table = new Uint8Array(STATE_NAMES.length * EVENT_NAMES.length);
  STATE_NAMES.forEach((state, s) => {
    const snapshot = machine.resolveState({ value: state, context: {} });
    EVENT_NAMES.forEach((event, e) => {
      let next = NO_CHANGE;
      if (snapshot.status === 'active') {
        const [after] = transition(machine, snapshot, { type: event } as LifecycleEvent);
        if (after.value !== state) next = STATE_NAMES.indexOf(after.value as string);
      }
      table[s * EVENT_NAMES.length + e] = next;
    });
  });
  return table;
}

/** State names and the transitions out of them, for documentation. */
export function lifecycleEdges(): readonly (readonly [from: string, event: string, to: string])[] {
  const table = compileLifecycle();
  const edges: [string, string, string][] = [];
  STATE_NAMES.forEach((from, s) => {
    EVENT_NAMES.forEach((event, e) => {
      const next = table[s * EVENT_NAMES.length + e]!;
      if (next !== NO_CHANGE) edges.push([from, event, STATE_NAMES[next]!]);
    });
  });
  return edges;
}
