/** The report of a run as one page. The same bytes for the same run: no wall time, no machine, no date. */
import type { JsonRow } from '../run/run-results.ts';
import { formatDuration } from '../spec/units.ts';
import { type Bar, columns, figure, legend, rows, strips, timeBars, timeShares } from './charts.ts';
import { html, type Markup, type Piece } from './html.ts';
import { pageText, type Section } from './page.ts';
import { marksOf, type NetworkLine, numberOf, type PaymentData, type RunData } from './run-data.ts';
import { amountText, axisText, durationText, grouped, numberText, percentText } from './scale.ts';
import { facts, folded, longTable, type Tile, table, tiles } from './tables.ts';

/** Channels whose liquidity is drawn, and lines of the tables of nodes and channels. */
const MOST_STRIPS = 24;
const MOST_LINES = 50;

/** Above so many happenings they are no longer drawn into the pictures. */
const MOST_MARKS = 60;

export function runReport(data: RunData): string {
  const { manifest } = data;
  const name = String(manifest.scenario ?? '');
  const payments = (data.metrics?.payments ?? null) as JsonRow | null;
  return pageText({
    title: `${name}: run`,
    lead: lead(data),
    sections: [
      { id: 'summary', title: 'Summary', body: summary(data, payments) },
      ...expectations(manifest),
      ...paymentSections(data),
      ...liquidity(data),
      ...network(data),
      ...happened(data),
      { id: 'origin', title: 'Where this comes from', body: origin(manifest) },
    ],
    foot: html`Made by <code>blast report</code> from the files of the run. The same run gives the same bytes.`,
  });
}

function lead({ manifest }: RunData): Piece {
  const state = String(manifest.state ?? '');
  const isWhole = manifest.whole === true;
  const words = state === 'completed' ? (isWhole ? 'completed' : 'stopped before its end') : state;
  const failure = manifest.failure as JsonRow | undefined;
  const length = formatDuration(numberOf(manifest.duration_us));
  return html`<p><strong class="${state === 'completed' ? 'ok' : 'not'}">${words}</strong> at ${formatDuration(numberOf(manifest.drained_us))} of ${length} of virtual time</p>
${failure === undefined ? null : html`<p class="not">${String(failure.message ?? '')}</p>`}`;
}

function summary({ manifest }: RunData, payments: JsonRow | null): Piece {
  const counts = (manifest.counts ?? {}) as JsonRow;
  const times = (payments?.time ?? null) as JsonRow | null;
  const resolved = numberOf(counts.succeeded) + numberOf(counts.failed);
  const rate = resolved === 0 ? null : numberOf(counts.succeeded) / resolved;
  const time = (name: string): string => (times === null ? '-' : durationText(numberOf(times[name]) * 1_000_000));
  const all: Tile[] = [
    { value: percentText(rate), name: 'success rate' },
    { value: grouped(numberOf(counts.payments)), name: 'payments' },
    { value: grouped(numberOf(counts.failed)), name: 'failed', isBad: numberOf(counts.failed) > 0 },
    { value: grouped(numberOf(counts.pending)), name: 'pending at the end' },
  ];
  if (payments !== null) {
    const { amount_msat: amount, fee_msat: fee } = payments;
    all.push(
      { value: amountText(numberOf(amount)), name: 'delivered' },
      { value: amountText(numberOf(fee)), name: 'in fees' },
      { value: time('p50'), name: 'median time to success' },
      { value: time('p95'), name: '95 % within' },
    );
  }
  all.push(
    { value: grouped(numberOf(counts.nodes)), name: 'nodes' },
    { value: grouped(numberOf(counts.channels)), name: 'channels at the start' },
  );
  return tiles(all);
}

