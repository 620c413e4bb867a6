/** `blast profile`: runs a scenario and says where its time and its memory go. */
import type { ChalkInstance } from 'chalk';
import { profileChart } from '../profile/chart.ts';
import { bytesPerNode, type ProfileSteps, profileJson, stepsOf } from '../profile/profile-report.ts';
import { ProfileSampler } from '../profile/sampler.ts';
import { samplesCsv } from '../profile/samples-csv.ts';
import { failedExpectations } from '../run/expectation-text.ts';
import { TEMPORARY, writeWhole } from '../run/files.ts';
import { wallText } from '../run/time-text.ts';
import { groupDigits } from '../spec/units.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { counted } from './diagnostics-output.ts';
import { CliError, EXIT } from './exit-codes.ts';
import {
  type CommandContext,
  type CommandEntry,
  OPTION,
  type OptionValues,
  paramsOf,
  parseSamples,
} from './options.ts';
import { exitCodeOf, play } from './play.ts';
import { shortDigest } from './run-report.ts';
import { loadScenario } from './scenario-file.ts';
import { styleFor } from './style.ts';

const JSON_FILE = 'profile.json';
const CSV_FILE = 'samples.csv';
const CHART_FILE = 'samples.svg';
const CPU_FILE = 'cpu.pb';
const HEAP_FILE = 'heap.pb';
const FILES: readonly string[] = [JSON_FILE, CSV_FILE, CHART_FILE, CPU_FILE, HEAP_FILE];

/** A payment over two hops. */
const WARM_UP = `version: 1
name: warm-up
duration: 1m
nodes: { a: {}, b: {}, c: {} }
channels:
  ab: { from: a, to: b, capacity: 1_000_000 sat }
  bc: { from: b, to: c, capacity: 1_000_000 sat }
activity:
  pay: { source: a, destination: c, interval: 10s, amount: 1_000 sat }
`;

const DEFAULT_SAMPLES = 200;
const HOTTEST = 5;

export const profileCommand: CommandEntry = {
  name: 'profile',
  summary: 'run a scenario and say where its time and its memory go',
  details:
    'Measures the process along the virtual time of the run and writes samples.csv, samples.svg, profile.json, and profiles of ' +
    'the CPU and the heap that `go tool pprof` opens. The run is the one that `blast run` makes, to its digest, and slower: V8 ' +
    'watches, and garbage is collected before memory is measured.',
  arguments: [{ syntax: '<file>', summary: 'the scenario' }],
  options: [
    OPTION.param,
    OPTION.seed,
    OPTION.until,
    {
      flags: '-o, --out <folder>',
      summary: 'folder of the profile (default: out/, the name of the scenario and -profile)',
    },
    {
      flags: '--samples <number>',
      summary: 'samples along the run, at equal distances of virtual time',
      defaultValue: String(DEFAULT_SAMPLES),
      parse: parseSamples,
    },
    { flags: '--no-cpu', summary: 'no profile of the CPU' },
    { flags: '--no-heap', summary: 'no profile of the heap' },
    OPTION.allowOutside,
    OPTION.format,
    OPTION.quiet,
  ],
  examples: [
    ['blast profile scenario.yml', 'measure and write out/NAME-profile'],
    ['blast profile scenario.yml --out prof', 'then, to look at it in a browser: go tool pprof -http=: prof/cpu.pb'],
    ['blast profile scenario.yml --no-cpu --no-heap', 'samples alone, with the least disturbance'],
  ],
  run: (context, [file = ''], options) => profile(context, file, options),
};

