/**
 * Makes the nodes and channels of a generated network: the topology says who is joined with whom, the entry and the
 * defaults say what they are. What is drawn comes from the entry's own streams, ('topology', name template, purpose).
 *
 * Capacities: the entry, else the topology, else the defaults (of the opener's labels, of channels). Policies likewise.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import { RandomStream } from '../base/random.ts';
import { topologyKind } from '../kinds/registry.ts';
import { type Samples, sampler } from '../kinds/sample.ts';
import type { Topology } from '../kinds/topologies/topology.ts';
import { channelSettings, nodeSettings } from '../spec/defaults.ts';
import { memberName } from '../spec/name-template.ts';
import type { ChannelSettings, Defaults, GenerateSpec, Placed } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import type { ChannelPlan, NodePlan, PolicyPlan } from '../timeline/network.ts';
import type { Reporter } from './stage.ts';

/** What models decide alone; one object for all channels. */
const NO_POLICY: PolicyPlan = {};

/** Channels without latencies; their node0 and node1 count from the first node of the network. */
export interface GeneratedNetwork {
  readonly spec: GenerateSpec;
  readonly nodes: readonly NodePlan[];
  readonly channels: readonly Omit<ChannelPlan, 'latencyUs'>[];
}

export interface GenerateInput {
  readonly seed: number;
  readonly defaults: Defaults;
  readonly index: SourceIndex;
  readonly samples: Samples;
  readonly reporter: Reporter;
}

/** Generates all entries; nothing of those that could not be, which is reported. */
export function generateNetworks(specs: readonly GenerateSpec[], input: GenerateInput): readonly GeneratedNetwork[] {
  const templates = new Set<string>();
  return specs.flatMap((spec) => {
    const template = spec.template.value;
    if (templates.has(template)) {
      const message = `two generated networks call their nodes \`${template}\``;
      input.reporter.report('E405', spec.template, message, "give one of them another `name`, such as 'other-{index}'");
      return [];
    }
    templates.add(template);
    return generateNetwork(spec, input) ?? [];
  });
}

/** Generates one entry; null after reporting why there is nothing. */
function generateNetwork(spec: GenerateSpec, input: GenerateInput): GeneratedNetwork | null {
  const stream = (purpose: string): RandomStream =>
    RandomStream.named(input.seed, 'topology', spec.template.value, purpose);
  const topology = topologyKind(spec.kind)?.plan({
    args: spec.args.value,
    stream,
    report: (code, key, message, hint) =>
      input.reporter.report(code, input.index.placeOf(spec.args, key), message, hint),
  });
  if (topology === undefined || topology === null) return null;
  const nodes = makeNodes(spec, topology, input.defaults);
  const channels = makeChannels(spec, topology, nodes, stream, input);
  return channels === null ? null : { spec, nodes, channels };
}

function makeNodes(spec: GenerateSpec, topology: Topology, defaults: Defaults): readonly NodePlan[] {
  // Nodes with the same labels are the same but for their names.
  const known = new Map<string, Omit<NodePlan, 'name'>>();
  return Array.from({ length: topology.nodes }, (_, i) => {
    const own = topology.labels?.(i) ?? {};
    const key = JSON.stringify(own);
    let rest = known.get(key);
    if (rest === undefined) {
      const labels = { ...own, ...spec.labels };
      rest = { ...nodeSettings(defaults, labels, spec.node), labels };
      known.set(key, rest);
    }
    // Key by key, as channels are placed (network.ts).
    const { model, options, walletSat, labels } = rest;
    return { name: memberName(spec.template.value, i), model, options, walletSat, labels };
  });
}

type Drawn = (i: number) => number;

function makeChannels(
  spec: GenerateSpec,
  topology: Topology,
  nodes: readonly NodePlan[],
  stream: (purpose: string) => RandomStream,
  input: GenerateInput,
): readonly Omit<ChannelPlan, 'latencyUs'>[] | null {
  const settingsOf = settingsByOpener(spec, input.defaults);
  const ownCapacity = capacityDraw(spec.capacity, topology, stream, input);
  const balances = stream('balance');
  const { low, high } = spec.balance ?? (topology.balance === 'random' ? { low: 0, high: 1 } : { low: 0.5, high: 0.5 });
  const channels: Omit<ChannelPlan, 'latencyUs'>[] = [];
  for (let i = 0; i < topology.from.length; i++) {
    const node0 = topology.from[i] as number;
    const node1 = topology.to[i] as number;
    const opener = nodes[node0] as NodePlan;
    const settings = settingsOf(opener);
    const capacitySat = ownCapacity === null ? settings.capacitySat : ownCapacity(i);
    if (capacitySat === undefined) {
      reportNoCapacity(spec, input);
      return null;
    }
    const share = low === high ? low : low + balances.unit() * (high - low);
    const drawn = topology.policies?.(i);
    channels.push({
      name: `${opener.name}-${(nodes[node1] as NodePlan).name}`,
      node0,
      node1,
      capacitySat,
      balance0Msat: Math.floor(capacitySat * MSAT_PER_SAT * share),
      announced: settings.announced ?? true,
      policy0: spec.channel.policy ?? drawn?.[0] ?? settings.policy ?? NO_POLICY,
      policy1: spec.channel.reversePolicy ?? drawn?.[1] ?? settings.reversePolicy ?? NO_POLICY,
    });
  }
  return channels;
}

/** Settings of the channels that a node opens; nodes of the same labels share them. */
function settingsByOpener(spec: GenerateSpec, defaults: Defaults): (opener: NodePlan) => ChannelSettings {
  const known = new Map<NodePlan['labels'], ChannelSettings>();
  return ({ labels }) => {
    let settings = known.get(labels);
    if (settings === undefined) {
      settings = channelSettings(defaults, labels, spec.channel);
      known.set(labels, settings);
    }
    return settings;
  };
}

/** Capacity of channel i in sat where the entry or the topology says one. */
function capacityDraw(
  capacity: GenerateSpec['capacity'],
  topology: Topology,
  stream: (purpose: string) => RandomStream,
  input: GenerateInput,
): Drawn | null {
  if (capacity !== undefined) {
    const draw = sampler(capacity.value, stream('capacity'), { minimum: MSAT_PER_SAT, samples: input.samples });
    return () => Math.floor(draw() / MSAT_PER_SAT);
  }
  const { capacitySat } = topology;
  return capacitySat === undefined ? null : (i) => capacitySat[i] as number;
}

function reportNoCapacity(spec: GenerateSpec, input: GenerateInput): void {
  const at: Placed<unknown> = spec.args;
  input.reporter.report(
    'E202',
    at,
    'the key `capacity` is missing, and there is no default',
    'add `capacity: 1_000_000 sat` to the entry, or under `defaults.channel`',
  );
}
