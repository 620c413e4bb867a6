import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FAILURE } from '../../engine/simulate/failure.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';
import { type FakeChannel, FakeHost, paymentRequest } from '../lnd/testing/fake-host.ts';
import { LdkModel } from './ldk-model.ts';

interface Play {
  readonly host: FakeHost;
  readonly model: LdkModel;
  pay(fields: Partial<PaymentRequest>): void;
  /** Lets time pass to the timer that was set last, and fires it. */
  wake(payment?: number): void;
}

function play(nodes: number, channels: readonly FakeChannel[], options: Readonly<Record<string, Json>> = {}): Play {
  const host = new FakeHost(nodes, channels);
  const model = new LdkModel(host);
  for (let node = 0; node < nodes; node++) model.addNode(node, options);
  return {
    host,
    model,
    pay: (fields) => model.startPayment(paymentRequest({ startedUs: host.now, ...fields })),
    wake: (payment = 0) => {
      const timer = host.timers.at(-1);
      if (timer === undefined) throw new Error('no timer was set');
      host.now = Math.max(host.now, timer.atUs);
      model.paymentTimer(payment);
    },
  };
}

const big = { capacitySat: 10_000_000 };
/** Two ways from 0 to 3, that over 1 cheaper. */
const square: readonly FakeChannel[] = [
  { a: 0, b: 1, ...big },
  { a: 0, b: 2, ...big },
  { a: 1, b: 3, ...big, ab: { delta: 72 } },
  { a: 2, b: 3, ...big, ab: { base: 5000, delta: 72 } },
];

describe('a payment', () => {
  it('is sent with the next block’s height, the final delta, and an offset that hides the payee', () => {
    const { host, pay } = play(4, square);
    pay({ destination: 3, finalCltvDelta: 42 });
    const [route] = host.sent;
    expect(route).toMatchObject({ edges: [0, 4], amounts: [1_000_000, 1_000_000] });
    const [first, last] = (route?.expiries ?? []) as [number, number];
    expect(first - last).toBe(72);
    const offset = last - 1001 - 42;
    expect(offset).toBeGreaterThanOrEqual(40);
    expect(offset).toBeLessThanOrEqual(432);
    expect(host.outcomes.size).toBe(0);
  });

  it('succeeds with its only part', () => {
    const { host, model, pay } = play(4, square);
    pay({ destination: 3 });
    model.attemptSucceeded(0, 0);
    expect([...host.outcomes]).toEqual([[0, 'Success']]);
    expect(model.capture(0)).toMatchObject({ payments: [], scorer: [{ channel: 0 }, { channel: 2 }] });
  });

  it('without any route ends before anything is sent', () => {
    const { host, pay } = play(4, square);
    pay({ payment: 0, destination: 3, feeLimitMsat: 0, amountMsat: 20_000_000_000 });
    pay({ payment: 1, destination: 0 });
    pay({ payment: 2, destination: 3, amountMsat: 0 });
    expect([...host.outcomes.values()]).toEqual(['RouteNotFound', 'RouteNotFound', 'RouteNotFound']);
    expect(host.sent).toEqual([]);
  });

  it('may cost 1 % and 50 sat, or what the scenario says', () => {
    const dear = (base: number): FakeChannel[] => [
      { a: 0, b: 1, ...big },
      { a: 1, b: 2, ...big, ab: { base } },
    ];
    const paid = (base: number, fields: Partial<PaymentRequest> = {}): number => {
      const { host, pay } = play(3, dear(base));
      pay({ destination: 2, ...fields });
      return host.sent.length;
    };
    expect([paid(60_000), paid(60_001)]).toEqual([1, 0]);
    expect([paid(100, { feeLimitMsat: 100 }), paid(101, { feeLimitMsat: 100 })]).toEqual([1, 0]);
  });

  it('goes in several parts only where the recipient takes them', () => {
    const fan: FakeChannel[] = [
      { a: 0, b: 1, capacitySat: 1_000_000, balanceMsat: 600_000_000 },
      { a: 0, b: 1, capacitySat: 1_000_000, balanceMsat: 600_000_000 },
    ];
    const several = play(2, fan);
    several.pay({ amountMsat: 900_000_000 });
    expect(several.host.sent.map((route) => route.amounts[0])).toHaveLength(2);
    expect(several.host.sent.reduce((sum, route) => sum + (route.amounts[0] as number), 0)).toBe(900_000_000);
    several.model.attemptSucceeded(0, 0);
    expect(several.host.outcomes.size).toBe(0);
    several.model.attemptSucceeded(0, 1);
    expect(several.host.outcomes.get(0)).toBe('Success');
    const one = play(2, fan);
    one.pay({ amountMsat: 900_000_000, multiPart: false });
    expect(one.host.outcomes.get(0)).toBe('RouteNotFound');
    const capped = play(2, fan);
    capped.pay({ amountMsat: 900_000_000, maxParts: 1 });
    expect(capped.host.outcomes.get(0)).toBe('RouteNotFound');
  });
});

