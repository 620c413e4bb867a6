/**
 * Writes a network as sim-ln's simulation file (`sim.json`) with `sim_network`. Both the last tag of sim-ln (0.2.5) and its
 * main read it: activities name nodes by public key, and short channel ids are bare numbers of 64 bits.
 *
 * sim-ln knows no balances (it splits every channel in half), no nodes without channels and no directions that are
 * disabled. Its times are whole seconds; what had to be rounded is said in `notes`.
 */
import { MSAT_PER_SAT, US_PER_SECOND } from '../base/numbers.ts';
import type { IntRange } from '../spec/scenario.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import type { ImportedActivity } from './imported.ts';

export interface SimLnNode {
  readonly name: string;
  /** 66 hex digits. */
  readonly pubkey: string;
}

export type SimLnPolicy = Required<
  Pick<PolicyPlan, 'feeBaseMsat' | 'feeRatePpm' | 'cltvDelta' | 'minHtlcMsat' | 'maxHtlcMsat'>
>;

export interface SimLnChannel {
  /** Decimal text; each once. */
  readonly scid: string;
  /** Indexes into the nodes. */
  readonly node0: number;
  readonly node1: number;
  readonly capacitySat: number;
  readonly policy0: SimLnPolicy;
  readonly policy1: SimLnPolicy;
}

export interface SimLnFile {
  readonly nodes: readonly SimLnNode[];
  readonly channels: readonly SimLnChannel[];
  /** Regular activities; without any the file is one of random activity. */
  readonly activities?: readonly ImportedActivity[];
  /** Indexes of nodes that neither send nor receive in random activity; sim-ln takes them only without activities. */
  readonly exclude?: readonly number[];
}

/** HTLCs that a channel takes at most (BOLT 2). */
const MOST_HTLCS = 483;
/** Seconds are 16-bit numbers. */
const MOST_SECONDS = 65535;

/** The text of the file, and what it could not say exactly. */
export function writeSimLn(file: SimLnFile): { readonly text: string; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const activities = file.activities ?? [];
  const sections = [
    section(
      'sim_network',
      file.channels.map((channel) => channelLine(channel, file.nodes)),
    ),
  ];
  if (activities.length > 0) {
    const keys = new Map(file.nodes.map(({ name, pubkey }) => [name, pubkey]));
    sections.push(
      section(
        'activity',
        activities.map((activity) => activityLine(activity, keys, notes)),
      ),
    );
    if (file.exclude !== undefined && file.exclude.length > 0) {
      notes.push('sim-ln takes no `exclude` beside activities, so it was left out');
    }
  } else if (file.exclude !== undefined && file.exclude.length > 0) {
    const excluded = file.exclude.map((node) => JSON.stringify(file.nodes[node]?.pubkey ?? ''));
    sections.push(section('exclude', excluded));
  }
  return { text: `{\n${sections.join(',\n')}\n}\n`, notes };
}

function section(name: string, lines: readonly string[]): string {
  return lines.length === 0
    ? `  "${name}": []`
    : `  "${name}": [\n${lines.map((line) => `    ${line}`).join(',\n')}\n  ]`;
}

/** One line. Short channel ids are larger than what JSON.stringify could write. */
function channelLine(channel: SimLnChannel, nodes: readonly SimLnNode[]): string {
  const capacityMsat = channel.capacitySat * MSAT_PER_SAT;
  const side = (index: number, policy: SimLnPolicy): string => {
    const node = nodes[index];
    const pubkey = node?.pubkey ?? '';
    return JSON.stringify({
      pubkey,
      alias: node === undefined || node.name === pubkey ? '' : node.name,
      max_htlc_count: MOST_HTLCS,
      max_in_flight_msat: capacityMsat,
      min_htlc_size_msat: policy.minHtlcMsat,
      max_htlc_size_msat: Math.min(policy.maxHtlcMsat, capacityMsat),
      cltv_expiry_delta: policy.cltvDelta,
      base_fee: policy.feeBaseMsat,
      fee_rate_prop: policy.feeRatePpm,
    });
  };
  const { scid, node0, node1, policy0, policy1 } = channel;
  return `{ "scid": ${scid}, "capacity_msat": ${capacityMsat}, "node_1": ${side(node0, policy0)}, "node_2": ${side(node1, policy1)} }`;
}

function activityLine(activity: ImportedActivity, keys: ReadonlyMap<string, string>, notes: string[]): string {
  const { name, source, destination, startUs, count, intervalUs, amountMsat } = activity;
  const seconds = (us: number, least: number): number => {
    const exact = us / US_PER_SECOND;
    const whole = Math.min(MOST_SECONDS, Math.max(least, Math.round(exact)));
    if (whole !== exact) notes.push(`${name}: ${exact} s became ${whole} s`);
    return whole;
  };
  const interval = { low: seconds(intervalUs.low, intervalUs.low === intervalUs.high ? 1 : 0), high: 0 };
  interval.high = intervalUs.low === intervalUs.high ? interval.low : seconds(intervalUs.high, 1);
  return JSON.stringify({
    source: keys.get(source) ?? source,
    destination: keys.get(destination) ?? destination,
    ...(startUs === undefined ? {} : { start_secs: seconds(startUs, 0) }),
    ...(count === undefined ? {} : { count }),
    interval_secs: halfOpen(interval),
    amount_msat: halfOpen(amountMsat),
  });
}

/** A value, or low … high as [low, high + 1). */
function halfOpen({ low, high }: IntRange): number | readonly [number, number] {
  return low === high ? low : [low, high + 1];
}
