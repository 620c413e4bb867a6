import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { PaymentRequest, Policy } from '../../engine/simulate/node-model.ts';
import { type FakeChannel, FakeHost, paymentRequest, type SentRoute } from '../lnd/testing/fake-host.ts';
import { ClnModel } from './cln-model.ts';
import { defaultMaxFee } from './fees.ts';

const SECOND = 1_000_000;
const big = { capacitySat: 10_000_000 };
const PLAIN = { xpay: { shadow: false } };

interface Played {
  readonly host: FakeHost;
  readonly model: ClnModel;
  pay(fields: Partial<PaymentRequest>): void;
  fail(hop: number, code: FailureCode, attempt?: number): void;
  last(): SentRoute;
}

function play(
  nodes: number,
  channels: readonly FakeChannel[],
  options: Readonly<Record<string, Json>> = PLAIN,
): Played {
  const host = new FakeHost(nodes, channels);
  const model = new ClnModel(host);
  for (let node = 0; node < nodes; node++) model.addNode(node, options);
  return {
    host,
    model,
    pay: (fields) =>
      model.startPayment(paymentRequest({ startedUs: host.now, finalCltvDelta: 18, destination: 3, ...fields })),
    fail: (hop, code, attempt = host.sent.length - 1) => model.attemptFailed(0, attempt, hop, code),
    last: () => host.sent.at(-1) as SentRoute,
  };
}

/** Two ways from 0 to 3: over 1 (cheap) and over 2. */
const diamond: FakeChannel[] = [
  { a: 0, b: 1, ...big },
  { a: 0, b: 2, ...big },
  { a: 1, b: 3, ...big, ab: { base: 1000, delta: 34 } },
  { a: 2, b: 3, ...big, ab: { base: 2000, delta: 34 } },
];

/** The policy that is publicly known of an edge. */
function known({ graph }: FakeHost, edge: number): Policy {
  return {
    feeBaseMsat: graph.feeBaseMsat[edge] as number,
    feeRatePpm: graph.feeRatePpm[edge] as number,
    cltvDelta: graph.cltvDelta[edge] as number,
    minHtlcMsat: graph.minHtlcMsat[edge] as number,
    maxHtlcMsat: graph.maxHtlcMsat[edge] as number,
    disabled: graph.disabled[edge] === 1,
    inboundFeeBaseMsat: 0,
    inboundFeeRatePpm: 0,
  };
}

/** Rows of the layer "xpay": [side, s, min, max, moved] by channel. */
function layerOf(model: ClnModel): Readonly<Record<number, readonly Json[]>> {
  const { layer } = model.capture(0) as Record<string, Json>;
  return Object.fromEntries((layer ?? []) as unknown as [number, readonly Json[]][]);
}

