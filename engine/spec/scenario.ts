/**
 * The typed scenario: what a valid file says, with units parsed to integers and defaults filled in, but before node
 * sets, selectors and activities are expanded. Amounts are msat or sat as the field's name says, times are µs.
 *
 * Maps of the file are arrays here, in the file's order, so that names which look like numbers stay names.
 */
import type { Json } from '../base/json.ts';
import type { SourceRange } from './diagnostic.ts';
import type { Distribution } from './distribution.ts';

/** A parsed value together with where it stands in the file; `path` as in a Diagnostic. */
export interface Placed<T> {
  readonly value: T;
  readonly path: string;
  readonly range: SourceRange;
}

/** A range of integers, both ends included; a single value has low = high. */
export interface IntRange {
  readonly low: number;
  readonly high: number;
}

/** Selects nodes by name or glob, or by labels (all must match); a list is the union, in order. */
export type Selector =
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'labels'; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'any'; readonly of: readonly Selector[] };

/** A channel policy as written; an absent field is decided by the node's model. */
export interface PolicySpec {
  readonly feeBaseMsat?: number;
  readonly feeRatePpm?: number;
  readonly cltvDelta?: number;
  readonly minHtlcMsat?: number;
  readonly maxHtlcMsat?: number;
  readonly disabled?: boolean;
  readonly inboundFeeBaseMsat?: number;
  readonly inboundFeeRatePpm?: number;
}

export interface NodeSpec {
  readonly name: Placed<string>;
  /** Number of nodes in the set, which are then called name-0, name-1, …; absent for a single node. */
  readonly count?: number;
  /** Names of the members of the set, see name-template.ts; absent: NAME-{index}. */
  readonly template?: string;
  readonly model: Placed<string>;
  readonly options: Placed<Readonly<Record<string, Json>>>;
  readonly walletSat: number;
  readonly labels: Readonly<Record<string, string>>;
  /** 33-byte public key in hex, when the file pins one. */
  readonly pubkey?: string;
}

export interface ChannelSpec {
  readonly name: Placed<string>;
  readonly from: Placed<Selector>;
  readonly to: Placed<Selector>;
  readonly capacitySat: Placed<number>;
  /** What the opener gives to the other side, msat. */
  readonly pushMsat: Placed<number>;
  readonly announced: boolean;
  /** Policies of the direction from → to and of the direction to → from. */
  readonly policy: PolicySpec;
  readonly reversePolicy: PolicySpec;
  /** What the channel itself says, where the defaults depend on the labels of its opener. */
  readonly own?: ChannelSettings;
}

export interface ImportSpec {
  readonly format: string;
  /** Path as written, relative to the scenario's folder. */
  readonly file: Placed<string>;
  readonly model: Placed<string>;
  readonly options: Placed<Readonly<Record<string, Json>>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly walletSat: number;
  /** What the entry itself says, where the defaults depend on the labels of the node. */
  readonly own?: NodeSettings;
}

/** What a payment is made with; -1 where the sender's model decides. */
export interface PaymentOptions {
  readonly method: 'keysend' | 'invoice' | 'amp';
  /** Most the sender pays in fees, msat. */
  readonly feeLimitMsat: number;
  /** No new attempts after this time, µs. */
  readonly timeoutUs: number;
  /** Largest number of parts (invoice payments). */
  readonly maxParts: number;
  /** How long the receiver holds a complete payment before it settles, µs. */
  readonly holdUs: number;
  /** Present where the receiver fails the payment in the end. */
  readonly settles?: false;
  /** Most blocks that a route may lock money for. */
  readonly maxCltv?: number;
  /** Names of the payer's channels, as indexes: the payment leaves by one of them. */
  readonly outgoingChannels?: readonly number[];
  /** Index of the node from which the payment must come to the recipient. */
  readonly lastHop?: number;
  /** Lifetime of the invoice, µs; absent where the recipient's model decides. */
  readonly invoiceExpiryUs?: number;
  /** Index of the invoice with a name that is paid; absent where each payment has an invoice of its own, or none. */
  readonly invoice?: number;
  /** Present where the recipient knows nothing of the payment. */
  readonly probe?: true;
  /** Names of the channels that the payment must take, as indexes; absent where the sender's model looks for routes. */
  readonly route?: readonly number[];
  /** Several such routes; which one a payment takes is said beside it. */
  readonly routes?: readonly (readonly number[])[];
}