function expectations(manifest: JsonRow): readonly Section[] {
  const all = (manifest.expectations ?? []) as readonly JsonRow[];
  if (all.length === 0) return [];
  const body = table(
    'Expectations',
    [
      { title: '', cell: ({ status }) => verdict(String(status)) },
      {
        title: 'expectation',
        cell: ({ that, message }) =>
          html`${message === undefined ? null : html`${String(message)}<br>`}<code>${String(that)}</code>`,
      },
      {
        title: 'at',
        isName: true,
        cell: ({ at_us: at }) => (at === undefined ? 'the end' : formatDuration(numberOf(at))),
      },
      { title: 'measured', cell: ({ measured }) => html`<code>${String(measured ?? '')}</code>` },
    ],
    all,
  );
  return [{ id: 'expectations', title: 'Expectations', body }];
}

function verdict(status: string): Markup {
  if (status === 'passed') return html`<strong class="ok">passed</strong>`;
  if (status === 'failed') return html`<strong class="not">failed</strong>`;
  return html`<span class="soft">not reached</span>`;
}

const OUTCOMES = [
  { name: 'succeeded', colour: '--good' },
  { name: 'failed', colour: '--bad' },
  { name: 'pending', colour: '--wait' },
];

function paymentSections(data: RunData): readonly Section[] {
  const { payments } = data;
  if (payments === null) {
    const body = html`<p class="soft">payments.csv has the columns of sim-ln alone, which do not tell enough.</p>`;
    return [{ id: 'payments', title: 'Payments', body }];
  }
  const marked = marksOf(data, MOST_MARKS);
  const note = marked.length > 0 ? ' Dotted lines: what happened to the network.' : '';
  const used = OUTCOMES.filter((_, i) => payments.started.some(({ values }) => (values[i] ?? 0) > 0));
  const shown = payments.started.map((bucket) => ({
    ...bucket,
    values: bucket.values.filter((_, i) => used.includes(OUTCOMES[i] as (typeof OUTCOMES)[number])),
  }));
  const shares = payments.started.map(({ fromUs, toUs, values: [good = 0, bad = 0] }) => ({
    fromUs,
    toUs,
    values: [(good ?? 0) + (bad ?? 0) === 0 ? null : (good ?? 0) / ((good ?? 0) + (bad ?? 0))],
  }));
  const numbers = folded(
    'Payments over time',
    [
      { title: 'from', cell: ({ fromUs }) => formatDuration(fromUs) },
      ...OUTCOMES.map(({ name }, i) => ({
        title: name,
        isNumber: true,
        cell: ({ values }: (typeof payments.started)[number]) => values[i] ?? 0,
      })),
    ],
    payments.started,
  );
  const pictures = [
    figure(
      'Payments over time',
      `By when they started.${note}`,
      html`${timeBars('Payments over time by outcome', used, shown, marked)}${numbers}`,
    ),
    figure(
      'Success rate over time',
      `Of the payments that started then and were resolved.${note}`,
      timeShares('Success rate over time', [{ name: 'success rate', colour: '--good' }], shares, marked),
    ),
    distribution('Time to success', 'Seconds, in steps of 1, 2 and 5.', payments.seconds.bars(secondsText)),
    distribution('Fees', 'In ppm of the amount, in steps of 1, 2 and 5.', payments.feesPpm.bars(plainText)),
  ];
  return [
    { id: 'payments', title: 'Payments', body: html`<div class="charts">${pictures}</div>` },
    { id: 'activities', title: 'Activities', body: activities(data) },
    ...failures(payments),
  ];
}

/** Seconds as they are counted: `0.5s`, `200ms`. */
function secondsText(seconds: number): string {
  return formatDuration(Math.round(seconds * 1_000_000)).replace(/^(\d+)000ms$/, '$1s');
}

function plainText(value: number): string {
  return axisText(value);
}

function distribution(title: string, caption: string, bars: readonly Bar[]): Markup {
  if (bars.length === 0) return figure(title, 'No payment succeeded.', null);
  const numbers = folded(
    title,
    [
      { title: 'from', cell: ({ name }) => name },
      { title: 'payments', isNumber: true, cell: ({ value }) => value },
    ],
    bars,
  );
  return figure(title, caption, html`${columns(title, bars, '--good')}${numbers}`);
}

