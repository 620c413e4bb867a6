/** Snapshots as text for people: a summary, tables, where the liquidity lies, and what differs between two. Makes texts only. */
import type { ChalkInstance } from 'chalk';
import type { Json } from '../base/json.ts';
import type { EntryChange, FieldChange, SnapshotDiff } from '../snapshot/diff.ts';
import type { ChannelFigures, NodeFigures, SnapshotFigures } from '../snapshot/summary.ts';
import { formatAmount, formatDuration, groupDigits } from '../spec/units.ts';
import { counted } from './diagnostics-output.ts';
import { shortDigest } from './run-report.ts';

/** Columns of a channel's bar. */
const BAR = 24;
const FULL = '█';
const EMPTY = '░';
/** Groups of the histogram of balances. */
const SHARES = 10;
/** Longest list or object that is shown. */
const MOST_VALUE = 40;

export interface ShowSettings {
  /** Nodes and channels that are listed; the largest first. */
  readonly most: number;
}

/** Everything that `snapshot show` prints of one file. */
export function showText(
  file: string,
  figures: SnapshotFigures,
  digest: string,
  settings: ShowSettings,
  style: ChalkInstance,
): string {
  const { nodes, channels, payments } = figures;
  const row = (name: string, text: string): string => `  ${style.dim(name.padEnd(11))}${text}`;
  const open = channels.filter(({ state }) => state === 'open');
  const states = countBy(channels, ({ state }) => state);
  const models = countBy(nodes, ({ model }) => model);
  const stopped = nodes.filter(({ running }) => !running).length;
  const lines = [
    style.bold(file),
    row(
      'taken',
      `at ${formatDuration(figures.timeUs)} of ${figures.scenario}, seed ${figures.seed}, by ${figures.engine}${figures.calls === null ? '' : `, on the backend ${figures.backend}`}`,
    ),
    row(
      'nodes',
      `${groupDigits(nodes.length)}: ${models}${stopped === 0 ? '' : `, ${stopped} stopped`}, ${sats(figures.walletSat)} in wallets`,
    ),
    row('channels', `${groupDigits(channels.length)}: ${states}; ${sats(figures.openCapacitySat)} in open ones`),
    row(
      'in flight',
      [
        counted(figures.paymentsInFlight, 'payment'),
        counted(figures.htlcs, 'HTLC'),
        ...(figures.events === null ? [] : [counted(figures.events, 'pending event')]),
      ].join(', '),
    ),
    row(
      'chain',
      `height ${groupDigits(figures.height)}, ${figures.feeratePerKw} sat/kw, ${figures.mempool} in the mempool`,
    ),
    row(
      'run',
      payments === null
        ? 'not kept: a scenario can begin here, no run can go on'
        : `${counted(payments.started, 'payment')} made, ${groupDigits(payments.resolved)} resolved`,
    ),
    ...(figures.calls === null
      ? []
      : [row('journal', `${counted(figures.calls, 'call')}, which going on plays again`)]),
    row('digest', shortDigest(digest)),
    '',
    ...balances(open, style),
    ...channelLines(channels, settings.most, style),
    ...nodeLines(nodes, settings.most, style),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function sats(sat: number): string {
  return formatAmount(sat * 1000);
}

/** `5 open, 1 closed`, most frequent first. */
function countBy<T>(items: readonly T[], key: (item: T) => string): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  const entries = [...counts].sort((a, b) => b[1] - a[1]);
  return entries.length === 0 ? 'none' : entries.map(([name, n]) => `${groupDigits(n)} ${name}`).join(', ');
}

/** How the money of open channels is divided: a bar for each tenth of the opener's share. */
function balances(open: readonly ChannelFigures[], style: ChalkInstance): readonly string[] {
  if (open.length <= SHARES) return [];
  const counts = new Array<number>(SHARES).fill(0);
  for (const { balanceMsat, capacitySat } of open) {
    const share = Math.min(SHARES - 1, Math.floor((SHARES * balanceMsat[0]) / (capacitySat * 1000)));
    counts[share] = (counts[share] as number) + 1;
  }
  const most = Math.max(...counts);
  const width = String(most).length;
  return [
    style.dim('  share of the opener in open channels'),
    ...counts.map((n, i) => {
      const range = `${(i * 100) / SHARES} to ${((i + 1) * 100) / SHARES} %`;
      const bar = FULL.repeat(Math.ceil((BAR * n) / most));
      return `  ${range.padStart(11)} ${String(n).padStart(width)} ${bar}`;
    }),
    '',
  ];
}

function channelLines(channels: readonly ChannelFigures[], most: number, style: ChalkInstance): readonly string[] {
  const shown = [...channels].sort((a, b) => b.capacitySat - a.capacitySat).slice(0, most);
  if (shown.length === 0) return [];
  const name = Math.max(...shown.map((one) => one.name.length));
  const [left, right] = [0, 1].map((side) => Math.max(...shown.map(({ nodes }) => (nodes[side] as string).length))) as [
    number,
    number,
  ];
  const rest = channels.length - shown.length;
  return [
    style.dim(`  channels${rest > 0 ? `, the ${shown.length} largest of ${groupDigits(channels.length)}` : ''}`),
    ...shown.map((one) => {
      const { nodes, balanceMsat, capacitySat, state, htlcs, htlcMsat, connected } = one;
      const filled = Math.round((BAR * balanceMsat[0]) / (capacitySat * 1000));
      const other = Math.round((BAR * balanceMsat[1]) / (capacitySat * 1000));
      const bar = `${FULL.repeat(filled)}${style.yellow('▒').repeat(Math.max(0, BAR - filled - other))}${EMPTY.repeat(other)}`;
      const notes = [
        ...(state === 'open' ? [] : [state]),
        ...(state === 'open' && !connected ? ['not connected'] : []),
        ...(htlcs > 0 ? [`${counted(htlcs, 'HTLC')} of ${formatAmount(htlcMsat)}`] : []),
      ];
      return `  ${one.name.padEnd(name)}  ${nodes[0].padStart(left)} ${bar} ${nodes[1].padEnd(right)}  ${sats(capacitySat)}${notes.length === 0 ? '' : `  ${style.yellow(notes.join(', '))}`}`.trimEnd();
    }),
    '',
  ];
}

function nodeLines(nodes: readonly NodeFigures[], most: number, style: ChalkInstance): readonly string[] {
  const size = (node: NodeFigures): number => node.localMsat + node.remoteMsat;
  const shown = [...nodes].sort((a, b) => size(b) - size(a)).slice(0, most);
  const table = [
    ['node', 'model', 'channels', 'local', 'remote', 'wallet', 'forwards', 'fees earned'],
    ...shown.map((node) => [
      node.running ? node.name : `${node.name} (stopped)`,
      node.model,
      groupDigits(node.channels),
      wholeSats(node.localMsat),
      wholeSats(node.remoteMsat),
      sats(node.walletSat),
      groupDigits(node.forwards),
      formatAmount(node.feesEarnedMsat),
    ]),
  ];
  const widths = (table[0] as readonly string[]).map((_, i) =>
    Math.max(...table.map((cells) => (cells[i] as string).length)),
  );
  const rest = nodes.length - shown.length;
  return [
    ...(rest > 0
      ? [style.dim(`  nodes, the ${shown.length} with the most in channels of ${groupDigits(nodes.length)}`)]
      : []),
    ...table.map((cells, i) => {
      const line = cells
        .map((cell, c) => (c < 2 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number)))
        .join('  ');
      return `  ${i === 0 ? style.dim(line.trimEnd()) : line.trimEnd()}`;
    }),
  ];
}

