/**
 * Resolves the network that exists when time starts: node sets are counted out, selectors become pairs of nodes, imported
 * and generated networks are joined with what the file itself describes. Nodes and channels of the state that it begins in
 * come first, then those of the file, in its order, then those of the imports, then those that are generated.
 */
import { MAX_SAFE, MSAT_PER_SAT } from '../base/numbers.ts';
import { RandomStream } from '../base/random.ts';
import { type Samples, sampler } from '../kinds/sample.ts';
import type { SimulationState } from '../snapshot/document.ts';
import { channelSettings, nodeSettings } from '../spec/defaults.ts';
import { memberName } from '../spec/name-template.ts';
import type { ChannelSpec, NodeSpec, Placed, Scenario, Selector } from '../spec/scenario.ts';
import { nearest } from '../spec/suggest.ts';
import { formatAmount, groupDigits } from '../spec/units.ts';
import type { ChannelPlan, NetworkPlan, NodePlan } from '../timeline/network.ts';
import type { InvoicePlan } from '../timeline/timeline.ts';
import type { GeneratedNetwork } from './generate.ts';
import type { LoadedImport } from './imports.ts';
import { NodeIndex, selectorText } from './node-index.ts';
import type { Place, Reporter } from './stage.ts';
import { type StartSnapshot, snapshotChannels, snapshotInvoices, snapshotNodes } from './start-snapshot.ts';

/** Channels that one entry may make: beyond this it is a slip of a selector. */
const MOST_CHANNELS = 2_000_000;

type Settings = Pick<ChannelPlan, 'capacitySat' | 'balance0Msat' | 'announced' | 'policy0' | 'policy1'>;

export interface ResolvedNetwork {
  readonly network: NetworkPlan;
  /** Names of channels that were there before the scenario begins and are closed. */
  readonly closed: readonly string[];
  /** Invoices with a name that were made before the scenario begins. */
  readonly invoices: readonly InvoicePlan[];
  readonly nodes: NodeIndex;
}

/** One-way delay of the link of a channel, drawn by its name, µs. */
export function linkLatencyUs(scenario: Scenario, channelName: string, samples: Samples): number {
  const { linkUs, linkDistribution } = scenario.latency;
  const stream = (): RandomStream => RandomStream.named(scenario.seed, 'channel', channelName, 'latency');
  if (linkDistribution !== undefined) return sampler(linkDistribution, stream(), { samples })();
  return linkUs.low === linkUs.high ? linkUs.low : stream().integer(linkUs.low, linkUs.high);
}

/** The network, or null after reporting why there is none. */
export function resolveNetwork(
  scenario: Scenario,
  imports: readonly LoadedImport[],
  reporter: Reporter,
  generated: readonly GeneratedNetwork[],
  samples: Samples,
  start: StartSnapshot | null = null,
): ResolvedNetwork | null {
  const resolver = new Resolver(scenario, reporter, samples);
  const place = scenario.snapshot;
  if (start !== null && place !== undefined) resolver.addSnapshotNodes(start.document.state, place);
  for (const spec of scenario.nodes) resolver.addNodes(spec);
  const importedFrom = imports.map((loaded) => resolver.addImportedNodes(loaded));
  const generatedFrom = generated.map((network) => resolver.addGeneratedNodes(network));
  const nodes = resolver.indexNodes();
  const closed = start === null || place === undefined ? [] : resolver.addSnapshotChannels(start.document.state, place);
  for (const spec of scenario.channels) resolver.addChannels(spec, nodes);
  imports.forEach((loaded, i) => {
    resolver.addImportedChannels(loaded, importedFrom[i] as readonly number[]);
  });
  generated.forEach((network, i) => {
    resolver.addGeneratedChannels(network, generatedFrom[i] as number);
  });
  if (reporter.failed) return null;
  const invoices = start === null ? [] : snapshotInvoices(start.document.state);
  return { network: resolver.network(), nodes, closed, invoices };
}

/**
 * Nodes that a selector selects; an empty result is reported, with the nearest name when a single name was meant.
 */