function activities({ metrics }: RunData): Piece {
  const all = (metrics?.activities ?? []) as readonly JsonRow[];
  const n = (name: string) => (row: JsonRow) => grouped(numberOf(row[name]));
  const time = (name: string) => (row: JsonRow) =>
    row.time === null ? '-' : durationText(numberOf((row.time as JsonRow | undefined)?.[name]) * 1_000_000);
  return table(
    'Activities',
    [
      { title: 'activity', isName: true, cell: ({ name }) => String(name) },
      { title: 'payments', isNumber: true, cell: n('count') },
      { title: 'succeeded', isNumber: true, cell: n('succeeded') },
      { title: 'failed', isNumber: true, cell: n('failed') },
      {
        title: 'success rate',
        isNumber: true,
        cell: ({ success_rate: rate, succeeded, failed }) =>
          percentText(numberOf(succeeded) + numberOf(failed) === 0 ? null : numberOf(rate)),
      },
      { title: 'delivered', isNumber: true, cell: ({ amount_msat: amount }) => amountText(numberOf(amount)) },
      { title: 'fees', isNumber: true, cell: ({ fee_msat: fee }) => amountText(numberOf(fee)) },
      { title: 'attempts', isNumber: true, cell: n('attempts') },
      { title: 'median time', isNumber: true, cell: time('p50') },
      { title: '95 % within', isNumber: true, cell: time('p95') },
    ],
    all,
  );
}

function failures(payments: PaymentData): readonly Section[] {
  if (payments.failedCount === 0) return [];
  const bars = payments.reasons.slice(0, 16).map(({ outcome, failure, count }) => ({
    name: failure === '' ? outcome : `${outcome}, last failure ${failure}`,
    value: count,
  }));
  const list = longTable(
    'Payments that failed',
    [
      { title: 'payment', isName: true, cell: ({ activity, nth }) => `${activity}/${nth}` },
      { title: 'from', isName: true, cell: ({ source_name: source }) => source ?? '' },
      { title: 'to', isName: true, cell: ({ destination_name: destination }) => destination ?? '' },
      { title: 'amount', isNumber: true, cell: ({ amount_msat: amount }) => amountText(Number(amount)) },
      { title: 'outcome', cell: ({ payment_outcome: outcome }) => outcome ?? '' },
      { title: 'attempts', isNumber: true, cell: ({ attempts }) => attempts ?? '' },
      { title: 'last failure', cell: ({ failure }) => failure ?? '' },
      { title: 'at hop', isNumber: true, cell: ({ failure_hop: hop }) => hop ?? '' },
      { title: 'last route', cell: ({ route }) => route ?? '' },
    ],
    payments.failed,
    20,
  );
  const rest = payments.failedCount - payments.failed.length;
  const body = html`<div class="charts">${figure('By reason', 'Outcome, and what the last attempt failed with.', rows('Failed payments by reason', bars, '--bad'), true)}</div>
<h3 style="margin-top:20px">Payments that failed</h3>
<p class="soft">In the order in which they ended${rest > 0 ? `; the first of ${grouped(payments.failedCount)}` : ''}. <code>blast explain payment FOLDER NAME</code> tells the story of one.</p>
${list}`;
  return [{ id: 'failures', title: 'Failures', body }];
}

