/**
 * The compiler as an XState machine: which stages there are and what leads from one to the next.
 *
 *   reading → parsing → validating → resolving → expanding → scheduling → sealed
 *
 * and from each of them to `failed`. The machine only decides; what a stage does is handed in as a step. A step answers a
 * value and diagnostics: without a value the compiler stops there, with a value it goes on even after errors, so that as
 * many problems as possible come at once; before anything is sealed an error stops it all the same. Nothing here depends
 * on time: the steps are awaited one after the other.
 */
import { assign, createActor, fromPromise, setup } from 'xstate';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { Stage } from './stage.ts';

/** States of the compiler in the order they are passed; the last two are final. */
export const COMPILE_STATES = [
  'reading',
  'parsing',
  'validating',
  'resolving',
  'expanding',
  'scheduling',
  'sealed',
  'failed',
] as const;
export type CompileState = (typeof COMPILE_STATES)[number];

/** What the stages do. Each gets what the stage before it answered. */
export interface CompileSteps<Source, Parsed, Validated, Resolved, Expanded, Sealed> {
  readonly read: () => Promise<Stage<Source>>;
  readonly parse: (input: Source) => Promise<Stage<Parsed>>;
  readonly validate: (input: Parsed) => Promise<Stage<Validated>>;
  readonly resolve: (input: Validated) => Promise<Stage<Resolved>>;
  readonly expand: (input: Resolved) => Promise<Stage<Expanded>>;
  readonly schedule: (input: Expanded) => Promise<Stage<Sealed>>;
}

export interface CompileRun<Sealed> {
  /** Null when the machine ended in `failed`. */
  readonly value: Sealed | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Within the machine the values are opaque; runCompile ties their types together. */
type Step = (input: unknown) => Promise<Stage<unknown>>;

interface CompileContext {
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** What a step threw: a defect of the compiler, never a user's mistake. */
  readonly defect: unknown;
}

const notProvided = fromPromise<Stage<unknown>, unknown>(() => Promise.reject(new Error('no step was provided')));

const machineSetup = setup({
  types: {
    context: {} as CompileContext,
  },
  actors: {
    read: notProvided,
    parse: notProvided,
    validate: notProvided,
    resolve: notProvided,
    expand: notProvided,
    schedule: notProvided,
  },
  actions: {
    keep: assign({
      value: (_, stage: Stage<unknown>) => stage.value,
      diagnostics: ({ context }, stage: Stage<unknown>) => [...context.diagnostics, ...stage.diagnostics],
    }),
    keepDefect: assign({ defect: (_, error: unknown) => error }),
  },
  guards: {
    canGoOn: (_, stage: Stage<unknown>) => stage.value !== null,
    /** The last step seals, so there any error counts, also one of an earlier stage. */
    isSound: ({ context }, stage: Stage<unknown>) =>
      stage.value !== null && ![...context.diagnostics, ...stage.diagnostics].some((one) => one.severity === 'error'),
  },
});

const machine = machineSetup.createMachine({
  id: 'compile',
  context: { value: undefined, diagnostics: [], defect: undefined },
  initial: 'reading',
  states: {
    reading: stage('read', 'parsing', 'canGoOn'),
    parsing: stage('parse', 'validating', 'canGoOn'),
    validating: stage('validate', 'resolving', 'canGoOn'),
    resolving: stage('resolve', 'expanding', 'canGoOn'),
    expanding: stage('expand', 'scheduling', 'isSound'),
    scheduling: stage('schedule', 'sealed', 'isSound'),
    sealed: { type: 'final' },
    failed: { type: 'final' },
  },
});

/** One state: it runs a step and goes on when the guard allows. */
function stage<
  Source extends 'read' | 'parse' | 'validate' | 'resolve' | 'expand' | 'schedule',
  Next extends CompileState,
>(src: Source, next: Next, guard: 'canGoOn' | 'isSound') {
  return machineSetup.createStateConfig({
    invoke: {
      src,
      input: ({ context }: { context: CompileContext }) => context.value,
      onDone: [
        {
          guard: { type: guard, params: ({ event }: { event: { output: Stage<unknown> } }) => event.output },
          target: next,
          actions: { type: 'keep', params: ({ event }: { event: { output: Stage<unknown> } }) => event.output },
        },
        {
          target: 'failed',
          actions: { type: 'keep', params: ({ event }: { event: { output: Stage<unknown> } }) => event.output },
        },
      ],
      onError: {
        target: 'failed',
        actions: { type: 'keepDefect', params: ({ event }: { event: { error: unknown } }) => event.error },
      },
    },
  });
}

/**
 * Runs the machine to its end; `onState` hears of every state entered.
 * @throws what a step threw.
 */
export function runCompile<A, B, C, D, E, F>(
  steps: CompileSteps<A, B, C, D, E, F>,
  onState: (state: CompileState) => void = () => {},
): Promise<CompileRun<F>> {
  const actorOf = (step: unknown): typeof notProvided =>
    fromPromise<Stage<unknown>, unknown>(({ input }) => (step as Step)(input));
  const provided = machine.provide({
    actors: {
      read: actorOf(steps.read),
      parse: actorOf(steps.parse),
      validate: actorOf(steps.validate),
      resolve: actorOf(steps.resolve),
      expand: actorOf(steps.expand),
      schedule: actorOf(steps.schedule),
    },
  });
  const actor = createActor(provided);
  return new Promise((resolve, reject) => {
    let last: CompileState | undefined;
    actor.subscribe((snapshot) => {
      const state = snapshot.value as CompileState;
      if (state !== last) {
        last = state;
        onState(state);
      }
      if (snapshot.status !== 'done') return;
      const { value, diagnostics, defect } = snapshot.context;
      if (defect !== undefined) reject(defect);
      else resolve({ value: state === 'sealed' ? (value as F) : null, diagnostics });
    });
    actor.start();
  });
}