export function selectNodes(
  nodes: NodeIndex,
  selector: Selector,
  at: Place,
  reporter: Reporter,
): readonly number[] | null {
  const found = nodes.select(selector);
  if (found.length > 0) return found;
  if (selector.kind === 'name' && !/[*?]/.test(selector.pattern)) {
    reportUnknownNode(nodes, selector.pattern, at, reporter);
  } else {
    reporter.report('E402', at, `no node matches ${selectorText(selector)}`);
  }
  return null;
}

/** Reports a name that no node has. */
export function reportUnknownNode(nodes: NodeIndex, name: string, at: Place, reporter: Reporter): void {
  const near = nearest(name, nodes.names());
  reporter.report(
    'E401',
    at,
    `there is no node \`${name}\``,
    near === undefined ? undefined : `did you mean \`${near}\`?`,
  );
}

class Resolver {
  readonly #scenario: Scenario;
  readonly #reporter: Reporter;
  readonly #samples: Samples;
  readonly #nodes: NodePlan[] = [];
  readonly #nodeNames = new Map<string, string>();
  readonly #pubkeys = new Map<string, string>();
  readonly #sets = new Map<string, readonly number[]>();
  readonly #channels: ChannelPlan[] = [];
  readonly #channelNames = new Map<string, string>();
  #totalMsat = 0;
  #overflow = false;

  constructor(scenario: Scenario, reporter: Reporter, samples: Samples) {
    this.#scenario = scenario;
    this.#samples = samples;
    this.#reporter = reporter;
  }

