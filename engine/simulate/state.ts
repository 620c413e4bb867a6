/**
 * The whole state of a simulated network as plain data: what a snapshot file holds of it. Types only.
 *
 * Keys stand in the order of canonical JSON (RFC 8785), so that a line of a file is written as it is. Nodes are named
 * where they own something; everywhere else a node, a channel instance, an HTLC slot or an attempt slot is its number:
 * nodes and channels count from 0 in the order of their lists, edge = 2 · channel + side. What is at its ordinary value
 * is left out, as said at each field. Amounts msat or sat as named, times µs of the simulator's clock, heights blocks.
 */
import type { Json } from '../base/json.ts';
import type { DefencesState } from './defences/state.ts';

/**
 * [fee_base_msat, fee_rate_ppm, cltv_expiry_delta, htlc_minimum_msat, htlc_maximum_msat, version, disabled (0 or 1),
 * inbound fee_base_msat, inbound fee_rate_ppm]; left out from the end as far as they are 1, 0, 0, 0.
 */
export type PolicyState = readonly number[];

/**
 * What binds one side: [its dust_limit sat, its reserve sat, HTLCs that it may have offered, their sum msat, smallest
 * HTLC msat, delay of its own balance in blocks].
 */
export type LimitsState = readonly [number, number, number, number, number, number];

export type Pair<T> = readonly [T, T];

/** The commitment exchange of a channel (links.ts); by side, and HTLC slots in the order of each list. */
export interface ExchangeState {
  readonly awaiting_revocation: Pair<number>;
  /** Lists of side 0, then of side 1: own pending, own sent, peer's pending, peer's sent. */
  readonly lists: readonly (readonly number[])[];
  readonly pending: Pair<number>;
  readonly sign_timer: Pair<number>;
  readonly signature_delivered: Pair<number>;
}

/** A commitment that was broadcast and is not resolved (onchain.ts). */
export interface CommitmentState {
  readonly anchors: number;
  /** Height at which nothing was left to claim; left out before. */
  readonly done_at?: number;
  readonly dust: readonly number[];
  readonly fee_sat: number;
  readonly fulfilled: readonly number[];
  readonly local_sat: number;
  readonly outputs: readonly number[];
  readonly remote_sat: number;
  readonly returned: readonly number[];
  /** Of a revoked commitment: its HTLCs with an output. */
  readonly revoked?: readonly OldHtlcState[];
  readonly side: number;
}

/**
 * An HTLC of an old state: [edge, amount msat, expiry, number of its attempt, its slot while it is pending or −1, 1 when it
 * left its channel with a known preimage].
 */
export type OldHtlcState = readonly [number, number, number, number, number, number];

/** What a run remembers of a channel's old states because an event may want one (revoked-states.ts). */
export interface OldStateState {
  readonly channel: string;
  /** Which one is wanted: `oldest`, `best`, `at` with an instant of the scenario in µs, `number` with a number; else −1. */
  readonly choice: readonly [string, number];
  /** Number of the channel. */
  readonly instance: number;
  /** Left out when there is none yet. */
  readonly kept?: {
    readonly balance_msat: Pair<number>;
    readonly feerate_per_kw: number;
    readonly htlcs: readonly OldHtlcState[];
    readonly number: number;
  };
  readonly node: string;
  /** Commitments of the node that were revoked. */
  readonly revoked: number;
}

/** One channel instance; its number is its place in the list. */
export interface ChannelState {
  /** Left out when true. */
  readonly announced?: false;
  /** When the last messages under way arrive, by sending side; left out when none is. */
  readonly arrives_us?: Pair<number>;
  readonly balance_msat: Pair<number>;
  /** The opener, then the other node. */
  readonly between: Pair<string>;
  /** Side that broadcast its commitment; left out before. */
  readonly broadcaster?: number;
  readonly capacity_sat: number;
  /** Height at which its funding output was spent; left out before. */
  readonly closed_at?: number;
  readonly commitment?: CommitmentState;
  /** Left out when the peers of an open channel are connected, and when those of another one are not. */
  readonly connected?: boolean;
  /** Disconnections so far; left out when 0. */
  readonly connection?: number;
  /** Left out when nothing is under way. */
  readonly exchange?: ExchangeState;
  readonly feerate_per_kw: number;
  /** Height of its funding transaction, −1 before; left out when 0, for a channel that was there from the start. */
  readonly funded_at?: number;
  /** HTLC slots, newest first; left out when there is none. */
  readonly htlcs?: readonly number[];
  /**
   * Policies that the public knows, by side, null for none; left out when the public knows those in force of an open and
   * announced channel, and nothing of another one.
   */
  readonly known?: Pair<PolicyState | null>;
  readonly latency_us: number;
  readonly limits: Pair<LimitsState>;
  /** Left out when 0. */
  readonly minimum_depth?: number;
  readonly name: string;
  readonly policies: Pair<PolicyState>;
  /** A name of STATE in channel-lifecycle.ts. */
  readonly state: string;
}

