/** Pictures of a report as SVG. Each says in words what it shows, and a reader of its numbers finds them in a table beside it. */

import { formatDuration } from '../spec/units.ts';
import { html, type Markup, type Piece } from './html.ts';
import { at, axisText, numberText, timeStep, valueStep } from './scale.ts';

const WIDTH = 560;
/** Of pictures over the whole width of the page. */
const WIDE = 1120;
/** Widest column, so that two of them do not look like a flag. */
const WIDEST = 70;
const LEFT = 52;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 26;
const INNER = WIDTH - LEFT - RIGHT;

/** A colour of the page's style, by its name there. */
export interface Series {
  readonly name: string;
  readonly colour: string;
}

/** Something that happened at an instant, drawn as a line over the whole height. */
export interface Mark {
  readonly timeUs: number;
  readonly text: string;
}

interface Panel {
  readonly height: number;
  /** Where a value stands. */
  readonly y: (value: number) => number;
  readonly grid: Piece;
}

/** The axis of values with its lines, from `least` (default 0) to what is largest. */
function panel(largest: number, height: number, text: (value: number) => string, least = 0): Panel {
  const span = largest - least;
  const step = valueStep(span > 0 ? span : 1, 4);
  const bottom = Math.floor(least / step) * step;
  const top = Math.max(bottom + step, Math.ceil(largest / step - 1e-9) * step);
  const inner = height - TOP - BOTTOM;
  const y = (value: number): number => TOP + inner - (inner * (value - bottom)) / (top - bottom);
  const grid: Piece[] = [];
  for (let i = 0; bottom + i * step <= top + step / 2; i++) {
    const value = bottom + i * step;
    const line = at(y(value));
    grid.push(html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${line}" y2="${line}"/>
<text x="${LEFT - 6}" y="${at(y(value) + 4)}" text-anchor="end">${text(value)}</text>
`);
  }
  return { height, y, grid };
}

function timeAxis(height: number, lengthUs: number): { readonly x: (us: number) => number; readonly ticks: Piece } {
  const x = (us: number): number => LEFT + (INNER * us) / Math.max(1, lengthUs);
  const step = timeStep(lengthUs);
  const ticks: Piece[] = [];
  for (let us = 0; us <= lengthUs; us += step) {
    ticks.push(html`<text x="${at(x(us))}" y="${height - 8}" text-anchor="middle">${formatDuration(us)}</text>
`);
  }
  return { x, ticks };
}

function marks(all: readonly Mark[], x: (us: number) => number, height: number): Piece {
  return all.map(({ timeUs, text }) => {
    const place = at(x(timeUs));
    return html`<line class="mark" x1="${place}" x2="${place}" y1="${TOP}" y2="${height - BOTTOM}"><title>${text}</title></line>
`;
  });
}

function svg(label: string, height: number, body: Piece, width = WIDTH): Markup {
  return html`<div class="scroll"><svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}">
${body}</svg></div>`;
}

/** The names of the colours. */
export function legend(series: readonly Series[]): Markup {
  return html`<div class="key">${series.map(({ name, colour }) => html`<span><i style="background:var(${colour})"></i>${name}</span>`)}</div>`;
}

/** A picture with what it is called and what it says. */
export function figure(title: string, caption: Piece, body: Piece, isWide = false): Markup {
  return html`<figure class="${isWide ? 'wide' : ''}"><h3>${title}</h3>
<figcaption>${caption}</figcaption>
${body}</figure>
`;
}

export interface TimeBucket {
  readonly fromUs: number;
  readonly toUs: number;
  /** One a series; of shares null where there is none. */
  readonly values: readonly (number | null)[];
}

/** Counts over time, one on the other. */
export function timeBars(
  label: string,
  series: readonly Series[],
  buckets: readonly TimeBucket[],
  happened: readonly Mark[],
): Markup {
  const height = 210;
  const sums = buckets.map(({ values }) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0));
  const { y, grid } = panel(Math.max(0, ...sums), height, axisText);
  const { x, ticks } = timeAxis(height, buckets.at(-1)?.toUs ?? 0);
  const bars = buckets.map(({ fromUs, toUs, values }) => {
    let below = 0;
    return values.map((value, i) => {
      if (value === null || value === 0) return null;
      const low = y(below);
      below += value;
      const one = series[i] as Series;
      const width = Math.max(0.5, x(toUs) - x(fromUs) - 1);
      const words = `${formatDuration(fromUs)} to ${formatDuration(toUs)}: ${value} ${one.name}`;
      return html`<rect x="${at(x(fromUs) + 0.5)}" y="${at(y(below))}" width="${at(width)}" height="${at(Math.max(0.5, low - y(below)))}" style="fill:var(${one.colour})"><title>${words}</title></rect>
`;
    });
  });
  return html`${svg(label, height, [grid, bars, marks(happened, x, height), ticks])}${legend(series)}`;
}

/** A share over time, from 0 to 100 %. Where there is none the line is broken. */
export function timeShares(
  label: string,
  series: readonly Series[],
  buckets: readonly TimeBucket[],
  happened: readonly Mark[],
): Markup {
  const height = 210;
  const { y, grid } = panel(1, height, (value) => `${Math.round(value * 100)} %`);
  const { x, ticks } = timeAxis(height, buckets.at(-1)?.toUs ?? 0);
  const lines = series.map(({ name, colour }, i) => {
    const pieces: string[][] = [[]];
    const points: Piece[] = [];
    for (const { fromUs, toUs, values } of buckets) {
      const value = values[i] ?? null;
      if (value === null) {
        pieces.push([]);
        continue;
      }
      const place = [at(x((fromUs + toUs) / 2)), at(y(value))] as const;
      (pieces.at(-1) as string[]).push(place.join(','));
      const words = `${formatDuration(fromUs)} to ${formatDuration(toUs)}: ${name} ${(value * 100).toFixed(1)} %`;
      points.push(html`<circle cx="${place[0]}" cy="${place[1]}" r="2.4" style="fill:var(${colour})"><title>${words}</title></circle>
`);
    }
    const paths = pieces
      .filter((piece) => piece.length > 1)
      .map(
        (piece) => html`<polyline points="${piece.join(' ')}" style="fill:none;stroke:var(${colour});stroke-width:1.6"/>
`,
      );
    return [paths, points];
  });
  return html`${svg(label, height, [grid, marks(happened, x, height), lines, ticks])}${series.length > 1 ? legend(series) : null}`;
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What a pointer that rests on it reads; default name and value. */
  readonly words?: string;
}

/** How often something lay between two values. Names stand under every bar that has room. */
export function columns(label: string, bars: readonly Bar[], colour: string): Markup {
  const height = 200;
  const { y, grid } = panel(Math.max(0, ...bars.map(({ value }) => value)), height, axisText);
  const width = Math.min(WIDEST, INNER / Math.max(1, bars.length));
  const most = Math.max(1, ...bars.map(({ name }) => name.length));
  const each = Math.max(1, Math.ceil((most * 6.2 + 6) / width));
  const shapes = bars.map(({ name, value, words }, i) => {
    const left = LEFT + i * width;
    const text =
      i % each === 0
        ? html`<text x="${at(left + width / 2)}" y="${height - 8}" text-anchor="middle">${name}</text>`
        : null;
    const title = words ?? `${name}: ${value}`;
    return html`<rect x="${at(left + 1)}" y="${at(y(value))}" width="${at(Math.max(1, width - 2))}" height="${at(Math.max(value > 0 ? 0.5 : 0, y(0) - y(value)))}" style="fill:var(${colour})"><title>${title}</title></rect>${text}
`;
  });
  return svg(label, height, [grid, shapes]);
}

/** Amounts side by side, the largest first, each with its name and its number. */
export function rows(label: string, bars: readonly Bar[], colour: string): Markup {
  const line = 34;
  const height = bars.length * line + 8;
  const largest = Math.max(1, ...bars.map(({ value }) => value));
  const shapes = bars.map(({ name, value, words }, i) => {
    const width = ((WIDE - 90) * value) / largest;
    return html`<text x="0" y="${i * line + 14}">${name}</text>
<rect x="0" y="${i * line + 19}" width="${at(Math.max(1, width))}" height="11" rx="2" style="fill:var(${colour})"><title>${words ?? `${name}: ${value}`}</title></rect>
<text x="${at(Math.max(1, width) + 6)}" y="${i * line + 29}">${numberText(value)}</text>
`;
  });
  return svg(label, height, shapes, WIDE);
}

export interface Strip {
  readonly name: string;
  /** Shares from 0 to 1, one a bucket of time; null before and after it was there. */
  readonly shares: readonly (number | null)[];
}

/** Shares of many things over time: one strip each, from one colour to the other. */
export function strips(label: string, all: readonly Strip[], lengthUs: number): Markup {
  const line = 20;
  const left = 230;
  const inner = WIDE - left - 44;
  const bottom = all.length * line;
  const shapes = all.map(({ name, shares }, i) => {
    const width = inner / Math.max(1, shares.length);
    const cells = shares.map((share, k) => {
      if (share === null) return null;
      const strength = Math.round(Math.abs(share - 0.5) * 200);
      const colour = `color-mix(in srgb, var(${share < 0.5 ? '--low' : '--high'}) ${strength}%, var(--mid))`;
      return html`<rect x="${at(left + k * width)}" y="${i * line + 2}" width="${at(width + 0.3)}" height="${line - 5}" style="fill:${colour}"><title>${name}: ${Math.round(share * 100)} %</title></rect>`;
    });
    const last = shares.at(-1) ?? null;
    return html`<text x="${left - 8}" y="${i * line + 14}" text-anchor="end">${shortened(name, 36)}</text>${cells}
<text x="${WIDE}" y="${i * line + 14}" text-anchor="end">${last === null ? '' : `${Math.round(last * 100)} %`}</text>
`;
  });
  const step = timeStep(lengthUs, 8);
  const ticks: Piece[] = [];
  for (let us = 0; us <= lengthUs; us += step) {
    ticks.push(html`<text x="${at(left + (inner * us) / Math.max(1, lengthUs))}" y="${bottom + 16}" text-anchor="middle">${formatDuration(us)}</text>
`);
  }
  return svg(label, bottom + 24, [shapes, ticks], WIDE);
}

/** A name with its middle left out where it is long; pointers and tables have all of it. */
export function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const half = Math.floor((most - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(name.length - half)}`;
}

export interface Point {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly words: string;
}

export interface PointSeries extends Series {
  /** One a value of the axis; null where the sweep has none. */
  readonly points: readonly (Point | null)[];
}

/** Means with their intervals over the values of a parameter, which stand at equal distances in their order. */
export function intervals(label: string, values: readonly string[], series: readonly PointSeries[]): Markup {
  const height = 250;
  const all = series.flatMap(({ points }) => points.flatMap((point) => (point === null ? [] : [point])));
  const ends = all.flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean]);
  const largest = Math.max(...ends);
  const smallest = Math.min(...ends);
  // An axis from 0 hides what differs where all values are far from it; only then it begins elsewhere.
  const isFlat = smallest === largest;
  const least = smallest >= 0 && (isFlat || smallest < 0.6 * largest) ? 0 : smallest;
  const { y, grid } = panel(largest, height, axisText, least);
  const width = INNER / Math.max(1, values.length);
  const each = Math.max(1, Math.ceil((Math.max(1, ...values.map((value) => value.length)) * 6.2 + 8) / width));
  const ticks = values.map((value, i) =>
    i % each === 0
      ? html`<text x="${at(LEFT + (i + 0.5) * width)}" y="${height - 8}" text-anchor="middle">${value}</text>
`
      : null,
  );
  const spread = Math.min(9, (width * 0.6) / Math.max(1, series.length));
  const shapes = series.map(({ colour, points }, k) => {
    const shift = (k - (series.length - 1) / 2) * spread;
    const x = (i: number): number => LEFT + (i + 0.5) * width + shift;
    const path = points.flatMap((point, i) => (point === null ? [] : [`${at(x(i))},${at(y(point.mean))}`]));
    const shapesOf = points.map((point, i) => {
      if (point === null) return null;
      const place = at(x(i));
      const bar =
        point.low === null || point.high === null
          ? null
          : html`<path d="M${at(x(i) - 3)} ${at(y(point.high))}h6M${place} ${at(y(point.high))}V${at(y(point.low))}M${at(x(i) - 3)} ${at(y(point.low))}h6" style="fill:none;stroke:var(${colour});stroke-width:1.3"/>`;
      return html`${bar}<circle cx="${place}" cy="${at(y(point.mean))}" r="3.2" style="fill:var(${colour})"><title>${point.words}</title></circle>
`;
    });
    const line =
      path.length > 1
        ? html`<polyline points="${path.join(' ')}" style="fill:none;stroke:var(${colour});stroke-width:1;opacity:.55"/>
`
        : null;
    return [line, shapesOf];
  });
  return html`${svg(label, height, [grid, shapes, ticks])}${series.length > 1 ? legend(series) : null}`;
}
