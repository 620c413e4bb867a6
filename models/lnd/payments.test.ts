import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';
import { LndModel } from './lnd-model.ts';
import { DEFAULT_SETTINGS } from './options.ts';
import { defaultFeeLimit } from './payments.ts';
import { type FakeChannel, FakeHost, paymentRequest, type SentRoute } from './testing/fake-host.ts';

const SECOND = 1_000_000;
const big = { capacitySat: 10_000_000 };

function play(
  nodes: number,
  channels: readonly FakeChannel[],
  options: Readonly<Record<string, Json>> = {},
): { host: FakeHost; model: LndModel; pay: (fields: Partial<PaymentRequest>) => void; last: () => SentRoute } {
  const host = new FakeHost(nodes, channels);
  const model = new LndModel(host);
  for (let node = 0; node < nodes; node++) model.addNode(node, options);
  return {
    host,
    model,
    pay: (fields) => model.startPayment(paymentRequest({ startedUs: host.now, ...fields })),
    last: () => host.sent.at(-1) as SentRoute,
  };
}

/** Two ways from 0 to 3: over 1 (cheap) and over 2. */
const diamond: FakeChannel[] = [
  { a: 0, b: 1, ...big },
  { a: 0, b: 2, ...big },
  { a: 1, b: 3, ...big, ab: { base: 1000 } },
  { a: 2, b: 3, ...big, ab: { base: 2000 } },
];

describe('a payment in one part', () => {
  it('succeeds and is learnt from', () => {
    const { host, model, pay, last } = play(4, diamond);
    pay({ destination: 3 });
    expect(last()).toMatchObject({ edges: [0, 4], amounts: [1_001_000, 1_000_000], expiries: [1123, 1083] });
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.get(0)).toBe('Success');
    expect(model.capture(0)).toEqual({
      learnt_policies: null,
      mission_control: {
        pairs: [
          [0, 1, 1_001_000, 0, 0, -1],
          [1, 3, 1_000_000, 0, 0, -1],
        ],
        second_chances: [],
      },
      payments: [],
    });
    expect(model.capture(1)).toEqual({ mission_control: null, learnt_policies: null, payments: [] });
  });

  it('retries at once along another route', () => {
    const { host, model, pay, last } = play(4, diamond);
    pay({ destination: 3 });
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    expect(last()).toMatchObject({ attempt: 1, edges: [2, 6] });
    model.attemptFailed(0, 1, 1, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
    expect(host.sent).toHaveLength(2);
  });

  it('tries again along the same route after a second chance', () => {
    const { host, model, pay, last } = play(4, diamond);
    const failsWithUpdate = (attempt: number): void => {
      const policy = { feeBaseMsat: 1000, feeRatePpm: 0, cltvDelta: 40, minHtlcMsat: 1, maxHtlcMsat: 9_000_000_000 };
      model.channelUpdate(0, 4, { ...policy, disabled: false, inboundFeeBaseMsat: 0, inboundFeeRatePpm: 0 }, 2);
      model.attemptFailed(0, attempt, 1, FAILURE.fee_insufficient);
    };
    pay({ destination: 3 });
    failsWithUpdate(0);
    expect(last()).toMatchObject({ attempt: 1, edges: [0, 4] });
    failsWithUpdate(1);
    expect(last()).toMatchObject({ attempt: 2, edges: [2, 6] });
    expect(host.outcomes.size).toBe(0);
  });

  it('gives no second chance to a node whose failure carries no update, for it cannot be read', () => {
    const { model, pay, last } = play(4, diamond);
    pay({ destination: 3 });
    model.attemptFailed(0, 0, 1, FAILURE.fee_insufficient);
    expect(last()).toMatchObject({ attempt: 1, edges: [2, 6] });
    const { mission_control: control } = model.capture(0) as { mission_control: { second_chances: Json[] } };
    expect(control.second_chances).toEqual([]);
  });

  it('keeps the height of its start', () => {
    const { host, model, pay, last } = play(4, diamond);
    pay({ destination: 3 });
    host.blocks += 50;
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    expect(last().expiries).toEqual([1123, 1083]);
  });

  it('sends keysend with the node’s own time lock delta', () => {
    const keysend = { destination: 3, method: 'keysend', finalCltvDelta: -1, multiPart: false } as const;
    const plain = play(4, diamond);
    plain.pay(keysend);
    expect(plain.last().expiries.at(-1)).toBe(1083);
    const other = play(4, diamond, { cltv_expiry_delta: 40 });
    other.pay(keysend);
    expect(other.last().expiries.at(-1)).toBe(1043);
  });
});