function liquidity({ happened, channels, lengthUs }: RunData): readonly Section[] {
  const pictures: Markup[] = [];
  const open = channels.filter(({ state }) => state === 'open');
  if (happened !== null && happened.shares.size > 0) {
    const moved = [...happened.shares].map(([name, shares], i) => ({ name, shares, i, span: spanOf(shares) }));
    // Those that changed most; of equal ones the first of the file.
    const most = moved.sort((a, b) => b.span - a.span || a.i - b.i).slice(0, MOST_STRIPS);
    const ends = new Map(channels.map((line) => [line.channel ?? '', line]));
    const named = most.map(({ name, shares }) => ({ name: `${name} (${ends.get(name)?.node0 ?? ''})`, shares }));
    const which =
      moved.length > most.length ? `The ${most.length} of ${moved.length} channels that changed most` : 'Channels';
    const numbers = folded(
      'Liquidity over time',
      [
        { title: 'channel', cell: ({ name }) => name },
        {
          title: 'first',
          isNumber: true,
          cell: ({ shares }) => percentText(shares.find((one) => one !== null) ?? null),
        },
        { title: 'least', isNumber: true, cell: ({ shares }) => percentText(Math.min(...known(shares))) },
        { title: 'most', isNumber: true, cell: ({ shares }) => percentText(Math.max(...known(shares))) },
        { title: 'last', isNumber: true, cell: ({ shares }) => percentText(shares.at(-1) ?? null) },
      ],
      named,
    );
    pictures.push(
      figure(
        'Liquidity over time',
        `${which}: the share of the node in brackets, who opened it. At the right its share at the end.`,
        html`${strips('Share of the opener by channel over time', named, lengthUs)}
${legend([
  { name: 'nothing left', colour: '--low' },
  { name: 'half', colour: '--mid' },
  { name: 'everything', colour: '--high' },
])}${numbers}`,
        true,
      ),
    );
  }
  if (open.length > 1) {
    const counts = new Array<number>(10).fill(0);
    for (const { balance0_msat: own, balance1_msat: other } of open) {
      const all = Number(own) + Number(other);
      const bin = all > 0 ? Math.min(9, Math.floor((Number(own) / all) * 10)) : 0;
      counts[bin] = (counts[bin] as number) + 1;
    }
    const bars = counts.map((value, i) => ({
      name: `${i * 10} %`,
      value,
      words: `${i * 10} to ${(i + 1) * 10} %: ${value} channels`,
    }));
    const caption = `Of the ${grouped(open.length)} channels that are open, how many have this share at the node that opened them.`;
    pictures.push(figure('Balances at the end', caption, columns('Balances at the end', bars, '--high')));
  }
  if (pictures.length === 0) return [];
  return [{ id: 'liquidity', title: 'Liquidity', body: html`<div class="charts">${pictures}</div>` }];
}

const known = (shares: readonly (number | null)[]): readonly number[] => shares.filter((one) => one !== null);

function spanOf(shares: readonly (number | null)[]): number {
  const all = known(shares);
  return all.length === 0 ? 0 : Math.max(...all) - Math.min(...all);
}

