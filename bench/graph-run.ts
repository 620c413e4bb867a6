/**
 * Payments between random nodes of a graph in CLoTH's format: a scenario text, the real compiler, the real run. What the
 * machine spends is measured around and inside of it. Prints nothing.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { compileScenario } from '../engine/compile/compile.ts';
import { nativeSha256 } from '../engine/host/native-sha256.ts';
import { MODEL_KINDS, RUN_KINDS } from '../engine/kinds/registry.ts';
import type { RunObserver } from '../engine/run/observers.ts';
import { RecordDigest } from '../engine/run/record-digest.ts';
import { runTimeline } from '../engine/run/runner.ts';
import { ChannelTable } from '../engine/simulate/channels.ts';
import { failureName } from '../engine/simulate/failure.ts';
import { InvariantError } from '../engine/simulate/invariants.ts';
import { blankView, type CommitmentView } from '../engine/simulate/node-model.ts';
import { OUTCOME, OUTCOME_NAMES, RECORD, type RecordSink } from '../engine/simulate/records.ts';
import type { World } from '../engine/simulate/world.ts';
import type { Timeline } from '../engine/timeline/timeline.ts';
import { PathFinder } from '../models/lnd/path-finding.ts';
import { MethodClock, peakRssMib, type Spent, spend } from './measure.ts';

export interface GraphTraffic {
  /** Folder with nodes_ln.csv, channels_ln.csv and edges_ln.csv. */
  readonly folder: string;
  readonly payments: number;
  readonly amountSat: number;
  readonly method: 'keysend' | 'invoice';
  readonly seed: number;
  /** Fee limit, sat; absent: lnd's own. */
  readonly feeLimitSat?: number;
}

/** The scenario: one payment a second between random nodes, a block every ten minutes. */
export function scenarioText(traffic: GraphTraffic): string {
  const feeLimit = traffic.feeLimitSat === undefined ? '' : `    fee_limit: ${traffic.feeLimitSat} sat\n`;
  return `version: 1
name: real-graph
seed: ${traffic.seed}
duration: ${traffic.payments}s
chain: { mining: { every: 10m, blocks: 1 } }
network:
  import: { file: graph, format: cloth, model: lnd }
activity:
  payments:
    source: '*'
    destination: '*'
    start: 0s
    interval: 1s
    count: ${traffic.payments}
    amount: ${traffic.amountSat} sat
    method: ${traffic.method}
${feeLimit}`;
}

export interface CompiledGraph {
  readonly timeline: Timeline;
  readonly digest: string;
  readonly spent: Spent;
}

/** Compiles the scenario. @throws Error with the diagnostics when the graph cannot be read. */
export async function compileGraph(traffic: GraphTraffic): Promise<CompiledGraph> {
  const [compiled, spent] = await spend(() =>
    compileScenario({
      text: scenarioText(traffic),
      file: 'real-graph.yml',
      readFile: (name) => readFile(path.join(traffic.folder, path.basename(name)), 'utf8').catch(() => null),
    }),
  );
  if (!compiled.ok) throw new Error(compiled.diagnostics.map((one) => `${one.code} ${one.message}`).join('\n'));
  return { timeline: compiled.timeline, digest: compiled.timelineDigest, spent };
}

/** A change to the physics that shows what a rule costs; never part of a real run. */
export type Ablation = (world: World) => void;

/** A simulator that is changed once it has been built. */
class ChangedBackend extends SimulatorBackend {
  readonly #change: Ablation;

  constructor(change: Ablation) {
    super({ models: MODEL_KINDS });
    this.#change = change;
  }

  override start(timeline: Timeline, sink: RecordSink): void {
    super.start(timeline, sink);
    this.#change(this.simulation.world);
  }
}