describe('how payments end', () => {
  it('without balance', () => {
    const { host, pay } = play(4, diamond);
    pay({ destination: 3, amountMsat: 10_000_000_000 });
    expect(host.outcomes.get(0)).toBe('InsufficientBalance');
  });

  it('without a route', () => {
    const { host, pay } = play(5, diamond);
    pay({ destination: 4 });
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('refused by the recipient', () => {
    const { host, model, pay } = play(4, diamond);
    pay({ destination: 3 });
    model.attemptFailed(0, 0, 2, FAILURE.incorrect_or_unknown_payment_details);
    expect(host.outcomes.get(0)).toBe('IncorrectPaymentDetails');
  });

  it('by another error of the recipient', () => {
    const { host, model, pay } = play(4, diamond);
    pay({ destination: 3 });
    model.attemptFailed(0, 0, 2, FAILURE.temporary_node_failure);
    expect(host.outcomes.get(0)).toBe('UnexpectedError');
  });

  it('timed out: no attempt begins after sixty seconds', () => {
    const { host, model, pay } = play(4, diamond);
    host.now = 5 * SECOND;
    pay({ destination: 3 });
    host.now = 65 * SECOND - 1;
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    expect(host.sent).toHaveLength(2);
    host.now = 65 * SECOND;
    model.attemptFailed(0, 1, 1, FAILURE.temporary_channel_failure);
    expect(host.sent).toHaveLength(2);
    expect(host.outcomes.get(0)).toBe('PaymentExpired');
  });

  it('timed out although refused, because the later reason counts', () => {
    const { host, model, pay } = play(4, diamond);
    pay({ destination: 3, timeoutUs: 3 * SECOND });
    host.now = 3 * SECOND;
    model.attemptFailed(0, 0, 2, FAILURE.incorrect_or_unknown_payment_details);
    expect(host.outcomes.get(0)).toBe('PaymentExpired');
  });

  it('successful although late', () => {
    const { host, model, pay } = play(4, diamond);
    pay({ destination: 3 });
    host.now = 600 * SECOND;
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.get(0)).toBe('Success');
  });

  it('not dispatched when the request makes no sense', () => {
    const { host, pay } = play(4, diamond);
    pay({ payment: 7, amountMsat: 0 });
    pay({ payment: 8, finalCltvDelta: 2013 });
    expect([...host.outcomes]).toEqual([
      [7, 'NotDispatched'],
      [8, 'NotDispatched'],
    ]);
    expect(host.sent).toEqual([]);
  });
});

describe('fee limits', () => {
  it('are the amount up to 1000 sat and five percent above', () => {
    expect([1, 1_000_000, 1_000_001, 10_000_000].map((a) => defaultFeeLimit(DEFAULT_SETTINGS, a))).toEqual([
      1, 1_000_000, 50_000, 500_000,
    ]);
  });

  it('are shared by the parts', () => {
    const twoWays: FakeChannel[] = [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, capacitySat: 1_000_000, ab: { base: 600, max: 300_000_000 } },
    ];
    const { host, model, pay } = play(3, twoWays);
    pay({ destination: 2, amountMsat: 400_000_000, feeLimitMsat: 1199 });
    // Half goes out for 600; 599 are left for the other half.
    expect(host.sent.map((r) => r.amounts)).toEqual([[200_000_600, 200_000_000]]);
    expect(host.outcomes.size).toBe(0);
    model.attemptFailed(0, 0, 2, FAILURE.mpp_timeout);
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
  });
});

/** Three channels to the peer, each good for something under 600,000 sat. */
const fan: FakeChannel[] = [1, 2, 3].map(() => ({ a: 0, b: 1, capacitySat: 600_000, balanceMsat: 590_000_000 }));

