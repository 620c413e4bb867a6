import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';
import type { TraceStep } from '../../engine/simulate/routing-trace.ts';
import { LndModel } from './lnd-model.ts';
import { type FakeChannel, FakeHost, paymentRequest } from './testing/fake-host.ts';

const big = { capacitySat: 10_000_000 };

/** 0 to 2 over 1, and from 0 to 3. */
const channels: readonly FakeChannel[] = [
  { a: 0, b: 1, ...big },
  { a: 1, b: 2, ...big, ab: { base: 3000, ppm: 10, delta: 60 } },
  { a: 0, b: 3, ...big },
];

function traced(fields: Partial<PaymentRequest>, options: Readonly<Record<string, Json>> = {}) {
  const host = new FakeHost(4, channels);
  const steps: TraceStep[] = [];
  const model = new LndModel(
    Object.assign(host, { traceOf: () => ({ report: (step: TraceStep) => steps.push(step) }) }),
  );
  for (let node = 0; node < 4; node++) model.addNode(node, options);
  model.startPayment(paymentRequest({ destination: 2, startedUs: host.now, ...fields }));
  return { host, model, steps, search: () => steps.filter(({ step }) => step === 'search').at(-1) as Search };
}

type Search = Extract<TraceStep, { readonly step: 'search' }>;

describe('what a trace says of a search', () => {
  it('the parts of the cost of every hop', () => {
    const { search } = traced({ amountMsat: 100_000_000 });
    expect(search()).toMatchObject({
      result: 'found',
      amount_msat: 100_000_000,
      limits: { fee_limit_msat: 5_000_000 },
    });
    const [route] = search().routes;
    // lnd:routing/pathfind.go:edgeWeight: 1e8 · 60 · 15 / 10^9; attempt cost 100 sat + 0.1 %.
    const timeLock = 90;
    const attempt = 100_000 + 100_000;
    expect(route).toMatchObject({ delivered_msat: 100_000_000, fee_msat: 4000 });
    expect(route?.hops[1]?.cost).toMatchObject({
      outbound_fee_msat: 4000,
      time_lock_msat: timeLock,
      probability: 0.6,
      distance_msat: Math.floor(4000 + timeLock + attempt / 0.6),
    });
    expect(route?.hops[0]?.cost).toMatchObject({ time_lock_msat: 0, probability: 0.95 });
    expect(route?.cost).toMatchObject({
      fee_and_time_lock_msat: 4000 + timeLock,
      attempt_cost_msat: attempt,
      probability: 0.6 * 0.95,
      distance_msat: Math.floor(4000 + timeLock + attempt / (0.6 * 0.95)),
    });
  });

  it.each<[string, Partial<PaymentRequest>, Readonly<Record<string, Json>>, readonly string[]]>([
    ['the fee limit', { feeLimitMsat: 2000 }, {}, ['fee_limit']],
    ['the limit of time locks', {}, { max_cltv_blocks: 120 }, ['cltv_limit']],
    ['the smallest probability', {}, { min_route_probability_ppm: 900_000 }, ['min_probability']],
    ['the outgoing channel', { outgoingEdges: [4] }, {}, ['outgoing_channel']],
    ['two limits at once', { feeLimitMsat: 2000 }, { max_cltv_blocks: 120 }, ['all_together']],
    ['its own channels, one by one', { amountMsat: 6_000_000_000 }, {}, ['own_channel']],
    ['all its own channels', { amountMsat: 60_000_000_000 }, {}, ['own_balance']],
  ])('that %s stood in the way', (_, fields, options, obstacles) => {
    const { search } = traced({ multiPart: false, ...fields }, options);
    expect(search()).toMatchObject({ routes: [], obstacles });
  });

  it('that nothing leads there', () => {
    const { host, search } = traced({ destination: 3, outgoingEdges: [0], lastHop: 2 });
    expect(search().obstacles).toEqual(['all_together']);
    host.graph.disabled[2] = 1;
    expect(traced({ destination: 2, lastHop: 3 }).search().obstacles).toEqual(['last_hop']);
  });

  it('that what was learnt stood in the way, and what was learnt', () => {
    const { model, steps, search } = traced({ amountMsat: 1_000_000_000, multiPart: false });
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    expect(steps.find(({ step }) => step === 'learn')).toMatchObject({
      attempt: 0,
      lessons: [
        { lesson: 'pair_failed', from: 1, to: 2, figures: { amount_msat: 1_000_000_000 } },
        { lesson: 'pair_succeeded', from: 0, to: 1, figures: { amount_msat: 1_000_013_000 } },
      ],
    });
    expect(search().obstacles).toContain('memory');
    expect(steps.at(-1)).toMatchObject({ step: 'decide', decision: 'give_up', because: 'RouteNotFound' });
  });

  it('that the amount is halved', () => {
    const { steps } = traced({ amountMsat: 6_000_000_000, multiPart: true });
    expect(steps.filter(({ step }) => step === 'decide')[0]).toMatchObject({
      decision: 'halve',
      because: 'no_route',
      figures: { amount_msat: 3_000_000_000 },
    });
  });
});
