/** Steps of a routing trace in words: limits, searches with their costs, what was learnt, what was decided. */
import type { JsonRow } from '../run/run-results.ts';
import { clockText } from '../run/time-text.ts';
import { formatAmount, formatDuration, groupDigits } from '../spec/units.ts';

const OBSTACLES: Readonly<Record<string, string>> = {
  own_balance: 'its own channels together do not hold the amount',
  own_channel: 'none of its own channels holds the amount alone',
  given_route: 'the given route cannot be taken',
  fee_limit: 'there is one above the fee limit',
  cltv_limit: 'there is one above the limit of time locks',
  min_probability: 'there is one that is less likely to succeed than is tried',
  memory: 'there is one but for what it has learnt from failures',
  outgoing_channel: 'there is one by another own channel',
  last_hop: 'there is one by another last hop',
  failed_channels: 'there is one over channels that have failed in this payment',
  removed_from_graph: 'there is one over what it has removed from its graph',
  ignored: 'there is one over what this payment ignores',
  reserved: 'there is one but for what its parts in flight reserve',
  max_parts: 'there is one in more parts',
  all_together: 'there is one without all of these limits together, but not without any single one',
};

const LESSONS: Readonly<Record<string, string>> = {
  pair_succeeded: 'carried it',
  pair_failed: 'failed',
  node_failed: 'failed with all its channels',
  second_chance: 'gets a second chance: its policy may only have been out of date',
  final_error: 'the payment cannot be completed',
  final_incorrect_details: 'the recipient will not take it',
  policy: 'has the policy',
  bounds: 'is now taken to hold',
  channel_avoided: 'is avoided by this payment',
  channel_removed: 'is removed from the graph',
  node_removed: 'is removed from the graph',
  final: 'the recipient will not take it',
  node_ignored: 'is ignored by this payment',
  channel_ignored: 'is ignored by this payment',
  channel_excluded: 'is left out of all routes',
  balance: 'is now taken to hold',
  at_least: 'carries at least',
  at_most: 'carries at most',
  moved: 'has carried',
  channel_disabled: 'is disabled for this payment',
  recipient_behind: 'the recipient may not have seen the block at height',
};

const REASONS: Readonly<Record<string, string>> = {
  no_route: 'no route carries it',
  next_batch: 'with the next batch',
  refused_by_own_channel: 'its own channel refused',
  expiry_refused_by_own_channel: 'its own channel refuses the expiry',
  attempt_failed: 'an attempt failed',
  parts_in_flight: 'what is in flight may do',
  given_up_parts_in_flight: 'nothing more is sent, but parts are in flight',
  delivered: 'the preimage is there',
};

const DECISIONS: Readonly<Record<string, string>> = {
  halve: 'halves the amount',
  retry: 'tries again',
  wait: 'waits',
  forget_ignored: 'forgets which channels it ignored',
  lift_max_parts: 'no longer restricts the number of parts',
  give_up: 'gives up',
  done: 'is done',
};

type Row = JsonRow;

/** Of figures that are no whole numbers. */
const SHOWN_DIGITS = 6;

/** One figure with its name: `fee limit 500 sat`, `probability 34.2 %`. */
function figure(name: string, value: unknown): string {
  const plain = name.replace(/_(msat|us)$/, '').replaceAll('_', ' ');
  if (typeof value !== 'number') return `${plain} ${String(value)}`;
  if (name.endsWith('_msat')) return `${plain} ${amountText(value)}`;
  if (name.endsWith('_us')) return `${plain} ${formatDuration(Math.max(0, Math.round(value)))}`;
  if (name.includes('probability') && !name.endsWith('_cost')) return `${plain} ${(value * 100).toFixed(1)} %`;
  if (!Number.isInteger(value)) return `${plain} ${Number(value.toPrecision(SHOWN_DIGITS))}`;
  return `${plain} ${value < 0 ? value : groupDigits(value)}`;
}

/** An amount of msat, which virtual costs need not have in whole. */
export function amountText(value: unknown): string {
  if (typeof value !== 'number') return '?';
  if (!Number.isInteger(value)) return `${value.toFixed(3)} msat`;
  return value < 0 ? `-${formatAmount(-value)}` : formatAmount(value);
}

/** Figures in a row; zeros are left out, they are only there for programs. */
function figures(row: unknown, skip: readonly string[] = []): string {
  const entries = Object.entries((row ?? {}) as Row).filter(([name, value]) => value !== 0 && !skip.includes(name));
  return entries.map(([name, value]) => figure(name, value)).join(', ');
}

function rows(value: unknown): readonly Row[] {
  return Array.isArray(value) ? (value as readonly Row[]) : [];
}

