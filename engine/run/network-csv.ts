/**
 * nodes.csv and channels.csv: the network as it was when the run ended, a line a node and a line a channel name, in the
 * order of the timeline. What is written follows from what the backend tells alone, so a run that went on from a state
 * writes the same as one that did not.
 */
import type { Backend, ChannelObservation, NodeObservation } from '../backends/backend.ts';
import { paymentEnds } from '../timeline/payment-ends.ts';
import { pubkeyOf, pubkeysOf } from '../timeline/pubkey.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { csvField } from './payments-csv.ts';

/** Amounts msat unless the name says otherwise. */
export const NODE_COLUMNS: readonly string[] = [
  'node',
  'pubkey',
  'model',
  'running',
  'channels',
  'wallet_sat',
  'local_balance_msat',
  'remote_balance_msat',
  'forwards',
  'fees_earned_msat',
  'htlcs_refused',
];

/** Side 0 is the node that opened the channel. The policy of a side is that of HTLCs that leave it. */
export const CHANNEL_COLUMNS: readonly string[] = [
  'channel',
  'node0',
  'node1',
  'state',
  'active',
  'announced',
  'capacity_sat',
  'balance0_msat',
  'balance1_msat',
  'htlcs',
  'fee_base0_msat',
  'fee_rate0_ppm',
  'fee_base1_msat',
  'fee_rate1_ppm',
];

/** Where the lines go. */
export interface NetworkLines {
  readonly nodes: (text: string) => void;
  readonly channels: (text: string) => void;
  /** The network could not be told to its end: nothing of it is a result. */
  readonly abandon: () => void;
}

type Cell = string | number | boolean;

/** Writes both files. @throws what the backend throws, after `abandon` */
export async function writeNetwork(timeline: Timeline, backend: Backend, open: () => NetworkLines): Promise<void> {
  const lines = open();
  try {
    lines.nodes(row(NODE_COLUMNS));
    lines.channels(row(CHANNEL_COLUMNS));
    const policies = new Policies(timeline.channelNames.length);
    const plans = timeline.network.nodes;
    const pays = paymentEnds(timeline);
    // Deriving a key takes longer than simulating an idle node, and many together take less than one by one.
    pubkeysOf(plans.filter((_, node) => pays[node] === 1));
    for (let node = 0; node < plans.length; node++) {
      const plan = plans[node] as (typeof plans)[number];
      const answer = backend.node(node);
      const key = plan.pubkey !== undefined || pays[node] === 1 ? pubkeyOf(plan) : '';
      lines.nodes(nodeRow(answer instanceof Promise ? await answer : answer, key));
      if (backend.tellsPolicies !== false) await policies.read(backend, node);
    }
    for (let channel = 0; channel < timeline.channelNames.length; channel++) {
      const answer = backend.channel(channel);
      const seen = answer instanceof Promise ? await answer : answer;
      lines.channels(
        channelRow(
          seen,
          policies.of(channel, (node) => plans[node]?.name === seen.node0),
        ),
      );
    }
  } catch (error) {
    lines.abandon();
    throw error;
  }
}

/** Fees of both sides of open channels. Columns, not objects: a network may have a hundred thousand channels. */
class Policies {
  /** The node that was asked first, by channel; −1 where none has told. */
  readonly #first: Int32Array;
  /** Base fee (msat) and rate (ppm) of the node asked first, then those of the other one; NaN where not told. */
  readonly #fees: Float64Array;

  constructor(channels: number) {
    this.#first = new Int32Array(channels).fill(-1);
    this.#fees = new Float64Array(4 * channels).fill(Number.NaN);
  }

  async read(backend: Backend, node: number): Promise<void> {
    const answer = backend.ownChannels(node);
    for (const { channel, policy } of answer instanceof Promise ? await answer : answer) {
      const isFirst = this.#first[channel] === -1;
      if (isFirst) this.#first[channel] = node;
      const at = 4 * channel + (isFirst ? 0 : 2);
      this.#fees[at] = policy.feeBaseMsat;
      this.#fees[at + 1] = policy.feeRatePpm;
    }
  }

  /** Base fee and rate of side 0, then of side 1. */
  of(channel: number, isSide0: (node: number) => boolean): readonly Cell[] {
    const all = [...this.#fees.subarray(4 * channel, 4 * channel + 4)].map((fee) => (Number.isNaN(fee) ? '' : fee));
    const first = this.#first[channel] as number;
    return first < 0 || isSide0(first) ? all : [...all.slice(2), ...all.slice(0, 2)];
  }
}

function nodeRow(seen: NodeObservation, pubkey: string): string {
  const { name, model, running, channels, walletSat, localBalanceMsat, remoteBalanceMsat } = seen;
  const rest = [seen.forwards, seen.feesEarnedMsat, seen.htlcsRefused];
  return row([name, pubkey, model, running, channels, walletSat, localBalanceMsat, remoteBalanceMsat, ...rest]);
}

function channelRow(seen: ChannelObservation, fees: readonly Cell[]): string {
  const { name, node0, node1, state, active, announced, capacitySat, balance0Msat, balance1Msat, htlcs } = seen;
  const balances = [capacitySat, balance0Msat, balance1Msat, htlcs];
  return row([name, node0, node1, state, active, announced, ...balances, ...fees]);
}

function row(cells: readonly Cell[]): string {
  return `${cells.map((cell) => csvField(typeof cell === 'boolean' ? String(cell) : cell)).join(',')}\n`;
}
