/** The law of snapshots over random scenarios: every kind of activity and event, cut at random instants, again and again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { isJournal } from '../engine/snapshot/document.ts';
import { ROOT } from './testing/command.ts';
import { compileText, expectSame, from, play } from './testing/play.ts';

const NODES = 6;
const SECONDS = 60;

const seconds = fc.integer({ min: 0, max: SECONDS * 1000 }).map((ms) => `${ms}ms`);
const node = fc.nat(NODES - 1).map((n) => `n-${n}`);
const two = fc
  .tuple(fc.nat(NODES - 1), fc.integer({ min: 1, max: NODES - 1 }))
  .map(([a, step]) => [`n-${a}`, `n-${(a + step) % NODES}`] as const);
const amount = fc.oneof(
  fc.integer({ min: 1, max: 90_000 }).map((sat) => `${sat} sat`),
  fc
    .tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 500, max: 60_000 }))
    .map(([a, b]) => [`${a} sat`, `${b} sat`]),
);
const how = fc.oneof(
  fc.constant({}),
  fc.record({ method: fc.constant('invoice'), hold: fc.constantFrom('0s', '700ms', '9s') }),
  fc.record({ method: fc.constant('invoice'), max_parts: fc.integer({ min: 1, max: 4 }) }),
);
const reaction = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ on_failure: { stop_after: 2 } }) },
  { weight: 1, arbitrary: fc.constant({ on_failure: { back_off: { first: '1s', factor: 2, max: '8s' } } }) },
);

const activity = fc.oneof(
  fc
    .tuple(two, amount, how, reaction, fc.integer({ min: 50, max: 4000 }))
    .map(([[source, destination], a, h, r, ms]) => ({
      source,
      destination,
      interval: `${ms}ms`,
      amount: a,
      ...h,
      ...r,
    })),
  fc
    .tuple(two, amount, how, reaction, fc.integer({ min: 1, max: 4 }))
    .map(([[source, destination], a, h, r, concurrency]) => ({
      source,
      destination,
      loop: { concurrency, think: ['0s', '900ms'] },
      amount: a,
      ...h,
      ...r,
    })),
  amount.map((a) => ({ source: '*', destination: '*', rate: '40/min', arrival: 'poisson', amount: a })),
  fc
    .record({
      attacker: fc.nat(NODES - 1),
      htlcs: fc.integer({ min: 1, max: 6 }),
      more: fc.constantFrom(
        {},
        { hold: '3s' },
        { hold: '40s' },
        { speed: 'fast' },
        { mode: 'liquidity', hold: '9s', amount: '3_000 sat' },
      ),
      by: fc.constantFrom('capacity', 'degree', 'betweenness'),
    })
    .map(({ attacker, htlcs, more, by }) => ({
      source: `n-${attacker}`,
      destination: `n-${(attacker + 3) % NODES}`,
      jam: { targets: { top: 2, by }, htlcs, retry: '2s', ...more },
    })),
);

const defence = fc.constantFrom<object>(
  {},
  {},
  { defence: { circuit_breaker: { max_pending: 2, mode: 'queue' } } },
  { defence: { circuit_breaker: { max_hourly_rate: 600, burst: 2, mode: 'queue' }, reputation: {} } },
  { defence: { reputation: { revenue_window_s: 30, general_percent: 10 } } },
);

const schedule = fc.oneof(
  { weight: 6, arbitrary: seconds.map((at) => ({ at })) },
  { weight: 1, arbitrary: fc.constantFrom('7s', '13s').map((every) => ({ every })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('payments().failed > 5', 'chain.height % 3 == 0', "node('n-1').forwards > 2.0")
      .map((when) => ({ when, once: false })),
  },
);

const happening = fc.oneof(
  node.map((n) => ({ stop_node: n })),
  node.map((n) => ({ start_node: n })),
  node.map((n) => ({ crash_node: n })),
  fc.integer({ min: 1, max: 50 }).map((blocks) => ({ mine: { blocks } })),
  fc
    .record({ depth: fc.integer({ min: 1, max: 9 }), blocks: fc.nat(10), empty: fc.boolean() })
    .map((reorg) => ({ reorg })),
  fc.tuple(fc.nat(NODES - 1), fc.boolean()).map(([c, force]) => ({ close_channel: { channel: `c-${c}`, force } })),
  fc
    .tuple(fc.nat(NODES - 1), two)
    .map(([c, [from_, to]]) => ({ open_channel: { channel: `c-${c}`, from: from_, to, capacity: '300_000 sat' } })),
  fc
    .tuple(fc.nat(NODES - 1), fc.nat(3000))
    .map(([c, ppm]) => ({ set_policy: { channel: `c-${c}`, policy: { fee_rate: `${ppm} ppm` } } })),
  fc.nat(NODES - 1).map((c) => ({ set_latency: { channel: `c-${c}`, latency: '90ms' } })),
  two.map(([a, b]) => ({ disconnect_peer: { a, b } })),
  two.map(([a, b]) => ({ connect_peer: { a, b } })),
  fc.constant({ partition: { groups: [['n-0', 'n-1'], 'n-3'] } }),
  fc.constant({ heal: {} }),
  fc.tuple(two, amount).map(([[source, destination]]) => ({ pay: { source, destination, amount: '7_000 sat' } })),
  fc.constantFrom('1 sat/vB', '9 sat/vB').map((feerate) => ({ set_feerate: { feerate } })),
  fc.constantFrom('3 vMB', '90 vMB').map((backlog) => ({
    congest_mempool: { backlog, feerate: ['2 sat/vB', '80 sat/vB'], inflow: '700 kvB', blocks: 9 },
  })),
  node.map((n) => ({ fund: { node: n, amount: '1_000_000 sat' } })),
);

const feeRule = fc.oneof(
  fc.nat(900).map((ppm) => ({ static: { fee_rate: `${ppm} ppm` } })),
  fc.constantFrom(
    { by_imbalance: { linear: ['5 ppm', '900 ppm'], hysteresis: 0.01, min_interval: '3s' } },
    { by_imbalance: { exponential: { middle: '90 ppm' }, min_change: '0 ppm', min_interval: '0s' } },
    { track_competitors: { compare: 'lowest', undercut: '1 ppm', min_interval: '2s', min_change: '0 ppm' } },
    { track_competitors: { min_interval: '0s' } },
  ),
);
const behaviour = fc.oneof(
  fc.tuple(node, feeRule, fc.constantFrom('1s', '2500ms', '7s')).map(([n, rule, every]) => ({
    nodes: [n, 'n-0'],
    every,
    fee_policy: rule,
  })),
  fc
    .tuple(node, fc.constantFrom('1s', '3s', '4100ms'), fc.constantFrom({}, { start: '11s', duration: '30s' }))
    .map(([n, every, window]) => ({
      nodes: ['n-2', n],
      every,
      ...window,
      rebalancer: {
        ...{
          below: 0.45,
          target: 0.6,
          above: 0.5,
          amount: '40_000 sat',
          max_fee_rate: '9_000 ppm',
          budget: '5_000 sat',
        },
        back_off: { first: '2s', factor: 2, max: '9s' },
      },
    })),
  fc.tuple(fc.nat(NODES - 1), fc.constantFrom('300ms', '1s')).map(([n, every]) => ({
    nodes: `n-${n}`,
    every,
    probing: { targets: [`c-${(n + 1) % NODES}`, `c-${(n + 2) % NODES}`], precision: '500 sat' },
  })),
  fc.tuple(node, fc.constantFrom(0, 0.5, 1)).map(([n, crash_share]) => ({
    nodes: n,
    churn: { up: { exponential: { mean: '20s' } }, down: ['500ms', '6s'], crash_share },
  })),
);

const scenario = fc
  .record({
    activities: fc.array(activity, { minLength: 1, maxLength: 4 }),
    events: fc.array(fc.tuple(schedule, happening), { maxLength: 14 }),
    behaviours: fc.array(behaviour, { maxLength: 3 }),
    balances: fc.array(fc.integer({ min: 9_000, max: 880_000 }), { minLength: NODES, maxLength: NODES }),
    model: fc.constantFrom(...MODEL_KINDS.map(({ name }) => name)),
    options: defence,
    seed: fc.nat(1000),
  })
  .map(({ activities, events, behaviours, balances, model, options, seed }) => ({
    version: 1,
    name: 'random',
    seed,
    duration: `${SECONDS}s`,
    latency: { link: ['5ms', '200ms'], gossip: '2s' },
    chain: { mining: { every: '9s' } },
    nodes: { n: { count: NODES, model, options, wallet: '5_000_000 sat' } },
    channels: Object.fromEntries(
      balances.map((push, c) => [
        `c-${c}`,
        { from: `n-${c}`, to: `n-${(c + 1) % NODES}`, capacity: '900_000 sat', push: `${push} sat` },
      ]),
    ),
    activity: Object.fromEntries(activities.map((one, i) => [`a${i}`, one])),
    events: events.map(([when, what]) => ({ ...when, ...what })),
    behaviours: Object.fromEntries(behaviours.map((one, i) => [`b${i}`, one])),
    expect: [{ at: '30s', that: 'payments().count >= 0' }, 'true'],
  }));

describe('random scenarios', () => {
  // A run compiles a scenario and plays it several times, with its state as text in between.
  const runs = Math.max(134, Math.ceil(Number(process.env.BLAST_PROPERTY_RUNS ?? 400) / 15));
  const underWay = {
    htlcs: 0,
    payments: 0,
    due: 0,
    quiet: 0,
    mempool: 0,
    strangers: 0,
    stopped: 0,
    agents: 0,
    paying: 0,
    unheard: 0,
  };

  /** What goes on from a file, whose state is looked at. */
  function begin(text: string | undefined): ReturnType<typeof from> {
    const started = from(text);
    const { state, run } = started.document;
    if (isJournal(state)) throw new Error('a state of the simulator is wanted');
    underWay.htlcs += state.htlcs.length;
    underWay.payments += state.payments.length;
    underWay.mempool += state.chain.mempool.length;
    underWay.strangers += state.chain.backlog?.bands.length ?? 0;
    underWay.stopped += state.nodes.filter(({ running }) => running === false).length;
    underWay.due += run?.loops.reduce((sum, { due }) => sum + due.length, 0) ?? 0;
    underWay.quiet += run?.reactions.length ?? 0;
    const agents = run?.behaviours?.flatMap((one) => one.agents) ?? [];
    underWay.agents += agents.filter(({ memory }) => memory !== null).length;
    underWay.paying += agents.filter(({ in_flight }) => in_flight.length > 0).length;
    underWay.unheard += agents.filter(({ ended }) => ended.length > 0).length;
    return started;
  }

  it(
    'go on from any instant to the same end',
    async () => {
      const cuts = fc.array(fc.integer({ min: 0, max: SECONDS * 1_000_000 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(scenario, cuts, async (spec, at) => {
          const compiled = await compileText(stringify(spec), 'random.yml', ROOT);
          const whole = await play(compiled);
          let text: string | undefined;
          for (const atUs of [...at].sort((a, b) => a - b)) {
            const start = text === undefined ? {} : begin(text);
            text = (await play(compiled, { ...start, captures: [{ atUs, name: 'cut' }] })).snapshots.get('cut') ?? text;
          }
          expectSame(await play(compiled, begin(text)), whole);
        }),
        { numRuns: runs },
      );
    },
    300_000 + 3000 * runs,
  );

  it('were cut with something of every kind under way', () => {
    for (const [what, n] of Object.entries(underWay)) expect(n, what).toBeGreaterThan(0);
  });
});
