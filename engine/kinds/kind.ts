/**
 * What a kind is. Every event, activity and import format is one file in a folder here, with its schema fragment, its
 * description, its plan (compile time) and its behaviour (run time); `registry.ts` lists them all. The composed schema,
 * the documentation and the help are generated from the registry.
 *
 * Fragments may use `{ $ref: '#/$defs/NAME' }` with the definitions of engine/spec/schema.ts: duration, durationRange,
 * amount, amountRange, rate, feerate, feerateRange, size, selector, policy, nodeName, channelName, payment.
 */

import type { Awaitable, Backend } from '../backends/backend.ts';
import type { Json } from '../base/json.ts';
import type { SenderOption } from '../simulate/node-model.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import type { ActivitySpec, EventSpec, PaymentOptions, Placed, Scenario, Selector } from '../spec/scenario.ts';
import type { NetworkPlan } from '../timeline/network.ts';
import type { LoopPart } from '../timeline/seal.ts';
import type { Action, FailureReaction, InvoicePlan, Phase } from '../timeline/timeline.ts';
import type { Samples } from './sample.ts';

export type JsonSchema = { readonly [key: string]: unknown };

export interface KindDoc {
  /** The key in the YAML file: `open_channel`. */
  readonly name: string;
  /** One line for help and documentation. */
  readonly summary: string;
  /** JSON Schema of the kind's arguments, with title, description, default and examples. */
  readonly schema: JsonSchema;
  /** A YAML example that is valid as it stands. */
  readonly example: string;
}

/** A text file beside the scenario; `name` as diagnostics show it. */
export interface PlanFile {
  readonly name: string;
  readonly text: string;
}

/** What a plan may ask of the compiler. Lookups that fail report a diagnostic at the place and answer null. */
export interface PlanContext {
  readonly scenario: Scenario;
  readonly network: NetworkPlan;
  /** Position of a part of a kind's arguments, e.g. place(use.args, 'channel') or place(use.args, 'amount', 0). */
  place(args: Placed<Json>, ...path: (string | number)[]): Placed<Json>;
  /** Reports a problem; the compiler adds file, excerpt and severity. */
  report(code: DiagnosticCode, at: Placed<unknown>, message: string, hint?: string): void;
  /** Nodes that a selector selects, in index order, without repeats; an empty result is reported. */
  nodes(selector: Selector, at: Placed<unknown>): readonly number[] | null;
  /** One node by its name; more or fewer are reported. */
  node(name: Placed<Json>): number | null;
  /** Index of a channel's name. With `declare` an unknown name is added, as open_channel may. */
  channel(name: Placed<Json>, declare?: boolean): number | null;
  /** An invoice with a name; null after reporting that nothing makes it. */
  invoice(name: Placed<Json>): NamedInvoice | null;
  /** Makes an invoice known; reports a name that is used twice. `fromUs`: when it is made, null where nobody knows before the run. */
  declareInvoice(name: Placed<Json>, plan: InvoicePlan, fromUs: number | null): void;
  /** Latency of a link for a channel that is opened later, drawn by the channel's name, µs. */
  latencyUs(channelName: string): number;
  /** What the nodes' models demand of a channel of the network. */
  limits(channel: number): ChannelLimits;
  /** When another activity ends, µs; null after reporting that there is none, that it waits for this one, or has no end. */
  endOf(activity: Placed<Json>): number | null;
  /** A file that the kind asked for (see ActivityKind.files); null when it could not be read, which is reported. */
  file(path: string): PlanFile | null;
  /** Takes over diagnostics of another file. */
  add(diagnostics: readonly Diagnostic[]): void;
  /** Options of payments that nodes of a model have. */
  senderOptions(model: string): readonly SenderOption[];
  /** Whether nodes of a model find a way back to themselves. */
  findsCircles(model: string): boolean;
  /** Values of empirical distributions. */
  readonly samples: Samples;
  /** Most rows a timeline may have; a plan stops when it has made one more. */
  readonly rowLimit: number;
}

/** An invoice with a name, and when it is made; null where nobody knows that before the run. */
export interface NamedInvoice {
  readonly index: number;
  readonly plan: InvoicePlan;
  readonly fromUs: number | null;
}

/** What binds the two directions of a channel, by the side that offers. Amounts msat. */
export interface ChannelLimits {
  /** HTLCs that a side may have offered, their sum, and the smallest one that its peer takes. */
  readonly maxAcceptedHtlcs: readonly [number, number];
  readonly maxInFlightMsat: readonly [number, number];
  readonly htlcMinimumMsat: readonly [number, number];
  /** The larger and the smaller of the two dust limits. */
  readonly dustMsat: number;
  readonly leastDustMsat: number;
}

/** The payment that an event makes. Amount in msat, nodes are indexes. */
export interface EventPayment {
  readonly source: number;
  readonly destination: number;
  readonly amountMsat: number;
  readonly options: PaymentOptions;
}

/** What an event may ask of the run that plays it. */
export interface RunControl {
  /** Keeps the state as soon as the event is over, under the name that it gets for that instant, µs. */
  capture(name: (timeUs: number) => string): void;
}

export interface EventKind extends KindDoc {
  readonly phase: Phase;
  /** Declares the names of channels and invoices that the event creates. Called for all events before any of them is planned. */
  declare?(use: EventSpec, context: PlanContext): void;
  /** Arguments resolved for one occurrence of the event, or null after reporting why not. */
  plan(use: EventSpec, context: PlanContext): Action['args'] | null;
  /**
   * Of an event that makes a payment (phase payment): its row, from the arguments. `apply` then gets the arguments with
   * the number of the row as `row`.
   */
  payment?(args: Action['args'], use: EventSpec): EventPayment;
  /** Nodes without which it cannot happen as meant: a warning says when one of them is stopped at that time. */
  needs?(args: Action['args']): readonly number[];
  /** It may ask for states to be kept; one that does not must not. */
  readonly keepsStates?: true;
  /** Makes it happen. */
  apply(args: Action['args'], backend: Backend, run: RunControl): Awaitable<void>;
}

/**
 * Payments of one activity, in order of time. Times µs, amounts msat, nodes are indexes. Those of a loop have no times:
 * `timeUs` is empty.
 */
export interface PlannedPayments {
  readonly timeUs: ArrayLike<number>;
  readonly source: ArrayLike<number>;
  readonly destination: ArrayLike<number>;
  readonly amountMsat: ArrayLike<number>;
  /** Which of the options' routes each takes; absent where there are none. */
  readonly lane?: ArrayLike<number>;
  readonly options: PaymentOptions;
  readonly onFailure?: FailureReaction;
  readonly loop?: LoopPart;
  /** When the activity ends, for those that come after it, µs; null: nobody can say before the run, or at the end of it. */
  readonly endUs: number | null;
}

export interface ActivityKind extends KindDoc {
  /** Files that the plan reads: the places of their paths among the arguments. */
  files?(use: ActivitySpec): readonly (readonly (string | number)[])[];
  plan(use: ActivitySpec, context: PlanContext): PlannedPayments | null;
}

/** Formats are declared beside their files, in engine/interop. */
export type { ImportFormat } from '../interop/imported.ts';

export type Report = (diagnostic: Diagnostic) => void;
