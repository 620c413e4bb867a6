/** Cells that branch give what they give from the start, and begin where they can. */
import { describe, expect, it } from 'vitest';
import { createSimulatorBackend } from '../backends/simulator/simulator-backend.ts';
import { compileScenario } from '../compile/compile.ts';
import { MODEL_KINDS, RUN_KINDS } from '../kinds/registry.ts';
import { type Cell, type CellResult, JOB_FORMAT, type SweepJob } from './job.ts';
import { cellRunner } from './run-cell.ts';

const scenario = (from: string): string => `version: 1
duration: 1m
params:
  fee: { type: int, default: 100 }
  amount: { type: amount, default: 10 sat }
nodes: { alice: {}, bob: {}, carol: {} }
chain: { mining: { every: 7s } }
channels:
  alice-bob: { from: alice, to: bob, capacity: 2_000_000 sat }
  bob-carol: { from: bob, to: carol, capacity: 2_000_000 sat, policy: { fee_base: "\${{ params.amount }}" } }
activity:
  steady: { source: alice, destination: carol, interval: { exponential: { mean: 400ms } }, amount: [1 sat, 900 sat] }
  loop: { source: bob, destination: carol, loop: { concurrency: 2, think: 700ms }, amount: 5 sat, method: invoice, hold: 300ms }
events:
  - at: 45s
    set_policy: { channel: bob-carol, node: bob, policy: { fee_rate: "\${{ params.fee }} ppm" } }
behaviours:
  early:
    nodes: bob
    every: 3s
    fee_policy: { by_imbalance: { linear: [3 ppm, 900 ppm], hysteresis: 0, min_change: 0 ppm, min_interval: 0s } }
  refill: { nodes: bob, every: 2s, rebalancer: { below: 1, target: 1, above: 0, amount: 1_000 sat, min_amount: 1 sat } }
  late: { nodes: [alice, bob], start: 46s, every: 2s, fee_policy: { static: { fee_rate: "\${{ params.fee }} ppm" } } }
  flaky: { nodes: carol, start: 50s, churn: { up: 2s, down: "\${{ params.fee }}ms", initially: up } }
snapshots:
  - { at: 40s, name: warm }
expect:
  - { at: 30s, that: payments().count > 20 }
  - payments('steady').fee_msat > 0
sweep:
  matrix: { fee: [1, 100, 9000], amount: [10 sat, 20 sat] }
  seeds: 2
  metrics: { fees: payments().fee_msat, p95: payments().p95_time }
${from}`;

const cells: readonly Cell[] = [1, 2].flatMap((seed) =>
  ['10 sat', '20 sat'].flatMap((amount) =>
    ['1', '100', '9000'].map((fee) => ({
      key: `amount=${amount},fee=${fee}#seed=${seed}`,
      params: { amount, fee },
      seed,
      run_seed: seed,
    })),
  ),
);

/** Results of all cells, and how many of them began with a state. */
async function sweep(from: string, order: readonly Cell[] = cells): Promise<{ results: CellResult[]; begun: number }> {
  const job: SweepJob = {
    format: JOB_FORMAT,
    engine: '0',
    plan: 'p',
    file: 's.yml',
    text: scenario(from),
    files: [],
    allow_outside: false,
    params: {},
    branches: from !== '',
  };
  let begun = 0;
  const run = cellRunner(job, {
    compile: compileScenario,
    createBackend: () => {
      const backend = createSimulatorBackend({ models: MODEL_KINDS, check: true });
      const start = backend.start.bind(backend);
      backend.start = (timeline, sink, state) => {
        if (state !== undefined) begun++;
        start(timeline, sink, state);
      };
      return backend;
    },
    kinds: RUN_KINDS,
    clock: { now: () => 0, sleep: async () => {} },
  });
  const results: CellResult[] = [];
  for (const cell of order) results.push((await run(cell, new AbortController().signal)) as CellResult);
  return { results, begun };
}

describe('cells that branch', () => {
  it('give the same results as those that do not, from a time and from a snapshot', async () => {
    const whole = await sweep('');
    expect(whole.begun).toBe(0);
    expect(new Set(whole.results.map(({ digests }) => digests?.run)).size).toBe(cells.length);
    for (const { failure, expectations } of whole.results) expect([failure, expectations.failed]).toEqual([null, 0]);
    // The amount is part of the network, so each amount has a beginning of its own; the fee changes later.
    const without = (results: readonly CellResult[]): unknown =>
      results.map(({ digests, ...rest }) => ({ ...rest, digests: { ...digests, spec: '' } }));
    for (const from of ['  from: 40s', '  from: warm', '  from: 44999ms', '  from: 0s']) {
      const branched = await sweep(from);
      expect(without(branched.results)).toEqual(without(whole.results));
      expect(branched.begun).toBe(8);
    }
  }, 60_000);

  it('begin anew where they differ before', async () => {
    const late = await sweep('  from: 50s');
    expect(late.begun).toBe(0);
  }, 60_000);

  it('do so in any order', async () => {
    const mixed = [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11].map((i) => cells[i] as Cell);
    const inOrder = await sweep('  from: warm');
    const other = await sweep('  from: warm', mixed);
    const byKey = (results: readonly CellResult[]): CellResult[] =>
      [...results].sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(byKey(other.results)).toEqual(byKey(inOrder.results));
  }, 60_000);
});

it('files are read once for all cells, and give the same', async () => {
  let opened = 0;
  const network = JSON.stringify({
    format: 'blast-network/1',
    nodes: [{ name: 'a' }, { name: 'b' }],
    channels: [{ name: 'ab', from: 'a', to: 'b', capacity_sat: 500_000 }],
  });
  const file = {
    path: 'network.json',
    sha256: '',
    get text(): string {
      opened++;
      return network;
    },
  };
  const text = `version: 1
duration: 20s
params: { n: { type: int, default: 1 } }
network: { import: { file: network.json } }
activity: { a: { source: a, destination: b, interval: 1s, count: "\${{ params.n }}", amount: 1_000 sat } }
sweep: { matrix: { n: [1, 2, 3] } }
`;
  const job: SweepJob = {
    format: JOB_FORMAT,
    engine: '0',
    plan: 'p',
    file: 's.yml',
    text,
    files: [file],
    allow_outside: false,
    params: {},
    branches: false,
  };
  const compiled: number[] = [];
  const run = cellRunner(job, {
    compile: async (input) => {
      const { parsed: _, ...plain } = input;
      const [cached, fresh] = [await compileScenario(input), await compileScenario(plain)];
      if (!cached.ok || !fresh.ok) throw new Error('not valid');
      expect(cached.timelineDigest).toBe(fresh.timelineDigest);
      compiled.push(cached.timeline.payments.length);
      return cached;
    },
    createBackend: () => createSimulatorBackend({ models: MODEL_KINDS }),
    kinds: RUN_KINDS,
    clock: { now: () => 0, sleep: async () => {} },
  });
  for (const n of ['1', '2', '3']) {
    const result = await run({ key: n, params: { n }, seed: 1, run_seed: 1 }, new AbortController().signal);
    expect(result?.failure).toBeNull();
  }
  expect(compiled).toEqual([1, 2, 3]);
  expect(opened).toBe(1);
});