/** One entry of `activity`, `events` or any other section made of kinds: the kind's name and its validated arguments. */
export interface KindUse {
  readonly kind: string;
  /** The kind's own part of the document, validated against its schema fragment, units still as written. */
  readonly args: Placed<Json>;
}

export interface ActivitySpec extends KindUse {
  readonly name: Placed<string>;
}

/** An entry of `behaviours`. Times µs. */
export interface BehaviourSpec extends KindUse {
  readonly name: Placed<string>;
  readonly nodes: Placed<Selector>;
  /** Names and patterns of channels; absent: all channels of the nodes. */
  readonly channels?: readonly Placed<string>[];
  readonly startUs?: Placed<number>;
  readonly lengthUs?: Placed<number>;
  readonly everyUs?: Placed<number>;
}

export type ScheduleSpec =
  | { readonly kind: 'at'; readonly atUs: readonly number[] }
  | {
      readonly kind: 'every';
      readonly everyUs: number;
      readonly fromUs: number;
      /** Last instant allowed, included; absent: the end of the run. */
      readonly untilUs?: number;
      readonly count?: number;
    }
  | {
      /** On the virtual calendar, UTC. */
      readonly kind: 'cron';
      readonly expression: string;
      readonly fromUs: number;
      readonly untilUs?: number;
      readonly count?: number;
    }
  | {
      /** When a condition becomes true. */
      readonly kind: 'when';
      readonly condition: Placed<string>;
      readonly once: boolean;
      /** Time between two evaluations of the condition, µs. */
      readonly everyUs: number;
    };

export interface EventSpec extends KindUse {
  readonly schedule: Placed<ScheduleSpec>;
}

export interface ExpectationSpec {
  /** Instant of the check, µs; absent: the end of the run. */
  readonly atUs?: Placed<number>;
  readonly that: Placed<string>;
  readonly message?: string;
}

export interface SnapshotSpec {
  /** µs; null: the end of the run. */
  readonly atUs: Placed<number | null>;
  /** Absent: named after the instant. */
  readonly name?: Placed<string>;
}

export interface ParamValue {
  readonly name: string;
  readonly type: 'duration' | 'amount' | 'int' | 'number' | 'string' | 'bool';
  /** As written in the file or given on the command line: '13s', '2000 msat', 5, true. */
  readonly value: Json;
  readonly overridden: boolean;
}

/** What one place says about a node; absent: nothing. */
export interface NodeSettings {
  readonly model?: string;
  readonly options?: Readonly<Record<string, Json>>;
  readonly walletSat?: number;
}

/** What one place says about a channel; absent: nothing. */
export interface ChannelSettings {
  readonly capacitySat?: number;
  readonly pushMsat?: number;
  readonly announced?: boolean;
  readonly policy?: PolicySpec;
  readonly reversePolicy?: PolicySpec;
}

export interface LabelDefaults {
  readonly match: Readonly<Record<string, string>>;
  readonly node: NodeSettings;
  readonly channel: ChannelSettings;
}

export interface Defaults {
  readonly node: NodeSettings;
  readonly channel: ChannelSettings;
  /** By model. */
  readonly models: readonly (readonly [string, NodeSettings])[];
  readonly labels: readonly LabelDefaults[];
}

/** One generated network; what is absent comes from the topology or the defaults. */
export interface GenerateSpec extends KindUse {
  /** Names of the nodes, see name-template.ts; also names the draws. */
  readonly template: Placed<string>;
  readonly node: NodeSettings;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity?: Placed<Distribution>;
  /** Share of the capacity that the opener has: drawn between these two. */
  readonly balance?: { readonly low: number; readonly high: number };
  readonly channel: ChannelSettings;
}

