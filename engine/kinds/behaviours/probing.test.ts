import { describe, expect, it } from 'vitest';
import { FAILURE, type FailureCode } from '../../simulate/failure.ts';
import type { OwnPayment } from '../behaviour.ts';
import { StubAgent } from '../testing/stub-agent.ts';
import { probing } from './probing.ts';

const target = (name: string, most: number, precision: number): object => ({
  name,
  destination: 9,
  hops: 3,
  most,
  capacity: 1_000_000,
  precision,
});

type Answer = readonly [hop: number, code: FailureCode];
const PASSED: Answer = [3, FAILURE.incorrect_or_unknown_payment_details];
const STOPPED: Answer = [2, FAILURE.temporary_channel_failure];

/** Wakes the agent until it probes no more; `answer` says how a probe of an amount over a lane ends. */
async function search(
  targets: readonly object[],
  answer: (amountMsat: number, lane: number) => Answer,
): Promise<StubAgent> {
  const agent = new StubAgent();
  const wake = probing.wake?.bind(probing);
  let memory: Awaited<ReturnType<NonNullable<typeof wake>>> = null;
  for (let before = -1; before < agent.payments.length; ) {
    before = agent.payments.length;
    memory = (await wake?.({ targets: targets as never }, agent, memory)) ?? null;
    const number = agent.payments.length - 1;
    const [, amountMsat = 0, lane = 0] = agent.payments[number] ?? [];
    const [failureHop, failureCode] = answer(amountMsat, lane);
    const ended: OwnPayment = {
      number,
      outcome: 7,
      amountMsat,
      feeMsat: 0,
      attempts: 1,
      resolvedUs: 0,
      failureCode,
      failureHop,
    };
    agent.ended = agent.payments.length === before ? [] : [ended];
    // It is woken with the same memory as a snapshot would give it.
    memory = JSON.parse(JSON.stringify(memory));
  }
  return agent;
}

describe('a prober', () => {
  it('halves what it does not know until the bounds are near enough', async () => {
    const agent = await search([target('x', 1000, 10)], (amount) => (amount <= 617 ? PASSED : STOPPED));
    expect(agent.payments.map(([, amount]) => amount)).toEqual([500, 750, 625, 562, 593, 609, 617]);
    expect(agent.figures).toEqual({
      'x.low_msat': 617,
      'x.high_msat': 625,
      'x.probes': 7,
      probes: 7,
      results: 1,
    });
  });

  it('knows only the capacity as an upper bound where everything gets through', async () => {
    const agent = await search([target('x', 1000, 100)], () => PASSED);
    expect(agent.figures['x.high_msat']).toBe(1_000_000);
    expect(agent.figures['x.low_msat']).toBeGreaterThan(900);
  });

  it('takes the targets one after the other, each by its route', async () => {
    const agent = await search([target('x', 100, 60), target('y', 100, 60)], (_, lane) =>
      lane === 0 ? PASSED : STOPPED,
    );
    expect(agent.payments.map(([, , lane]) => lane)).toEqual([0, 1]);
    expect([agent.figures['x.low_msat'], agent.figures['y.high_msat'], agent.figures.results]).toEqual([50, 50, 2]);
  });

  it('learns nothing from failures elsewhere, and gives a target up after five in a row', async () => {
    const agent = await search([target('x', 1000, 10)], () => [1, FAILURE.temporary_channel_failure]);
    expect(agent.payments).toHaveLength(5);
    expect(agent.figures).toMatchObject({ dead_ends: 1, 'x.high_msat': 1_000_000 });
    expect(agent.figures['x.low_msat'] ?? 0).toBe(0);
  });
});
