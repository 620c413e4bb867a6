/**
 * Simulation files of sim-ln (`sim.json`), both kinds: `sim_network` (a simulated graph) and `nodes` (real nodes).
 *
 * Channels are called by their short channel id, nodes by their alias where it is unique, else by their public key.
 * sim-ln splits every channel in half, and so does this. Files with `nodes` have no channels: the nodes are imported
 * without any. The nested form of `nodes` of sim-ln 0.1.0 (`{"LND": {…}}`) is read, too.
 *
 * Activities keep their meaning. sim-ln's ranges [x, y) leave out y, ours include both ends, so [x, y) becomes
 * [x, y − 1] (seconds for intervals, msat for amounts); the first payment comes after `start_secs`, or after one interval
 * where it is absent; those of the same instant are made in order of their sources' public keys. A file without
 * activities is sim-ln's random mode; `exclude` takes nodes out of it.
 *
 * Defects of sim-ln are not copied: a second activity of a source replaces the first one there, the last payments of a run
 * get lost, and a source waits with a payment while another one of it is under way.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import type { ImportedChannel, ImportFormat, ImportInput, ImportOutcome } from './imported.ts';
import { type JsonFields, objectsOf, readDocument } from './json-fields.ts';
import { ImportProblems } from './problems.ts';
import { readScid, scidName } from './scid.ts';
import { readActivities } from './sim-ln-activity.ts';
import { SimLnNodes } from './sim-ln-nodes.ts';

const U32 = 0xffffffff;

export const simLn: ImportFormat = {
  name: 'sim-ln',
  summary: 'Simulation file of sim-ln (sim.json), with sim_network or nodes',
  recognise(files) {
    if (files.size !== 1) return false;
    const [text = ''] = files.values();
    const head = text.slice(0, 1 << 20);
    if (/"sim_network"\s*:/.test(head)) return true;
    return /"nodes"\s*:/.test(head) && /"(macaroon|client_cert|api_password|api_key)"\s*:/.test(head);
  },
  parse,
};

function parse(input: ImportInput): ImportOutcome {
  const [[file, text] = ['', '']] = input.files;
  const problems = new ImportProblems(file, text);
  const document = readDocument(text, problems);
  if (document === null) return { ok: false, diagnostics: problems.list() };

  const real = Array.isArray(document.nodes) ? document.nodes : [];
  const simulated = Array.isArray(document.sim_network) ? document.sim_network : [];
  if (real.length > 0 && simulated.length > 0) {
    problems.atPath('E704', ['nodes'], 'the file has both nodes and sim_network; sim-ln takes one of them');
  } else if (real.length === 0 && simulated.length === 0) {
    problems.atOffset('E703', 0, 'the file has neither nodes nor sim_network');
  }

  const nodes = new SimLnNodes(problems);
  for (const { index, object } of objectsOf(real, ['nodes'], problems)) nodes.addReal(object, index);
  const channels = readChannels(simulated, nodes, problems);
  if (real.length > 0) {
    problems.atPath('W701', ['nodes'], 'nodes of real networks come without channels; add channels to the scenario');
  }
  const excluded = readExcluded(document.exclude, nodes, problems);
  const activities = readActivities(document.activity, nodes, problems);
  if (problems.failed) return { ok: false, diagnostics: problems.list() };

  const label = { traffic: 'random' };
  return {
    ok: true,
    network: { nodes: nodes.finish(excluded.size === 0 ? null : { label, except: excluded }), channels },
    traffic:
      activities.length > 0
        ? { kind: 'defined', activities }
        : { kind: 'random', generator: 'sim-ln', ...(excluded.size === 0 ? {} : { among: label }) },
    warnings: problems.list(),
  };
}

function readChannels(
  list: readonly never[] | readonly unknown[],
  nodes: SimLnNodes,
  problems: ImportProblems,
): ImportedChannel[] {
  const channels: ImportedChannel[] = [];
  const seen = new Set<string>();
  let odd = 0;
  let limited = 0;
  for (const { index, fields } of objectsOf(list as never[], ['sim_network'], problems)) {
    const scid = readScid(fields.digits('scid')) ?? '0';
    if (seen.has(scid)) {
      problems.atPath('E704', ['sim_network', index, 'scid'], `short channel id ${scid} stands twice in this file`);
    }
    seen.add(scid);
    const capacityMsat = fields.signed('capacity_msat', undefined, 1000, Number.MAX_SAFE_INTEGER);
    const sides = ['node_1', 'node_2'].map((key) => readSide(fields, key, capacityMsat, nodes));
    const [one, two] = sides as [Side, Side];
    if (one.limited || two.limited) limited++;
    if (one.node === two.node) fields.contradict('node_2', 'a channel must join two different nodes');
    const capacitySat = Math.floor(capacityMsat / MSAT_PER_SAT);
    if (capacitySat * MSAT_PER_SAT !== capacityMsat) odd++;
    channels.push({
      name: scidName(scid),
      scid,
      node0: one.node,
      node1: two.node,
      capacitySat,
      balance0Msat: Math.floor((capacitySat * MSAT_PER_SAT) / 2),
      announced: true,
      policy0: one.policy,
      policy1: two.policy,
    });
  }
  if (odd > 0) {
    problems.atPath('W701', ['sim_network'], `${odd} of ${channels.length} capacities were rounded down to whole sat`);
  }
  if (limited > 0) {
    problems.atPath(
      'W701',
      ['sim_network'],
      `max_htlc_count or max_in_flight_msat of ${limited} channels are tighter than the limits of the node model, which apply instead`,
    );
  }
  return channels;
}

interface Side {
  readonly node: number;
  readonly policy: PolicyPlan;
  /** Its limits on HTLCs in flight are tighter than what a node model grants by itself. */
  readonly limited: boolean;
}

/** HTLCs that a channel takes at most (BOLT 2). */
const MOST_HTLCS = 483;

function readSide(channel: JsonFields, key: string, capacityMsat: number, nodes: SimLnNodes): Side {
  const fields = channel.object(key);
  if (fields === null) return { node: -1, policy: {}, limited: false };
  const maxHtlcMsat = fields.integer('max_htlc_size_msat');
  const inFlight = fields.integer('max_in_flight_msat');
  const count = fields.integer('max_htlc_count');
  if (maxHtlcMsat > capacityMsat) fields.contradict('max_htlc_size_msat', 'max_htlc_size_msat exceeds the capacity');
  if (inFlight > capacityMsat) fields.contradict('max_in_flight_msat', 'max_in_flight_msat exceeds the capacity');
  return {
    node: nodes.simulated(fields),
    // Models hold back a hundredth, as a reserve, anyway.
    limited: count < MOST_HTLCS || inFlight < capacityMsat - Math.floor(capacityMsat / 100),
    policy: {
      feeBaseMsat: fields.integer('base_fee', undefined, U32),
      feeRatePpm: fields.integer('fee_rate_prop', undefined, U32),
      cltvDelta: fields.integer('cltv_expiry_delta', undefined, 65535),
      minHtlcMsat: fields.integer('min_htlc_size_msat'),
      maxHtlcMsat,
    },
  };
}

function readExcluded(value: unknown, nodes: SimLnNodes, problems: ImportProblems): ReadonlySet<number> {
  const excluded = new Set<number>();
  if (!Array.isArray(value)) return excluded;
  value.forEach((entry, index) => {
    const node = typeof entry === 'string' ? nodes.find(entry) : null;
    if (node === null || node === 'ambiguous') {
      problems.atPath('E704', ['exclude', index], 'exclude must list public keys of nodes in this file');
    } else excluded.add(node);
  });
  return excluded;
}
