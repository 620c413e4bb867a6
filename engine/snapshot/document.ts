/**
 * What a snapshot file holds: the state of a network, and where the run that made it was. Types only; keys in the order
 * of canonical JSON, as in engine/simulate/state.ts and engine/timeline/journal.ts. Times µs, amounts msat.
 */
import type { HashState } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { SimulationState } from '../simulate/state.ts';
import type { JournalState } from '../timeline/journal.ts';
import type { TimelinePrefix } from '../timeline/prefix.ts';

export type { ChannelState, SimulationState } from '../simulate/state.ts';
export { isJournal, type JournalState } from '../timeline/journal.ts';

export const SNAPSHOT_FORMAT = 'blast-snapshot/1';

/** Which scenario made the state. */
export interface SnapshotScenario {
  readonly name: string;
  /** Digests of the part of the timeline that had been played. */
  readonly prefix: TimelinePrefix;
  readonly seed: number;
  /** Digest of the whole timeline. */
  readonly timeline: string;
}

/** Totals of one activity, as PaymentBook keeps them. */
export interface ActivityTotals {
  readonly activity: string;
  readonly amount_msat: number;
  readonly attempts: number;
  readonly fee_msat: number;
  readonly max_us: number;
  /** Payments by OUTCOME. */
  readonly outcomes: readonly number[];
  readonly started: number;
  readonly success_us: number;
}

export interface ExpectationState {
  readonly at_us: number;
  readonly measured: string;
  readonly message: string;
  readonly status: string;
  readonly that: string;
}

export interface LoopState {
  readonly activity: string;
  /** Payments that are due: [number, instant]. */
  readonly due: readonly (readonly [number, number])[];
  readonly given: number;
}

export interface ReactionState {
  readonly activity: string;
  readonly failures: number;
  /** Null: for ever. */
  readonly quiet_until_us: number | null;
}

export interface TriggerState {
  readonly fired: number;
  /** Null: never again. */
  readonly next_us: number | null;
  readonly was: boolean;
}

/** What an agent knows. */
export interface AgentState {
  /** Payments that have ended and that it has not heard of yet. */
  readonly ended: readonly {
    readonly amount_msat: number;
    readonly attempts: number;
    /** Code and hop. */
    readonly failure: readonly [number, number];
    readonly fee_msat: number;
    readonly number: number;
    readonly outcome: number;
    readonly resolved_us: number;
  }[];
  readonly figures: { readonly [name: string]: number };
  readonly in_flight: readonly {
    readonly amount_msat: number;
    readonly destination: string;
    readonly number: number;
  }[];
  /** What it has chosen to remember. */
  readonly memory: Json;
  readonly node: string;
  /** Payments made. */
  readonly paid: number;
}

export interface BehaviourState {
  readonly agents: readonly AgentState[];
  readonly name: string;
  /** Instants at which its agents were woken. */
  readonly woken: number;
}

/** How long a node was down; since_us null: it runs. */
export interface DownState {
  readonly down_us: number;
  readonly downs: number;
  readonly node: string;
  readonly since_us: number | null;
}

export interface RecordsState {
  readonly checkpoints: readonly { readonly at_us: number; readonly digest: string; readonly records: number }[];
  readonly hash: HashState;
  readonly interval_us: number;
  readonly last_us: number;
  readonly trace: { readonly fingerprints: string; readonly records: number; readonly stride: number };
}

/** Where a run was: all that is needed to go on with it, besides the network. */
export interface RunState {
  readonly activities: readonly ActivityTotals[];
  /** Absent in a run without behaviours. */
  readonly behaviours?: readonly BehaviourState[];
  readonly down?: readonly DownState[];
  /** End of the scenario when it was reached and payments in flight resolve; null before. */
  readonly ended_us: number | null;
  readonly expectations: readonly ExpectationState[];
  readonly loops: readonly LoopState[];
  /** The simulator's clock at the scenario's time 0. */
  readonly origin_us: number;
  /** Payments that were started, as columns; instants and outcome are −1 while a payment is in flight. */
  readonly payments: {
    readonly outcome: readonly number[];
    readonly resolved_us: readonly number[];
    readonly row: readonly number[];
    readonly started_us: readonly number[];
  };
  readonly reactions: readonly ReactionState[];
  readonly records: RecordsState;
  /** Rows of the timeline that were played. */
  readonly rows: number;
  readonly triggers: readonly TriggerState[];
}

/** The state of the simulator, or a journal that leads to that of another backend. */
export type KeptState = SimulationState | JournalState;

export interface SnapshotDocument<State extends KeptState = KeptState> {
  /** Version of the engine that wrote it. */
  readonly engine: string;
  /** Absent in a file that keeps the network only. */
  readonly run?: RunState;
  readonly scenario: SnapshotScenario;
  readonly state: State;
}