export interface NodeState {
  /** Edges of its open channels in the order they were opened; left out when that is the order of their numbers. */
  readonly channels?: readonly number[];
  /** Events (kind, a, b) that came due while it was stopped; left out when there is none. */
  readonly deferred?: readonly number[];
  /** Left out when 0. */
  readonly fees_earned_msat?: number;
  readonly forwards?: number;
  /** Group of a partition; left out when 0. */
  readonly group?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Coins spent that a reorganisation took; left out when 0. */
  readonly owed_sat?: number;
  /** What its model remembers (NodeModel.capture); left out when that is nothing. */
  readonly memory?: Json;
  readonly model: string;
  readonly name: string;
  readonly options?: Readonly<Record<string, Json>>;
  readonly pubkey?: string;
  /** Left out when it runs. */
  readonly running?: false;
  /** Starts so far; left out when 0. */
  readonly starts?: number;
  readonly wallet_sat: number;
}

export interface HtlcState {
  readonly amount_msat: number;
  /** Slot of its attempt. */
  readonly attempt: number;
  readonly edge: number;
  readonly expiry: number;
  readonly hop: number;
  /** Left out when false. */
  readonly preimage?: true;
  readonly settled_upstream?: true;
  readonly slot: number;
  /** A name of HTLC in htlcs.ts. */
  readonly state: string;
}

export interface AttemptState {
  /** Serial number. */
  readonly attempt: number;
  /** Failure code and the hop that reports it; left out when there is none. */
  readonly failure?: Pair<number>;
  /** HTLCs that are left. */
  readonly live: number;
  /** Number within its payment. */
  readonly ordinal: number;
  /** Row of its payment. */
  readonly payment: number;
  /** Left out when false. */
  readonly resolved?: true;
  /** [edge, amount msat, expiry, HTLC slot or −1] of each hop. */
  readonly route: readonly (readonly [number, number, number, number])[];
  readonly slot: number;
}

/** A payment that is in progress, or of which something is left. */
export interface PaymentState {
  readonly activity: string;
  readonly amount_msat: number;
  readonly attempts: number;
  readonly destination: string;
  /** Last failure code, and hop that reported it; left out when there is none. */
  readonly failure?: Pair<number>;
  readonly fee_msat: number;
  /** HTLC slots that the recipient holds; left out when there is none. */
  readonly held?: readonly number[];
  /** Key of the activity's draws. */
  readonly key: Pair<number>;
  readonly kind: string;
  readonly nth: number;
  readonly parts: number;
  /** How the activity pays. */
  readonly profile: { readonly [key: string]: Json };
  /** What the recipient did (RECEIPT in payments.ts). */
  readonly receipt: number;
  readonly received_msat: number;
  /** Nodes and channels of the route that the result will show; left out before the first attempt. */
  readonly route?: { readonly channels: readonly number[]; readonly nodes: readonly number[] };
  readonly row: number;
  readonly source: string;
  readonly started_us: number;
  /** PAYMENT in payments.ts. */
  readonly state: number;
}

export interface TxState {
  /** What its node has bid: [height and feerate of the first bid, height of the latest]; left out when it has not. */
  readonly bid?: readonly [number, number, number];
  readonly channel: number;
  readonly fee_sat: number;
  readonly id: number;
  readonly kind: string;
  readonly node: number;
  readonly output: number;
  readonly value_sat: number;
  /** Of a penalty, in weight units: it may be a part of a transaction. Left out where it follows from the rest. */
  readonly weight?: number;
}

/** An output that is not spent, or whose spend can be undone. */
export interface OutputState {
  readonly channel: number;
  readonly htlc: number;
  readonly index: number;
  readonly kind: string;
  readonly mature_at: number;
  readonly owner: number;
  readonly spender: number;
  /** Left out when it is not. */
  readonly spent?: true;
  readonly value_sat: number;
}

/** A block that a reorganisation may undo (undo-log.ts). */
export interface BlockState {
  /** Outputs that there were before it. */
  readonly outputs: number;
  /**
   * Its transactions, and numbers of outputs that were given up before the next block. Of one that spends a funding output
   * the balances before it, msat; of a cooperative close sat to each side, and the fee.
   */
  readonly steps: readonly (
    | number
    | {
        readonly balance_msat?: Pair<number>;
        readonly close?: readonly [number, number, number];
        readonly tx: TxState;
      }
  )[];
  /** [feerate, weight] of strangers' transactions in it; left out when there is none. */
  readonly strangers?: readonly Pair<number>[];
}

/** Strangers in the mempool (backlog.ts); feerates sat per 1000 weight units. */
export interface BacklogState {
  /** [feerate, weight], the highest feerate first. */
  readonly bands: readonly Pair<number>[];
  /** [lowest and highest feerate, weight with each block, blocks that it lasts]. */
  readonly inflows: readonly (readonly [number, number, number, number])[];
  readonly minimum_per_kw: number;
}

