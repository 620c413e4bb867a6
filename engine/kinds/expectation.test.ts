import { describe, expect, it } from 'vitest';
import { knownNames } from '../spec/name-uses.ts';
import {
  checkExpectation,
  checkMetric,
  type ExpectationProblem,
  type ExpectationView,
  evaluateExpectation,
  evaluateMetric,
  type PaymentStats,
  unknownNames,
} from './expectation.ts';

const stats: PaymentStats = {
  count: 69,
  succeeded: 43,
  failed: 26,
  pending: 0,
  successRate: 43 / 69,
  amountMsat: 86_000,
  feeMsat: 12,
  attempts: 80,
  meanTime: 0.25,
  maxTime: 1.5,
  outcomes: new Map([['RouteNotFound', 26]]),
};

const view: ExpectationView = {
  timeUs: 20_500_000,
  chain: () => ({ height: 140, mempool: 1, feesSat: 500, feerate: 12, feerate6: 8, minimumFeerate: 2, backlog: 40.5 }),
  payments: (pattern) => (pattern === 'nobody' ? null : stats),
  p95Time: (pattern) => (pattern === null ? 1.25 : 1),
  channel: async (name) =>
    name !== 'alice-bob'
      ? null
      : {
          name,
          state: 'closed',
          active: false,
          announced: true,
          node0: 'alice',
          node1: 'bob',
          capacitySat: 30_000,
          balance0Msat: 1,
          balance1Msat: 2,
          htlcs: 0,
        },
  node: (name) =>
    name !== 'alice'
      ? null
      : {
          name,
          model: 'lnd',
          running: true,
          walletSat: 5,
          channels: 1,
          localBalanceMsat: 10,
          remoteBalanceMsat: 20,
          forwards: 3,
          feesEarnedMsat: 4,
          htlcsRefused: 6,
        },
};
const names = {
  nodes: knownNames(['alice', 'bob']),
  channels: knownNames(['alice-bob']),
  activities: knownNames(['alice-pays-bob', 'background']),
};

/** What is wrong with an expression, names included. */
const problemsOf = (source: string): readonly ExpectationProblem[] => {
  const problem = checkExpectation(source);
  return problem === null ? unknownNames(source, names) : [problem];
};

describe('checking', () => {
  it.each([
    'payments().count == 69',
    "payments('alice-*').success_rate > 0.7",
    'payments().succeeded / payments().count > 0.5',
    "channel('alice-bob').state == 'closed' && node('alice').running",
    'chain.height >= 140 || time < 3',
    "payments().outcome('RouteNotFound') * 2 <= 1.5",
    'payments().count in [68, 69]',
    "payments().fee_msat < amount('5 sat') && time >= duration('10s')",
    "[1, 2].all(x, payments('background').count > x)",
    'payments().count % 10 < 5',
  ])('accepts %s', (source) => {
    expect(problemsOf(source)).toEqual([]);
  });

  it.each([
    ['', 'the expectation is empty', 0],
    ['payments().count', 'an expectation is true or false, but this is a number', 0],
    ["payments().count > 'a'", "'>' cannot be used on a number and a text", 0],
    ['payments().cuont > 1', "unknown field 'cuont'; did you mean 'count'?", 11],
    ['paymets().count > 1', "unknown function 'paymets'; did you mean 'payments'?", 0],
    ['tme > 1', "unknown name 'tme'; did you mean 'time'?", 0],
    ['payments().count = 1', "a single '=' is not a comparison; use '=='", 17],
    ['time > 1 & time < 2', "use '&&'", 9],
    ["channel('alice-bbo').active", "there is no channel 'alice-bbo'; did you mean 'alice-bob'?", 8],
    ["node('alicia').running", "there is no node 'alicia'; did you mean 'alice'?", 5],
    ["payments('zz*').count > 1", "there is no activity 'zz*'", 9],
    ["payments().outcome('Succes') > 1", "there is no payment outcome 'Succes'; did you mean 'Success'?", 19],
    ['channel(3).active', 'channel() takes one text, not a number', 0],
    ["time > duration('10')", 'duration', 16],
    ["payments().fee_msat > amount('5')", 'sat', 29],
    ["node('alice').model.matches('l.*')", "'matches' is not available in expectations", 20],
    ["timestamp('2024-01-01T00:00:00Z').getHours() > 1", "'timestamp' is not available", 0],
    ['params.amount > 1', `parameters are written \${{ params.NAME }}`, 0],
    ['time >', 'unexpected token: EOF', 6],
    ['payments(pay).success_rate > 0.9', "names stand in quotes: payments('pay')", 9],
    ['channel( alice-bob ).active', "names stand in quotes: channel('alice-bob')", 9],
  ])('refuses %s', (source, message, offset) => {
    const [problem] = problemsOf(source);
    expect(problem?.message).toContain(message);
    expect(problem?.offset).toBe(offset);
  });

  it('takes any name when none are given', () => {
    expect(checkExpectation("node('whoever').running")).toBeNull();
  });
});

