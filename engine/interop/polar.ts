/**
 * Networks of Polar: the zip that it exports, or the file `export.json` in it.
 *
 * Nodes are the Lightning nodes; their implementation becomes the label `implementation` (`lnd` for litd, which runs an
 * lnd). Channels are the open ones that Polar has drawn, called `from-to`; `from` opened it. Polar keeps no policies, so
 * those are decided by the models. The activity of its simulation comes along as traffic. Polar’s balances leave out what
 * the opener has set aside for the commitment fee: `to` has what Polar says, and `from` has the rest.
 */
import { MAX_SAFE, MSAT_PER_SAT, US_PER_SECOND } from '../base/numbers.ts';
import type {
  ImportedActivity,
  ImportedChannel,
  ImportedNode,
  ImportFormat,
  ImportInput,
  ImportOutcome,
} from './imported.ts';
import { JsonFields, objectsOf, readDocument } from './json-fields.ts';
import { isNodeName, nameOf, uniqueName } from './names.ts';
import { ImportProblems } from './problems.ts';

/** The file in the archive. */
export const POLAR_FILE = 'export.json';

const MAX_CAPACITY_SAT = Math.floor(MAX_SAFE / MSAT_PER_SAT);
/** Seconds that an activity may wait: beyond it microseconds are not exact. */
const MAX_SECONDS = Math.floor(MAX_SAFE / US_PER_SECOND);

const IMPLEMENTATIONS: ReadonlyMap<string, string> = new Map([
  ['LND', 'lnd'],
  ['litd', 'lnd'],
  ['c-lightning', 'cln'],
  ['eclair', 'eclair'],
]);

