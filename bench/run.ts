/**
 * Benchmarks of the engine: `npm run bench -- [FOLDER] [--repeats N] [--only NAME] [--json]`.
 *
 * FOLDER (or BLAST_LN_GRAPH) holds a network in CLoTH's format; without it the real graph is left out. Where two things
 * are compared they run in turns, each first every other time, and the ratio is that of each turn: a slow minute of the
 * machine hits both. All times are CPU time of the whole process, which depends less on what else the machine does than
 * wall time. Everything but the real graph runs once before it is measured.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { RandomStream } from '../engine/base/random.ts';
import { type CompileResult, compileScenario } from '../engine/compile/compile.ts';
import { MODEL_KINDS, RUN_KINDS } from '../engine/kinds/registry.ts';
import { type RunResult, runTimeline } from '../engine/run/runner.ts';
import { EventQueue } from '../engine/simulate/event-queue.ts';
import { RouteBuffer } from '../engine/simulate/node-model.ts';
import { finalPayloadBytes } from '../models/lnd/onion-size.ts';
import { DEFAULT_SETTINGS } from '../models/lnd/options.ts';
import { PathFinder } from '../models/lnd/path-finding.ts';
import { PathQuery } from '../models/lnd/path-query.ts';
import { AprioriEstimator } from '../models/lnd/probability-apriori.ts';
import { type FakeChannel, FakeHost } from '../models/lnd/testing/fake-host.ts';
import { textbookSearch } from '../models/lnd/testing/textbook-path-finding.ts';
import { compileGraph, playGraph } from './graph-run.ts';
import { digits, machineFacts, machineLine, median, spend } from './measure.ts';
import { measureSnapshots } from './snapshots.ts';
import { measureTimelines } from './timeline.ts';

/** One line of the report: the median of the repeats, or of the ratios of paired repeats. */
interface Figure {
  readonly suite: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
}

interface Settings {
  readonly repeats: number;
  readonly graph: string | undefined;
}

/** A suite reports figures as it goes. */
type Suite = (
  settings: Settings,
  report: (name: string, unit: string, values: readonly number[]) => void,
) => Promise<void>;

type Compiled = Extract<CompileResult, { ok: true }>;

const SCENARIOS: readonly string[] = ['blast-phase2/test2', 'outage', 'two-hundred-nodes'];

function scenario(name: string): string {
  // dist/bench/run.js stands two folders below the root.
  return readFileSync(new URL(`../../scenarios/${name}.yml`, import.meta.url), 'utf8');
}

async function compile(name: string): Promise<Compiled> {
  const compiled = await compileScenario({ text: scenario(name), file: `${name}.yml`, readFile: async () => null });
  if (!compiled.ok) throw new Error(`${name}.yml is not valid`);
  return compiled;
}

function play(compiled: Compiled, check: boolean): Promise<RunResult> {
  return runTimeline({
    timeline: compiled.timeline,
    timelineDigest: compiled.timelineDigest,
    backend: createSimulatorBackend({ models: MODEL_KINDS, check }),
    kinds: RUN_KINDS,
    clock: { now: () => performance.now(), sleep: () => new Promise((resolve) => setImmediate(resolve)) },
  });
}

/** Pops the first event and pushes one later, with so many pending all the time. */
const queue: Suite = async ({ repeats }, report) => {
  const turns = 500_000;
  for (const pending of [1_000, 100_000]) {
    const values: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const random = RandomStream.named(repeat, 'bench', 'queue', String(pending));
      const delays = Float64Array.from({ length: 4096 }, () => random.integer(1, 1_000_000));
      const q = new EventQueue();
      for (let i = 0; i < pending; i++) q.push(random.integer(1, 1_000_000), 0, i, 0);
      const [, { cpuMs }] = await spend(() => {
        for (let i = 0; i < turns; i++) {
          q.pop();
          q.push(q.time + (delays[i & 4095] as number), q.kind, q.a, q.b);
        }
      });
      values.push((1e6 * cpuMs) / turns);
    }
    report(`pop and push, ${pending} pending`, 'ns', values);
  }
};

