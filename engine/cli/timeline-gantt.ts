/**
 * A timeline as a picture in characters: time from left to right, a row for each activity with the density of its
 * payments, a row for each kind of event and what it is about, and rows of the states to keep and of the checks. What has
 * no time before the run is dotted over the time in which it may happen, behaviours have a mark where their agents are
 * woken, and conditions stand below. Makes texts only.
 */
import type { Json } from '../base/json.ts';
import { formatDuration, groupDigits } from '../spec/units.ts';
import { untimedRows } from '../timeline/rows.ts';
import { PHASE, type Timeline } from '../timeline/timeline.ts';
import { counted } from './diagnostics-output.ts';

/** From nearly nothing to the busiest column of the row. */
const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const MARK = '◆';
const CHECK = '?';
const CAPTURE = '*';
/** For what may happen at any time. */
const UNTIMED = '·';
/** Narrowest plot, and widest column of names. */
const LEAST_PLOT = 20;
const MOST_LABEL = 28;
/** Subjects of one kind of event that get rows of their own. */
const MOST_SUBJECTS = 6;
/** Columns between two labels of the axis, at least. */
const TICK_COLUMNS = 12;

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ROUND_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((us) => us),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1000),
  ...[1, 2, 5, 10, 15, 30].map((s) => s * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * MINUTE),
  ...[1, 2, 3, 6, 12].map((h) => h * HOUR),
  ...[1, 2, 7, 14, 28, 56, 112, 364, 728, 1820, 3640].map((d) => d * DAY),
];

interface Row {
  readonly label: string;
  readonly cells: string;
  readonly note: string;
}

/** Lines of the picture, none of them wider than `columns` unless that is very narrow. */
export function timelineGantt(timeline: Timeline, columns: number): string[] {
  const { durationUs } = timeline;
  const rowsOf = (width: number): readonly Row[] => [
    ...activityRows(timeline, width),
    ...eventRows(timeline, width),
    ...conditionRows(timeline, width),
    ...behaviourRows(timeline, width),
    ...captureRows(timeline, width),
    ...checkRows(timeline, width),
  ];
  const measured = rowsOf(1);
  const labels = Math.min(MOST_LABEL, Math.max(4, ...measured.map(({ label }) => label.length)));
  const notes = Math.max(0, ...measured.map(({ note }) => note.length));
  const plot = Math.max(LEAST_PLOT, columns - labels - notes - 4);
  const left = (label: string): string => clipped(label, labels).padEnd(labels);
  const line = ({ label, cells, note }: Row): string => `${left(label)}  ${cells}  ${note}`.trimEnd();
  const [names, scale] = axis(durationUs, plot);
  let timed = 0;
  for (let i = 0; i < timeline.length; i++) if (timeline.phase[i] === PHASE.payment) timed++;
  const untimed = timeline.payments.length - timed;
  const more = untimed === 0 ? '' : `, at most ${groupDigits(untimed)} more in the run`;
  const counts = `${counted(timed, 'payment')}${more}, ${counted(timeline.actions.length, 'event')}`;
  return [
    `${timeline.name}: ${formatDuration(durationUs)}, ${counts}`,
    '',
    `${left('')}  ${names}`.trimEnd(),
    `${left('')}  ${scale}`,
    ...rowsOf(plot).map(line),
    ...conditionTexts(timeline).map((text) => clipped(text, columns)),
  ];
}

function activityRows(timeline: Timeline, width: number): Row[] {
  const { payments, activities } = timeline;
  const counts = activities.map(() => new Float64Array(width));
  const totals = new Float64Array(activities.length);
  for (let i = 0; i < timeline.length; i++) {
    if (timeline.phase[i] !== PHASE.payment) continue;
    const activity = payments.activity[timeline.ref[i] as number] as number;
    const cells = counts[activity] as Float64Array;
    const at = columnOf(timeline.timeUs[i] as number, timeline.durationUs, width);
    cells[at] = (cells[at] as number) + 1;
    totals[activity] = (totals[activity] as number) + 1;
  }
  const untimed = untimedPayments(timeline);
  return activities.map(({ name }, i) => {
    const run = untimed.get(i);
    if (run !== undefined) {
      return { label: name, cells: dots(run.fromUs, run.untilUs, timeline.durationUs, width), note: run.note };
    }
    const cells = counts[i] as Float64Array;
    const most = cells.reduce((a, b) => (b > a ? b : a), 1);
    const bars = Array.from(cells, (n) => (n === 0 ? ' ' : BARS[Math.ceil((n / most) * BARS.length) - 1]));
    const total = totals[i] as number;
    return { label: name, cells: bars.join(''), note: counted(total, 'payment') };
  });
}

