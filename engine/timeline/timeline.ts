/**
 * The timeline: everything that a scenario makes happen, with its time, drawn and resolved, in one total order.
 *
 * Time is integer microseconds of virtual time. The order is (time, phase, sequence); the sequence is the row number.
 * Rows are columns, not objects; payments have columns of their own, all other rows point into `actions`. Payments that
 * closed loops and conditional events make have no row in time: they stand behind the others in the columns, by activity
 * and number.
 */
import type { Json } from '../base/json.ts';
import type { ChainPlan, NetworkPlan } from './network.ts';

/** Order of what happens at the same instant. `physics` is the simulator's own: messages, timers. */
export const PHASE = { chain: 0, control: 1, payment: 2, physics: 3, observe: 4 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** An action of a registered kind with its arguments resolved: indexes instead of names, integers instead of units. */
export interface Action {
  readonly kind: string;
  readonly args: { readonly [key: string]: Json };
}

/** How the payments of one activity are made; -1 where the sender's model decides. Units as in PaymentOptions. */
export interface PaymentProfile {
  readonly method: 'keysend' | 'invoice' | 'amp';
  readonly feeLimitMsat: number;
  readonly timeoutUs: number;
  readonly maxParts: number;
  /** −1: until the HTLCs come near their expiry, when the receiver gives the payment back. */
  readonly holdUs: number;
  /** Present where the receiver fails the payment after that time, instead of settling it. */
  readonly settles?: false;
  /** Most blocks that a route may lock money for; absent where the sender's model decides. */
  readonly maxCltv?: number;
  /** Names of the source's channels of which a payment leaves by one; absent for any. */
  readonly outgoingChannels?: readonly number[];
  /** Node from which a payment must come to the recipient; absent for any. */
  readonly lastHop?: number;
  /** Lifetime of a payment's invoice, µs; absent where the recipient's model decides. */
  readonly invoiceExpiryUs?: number;
  /** Index into Timeline.invoices of the invoice that a payment pays; absent where each payment has one of its own, or none. */
  readonly invoice?: number;
  /** Present where the payment hash is made up and the recipient refuses what arrives. */
  readonly probe?: true;
  /** Names of the channels that a payment must take, from its source on; absent where the model looks for routes. */
  readonly route?: readonly number[];
  /** Several such routes, of which each payment takes the one that PaymentColumns.lane names. */
  readonly routes?: readonly (readonly number[])[];
}

/** An invoice that an event makes and that payments name. */
export interface InvoicePlan {
  readonly name: string;
  /** The recipient. */
  readonly node: number;
  /** msat; −1 when the payer says how much. */
  readonly amountMsat: number;
  /** Lifetime from its creation, µs; absent where the recipient's model decides. */
  readonly expiryUs?: number;
  /** Present where the recipient holds a complete payment until an event settles or cancels the invoice. */
  readonly hold?: true;
}

/** What an activity does when its payments fail one after the other; a success begins the count anew. */
export type FailureReaction =
  /** After so many failures in a row it makes no further payment. */
  | { readonly kind: 'stop'; readonly after: number }
  /** The k-th failure in a row begins a pause of first · factor^(k − 1), at most max; times µs. */
  | { readonly kind: 'back_off'; readonly firstUs: number; readonly factor: number; readonly maxUs: number };

export interface TimelineActivity {
  readonly name: string;
  readonly kind: string;
  readonly profile: PaymentProfile;
  readonly onFailure?: FailureReaction;
  /** Of payments that an event makes: how they are made, other than by pay(); `row` is added to the arguments. */
  readonly action?: Action;
  /** Key of the draws made while its payments are played: two 32-bit words from its named stream. */
  readonly key: readonly [number, number];
}

export interface PlannedExpectation {
  /** Instant of the check, µs; for the end of the run it is the duration. */
  readonly atUs: number;
  readonly atEnd: boolean;
  /** CEL expression. */
  readonly that: string;
  readonly message: string;
  /** Where it stands in the file, for the report. */
  readonly line: number;
  readonly column: number;
}

/** A state that the scenario asks to keep. Changes nothing of what happens. */
export interface PlannedCapture {
  /** Instant behind everything else of it, µs; for the end of the run it is the duration. */
  readonly atUs: number;
  readonly atEnd: boolean;
  readonly name: string;
}

export interface PaymentColumns {
  readonly length: number;
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly amountMsat: Float64Array;
  /** Index into Timeline.activities. */
  readonly activity: Int32Array;
  /** Number of the payment within its activity, from 0. */
  readonly nth: Int32Array;
  /** Index into the routes of its activity's profile, 0 where it has none; absent where no activity has any. */
  readonly lane?: Uint16Array;
}

/**
 * A closed loop: payments whose source, destination, amount and think time are drawn beforehand, and whose time arises
 * while the timeline is played. Its payments are the rows first … first + count − 1, in the order in which they are made.
 */
export interface LoopPlan {
  /** Index into Timeline.activities. */
  readonly activity: number;
  readonly first: number;
  readonly count: number;
  /** µs; no payment is made at the end or after it. */
  readonly startUs: number;
  readonly endUs: number;
  /** True: the first payments are made at the start itself; false: after thinking. */
  readonly atOnce: boolean;
  /** Most payments in flight at the same time. */
  readonly concurrency: number;
  /** Pause before each payment, by its number within the loop, µs. */
  readonly thinkUs: Float64Array;
  /**
   * Present where every place in flight is a slot with payments of its own: those whose numbers differ by `concurrency`.
   * A payment that did not come to its recipient is followed by the next of its slot after this pause, µs, at least.
   */
  readonly retryUs?: number;
}

/**
 * A conditional event: the condition is evaluated at everyUs, 2 · everyUs, … up to the end of the run, after everything
 * else of the instant, and what it guards happens when it became true (it counts as false before).
 */
export interface TriggerPlan {
  readonly when: string;
  readonly everyUs: number;
  /** Only the first time. */
  readonly once: boolean;
  /** What happens … */
  readonly action: Action | null;
  /** … or the payments of which one is made each time. */
  readonly payments: { readonly first: number; readonly count: number } | null;
}

/**
 * What some nodes do by themselves. Each of them has an agent, which is woken at firstUs, firstUs + everyUs, …, after
 * everything else of the instant; it sees what its node can know and acts through the control plane. What is planned
 * beforehand stands among the actions, and has no wakes.
 */
export interface BehaviourPlan {
  readonly name: string;
  readonly kind: string;
  /** In index order; the agents of one instant are woken in this order. */
  readonly nodes: readonly number[];
  /** Names of the channels that it may look after; null: all channels of its node, also those opened later. */
  readonly channels: readonly number[] | null;
  /** Arguments of the kind, resolved. */
  readonly args: Action['args'];
  readonly wakes: { readonly firstUs: number; readonly everyUs: number; readonly count: number } | null;
  /**
   * Rows of `payments` for what the agents pay: `count` for each node in turn, from `first` on. The columns hold nothing
   * for them before they are made; a run writes into columns of its own (see own-payments.ts).
   */
  readonly payments: { readonly first: number; readonly count: number } | null;
}

export interface Timeline {
  readonly format: 'blast-timeline/1';
  readonly name: string;
  readonly seed: number;
  readonly durationUs: number;
  readonly epochMs: number;
  readonly chain: ChainPlan;
  readonly gossipUs: number;
  /** The state that the network begins in (its SHA-256); absent when the network plan says it all. */
  readonly start?: { readonly snapshot: string; readonly timeUs: number };
  readonly network: NetworkPlan;
  /** Names of all channels that exist at any time; the first network.channels.length are those of the network. */
  readonly channelNames: readonly string[];
  /** Invoices with a name; absent where there are none. Those of the state that the scenario begins in come first. */
  readonly invoices?: readonly InvoicePlan[];
  /** Ordered by name. */
  readonly activities: readonly TimelineActivity[];
  readonly expectations: readonly PlannedExpectation[];
  readonly captures?: readonly PlannedCapture[];
  readonly length: number;
  readonly timeUs: Float64Array;
  readonly phase: Uint8Array;
  /** Row of `payments` for phase payment, index into `actions` otherwise. */
  readonly ref: Int32Array;
  readonly payments: PaymentColumns;
  readonly actions: readonly Action[];
  /** What has no time of its own until it is played; absent where a scenario has none. In order of the activities. */
  readonly loops?: readonly LoopPlan[];
  /** In the order of the file. */
  readonly triggers?: readonly TriggerPlan[];
  /** Ordered by name. */
  readonly behaviours?: readonly BehaviourPlan[];
}
