/** What a report of a run tells, from the folder that the run left. Files are read line by line: they may be large. */

import { csvFields, type PaymentLine, paymentLines } from '../run/payment-lines.ts';
import { CHANNELS_FILE, EVENTS_FILE, METRICS_FILE, NODES_FILE, PAYMENTS_FILE } from '../run/run-folder.ts';
import type { JsonRow, RunResults } from '../run/run-results.ts';
import { LogBins } from './bins.ts';
import type { Mark, TimeBucket } from './charts.ts';

/** Pieces that the time of a run is cut into. */
const BUCKETS = 48;

/** Lines that a report shows of payments that failed, and of what happened. */
const MOST_FAILED = 100;
const MOST_HAPPENED = 100;

/** 2025-01-01, where scenarios begin that say nothing else; for folders of runs that did not tell their beginning. */
const DEFAULT_EPOCH_MS = 1_735_689_600_000;

export interface FailureReason {
  readonly outcome: string;
  /** Of the last attempt; empty where nothing was sent. */
  readonly failure: string;
  readonly count: number;
}

/** Something that happened to the network, as events.ndjson tells it. */
export interface Happening {
  readonly timeUs: number;
  readonly what: string;
}

/** A line of nodes.csv or channels.csv by column. */
export type NetworkLine = Readonly<Record<string, string>>;

export interface RunData {
  readonly manifest: JsonRow;
  /** Null in a folder without it. */
  readonly metrics: JsonRow | null;
  /** Time that the pictures show, µs. */
  readonly lengthUs: number;
  /** Null where payments.csv has the columns of sim-ln alone. */
  readonly payments: PaymentData | null;
  readonly nodes: readonly NetworkLine[];
  readonly channels: readonly NetworkLine[];
  /** Null without events.ndjson. */
  readonly happened: HappenedData | null;
}

export interface PaymentData {
  /** Payments by when they started: succeeded, failed, pending. */
  readonly started: readonly TimeBucket[];
  /** Seconds from start to success, and fees in ppm of the amount, of payments that succeeded. */
  readonly seconds: LogBins;
  readonly feesPpm: LogBins;
  readonly reasons: readonly FailureReason[];
  /** The first that failed, in the order of the file. */
  readonly failed: readonly PaymentLine[];
  readonly failedCount: number;
}

export interface HappenedData {
  readonly first: readonly Happening[];
  readonly count: number;
  /** Policies that were changed; they are counted and not listed. */
  readonly policies: number;
  /**
   * Share of side 0 by channel, at the end of each bucket: of channels over which something went and that are open at the
   * end. Null before it was open.
   */
  readonly shares: ReadonlyMap<string, readonly (number | null)[]>;
  readonly bucketUs: number;
}

/** @throws ResultsProblem when a file is not what a run writes */
export function runData(results: RunResults): RunData {
  const { manifest } = results;
  const lengthUs = Math.max(1, numberOf(manifest.drained_us), numberOf(manifest.end_us));
  const channels = table(results, CHANNELS_FILE);
  return {
    manifest,
    metrics: metricsOf(results),
    lengthUs,
    payments: paymentData(results, lengthUs),
    nodes: table(results, NODES_FILE),
    channels,
    happened: results.has(EVENTS_FILE) ? happenedData(results, channels, lengthUs) : null,
  };
}

