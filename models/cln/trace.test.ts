import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';
import type { TraceRound, TraceStep } from '../../engine/simulate/routing-trace.ts';
import { type FakeChannel, FakeHost, paymentRequest } from '../lnd/testing/fake-host.ts';
import { ClnModel } from './cln-model.ts';

const big = { capacitySat: 10_000_000 };
const PLAIN = { xpay: { shadow: false } };

/** Two ways from 0 to 3: over 1 (cheap) and over 2. */
const diamond: readonly FakeChannel[] = [
  { a: 0, b: 1, ...big },
  { a: 0, b: 2, ...big },
  { a: 1, b: 3, ...big, ab: { base: 1000, ppm: 100, delta: 34 } },
  { a: 2, b: 3, ...big, ab: { base: 3000, ppm: 200, delta: 80 } },
];

type Step<S extends TraceStep['step']> = Extract<TraceStep, { readonly step: S }>;

function traced(
  channels: readonly FakeChannel[],
  fields: Partial<PaymentRequest>,
  options: Readonly<Record<string, Json>> = PLAIN,
) {
  const nodes = 1 + Math.max(...channels.flatMap(({ a, b }) => [a, b]));
  const host = new FakeHost(nodes, channels);
  const steps: TraceStep[] = [];
  const model = new ClnModel(
    Object.assign(host, { traceOf: () => ({ report: (step: TraceStep) => steps.push(step) }) }),
  );
  for (let node = 0; node < nodes; node++) model.addNode(node, options);
  model.startPayment(paymentRequest({ startedUs: host.now, finalCltvDelta: 18, destination: 3, ...fields }));
  const last = <S extends TraceStep['step']>(kind: S): Step<S> =>
    steps.filter(({ step }) => step === kind).at(-1) as Step<S>;
  const rounds = (): readonly TraceRound[] => last('search').rounds ?? [];
  return { host, model, steps, last, rounds };
}

/** Flows of a round as [edges, msat]. */
const flowsOf = (round: TraceRound | undefined) =>
  round?.candidates.map(({ hops, delivered_msat }) => [hops.map(({ edge }) => edge), delivered_msat]);

/** Capacity of the public edges here in 16 bits (fp16.c): 10,000,000 sat have 24 bits, so 13 are lost. */
const MOST = Math.floor(10_000_000 / 2 ** 13) * 2 ** 13 * 1000;

/** The diamond with fees on all public edges, so that the median of fees is none of the free ones'. */
const priced = diamond.map((channel) => ({ ...channel, ab: channel.ab ?? { ppm: 50 }, ba: { ppm: 150 } }));