const compiling: Suite = async ({ repeats }, report) => {
  const values: number[] = [];
  await compile('two-hundred-nodes');
  for (let repeat = 0; repeat < repeats; repeat++) {
    values.push((await spend(() => compile('two-hundred-nodes')))[1].cpuMs);
  }
  report('two-hundred-nodes', 'ms', values);
};

const running: Suite = async ({ repeats }, report) => {
  for (const name of SCENARIOS) {
    const compiled = await compile(name);
    const [once, warm] = await spend(() => play(compiled, false));
    const checkedOnce = await play(compiled, true);
    if (once.runDigest !== checkedOnce.runDigest) throw new Error(`${name}: checking changes the run`);
    // A short run is played several times, so that a measurement takes a fifth of a second or more.
    const times = Math.ceil(200 / warm.cpuMs);
    const several = async (check: boolean): Promise<void> => {
      for (let i = 0; i < times; i++) await play(compiled, check);
    };
    const rates: number[] = [];
    const speeds: number[] = [];
    const ratios: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const odd = repeat % 2 === 1;
      const [, first] = await spend(() => several(odd));
      const [, second] = await spend(() => several(!odd));
      const plain = odd ? second : first;
      const checked = odd ? first : second;
      rates.push((times * Number(once.backendMetrics.physics_events)) / (plain.cpuMs / 1000));
      speeds.push((times * once.drainedUs) / 1000 / plain.cpuMs);
      ratios.push(checked.cpuMs / plain.cpuMs);
    }
    report(name, 'events/s', rates);
    report(`${name}, virtual time by time`, 'x', speeds);
    report(`${name}, with --check by without`, 'x', ratios);
  }
};

/** A network in which a few nodes have most of the channels. */
function network(nodes: number, seed: number): FakeChannel[] {
  const random = RandomStream.named(seed, 'bench', 'network', String(nodes));
  const ends: number[] = [0, 1];
  const channels: FakeChannel[] = [];
  for (let node = 1; node < nodes; node++) {
    for (let i = 0; i < Math.min(node, 4); i++) {
      const peer = node === 1 ? 0 : (ends[random.integer(0, ends.length - 1)] as number);
      if (peer === node) continue;
      const policy = () => ({ base: random.integer(0, 2000), ppm: random.integer(0, 1000), delta: 40 });
      const capacitySat = random.integer(100_000, 10_000_000);
      channels.push({ a: node, b: peer, capacitySat, balanceMsat: capacitySat * 500, ab: policy(), ba: policy() });
      ends.push(node, peer);
    }
  }
  return channels;
}

function pathQuery(source: number, destination: number): PathQuery {
  const query = new PathQuery();
  query.source = source;
  query.destination = destination;
  query.amountMsat = 10_000_000;
  query.feeLimitMsat = 500_000;
  query.finalExpiry = 1083;
  query.expiryLimit = 3016;
  query.finalPayloadBytes = finalPayloadBytes(query.amountMsat, query.finalExpiry, 'keysend');
  query.attemptCostMsat = 110_000;
  query.minProbability = 0.01;
  query.estimator = new AprioriEstimator(DEFAULT_SETTINGS.apriori);
  return query;
}

const paths: Suite = async ({ repeats }, report) => {
  for (const nodes of [200, 10_000]) {
    const host = new FakeHost(nodes, network(nodes, 1));
    const random = RandomStream.named(1, 'bench', 'paths', String(nodes));
    const queries = Array.from({ length: 20 }, () =>
      pathQuery(random.integer(0, nodes - 1), random.integer(0, nodes - 1)),
    ).filter(({ source, destination }) => source !== destination);
    const finder = new PathFinder(host);
    const route = new RouteBuffer();
    const ours: number[] = [];
    const ratios: number[] = [];
    const rounds = 50;
    for (const query of queries) finder.find(query, route);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [, { cpuMs }] = await spend(() => {
        for (let i = 0; i < rounds; i++) for (const query of queries) finder.find(query, route);
      });
      ours.push((1000 * cpuMs) / (rounds * queries.length));
      if (nodes > 1000) continue;
      const [, { cpuMs: textbookMs }] = await spend(() => {
        for (const query of queries) textbookSearch(host, query, DEFAULT_SETTINGS);
      });
      ratios.push((textbookMs * rounds) / cpuMs);
    }
    report(`search, ${nodes} nodes, ${host.graph.channels.length} channels`, 'us', ours);
    if (ratios.length > 0) report(`the tests' textbook search by ours, ${nodes} nodes`, 'x', ratios);
  }
};