export interface GraphResult {
  readonly payments: number;
  readonly successRate: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Failures of attempts by their code. */
  readonly failures: Readonly<Record<string, number>>;
  readonly attemptsPerPayment: number;
  /** Of successful payments: hops of the first part, parts, seconds to the preimage, fee in ppm of the amount. */
  readonly hops: number;
  readonly parts: number;
  readonly meanSeconds: number;
  readonly feePpm: number;
  readonly records: number;
  readonly events: number;
  /** Times the invariants were checked; a broken one throws. */
  readonly checks: number;
  readonly runDigest: string;
  readonly spent: Spent;
  /** Wall time of parts of the run, ms. `rest` is the physics: events, HTLCs, gossip, and the model outside of searches. */
  readonly share: {
    readonly boot: number;
    readonly paths: number;
    readonly digest: number;
    readonly checks: number;
    readonly rest: number;
  };
  readonly searches: number;
  readonly peakRssMib: number;
}

/** Plays the timeline; every `checkEvery` payments (0: never) and at the end every invariant is checked. */
export async function playGraph(
  compiled: CompiledGraph,
  checkEvery: number,
  change: Ablation = () => {},
): Promise<GraphResult> {
  const backend = new ChangedBackend(change);
  const { timeline } = compiled;
  const sums = { attempts: 0, succeeded: 0, hops: 0, parts: 0, seconds: 0, feeMsat: 0, amountMsat: 0 };
  const outcomes = new Float64Array(OUTCOME_NAMES.length);
  const failures = new Map<string, number>();
  let checks = 0;
  let checkMs = 0;
  const observer: RunObserver = {
    dispatched(row) {
      if (checkEvery === 0 || row % checkEvery !== 0) return;
      const started = performance.now();
      const broken = backend.check();
      checkMs += performance.now() - started;
      checks++;
      if (broken !== null) throw new InvariantError(broken);
    },
    record(code, _timeUs, _a, _b, c) {
      if (code === RECORD.attemptFailed) failures.set(failureName(c), (failures.get(failureName(c)) ?? 0) + 1);
    },
    text() {},
    payment(result) {
      outcomes[result.outcome]!++;
      sums.attempts += result.attempts;
      if (result.outcome !== OUTCOME.Success) return;
      sums.succeeded++;
      sums.hops += result.channels.length;
      sums.parts += result.parts;
      sums.seconds += (result.resolvedUs - result.startedUs) / 1e6;
      sums.feeMsat += result.feeMsat;
      sums.amountMsat += timeline.payments.amountMsat[result.payment] as number;
    },
  };
  const paths = new MethodClock(PathFinder.prototype, 'find');
  const digest = new MethodClock(RecordDigest.prototype, 'record');
  const boot = new MethodClock(ChangedBackend.prototype, 'start');
  try {
    const [result, spent] = await spend(() =>
      runTimeline({
        timeline,
        timelineDigest: compiled.digest,
        backend,
        kinds: RUN_KINDS,
        sha256: nativeSha256,
        observers: [observer],
        clock: { now: () => performance.now(), sleep: () => new Promise((resolve) => setImmediate(resolve)) },
      }),
    );
    if (result.failure !== null) throw result.failure;
    // The run itself checks every invariant once more after its end and fails when one is broken.
    checks++;
    const parts = { boot: boot.ms, paths: paths.ms, digest: digest.ms, checks: checkMs };
    const known = parts.boot + parts.paths + parts.digest + parts.checks;
    const n = timeline.payments.length;
    return {
      payments: n,
      successRate: sums.succeeded / n,
      outcomes: Object.fromEntries(
        OUTCOME_NAMES.flatMap((name, i) => ((outcomes[i] as number) > 0 ? [[name, outcomes[i] as number]] : [])),
      ),
      failures: Object.fromEntries([...failures].sort((a, b) => b[1] - a[1])),
      attemptsPerPayment: sums.attempts / n,
      hops: sums.hops / sums.succeeded,
      parts: sums.parts / sums.succeeded,
      meanSeconds: sums.seconds / sums.succeeded,
      feePpm: (sums.feeMsat / sums.amountMsat) * 1e6,
      records: result.records,
      events: Number(result.backendMetrics.physics_events),
      checks,
      runDigest: result.runDigest ?? '',
      spent,
      share: { ...parts, rest: spent.wallMs - known },
      searches: paths.calls,
      peakRssMib: peakRssMib(),
    };
  } finally {
    paths.release();
    digest.release();
    boot.release();
  }
}