  network(): NetworkPlan {
    return { nodes: this.#nodes, channels: this.#channels };
  }

  indexNodes(): NodeIndex {
    return new NodeIndex(this.#nodes, this.#sets);
  }

  addNodes(spec: NodeSpec): void {
    const [model, options] = [spec.model.value, spec.options.value];
    const { walletSat, labels } = spec;
    if (spec.count === undefined) {
      this.#addNode(
        {
          name: spec.name.value,
          model,
          options,
          walletSat,
          labels,
          ...(spec.pubkey === undefined ? {} : { pubkey: spec.pubkey }),
        },
        spec.name,
        `the node \`${spec.name.value}\``,
      );
      return;
    }
    const members: number[] = [];
    for (let i = 0; i < spec.count; i++) {
      const name = spec.template === undefined ? `${spec.name.value}-${i}` : memberName(spec.template, i);
      members.push(
        this.#addNode({ name, model, options, walletSat, labels }, spec.name, `the set \`${spec.name.value}\``),
      );
      if (this.#overflow) break;
    }
    this.#sets.set(spec.name.value, members);
  }

  /** Adds the nodes of the state that the scenario begins in; they come first. */
  addSnapshotNodes(state: SimulationState, at: Placed<string>): void {
    for (const node of snapshotNodes(state)) this.#addNode(node, at, `the snapshot \`${at.value}\``);
  }

  /** Adds the channels of that state; answers the names of those that are closed. */
  addSnapshotChannels(state: SimulationState, at: Placed<string>): readonly string[] {
    const { channels, closed } = snapshotChannels(state);
    for (const channel of channels) this.#addChannel(channel, at, `the snapshot \`${at.value}\``);
    for (const name of closed) {
      this.#channelNames.set(name, `a channel of the snapshot \`${at.value}\`, which is closed,`);
    }
    return closed;
  }

  /** Adds the nodes of an import; answers their indexes. */
  addImportedNodes({ spec, network }: LoadedImport): readonly number[] {
    const from = `the import \`${spec.file.value}\``;
    const { defaults } = this.#scenario;
    const { own } = spec;
    const ordinary = { model: spec.model.value, options: spec.options.value, walletSat: spec.walletSat };
    const others = new Map<string, { count: number; readonly model: string }>();
    const indexes = network.nodes.map((node) => {
      const labels = { ...node.labels, ...spec.labels };
      const settings = defaults === undefined || own === undefined ? ordinary : nodeSettings(defaults, labels, own);
      const { implementation } = node.labels;
      if (implementation !== undefined && implementation !== settings.model) {
        const other = others.get(implementation) ?? { count: 0, model: settings.model };
        others.set(implementation, other);
        other.count++;
      }
      // Key by key, as #placed.
      const { model, options, walletSat } = settings;
      const { name, pubkey } = node;
      const plan =
        pubkey === undefined
          ? { name, model, options, walletSat, labels }
          : { name, model, options, walletSat, labels, pubkey };
      return this.#addNode(plan, spec.file, from);
    });
    for (const [implementation, { count, model }] of others) {
      this.#reporter.report(
        'W702',
        spec.file,
        `${count === 1 ? 'one node' : `${count} nodes`} of ${from} ran ${implementation}, and the model \`${model}\` is used`,
        `give the label \`implementation: ${implementation}\` a model under \`defaults.labels\``,
      );
    }
    return indexes;
  }

  /** Adds the nodes of a generated network; answers the index of the first. */
  addGeneratedNodes({ spec, nodes }: GeneratedNetwork): number {
    const first = this.#nodes.length;
    const from = `the generated network \`${spec.template.value}\``;
    for (const node of nodes) {
      if (this.#overflow) break;
      this.#addNode(node, spec.template, from);
    }
    return first;
  }

  addGeneratedChannels({ spec, channels }: GeneratedNetwork, first: number): void {
    const from = `the generated network \`${spec.template.value}\``;
    for (const channel of channels) {
      if (this.#overflow) return;
      this.#addChannel(this.#placed(channel, first + channel.node0, first + channel.node1), spec.template, from);
    }
  }

  /**
   * A channel of another network between nodes of this one. Key by key: an object that is spread gets a hidden class of its
   * own, which weighs more than the channel.
   */
  #placed(channel: Omit<ChannelPlan, 'latencyUs'>, node0: number, node1: number): ChannelPlan {
    const { name, capacitySat, balance0Msat, announced, scid, policy0, policy1 } = channel;
    const latencyUs = linkLatencyUs(this.#scenario, name, this.#samples);
    if (scid === undefined) {
      return { name, node0, node1, capacitySat, balance0Msat, announced, policy0, policy1, latencyUs };
    }
    return { name, node0, node1, capacitySat, balance0Msat, announced, scid, policy0, policy1, latencyUs };
  }

  addChannels(spec: ChannelSpec, nodes: NodeIndex): void {
    const from = selectNodes(nodes, spec.from.value, spec.from, this.#reporter);
    const to = selectNodes(nodes, spec.to.value, spec.to, this.#reporter);
    if (from === null || to === null) return;
    if (from.length * to.length > MOST_CHANNELS) {
      const count = `${from.length} × ${to.length}`;
      this.#reporter.report(
        'E607',
        spec.name,
        `\`from\` and \`to\` make ${count} channels; at most ${groupDigits(MOST_CHANNELS)} are allowed`,
      );
      return;
    }
    const pairs = pairsOf(from, to);
    if (pairs.length === 0) {
      const name = this.#nodes[from[0] as number]?.name ?? '';
      this.#reporter.report('E406', spec.to, `channel \`${spec.name.value}\` would join \`${name}\` with itself`);
      return;
    }
    pairs.forEach(([node0, node1], i) => {
      if (this.#overflow) return;
      const name = pairs.length === 1 ? spec.name.value : `${spec.name.value}-${i}`;
      const settings = this.#settingsOf(spec, node0);
      if (settings === null) return;
      const { capacitySat, balance0Msat, announced, policy0, policy1 } = settings;
      const latencyUs = linkLatencyUs(this.#scenario, name, this.#samples);
      this.#addChannel(
        { name, node0, node1, capacitySat, balance0Msat, announced, policy0, policy1, latencyUs },
        spec.name,
        `the channel \`${spec.name.value}\``,
      );
    });
  }

  /** What a channel of an entry has: of its own, or by the labels of its opener; null after a report. */
  #settingsOf(spec: ChannelSpec, opener: number): Settings | null {
    const { defaults } = this.#scenario;
    if (defaults === undefined || spec.own === undefined) {
      return {
        capacitySat: spec.capacitySat.value,
        balance0Msat: spec.capacitySat.value * MSAT_PER_SAT - spec.pushMsat.value,
        announced: spec.announced,
        policy0: spec.policy,
        policy1: spec.reversePolicy,
      };
    }
    const found = channelSettings(defaults, this.#nodes[opener]?.labels ?? {}, spec.own);
    const { capacitySat, pushMsat = 0 } = found;
    if (capacitySat === undefined) {
      this.#reporter.report(
        'E202',
        spec.name,
        'the key `capacity` is missing, and there is no default',
        'add `capacity: 1_000_000 sat` here or under `defaults.channel`',
      );
      return null;
    }
    if (pushMsat > capacitySat * MSAT_PER_SAT) {
      this.#reporter.report(
        'E308',
        spec.name,
        `\`push\` is ${formatAmount(pushMsat)}, more than the capacity of ${formatAmount(capacitySat * MSAT_PER_SAT)}`,
      );
      return null;
    }
    return {
      capacitySat,
      balance0Msat: capacitySat * MSAT_PER_SAT - pushMsat,
      announced: found.announced ?? true,
      policy0: found.policy ?? {},
      policy1: found.reversePolicy ?? {},
    };
  }

  addImportedChannels({ spec, network }: LoadedImport, indexes: readonly number[]): void {
    const from = `the import \`${spec.file.value}\``;
    for (const channel of network.channels) {
      if (this.#overflow) return;
      const [node0, node1] = [indexes[channel.node0] as number, indexes[channel.node1] as number];
      this.#addChannel(this.#placed(channel, node0, node1), spec.file, from);
    }
  }

  #addNode(node: NodePlan, at: Place, origin: string): number {
    const other = this.#nodeNames.get(node.name);
    if (other !== undefined) {
      this.#reporter.report('E405', at, `the node name \`${node.name}\` is used twice: by ${other} and by ${origin}`);
    }
    this.#nodeNames.set(node.name, origin);
    if (node.pubkey !== undefined) {
      const key = node.pubkey.toLowerCase();
      const owner = this.#pubkeys.get(key);
      if (owner !== undefined) {
        this.#reporter.report('E405', at, `the nodes \`${owner}\` and \`${node.name}\` have the same public key`);
      }
      this.#pubkeys.set(key, node.name);
    }
    this.#count(node.walletSat, at);
    this.#nodes.push(node);
    return this.#nodes.length - 1;
  }

  #addChannel(channel: ChannelPlan, at: Place, origin: string): void {
    const other = this.#channelNames.get(channel.name);
    if (other !== undefined) {
      this.#reporter.report(
        'E405',
        at,
        `the channel name \`${channel.name}\` is used twice: by ${other} and by ${origin}`,
      );
    }
    this.#channelNames.set(channel.name, origin);
    this.#count(channel.capacitySat, at);
    this.#channels.push(channel);
  }

  /** Keeps the sum of all money within the range of exact integers. */
  #count(sat: number, at: Place): void {
    if (this.#overflow) return;
    this.#totalMsat += sat * MSAT_PER_SAT;
    if (this.#totalMsat <= MAX_SAFE) return;
    this.#overflow = true;
    this.#reporter.report(
      'E605',
      at,
      'all wallets and channels together hold 2^53 msat (about 90_071 BTC) or more, which cannot be counted exactly',
    );
  }
}

/**
 * Pairs of two different nodes, the first list's order first. Two nodes that are in both lists get one channel, not one
 * each way.
 */
function pairsOf(from: readonly number[], to: readonly number[]): readonly (readonly [number, number])[] {
  const inTo = new Set(to);
  const both = new Set(from.filter((node) => inTo.has(node)));
  const pairs: (readonly [number, number])[] = [];
  for (const a of from) {
    for (const b of to) {
      if (a === b) continue;
      // The pair was made already when it came the other way round.
      if (both.has(a) && both.has(b) && b < a) continue;
      pairs.push([a, b]);
    }
  }
  return pairs;
}
