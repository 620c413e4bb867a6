/**
 * Life of a run as an XState machine: which states there are and what leads from one to the next.
 *
 * The machine only decides. What a state does (building the network, walking the timeline, draining) is handed in as
 * steps by whoever runs it. `paused` aborts the signal of `play`, and entering `running` again starts it anew, so
 * `play` must go on where it was. A stop request wins in every state that is not final.
 */
import { assign, createActor, fromPromise, setup } from 'xstate';

/** States of a run; the last three are final. */
export const RUN_STATES = ['booting', 'running', 'paused', 'draining', 'completed', 'failed', 'aborted'] as const;
export type RunState = (typeof RUN_STATES)[number];

export type RunEvent = { readonly type: 'PAUSE' } | { readonly type: 'RESUME' } | { readonly type: 'STOP' };

/** One step of a run. The signal is aborted when the state is left before the step has ended. */
export type RunStep = (signal: AbortSignal) => Promise<void>;

export interface RunSteps {
  readonly boot: RunStep;
  readonly play: RunStep;
  readonly drain: RunStep;
}

/** A run that has been started. */
export interface RunLifecycle {
  state(): RunState;
  /** Events that mean nothing in the present state are ignored. */
  send(event: RunEvent): void;
  /** The final state, with the error when it is `failed`. */
  readonly finished: Promise<{ readonly state: RunState; readonly error: unknown }>;
}

interface RunContext {
  readonly steps: RunSteps;
  readonly error: unknown;
}

const step = fromPromise<void, RunStep>(({ input, signal }) => input(signal));

const machine = setup({
  types: {
    context: {} as RunContext,
    input: {} as RunSteps,
    events: {} as RunEvent,
  },
  actors: { step },
  actions: { keepError: assign({ error: ({ event }) => (event as unknown as { error: unknown }).error }) },
}).createMachine({
  id: 'run',
  context: ({ input }) => ({ steps: input, error: undefined }),
  initial: 'booting',
  states: {
    booting: {
      invoke: {
        src: 'step',
        input: ({ context }: { context: RunContext }) => context.steps.boot,
        onDone: 'running',
        onError: { target: 'failed', actions: 'keepError' },
      },
      on: { STOP: 'aborted' },
    },
    running: {
      invoke: {
        src: 'step',
        input: ({ context }: { context: RunContext }) => context.steps.play,
        onDone: 'draining',
        onError: { target: 'failed', actions: 'keepError' },
      },
      on: { PAUSE: 'paused', STOP: 'aborted' },
    },
    paused: { on: { RESUME: 'running', STOP: 'aborted' } },
    draining: {
      invoke: {
        src: 'step',
        input: ({ context }: { context: RunContext }) => context.steps.drain,
        onDone: 'completed',
        onError: { target: 'failed', actions: 'keepError' },
      },
      on: { STOP: 'aborted' },
    },
    completed: { type: 'final' },
    failed: { type: 'final' },
    aborted: { type: 'final' },
  },
});

/** Starts a run; `onState` hears of every state entered, the first one included. */
export function startRun(steps: RunSteps, onState: (state: RunState) => void = () => {}): RunLifecycle {
  const actor = createActor(machine, { input: steps });
  let last: RunState | undefined;
  const finished = new Promise<{ state: RunState; error: unknown }>((resolve) => {
    actor.subscribe((snapshot) => {
      const state: RunState = snapshot.value;
      if (state !== last) {
        last = state;
        onState(state);
      }
      if (snapshot.status === 'done') resolve({ state, error: snapshot.context.error });
    });
  });
  actor.start();
  return { state: () => actor.getSnapshot().value, send: (event) => actor.send(event), finished };
}