function wholeSats(msat: number): string {
  return sats(Math.floor(msat / 1000));
}

/** What differs, field by field. */
export function diffText(a: string, b: string, diff: SnapshotDiff, style: ChalkInstance): string {
  const lines = [`${style.bold(a)} ${style.dim('->')} ${style.bold(b)}`];
  for (const change of diff.whole) lines.push(`  ${fieldText(change, style)}`);
  for (const kind of ['node', 'channel'] as const) {
    const entries = diff.entries.filter((entry) => entry.kind === kind);
    if (entries.length === 0) continue;
    lines.push('', `${kind}s: ${groupDigits(entries.length)} differ`);
    for (const entry of entries) lines.push(...entryLines(entry, style));
  }
  return `${lines.join('\n')}\n`;
}

function entryLines({ name, what, fields }: EntryChange, style: ChalkInstance): readonly string[] {
  if (what === 'added') return [`  ${style.green('+')} ${name}`];
  if (what === 'removed') return [`  ${style.red('-')} ${name}`];
  return [`  ${name}`, ...fields.map((field) => `    ${fieldText(field, style)}`)];
}

function fieldText({ field, before, after, change }: FieldChange, style: ChalkInstance): string {
  const isMoney = /_(msat|sat)$/.test(field);
  const delta =
    change === undefined
      ? ''
      : style.dim(` (${change > 0 ? '+' : '−'}${isMoney ? money(field, Math.abs(change)) : Math.abs(change)})`);
  if (isLong(before) || isLong(after)) return `${field}: changed`;
  const show = (value: Json): string => (typeof value === 'number' && isMoney ? money(field, value) : brief(value));
  return `${field}: ${show(before)} ${style.dim('->')} ${show(after)}${delta}`;
}

function money(field: string, value: number): string {
  return formatAmount(field.endsWith('_sat') ? value * 1000 : value);
}

/** A list or an object of which nobody reads two versions in a row. */
function isLong(value: Json): boolean {
  return typeof value === 'object' && JSON.stringify(value).length > MOST_VALUE;
}

function brief(value: Json): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