describe('evaluating', () => {
  it.each([
    ["payments('a').success_rate > 0.7", false, "payments('a').success_rate = 0.623188 (expected > 0.7)"],
    ['50 < payments().count', true, 'payments().count = 69 (expected > 50)'],
    ["channel('alice-bob').state == 'open'", false, "channel('alice-bob').state = 'closed' (expected == 'open')"],
    ["channel('alice-bob').active", false, "channel('alice-bob').active = false (expected true)"],
    ["!node('alice').running", false, "node('alice').running = true (expected false)"],
    [
      'payments().count == payments().succeeded',
      false,
      'payments().count = 69, payments().succeeded = 43 (expected ==)',
    ],
    ['time == 20.5 && chain.height > 200 && payments().count > 1', false, 'chain.height = 140 (expected > 200)'],
    ['time > 1 && chain.height == 140', true, 'time = 20.5 (expected > 1); chain.height = 140 (expected == 140)'],
    ['time < 1 || chain.height < 1', false, 'time = 20.5 (expected < 1) or chain.height = 140 (expected < 1)'],
    ["payments().outcome('RouteNotFound') == 26", true, "payments().outcome('RouteNotFound') = 26 (expected == 26)"],
    [
      'payments().succeeded / payments().count > 0.62',
      true,
      'payments().succeeded / payments().count = 0.623188 (expected > 0.62)',
    ],
    [
      "time > duration('20s') && payments().fee_msat > amount('1 sat')",
      false,
      "payments().fee_msat = 12 (expected > amount('1 sat'))",
    ],
    ["node('nobody').running", false, "cannot be evaluated: there is no node 'nobody'"],
  ])('%s', async (source, passed, measured) => {
    expect(await evaluateExpectation(source, view)).toEqual({ passed, measured });
  });

  it('passes on what the view itself throws', async () => {
    const broken: ExpectationView = {
      ...view,
      node: () => {
        throw new Error('connection lost');
      },
    };
    await expect(evaluateExpectation("node('alice').running", broken)).rejects.toThrow('connection lost');
  });
});

describe('metrics', () => {
  it.each([
    ['payments().succeeded / payments().count', 43 / 69],
    ["payments('alice-*').p95_time", 1],
    ['payments().p95_time', 1.25],
    ["node('alice').fees_earned_msat + 1", 5],
    ['2 + 3', 5],
    ["channel('alice-bob').active ? 1 : 0", 0],
    ["duration('1m') + time", 80.5],
    ['0.0 / 0.0', null],
    ['1 / 0', null],
    ["node('bo' + 'b').forwards", null],
  ])('%s', async (source, value) => {
    expect(checkMetric(source)).toBeNull();
    expect(await evaluateMetric(source, view)).toBe(value);
  });

  it.each([
    ['payments().count > 1', 'a metric is a number, but this is true or false'],
    ["channel('alice-bob').state", 'a metric is a number, but this is a text'],
    ['payments()', 'a metric is a number, but this is what payments() answers'],
    ['payments().p95_tme', "unknown field 'p95_tme'; did you mean 'p95_time'?"],
  ])('%s is refused', (source, message) => {
    expect(checkMetric(source)?.message).toContain(message);
  });
});