function network({ nodes, channels, metrics }: RunData): readonly Section[] {
  if (nodes.length === 0) return [];
  const earned = (line: NetworkLine): number => Number(line.fees_earned_msat);
  const byFees = nodes.map((line, i) => ({ line, i })).sort((a, b) => earned(b.line) - earned(a.line) || a.i - b.i);
  const amount = (name: string) => (line: NetworkLine) => amountText(Number(line[name]));
  const text = (name: string) => (line: NetworkLine) => line[name] ?? '';
  const nodeTable = table(
    'Nodes',
    [
      { title: 'node', isName: true, cell: text('node') },
      { title: 'model', cell: text('model') },
      { title: 'runs', cell: ({ running }) => (running === 'true' ? 'yes' : 'no') },
      { title: 'channels', isNumber: true, cell: text('channels') },
      { title: 'own side', isNumber: true, cell: amount('local_balance_msat') },
      { title: 'other side', isNumber: true, cell: amount('remote_balance_msat') },
      { title: 'forwards', isNumber: true, cell: ({ forwards }) => grouped(Number(forwards)) },
      { title: 'fees earned', isNumber: true, cell: amount('fees_earned_msat') },
    ],
    byFees.map(({ line }) => line),
    MOST_LINES,
  );
  const fee = (side: 0 | 1) => (line: NetworkLine) => {
    const base = line[`fee_base${side}_msat`] ?? '';
    return base === '' ? '' : `${amountText(Number(base))} + ${line[`fee_rate${side}_ppm`]} ppm`;
  };
  const channelTable = table(
    'Channels',
    [
      { title: 'channel', isName: true, cell: text('channel') },
      { title: 'opened by', cell: text('node0') },
      { title: 'with', cell: text('node1') },
      { title: 'state', cell: ({ state }) => (state ?? '').replaceAll('_', ' ') },
      { title: 'capacity', isNumber: true, cell: ({ capacity_sat: sat }) => amountText(Number(sat) * 1000) },
      { title: 'opener’s side', isNumber: true, cell: amount('balance0_msat') },
      { title: 'other side', isNumber: true, cell: amount('balance1_msat') },
      { title: 'opener’s fee', isNumber: true, cell: fee(0) },
      { title: 'other’s fee', isNumber: true, cell: fee(1) },
    ],
    channels,
    MOST_LINES,
  );
  const figures = Object.entries((metrics?.backend ?? {}) as JsonRow).filter(([, value]) => typeof value === 'number');
  const body = html`<h3>Nodes, by fees earned</h3>
${nodeTable}
<h3 style="margin-top:20px">Channels</h3>
${channelTable}
<details><summary>Figures of the backend</summary>${facts(
    'Figures of the backend',
    figures.map(([name, value]) => [name.replaceAll('_', ' '), numberText(numberOf(value))] as const),
  )}</details>`;
  return [{ id: 'network', title: 'Network at the end', body }];
}

function happened({ happened: all }: RunData): readonly Section[] {
  if (all === null || (all.count === 0 && all.policies === 0)) return [];
  const policies =
    all.policies === 0 ? null : html`<p class="soft">Policies were changed ${grouped(all.policies)} times.</p>`;
  const list = table(
    'What happened',
    [
      { title: 'time', isName: true, cell: ({ timeUs }) => formatDuration(timeUs) },
      { title: 'what', cell: ({ what }) => what },
    ],
    all.first,
  );
  const rest = all.count - all.first.length;
  const more = rest > 0 ? html`<p class="soft">… and ${grouped(rest)} more in events.ndjson</p>` : null;
  return [{ id: 'happened', title: 'What happened', body: html`${policies}${all.count === 0 ? null : list}${more}` }];
}

function origin(manifest: JsonRow): Piece {
  const digests = (manifest.digests ?? {}) as JsonRow;
  const params = (manifest.params ?? []) as readonly JsonRow[];
  const from = manifest.from as JsonRow | undefined;
  const digest = (name: string): Piece => html`<code>${String(digests[name] ?? '-')}</code>`;
  const lines: (readonly [string, Piece])[] = [
    ['scenario', String(manifest.scenario ?? '')],
    ['seed', String(manifest.seed ?? '')],
    ['backend', String(manifest.backend ?? '')],
    ['engine', String((manifest.environment as JsonRow | undefined)?.engine ?? '')],
    ['digest of the run', digest('run')],
    ['of its timeline', digest('timeline')],
    ['of its log', digest('records')],
    ['of the final state', digest('state')],
    ['of the scenario', digest('spec')],
    ['records', grouped(numberOf((manifest.counts as JsonRow | undefined)?.records))],
  ];
  if (from !== undefined) {
    const words = `${String(from.kind) === 'resume' ? 'went on from' : 'began in'} ${String(from.file)} (${formatDuration(numberOf(from.at_us))})`;
    lines.push(['state', words]);
  }
  for (const { name, value, overridden } of params) {
    lines.push([`parameter ${String(name)}`, `${String(value)}${overridden === true ? ' (given)' : ''}`]);
  }
  return facts('Where this comes from', lines);
}
