/**
 * Writes what was imported as files of this project: the network as a network file, and a scenario that imports it, with
 * the traffic that came along. Both are texts; whoever calls this writes them to disk.
 */
import { US_PER_SECOND } from '../base/numbers.ts';
import type { IntRange } from '../spec/scenario.ts';
import { formatAmount, formatDuration } from '../spec/units.ts';
import { writeBlastNetwork } from './blast-network-writer.ts';
import type { ImportedActivity, ImportedNetwork, ImportedTraffic } from './imported.ts';

const DEFAULT_DURATION_US = 600 * US_PER_SECOND;

export interface ScenarioWriterInput {
  /** Name of the scenario. */
  readonly name: string;
  /** Where it comes from, for the description: `describegraph.json (lnd-describegraph)`. */
  readonly origin: string;
  /** Name of the network file, relative to the scenario. */
  readonly networkFile: string;
  readonly network: ImportedNetwork;
  readonly traffic: ImportedTraffic;
  /** Models that there are: nodes labelled with the implementation of one run it. */
  readonly models?: readonly string[];
  /** The model that nodes run of which nothing else is said. */
  readonly usualModel?: string;
  /** Length of the run, µs; default ten minutes, because no other format says one. */
  readonly durationUs?: number;
}

export interface WrittenScenario {
  /** The scenario file, YAML. */
  readonly scenario: string;
  /** The network file, JSON. */
  readonly network: string;
}

/** The two files. The scenario compiles as it stands. */
export function writeScenario(input: ScenarioWriterInput): WrittenScenario {
  const description = `Imported from ${input.origin}.`;
  const lines = [
    'version: 1',
    `name: ${scalar(input.name)}`,
    `description: ${scalar(description)}`,
    `duration: ${formatDuration(input.durationUs ?? DEFAULT_DURATION_US)}`,
    '',
    'network:',
    `  import: { file: ${scalar(input.networkFile)}, format: blast-network }`,
    ...modelLines(input.network, input.models ?? [], input.usualModel),
    ...trafficLines(input.traffic, input.network),
  ];
  return { scenario: `${lines.join('\n')}\n`, network: writeBlastNetwork(input.network, description) };
}

/** Nodes whose implementation the source tells run its model. */
function modelLines(network: ImportedNetwork, models: readonly string[], usual: string | undefined): string[] {
  const found = new Set(network.nodes.map(({ labels }) => labels.implementation));
  const lines = models
    .filter((model) => model !== usual && found.has(model))
    .map((model) => {
      const match = `{ implementation: ${scalar(model)} }`;
      return `    - { match: ${match}, node: { model: ${scalar(model)} } }`;
    });
  return lines.length === 0 ? [] : ['', 'defaults:', '  labels:', ...lines];
}

function trafficLines(traffic: ImportedTraffic, network: ImportedNetwork): string[] {
  if (traffic.kind === 'defined') {
    return ['', 'activity:', ...traffic.activities.flatMap(activityLines)];
  }
  if (network.channels.length === 0) {
    return ['', '# The imported file has no channels: add some under `channels`, and payments under `activity`.'];
  }
  const among = traffic.kind === 'random' && traffic.among !== undefined ? labelSelector(traffic.among) : null;
  const generator =
    traffic.kind === 'random' && traffic.generator !== undefined ? `generator: ${scalar(traffic.generator)}, ` : '';
  return [
    '',
    'activity:',
    '  background:',
    `    random: { ${generator}expected_amount: 3_800_000 msat, capacity_multiplier: 2 }`,
    ...(among === null ? [] : [`    among: ${among}`]),
  ];
}

function activityLines(activity: ImportedActivity): string[] {
  return [
    `  ${scalar(activity.name)}:`,
    `    source: ${scalar(activity.source)}`,
    `    destination: ${scalar(activity.destination)}`,
    ...(activity.startUs === undefined ? [] : [`    start: ${formatDuration(activity.startUs)}`]),
    ...(activity.count === undefined ? [] : [`    count: ${activity.count}`]),
    `    interval: ${range(activity.intervalUs, formatDuration)}`,
    `    amount: ${range(activity.amountMsat, formatAmount)}`,
  ];
}

function range({ low, high }: IntRange, format: (value: number) => string): string {
  return low === high ? format(low) : `[${format(low)}, ${format(high)}]`;
}

function labelSelector(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels).map(([key, value]) => `${scalar(key)}: ${scalar(value)}`);
  return `{ labels: { ${entries.join(', ')} } }`;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A YAML scalar that reads back as the same text. */
function scalar(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  // Double-quoted YAML takes JSON's escapes.
  return JSON.stringify(text);
}