interface UntimedPayments {
  /** When they may be made, µs. */
  readonly fromUs: number;
  readonly untilUs: number;
  readonly note: string;
}

/** Payments that get their time in the run, those of loops and conditions, by the index of their activity. */
function untimedPayments({
  loops,
  triggers,
  behaviours,
  payments,
  durationUs,
}: Timeline): ReadonlyMap<number, UntimedPayments> {
  const found = new Map<number, UntimedPayments>();
  const atMost = (count: number): string => `at most ${counted(count, 'payment')}`;
  for (const { activity, startUs, endUs, concurrency, count } of loops ?? []) {
    const note = `${atMost(count)}, ${groupDigits(concurrency)} at a time`;
    found.set(activity, { fromUs: startUs, untilUs: endUs, note });
  }
  for (const { everyUs, payments: rows } of triggers ?? []) {
    if (rows === null) continue;
    const activity = payments.activity[rows.first];
    if (activity === undefined) continue;
    found.set(activity, { fromUs: everyUs, untilUs: durationUs, note: `${atMost(rows.count)}, on a condition` });
  }
  for (const { wakes, nodes, payments: rows } of behaviours ?? []) {
    const activity = payments.activity[rows?.first ?? -1];
    if (rows === null || wakes === null || wakes.count === 0 || activity === undefined) continue;
    const untilUs = wakes.firstUs + wakes.everyUs * (wakes.count - 1) + 1;
    found.set(activity, { fromUs: wakes.firstUs, untilUs, note: `${atMost(rows.count * nodes.length)}, by agents` });
  }
  return found;
}

/** Dots from one time to another. */
function dots(fromUs: number, untilUs: number, durationUs: number, width: number): string {
  const first = columnOf(fromUs, durationUs, width);
  const last = columnOf(untilUs - 1, durationUs, width);
  return ' '
    .repeat(first)
    .padEnd(last + 1, UNTIMED)
    .padEnd(width);
}

/** A row for each behaviour whose agents are woken, with a mark for each time. */
function behaviourRows({ behaviours = [], durationUs }: Timeline, width: number): Row[] {
  return behaviours.flatMap(({ name, kind, nodes, wakes }) => {
    if (wakes === null) return [];
    const times = Array.from({ length: wakes.count }, (_, i) => wakes.firstUs + i * wakes.everyUs);
    const note = `${kind} of ${counted(nodes.length, 'node')}`;
    return [{ label: name, cells: marks(times, durationUs, width, MARK), note }];
  });
}

/** A row for each kind and subject, in the order of their first event. */
function eventRows(timeline: Timeline, width: number): Row[] {
  const kinds = new Map<string, Map<string, number[]>>();
  for (let i = 0; i < timeline.length; i++) {
    if (timeline.phase[i] === PHASE.payment) continue;
    const action = timeline.actions[timeline.ref[i] as number];
    if (action === undefined) continue;
    const subjects = kinds.get(action.kind) ?? new Map<string, number[]>();
    kinds.set(action.kind, subjects);
    const subject = subjectOf(timeline, action.args);
    const times = subjects.get(subject);
    if (times === undefined) subjects.set(subject, [timeline.timeUs[i] as number]);
    else times.push(timeline.timeUs[i] as number);
  }
  const row = (label: string, times: readonly number[]): Row => ({
    label,
    cells: marks(times, timeline.durationUs, width, MARK),
    note: times.length === 1 ? formatDuration(times[0] as number) : `${groupDigits(times.length)} times`,
  });
  return [...kinds].flatMap(([kind, subjects]) =>
    subjects.size > MOST_SUBJECTS
      ? [row(`${kind} (${subjects.size})`, [...subjects.values()].flat())]
      : [...subjects].map(([subject, times]) => row(subject === '' ? kind : `${kind} ${subject}`, times)),
  );
}