describe('a retry', () => {
  it('waits for the next batch and avoids the channel that failed', () => {
    const { host, model, pay, wake } = play(4, square);
    pay({ destination: 3 });
    host.now = 400_000;
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    expect(host.sent).toHaveLength(1);
    const [timer] = host.timers;
    expect((timer?.atUs as number) - host.now).toBeGreaterThan(5000);
    expect((timer?.atUs as number) - host.now).toBeLessThan(200_000);
    wake();
    expect(host.sent[1]).toMatchObject({ edges: [2, 6] });
    model.attemptFailed(0, 1, 1, FAILURE.temporary_channel_failure);
    wake();
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
  });

  it('is made at once where the own channel refuses', () => {
    const { host, model, pay, wake } = play(4, square);
    pay({ destination: 3 });
    model.attemptFailed(0, 0, 0, FAILURE.temporary_channel_failure);
    expect(host.timers).toEqual([{ payment: 0, atUs: 0 }]);
    wake();
    expect(host.sent[1]).toMatchObject({ edges: [2, 6] });
  });

  it('is made for the part that failed only, and for all that failed since together', () => {
    const fan: FakeChannel[] = Array.from({ length: 4 }, () => ({
      a: 0,
      b: 1,
      capacitySat: 1_000_000,
      balanceMsat: 400_000_000,
    }));
    const { host, model, pay, wake } = play(2, fan);
    pay({ amountMsat: 700_000_000 });
    const parts = host.sent.length;
    expect(parts).toBe(2);
    model.attemptFailed(0, 0, 1, FAILURE.mpp_timeout);
    model.attemptFailed(0, 1, 1, FAILURE.mpp_timeout);
    expect(host.timers).toHaveLength(1);
    wake();
    expect(host.sent.slice(parts).reduce((sum, route) => sum + (route.amounts[0] as number), 0)).toBe(700_000_000);
  });

  it('is not made when the recipient refuses', () => {
    const { host, model, pay } = play(4, square);
    pay({ destination: 3 });
    model.attemptFailed(0, 0, 2, FAILURE.incorrect_or_unknown_payment_details);
    expect(host.outcomes.get(0)).toBe('RecipientRejected');
    // The amount had come through all the same.
    expect(model.capture(0)).toMatchObject({ scorer: [{ channel: 0 }, { channel: 2, offsets_msat: [1_000_000, 0] }] });
  });

  it('is not made after ten seconds, or the payment’s own timeout', () => {
    for (const [timeoutUs, last] of [
      [-1, 10_000_000],
      [3_000_000, 3_000_000],
      [0, 0],
    ] as const) {
      for (const late of [0, 1]) {
        const { host, model, pay } = play(4, square);
        pay({ destination: 3, timeoutUs });
        host.now = last + late;
        model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
        expect(host.outcomes.get(0)).toBe(late === 0 ? undefined : 'RetriesExhausted');
      }
    }
  });

  it('that comes due too late ends the payment', () => {
    const { host, model, pay, wake } = play(4, square);
    pay({ destination: 3, timeoutUs: 1000 });
    host.now = 1000;
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    wake();
    expect(host.outcomes.get(0)).toBe('RetriesExhausted');
  });

  it('can be limited by number', () => {
    const { host, model, pay, wake } = play(4, square, { retry_attempts: 1 });
    pay({ destination: 3 });
    host.now = 3_600_000_000;
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    wake();
    expect(host.sent).toHaveLength(2);
    model.attemptFailed(0, 1, 1, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(0)).toBe('RetriesExhausted');
  });

  it('leaves out a node that was taken out of the graph, in other payments, too', () => {
    const { host, model, pay, wake } = play(4, square);
    pay({ destination: 3 });
    model.attemptFailed(0, 0, 1, FAILURE.permanent_node_failure);
    wake();
    model.attemptSucceeded(0, 1);
    pay({ payment: 1, destination: 3 });
    expect(host.sent.map((route) => route.edges)).toEqual([
      [0, 4],
      [2, 6],
      [2, 6],
    ]);
  });
});

