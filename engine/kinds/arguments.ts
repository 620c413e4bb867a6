/**
 * Reads the arguments of a kind: values with units become integers, names become indexes, and what is missing gets its
 * default.
 *
 * The schema has checked every value on its own before. What only the network can tell (unknown names, empty selections)
 * is reported here at its place; after a report every method answers something harmless, so that all problems come at
 * once, and `failed` says that there was one.
 */
import type { Json } from '../base/json.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import type { Distribution } from '../spec/distribution.ts';
import { parseDistribution } from '../spec/distributions.ts';
import type { PaymentOptions, Placed, PolicySpec } from '../spec/scenario.ts';
import {
  amountMsat,
  amountSat,
  durationUs,
  parsePaymentOptions,
  parsePolicy,
  parseSelector,
  property,
  ratePpm,
} from '../spec/values.ts';
import type { PlanContext } from './kind.ts';

type Key = string | number;

const NOTHING: Distribution = { kind: 'constant', unit: 'duration', value: 0 };

export class Arguments {
  readonly #args: Placed<Json>;
  readonly context: PlanContext;
  #failed = false;
  #options: Partial<PaymentOptions> = {};

  constructor(args: Placed<Json>, context: PlanContext) {
    this.#args = args;
    this.context = context;
  }

  /** Whether an error was reported through this object. */
  get failed(): boolean {
    return this.#failed;
  }

  has(key: string): boolean {
    return property(this.#args.value, key) !== undefined;
  }

  /** The value at a key with its position; of the whole arguments without one. */
  place(...path: Key[]): Placed<Json> {
    return this.context.place(this.#args, ...path);
  }

  /** Reports an error. */
  report(code: DiagnosticCode, path: readonly Key[], message: string, hint?: string): void {
    this.#failed = true;
    this.warn(code, path, message, hint);
  }

  /** Reports something that does not stop the plan. */
  warn(code: DiagnosticCode, path: readonly Key[], message: string, hint?: string): void {
    this.context.report(code, this.place(...path), message, hint);
  }

  /** Counts a problem that somebody else has reported. */
  fail(): null {
    this.#failed = true;
    return null;
  }

  text(key: string): string {
    return this.#read(key, String, '');
  }

  number(key: string, fallback: number): number {
    return this.#read(key, Number, fallback);
  }

  flag(key: string, fallback: boolean): boolean {
    return this.#read(key, (value) => value === true, fallback);
  }

  /** µs */
  durationUs(key: string, fallback: number): number {
    return this.#read(key, durationUs, fallback);
  }

  /** msat */
  amountMsat(key: string, fallback: number): number {
    return this.#read(key, amountMsat, fallback);
  }

  /** ppm */
  ratePpm(key: string, fallback: number): number {
    return this.#read(key, ratePpm, fallback);
  }

  /** sat, of a value that the schema holds to whole satoshi */
  amountSat(key: string): number {
    return this.#read(key, amountSat, 0);
  }

  /** Durations to draw from, µs. */
  durations(key: string): Distribution {
    return this.#read(key, (value) => parseDistribution(value, 'duration'), NOTHING);
  }

  /** Amounts to draw from, msat. */
  amounts(key: string): Distribution {
    return this.#read(key, (value) => parseDistribution(value, 'amount'), NOTHING);
  }

  /** When the activity named at a key ends, µs. */
  endOf(key: string): number {
    return this.#checked(this.context.endOf(this.place(key))) ?? 0;
  }

  policy(key: string): PolicySpec {
    return parsePolicy(property(this.#args.value, key));
  }

  /** Adds options of the payments that were read apart from the others. */
  takeOptions(options: Partial<PaymentOptions>): void {
    this.#options = { ...this.#options, ...options };
  }

  /** Payment options that stand beside the other keys. */
  paymentOptions(): PaymentOptions {
    return { ...parsePaymentOptions(this.#args.value), ...this.#options };
  }

  /** Nodes that the selector at a key selects; null after a report. */
  nodes(key: string): readonly number[] | null {
    const place = this.place(key);
    return this.#checked(this.context.nodes(parseSelector(place.value), place));
  }

  /** Nodes that the selector at a place of a list selects; null after a report. */
  nodesAt(key: string, index: number): readonly number[] | null {
    const place = this.place(key, index);
    return this.#checked(this.context.nodes(parseSelector(place.value), place));
  }

  /** The one node named at a key. */
  node(key: string): number {
    return this.#checked(this.context.node(this.place(key))) ?? 0;
  }

  /** The channel named at a key. */
  channel(key: string): number {
    return this.#checked(this.context.channel(this.place(key))) ?? 0;
  }

  /** The channel named at a place of a list; null after a report. */
  channelAt(key: string, index: number): number | null {
    return this.#checked(this.context.channel(this.place(key, index)));
  }

  /** The channels named at a key, by one name or a list of them; null after a report. */
  channels(key: string): readonly { readonly path: readonly Key[]; readonly channel: number | null }[] {
    const written = this.place(key).value;
    const paths: readonly (readonly Key[])[] = Array.isArray(written) ? written.map((_, i) => [key, i]) : [[key]];
    return paths.map((path) => ({ path, channel: this.#checked(this.context.channel(this.place(...path))) }));
  }

  #read<T>(key: string, read: (value: Json) => T, fallback: T): T {
    const value = property(this.#args.value, key);
    return value === undefined ? fallback : read(value);
  }

  #checked<T>(value: T | null): T | null {
    if (value === null) this.#failed = true;
    return value;
  }
}