/** Lines that mark the pictures. */
export function marksOf({ happened }: RunData, most: number): readonly Mark[] {
  if (happened === null || happened.count > most) return [];
  return happened.first.filter(({ timeUs }) => timeUs > 0).map(({ timeUs, what }) => ({ timeUs, text: what }));
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function metricsOf(results: RunResults): JsonRow | null {
  if (!results.has(METRICS_FILE)) return null;
  const lines = [...results.lines(METRICS_FILE)].map(({ text }) => text);
  return results.row(METRICS_FILE, { number: 1, text: lines.join('\n') });
}

function table(results: RunResults, name: string): readonly NetworkLine[] {
  if (!results.has(name)) return [];
  const lines: NetworkLine[] = [];
  let names: readonly string[] = [];
  for (const line of results.lines(name)) {
    const fields = csvFields(line.text);
    if (line.number === 1) names = fields;
    else if (fields.length === names.length)
      lines.push(Object.fromEntries(names.map((of, i) => [of, fields[i] ?? ''])));
    else throw results.problem(name, line, `${names.length} fields were expected, here are ${fields.length}`);
  }
  return lines;
}

function bucketOf(us: number, lengthUs: number): number {
  return Math.min(BUCKETS - 1, Math.max(0, Math.floor((us / lengthUs) * BUCKETS)));
}

function paymentData(results: RunResults, lengthUs: number): PaymentData | null {
  const { manifest } = results;
  const made = numberOf((manifest.counts as JsonRow | undefined)?.payments);
  const epochMs = typeof manifest.epoch_ms === 'number' ? manifest.epoch_ms : DEFAULT_EPOCH_MS;
  const counts = Array.from({ length: BUCKETS }, () => [0, 0, 0]);
  const seconds = new LogBins();
  const feesPpm = new LogBins();
  const reasons = new Map<string, FailureReason>();
  const failed: PaymentLine[] = [];
  let failedCount = 0;
  let read = 0;
  for (const line of results.has(PAYMENTS_FILE) ? paymentLines(results) : []) {
    read++;
    const outcome = line.payment_outcome ?? '';
    const kind = outcome === 'Success' ? 0 : outcome === 'Pending' ? 2 : 1;
    const bucket = counts[bucketOf((Number(line.dispatch_time) - epochMs) * 1000, lengthUs)] as number[];
    bucket[kind] = (bucket[kind] as number) + 1;
    if (kind === 0) {
      seconds.add(Number(line.resolved_ms) / 1000);
      feesPpm.add((Number(line.fee_msat) / Number(line.amount_msat)) * 1_000_000);
    } else if (kind === 1) {
      failedCount++;
      if (failed.length < MOST_FAILED) failed.push(line);
      const failure = line.failure ?? '';
      const key = JSON.stringify([outcome, failure]);
      const before = reasons.get(key);
      reasons.set(key, { outcome, failure, count: (before?.count ?? 0) + 1 });
    }
  }
  if (read === 0 && made > 0) return null;
  return {
    started: counts.map((values, i) => ({
      fromUs: Math.round((i * lengthUs) / BUCKETS),
      toUs: Math.round(((i + 1) * lengthUs) / BUCKETS),
      values,
    })),
    seconds,
    feesPpm,
    reasons: [...reasons.values()].sort((a, b) => b.count - a.count),
    failed,
    failedCount,
  };
}

/** Kinds of events that a report lists. */
const LISTED: ReadonlySet<string> = new Set([
  'node_started',
  'node_stopped',
  'channel_state',
  'open_rejected',
  'close_rejected',
  'cheat',
  'data_lost',
  'partition',
  'peers',
  'reorg',
  'send_rejected',
]);

function happenedData(results: RunResults, channels: readonly NetworkLine[], lengthUs: number): HappenedData {
  const first: Happening[] = [];
  let count = 0;
  let policies = 0;
  const flows = new Map<string, Float64Array>();
  const instances = new Map<string, number>();
  const openUs = new Map<string, number>();
  const beginUs = numberOf((results.manifest.from as JsonRow | undefined)?.at_us);
  const opener = new Map(channels.map(({ channel = '', node0 = '' }) => [channel, node0]));
  for (const line of results.lines(EVENTS_FILE)) {
    const { text } = line;
    const event = /"event":"([a-z_]+)"/.exec(text)?.[1] ?? '';
    if (event === 'policy') policies++;
    const isFlow = event === 'htlc_fulfilled';
    if (!isFlow && !LISTED.has(event)) continue;
    const row = results.row(EVENTS_FILE, line);
    const timeUs = numberOf(row.us);
    const channel = String(row.channel ?? '');
    if (isFlow) {
      const flow = flows.get(channel) ?? new Float64Array(BUCKETS);
      flows.set(channel, flow);
      const sign = row.from === opener.get(channel) ? -1 : 1;
      const bucket = bucketOf(timeUs, lengthUs);
      flow[bucket] = (flow[bucket] as number) + sign * numberOf(row.amount_msat);
      continue;
    }
    if (event === 'channel_state') {
      if (row.state === 'open' && instances.get(channel) !== row.instance) {
        // Another channel of the same name: what went over the former one is not its own.
        instances.set(channel, numberOf(row.instance));
        openUs.set(channel, timeUs);
        flows.delete(channel);
      }
      // The network of the beginning is no news, and states on the way to another one are not what a reader looks for.
      if (timeUs === 0 || !['open', 'closing', 'force_closing', 'closed'].includes(String(row.state))) continue;
    }
    count++;
    if (first.length < MOST_HAPPENED) first.push({ timeUs, what: whatHappened(event, row) });
  }
  const shares = new Map<string, readonly (number | null)[]>();
  for (const line of channels) {
    const { channel = '' } = line;
    const flow = flows.get(channel);
    if (line.state !== 'open' || flow === undefined) continue;
    shares.set(channel, sharesOf(line, flow, (openUs.get(channel) ?? beginUs) / lengthUs));
  }
  return { first, count, policies, shares, bucketUs: lengthUs / BUCKETS };
}

/** Back from the balances of the end, over what went to and fro. HTLCs in flight make it inexact, never by more than they hold. */
function sharesOf(line: NetworkLine, flow: Float64Array, opened: number): readonly (number | null)[] {
  let balance = Number(line.balance0_msat);
  const all = balance + Number(line.balance1_msat);
  const shares: (number | null)[] = new Array(BUCKETS).fill(null);
  for (let i = BUCKETS - 1; i >= 0; i--) {
    if ((i + 1) / BUCKETS >= opened && all > 0) shares[i] = Math.min(1, Math.max(0, balance / all));
    balance -= flow[i] as number;
  }
  return shares;
}

function whatHappened(event: string, row: JsonRow): string {
  const text = (name: string): string => String(row[name] ?? '');
  switch (event) {
    case 'node_started':
      return `${text('node')} starts`;
    case 'node_stopped':
      return `${text('node')} ${row.crashed === true ? 'crashes' : 'stops'}`;
    case 'channel_state':
      return `${text('channel')} is ${text('state').replaceAll('_', ' ')} (${text('cause').replaceAll('_', ' ')})`;
    case 'open_rejected':
    case 'close_rejected':
      return `${text('channel')}: ${event === 'open_rejected' ? 'opening' : 'closing'} refused, ${text('reason')}`;
    case 'cheat':
      return `${text('from')} broadcasts a revoked commitment of ${text('channel')}`;
    case 'data_lost':
      return `${text('from')} comes back with an old state of ${text('channel')}`;
    case 'partition':
      return row.group === 0 ? 'the network heals' : `group ${text('group')} is cut off: ${listText(row.nodes)}`;
    case 'peers':
      return `${text('a')} and ${text('b')} are ${row.connected === true ? 'connected' : 'disconnected'}`;
    case 'reorg':
      return `${text('blocks')} blocks are undone`;
    default:
      return `${text('from')} cannot send coins to ${text('to')}: ${text('reason')}`;
  }
}

function listText(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : String(value ?? '');
}