/** Events that wait for a condition. */
function conditionRows({ triggers, ...timeline }: Timeline, width: number): Row[] {
  return (triggers ?? []).flatMap(({ action, once, everyUs }) => {
    if (action === null) return [];
    const subject = subjectOf(timeline, action.args);
    const label = subject === '' ? action.kind : `${action.kind} ${subject}`;
    const cells = dots(everyUs, timeline.durationUs, timeline.durationUs, width);
    return [{ label, cells, note: once ? 'on a condition, once' : 'on a condition' }];
  });
}

/** What is waited for, a line each. */
function conditionTexts(timeline: Timeline): readonly string[] {
  const texts = untimedRows(timeline).flatMap((row) => {
    if (row.kind !== 'when') return [];
    const subject = subjectOf(timeline, row.args);
    const what = subject === '' ? row.action : `${row.action} ${subject}`;
    const how = row.once ? 'once' : 'each time';
    return [`${what} ${how} when ${row.when} (checked every ${formatDuration(row.everyUs)})`];
  });
  return texts.length === 0 ? [] : ['', ...texts];
}

function captureRows({ captures, durationUs }: Timeline, width: number): Row[] {
  if (captures === undefined || captures.length === 0) return [];
  const times = captures.map(({ atUs }) => atUs);
  const note = captures.length === 1 ? (captures[0]?.name ?? '') : `${groupDigits(captures.length)} snapshots`;
  return [{ label: 'snapshot', cells: marks(times, durationUs, width, CAPTURE), note }];
}

function checkRows({ expectations, durationUs }: Timeline, width: number): Row[] {
  if (expectations.length === 0) return [];
  const times = expectations.map(({ atUs }) => atUs);
  return [{ label: 'expect', cells: marks(times, durationUs, width, CHECK), note: counted(times.length, 'check') }];
}

/** The channel or node that an event is about; empty where it is about nothing in particular. */
function subjectOf(timeline: Timeline, args: { readonly [key: string]: Json }): string {
  const { channel, nodes, node } = args;
  if (typeof channel === 'number') return timeline.channelNames[channel] ?? '';
  const nameOf = (index: Json | undefined): string => timeline.network.nodes[Number(index)]?.name ?? '';
  if (typeof node === 'number') return node < 0 ? '' : nameOf(node);
  if (!Array.isArray(nodes) || nodes.length === 0) return '';
  return nodes.length === 1 ? nameOf(nodes[0]) : `${nameOf(nodes[0])}, … (${nodes.length})`;
}

/** One mark for a time, a digit for several in the same column. */
function marks(times: readonly number[], durationUs: number, width: number, mark: string): string {
  const counts = new Array<number>(width).fill(0);
  for (const time of times) {
    const at = columnOf(time, durationUs, width);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((n) => (n === 0 ? ' ' : n === 1 ? mark : n < 10 ? String(n) : '+')).join('');
}

function columnOf(timeUs: number, durationUs: number, width: number): number {
  return Math.min(width - 1, Math.max(0, Math.floor((timeUs / durationUs) * width)));
}

/** Times in round steps, and the line below them. */
function axis(durationUs: number, width: number): readonly [names: string, line: string] {
  const step = ROUND_STEPS.find((us) => (us / durationUs) * width >= TICK_COLUMNS) ?? durationUs;
  let names = '';
  const line = new Array<string>(width).fill('─');
  for (let time = 0; time <= durationUs; time += step) {
    const at = columnOf(time, durationUs, width);
    const name = formatDuration(time);
    line[at] = at === 0 ? '├' : at === width - 1 ? '┤' : '┼';
    if (at + name.length <= width) names = names.padEnd(at) + name;
    else if (names.length < width - name.length) names = names.padEnd(width - name.length) + name;
  }
  if (line[width - 1] === '─') line[width - 1] = '┤';
  return [names, line.join('')];
}

function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