describe('a payment of xpay', () => {
  it('sends fees and expiries of the nodes between, one block ahead', () => {
    const { host, model, pay, last } = play(4, diamond);
    pay({});
    expect(last()).toMatchObject({ edges: [0, 4], amounts: [1_001_000, 1_000_000], expiries: [1053, 1019] });
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.get(0)).toBe('Success');
    // What went over the own channel is known anyway.
    expect(layerOf(model)).toEqual({ 2: [[0, 0, 0, -1, 1_000_000]] });
    expect((model.capture(0) as Record<string, Json>).payments).toEqual([]);
  });

  it('takes 22 blocks for a keysend, and at most three deltas of a shadow route', () => {
    const { pay, last } = play(4, diamond);
    pay({ method: 'keysend', finalCltvDelta: -1, multiPart: false });
    expect(last().expiries).toEqual([1057, 1023]);
    const shadowed = play(4, diamond, {});
    for (let i = 0; i < 80; i++) shadowed.pay({ payment: i, key0: 1000 + i });
    const blocks = shadowed.host.sent.map((route) => (route.expiries.at(-1) as number) - 1019);
    expect(Math.min(...blocks)).toBe(0);
    expect(Math.max(...blocks)).toBeLessThanOrEqual(3 * 40);
    expect(blocks.filter((n) => n === 0).length).toBeGreaterThan(20);
    expect(new Set(blocks).size).toBeGreaterThan(3);
  });

  it('routes what failed again at once over the other way, with what it learnt', () => {
    const { host, model, pay, fail, last } = play(4, diamond);
    pay({});
    host.now = 5 * SECOND;
    fail(1, FAILURE.temporary_channel_failure);
    expect(last().edges).toEqual([2, 6]);
    expect(layerOf(model)).toEqual({ 0: [[0, 5, 1_001_000, -1, -1]], 2: [[0, 5, 0, 999_999, -1]] });
    fail(1, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('forgets after an hour, when the next payment begins', () => {
    const { host, pay, fail, last } = play(4, diamond);
    pay({});
    fail(1, FAILURE.temporary_channel_failure);
    fail(2, FAILURE.incorrect_or_unknown_payment_details);
    host.now = 3600 * SECOND;
    pay({ payment: 1 });
    expect(last().edges).toEqual([2, 6]);
    host.now = 3601 * SECOND;
    pay({ payment: 2 });
    expect(last().edges).toEqual([0, 4]);
  });

  it('splits what no way carries, and counts what is in flight', () => {
    const { host, model, pay } = play(4, diamond);
    pay({ amountMsat: 6_000_000_000 });
    expect(host.sent.length).toBeGreaterThan(1);
    expect(host.sent.reduce((sum, route) => sum + (route.amounts.at(-1) as number), 0)).toBe(6_000_000_000);
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.has(0)).toBe(false);
    for (let i = 1; i < host.sent.length; i++) model.attemptSucceeded(0, i);
    expect(host.outcomes.get(0)).toBe('Success');
  });

  it('has no funds, no time or no budget', () => {
    const poor = play(4, diamond);
    poor.pay({ amountMsat: 11_000_000_000 });
    expect(poor.host.outcomes.get(0)).toBe('InsufficientBalance');
    const late = play(4, diamond);
    late.pay({});
    late.host.now = 61 * SECOND;
    late.fail(1, FAILURE.temporary_channel_failure);
    expect(late.host.outcomes.get(0)).toBe('PaymentExpired');
    const dear = play(4, diamond);
    dear.pay({ feeLimitMsat: 999 });
    expect(dear.host.outcomes.get(0)).toBe('RouteNotFound');
    const nothing = play(4, diamond);
    nothing.pay({ amountMsat: 0 });
    expect(nothing.host.outcomes.get(0)).toBe('NotDispatched');
    expect([100_000, 500_000, 100_000_000].map((a) => defaultMaxFee(a, 10_000, 5000))).toEqual([5000, 5000, 1_000_000]);
  });

  it('gives up the restriction to one part when it finds no route with it', () => {
    const { host, pay } = play(4, diamond);
    pay({ amountMsat: 6_000_000_000, method: 'keysend', finalCltvDelta: -1, multiPart: false });
    expect(host.sent.length).toBeGreaterThan(1);
    const limited = play(4, diamond);
    limited.pay({ amountMsat: 6_000_000_000, maxParts: 1 });
    expect(limited.host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('waits when its own channels refuse too often at one instant', () => {
    const { host, pay, fail } = play(
      2,
      Array.from({ length: 20 }, () => ({ a: 0, b: 1, ...big })),
    );
    pay({ destination: 1 });
    for (let i = 0; i < 16; i++) fail(0, FAILURE.temporary_channel_failure);
    expect(host.timers).toEqual([{ payment: 0, atUs: 100_000 }]);
    expect(host.sent.length).toBe(16);
  });
});

describe('failures', () => {
  const others = [
    FAILURE.permanent_channel_failure,
    FAILURE.required_channel_feature_missing,
    FAILURE.unknown_next_peer,
    FAILURE.amount_below_minimum,
    FAILURE.fee_insufficient,
    FAILURE.incorrect_cltv_expiry,
    FAILURE.expiry_too_far,
    FAILURE.expiry_too_soon,
    FAILURE.channel_disabled,
    FAILURE.permanent_node_failure,
    FAILURE.temporary_node_failure,
    FAILURE.required_node_feature_missing,
    FAILURE.invalid_onion_payload,
    FAILURE.mpp_timeout,
  ];

  it.each(others)('%i of a node between: its channel is left out by this payment only', (code) => {
    const { model, pay, fail, last } = play(4, diamond);
    pay({});
    fail(1, code);
    expect(last().edges).toEqual([2, 6]);
    expect(layerOf(model)).toEqual({ 0: [[0, 0, 1_001_000, -1, -1]] });
    pay({ payment: 1 });
    expect(last().edges).toEqual([0, 4]);
  });

  it('with another policy: the payment uses it, with a bias, and says nothing of capacity', () => {
    const { host, model, pay, fail, last } = play(4, diamond);
    pay({});
    model.channelUpdate(0, 4, { ...known(host, 4), feeBaseMsat: 1500 });
    fail(1, FAILURE.fee_insufficient);
    expect(last()).toMatchObject({ edges: [0, 4], amounts: [1_001_500, 1_000_000] });
    const [payment] = (model.capture(0) as { payments: { layer: Json }[] }).payments;
    expect(payment?.layer).toMatchObject([{ edge: 4, enabled: true, bias: -1, policy: { feeBaseMsat: 1500 } }]);
    model.channelUpdate(0, 4, known(host, 4));
    fail(1, FAILURE.fee_insufficient);
    expect(last().edges).toEqual([2, 6]);
  });

  it('of the recipient: details end it, unless blocks came; mpp_timeout does nothing; others blame the last channel', () => {
    const { host, pay, fail, last } = play(4, diamond);
    pay({});
    fail(2, FAILURE.mpp_timeout);
    expect(last().edges).toEqual([0, 4]);
    host.blocks++;
    fail(2, FAILURE.incorrect_or_unknown_payment_details);
    expect(last()).toMatchObject({ edges: [0, 4], expiries: [1054, 1020] });
    fail(2, FAILURE.final_incorrect_htlc_amount);
    expect(last().edges).toEqual([2, 6]);
    fail(2, FAILURE.incorrect_or_unknown_payment_details);
    expect(host.outcomes.get(0)).toBe('IncorrectPaymentDetails');
  });

  it('that nobody can read leave out a channel at random', () => {
    const { pay, fail, last, model } = play(4, diamond);
    pay({});
    fail(-1, FAILURE.temporary_channel_failure);
    expect(last().edges).toEqual([2, 6]);
    expect(layerOf(model)).toEqual({});
  });
});

describe('routes that are given', () => {
  it('are tried once, and teach nothing', () => {
    const { host, model, pay, fail, last } = play(4, diamond);
    pay({ route: [2, 6] });
    expect(last()).toMatchObject({ edges: [2, 6], amounts: [1_002_000, 1_000_000], expiries: [1053, 1019] });
    fail(1, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(0)).toBe('UnexpectedError');
    expect(layerOf(model)).toEqual({});
    pay({ payment: 1, route: [2, -1] });
    expect(host.outcomes.get(1)).toBe('RouteNotFound');
  });

  it('lead round in a circle for a rebalance', () => {
    const { host, pay, last } = play(4, diamond);
    pay({ destination: 0, outgoingEdges: [0], lastHop: 2, multiPart: false, feeLimitMsat: 10_000 });
    expect(last().edges).toEqual([0, 4, 7, 3]);
    pay({ payment: 1, destination: 0, outgoingEdges: [0], lastHop: 2, multiPart: false, feeLimitMsat: 10 });
    expect(host.outcomes.get(1)).toBe('RouteNotFound');
  });
});

describe('the memory', () => {
  it('goes on in another model as if nothing had happened', () => {
    const first = play(4, diamond);
    first.pay({ amountMsat: 6_000_000_000 });
    first.fail(1, FAILURE.temporary_channel_failure, 0);
    const state = first.model.capture(0);
    const second = play(4, diamond);
    second.model.restore(
      0,
      state,
      Object.assign((payment: number) => payment, { payments: [] }),
    );
    expect(second.model.capture(0)).toEqual(state);
    const open = (first.model.capture(0) as { payments: { parts: { attempt: number }[] }[] }).payments[0]?.parts ?? [];
    const before = first.host.sent.length;
    const { attempt } = open[0] as { attempt: number };
    first.fail(1, FAILURE.unknown_next_peer, attempt);
    second.fail(1, FAILURE.unknown_next_peer, attempt);
    expect(second.host.outcomes).toEqual(first.host.outcomes);
    const plain = (sent: readonly SentRoute[]) =>
      sent.map(({ edges, amounts, expiries }) => ({ edges, amounts, expiries }));
    expect(plain(second.host.sent)).toEqual(plain(first.host.sent.slice(before)));
  });
});