const realGraph: Suite = async ({ graph, repeats }, report) => {
  if (graph === undefined) return;
  for (const amountSat of [100, 100_000]) {
    const compiled = await compileGraph({ folder: graph, payments: 1000, amountSat, method: 'keysend', seed: 1 });
    const rates: number[] = [];
    const cpu: number[] = [];
    for (let repeat = 0; repeat < Math.min(repeats, 3); repeat++) {
      const { payments, spent } = await playGraph(compiled, 0);
      rates.push(payments / (spent.cpuMs / 1000));
      cpu.push(spent.cpuMs / payments);
    }
    report(`1000 keysends of ${amountSat} sat`, 'payments/s', rates);
    report(`1000 keysends of ${amountSat} sat`, 'ms a payment', cpu);
  }
};

/** The state after 5,000 payments on the real graph, or else after a day on 1,000 generated nodes. Wall times. */
const snapshots: Suite = async ({ graph, repeats }, report) => {
  if (graph === undefined) {
    await measureSnapshots(await compile('mainnet-like'), repeats, report);
    return;
  }
  const traffic = { folder: graph, payments: 5000, amountSat: 100, method: 'keysend', seed: 1 } as const;
  const { timeline, digest } = await compileGraph(traffic);
  await measureSnapshots({ timeline, timelineDigest: digest }, repeats, report);
};

const SUITES: ReadonlyMap<string, Suite> = new Map([
  ['queue', queue],
  ['compile', compiling],
  ['timeline', ({ repeats }, report) => measureTimelines(repeats, report)],
  ['run', running],
  ['paths', paths],
  ['real-graph', realGraph],
  ['snapshots', snapshots],
]);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repeats: { type: 'string', default: '7' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const repeats = Number(values.repeats);
  const { only } = values;
  if (!Number.isSafeInteger(repeats) || repeats < 1 || (only !== undefined && !SUITES.has(only))) {
    process.stderr.write(`usage: npm run bench -- [FOLDER] [--repeats N] [--only NAME] [--json]\n`);
    process.stderr.write(`names: ${[...SUITES.keys()].join(', ')}\n`);
    return 2;
  }
  const machine = machineFacts();
  const figures: Figure[] = [];
  const line = (figure: Figure): string =>
    `${figure.suite.padEnd(11)}${figure.name.padEnd(48)}${amount(figure.value).padStart(10)} ${figure.unit.padEnd(17)}${amount(figure.least)} to ${amount(figure.most)}\n`;
  if (!values.json) process.stdout.write(`${machineLine(machine)}; CPU time, median and range of ${repeats}\n`);
  for (const [suite, work] of SUITES) {
    if (only !== undefined && suite !== only) continue;
    await work({ repeats, graph: positionals[0] ?? process.env.BLAST_LN_GRAPH }, (name, unit, all) => {
      const figure = { suite, name, unit, value: median(all), least: Math.min(...all), most: Math.max(...all) };
      figures.push(figure);
      if (!values.json) process.stdout.write(line(figure));
    });
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, repeats, figures }, null, 2)}\n`);
  return 0;
}

/** Three digits that count. */
function amount(value: number): string {
  return value >= 100 ? digits(value, 0) : value >= 10 ? digits(value, 1) : digits(value, 2);
}

process.exitCode = await main();