export const polar: ImportFormat = {
  name: 'polar',
  summary: 'Network of Polar: the zip that it exports, or export.json of it',
  members: [POLAR_FILE],
  recognise(files) {
    if (files.size !== 1) return false;
    const [text = ''] = files.values();
    const head = text.slice(0, 1 << 20);
    return /"network"\s*:\s*\{/.test(head) && /"lightning"\s*:\s*\[/.test(head);
  },
  parse,
};

function parse(input: ImportInput): ImportOutcome {
  const [[file, text] = ['', '']] = input.files;
  const problems = new ImportProblems(file, text);
  const document = readDocument(text, problems);
  if (document === null) return { ok: false, diagnostics: problems.list() };
  const root = new JsonFields(document, [], problems);
  const network = root.object('network');
  const kinds = network?.object('nodes');
  const links = root.object('chart')?.object('links');
  if (network == null || kinds == null || links == null) return { ok: false, diagnostics: problems.list() };

  const nodes: ImportedNode[] = [];
  const indexOf = new Map<string, number>();
  const names = new Set<string>();
  for (const { fields } of objectsOf(kinds.list('lightning'), ['network', 'nodes', 'lightning'], problems)) {
    const own = fields.text('name');
    const implementation = fields.text('implementation');
    if (indexOf.has(own)) fields.contradict('name', `node ${own} stands twice in this file`);
    indexOf.set(own, nodes.length);
    const name = uniqueName(nameOf(own), names);
    const known = IMPLEMENTATIONS.get(implementation) ?? nameOf(implementation);
    nodes.push({ name, labels: { ...(isNodeName(own) && own === name ? {} : { alias: own }), implementation: known } });
  }
  const tap = kinds.list('tap').length;
  if (tap > 0) problems.atPath('W701', ['network', 'nodes', 'tap'], `nodes of Taproot Assets were left out: ${tap}`);

  const channels = readChannels(links, nodes, indexOf, problems);
  const activities = readSimulation(network, nodes, indexOf, problems);
  if (nodes.length === 0 && !problems.failed) {
    problems.atPath('E703', ['network', 'nodes', 'lightning'], 'the network has no Lightning nodes');
  }
  if (problems.failed) return { ok: false, diagnostics: problems.list() };
  return {
    ok: true,
    network: { nodes, channels },
    traffic: activities.length > 0 ? { kind: 'defined', activities } : { kind: 'none' },
    warnings: problems.list(),
  };
}

function readChannels(
  links: JsonFields,
  nodes: readonly ImportedNode[],
  indexOf: ReadonlyMap<string, number>,
  problems: ImportProblems,
): ImportedChannel[] {
  const channels: ImportedChannel[] = [];
  const names = new Set<string>();
  let pending = 0;
  let assets = 0;
  for (const key of links.keys()) {
    if (problems.full) break;
    const link = links.object(key);
    if (link === null || !link.has('properties')) continue;
    const properties = link.object('properties');
    const type = properties?.text('type', '');
    if (type === 'pending-channel') pending++;
    if (properties === null || type !== 'open-channel') continue;
    const ends = (['from', 'to'] as const).map((side) => {
      const end = link.object(side);
      const name = end?.text('nodeId') ?? '';
      const node = indexOf.get(name);
      if (node === undefined && end !== null)
        end.contradict('nodeId', `there is no Lightning node ${name} in this file`);
      return node ?? -1;
    });
    const [node0, node1] = ends as [number, number];
    const capacitySat = properties.signed('capacity', undefined, 1, MAX_CAPACITY_SAT);
    const fromSat = properties.integer('fromBalance', undefined, MAX_CAPACITY_SAT);
    const toSat = properties.integer('toBalance', undefined, MAX_CAPACITY_SAT);
    if (node0 < 0 || node1 < 0) continue;
    if (node0 === node1) link.contradict('to', 'a channel must join two different nodes');
    // Both are rounded where a node tells msat, so that together they may be a sat too many.
    if (toSat > capacitySat || fromSat + toSat > capacitySat + 1) {
      properties.contradict('capacity', 'the balances exceed the capacity');
    }
    if (properties.has('assets') && properties.list('assets').length > 0) assets++;
    channels.push({
      name: uniqueName(`${nodes[node0]?.name}-${nodes[node1]?.name}`, names),
      node0,
      node1,
      capacitySat,
      balance0Msat: (capacitySat - toSat) * MSAT_PER_SAT,
      announced: !properties.flag('isPrivate', false),
      policy0: {},
      policy1: {},
    });
  }
  if (pending > 0)
    problems.atPath('W701', ['chart', 'links'], `channels that are not open yet were left out: ${pending}`);
  if (assets > 0) problems.atPath('W701', ['chart', 'links'], `assets in channels were left out: ${assets}`);
  return channels;
}

/** The activity of the simulation. */
function readSimulation(
  network: JsonFields,
  nodes: readonly ImportedNode[],
  indexOf: ReadonlyMap<string, number>,
  problems: ImportProblems,
): ImportedActivity[] {
  if (!network.has('simulation')) return [];
  const list = network.object('simulation')?.list('activity') ?? [];
  const activities: ImportedActivity[] = [];
  const names = new Set<string>();
  for (const { fields } of objectsOf(list, ['network', 'simulation', 'activity'], problems)) {
    const ends = (['source', 'destination'] as const).map((key) => {
      const name = fields.text(key);
      const node = indexOf.get(name);
      if (node === undefined) fields.contradict(key, `there is no Lightning node ${name} in this file`);
      return node;
    });
    const [source, destination] = ends;
    const seconds = fields.signed('intervalSecs', undefined, 1, MAX_SECONDS);
    const amount = fields.signed('amountMsat', undefined, 1, MAX_SAFE);
    if (source === undefined || destination === undefined) continue;
    if (source === destination) fields.contradict('destination', 'source and destination are the same node');
    const [from, to] = [nodes[source]?.name ?? '', nodes[destination]?.name ?? ''];
    activities.push({
      name: uniqueName(`${from}-to-${to}`, names),
      source: from,
      destination: to,
      intervalUs: { low: seconds * US_PER_SECOND, high: seconds * US_PER_SECOND },
      amountMsat: { low: amount, high: amount },
    });
  }
  return activities;
}