/** What the network could carry at the start, whatever the routes: shares from 0 to 1. */
export interface GraphFacts {
  readonly nodes: number;
  readonly channels: number;
  readonly leaves: number;
  /** Leaves (nodes with one channel) that own nothing beyond what they must keep, and that cannot send the amount. */
  readonly leavesWithoutSpendable: number;
  readonly leavesBelowAmount: number;
  /** Payments whose source has a channel that could send, and whose destination has one that could deliver, the amount. */
  readonly sourcesAble: number;
  readonly destinationsAble: number;
  readonly bothAble: number;
  /** The same by balances alone, without reserve, fees and anchors. */
  readonly bothAbleByBalance: number;
}

/** Facts of the network in its first instant. */
export function graphFacts({ timeline }: CompiledGraph, amountMsat: number): GraphFacts {
  const backend = new SimulatorBackend({ models: MODEL_KINDS });
  backend.start(timeline, { record() {}, text() {}, payment() {} });
  const w = backend.simulation.world;
  const view = blankView();
  const n = w.nodeCount;
  const out = new Float64Array(n);
  const into = new Float64Array(n);
  const rawOut = new Float64Array(n);
  const rawInto = new Float64Array(n);
  for (let edge = 0; edge < 2 * w.channels.count; edge++) {
    const from = w.from(edge);
    const to = w.to(edge);
    w.channels.view(edge, view);
    const spendable = w.modelOf(from).spendable(view);
    const balance = w.channels.balanceMsat[edge] as number;
    out[from] = Math.max(out[from] as number, spendable);
    into[to] = Math.max(into[to] as number, spendable);
    rawOut[from] = Math.max(rawOut[from] as number, balance);
    rawInto[to] = Math.max(rawInto[to] as number, balance);
  }
  const leaves = w.localEdges.flatMap((edges, node) => (edges.length === 1 ? [node] : []));
  const share = (test: (row: number) => boolean): number => {
    let yes = 0;
    for (let row = 0; row < timeline.payments.length; row++) if (test(row)) yes++;
    return yes / timeline.payments.length;
  };
  const able = (column: Int32Array, most: Float64Array, row: number): boolean =>
    (most[column[row] as number] as number) >= amountMsat;
  const { source, destination } = timeline.payments;
  return {
    nodes: n,
    channels: w.channels.count,
    leaves: leaves.length,
    leavesWithoutSpendable: leaves.filter((node) => (out[node] as number) <= 0).length / leaves.length,
    leavesBelowAmount: leaves.filter((node) => (out[node] as number) < amountMsat).length / leaves.length,
    sourcesAble: share((row) => able(source, out, row)),
    destinationsAble: share((row) => able(destination, into, row)),
    bothAble: share((row) => able(source, out, row) && able(destination, into, row)),
    bothAbleByBalance: share((row) => able(source, rawOut, row) && able(destination, rawInto, row)),
  };
}

/** No reserve on either side of any channel. */
export function withoutReserves(world: World): void {
  world.channels.reserveMsat.fill(0);
}

/** HTLCs up to the whole capacity, in one or together. */
export function withoutHtlcLimits(world: World): void {
  const { channels, graph } = world;
  for (let edge = 0; edge < 2 * channels.count; edge++) {
    const capacity = channels.capacityMsat[edge >> 1] as number;
    channels.maxInFlightMsat[edge] = capacity;
    channels.maxHtlcMsat[edge] = capacity;
    graph.maxHtlcMsat[edge] = capacity;
  }
}

/**
 * While `work` runs, no side of a channel pays commitment fee, fee buffer or anchors: models are shown a channel that the
 * other side pays for, and one that can.
 */
export async function withoutCommitmentFees<T>(work: () => Promise<T>): Promise<T> {
  const original = ChannelTable.prototype.view;
  ChannelTable.prototype.view = function (this: ChannelTable, edge: number, view: CommitmentView): void {
    original.call(this, edge, view);
    view.isFunder = false;
    view.remoteMsat = Number.MAX_SAFE_INTEGER;
    view.remoteReserveMsat = 0;
  };
  try {
    return await work();
  } finally {
    ChannelTable.prototype.view = original;
  }
}