/** `alice > bob > carol`. */
export function wayOf(route: unknown): string {
  const hops = rows((route as Row | undefined)?.hops);
  return [...hops.slice(0, 1).map(({ from }) => from), ...hops.map(({ to }) => to)].join(' > ');
}

/** Hops of a route, a line each, and below it what it cost path finding. */
export function hopLines(route: unknown): readonly string[] {
  return rows((route as Row | undefined)?.hops).flatMap((hop) => {
    const expiry = hop.expiry === undefined ? '' : `, until block ${hop.expiry}`;
    const fee = hop.fee_msat === 0 ? '' : `, fee ${amountText(hop.fee_msat)}`;
    const cost = figures(hop.cost);
    const line = `${hop.from} > ${hop.to} by ${hop.channel}: ${amountText(hop.amount_msat)}${fee}${expiry}`;
    return cost === '' ? [line] : [line, `    ${cost}`];
  });
}

export function beginText(row: Row): string {
  return `limits: ${figures(row.limits, ['amount_msat'])}`;
}

/** A search: what for, among what, and what came of it. */
export function searchLines(row: Row, node: string): readonly string[] {
  const limits = figures(row.limits);
  const lines = [`${node} looks for a way for ${amountText(row.amount_msat)}`];
  if (limits !== '') lines.push(`  within ${limits}`);
  const routes = rows(row.routes);
  const candidates = rows(row.candidates);
  candidates.forEach((route, i) => {
    for (const line of candidateLines(route, `candidate ${i + 1}`)) lines.push(`  ${line}`);
  });
  rows(row.rounds).forEach((round, i) => {
    for (const line of roundLines(round, i + 1)) lines.push(`  ${line}`);
  });
  const isTold = candidates.length > 0 || rows(row.rounds).length > 0;
  for (const change of rows(row.changes)) lines.push(`  ${changeText(change, 'the routes')}`);
  if (routes.length === 0) return [...lines, ...obstacleLines(row).map((line) => `  ${line}`)];
  for (const route of routes) {
    const cost = figures(route.cost);
    lines.push(`  takes ${wayOf(route)} for ${amountText(route.delivered_msat)}, fee ${amountText(route.fee_msat)}`);
    if (cost !== '') lines.push(`    ${cost}`);
    if (!isTold) for (const line of hopLines(route)) lines.push(`    ${line}`);
  }
  return lines;
}

/** A route with all that was weighed on it. */
function candidateLines(route: Row, name: string): readonly string[] {
  return [
    `${name}: ${wayOf(route)} for ${amountText(route.delivered_msat)}`,
    `  ${figures(route.cost)}`,
    ...hopLines(route).map((line) => `  ${line}`),
  ];
}

/** A pass of a search: what it found, what was changed about that, and why it was not the last. */
function roundLines(round: Row, number: number): readonly string[] {
  const flows = rows(round.candidates);
  const lines = [`round ${number}, for ${amountText(round.amount_msat)}: ${figures(round.figures)}`];
  flows.forEach((route, i) => {
    for (const line of candidateLines(route, `flow ${i + 1}`)) lines.push(`  ${line}`);
  });
  for (const change of rows(round.changes)) {
    lines.push(`  ${changeText(change, `flow ${Number(change.candidate) + 1}`)}`);
  }
  return [...lines, `  ${outcomeText(round)}`];
}

const CHANGES: Readonly<Record<string, (f: Row, channel: string) => string>> = {
  limited: (f) =>
    `lowered from ${amountText(f.from_msat)} to ${amountText(f.to_msat)}: its channels let no more through`,
  bottleneck: (f, channel) =>
    `dropped: its channels let only ${amountText(f.deliverable_msat)} through; ${channel} is left out`,
  below_minimum: (f, channel) =>
    `dropped: ${channel} takes no HTLC below ${amountText(f.htlc_minimum_msat)}, and is left out`,
  not_needed: (f) => `dropped: its ${amountText(f.from_msat)} are too much`,
  lowered: (f) => `lowered from ${amountText(f.from_msat)} to ${amountText(f.to_msat)}: that is enough`,
  raised: (f) => `raised from ${amountText(f.from_msat)} to ${amountText(f.to_msat)}, for what others do not carry`,
  no_room: () => 'not taken: the flows before it leave it no room',
  joined: (f) => `joined where they go over the same channels: ${f.flows} become ${f.parts}`,
  largest_carry_rest: (f) => `too many: the largest ${f.max_parts} of ${f.flows} carry everything`,
  too_many_parts: (f) => `too many: the largest ${f.max_parts} of ${f.flows} cannot carry everything`,
};

