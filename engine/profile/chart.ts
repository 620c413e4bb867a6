/**
 * The samples of a profile as one SVG: memory above, CPU time below, along the virtual time of the run. Makes text only.
 * Colours are told apart by those who do not see all of them, and each line is named at its end.
 */
import { formatDuration } from '../spec/units.ts';
import type { ProfileSample } from './sampler.ts';

const WIDTH = 960;
const LEFT = 84;
const RIGHT = 120;
const PANEL = 220;
const TOP = 56;
const GAP = 64;
const HEIGHT = TOP + PANEL + GAP + PANEL + 56;
const MIB = 1024 * 1024;
/** Steps of the time axis, s. */
const TIME_STEPS: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  14400, 21600, 43200, 86400,
];
const MOST_TICKS = 8;

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
}

/** @param title first line of the picture */
export function profileChart(title: string, samples: readonly ProfileSample[]): string {
  const endUs = Math.max(1, samples.at(-1)?.timeUs ?? 1);
  const x = (timeUs: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * timeUs) / endUs;
  const memory: readonly Line[] = [
    { name: 'resident', colour: '#0072b2', values: samples.map((s) => s.rssBytes / MIB) },
    { name: 'heap', colour: '#d55e00', values: samples.map((s) => s.heapBytes / MIB) },
    { name: 'columns', colour: '#009e73', values: samples.map((s) => s.bufferBytes / MIB) },
  ];
  const spent = samples.map((s, i) => (i === 0 ? 0 : s.cpuMs - (samples[i - 1] as ProfileSample).cpuMs));
  const below = TOP + PANEL + GAP;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`,
    ' font-family="system-ui, sans-serif" font-size="13" fill="#222">',
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="24" font-size="16" font-weight="600">${escaped(title)}</text>`,
    panel(TOP, 'memory, MiB', memory, samples, x),
    timeAxis(TOP + PANEL, endUs, x),
    bars(below, spent, samples, x),
    timeAxis(below + PANEL, endUs, x),
    `<text x="${x(endUs / 2)}" y="${HEIGHT - 10}" text-anchor="middle">virtual time</text>`,
    '</svg>\n',
  ].join('\n');
}

function panel(
  top: number,
  name: string,
  lines: readonly Line[],
  samples: readonly ProfileSample[],
  x: (timeUs: number) => number,
): string {
  const { most, text, y } = scale(top, name, Math.max(...lines.flatMap(({ values }) => values), 0));
  const parts = [text];
  // Names at the ends of lines must not lie on each other.
  const ends = lines.map(({ values }) => y(Math.min(most, values.at(-1) ?? 0)));
  const order = ends.map((_, i) => i).sort((a, b) => (ends[a] as number) - (ends[b] as number));
  order.forEach((i, rank) => {
    const before = rank === 0 ? Number.NEGATIVE_INFINITY : (ends[order[rank - 1] as number] as number);
    ends[i] = Math.max(ends[i] as number, before + 15);
  });
  lines.forEach(({ name: label, colour, values }, i) => {
    const points = values.map((value, at) => `${round(x(samples[at]?.timeUs ?? 0))},${round(y(value))}`).join(' ');
    parts.push(`<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>`);
    const last = digits(values.at(-1) ?? 0);
    parts.push(
      `<text x="${WIDTH - RIGHT + 8}" y="${round((ends[i] as number) + 4)}" fill="${colour}">${label} ${last}</text>`,
    );
  });
  return parts.join('\n');
}

/** CPU time between each sample and the one before. */
function bars(
  top: number,
  spent: readonly number[],
  samples: readonly ProfileSample[],
  x: (timeUs: number) => number,
): string {
  const { text, y } = scale(top, 'CPU time between two samples, ms', Math.max(...spent, 0));
  const parts = [text];
  for (let i = 1; i < spent.length; i++) {
    const from = x((samples[i - 1] as ProfileSample).timeUs);
    const to = x((samples[i] as ProfileSample).timeUs);
    const height = top + PANEL - y(spent[i] as number);
    const at = `x="${round(from)}" y="${round(top + PANEL - height)}"`;
    parts.push(
      `<rect ${at} width="${round(Math.max(0.5, to - from - 0.5))}" height="${round(height)}" fill="#0072b2"/>`,
    );
  }
  const all = spent.reduce((sum, ms) => sum + ms, 0);
  parts.push(`<text x="${WIDTH - RIGHT + 8}" y="${top + 12}">${digits(all)} ms in all</text>`);
  return parts.join('\n');
}

/** The axis of values with its lines, from 0. */
function scale(
  top: number,
  name: string,
  largest: number,
): { readonly most: number; readonly text: string; readonly y: (value: number) => number } {
  const step = valueStep(largest);
  const most = Math.max(step, Math.ceil(largest / step) * step);
  const y = (value: number): number => top + PANEL - (PANEL * value) / most;
  const parts = [`<text x="${LEFT}" y="${top - 10}" fill="#555">${name}</text>`];
  for (let i = 0; i * step <= most; i++) {
    const at = round(y(i * step));
    parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${round(at + 4)}" text-anchor="end" fill="#555">${digits(i * step)}</text>`);
  }
  return { most, text: parts.join('\n'), y };
}

function timeAxis(bottom: number, endUs: number, x: (timeUs: number) => number): string {
  const wanted = endUs / 1_000_000 / MOST_TICKS;
  let step = TIME_STEPS.find((one) => one >= wanted);
  if (step === undefined) step = Math.ceil(wanted / 86_400) * 86_400;
  const stepUs = Math.round(step * 1_000_000);
  const parts = [`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}" stroke="#555"/>`];
  for (let us = 0; us <= endUs; us += stepUs) {
    const at = round(x(us));
    parts.push(`<line x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}" stroke="#555"/>`);
    parts.push(`<text x="${at}" y="${bottom + 20}" text-anchor="middle" fill="#555">${formatDuration(us)}</text>`);
  }
  return parts.join('\n');
}

/** The step of 1, 2 or 5 times a power of ten with which there are at most six. */
function valueStep(largest: number): number {
  let power = 0.01;
  while (power * 50 < largest) power *= 10;
  for (const times of [1, 2, 5]) if (largest <= 6 * times * power) return times * power;
  return 10 * power;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(2)));
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;' })[sign] ?? '&gt;');
}