describe('what a trace says of a request for routes', () => {
  it('the parts of the cost of a single path', () => {
    const amount = 1_000_000;
    const { rounds } = traced(priced, { amountMsat: amount });
    const [round] = rounds();
    const k = round?.figures.median_ratio as number;
    expect(round).toMatchObject({ amount_msat: amount, outcome: 'taken', changes: [] });
    expect(round?.figures).toMatchObject({ mu: 1, delay_factor: 1e-6, fee_limit_msat: 10_000 });
    const hop = round?.candidates[0]?.hops[1];
    // pickhardt_richter_probability: MOST + 1 states, one for each msat, of which `amount` are too little.
    const probability = (MOST + 1 - amount) / (MOST + 1);
    const improbability = 99 * -Math.log(probability) * k;
    expect(hop).toMatchObject({ edge: 4, amount_msat: amount, fee_msat: 1100 });
    expect(hop?.cost).toMatchObject({ probability, least_msat: 0, most_msat: MOST, reserved_msat: 0, fee_cost: 1100 });
    expect(hop?.cost?.probability_cost).toBeCloseTo(improbability, 6);
    expect(hop?.cost?.delay_cost).toBeCloseTo(34e-6, 9);
    expect(hop?.cost?.cost).toBe(Math.trunc(1100 + improbability));
    expect(round?.candidates[0]?.cost).toMatchObject({ cost: hop?.cost?.cost, cltv_blocks: 18 + 34, probability });
  });

  it('the arcs that a flow fills, with their parts', () => {
    const amount = 8_000_000_000;
    const { rounds } = traced(priced, { amountMsat: amount });
    const [round] = rounds();
    const { figures, candidates } = round as TraceRound;
    // minflow: a thousandth of the amount, rounded up.
    expect(figures).toMatchObject({ unit_msat: 8_000_000, units: 1000 });
    expect(figures.median_ratio).toBeGreaterThan(0);
    const own = 4_898_598_000;
    const units = Math.floor(own / 8_000_000);
    expect(flowsOf(round)).toEqual([
      [[0, 4], units * 8_000_000],
      [[2, 6], (1000 - units) * 8_000_000],
    ]);
    // linearize_channel: half of what is uncertain costs 1.386 for its whole, 1.386 · 1000 units of amount for each unit.
    const width = 1 + Math.floor(MOST / 8_000_000);
    const slope = (Math.log(2) / 0.5) * 1000 * 1000;
    const inFirst = Math.min(units, Math.trunc(0.5 * width));
    const slopeOfSecond = (Math.log(0.5 / 0.2) / 0.3) * 1000 * 1000;
    // linear_fee_cost: ppm, and the base fee spread over a tenth of the amount.
    const fee = Math.trunc(100 + 1000 * (10_000_000 / amount));
    const expected =
      (99 * (figures.median_ratio as number) * (inFirst * slope + (units - inFirst) * slopeOfSecond)) / width;
    const cost = candidates[0]?.hops[1]?.cost ?? {};
    expect(cost).toMatchObject({ units, arc: units > inFirst ? 2 : 1, fee_cost: units * fee });
    expect(cost.probability_cost).toBeCloseTo(expected, 3);
    // Each unit is rounded down.
    expect(cost.bias_and_rounding).toBeLessThanOrEqual(0);
    expect(cost.bias_and_rounding).toBeGreaterThan(-units);
    const total = candidates.reduce((sum, route) => sum + (route.cost?.cost ?? 0), 0);
    expect(total).toBe(figures.flow_cost);
  });

  /** Two ways to 3; the first leaves 0 with 2,000,000 msat and asks a base fee, or a smallest HTLC, for going on. */
  const narrow = (base: number, min: number, ppmOfOther = 900): readonly FakeChannel[] => [
    { a: 0, b: 1, ...big, balanceMsat: 102_000_000 },
    { a: 0, b: 2, ...big },
    { a: 1, b: 3, ...big, ab: { base, delta: 34, min } },
    { a: 2, b: 3, ...big, ab: { ppm: ppmOfOther, delta: 80 } },
  ];

  /** What the first channel carries: the sender opened it, and pays for another HTLC's output. */
  const narrowMost = (channels: readonly FakeChannel[]): number => {
    const { rounds } = traced(channels, { amountMsat: 10_000_000, feeLimitMsat: 100_000_000 });
    const hops = rounds().flatMap(({ candidates }) => candidates.flatMap((route) => route.hops));
    return hops.find(({ edge }) => edge === 0)?.cost?.most_msat as number;
  };

  it('that a flow is lowered to what its channels let through, and another raised for it', () => {
    const channels = narrow(10_000, 0, 100_000);
    const most = narrowMost(channels);
    const { rounds, last } = traced(channels, { amountMsat: 10_000_000, feeLimitMsat: 100_000_000 });
    const units = Math.floor(most / 10_000) * 10_000;
    expect(flowsOf(rounds()[0])).toEqual([
      [[0, 4], units],
      [[2, 6], 10_000_000 - units],
    ]);
    const deliverable = most - 10_000;
    const missing = units - deliverable;
    expect(rounds()[0]?.changes).toEqual([
      { change: 'limited', candidate: 0, figures: { from_msat: units, to_msat: deliverable } },
      {
        change: 'raised',
        candidate: 1,
        figures: { from_msat: 10_000_000 - units, to_msat: 10_000_000 - units + missing },
      },
    ]);
    expect(rounds()[0]?.because).toEqual({ delivered_msat: 10_000_000, missing_msat: 0 });
    expect(last('search').routes.map(({ delivered_msat }) => delivered_msat)).toEqual([
      deliverable,
      10_000_000 - deliverable,
    ]);
  });

  it('that a channel which lets through less than a fifth is left out, and what is missing looked for again', () => {
    const channels = narrow(500_000, 0, 900_000);
    const most = narrowMost(channels);
    expect(most).toBeLessThan(625_000);
    const { rounds, last } = traced(channels, { amountMsat: 10_000_000, feeLimitMsat: 100_000_000 });
    expect(rounds()[0]?.changes).toEqual([
      { change: 'bottleneck', candidate: 0, edge: 0, figures: { deliverable_msat: most - 500_000 } },
    ]);
    const [first, second] = rounds();
    expect(first?.because.missing_msat).toBe(second?.amount_msat);
    expect(flowsOf(second)).toEqual([[[2, 6], second?.amount_msat]]);
    // The two flows go the same way.
    expect(last('search').changes).toEqual([{ change: 'joined', figures: { flows: 2, parts: 1 } }]);
    expect(last('search').routes).toHaveLength(1);
  });

  it('that a channel which takes no such small HTLC is left out', () => {
    const { rounds } = traced(narrow(0, 5_000_000), { amountMsat: 10_000_000 });
    expect(rounds()[0]?.changes).toMatchObject([
      { change: 'below_minimum', candidate: 0, edge: 4, figures: { htlc_minimum_msat: 5_000_000 } },
    ]);
  });

  it('that whole units were too much', () => {
    const { rounds } = traced(diamond, { amountMsat: 10_000_001 });
    expect(rounds()[0]).toMatchObject({
      figures: { unit_msat: 10_001, units: 1000 },
      changes: [{ change: 'lowered', figures: { from_msat: 10_001_000, to_msat: 10_000_001 } }],
    });
  });

  it('that it was too dear, and fees count more', () => {
    const channels: readonly FakeChannel[] = [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 1, b: 3, capacitySat: 4_000_000, ab: { ppm: 500 }, ba: { ppm: 500 } },
      { a: 2, b: 3, capacitySat: 100_000_000, ab: { ppm: 5000 }, ba: { ppm: 500 } },
    ];
    const { rounds } = traced(channels, { amountMsat: 3_000_000_000, feeLimitMsat: 2_500_000 });
    const story = rounds().map(({ figures, outcome }) => [figures.mu, outcome]);
    expect(story[0]).toEqual([1, 'too_dear']);
    expect(story.slice(1).map(([mu]) => mu)).toEqual(
      [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].slice(0, story.length - 1),
    );
    expect(story.at(-1)?.[1]).toBe('taken');
    expect(rounds()[0]?.because.fee_limit_msat).toBe(2_500_000);
    expect(rounds()[0]?.because.fee_msat).toBeGreaterThan(2_500_000);
  });

  it('that it was too long, and time locks count twice as much', () => {
    const channels: readonly FakeChannel[] = [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 1, b: 3, ...big, ab: { ppm: 100, delta: 144 } },
      { a: 2, b: 3, ...big, ab: { ppm: 200, delta: 34 } },
    ];
    const { rounds, last } = traced(channels, { amountMsat: 3_000_000_000, maxCltv: 100 });
    // 100 ppm more are 110 blocks less at a factor above 100/110: 10^-6 is doubled 20 times.
    expect(rounds().map(({ figures }) => figures.delay_factor)).toEqual(
      Array.from({ length: 21 }, (_, i) => 1e-6 * 2 ** i),
    );
    expect(rounds()[0]).toMatchObject({ outcome: 'too_long', because: { cltv_blocks: 162, cltv_limit: 100 } });
    expect(last('search').routes.map(({ hops }) => hops.map(({ edge }) => edge))).toEqual([[2, 6]]);
  });

  it('that the largest flows carry everything where there are too many, or cannot', () => {
    const fan: readonly FakeChannel[] = [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 0, b: 3, ...big },
      { a: 1, b: 3, ...big, ab: { ppm: 100 } },
      { a: 2, b: 3, ...big, ab: { ppm: 200 } },
    ];
    const cannot = traced(fan, { amountMsat: 12_000_000_000, maxParts: 2 });
    expect(cannot.last('search')).toMatchObject({
      result: 'none',
      obstacles: ['max_parts'],
      changes: [{ change: 'too_many_parts', figures: { flows: 3, max_parts: 2 } }],
    });
    // Half of a smaller channel costs less than what comes after it, so a third way is cheaper than more of the second.
    const uneven = fan.map(({ a, b, ab = {} }, i) => ({
      ...(i < 3 ? big : { capacitySat: 6_000_000 }),
      a,
      b,
      ab: i < 3 ? ab : { ppm: 100 },
      ba: { ppm: 100 },
    }));
    const can = traced(uneven, { amountMsat: 9_000_000_000, maxParts: 2 });
    expect(can.last('search')).toMatchObject({
      result: 'found',
      changes: [{ change: 'largest_carry_rest', figures: { flows: 3, max_parts: 2 } }],
    });
  });

  it('that one more HTLC on an own channel leaves a flow no room', () => {
    const channels = (max: number): readonly FakeChannel[] => [
      { a: 0, b: 1, ...big, balanceMsat: 150_000_000 },
      { a: 1, b: 3, ...big, ab: { max } },
      { a: 1, b: 3, ...big, ab: { max } },
    ];
    const all = traced(channels(1_000_000), {}).last('search').limits.own_channels_msat as number;
    const most = Math.ceil(0.6 * all);
    const [round] = traced(channels(most), { amountMsat: all }).rounds();
    expect(round?.candidates).toHaveLength(2);
    // cln:common/initial_commit_tx.c: the output of the first HTLC costs its weight at the feerate.
    const second = round?.candidates[1]?.delivered_msat;
    expect(round?.changes.map(({ change, figures }) => [change, figures.from_msat])).toEqual([['no_room', second]]);
    expect(round?.because).toEqual({ delivered_msat: all - (second ?? 0), missing_msat: second });
  });

  it.each<[string, readonly FakeChannel[], Partial<PaymentRequest>, readonly string[]]>([
    ['the fee limit', diamond, { feeLimitMsat: 1 }, ['fee_limit']],
    ['the limit of time locks', diamond, { maxCltv: 50 }, ['cltv_limit']],
    ['two limits at once', diamond, { maxCltv: 50, feeLimitMsat: 1 }, ['all_together']],
    ['the outgoing channel', diamond.slice(0, 3), { outgoingEdges: [2] }, ['outgoing_channel']],
    ['the last hop', diamond.slice(0, 3), { lastHop: 2 }, ['last_hop']],
    ['its own balance', diamond, { amountMsat: 50_000_000_000 }, ['own_balance']],
    ['nothing that could be lifted', diamond.slice(0, 2).concat({ a: 2, b: 4, ...big }), { destination: 3 }, []],
  ])('that %s stood in the way', (_, channels, fields, obstacles) => {
    const padded = channels.some(({ b }) => b >= 3) ? channels : [...channels, { a: 3, b: 4, ...big }];
    expect(traced(padded, fields).last('search')).toMatchObject({ routes: [], obstacles });
  });
});

