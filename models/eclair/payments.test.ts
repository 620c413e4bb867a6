import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { PaymentRequest, Policy } from '../../engine/simulate/node-model.ts';
import { type FakeChannel, FakeHost, paymentRequest, type SentRoute } from '../lnd/testing/fake-host.ts';
import { EclairModel } from './eclair-model.ts';
import { DEFAULT_SETTINGS } from './options.ts';
import { defaultMaxFee } from './payments.ts';

const SECOND = 1_000_000;
const big = { capacitySat: 10_000_000 };
/** No padding and no shuffling, so that routes and expiries can be told beforehand. */
const PLAIN = { recipient_expiry: { min_delta: 0, max_delta: 0 }, path_finding: { randomize: false } };

interface Played {
  readonly host: FakeHost;
  readonly model: EclairModel;
  pay(fields: Partial<PaymentRequest>): void;
  fail(hop: number, code: (typeof FAILURE)[keyof typeof FAILURE], attempt?: number): void;
  last(): SentRoute;
}

function play(
  nodes: number,
  channels: readonly FakeChannel[],
  options: Readonly<Record<string, Json>> = PLAIN,
): Played {
  const host = new FakeHost(nodes, channels);
  const model = new EclairModel(host);
  for (let node = 0; node < nodes; node++) model.addNode(node, options);
  return {
    host,
    model,
    pay: (fields) => model.startPayment(paymentRequest({ startedUs: host.now, finalCltvDelta: 30, ...fields })),
    fail: (hop, code, attempt = host.sent.length - 1) => model.attemptFailed(0, attempt, hop, code),
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
const single = { destination: 3, multiPart: false };

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

describe('a payment in one part', () => {
  it('sends fees and expiries of the nodes between', () => {
    const { host, model, pay, last } = play(4, diamond);
    pay(single);
    expect(last()).toMatchObject({ edges: [0, 4], amounts: [1_001_000, 1_000_000], expiries: [1070, 1030] });
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.get(0)).toBe('Success');
    expect(model.capture(0)).toEqual({ excluded: null, balances: null, payments: [] });
  });

  it('adds 150 to 350 blocks for the recipient, and takes 18 for a keysend', () => {
    const { host, pay } = play(4, diamond, {});
    for (let i = 0; i < 60; i++) pay({ ...single, payment: i, key0: 1000 + i });
    const paddings = host.sent.map((route) => (route.expiries.at(-1) as number) - 1030);
    expect(Math.min(...paddings)).toBeGreaterThanOrEqual(150);
    expect(Math.max(...paddings)).toBeLessThanOrEqual(350);
    expect(new Set(paddings).size).toBeGreaterThan(30);
    const plain = play(4, diamond);
    plain.pay({ ...single, method: 'keysend', finalCltvDelta: -1 });
    expect(plain.last().expiries).toEqual([1058, 1018]);
  });

  it('chooses among three routes at random, direct channels first', () => {
    const { host, pay } = play(4, diamond, {});
    for (let i = 0; i < 60; i++) pay({ ...single, payment: i, key0: 1000 + i });
    const over = (edge: number): number => host.sent.filter((route) => route.edges[0] === edge).length;
    expect(over(0) + over(2)).toBe(60);
    expect(Math.min(over(0), over(2))).toBeGreaterThan(15);
    const direct = play(4, [...diamond, { a: 0, b: 3, ...big }], {});
    for (let i = 0; i < 20; i++) direct.pay({ ...single, payment: i, key0: 1000 + i });
    expect(direct.host.sent.every((route) => route.edges[0] === 8)).toBe(true);
  });

  it('retries at once without the channel that failed, and gives up after five attempts', () => {
    const { host, pay, fail, last } = play(
      2,
      Array.from({ length: 6 }, () => ({ a: 0, b: 1, ...big })),
    );
    pay({ multiPart: false });
    for (let i = 0; i < 4; i++) {
      expect(last().edges).toEqual([2 * i]);
      fail(0, FAILURE.temporary_channel_failure);
    }
    expect(host.sent).toHaveLength(5);
    fail(0, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(0)).toBe('RetriesExhausted');
  });

  it('ends when there is no other route', () => {
    const { host, pay, fail, last } = play(4, diamond);
    pay(single);
    fail(1, FAILURE.temporary_channel_failure);
    expect(last().edges).toEqual([2, 6]);
    fail(1, FAILURE.unknown_next_peer);
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('ends with what the recipient says', () => {
    const details = play(4, diamond);
    details.pay(single);
    details.fail(2, FAILURE.incorrect_or_unknown_payment_details);
    expect(details.host.outcomes.get(0)).toBe('IncorrectPaymentDetails');
    const other = play(4, diamond);
    other.pay(single);
    other.fail(2, FAILURE.mpp_timeout);
    expect(other.host.outcomes.get(0)).toBe('RecipientRejected');
  });

  it('ends without a retry when its HTLC ended on-chain', () => {
    const { host, pay, fail } = play(4, diamond);
    pay(single);
    fail(0, FAILURE.permanent_channel_failure);
    expect([host.sent.length, host.outcomes.get(0)]).toEqual([1, 'UnexpectedError']);
  });

  it('tells a lack of balance towards a peer from a lack of routes', () => {
    const channels = [{ a: 0, b: 1, ...big, balanceMsat: 400_000_000 }];
    const { host, pay } = play(3, channels);
    pay({ multiPart: false, amountMsat: 290_000_000 });
    pay({ payment: 1, multiPart: false, amountMsat: 300_000_000 });
    pay({ payment: 2, multiPart: false, destination: 2 });
    pay({ payment: 3, multiPart: false, destination: 0 });
    pay({ payment: 4, amountMsat: 0 });
    expect([...host.outcomes]).toEqual([
      [1, 'InsufficientBalance'],
      [2, 'RouteNotFound'],
      [3, 'RouteNotFound'],
      [4, 'NotDispatched'],
    ]);
  });

  it('looks further than six hops only when it must', () => {
    const chain = (hops: number): FakeChannel[] =>
      Array.from({ length: hops }, (_, i) => ({ a: i, b: i + 1, ...big, ab: { delta: 10 } }));
    const { host, pay, last } = play(22, chain(21));
    pay({ destination: 20, multiPart: false });
    expect(last().edges).toHaveLength(20);
    pay({ payment: 1, destination: 21, multiPart: false });
    expect(host.outcomes.get(1)).toBe('RouteNotFound');
  });

  it('keeps the caller’s fee limit, or 21 sat or 3 %', () => {
    expect([1000, 700_000, 700_001, 1_000_000, 100_000_000].map((a) => defaultMaxFee(DEFAULT_SETTINGS, a))).toEqual([
      21_000, 21_000, 21_000, 30_000, 3_000_000,
    ]);
    const { host, pay } = play(4, diamond);
    pay({ ...single, feeLimitMsat: 999 });
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
    pay({ ...single, payment: 1, feeLimitMsat: 1000 });
    expect(host.sent).toHaveLength(1);
  });

  it('does not send what would expire too late', () => {
    const options = { ...PLAIN, max_expiry_delta_blocks: 144 };
    const { host, pay, last } = play(
      4,
      [
        { a: 0, b: 1, ...big },
        { a: 0, b: 2, ...big },
        { a: 1, b: 3, ...big, ab: { delta: 114 } },
        { a: 2, b: 3, ...big, ab: { base: 500, delta: 113 } },
      ],
      options,
    );
    pay(single);
    // 30 + 114 blocks are as many as are allowed, which is one too many.
    expect(last()).toMatchObject({ edges: [2, 6], expiries: [1143, 1030] });
    expect(host.sent).toHaveLength(1);
  });
});

describe('what a failure teaches', () => {
  const line: FakeChannel[] = [...diamond, { a: 0, b: 1, ...big }, { a: 1, b: 3, ...big, ab: { base: 1500 } }];

  it('ignores the node, its channel or nobody', () => {
    const next = (code: (typeof FAILURE)[keyof typeof FAILURE], hop = 1): readonly number[] => {
      const { host, model, pay, fail, last } = play(4, line);
      pay(single);
      expect(last().edges).toEqual([0, 4]);
      // Newer than what is public, so that nothing is excluded for it.
      if ((code & 0x1000) !== 0) model.channelUpdate(0, 4, { ...known(host, 4), feeBaseMsat: 1001 });
      fail(hop, code);
      return last().edges;
    };
    expect(next(FAILURE.temporary_node_failure)).toEqual([2, 6]);
    expect(next(FAILURE.permanent_node_failure)).toEqual([2, 6]);
    expect(next(FAILURE.permanent_channel_failure)).toEqual([0, 10]);
    expect(next(FAILURE.expiry_too_far)).toEqual([0, 10]);
    expect(next(FAILURE.temporary_channel_failure)).toEqual([0, 10]);
    expect(next(FAILURE.channel_disabled)).toEqual([0, 10]);
    expect(next(FAILURE.fee_insufficient)).toEqual([0, 4]);
    expect(next(FAILURE.temporary_channel_failure, 0)).toEqual([8, 4]);
    // Unreadable: all but the first node and the recipient, which is nobody here.
    expect(next(FAILURE.none, -1)).toEqual([0, 4]);
  });

  it('tries again with the same terms after a new update, and excludes the channel when that fails, too', () => {
    const { host, model, pay, fail, last } = play(4, diamond);
    pay(single);
    model.channelUpdate(0, 4, { ...known(host, 4), feeBaseMsat: 1001 });
    fail(1, FAILURE.fee_insufficient);
    expect(last().edges).toEqual([0, 4]);
    model.channelUpdate(0, 4, { ...known(host, 4), feeBaseMsat: 1001 });
    fail(1, FAILURE.fee_insufficient);
    expect(last().edges).toEqual([2, 6]);
    expect(model.capture(0)).toMatchObject({ excluded: [[4, 60 * SECOND]] });
  });

  it('excludes a channel that fails with the terms that are known, for all payments, for a minute', () => {
    const { host, model, pay, fail, last } = play(4, diamond);
    pay(single);
    model.channelUpdate(0, 4, known(host, 4));
    fail(1, FAILURE.temporary_channel_failure);
    expect(last().edges).toEqual([2, 6]);
    pay({ ...single, payment: 1 });
    expect(last().edges).toEqual([2, 6]);
    host.now = 60 * SECOND;
    pay({ ...single, payment: 2 });
    expect(last().edges).toEqual([0, 4]);
    expect(model.capture(0)).toMatchObject({ excluded: null });
  });

  it('does not mind an update of another channel', () => {
    const { host, model, pay, fail } = play(4, line);
    pay(single);
    model.channelUpdate(0, 10, known(host, 10));
    fail(1, FAILURE.temporary_channel_failure);
    expect(model.capture(0)).toMatchObject({ excluded: null });
  });

  it('learns balances when they are used', () => {
    const options = { ...PLAIN, path_finding: { randomize: false, use_past_relay_data: true } };
    const { host, model, pay, fail, last } = play(4, diamond, options);
    pay({ ...single, amountMsat: 100_000_000 });
    model.channelUpdate(0, 4, { ...known(host, 4), maxHtlcMsat: 5 });
    fail(1, FAILURE.temporary_channel_failure);
    expect(last().edges).toEqual([2, 6]);
    model.attemptSucceeded(0, 1);
    const { balances } = model.capture(0) as { balances: readonly Record<string, Json>[] };
    expect(balances.map(({ from, to, low_msat, high_msat }) => [from, to, low_msat, high_msat])).toEqual([
      [1, 3, 0, 100_001_000],
      [2, 3, 0, 9_900_000_000],
      [3, 2, 100_000_000, 10_000_000_000],
    ]);
    // The next payment does not try what was too much a moment ago.
    pay({ ...single, payment: 1, amountMsat: 110_000_000 });
    expect(last().edges).toEqual([2, 6]);
  });
});

describe('a payment in several parts', () => {
  /** Three ways over 1, 2 and 4, whose second channels carry 400,000 sat each. */
  const ways: FakeChannel[] = [1, 2, 4].flatMap((via) => [
    { a: 0, b: via, ...big },
    { a: via, b: 3, capacitySat: 500_000, ab: { base: 1000 * via, max: 400_000_000 } },
  ]);
  const amounts = (host: FakeHost, from = 0): readonly (number | undefined)[] =>
    host.sent.slice(from).map((r) => r.amounts.at(-1));

  it('fills its routes in the first round', () => {
    const { host, model, pay } = play(5, ways);
    pay({ destination: 3, amountMsat: 900_000_000 });
    expect(amounts(host)).toEqual([100_000_000, 400_000_000, 400_000_000]);
    for (const attempt of [1, 0]) model.attemptSucceeded(0, attempt);
    expect(host.outcomes.has(0)).toBe(false);
    model.attemptSucceeded(0, 2);
    expect(host.outcomes.get(0)).toBe('Success');
  });

  it('is sent whole where one route carries it, and in one part where the recipient takes no more', () => {
    const { host, pay } = play(5, ways);
    pay({ destination: 3, amountMsat: 300_000_000 });
    expect(amounts(host)).toEqual([300_000_000]);
    pay({ payment: 1, destination: 3, amountMsat: 900_000_000, multiPart: false });
    pay({ payment: 2, destination: 3, amountMsat: 900_000_000, method: 'keysend' });
    expect([host.outcomes.get(1), host.outcomes.get(2)]).toEqual(['RouteNotFound', 'RouteNotFound']);
  });

  it('places what failed in further rounds, at random, next to what is in flight', () => {
    const { host, model, pay } = play(5, ways, {});
    pay({ destination: 3, amountMsat: 700_000_000 });
    expect(amounts(host)).toEqual([300_000_000, 400_000_000]);
    const [first] = host.sent as [SentRoute];
    model.attemptFailed(0, first.attempt, 1, FAILURE.temporary_node_failure);
    const sent = amounts(host, 2) as readonly number[];
    expect(sent.reduce((sum, part) => sum + part, 0)).toBe(300_000_000);
    expect(host.sent.slice(2).some((route) => route.edges.includes(first.edges[0] as number))).toBe(false);
  });

  it('tries ignored channels once more before it gives up', () => {
    const { host, model, pay } = play(5, ways.slice(0, 2));
    pay({ destination: 3, amountMsat: 300_000_000 });
    model.attemptFailed(0, 0, 1, FAILURE.unknown_next_peer);
    expect(host.sent).toHaveLength(2);
    expect(model.capture(0)).toMatchObject({ payments: [{ attempts_left: 2, ignored_edges: [] }] });
    model.attemptFailed(0, 1, 1, FAILURE.unknown_next_peer);
    model.attemptFailed(0, 2, 1, FAILURE.unknown_next_peer);
    expect([host.sent.length, host.outcomes.get(0)]).toEqual([3, 'RetriesExhausted']);
  });

  it('waits for the parts in flight when it fails, and succeeds if one of them does', () => {
    const { host, model, pay } = play(5, ways);
    pay({ destination: 3, amountMsat: 900_000_000 });
    model.attemptFailed(0, 0, 2, FAILURE.incorrect_or_unknown_payment_details);
    model.attemptFailed(0, 1, 2, FAILURE.incorrect_or_unknown_payment_details);
    expect(host.outcomes.has(0)).toBe(false);
    model.attemptFailed(0, 2, 2, FAILURE.mpp_timeout);
    expect(host.outcomes.get(0)).toBe('IncorrectPaymentDetails');
    pay({ payment: 1, destination: 3, amountMsat: 900_000_000 });
    model.attemptFailed(1, 3, 2, FAILURE.mpp_timeout);
    model.attemptSucceeded(1, 4);
    model.attemptFailed(1, 5, 1, FAILURE.temporary_channel_failure);
    expect([host.sent.length, host.outcomes.get(1)]).toEqual([6, 'Success']);
  });

  it('shares its fee limit among its parts', () => {
    const { host, pay } = play(5, ways);
    // 1000 + 2000 + 4000 msat.
    pay({ destination: 3, amountMsat: 900_000_000, feeLimitMsat: 7000 });
    expect(host.sent).toHaveLength(3);
    pay({ payment: 1, destination: 3, amountMsat: 900_000_000, feeLimitMsat: 6999 });
    expect(host.outcomes.get(1)).toBe('RouteNotFound');
  });

  it('uses every direct channel', () => {
    const channels = Array.from({ length: 7 }, () => ({ a: 0, b: 1, capacitySat: 1_000_000 }));
    const { host, pay } = play(2, channels);
    pay({ amountMsat: 3_000_000_000 });
    expect(new Set(host.sent.map((route) => route.edges[0])).size).toBe(7);
  });

  it('makes no new attempts after the caller’s timeout', () => {
    const { host, model, pay } = play(5, ways);
    pay({ destination: 3, timeoutUs: SECOND });
    host.now = SECOND;
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(0)).toBe('PaymentExpired');
  });
});

describe('a route that is given', () => {
  it('is tried once, whatever its limits', () => {
    const { host, pay, fail, last } = play(4, diamond);
    pay({ ...single, route: [2, 6] });
    expect(last()).toMatchObject({ edges: [2, 6], amounts: [1_002_000, 1_000_000], expiries: [1070, 1030] });
    fail(1, FAILURE.temporary_channel_failure);
    expect([host.sent.length, host.outcomes.get(0)]).toEqual([1, 'UnexpectedError']);
    pay({ ...single, payment: 1, route: [2, 6], feeLimitMsat: 1999 });
    expect(host.outcomes.get(1)).toBe('RouteNotFound');
  });

  it('must lead over channels that are there', () => {
    const channels = [...diamond, { a: 0, b: 3, ...big, announced: false }];
    const { host, pay } = play(4, channels);
    const outcome = (payment: number, route: readonly number[]): string | undefined => {
      pay({ ...single, payment, route });
      return host.outcomes.get(payment);
    };
    expect([outcome(0, [0, 6]), outcome(1, [-1]), outcome(2, [0]), outcome(3, [])]).toEqual(
      Array(4).fill('RouteNotFound'),
    );
    expect(outcome(4, [8])).toBeUndefined();
    host.graph.disabled.fill(1, 4, 6);
    expect(outcome(5, [0, 4])).toBe('RouteNotFound');
    // Back to the sender, as for a rebalance.
    pay({ payment: 6, destination: 0, multiPart: false, route: [2, 6, 5, 1] });
    expect(host.outcomes.get(6)).toBe('RouteNotFound');
    host.graph.disabled.fill(0, 4, 6);
    pay({ payment: 7, destination: 0, multiPart: false, route: [2, 6, 5, 1] });
    expect(host.sent.at(-1)?.edges).toEqual([2, 6, 5, 1]);
  });
});

describe('a snapshot', () => {
  it('brings everything back: a payment goes on as it would have', () => {
    const ways: FakeChannel[] = [1, 2, 4, 5, 6].flatMap((via) => [
      { a: 0, b: via, ...big },
      { a: via, b: 3, capacitySat: 500_000, ab: { base: 1000 * via, max: 400_000_000 } },
    ]);
    const options = { path_finding: { use_past_relay_data: true } };
    const first = play(7, ways, options);
    first.pay({ destination: 3, amountMsat: 900_000_000 });
    first.pay({ payment: 1, destination: 3, multiPart: false, route: [0, 2], amountMsat: 1000 });
    first.model.channelUpdate(0, 2, known(first.host, 2));
    first.model.attemptFailed(0, 2, 1, FAILURE.temporary_channel_failure);
    const state = JSON.parse(JSON.stringify(first.model.capture(0))) as { payments: readonly Json[] };
    expect(state).toMatchObject({ excluded: [[2, 60 * SECOND]], balances: { length: 1 }, payments: { length: 2 } });

    const second = play(7, ways, options);
    second.host.sent.push(...first.host.sent);
    second.model.restore(0, state as unknown as Json, (payment) => payment + 10);
    const renamed = JSON.parse(JSON.stringify(state), (key, value) => (key === 'payment' ? value + 10 : value));
    expect(second.model.capture(0)).toEqual(renamed);
    for (const { model, shift } of [
      { ...first, shift: 0 },
      { ...second, shift: 10 },
    ]) {
      model.attemptFailed(shift, 0, 1, FAILURE.temporary_node_failure);
    }
    const sent = (played: Played): readonly object[] => played.host.sent.map(({ payment, ...route }) => route);
    expect(sent(second)).toEqual(sent(first));
    expect(second.host.sent.length).toBeGreaterThan(5);
    expect(second.host.sent.at(-1)?.payment).toBe(10);
  });
});
