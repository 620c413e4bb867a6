/**
 * What a generator of random activities is: a distribution of times, destinations and amounts. One file each; random.ts
 * lists them, selects the nodes and reports what does not fit.
 */
import type { PaymentListColumns } from '../payment-list.ts';

export interface GeneratorNode {
  readonly index: number;
  readonly name: string;
  /** Sum of the capacities of its channels that count, msat. */
  readonly capacityMsat: number;
}

export interface GeneratorArguments {
  /** Name of the activity. */
  readonly name: string;
  /** The nodes that take part, at least two. */
  readonly nodes: readonly GeneratorNode[];
  /** Their public keys, 66 hex digits in lower case each; slow to ask for where the scenario gives none. */
  readonly pubkeys: () => readonly string[];
  readonly expectedMsat: number;
  readonly multiplier: number;
  /** Below 2^64. */
  readonly seed: bigint;
  /** Payments are made in [startUs, endUs). */
  readonly startUs: number;
  readonly endUs: number;
}

export interface RandomGenerator {
  /** As in `generator:`. */
  readonly name: string;
  /** One line for the schema and the documentation. */
  readonly summary: string;
  /** A node takes part when its channels hold at least this many times the expected amount; in words for messages. */
  readonly least: { readonly times: number; readonly words: string };
  /** Whether a channel counts of which only one side was selected. */
  readonly countsAllChannels: boolean;
  /** Whether it can draw from a seed that is not the scenario's. */
  readonly takesSeed: boolean;
  /** Payments to expect, without drawing them. */
  expectedCount(args: GeneratorArguments): number;
  /** Draws the payments, in order of time; null when they are more than the limit. */
  draw(args: GeneratorArguments, limit: number): PaymentListColumns | null;
}