export interface ChainState {
  readonly abandoned_sat: number;
  /** Left out when there is none. */
  readonly backlog?: BacklogState;
  /** The last blocks, the latest last, as far as a reorganisation may undo them; left out when there is none. */
  readonly blocks?: readonly BlockState[];
  /** Blocks that were ever undone; left out when 0. */
  readonly blocks_undone?: number;
  /** Changes of the feerate so far. */
  readonly feerate_changes: number;
  readonly feerate_per_kw: number;
  readonly fees_sat: number;
  readonly height: number;
  readonly mempool: readonly TxState[];
  readonly minted_sat: number;
  readonly outputs: readonly OutputState[];
  /** Outputs ever made, spent ones included. */
  readonly outputs_made: number;
  readonly transactions: number;
}

/** A policy that is on its way to the public. */
export interface AnnouncementState {
  readonly edge: number;
  readonly number: number;
  readonly policy: PolicyState;
}

/** A policy that its node still accepts. */
export interface FormerPolicyState {
  readonly edge: number;
  readonly policy: PolicyState;
  readonly until_us: number;
}

/** An invoice with a name. Amounts msat, times µs. */
export interface InvoiceState {
  /** −1: the payer says how much. */
  readonly amount_msat: number;
  readonly created_us: number;
  readonly expiry_us?: number;
  readonly hold?: boolean;
  /** Number by which the profiles of payments name it. */
  readonly index: number;
  readonly name: string;
  /** Name of the recipient. */
  readonly node: string;
  /** Name of the node whose payment is held or was settled. */
  readonly payer?: string;
  /** Row of the payment that is held. */
  readonly payment?: number;
  /** open, held, settled or cancelled. */
  readonly state: string;
}

export interface SimulationState {
  /** Pairs of peers kept apart, smaller · nodes + larger, in order. */
  readonly apart: readonly number[];
  readonly attempt_pool: { readonly free: readonly number[]; readonly made: number; readonly used: number };
  readonly attempts: readonly AttemptState[];
  readonly chain: ChainState;
  readonly channels: readonly ChannelState[];
  /** Revoked commitments that were broadcast, sat that the victims took of them and that the cheaters kept; left out when none. */
  readonly cheats?: readonly [number, number, number];
  /** Cooperative closes: [channel, sat to side 0, sat to side 1, fee sat] before, channels after their confirmation. */
  readonly closings: { readonly signed: readonly (readonly number[])[]; readonly waiting: readonly number[] };
  /** What the nodes' defences hold; left out when no node runs one. */
  readonly defences?: DefencesState;
  /**
   * HTLCs that have ended on-chain and are kept because upstream has not heard of it yet:
   * [slot, ENDING in losses.ts, height]; left out when there is none.
   */
  readonly endings?: readonly (readonly [number, number, number])[];
  /** The same of those of which upstream has heard, kept since their endings may be undone; left out when there is none. */
  readonly endings_told?: readonly (readonly [number, number, number])[];
  /** Channels of which nothing is left to claim, in order; left out when that is the order of their numbers. */
  readonly ended_channels?: readonly number[];
  /** Pending events in order: [time, name of the kind (PHYSICS in world.ts), a, b]. */
  readonly events: readonly (readonly [number, string, number, number])[];
  /** Policies that nodes still accept though they announced others; left out when there is none. */
  readonly former_policies?: readonly FormerPolicyState[];
  readonly gossip: readonly AnnouncementState[];
  /** Announcements so far. */
  readonly gossip_made: number;
  readonly htlc_pool: { readonly free: readonly number[]; readonly generations: readonly number[] };
  readonly htlcs: readonly HtlcState[];
  /** Edges whose side has lost its newest states; left out when there is none. */
  readonly lost_data?: readonly number[];
  readonly nodes: readonly NodeState[];
  /** Old states that are remembered; left out when there is none. */
  readonly old_states?: readonly OldStateState[];
  /** Invoices with a name that have been made; left out when there is none. */
  readonly invoices?: readonly InvoiceState[];
  /** Channels that wait for blocks to open or to be announced. */
  readonly openings: readonly number[];
  /** Outputs that somebody will claim, in order. */
  readonly outputs_open: readonly number[];
  readonly payments: readonly PaymentState[];
  /** Events of the simulator so far. */
  readonly physics_events: number;
  /** Texts that records refer to, by number. */
  readonly texts: readonly string[];
  /** The simulator's clock. */
  readonly time_us: number;
}

/** A state to go on from. */
export interface SimulationStart {
  readonly state: SimulationState;
  /**
   * The simulator's clock at the scenario's time 0, µs: 0 when the scenario that made the state goes on; the state's own
   * time when another scenario begins in it.
   */
  readonly originUs: number;
  /** True when another scenario begins in the state. */
  readonly anew: boolean;
}
