/**
 * Networks of warnet: `network.yaml` with the defaults of its nodes (`node-defaults.yaml`) beside it.
 *
 * What a node does not say is taken from the defaults, map by map; lists are taken whole. Nodes without an lnd or cln are
 * nodes of the Bitcoin network only and are left out. A channel is called by the short channel id that warnet makes for
 * it, block × index × 0; what is not pushed stays with the node that lists it. Activity of the sim-ln plugin comes along
 * as traffic.
 */
import type { Json } from '../base/json.ts';
import { parseJsonText } from '../base/json-text.ts';
import { MAX_SAFE, MSAT_PER_SAT } from '../base/numbers.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import type {
  ImportedActivity,
  ImportedChannel,
  ImportedNode,
  ImportFormat,
  ImportInput,
  ImportOutcome,
} from './imported.ts';
import { isObject, JsonFields, type JsonObject, objectsOf } from './json-fields.ts';
import { nameOf, uniqueName } from './names.ts';
import { ImportProblems } from './problems.ts';
import { readScid, scidName } from './scid.ts';
import { type ActivityNodes, readActivities } from './sim-ln-activity.ts';
import { readYamlDocument, type YamlDocument } from './yaml-document.ts';

export const WARNET_NETWORK = 'network.yaml';
export const WARNET_DEFAULTS = 'node-defaults.yaml';

/** What warnet calls the Lightning node beside a node of the Bitcoin network. */
export const WARNET_SUFFIX = '-ln';