function changeText(change: Row, subject: string): string {
  const f = (change.figures ?? {}) as Row;
  const channel = change.channel === undefined ? '' : `${change.channel} (${change.from} > ${change.to})`;
  const text = CHANGES[String(change.change)]?.(f, channel) ?? `${change.change} ${figures(f)}`;
  return `${subject} ${subject.startsWith('flow') ? 'is' : 'are'} ${text}`;
}

function outcomeText({ outcome, because }: Row): string {
  const f = (because ?? {}) as Row;
  switch (outcome) {
    case 'too_dear':
      return `too dear: fees of ${amountText(f.fee_msat)}, where ${amountText(f.fee_limit_msat)} are allowed`;
    case 'too_long':
      return `too long: ${f.cltv_blocks} blocks, where ${f.cltv_limit} are allowed`;
    case 'all_left_out':
      return 'nothing is left of them';
    case 'taken':
      return f.missing_msat === 0 ? 'taken' : `taken; ${amountText(f.missing_msat)} are still missing`;
    default:
      return 'there is no way';
  }
}

/** What a part reserves, in one line. */
export function reservedText(row: Row): string {
  const each = rows(row.reserved).map(({ channel, amount_msat, total_msat }) => {
    const total = total_msat === amount_msat ? '' : ` (with other parts ${amountText(total_msat)})`;
    return `${amountText(amount_msat)} of ${channel}${total}`;
  });
  return each.length === 0 ? '' : `reserves ${each.join(', ')}`;
}

function obstacleLines(row: Row): readonly string[] {
  const obstacles = (Array.isArray(row.obstacles) ? row.obstacles : []) as readonly string[];
  if (obstacles.length === 0) return ['finds none: no channels that carry the amount lead there'];
  const [first = '', ...more] = obstacles.map((name) => OBSTACLES[name] ?? name);
  return [`finds none: ${first}`, ...more.map((text) => `  also: ${text}`)];
}

export function learnLines(row: Row, node: string): readonly string[] {
  const lessons = rows(row.lessons);
  if (lessons.length === 0) return [`${node} learns nothing from it`];
  return [`${node} learns:`, ...lessons.map((lesson) => `  ${lessonText(lesson)}`)];
}

function lessonText(lesson: Row): string {
  const name = String(lesson.lesson);
  const words = LESSONS[name] ?? name;
  const { channel, from, to, of, layer, figures: numbers } = lesson;
  const f = (numbers ?? {}) as Row;
  const subject =
    channel === undefined ? (from === undefined ? of : `${from} > ${to}`) : `${channel} (${from} > ${to})`;
  const about = subject === undefined ? words : `${subject} ${words}`;
  switch (name) {
    case 'pair_succeeded':
    case 'pair_failed':
      return `${about}${pairAmount(name, f)}`;
    case 'bounds':
      return `${about} ${amountText(f.min_msat)} to ${amountText(f.max_msat)}, from ${amountText(f.amount_msat)}`;
    case 'balance':
      return `${about} ${amountText(f.low_msat)} to ${amountText(f.high_msat)}`;
    case 'policy': {
      const fee = `${amountText(f.fee_base_msat)} + ${String(f.fee_rate_ppm)} ppm`;
      const size = `${amountText(f.htlc_minimum_msat)} to ${amountText(f.htlc_maximum_msat)}`;
      const off = f.disabled === 1 ? ', disabled' : '';
      return `${about} ${fee}, ${String(f.cltv_expiry_delta)} blocks, HTLCs of ${size}${off}`;
    }
    case 'at_least':
    case 'at_most':
    case 'moved': {
      const known = `${amountText(f.min_msat)} to ${amountText(f.max_msat)}`;
      return `${about} ${amountText(f.amount_msat)}; with all in layer ${layer}: ${known} (until ${clockText(Number(f.until_us))})`;
    }
    case 'channel_excluded':
      return `${about} for ${formatDuration(Number(f.for_us))}`;
    default: {
      const rest = figures(f);
      return rest === '' ? about : `${about} ${rest}`;
    }
  }
}

function pairAmount(name: string, f: Row): string {
  if (name === 'pair_failed' && f.amount_msat === 0) return ' for any amount';
  return name === 'pair_failed' ? ` for ${amountText(f.amount_msat)}` : `: ${amountText(f.amount_msat)}`;
}

export function decisionText(row: Row, node: string): string {
  const decision = DECISIONS[String(row.decision)] ?? String(row.decision);
  const because = REASONS[String(row.because)] ?? String(row.because);
  const f = (row.figures ?? {}) as Row;
  const more = [
    ...(f.amount_msat === undefined ? [] : [`now ${amountText(f.amount_msat)}`]),
    ...(typeof f.in_us === 'number' && f.in_us > 0 ? [`in ${formatDuration(f.in_us)}`] : []),
  ];
  return `${node} ${decision}: ${[because, ...more].join(', ')}`;
}