describe('parts in flight', () => {
  it('count in the probability of later payments of the same node', () => {
    const channels: FakeChannel[] = [
      { a: 0, b: 1, ...big },
      { a: 0, b: 2, ...big },
      { a: 1, b: 3, capacitySat: 1_000_000 },
      { a: 2, b: 3, capacitySat: 1_000_000, ab: { base: 3000 } },
    ];
    const { host, pay } = play(4, channels);
    pay({ payment: 0, destination: 3, amountMsat: 200_000_000 });
    pay({ payment: 1, destination: 3, amountMsat: 200_000_000 });
    expect(host.sent.map((route) => route.edges[1])).toEqual([4, 6]);
  });

  it('are awaited: any success makes the payment one', () => {
    const fan: FakeChannel[] = [
      { a: 0, b: 1, capacitySat: 1_000_000, balanceMsat: 600_000_000 },
      { a: 0, b: 1, capacitySat: 1_000_000, balanceMsat: 600_000_000 },
    ];
    const { host, model, pay } = play(2, fan);
    pay({ amountMsat: 900_000_000 });
    model.attemptFailed(0, 0, 1, FAILURE.incorrect_or_unknown_payment_details);
    expect(host.outcomes.size).toBe(0);
    model.attemptSucceeded(0, 1);
    expect(host.outcomes.get(0)).toBe('Success');
  });
});

describe('a given route', () => {
  it('is tried once', () => {
    const { host, model, pay } = play(4, square);
    pay({ destination: 3, route: [2, 6] });
    expect(host.sent).toMatchObject([{ edges: [2, 6], amounts: [1_005_000, 1_000_000] }]);
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    expect(host.outcomes.get(0)).toBe('RetriesExhausted');
  });

  it.each([
    ['a channel that is not there', { route: [0, -1] }],
    ['another sender’s channel', { route: [4] }],
    ['another recipient', { route: [0] }],
    ['a fee above the limit', { route: [2, 6], feeLimitMsat: 4999 }],
    ['an amount that a channel cannot carry', { route: [0, 4], amountMsat: 10_000_000_001 }],
    ['a way through the sender', { route: [0, 1, 2, 6] }],
    ['a way through the sender to itself', { route: [0, 1, 2, 3], destination: 0 }],
  ])('is not tried with %s', (_, fields) => {
    const { host, pay } = play(4, square);
    pay({ destination: 3, ...fields });
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
    expect(host.sent).toEqual([]);
  });
});