describe('splitting', () => {
  it('halves what does not fit, and sends the rest after it', () => {
    const { host, model, pay } = play(2, fan);
    pay({ amountMsat: 1_000_000_000 });
    expect(host.sent.map((r) => r.amounts)).toEqual([[500_000_000], [500_000_000]]);
    model.attemptSucceeded(0, 1);
    expect(host.outcomes.size).toBe(0);
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.get(0)).toBe('Success');
  });

  it('does not begin without the balance for all of it', () => {
    const { host, pay } = play(2, fan);
    pay({ amountMsat: 1_800_000_000 });
    expect(host.sent).toEqual([]);
    expect(host.outcomes.get(0)).toBe('InsufficientBalance');
  });

  it('needs a recipient that takes parts', () => {
    const { host, pay } = play(2, fan);
    pay({ amountMsat: 1_000_000_000, multiPart: false });
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('stops at the number of parts', () => {
    const { host, pay } = play(2, fan);
    pay({ payment: 1, amountMsat: 1_000_000_000, maxParts: 1 });
    expect(host.outcomes.get(1)).toBe('RouteNotFound');
    pay({ payment: 2, amountMsat: 1_000_000_000, maxParts: 2 });
    expect(host.sent.filter((r) => r.payment === 2)).toHaveLength(2);
  });

  it('makes no part smaller than 10,000 sat', () => {
    const narrow = (max: number): FakeChannel[] => [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: { max } },
    ];
    const enough = play(3, narrow(10_000_000));
    enough.pay({ destination: 2, amountMsat: 20_000_000 });
    expect(enough.host.sent.map((r) => r.amounts.at(-1))).toEqual([10_000_000, 10_000_000]);
    const tooSmall = play(3, narrow(9_999_999));
    tooSmall.pay({ destination: 2, amountMsat: 20_000_000 });
    expect(tooSmall.host.sent).toEqual([]);
    expect(tooSmall.host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('only ever halves what remains: three quarters of 40,000 sat find no second part', () => {
    const { host, model, pay } = play(3, [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: { max: 10_000_000 } },
    ]);
    pay({ destination: 2, amountMsat: 40_000_000 });
    expect(host.sent.map((r) => r.amounts.at(-1))).toEqual([10_000_000]);
    expect(host.outcomes.size).toBe(0);
    model.attemptFailed(0, 0, 2, FAILURE.mpp_timeout);
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('replaces a part that fails', () => {
    const { host, model, pay } = play(2, fan);
    pay({ amountMsat: 1_000_000_000 });
    model.attemptFailed(0, 0, 1, FAILURE.mpp_timeout);
    expect(host.sent.map((r) => r.amounts)).toEqual([[500_000_000], [500_000_000], [500_000_000]]);
    expect(host.outcomes.size).toBe(0);
  });

  it('waits for the parts in flight when there is no way on', () => {
    const sides = diamond.map((c) => ({ ...c, capacitySat: 1_000_000, balanceMsat: 900_000_000 }));
    const end = (atSecond: number): string | undefined => {
      const { host, model, pay } = play(4, sides);
      pay({ destination: 3, amountMsat: 1_200_000_000 });
      expect(host.sent.map((r) => r.edges)).toEqual([
        [0, 4],
        [0, 4],
      ]);
      host.offline.add(1);
      model.attemptFailed(0, 0, 1, FAILURE.unknown_next_peer);
      expect(host.sent).toHaveLength(2);
      expect(host.outcomes.size).toBe(0);
      host.now = atSecond * SECOND;
      model.attemptFailed(0, 1, 2, FAILURE.mpp_timeout);
      return host.outcomes.get(0);
    };
    expect(end(59)).toBe('RouteNotFound');
    // A recipient holds parts for 120 s, longer than lnd pays: then the timeout is the reason that stays.
    expect(end(120)).toBe('PaymentExpired');
  });

  it('counts any settled part as proof of payment', () => {
    const { host, model, pay } = play(2, fan);
    pay({ amountMsat: 1_000_000_000 });
    model.attemptSucceeded(0, 0);
    model.attemptFailed(0, 1, 1, FAILURE.permanent_channel_failure);
    expect(host.outcomes.get(0)).toBe('Success');
    expect(host.sent).toHaveLength(2);
  });
});

describe('refusals by the own link', () => {
  it('are retried at once, but not for ever at one instant', () => {
    const { host, model, pay } = play(2, fan);
    pay({});
    for (let i = 0; i < 15; i++) model.attemptFailed(0, i, 0, FAILURE.temporary_channel_failure);
    expect(host.sent).toHaveLength(16);
    expect(host.timers).toEqual([]);
    model.attemptFailed(0, 15, 0, FAILURE.temporary_channel_failure);
    expect(host.sent).toHaveLength(16);
    expect(host.timers).toEqual([{ payment: 0, atUs: 100_000 }]);
    host.now = 100_000;
    model.paymentTimer(0);
    expect(host.sent).toHaveLength(17);
  });
});

describe('reports that cannot be', () => {
  it('are errors', () => {
    const { model, pay } = play(2, fan);
    expect(() => model.attemptSucceeded(9, 0)).toThrow('payment 9 is not in progress');
    pay({});
    expect(() => model.attemptSucceeded(0, 5)).toThrow('no attempt 5 in flight');
    expect(() => model.capture(77)).toThrow('node 77 is not an lnd node');
  });
});

describe('capture and restore', () => {
  it('carry payments and memory over to another model', () => {
    const first = play(2, fan);
    first.pay({ payment: 3, amountMsat: 1_000_000_000 });
    first.pay({ payment: 1, amountMsat: 500_000 });
    first.pay({ payment: 2, source: 1, destination: 0, amountMsat: 5000 });
    first.model.attemptFailed(3, 0, 1, FAILURE.mpp_timeout);
    const text = JSON.stringify([first.model.capture(0), first.model.capture(1)]);

    const second = play(2, fan);
    const states = JSON.parse(text) as Json[];
    for (const [node, state] of states.entries()) second.model.restore(node, state, (row) => row);
    expect(JSON.stringify([second.model.capture(0), second.model.capture(1)])).toBe(text);
    second.host.sent.push(...first.host.sent);

    for (const { model } of [first, second]) {
      model.attemptFailed(1, 2, 1, FAILURE.temporary_node_failure);
      model.attemptSucceeded(2, 3);
      model.attemptSucceeded(3, 1);
      model.attemptSucceeded(3, 4);
    }
    expect([...second.host.outcomes]).toEqual([...first.host.outcomes]);
    expect([...first.host.outcomes]).toEqual([
      [1, 'UnexpectedError'],
      [2, 'Success'],
      [3, 'Success'],
    ]);
    expect(second.model.capture(0)).toEqual(first.model.capture(0));
  });
});