async function profile(context: CommandContext, file: string, options: OptionValues): Promise<number> {
  const { io } = context;
  const meter = await io.meter();
  const quiet = options.quiet === true;
  const watch = { cpu: options.cpu !== false, heap: options.heap !== false };
  await warmUp(context);
  meter.collect();
  const begin = meter.usage();
  await meter.start(watch);
  const seed = options.seed as number | undefined;
  const compiled = await loadScenario(context, file, {
    overrides: paramsOf(options),
    allowOutside: options.allowOutside === true,
    ...(seed === undefined ? {} : { seed }),
  });
  if (compiled === null) return EXIT.invalid;
  const { timeline } = compiled;
  const folder = (options.out as string | undefined) ?? `out/${timeline.name}-profile`;
  refuseOther(context, folder);
  meter.collect();
  const afterCompile = meter.usage();
  const until = options.until as number | undefined;
  const lastUs = Math.min(until ?? timeline.durationUs, timeline.durationUs);
  const everyUs = Math.max(1, Math.ceil(lastUs / (options.samples as number)));
  const sampler = new ProfileSampler(meter, everyUs);
  const result = await play(context, compiled, {
    observers: () => [sampler],
    ...(until === undefined ? {} : { until }),
    quiet,
  });
  const { cpu, heap } = await meter.stop();
  const steps: ProfileSteps = {
    begin,
    compiled: afterCompile,
    built: sampler.built ?? afterCompile,
    ended: sampler.ended ?? meter.usage(),
  };
  const peakRssBytes = Math.max(...sampler.samples.map(({ rssBytes }) => rssBytes), steps.ended.rssBytes);
  const json = profileJson({
    file,
    timeline,
    runDigest: result.runDigest,
    host: io.host,
    steps,
    peakRssBytes,
    events: result.records,
    samples: sampler.samples.length,
  });
  const { cpuPprof, heapPprof, hottest } = await import('../profile/pprof.ts');
  const title = `${timeline.name}: ${network(timeline)}`;
  const texts: readonly (readonly [name: string, text: string | null])[] = [
    [CSV_FILE, samplesCsv(sampler.samples, begin)],
    [CHART_FILE, profileChart(title, sampler.samples)],
    [CPU_FILE, cpu === null ? null : bytesText(cpuPprof(cpu))],
    [HEAP_FILE, heap === null ? null : bytesText(heapPprof(heap))],
    [JSON_FILE, `${JSON.stringify(json, null, 2)}\n`],
  ];
  io.files.makeFolder(folder);
  for (const [name, text] of texts) {
    // A file that this profile did not make would be taken for one of its results.
    if (text === null) io.files.remove(`${folder}/${name}`);
    else writeWhole(io.files, `${folder}/${name}`, text);
  }
  if (options.format === 'json') io.stdout.write(`${JSON.stringify({ folder, ...(json as object) }, null, 2)}\n`);
  else if (!quiet) {
    const style = styleFor(io, io.stdout);
    const lines = summary(timeline, steps, peakRssBytes, style);
    hottest(cpu ?? { nodes: [], samples: [], timeDeltas: [] }, HOTTEST).forEach(({ name, share }, i) => {
      lines.push(row(style, i === 0 ? 'hottest' : '', `${(100 * share).toFixed(1).padStart(4)} % ${name}`));
    });
    lines.push(row(style, 'run', shortDigest(result.runDigest)), row(style, 'results', folder));
    io.stdout.write(`${lines.join('\n')}\n`);
  }
  const style = styleFor(io, io.stderr);
  io.stderr.write(failedExpectations(file, result, style));
  if (result.failure !== null) {
    io.stderr.write(`${style.red('error')}: the run failed: ${result.failure.message}\n`);
  }
  return exitCodeOf(result);
}

/** Loads what every run needs, so that it is not taken for a part of this one. */
async function warmUp(context: CommandContext): Promise<void> {
  const compiled = await context.engine.compile({ text: WARM_UP, file: 'warm-up.yml', readFile: async () => null });
  if (compiled.ok) await play(context, compiled, { quiet: true });
}

/** @throws CliError (usage) for a folder that holds something else */
function refuseOther({ io }: CommandContext, folder: string): void {
  const kind = io.files.kind(folder);
  if (kind === 'none') return;
  const names = kind === 'file' ? [] : io.files.list(folder).filter((name) => !name.endsWith(TEMPORARY));
  if (kind === 'folder' && names.every((name) => FILES.includes(name))) return;
  const why = kind === 'file' ? `${folder} is a file, not a folder` : `${folder} holds other files than a profile's`;
  throw new CliError(EXIT.usage, why, 'name another folder with --out');
}

function summary(timeline: Timeline, steps: ProfileSteps, peak: number, style: ChalkInstance): string[] {
  const nodes = timeline.network.nodes.length;
  const perNode = bytesPerNode(steps, nodes);
  const lines = [`${style.bold(timeline.name)} profiled: ${network(timeline)}`];
  lines.push(
    row(style, '', `${'wall'.padStart(9)}${'CPU'.padStart(9)}${'resident'.padStart(12)}${'in use'.padStart(12)}`),
  );
  const { rssBytes, heapBytes, bufferBytes } = steps.begin;
  const start = `${''.padStart(18)}${mib(rssBytes).padStart(12)}${mib(heapBytes + bufferBytes).padStart(12)}`;
  lines.push(row(style, 'before', start));
  for (const step of stepsOf(steps)) {
    const times = `${wallText(step.wallMs).padStart(9)}${wallText(step.cpuMs).padStart(9)}`;
    const memory = `${mib(step.rssBytes).padStart(12)}${mib(step.heapBytes + step.bufferBytes).padStart(12)}`;
    lines.push(row(style, step.name, times + memory));
  }
  lines.push(row(style, 'peak', `${mib(peak)} resident`));
  lines.push(
    row(style, 'a node', `${bytes(perNode.built)} when built, ${bytes(perNode.ended)} at the end, with its channels`),
  );
  return lines;
}

function row(style: ChalkInstance, name: string, text: string): string {
  return `  ${style.dim(name.padEnd(10))}${text}`;
}

function network({ network: { nodes, channels } }: Timeline): string {
  return `${counted(nodes.length, 'node')}, ${counted(channels.length, 'channel')}`;
}

function mib(value: number): string {
  return `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

function bytes(value: number): string {
  return value >= 10 * 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${groupDigits(Math.max(0, value))} B`;
}

/** Bytes as a text of one character each, which is what files with these names hold. */
function bytesText(all: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < all.length; at += 8192) parts.push(String.fromCharCode(...all.subarray(at, at + 8192)));
  return parts.join('');
}
