import { describe, expect, it } from 'vitest';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';
import { LndModel } from './lnd-model.ts';
import { type FakeChannel, FakeHost, paymentRequest } from './testing/fake-host.ts';

const big = { capacitySat: 10_000_000 };

/** 0 – 1 – 2 – 3, with a cheaper and shorter way from 1 to 3. */
const channels: FakeChannel[] = [
  { a: 0, b: 1, ...big },
  { a: 1, b: 2, ...big, ab: { base: 1000, ppm: 100, delta: 30 } },
  { a: 2, b: 3, ...big, ab: { base: 2000, ppm: 1000, delta: 50, max: 5_000_000_000 } },
  { a: 1, b: 3, ...big },
  { a: 0, b: 1, ...big, announced: false },
];
const LONG = [0, 2, 4];

function play(changed: readonly FakeChannel[] = channels) {
  const host = new FakeHost(4, changed);
  const model = new LndModel(host);
  for (let node = 0; node < 4; node++) model.addNode(node, {});
  const pay = (fields: Partial<PaymentRequest>): void =>
    model.startPayment(paymentRequest({ destination: 3, route: LONG, ...fields }));
  return { host, model, pay };
}

/** The channels with one of them changed. */
function withChannel(index: number, change: Partial<FakeChannel>): FakeChannel[] {
  return channels.map((channel, i) => (i === index ? { ...channel, ...change } : channel));
}

describe('a route that is given', () => {
  it('is taken, with fees and expiries computed backwards and no padding', () => {
    const { host, model, pay } = play();
    pay({});
    // Node 2 asks 2000 + 1000 for 1,000,000; node 1 asks 1000 + 100 ppm of 1,003,000.
    expect(host.sent).toEqual([
      { payment: 0, attempt: 0, edges: LONG, amounts: [1_004_100, 1_003_000, 1_000_000], expiries: [1160, 1130, 1080] },
    ]);
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.get(0)).toBe('Success');
  });

  it('may begin with a private channel of the sender, and counts inbound fees', () => {
    const { host, pay } = play(withChannel(4, { ab: { inboundBase: -300 } }));
    pay({ route: [8, 6] });
    // Node 1 asks nothing to forward to 3, so that it has nothing to give a discount on.
    expect(host.sent[0]?.amounts).toEqual([1_000_000, 1_000_000]);
    const discount = play(withChannel(4, { ab: { inboundBase: -300 } }));
    discount.pay({ route: [8, 2, 4] });
    expect(discount.host.sent[0]?.amounts).toEqual([1_003_800, 1_003_000, 1_000_000]);
  });

  it('uses policies that failures taught', () => {
    const { host, model, pay } = play();
    const policy = { feeBaseMsat: 5000, feeRatePpm: 0, cltvDelta: 60, minHtlcMsat: 0, maxHtlcMsat: 5_000_000_000 };
    model.channelUpdate(0, 4, { ...policy, disabled: false, inboundFeeBaseMsat: 0, inboundFeeRatePpm: 0 }, 1);
    pay({});
    expect(host.sent[0]).toMatchObject({ amounts: [1_006_100, 1_005_000, 1_000_000], expiries: [1170, 1140, 1080] });
    expect(host.graph.feeBaseMsat[4]).toBe(2000);
  });

  it.each([
    ['a channel that does not exist', channels, { route: [0, -1, -1] }],
    ['a disabled direction', withChannel(1, { ab: { disabled: true } }), {}],
    ['an unannounced channel of others', withChannel(2, { announced: false }), {}],
    ['an amount above a maximum', channels, { amountMsat: 5_000_000_001 }],
    ['a channel without the balance', withChannel(0, { balanceMsat: 900_000_000 }), { amountMsat: 1_000_000_000 }],
    ['fees above the limit', channels, { feeLimitMsat: 4099 }],
    ['another recipient', channels, { destination: 2 }],
  ])('is not sent over %s', (_, network, fields) => {
    const { host, model, pay } = play(network);
    pay(fields);
    expect(host.sent).toEqual([]);
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
    expect(model.capture(0)).toMatchObject({ payments: [], mission_control: null });
  });

  it('is sent when the fees are just the limit, whatever is spent otherwise', () => {
    const { host, pay } = play();
    pay({ feeLimitMsat: 4100 });
    expect(host.sent).toHaveLength(1);
  });

  it.each([
    [1, FAILURE.temporary_channel_failure, 'UnexpectedError'],
    [0, FAILURE.temporary_channel_failure, 'UnexpectedError'],
    [2, FAILURE.fee_insufficient, 'UnexpectedError'],
    [3, FAILURE.incorrect_or_unknown_payment_details, 'IncorrectPaymentDetails'],
    [-1, FAILURE.temporary_channel_failure, 'UnexpectedError'],
  ])('is tried once: hop %i, failure %i', (hop, code, outcome) => {
    const { host, model, pay } = play();
    pay({});
    // The other way is free and could be taken; also, the timeout of 60 s is none here.
    host.now = 1_000_000_000;
    model.attemptFailed(0, 0, hop, code);
    expect(host.outcomes.get(0)).toBe(outcome);
    expect(host.sent).toHaveLength(1);
    expect(host.timers).toEqual([]);
  });

  it('teaches mission control', () => {
    const { model, pay } = play();
    pay({});
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    const { pairs } = (model.capture(0) as { mission_control: { pairs: number[][] } }).mission_control;
    expect(pairs.map(([from, to]) => `${from}-${to}`).sort()).toEqual(['0-1', '1-2']);
  });

  it('goes on after capture and restore', () => {
    const { host, model, pay } = play();
    pay({ payment: 7 });
    const state = model.capture(0);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    const other = new LndModel(host);
    for (let node = 0; node < 4; node++) other.addNode(node, {});
    other.restore(0, state, (payment) => payment + 1);
    expect((other.capture(0) as { payments: { request: { route: number[] } }[] }).payments[0]?.request.route).toEqual(
      LONG,
    );
    other.attemptFailed(8, 0, 1, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(8)).toBe('UnexpectedError');
  });

  it('leaves no trace in the state of payments without one', () => {
    const { model, pay } = play();
    pay({ route: null });
    expect((model.capture(0) as { payments: { request: object }[] }).payments[0]?.request).not.toHaveProperty('route');
  });
});