describe('a demanded last hop', () => {
  it('is the node from which the payment comes', () => {
    const { host, pay } = play(4, square);
    pay({ payment: 0, destination: 3, lastHop: 2 });
    pay({ payment: 1, destination: 3, lastHop: 1 });
    expect(host.sent.map(({ edges }) => edges)).toEqual([
      [2, 6],
      [0, 4],
    ]);
  });

  it('keeps a payer from its own channel to the recipient, unless it is the payer', () => {
    const { host, pay } = play(4, [...square, { a: 0, b: 3, ...big }]);
    pay({ payment: 0, destination: 3, lastHop: 2 });
    pay({ payment: 1, destination: 3, lastHop: 0 });
    expect(host.sent.map(({ edges }) => edges)).toEqual([[2, 6], [8]]);
  });

  it('is not left out when its channels fail', () => {
    const { host, model, pay, wake } = play(4, square);
    pay({ destination: 3, lastHop: 2, method: 'invoice' });
    model.attemptFailed(0, 0, 1, FAILURE.temporary_channel_failure);
    wake();
    expect([...host.outcomes.values()]).toEqual(['RouteNotFound']);
    expect(host.sent).toHaveLength(1);
  });

  it('that has no channel to the recipient leaves no route', () => {
    const { host, pay } = play(4, square);
    pay({ destination: 3, lastHop: 3 });
    expect([...host.outcomes.values()]).toEqual(['RouteNotFound']);
    expect(host.sent).toEqual([]);
  });
});

describe('a given route in a circle', () => {
  it('leads back to the sender', () => {
    const { host, model, pay } = play(4, square);
    pay({ destination: 0, multiPart: false, route: [0, 4, 7, 3] });
    expect(host.sent).toMatchObject([{ edges: [0, 4, 7, 3] }]);
    expect(host.sent[0]?.amounts.at(-1)).toBe(1_000_000);
    model.attemptSucceeded(0, 0);
    expect(host.outcomes.get(0)).toBe('Success');
  });

  it('is what it takes: none is found', () => {
    const { host, pay } = play(4, square);
    pay({ destination: 0, multiPart: false, outgoingEdges: [0], lastHop: 2 });
    expect(host.outcomes.get(0)).toBe('RouteNotFound');
    expect(host.sent).toEqual([]);
  });
});

describe('reports that cannot be', () => {
  it('are errors', () => {
    const { model, pay } = play(4, square);
    expect(() => model.attemptSucceeded(9, 0)).toThrow('payment 9 is not in progress');
    pay({ destination: 3 });
    expect(() => model.attemptSucceeded(0, 5)).toThrow('no attempt 5 in flight');
    expect(() => model.capture(77)).toThrow('node 77 is not an LDK node');
  });
});

describe('capture and restore', () => {
  it('carry payments and memory over to another model', () => {
    const first = play(4, square);
    first.pay({ payment: 3, destination: 3, amountMsat: 1_300_000_000, timeoutUs: 60_000_000 });
    first.pay({ payment: 1, destination: 3 });
    first.pay({ payment: 2, source: 3, destination: 0, amountMsat: 5000, method: 'keysend', multiPart: false });
    first.pay({ payment: 4, destination: 3, route: [2, 6] });
    first.host.now = 2_000_000;
    first.model.attemptFailed(
      1,
      first.host.sent.findIndex((r) => r.payment === 1),
      1,
      FAILURE.permanent_node_failure,
    );
    const text = JSON.stringify([first.model.capture(0), first.model.capture(3)]);

    const second = play(4, square);
    second.host.now = first.host.now;
    const [zero, three] = JSON.parse(text) as [Json, Json];
    second.model.restore(0, zero, (row) => row);
    second.model.restore(3, three, (row) => row);
    expect(JSON.stringify([second.model.capture(0), second.model.capture(3)])).toBe(text);
    second.host.sent.push(...first.host.sent);
    second.host.timers.push(...first.host.timers);

    for (const { host, model, wake } of [first, second]) {
      wake(1);
      for (const { payment, attempt } of [...host.sent]) {
        if (payment === 1 && attempt < host.sent.length - 1) continue;
        model.attemptSucceeded(payment, attempt);
      }
    }
    expect(second.host.sent).toEqual(first.host.sent);
    expect([...second.host.outcomes]).toEqual([...first.host.outcomes]);
    expect([...first.host.outcomes.values()]).toEqual(['Success', 'Success', 'Success', 'Success']);
    expect(second.model.capture(0)).toEqual(first.model.capture(0));
  });
});
