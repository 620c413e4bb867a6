/**
 * Tracing shows how models decide and changes nothing: every scenario has its locked digest with all payments traced. And
 * what is shown is what was computed: the parts of every cost add up to the cost that the path finder compared.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import type { Figures, RoutingTraceSink, TraceStep } from '../engine/simulate/routing-trace.ts';
import { TestRun } from '../engine/simulate/testing/network.ts';
import type { PaymentProfile } from '../engine/timeline/timeline.ts';
import { ROOT } from './testing/command.ts';
import { type Compiled, compileFile, from, play } from './testing/play.ts';
import { scenarioFiles } from './testing/scenarios.ts';

/** Kinds of steps, decisions and lessons that were seen, by model. */
const seen = new Set<string>();

/** Traces everything and checks the arithmetic of every search. */
function checkingTrace({ timeline }: Compiled): RoutingTraceSink {
  const { payments, network } = timeline;
  return {
    wants: () => true,
    step: (payment, _timeUs, step) => {
      const model = network.nodes[payments.source[payment] as number]?.model ?? '';
      note(model, step);
      if (step.step === 'search') CHECKS[model]?.(step);
      // Plain data: what is written is what was reported.
      const written: unknown = JSON.parse(JSON.stringify(step));
      if (!isDeepStrictEqual(written, step)) expect(written).toEqual(step);
    },
  };
}

function note(model: string, step: TraceStep): void {
  seen.add(`${model} ${step.step}`);
  if (step.step === 'search') seen.add(`${model} search ${step.result}`);
  if (step.step === 'decide') seen.add(`${model} decide ${step.decision}`);
  if (step.step === 'learn') for (const { lesson } of step.lessons) seen.add(`${model} learn ${lesson}`);
}

type Search = Extract<TraceStep, { readonly step: 'search' }>;

/** There are millions of numbers, and an assertion takes longer than what it looks at: it is made where it says something. */
function expectSame(a: unknown, b: unknown): void {
  if (!Object.is(a, b)) expect(a).toBe(b);
}

/** To the third decimal. */
function expectClose(a: number, b: number): void {
  if (!(Math.abs(a - b) < 0.0005)) expect(a).toBeCloseTo(b, 3);
}

function expectWithin(value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}

const part = (figures: Figures | undefined, name: string): number => figures?.[name] ?? 0;

const CHECKS: Readonly<Record<string, (search: Search) => void>> = {
  lnd: ({ routes }) => {
    for (const { hops, cost } of routes) {
      if (cost === undefined) continue; // a route that was given
      const first = hops[0]?.cost;
      expectSame(part(first, 'distance_msat'), part(cost, 'distance_msat'));
      expectSame(part(first, 'probability_to_recipient'), part(cost, 'probability'));
      const paid = hops.reduce(
        (sum, { cost: hop }) =>
          sum +
          Math.max(0, part(hop, 'outbound_fee_msat') + part(hop, 'inbound_fee_msat')) +
          part(hop, 'time_lock_msat'),
        0,
      );
      expectSame(paid, part(cost, 'fee_and_time_lock_msat'));
    }
  },
  ldk: ({ candidates }) => {
    for (const { hops, cost } of candidates ?? []) {
      for (const { cost: hop } of hops.slice(1)) {
        const parts = ['liquidity', 'impossible', 'historical', 'anti_probing', 'base', 'base_amount'];
        expectSame(
          parts.reduce((sum, name) => sum + part(hop, `${name}_msat`), 0),
          part(hop, 'penalty_msat'),
        );
      }
      const penalty = hops.reduce((sum, { cost: hop }) => sum + part(hop, 'penalty_msat'), 0);
      const fees = hops.reduce((sum, { fee_msat }) => sum + fee_msat, 0);
      expectSame(penalty, part(cost, 'penalty_msat'));
      expectSame(penalty + fees, part(cost, 'cost_msat'));
    }
  },
  cln: ({ rounds }) => {
    for (const { candidates, figures, changes } of rounds ?? []) {
      for (const { hops, cost } of candidates) {
        const weighed = hops.filter(({ cost: hop }) => hop?.cost !== undefined);
        expectSame(
          weighed.reduce((sum, { cost: hop }) => sum + part(hop, 'cost'), 0),
          part(cost, 'cost'),
        );
        for (const { cost: hop } of weighed) {
          const parts = ['fee_cost', 'probability_cost', 'bias_and_rounding'];
          expectClose(
            parts.reduce((sum, name) => sum + part(hop, name), 0),
            part(hop, 'cost'),
          );
          // Nothing where the fees of the hops behind it are too much for the channel, which refining sees to.
          expectWithin(part(hop, 'probability'), 0, 1);
          expectWithin(part(hop, 'delay_cost'), Number.NEGATIVE_INFINITY, part(hop, 'fee_cost') + 1);
        }
      }
      // What the solver's flow costs is what its parts cost.
      const total = candidates.reduce((sum, { cost }) => sum + part(cost, 'cost'), 0);
      if (figures.flow_cost !== undefined) expectSame(total, figures.flow_cost);
      for (const { change, candidate } of changes) {
        seen.add(`cln change ${change}`);
        expect(candidates[candidate]).toBeDefined();
      }
    }
    for (const { outcome } of rounds ?? []) seen.add(`cln round ${outcome}`);
    const [first] = rounds ?? [];
    if (first !== undefined)
      expectSame(
        rounds?.every(({ amount_msat }) => amount_msat <= first.amount_msat),
        true,
      );
  },
  eclair: ({ candidates }) => {
    for (const { hops, cost, fee_msat } of candidates ?? []) {
      const parts = ['hop_cost_msat', 'risk_msat', 'failure_cost_msat'];
      const virtual = parts.reduce((sum, name) => sum + part(cost, name), 0);
      // Doubles, added in another order than the search adds them.
      expectClose(fee_msat + virtual, part(cost, 'weight_msat'));
      for (const name of parts) {
        const sum = hops.reduce((total, { cost: hop }) => total + part(hop, name), 0);
        expectClose(sum, part(cost, name));
      }
    }
  },
};

