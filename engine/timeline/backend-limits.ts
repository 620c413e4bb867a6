/** What a backend can play, for those that cannot play everything. Whatever is not named here is refused before a run. */
import type { Action } from './timeline.ts';

/** What a backend may be unable to tell though it plays the scenario. */
export type Untold =
  /** That an opening was refused: the answer to it comes before the node has decided. */
  'refused_opening';

export interface BackendLimits {
  readonly backend: string;
  readonly mostNodes: number;
  /** Whether it can tell its state, and go on from one. */
  readonly keepsStates: boolean;
  /** Height at which time starts, at least. */
  readonly leastHeight: number;
  /** Blocks and mempools may have limits of their own (`chain.block_weight`, `chain.mempool_limit`); absent: not. */
  readonly blockSpace?: true;
  readonly models: ReadonlySet<string>;
  /** Nodes may have options of their models; absent: none. */
  readonly nodeOptions?: true;
  /** Kinds of events. */
  readonly events: ReadonlySet<string>;
  readonly behaviours: ReadonlySet<string>;
  readonly methods: ReadonlySet<string>;
  /** Members of PaymentProfile. */
  readonly paymentOptions: ReadonlySet<string>;
  /** Members of PolicyPlan. */
  readonly policyFields: ReadonlySet<string>;
  /** Why the opener of a channel of the network cannot have opened it so, or null. Amounts sat and msat. */
  readonly refuseChannel: (capacitySat: number, balance0Msat: number, feeratePerKw: number) => string | null;
  /** False where only announced channels can be opened; absent: private ones, too. */
  readonly privateChannels?: false;
  /** Why an event cannot be played with these arguments, and the key of the file that they are of; null when it can. */
  readonly refuseAction?: (action: Action) => { readonly key: string; readonly reason: string } | null;
  /** What expectations and conditions cannot see: `channel.htlcs`, or `chain` for all of it. */
  readonly hidden?: ReadonlySet<string>;
  /** What nodes behind it may do without its being told, and why; absent: nothing. */
  readonly untold?: ReadonlyMap<Untold, string>;
}
