/** A timeline as a table for people: time, what happens, to whom. */
import type { Json } from '../base/json.ts';
import { clockText } from '../run/time-text.ts';
import { formatAmount, formatDuration } from '../spec/units.ts';
import { timelineRow, type UntimedRow, untimedRows } from '../timeline/rows.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Arguments of actions that are indexes of nodes; −1 means nobody in particular. */
const NODE_ARGUMENTS: ReadonlySet<string> = new Set(['node', 'from', 'to', 'by', 'source', 'destination', 'peer']);

/** Nodes of a behaviour that are named. */
const MOST_NODES = 5;

/** Lines of the table, the heading first, without line breaks. */
export function* timelineTable(timeline: Timeline): Generator<string, void, undefined> {
  const width = Math.max(8, ...timeline.actions.map(({ kind }) => kind.length));
  yield `${'time'.padEnd(16)} ${'kind'.padEnd(width)} what`;
  for (let i = 0; i < timeline.length; i++) {
    const row = timelineRow(timeline, i);
    const what =
      'amountMsat' in row
        ? `${row.source} -> ${row.destination}  ${formatAmount(row.amountMsat)}  (${row.activity} ${row.nth})`
        : Object.entries(row.args)
            .map(([name, value]) => argument(timeline, name, value))
            .filter((text) => text !== '')
            .join('  ');
    yield `${clockText(row.timeUs).padEnd(16)} ${row.kind.padEnd(width)} ${what}`.trimEnd();
  }
  for (const { atUs, name } of timeline.captures ?? []) {
    yield `${clockText(atUs).padEnd(16)} ${'snapshot'.padEnd(width)} name=${name}`;
  }
  for (const row of untimedRows(timeline)) {
    yield `${fromText(row).padEnd(16)} ${row.kind.padEnd(width)} ${untimedText(row)}`;
  }
}

/** When what has no time of its own may begin. */
function fromText(row: UntimedRow): string {
  if (row.kind === 'loop') return clockText(row.startUs);
  return row.kind === 'behaviour' && row.wakes !== null ? clockText(row.wakes.firstUs) : '';
}

function untimedText(row: UntimedRow): string {
  if (row.kind === 'loop') {
    return `${row.activity}: up to ${row.count} payments, ${row.concurrency} at a time, until ${clockText(row.endUs)}`;
  }
  if (row.kind === 'when') {
    return `${row.action} ${row.once ? 'once' : 'each time'} when ${row.when}  (checked every ${formatDuration(row.everyUs)})`;
  }
  const { name, behaviour, nodes, wakes, payments } = row;
  const who =
    nodes.length <= MOST_NODES ? nodes.join(', ') : `${nodes.slice(0, MOST_NODES).join(', ')}, … (${nodes.length})`;
  const when = wakes === null ? 'planned, see above' : `every ${formatDuration(wakes.everyUs)}, ${wakes.count} times`;
  return `${name} (${behaviour}): ${who}; ${when}${payments === 0 ? '' : `; up to ${payments} payments`}`;
}

function argument(timeline: Timeline, name: string, value: Json): string {
  if (value === -1 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)) return '';
  if (typeof value === 'number' && NODE_ARGUMENTS.has(name))
    return `${name}=${timeline.network.nodes[value]?.name ?? value}`;
  if (name === 'nodes' && Array.isArray(value)) {
    return `nodes=${value.map((node) => timeline.network.nodes[Number(node)]?.name ?? node).join(',')}`;
  }
  if (typeof value === 'number' && name === 'channel') return `channel=${timeline.channelNames[value] ?? value}`;
  return `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`;
}