const MAX_CAPACITY_SAT = Math.floor(MAX_SAFE / MSAT_PER_SAT);
const U32 = 0xffffffff;
const U24 = 0xffffff;
const IMPLEMENTATIONS = ['lnd', 'cln'] as const;
/** A list of nodes at the top of a document: a scenario has a mapping there. */
const NODES = /^nodes:[ \t]*(?:\[|(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*-[ \t])/m;

export const warnet: ImportFormat = {
  name: 'warnet',
  summary: 'Network of warnet: network.yaml, with node-defaults.yaml beside it',
  members: [WARNET_NETWORK, WARNET_DEFAULTS],
  recognise(files) {
    const text = networkFile(files)?.[1].slice(0, 1 << 20) ?? '';
    return /^\s*[A-Za-z#]/.test(text) && NODES.test(text) && /\bname:/.test(text);
  },
  parse,
};

function fileNamed(files: ReadonlyMap<string, string>, name: string): readonly [string, string] | undefined {
  return [...files].find(([path]) => path === name || path.endsWith(`/${name}`) || path.endsWith(`\\${name}`));
}

/** The network: by its name, else the only file there is. */
function networkFile(files: ReadonlyMap<string, string>): readonly [string, string] | undefined {
  return fileNamed(files, WARNET_NETWORK) ?? (files.size === 1 ? [...files][0] : undefined);
}

/** What a node, or the defaults, say of one implementation. */
interface Settings {
  /** Whether it runs; absent: nothing is said. */
  readonly on: ReadonlyMap<string, boolean>;
  /** The channels that it opens. */
  readonly channels: ReadonlyMap<string, ReturnType<typeof objectsOf>>;
}

const NOTHING: Settings = { on: new Map(), channels: new Map() };

function parse(input: ImportInput): ImportOutcome {
  const found = networkFile(input.files);
  if (found === undefined) {
    const problems = new ImportProblems(WARNET_NETWORK, '');
    problems.atOffset('E701', 0, `${WARNET_NETWORK} is missing`);
    return { ok: false, diagnostics: problems.list() };
  }
  const [file, text] = found;
  const yaml = readYamlDocument(text, file);
  const beside = fileNamed(input.files, WARNET_DEFAULTS);
  const other = beside === undefined || beside[0] === file ? null : readYamlDocument(beside[1], beside[0]);
  // A file of defaults that says nothing is usual.
  const defaults = other?.document == null ? NOTHING : settingsOf(other.document, [], other.problems);
  const read = yaml.document === null ? null : readNetwork(yaml.document, yaml, defaults, file, text);
  const problems = [...yaml.problems.list(), ...(other?.problems.list() ?? [])];
  if (read === null || yaml.problems.failed || other?.problems.failed === true) {
    return { ok: false, diagnostics: problems };
  }
  return { ...read, ok: true, warnings: problems };
}

function settingsOf(object: JsonObject, path: readonly (string | number)[], problems: ImportProblems): Settings {
  const fields = new JsonFields(object, path, problems);
  const on = new Map<string, boolean>();
  const channels = new Map<string, ReturnType<typeof objectsOf>>();
  const ln = fields.has('ln') ? fields.object('ln') : null;
  for (const name of IMPLEMENTATIONS) {
    if (ln?.has(name) === true) on.set(name, ln.flag(name, false));
    const section = fields.has(name) ? fields.object(name) : null;
    if (section?.has('channels') === true) {
      channels.set(name, objectsOf(section.list('channels'), [...path, name, 'channels'], problems));
    }
  }
  return { on, channels };
}

interface Listed {
  readonly node: number;
  readonly channels: ReturnType<typeof objectsOf>;
}

function readNetwork(
  document: JsonObject,
  { problems, locate }: YamlDocument,
  defaults: Settings,
  file: string,
  text: string,
): Pick<Extract<ImportOutcome, { readonly ok: true }>, 'network' | 'traffic'> | null {
  const nodes: ImportedNode[] = [];
  const indexOf = new Map<string, number>();
  const names = new Set<string>();
  const listed: Listed[] = [];
  let bitcoin = 0;
  const list = new JsonFields(document, [], problems).list('nodes');
  const seen = new Set<string>();
  for (const { index, object, fields } of objectsOf(list, ['nodes'], problems)) {
    const own = fields.text('name');
    if (seen.has(own)) fields.contradict('name', `node ${own} stands twice in this file`);
    seen.add(own);
    const { on, channels } = settingsOf(object, ['nodes', index], problems);
    const running = IMPLEMENTATIONS.filter((name) => on.get(name) ?? defaults.on.get(name) ?? false);
    const [implementation] = running;
    if (running.length > 1) fields.contradict('ln', `node ${own} runs both lnd and cln; only one of them is allowed`);
    if (implementation === undefined) {
      bitcoin++;
      continue;
    }
    listed.push({
      node: nodes.length,
      channels: channels.get(implementation) ?? defaults.channels.get(implementation) ?? [],
    });
    indexOf.set(own, nodes.length);
    const name = uniqueName(nameOf(own), names);
    nodes.push({ name, labels: { ...(name === own ? {} : { alias: own }), implementation } });
  }
  if (nodes.length === 0 && !problems.failed) {
    problems.atPath(
      'E703',
      ['nodes'],
      'no node runs lnd or cln',
      'write `ln: { lnd: true }` in a node or the defaults',
    );
  }
  if (bitcoin > 0 && !problems.failed) {
    problems.atPath('W701', ['nodes'], `nodes without lnd or cln were left out: ${bitcoin}`);
  }
  const find = (target: string): number | undefined =>
    indexOf.get(target) ??
    (target.endsWith(WARNET_SUFFIX) ? indexOf.get(target.slice(0, -WARNET_SUFFIX.length)) : undefined);
  const channels = readChannels(listed, find);
  const activities = readPlugin(document, problems, (at) => new ImportProblems(file, text, () => locate(at)), {
    findOrAdd: (id, path) => {
      const node = find(id);
      if (node === undefined)
        problems.atPath(
          'E704',
          ['plugins', 'postDeploy', 'simln', 'activity', ...path],
          `there is no Lightning node ${id} in this file`,
        );
      return node ?? null;
    },
    name: (node) => nodes[node]?.name ?? '',
  });
  if (problems.failed) return null;
  return {
    network: { nodes, channels },
    traffic: activities.length > 0 ? { kind: 'defined', activities } : { kind: 'none' },
  };
}

function readChannels(listed: readonly Listed[], find: (target: string) => number | undefined): ImportedChannel[] {
  const channels: ImportedChannel[] = [];
  const seen = new Set<string>();
  for (const { node, channels: list } of listed) {
    for (const { fields } of list) {
      const id = fields.object('id');
      const block = id?.integer('block', undefined, U24) ?? 0;
      const index = id?.integer('index', undefined, U24) ?? 0;
      const scid = readScid(`${block}x${index}x0`) ?? '0';
      if (id !== null && seen.has(scid))
        fields.contradict('id', `another channel has block ${block} and index ${index}, too`);
      seen.add(scid);
      const target = fields.text('target');
      const other = find(target);
      if (target !== '' && other === undefined)
        fields.contradict('target', `there is no Lightning node ${target} in this file`);
      if (other === node) fields.contradict('target', 'a channel must join two different nodes');
      const capacitySat = fields.signed('capacity', undefined, 1, MAX_CAPACITY_SAT);
      const push = fields.integer('push_amt', 0, MAX_CAPACITY_SAT);
      if (push > capacitySat) fields.contradict('push_amt', 'push_amt exceeds the capacity');
      channels.push({
        name: scidName(scid),
        scid,
        node0: node,
        node1: other ?? -1,
        capacitySat,
        balance0Msat: (capacitySat - push) * MSAT_PER_SAT,
        announced: true,
        policy0: policyOf(fields, 'source_policy'),
        policy1: policyOf(fields, 'target_policy'),
      });
    }
  }
  return channels;
}

/** Fields as BOLT 7 calls them. */
function policyOf(channel: JsonFields, key: string): PolicyPlan {
  const fields = channel.has(key) ? channel.object(key) : null;
  if (fields === null) return {};
  const policy: { -readonly [Key in keyof PolicyPlan]: PolicyPlan[Key] } = {};
  if (fields.has('fee_base_msat')) policy.feeBaseMsat = fields.integer('fee_base_msat', undefined, U32);
  if (fields.has('fee_proportional_millionths')) {
    policy.feeRatePpm = fields.integer('fee_proportional_millionths', undefined, U32);
  }
  if (fields.has('cltv_expiry_delta')) policy.cltvDelta = fields.integer('cltv_expiry_delta', undefined, 65535);
  if (fields.has('htlc_minimum_msat')) policy.minHtlcMsat = fields.amount('htlc_minimum_msat');
  if (fields.has('htlc_maximum_msat')) policy.maxHtlcMsat = fields.amount('htlc_maximum_msat');
  return policy;
}

/** Activity of the sim-ln plugin: a JSON text in the YAML, whose places are those of the text as a whole. */
function readPlugin(
  document: JsonObject,
  problems: ImportProblems,
  inside: (at: readonly string[]) => ImportProblems,
  nodes: ActivityNodes,
): ImportedActivity[] {
  const at = ['plugins', 'postDeploy', 'simln', 'activity'];
  let value: Json | undefined = document;
  for (const key of at) value = isObject(value) ? value[key] : undefined;
  if (typeof value !== 'string') return [];
  const reading = parseJsonText(value);
  if (!reading.ok) {
    problems.atPath('E703', at, `the activity is not valid JSON: ${reading.message}`);
    return [];
  }
  const own = inside(at);
  const activities = readActivities(reading.value, nodes, own);
  for (const diagnostic of own.list()) problems.take({ ...diagnostic, path: at.join('.') });
  return activities;
}