/** A single value as written, before the type of its parameter is known. */
export interface WrittenValue {
  readonly value: string | number | boolean | null;
  /** The text in the file, without quotes. */
  readonly source: string;
}

/** Parameters with a value each, in the order of the file. */
export type ParamSet = readonly { readonly name: Placed<string>; readonly value: Placed<WrittenValue> }[];

/** One entry of `sweep.matrix`. The name is that of a parameter, but for `sets`, which name their parameters. */
export type SweepAxis =
  | { readonly kind: 'values'; readonly name: Placed<string>; readonly values: readonly Placed<WrittenValue>[] }
  | { readonly kind: 'sets'; readonly name: Placed<string>; readonly sets: readonly Placed<ParamSet>[] }
  | {
      readonly kind: 'range';
      readonly name: Placed<string>;
      readonly log: boolean;
      readonly from: Placed<WrittenValue>;
      readonly to: Placed<WrittenValue>;
      readonly step?: Placed<WrittenValue>;
      readonly count?: Placed<number>;
    };

/** Which runs a sweep makes. Not part of one run: no digest covers it. */
export interface SweepSpec {
  readonly axes: readonly SweepAxis[];
  readonly exclude: readonly Placed<ParamSet>[];
  readonly include: readonly Placed<ParamSet>[];
  /** Listed seeds; absent: the scenario's own. */
  readonly seeds?: readonly number[];
  /** Each combination draws its own seeds. */
  readonly seedsVary: boolean;
  readonly sample?: Placed<{
    readonly method: 'latin-hypercube' | 'random';
    readonly n: number;
    readonly seed: number;
  }>;
  readonly baseline?: Placed<ParamSet>;
  /** Expressions by name, in the order of the file; empty: the standard ones. */
  readonly metrics: readonly { readonly name: string; readonly expression: Placed<string> }[];
  /** Where the runs of one seed part: a time, µs, or the name of a snapshot. */
  readonly from?: Placed<
    { readonly kind: 'time'; readonly atUs: number } | { readonly kind: 'snapshot'; readonly name: string }
  >;
  /** The section itself. */
  readonly place: Placed<null>;
}

export interface Scenario {
  readonly version: 1;
  readonly name: string;
  readonly description: string;
  /** 0 … 2^53 − 1. */
  readonly seed: number;
  readonly durationUs: number;
  /** Virtual calendar at time 0: milliseconds since 1970, UTC. */
  readonly epochMs: number;
  readonly params: readonly ParamValue[];
  readonly chain: {
    readonly height: number;
    /** sat per 1000 weight units. */
    readonly feeratePerKw: number;
    /** Weight units; absent where the scenario leaves them to the simulator. */
    readonly blockWeight?: number;
    readonly mempoolWeight?: number;
    readonly mining?: { readonly everyUs: number; readonly blocks: number };
  };
  readonly latency: {
    /** One-way delay of a link, drawn once for each channel, µs. */
    readonly linkUs: IntRange;
    /** Where it is written as a distribution: what it is drawn from instead of `linkUs`. */
    readonly linkDistribution?: Distribution;
    /** Delay until another node knows a policy or a new channel, µs. */
    readonly gossipUs: number;
  };
  readonly nodes: readonly NodeSpec[];
  readonly channels: readonly ChannelSpec[];
  /** File with the state that the network begins in. */
  readonly snapshot?: Placed<string>;
  readonly imports: readonly ImportSpec[];
  /** Generated networks; absent: none. */
  readonly generated?: readonly GenerateSpec[];
  /** Present where defaults depend on what the compiler finds: generated nodes, or labels. */
  readonly defaults?: Defaults;
  readonly activity: readonly ActivitySpec[];
  readonly events: readonly EventSpec[];
  /** Absent: none. */
  readonly behaviours?: readonly BehaviourSpec[];
  readonly expect: readonly ExpectationSpec[];
  /** States to keep; absent: none. */
  readonly snapshots?: readonly SnapshotSpec[];
  /** Absent: the file has no section `sweep`. */
  readonly sweep?: SweepSpec;
}
