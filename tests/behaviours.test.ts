/** Behaviours on the simulator, under all invariants: what agents see, what their acts lead to, and what is told of them. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { compileScenario } from '../engine/compile/compile.ts';
import { MODEL_KINDS, RUN_KINDS } from '../engine/kinds/registry.ts';
import { type RunResult, runTimeline } from '../engine/run/runner.ts';
import { RECORD } from '../engine/simulate/records.ts';
import { ROOT } from './testing/command.ts';
import { type Compiled, compileText, from, play } from './testing/play.ts';

/** Two ways from alice to dora: by bob and by carol. */
const TWO_WAYS = {
  version: 1,
  name: 'two-ways',
  duration: '10m',
  latency: { gossip: '10s' },
  defaults: {
    channel: { capacity: '5_000_000 sat', push: '2_500_000 sat', policy: { fee_base: '0 msat', fee_rate: '100 ppm' } },
  },
  nodes: { alice: {}, bob: {}, carol: {}, dora: {} },
  channels: {
    'alice-bob': { from: 'alice', to: 'bob' },
    'alice-carol': { from: 'alice', to: 'carol' },
    'bob-dora': { from: 'bob', to: 'dora' },
    'carol-dora': { from: 'carol', to: 'dora' },
  },
  activity: { pays: { source: 'alice', destination: 'dora', interval: '5s', amount: '1_000 sat' } },
};

const compile = (scenario: object): Promise<Compiled> => compileText(stringify(scenario), 'test.yml', ROOT);

interface Changed {
  readonly atS: number;
  readonly edge: number;
  readonly ppm: number;
}

/** Plays with every invariant checked after every event; also the changes of policies. */
async function run(scenario: object): Promise<{ readonly result: RunResult; readonly policies: readonly Changed[] }> {
  const { timeline, timelineDigest } = await compile(scenario);
  const policies: Changed[] = [];
  const result = await runTimeline({
    timeline,
    timelineDigest,
    backend: createSimulatorBackend({ models: MODEL_KINDS, check: true }),
    kinds: RUN_KINDS,
    clock: { now: () => 0, sleep: async () => {} },
    observers: [
      {
        record: (code, timeUs, edge, _, ppm) => {
          if (code === RECORD.policy) policies.push({ atS: timeUs / 1_000_000, edge, ppm });
        },
        payment: () => {},
        text: () => {},
      },
    ],
  });
  expect(result.failure).toBeNull();
  return { result, policies };
}

describe('fee_policy', () => {
  it('moves traffic to whoever is cheaper, as soon as gossip has told', async () => {
    const cheap = { nodes: 'carol', start: '5m', fee_policy: { static: { fee_rate: '10 ppm' } } };
    const dear = { nodes: 'carol', start: '0s', duration: '1m', fee_policy: { static: { fee_rate: '9_000 ppm' } } };
    const middle = { nodes: 'bob', start: '0s', fee_policy: { static: { fee_rate: '4_000 ppm' } } };
    const activity = {
      pays: { source: 'alice', destination: 'dora', start: '20s', interval: '30s', amount: '100_000 sat' },
    };
    const { result } = await run({ ...TWO_WAYS, activity, behaviours: { cheap, dear, middle } });
    const [carol, , bob] = result.behaviours.flatMap(({ nodes }) => nodes);
    // From 20 s to 4 min 50 s by bob; from 5 min 20 s on, when gossip has told of it, by carol.
    expect([bob?.forwards, carol?.forwards]).toEqual([10, 10]);
    expect([bob?.feesEarnedMsat, carol?.feesEarnedMsat]).toEqual([10 * 400_000, 10 * 1_000]);
    expect(carol?.figures.get('policy_changes')).toBe(2);
  });

  it('sees of competitors what gossip has told, and no more', async () => {
    const undercut = {
      compare: 'lowest',
      undercut: '1 ppm',
      min_change: '0 ppm',
      min_interval: '0s',
      fee_base: '0 msat',
    };
    const { policies } = await run({
      ...TWO_WAYS,
      events: [{ at: '55s', set_policy: { channel: 'bob-dora', node: 'bob', policy: { fee_rate: '60 ppm' } } }],
      behaviours: {
        c: { nodes: 'carol', channels: 'carol-dora', every: '1m', fee_policy: { track_competitors: undercut } },
      },
    });
    const carol = policies.filter(({ edge }) => edge === 6);
    // At one minute the change of five seconds ago is on its way.
    expect(carol.map(({ atS, ppm }) => [atS, ppm])).toEqual([
      [60, 99],
      [120, 59],
    ]);
  });

  it('goes down in steps when two undercut each other, to the floor', async () => {
    const rule = { compare: 'lowest', undercut: '20 ppm', floor: '15 ppm', min_interval: '0s' };
    const { policies } = await run({
      ...TWO_WAYS,
      behaviours: {
        b: { nodes: 'bob', channels: 'bob-dora', every: '1m', fee_policy: { track_competitors: rule } },
        c: {
          nodes: 'carol',
          channels: 'carol-dora',
          start: '30s',
          every: '1m',
          fee_policy: { track_competitors: rule },
        },
      },
    });
    expect(policies.map(({ ppm }) => ppm)).toEqual([80, 60, 40, 20, 15]);
  });
});