describe.each(scenarioFiles().filter((file) => file.startsWith('scenarios/')))('%s', (file) => {
  it('is the same with every payment traced', async () => {
    const compiled = await compileFile(file);
    const backend = createSimulatorBackend({ models: MODEL_KINDS, trace: checkingTrace(compiled) });
    const lock = JSON.parse(readFileSync(path.join(ROOT, file.replace(/yml$/, 'lock.json')), 'utf8'));
    expect((await play(compiled, { backend })).digest).toBe(lock.digests.run);
  }, 240_000);
});

it('traces what goes on from a snapshot, and changes nothing there either', async () => {
  const compiled = await compileFile('scenarios/mixed.yml');
  const whole = await play(compiled, { captures: [{ atUs: 600_000_000, name: 'middle' }] });
  const backend = createSimulatorBackend({ models: MODEL_KINDS, trace: checkingTrace(compiled) });
  expect((await play(compiled, { ...from(whole.snapshots.get('middle')), backend })).digest).toBe(whole.digest);
});

/** Steps of one payment from 0 over 1 to 2, of which the second hop is dear and locks money for long. */
function tracedBy(model: string, profile: Partial<PaymentProfile>, amountMsat: number): readonly TraceStep[] {
  const steps: TraceStep[] = [];
  const trace: RoutingTraceSink = { wants: () => true, step: (_payment, _timeUs, step) => steps.push(step) };
  const dear = { feeBaseMsat: 5000, feeRatePpm: 1000 };
  const network = {
    nodes: [{ model }, { model }, { model }],
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2, policy0: dear },
    ],
    payments: [{ source: 0, destination: 2, amountMsat }],
    profiles: [profile],
  };
  const run = new TestRun(network, true, trace);
  run.simulation.pay(0);
  run.until(100);
  return steps;
}

describe.each(['lnd', 'ldk', 'eclair', 'cln'])('a payment of %s', (model) => {
  it('that finds nothing within its fee limit says that the fee limit was in the way', () => {
    const steps = tracedBy(model, { feeLimitMsat: 5000 }, 10_000_000);
    const search = steps.find(({ step }) => step === 'search');
    expect(search).toMatchObject({
      result: 'none',
      routes: [],
      obstacles: ['fee_limit'],
      limits: { fee_limit_msat: 5000 },
    });
    expect(steps.at(-1)).toMatchObject({ step: 'decide', decision: 'give_up', because: 'RouteNotFound' });
  });

  it('that is more than its sender has says so', () => {
    const steps = tracedBy(model, {}, 600_000_000);
    const search = steps.find(({ step }) => step === 'search') as Search;
    // Eclair knows the balances of channels to the recipient only.
    expect(search.obstacles).toEqual(model === 'eclair' ? [] : ['own_balance']);
  });

  it('that succeeds tells limits, search, route, lessons and the end', () => {
    const steps = tracedBy(model, {}, 10_000_000);
    const kinds = steps.map(({ step }) => step).filter((step, i, all) => step !== all[i - 1]);
    expect(kinds.slice(0, 3)).toEqual(['begin', 'search', 'send']);
    expect(kinds.slice(-2)).toEqual(['learn', 'decide']);
    const send = steps.find(({ step }) => step === 'send') as Extract<TraceStep, { readonly step: 'send' }>;
    expect(send.route).toMatchObject({ delivered_msat: 10_000_000, fee_msat: 15_000 });
    expect(send.route.hops.map(({ edge, amount_msat, fee_msat }) => [edge, amount_msat, fee_msat])).toEqual([
      [0, 10_015_000, 0],
      [2, 10_000_000, 15_000],
    ]);
  });
});

it('has seen every model search, find, fail, learn and decide', () => {
  for (const model of ['lnd', 'ldk', 'eclair', 'cln']) {
    for (const what of [
      'begin',
      'search found',
      'search none',
      'send',
      'learn',
      'decide done',
      'decide give_up',
      'refuse',
    ]) {
      expect(seen).toContain(`${model} ${what}`);
    }
  }
  for (const what of ['lnd decide halve', 'lnd learn policy', 'lnd learn pair_failed', 'ldk decide retry']) {
    expect(seen).toContain(what);
  }
  for (const what of [
    'ldk learn bounds',
    'ldk learn channel_avoided',
    'eclair decide retry',
    'eclair learn channel_ignored',
    'cln decide retry',
    'cln learn at_least',
    'cln learn at_most',
    'cln learn moved',
    'cln learn channel_disabled',
    'cln round taken',
  ]) {
    expect(seen).toContain(what);
  }
});
