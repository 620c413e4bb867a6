/**
 * The state of a backend that nobody can write down in one piece: all that was asked of it, in order, so that the same can be
 * asked again, and a digest of what it came to. Beside them stands what can be seen of the state, for people and for what
 * goes on with the run.
 *
 * Keys in the order of canonical JSON (RFC 8785). A node or a channel instance is its number: they count from 0 in the order
 * of their lists. Amounts msat or sat as named, times µs of the backend's clock, heights blocks.
 */
import type { Json } from '../base/json.ts';

/** Operations of the control plane that change something, as they stand in a journal: methods of Backend. */
export const JOURNAL_CALLS = [
  'cancelInvoice',
  'cheat',
  'closeChannel',
  'congestMempool',
  'connectPeer',
  'crashNode',
  'createInvoice',
  'disconnectPeer',
  'fund',
  'heal',
  'loseData',
  'mine',
  'openChannel',
  'partition',
  'pay',
  'rebalance',
  'reorg',
  'sendOnchain',
  'setFeerate',
  'setLatency',
  'setPolicy',
  'settleInvoice',
  'startNode',
  'stopNode',
] as const;
export type JournalCallName = (typeof JOURNAL_CALLS)[number];

/** [instant, events of the backend before it since time 0, operation, its arguments] */
export type JournalCall = readonly [number, number, JournalCallName, readonly Json[]];

/** A channel instance as its ends see it. */
export interface JournalChannel {
  /** Open, confirmed and both ends connected. */
  readonly active: boolean;
  readonly announced: boolean;
  readonly balance_msat: readonly [number, number];
  /** The opener, then the other node. */
  readonly between: readonly [string, string];
  readonly capacity_sat: number;
  /** HTLCs in flight. */
  readonly htlcs: number;
  readonly latency_us: number;
  readonly name: string;
  /** A name of STATE in channel-lifecycle.ts. */
  readonly state: string;
}

export interface JournalNode {
  readonly fees_earned_msat: number;
  readonly forwards: number;
  readonly model: string;
  readonly name: string;
  readonly running: boolean;
  readonly wallet_sat: number;
}

/** A payment in flight. */
export interface JournalPayment {
  readonly activity: string;
  readonly amount_msat: number;
  /** Parts sent so far. */
  readonly attempts: number;
  readonly destination: string;
  readonly nth: number;
  readonly row: number;
  readonly source: string;
  readonly started_us: number;
}

export interface JournalState {
  /** Name of the backend that made it, and that alone can go on from it. */
  readonly backend: string;
  readonly chain: {
    readonly feerate_per_kw: number;
    readonly fees_sat: number;
    readonly height: number;
    /** Transactions that wait. */
    readonly mempool: number;
    readonly minted_sat: number;
  };
  readonly channels: readonly JournalChannel[];
  readonly journal: readonly JournalCall[];
  readonly nodes: readonly JournalNode[];
  readonly payments: readonly JournalPayment[];
  readonly replay: {
    /** Events of the backend since time 0. */
    readonly events: number;
    /** What must play the journal for the same to come of it: package and version. */
    readonly software: string;
    /** What Backend.stateDigest answered: SHA-256, 64 hex digits. */
    readonly state: string;
  };
  /** Texts that records refer to, by number. */
  readonly texts: readonly string[];
  readonly time_us: number;
}

export function isJournal(state: object): state is JournalState {
  return 'journal' in state;
}