describe('rebalancer', () => {
  const RING = {
    ...TWO_WAYS,
    channels: {
      'hub-a': { from: 'bob', to: 'alice', push: '4_800_000 sat' },
      'hub-d': { from: 'bob', to: 'dora', push: '200_000 sat' },
      far: { from: 'dora', to: 'alice' },
    },
    activity: {},
  };

  it('moves what it ordered, at most at its price, and tells of it', async () => {
    const behaviours = {
      refill: { nodes: 'bob', every: '1m', rebalancer: { amount: '1_000_000 sat', max_fee_rate: '150 ppm' } },
    };
    const { result } = await run({ ...RING, behaviours });
    const [refill] = result.behaviours;
    // 200,000 sat of 5,000,000: two payments of a million, and then it is above 0.25. Dora takes 100 ppm, Alice what lnd
    // takes unless told: 1 sat and 1 ppm.
    expect(refill?.payments).toMatchObject({ count: 2, succeeded: 2, amountMsat: 2_000_000_000, feeMsat: 2 * 102_000 });
    expect(result.book.stats('refill')?.count).toBe(2);
  });

  it.each(['ldk', 'eclair'])('finds the way itself for nodes that cannot: %s', async (model) => {
    const behaviours = {
      refill: { nodes: 'bob', every: '1m', rebalancer: { amount: '500_000 sat', max_fee_rate: '2_000 ppm' } },
    };
    const nodes = { ...RING.nodes, bob: { model } };
    const { result } = await run({ ...RING, nodes, behaviours });
    const [refill] = result.behaviours;
    // Dora takes 100 ppm, Alice 1 sat and 1 ppm.
    expect(refill?.payments).toMatchObject({ count: 3, succeeded: 3, amountMsat: 1_500_000_000, feeMsat: 3 * 51_500 });
  });

  it('hears at once of a payment that nobody can make, and leaves the pair alone', async () => {
    const rule = { max_fee_rate: '5 ppm', back_off: { first: '150s', factor: 2, max: '1h' } };
    const { result } = await run({ ...RING, behaviours: { refill: { nodes: 'bob', every: '1m', rebalancer: rule } } });
    // At 1, 4 and 9 minutes: 1 min + 150 s, 4 min + 300 s.
    expect(result.book.stats('refill')).toMatchObject({ count: 3, succeeded: 0 });
  });

  it('leaves its payment to go on where another scenario begins in its state', async () => {
    const hold = { stop: [{ at: '61s', stop_node: 'dora' }] };
    const first = await compile({
      ...RING,
      events: hold.stop,
      behaviours: { refill: { nodes: 'bob', every: '1m', duration: '61s', rebalancer: { amount: '1_000_000 sat' } } },
      latency: { link: '2s', gossip: '10s' },
    });
    const { snapshots } = await play(first, { captures: [{ atUs: 61_500_000, name: 'cut' }] });
    const { state, run: kept } = from(snapshots.get('cut')).document;
    expect(state.payments).toMatchObject([
      { activity: 'refill', source: 'bob', destination: 'bob', amount_msat: 1_000_000_000 },
    ]);
    expect(kept?.behaviours?.[0]?.agents[0]).toMatchObject({ node: 'bob', paid: 1, in_flight: [{ number: 0 }] });
    const second = await compileWith(snapshots.get('cut') ?? '');
    const played = await play(second);
    expect(played.report.behaviours).toMatchObject([
      { name: 'refill', payments: { count: 0 } },
      { name: 'watched', nodes: [{ name: 'dora', downs: 0, downUs: 60_000_000 }] },
    ]);
  });

  /** The second scenario, which begins in a state that lies beside it. */
  async function compileWith(text: string): Promise<Compiled> {
    const compiled = await compileScenario({
      text: stringify({
        ...{ version: 1, duration: '5m', network: { snapshot: 'cut.snap.json' } },
        events: [{ at: '1m', start_node: 'dora' }],
        behaviours: {
          refill: { nodes: 'bob', start: '6m', rebalancer: {} },
          watched: { nodes: 'dora', churn: { up: '1d', down: '1s', initially: 'up' } },
        },
      }),
      file: 'second.yml',
      readFile: async () => text,
    });
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
    return compiled;
  }
});

describe('churn', () => {
  it('takes nodes down and brings them back, and says for how long', async () => {
    const churn = { up: '2m', down: '30s', initially: 'up' };
    const { result } = await run({ ...TWO_WAYS, behaviours: { flaky: { nodes: ['bob', 'carol'], churn } } });
    // Down from 2:00, 4:30 and 7:00 for 30 s each, and from 9:30 to the end.
    expect(result.behaviours).toMatchObject([
      {
        name: 'flaky',
        payments: null,
        nodes: [
          { name: 'bob', downs: 4, downUs: 120_000_000 },
          { name: 'carol', downs: 4, downUs: 120_000_000 },
        ],
      },
    ]);
    const pays = result.book.stats('pays');
    expect(pays?.failed).toBeGreaterThanOrEqual(20);
    expect(pays?.succeeded).toBeGreaterThanOrEqual(90);
  });
});
