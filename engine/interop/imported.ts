/**
 * What every import format reads into: a network by names, before the compiler gives it models, latencies and indexes.
 * Formats only read; nothing here opens a file.
 */
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { IntRange } from '../spec/scenario.ts';
import type { PolicyPlan } from '../timeline/network.ts';

export interface ImportedNode {
  readonly name: string;
  /** 33 bytes in hex, when the source has it. */
  readonly pubkey?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImportedChannel {
  readonly name: string;
  /** Short channel id as decimal text (it does not fit a double). */
  readonly scid?: string;
  /** Indexes into ImportedNetwork.nodes. */
  readonly node0: number;
  readonly node1: number;
  readonly capacitySat: number;
  /** Balance of node0, msat; node1 has the rest. */
  readonly balance0Msat: number;
  readonly announced: boolean;
  /** Policy of node0 (direction node0 → node1) and of node1; what is absent is decided by the node's model. */
  readonly policy0: PolicyPlan;
  readonly policy1: PolicyPlan;
}

export interface ImportedNetwork {
  readonly nodes: readonly ImportedNode[];
  readonly channels: readonly ImportedChannel[];
}

/** A regular activity that came with the network, for the scenario that `blast import` writes. */
export interface ImportedActivity {
  readonly name: string;
  /** Names of nodes. */
  readonly source: string;
  readonly destination: string;
  /** First payment, µs; absent: after one interval. */
  readonly startUs?: number;
  readonly count?: number;
  readonly intervalUs: IntRange;
  readonly amountMsat: IntRange;
}

/** Traffic that came with the network: listed activities, random activity among labelled nodes, or nothing said. */
export type ImportedTraffic =
  | { readonly kind: 'none' }
  | { readonly kind: 'defined'; readonly activities: readonly ImportedActivity[] }
  | {
      readonly kind: 'random';
      /** Generator of the random activity; absent: the usual one. */
      readonly generator?: string;
      readonly among?: Readonly<Record<string, string>>;
    };

/** How the sides of a channel are funded where the source does not say (a public graph cannot know). */
export type BalanceRule = 'random' | 'even';

export interface ImportInput {
  /** Contents by path; one entry, or one for each file of a folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Seed for balances that are drawn. */
  readonly seed: number;
  /** Default `random`. */
  readonly balances?: BalanceRule;
}

export type ImportOutcome =
  | {
      readonly ok: true;
      readonly network: ImportedNetwork;
      readonly traffic: ImportedTraffic;
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A format in which `network.import` and `blast import` read a network. */
export interface ImportFormat {
  /** As in `format:` of the scenario file. */
  readonly name: string;
  /** One line for help and documentation. */
  readonly summary: string;
  /** Names of the files that belong together, where the format has several, or comes in an archive. */
  readonly members?: readonly string[];
  /** True when the contents look like this format; cheap, and never a promise that they are valid. */
  recognise(files: ReadonlyMap<string, string>): boolean;
  parse(input: ImportInput): ImportOutcome;
}
