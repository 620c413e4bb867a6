/** Models that never come to an end: each ends the run with what is wrong, and none keeps it busy for ever. */
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { FAILURE } from '../simulate/failure.ts';
import { OUTCOME } from '../simulate/records.ts';
import { TestRun } from '../simulate/testing/network.ts';
import { ModelProcessError } from './model-process-error.ts';
import { type Asked, meddledKinds } from './testing/meddling.ts';
import type { Action, Answer, Message, PolicyMessage } from './wire.ts';

/** Questions with which a payment can go on. */
const PAYMENT_ASKS = ['start_payment', 'attempt_failed', 'payment_timer'];

const REFUSED = FAILURE.temporary_channel_failure;

/** From n0 over n1 to n2. */
const ROUTE = { edge: [0, 2], amount_msat: [2_000_000, 1_000_000], expiry: [300, 200] };

/** A payment from n0 to n2 over links without delay; answers how the run ended, and how often the models were asked. */
function end(
  meddler: (asked: Asked) => Partial<Answer>,
  seconds = 60,
): { readonly error: unknown; readonly run: TestRun } {
  const run = new TestRun(
    {
      nodes: [{}, {}, {}],
      channels: [
        { node0: 0, node1: 1, latencyUs: 0 },
        { node0: 1, node1: 2, latencyUs: 0 },
      ],
      payments: [{ source: 0, destination: 2, amountMsat: 100_000_000 }],
      models: () => meddledKinds(MODEL_KINDS, meddler),
    },
    false,
  );
  try {
    run.until(1);
    run.simulation.pay(0);
    run.until(seconds);
    return { error: null, run };
  } catch (error) {
    return { error, run };
  }
}

function expectEnded(error: unknown, about: RegExp): void {
  expect(error).toBeInstanceOf(ModelProcessError);
  expect((error as Error).message).toMatch(/^E808 model lnd, \w+ of n\d at [\d.]+ s: ./);
  expect((error as Error).message).toMatch(about);
}

const TOO_MANY = /lnd of n0 wants attempt or timer \d+ for payment 0 of a0 within [\d.]+ s of virtual time$/;

/** Answers what a payment asks for, and leaves the rest to the model. */
const paying =
  (wanted: (payment: number, nowUs: number) => readonly Action[]) =>
  ({ ask, payload, turn, honest }: Asked): Partial<Answer> =>
    PAYMENT_ASKS.includes(ask) ? { actions: wanted(payload.payment as number, turn.now_us) } : honest();

describe('a model that goes on and on', () => {
  it('with a timer for the same instant', () => {
    const { error, run } = end(paying((payment, nowUs) => [{ timer: { payment, at_us: nowUs } }]));
    expectEnded(error, TOO_MANY);
    expect(run.simulation.nowUs).toBe(1_000_000);
  });

  it('with timers that come a microsecond later', () => {
    const { error, run } = end(paying((payment, nowUs) => [{ timer: { payment, at_us: nowUs + 1 } }]));
    expectEnded(error, TOO_MANY);
    expect(run.simulation.nowUs).toBeLessThan(2_000_000);
  });

  it('with two timers for each that goes off', () => {
    const { error } = end(
      paying((payment, nowUs) => [
        { timer: { payment, at_us: nowUs + 1_000_000 } },
        { timer: { payment, at_us: nowUs + 1_000_000 } },
      ]),
    );
    expectEnded(error, TOO_MANY);
  });

  it('with one answer that is full of timers', () => {
    const { error } = end(paying((payment) => new Array(30_000).fill({ timer: { payment, at_us: 5_000_000 } })));
    expectEnded(error, TOO_MANY);
  });

  it('with a timer at no instant', () => {
    const { error } = end(paying((payment) => [{ timer: { payment, at_us: 2 ** 60 } }]));
    expectEnded(error, /there is no instant 115292150460684\d+ for a timer/);
  });

  it('with the same route after every failure', () => {
    const pay = paying((payment) => [{ send: { payment, ...ROUTE } }]);
    // The other node refuses whatever it is to forward.
    const refused = { number: 0, actions: [], code: REFUSED };
    const { error } = end((asked) => {
      if (asked.ask === 'check_forward') return refused;
      if (asked.ask !== 'questions') return pay(asked);
      const questions = asked.payload.questions as readonly Message[];
      const answers = asked.honest().answers?.answers ?? [];
      return { answers: { answers: answers.map((one, i) => (questions[i]?.check_forward ? refused : one)) } };
    }, 36_000);
    expectEnded(error, TOO_MANY);
  });

  it('with a route that its own channel cannot carry', () => {
    const { error, run } = end(paying((payment) => [{ send: { payment, ...ROUTE, offer_code: REFUSED } }]));
    expectEnded(error, TOO_MANY);
    expect(run.simulation.nowUs).toBe(1_000_000);
  });
});

describe('what ends by itself', () => {
  it('a htlc_maximum that is another one each time it is asked for', () => {
    let asked = 0;
    const kinds = MODEL_KINDS.filter(({ name }) => name === 'eclair');
    const run = new TestRun(
      {
        nodes: [{ model: 'eclair' }, { model: 'eclair' }],
        channels: [{ node0: 0, node1: 1, latencyUs: 0 }],
        payments: [{ source: 0, destination: 1, amountMsat: 100_000_000 }],
        models: () =>
          meddledKinds(
            // A model that names no least time between two changes.
            kinds.map((kind) => ({
              ...kind,
              create: (host, facts) => {
                const model = kind.create(host, facts);
                const { maximumIntervalUs: _, ...timing } = model.timing;
                return Object.defineProperty(model, 'timing', { value: timing });
              },
            })),
            ({ ask, payload, honest }) => {
              // What has changed in the world comes with every turn.
              const answer = honest();
              if (ask !== 'maximum_for') return answer;
              asked++;
              const { max_htlc_msat } = payload.policy as PolicyMessage;
              return { ...answer, value: max_htlc_msat === 400_000_000 ? 400_000_001 : 400_000_000 };
            },
          ),
      },
      false,
    );
    run.simulation.pay(0);
    run.until(60);
    expect(run.results.map(({ outcome }) => outcome)).toEqual([OUTCOME.Success]);
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(20);
  });

  it('a payment that nobody answers: it is in flight when the run ends', () => {
    const { error, run } = end(paying(() => []));
    expect(error).toBeNull();
    expect(run.results).toHaveLength(0);
    expect(run.simulation.world.payments.running).toBe(1);
  });
});