describe('what a trace says of a payment', () => {
  const bounds = (steps: readonly TraceStep[]) => steps.flatMap((step) => (step.step === 'learn' ? step.lessons : []));

  it('what is reserved, learnt, and tried after a failure', () => {
    const { model, host, steps, last } = traced(diamond, { amountMsat: 1_000_000_000 });
    expect(last('begin').limits).toMatchObject({ fee_limit_msat: 10_000_000, max_parts: 100, timeout_us: 60_000_000 });
    expect(last('send').reserved).toEqual([
      { edge: 0, amount_msat: 1_000_101_000, total_msat: 1_000_101_000 },
      { edge: 4, amount_msat: 1_000_000_000, total_msat: 1_000_000_000 },
    ]);
    host.now = 5_900_000;
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    // One hour, and forgotten in the second after it.
    const until_us = (5 + 3600 + 1) * 1_000_000;
    expect(bounds(steps)).toEqual([
      {
        lesson: 'at_least',
        layer: 'xpay',
        edge: 0,
        figures: { amount_msat: 1_000_101_000, min_msat: 1_000_101_000, max_msat: 10_000_000_000, until_us },
      },
      {
        lesson: 'at_most',
        layer: 'xpay',
        edge: 4,
        figures: { amount_msat: 999_999_999, min_msat: 0, max_msat: 999_999_999, until_us },
      },
    ]);
    expect(steps.filter(({ step }) => step === 'decide')).toMatchObject([
      { decision: 'retry', because: 'attempt_failed', figures: { amount_msat: 1_000_000_000, parts_in_flight: 0 } },
    ]);
    for (let attempt = 1; attempt < host.sent.length; attempt++) model.attemptSucceeded(0, attempt);
    expect(last('learn').lessons.at(-1)).toMatchObject({ lesson: 'moved', layer: 'xpay' });
    expect(last('decide')).toMatchObject({ decision: 'done', because: 'delivered' });
  });

  it('what goes into its own layer', () => {
    const policy = {
      feeBaseMsat: 7,
      feeRatePpm: 8,
      cltvDelta: 9,
      minHtlcMsat: 1,
      maxHtlcMsat: 2_000_000_000,
      disabled: false,
      inboundFeeBaseMsat: 0,
      inboundFeeRatePpm: 0,
    };
    const { model, last } = traced(diamond, {});
    model.channelUpdate(0, 4, policy);
    model.attemptFailed(0, 0, 1, FAILURE.fee_insufficient);
    expect(last('learn').lessons.at(-1)).toEqual({
      lesson: 'policy',
      layer: 'payment',
      edge: 4,
      figures: {
        fee_base_msat: 7,
        fee_rate_ppm: 8,
        cltv_expiry_delta: 9,
        htlc_minimum_msat: 1,
        htlc_maximum_msat: 2_000_000_000,
        disabled: 0,
        bias: -1,
      },
    });
    // The bias makes the channel dearer, which the next search shows.
    expect(last('search').rounds?.[0]?.candidates[0]?.hops[1]?.cost).toMatchObject({ bias: -1 });
    model.attemptFailed(0, 1, 1, FAILURE.unknown_next_peer);
    expect(last('learn').lessons.at(-1)).toEqual({
      lesson: 'channel_disabled',
      layer: 'payment',
      edge: 4,
      figures: {},
    });
  });

  it('that its own refusals pause it, and that the recipient ends it', () => {
    const many = Array.from({ length: 20 }, () => ({ a: 0, b: 1, ...big }));
    const { model, host, last } = traced(many, { destination: 1 });
    for (let attempt = 0; host.timers.length === 0; attempt++) {
      model.attemptFailed(0, attempt, 0, FAILURE.temporary_channel_failure);
    }
    expect(last('decide')).toMatchObject({
      decision: 'wait',
      because: 'refused_by_own_channel',
      figures: { in_us: 100_000 },
    });
    const other = traced(diamond, {});
    other.model.attemptFailed(0, 0, 2, FAILURE.incorrect_or_unknown_payment_details);
    expect(other.last('learn').lessons.at(-1)).toEqual({ lesson: 'final_incorrect_details', figures: {} });
    expect(other.last('decide')).toMatchObject({ decision: 'give_up', because: 'IncorrectPaymentDetails' });
  });

  it('that the recipient may be behind when the chain has grown', () => {
    const { model, host, last } = traced(diamond, {});
    host.blocks++;
    model.attemptFailed(0, 0, 2, FAILURE.incorrect_or_unknown_payment_details);
    expect(last('learn').lessons.at(-1)).toEqual({ lesson: 'recipient_behind', figures: { height: 1001 } });
  });

  it('that a restriction of parts is lifted', () => {
    const { steps } = traced(diamond, { amountMsat: 8_000_000_000, multiPart: false });
    expect(steps.slice(0, 5)).toMatchObject([
      { step: 'begin', limits: { max_parts: 1 } },
      { step: 'search', result: 'none', obstacles: ['max_parts'] },
      { step: 'decide', decision: 'lift_max_parts', because: 'no_route' },
      { step: 'search', result: 'found', limits: { max_parts: 100 } },
      { step: 'send' },
    ]);
  });

  it('a given route, and a way back to itself', () => {
    const given = traced(diamond, { route: [0, 4] });
    expect(given.last('search')).toMatchObject({ result: 'found', routes: [{ delivered_msat: 1_000_000 }] });
    expect(given.last('send').reserved).toBeUndefined();
    expect(traced(diamond, { route: [0, 6] }).last('search').obstacles).toEqual(['given_route']);
    const circle = traced(diamond, { destination: 0, outgoingEdges: [0], lastHop: 2 });
    const [round] = circle.rounds();
    expect(flowsOf(round)).toEqual([[[0, 4, 7, 3], 1_000_000]]);
    // Only what lies between the own channels is looked for.
    expect(round?.candidates[0]?.hops.map(({ cost }) => cost?.cost !== undefined)).toEqual([false, true, true, false]);
  });
});
