/**
 * What the plans of events and activities ask the compiler: nodes, channels and positions. Knows the names of all
 * channels that exist at any time.
 */
import type { Json } from '../base/json.ts';
import { globMatcher } from '../kinds/expectation-names.ts';
import type { ChannelLimits, NamedInvoice, PlanContext, PlanFile } from '../kinds/kind.ts';
import { modelKind } from '../kinds/registry.ts';
import type { Samples } from '../kinds/sample.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import type { Placed, Scenario, Selector } from '../spec/scenario.ts';
import type { AnnouncedModel } from '../spec/schema-types.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { nearest } from '../spec/suggest.ts';
import type { NetworkPlan } from '../timeline/network.ts';
import type { InvoicePlan } from '../timeline/timeline.ts';
import { NetworkLimits } from './channel-limits.ts';
import { linkLatencyUs, type ResolvedNetwork, reportUnknownNode, selectNodes } from './network.ts';
import type { NodeIndex } from './node-index.ts';
import type { Place, Reporter } from './stage.ts';

export class Planner implements PlanContext {
  readonly scenario: Scenario;
  readonly network: NetworkPlan;
  readonly rowLimit: number;
  readonly samples: Samples;
  /** Models of other processes. */
  readonly #models: readonly AnnouncedModel[];
  readonly #nodes: NodeIndex;
  readonly #reporter: Reporter;
  readonly #index: SourceIndex;
  readonly #files: ReadonlyMap<string, PlanFile>;
  #endings: (activity: Placed<Json>) => number | null = () => null;
  readonly #channelNames: string[];
  readonly #invoices: Map<string, NamedInvoice>;
  #limits: NetworkLimits | null = null;
  readonly #channelIndex: Map<string, number>;

  constructor(
    scenario: Scenario,
    resolved: ResolvedNetwork,
    reporter: Reporter,
    index: SourceIndex,
    rowLimit: number,
    samples: Samples,
    files: ReadonlyMap<string, PlanFile> = new Map(),
    models: readonly AnnouncedModel[] = [],
  ) {
    this.#models = models;
    this.scenario = scenario;
    this.network = resolved.network;
    this.rowLimit = rowLimit;
    this.samples = samples;
    this.#files = files;
    this.#nodes = resolved.nodes;
    this.#reporter = reporter;
    this.#index = index;
    this.#channelNames = [...resolved.network.channels.map((channel) => channel.name), ...resolved.closed];
    this.#invoices = new Map(resolved.invoices.map((plan, index) => [plan.name, { index, plan, fromUs: 0 }]));
    this.#channelIndex = new Map(this.#channelNames.map((name, index) => [name, index]));
  }

  /** Names of all channels; those of the network come first. */
  channelNames(): readonly string[] {
    return this.#channelNames;
  }

  place(args: Placed<Json>, ...path: (string | number)[]): Placed<Json> {
    return this.#index.placeOf(args, ...path);
  }

  report(code: DiagnosticCode, at: Place, message: string, hint?: string): void {
    this.#reporter.report(code, at, message, hint);
  }

  add(diagnostics: readonly Diagnostic[]): void {
    this.#reporter.add(diagnostics);
  }

  file(path: string): PlanFile | null {
    return this.#files.get(path) ?? null;
  }

  limits(channel: number): ChannelLimits {
    this.#limits ??= new NetworkLimits(this.scenario, this.network, this.#models);
    return this.#limits.of(channel);
  }

  endOf(activity: Placed<Json>): number | null {
    return this.#endings(activity);
  }

  /** Says who knows when activities end. */
  setEndings(endings: (activity: Placed<Json>) => number | null): void {
    this.#endings = endings;
  }

  nodes(selector: Selector, at: Place): readonly number[] | null {
    return selectNodes(this.#nodes, selector, at, this.#reporter);
  }

  node(name: Placed<Json>): number | null {
    const text = String(name.value);
    const found = this.#nodes.get(text);
    if (found !== undefined) return found;
    const size = this.#nodes.setSize(text);
    if (size > 0) {
      this.report(
        'E403',
        name,
        `\`${text}\` is a set of ${size} nodes, and one node is needed here`,
        `name one of them, such as \`${this.#nodes.firstOf(text)}\``,
      );
    } else {
      reportUnknownNode(this.#nodes, text, name, this.#reporter);
    }
    return null;
  }

  channel(name: Placed<Json>, declare = false): number | null {
    const text = String(name.value);
    const found = this.#channelIndex.get(text);
    if (found !== undefined) return found;
    if (declare) {
      this.#channelIndex.set(text, this.#channelNames.length);
      this.#channelNames.push(text);
      return this.#channelNames.length - 1;
    }
    const several = this.#channelIndex.has(`${text}-0`);
    const near = nearest(text, this.#channelNames);
    const hint = several
      ? `it became several channels: \`${text}-0\`, \`${text}-1\`, …`
      : near === undefined
        ? undefined
        : `did you mean \`${near}\`?`;
    this.report('E404', name, `there is no channel \`${text}\``, hint);
    return null;
  }

  /** Invoices with a name; those of the state that the scenario begins in come first. */
  invoices(): readonly InvoicePlan[] {
    return [...this.#invoices.values()].map(({ plan }) => plan);
  }

  invoice(name: Placed<Json>): NamedInvoice | null {
    const text = String(name.value);
    const found = this.#invoices.get(text);
    if (found !== undefined) return found;
    const near = nearest(text, [...this.#invoices.keys()]);
    const hint = near === undefined ? 'make it with the event `create_invoice`' : `did you mean \`${near}\`?`;
    this.report('E409', name, `there is no invoice \`${text}\``, hint);
    return null;
  }

  declareInvoice(name: Placed<Json>, plan: InvoicePlan, fromUs: number | null): void {
    if (this.#invoices.has(plan.name)) {
      this.report('E405', name, `the invoice name \`${plan.name}\` is used twice`);
      return;
    }
    this.#invoices.set(plan.name, { index: this.#invoices.size, plan, fromUs });
  }

  /** Channels by name, by the name of the entry that they came from, or by pattern; an empty result is reported. */
  channelsLike(pattern: Placed<string>): readonly number[] {
    const { value } = pattern;
    const isPattern = /[*?]/.test(value);
    const exact = this.#channelIndex.get(value);
    if (exact !== undefined) return [exact];
    const matches = isPattern ? globMatcher(value) : (name: string) => memberOf(name) === value;
    const found = this.#channelNames.flatMap((name, index) => (matches(name) ? [index] : []));
    if (found.length === 0 && isPattern) this.report('E402', pattern, `no channel matches \`${value}\``);
    else if (found.length === 0) this.channel(pattern);
    return found;
  }

  /** Place of a key of the document, e.g. section('chain', 'mining'). */
  section(...path: (string | number)[]): Place {
    return this.#index.place(path);
  }

  senderOptions(model: string): ReturnType<PlanContext['senderOptions']> {
    const announced = this.#models.find(({ name }) => name === model)?.senderOptions;
    return (announced as ReturnType<PlanContext['senderOptions']> | undefined) ?? modelKind(model)?.senderOptions ?? [];
  }

  findsCircles(model: string): boolean {
    const announced = this.#models.find(({ name }) => name === model)?.findsCircles;
    return announced ?? modelKind(model)?.findsCircles === true;
  }

  latencyUs(channelName: string): number {
    return linkLatencyUs(this.scenario, channelName, this.samples);
  }
}

/** The entry that made a channel of this name, where it made several: `users` of `users-3`. */
function memberOf(name: string): string {
  return name.replace(/-[0-9]+$/, '');
}
