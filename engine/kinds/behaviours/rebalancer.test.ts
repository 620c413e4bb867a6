import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Json } from '../../base/json.ts';
import { compileScenario } from '../../compile/compile.ts';
import { OUTCOME, type Outcome } from '../../simulate/records.ts';
import { formatDiagnostics } from '../../spec/format-diagnostic.ts';
import type { Action } from '../../timeline/timeline.ts';
import { competitor, ownChannel, StubAgent } from '../testing/stub-agent.ts';
import { rebalancer } from './rebalancer.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

async function planned(rule: object, model = 'lnd'): Promise<Action['args']> {
  const text = stringify({
    version: 1,
    duration: '10h',
    nodes: { alice: { model }, bob: {} },
    channels: { c: { from: 'alice', to: 'bob', capacity: '1_000_000 sat' } },
    behaviours: { refill: { nodes: 'alice', rebalancer: rule } },
  });
  const compiled = await compileScenario({ text, file: 'test.yml', readFile: async () => null });
  if (!compiled.ok) throw new Error(formatDiagnostics(compiled.diagnostics));
  expect(compiled.timeline.behaviours?.[0]?.payments, 'a payment each time that it is woken').toEqual({
    first: 0,
    count: 9,
  });
  return compiled.timeline.behaviours?.[0]?.args ?? {};
}

/** Wakes an agent again and again; what it remembers goes through JSON, as in a snapshot. */
class Sleeper extends StubAgent {
  memory: Json = null;
  readonly args: Action['args'];

  constructor(args: Action['args']) {
    super();
    this.args = args;
  }

  /** Pairs and amounts in sat that it orders. */
  async wakeAt(timeUs: number): Promise<readonly string[]> {
    this.timeUs = timeUs;
    const before = this.orders.length;
    this.memory = JSON.parse(JSON.stringify(await rebalancer.wake?.(this.args, this, this.memory))) as Json;
    this.ended = [];
    return this.orders
      .slice(before)
      .map(({ outChannel, inChannel, amountMsat }) => `${outChannel}>${inChannel} ${amountMsat / 1000}`);
  }

  /** The last order has ended; hop `failureHop` told why. */
  end(outcome: Outcome, feeMsat = 0, failureHop = -1): void {
    const number = this.orders.length - 1;
    const { amountMsat } = this.orders[number] as { readonly amountMsat: number };
    this.ended = [
      { number, outcome, amountMsat, feeMsat, attempts: 1, resolvedUs: this.timeUs, failureCode: 0, failureHop },
    ];
  }
}

describe('the choice of channels', () => {
  test('fills the emptiest from the fullest, up to the target and without going below what that one keeps', async () => {
    const agent = new Sleeper(await planned({}));
    agent.own = [ownChannel(1, 200_000), ownChannel(2, 100_000), ownChannel(3, 700_000), ownChannel(4, 950_000)];
    expect(await agent.wakeAt(0)).toEqual(['4>2 400000']);
    expect(agent.orders[0]?.maxFeeMsat, '2,000 ppm').toBe(800_000);
    agent.end(OUTCOME.Success, 100);
    agent.own = [ownChannel(2, 0), ownChannel(3, 620_000)];
    expect(await agent.wakeAt(HOUR)).toEqual(['3>2 120000']);
  });

  test('leaves alone what is neither, what is not connected, the same peer, and what is not worth it', async () => {
    const agent = new Sleeper(await planned({ below: 0.3, above: 0.6 }));
    agent.own = [ownChannel(1, 350_000), ownChannel(2, 600_000)];
    expect(await agent.wakeAt(0)).toEqual([]);
    agent.own = [ownChannel(1, 0, { active: false }), ownChannel(2, 900_000)];
    expect(await agent.wakeAt(HOUR)).toEqual([]);
    agent.own = [ownChannel(1, 0), ownChannel(2, 900_000, { peer: 11 })];
    expect(await agent.wakeAt(2 * HOUR)).toEqual([]);
    agent.own = [ownChannel(1, 0), ownChannel(2, 609_000)];
    expect(await agent.wakeAt(3 * HOUR), '9,000 sat').toEqual([]);
    agent.own = [ownChannel(1, 0), ownChannel(2, 610_000)];
    expect(await agent.wakeAt(4 * HOUR)).toEqual(['2>1 10000']);
  });

  test('keeps the reserve', async () => {
    const agent = new Sleeper(await planned({ above: 0 }));
    agent.own = [ownChannel(1, 0), ownChannel(2, 300_000, { reserveMsat: 50_000_000 })];
    expect(await agent.wakeAt(0)).toEqual(['2>1 250000']);
  });
});

describe('patience', () => {
  const own = [ownChannel(1, 0), ownChannel(2, 900_000), ownChannel(3, 1_000_000)];

  test('makes one payment at a time', async () => {
    const agent = new Sleeper(await planned({ amount: '50_000 sat' }));
    agent.own = own;
    expect(await agent.wakeAt(0)).toEqual(['3>1 50000']);
    agent.inFlight = 1;
    expect(await agent.wakeAt(HOUR)).toEqual([]);
    agent.inFlight = 0;
    agent.end(OUTCOME.Success);
    expect(await agent.wakeAt(2 * HOUR)).toEqual(['3>1 50000']);
  });

  test('takes another pair after a failure, and comes back later and later', async () => {
    const rule = { amount: '50_000 sat', back_off: { first: '2h', factor: 3, max: '10h' } };
    const agent = new Sleeper(await planned(rule));
    agent.own = [ownChannel(1, 0), ownChannel(3, 1_000_000)];
    const attempts: number[] = [];
    for (let hour = 0; hour < 40; hour++) {
      if ((await agent.wakeAt(hour * HOUR)).length === 0) continue;
      attempts.push(hour);
      agent.end(OUTCOME.RouteNotFound);
    }
    // Pauses of 2 h, 6 h, and then 10 h.
    expect(attempts).toEqual([0, 2, 8, 18, 28, 38]);
    const other = new Sleeper(await planned(rule));
    other.own = own;
    expect(await other.wakeAt(0)).toEqual(['3>1 50000']);
    other.end(OUTCOME.RouteNotFound);
    expect(await other.wakeAt(HOUR)).toEqual(['2>1 50000']);
    other.end(OUTCOME.Success);
    expect(await other.wakeAt(2 * HOUR)).toEqual(['3>1 50000']);
    other.end(OUTCOME.Success);
    await other.wakeAt(3 * HOUR);
    expect((other.memory as { readonly failed: object }).failed, 'a success begins anew').toEqual({});
  });

  test('pays no more in a day than its budget', async () => {
    const rule = { amount: '50_000 sat', max_fee_rate: '1_000 ppm', budget: '120 sat' };
    const agent = new Sleeper(await planned(rule));
    agent.own = own;
    expect(await agent.wakeAt(0)).toEqual(['3>1 50000']);
    expect(agent.orders[0]?.maxFeeMsat).toBe(50_000);
    agent.end(OUTCOME.Success, 40_000);
    expect(await agent.wakeAt(HOUR)).toEqual(['3>1 50000']);
    agent.end(OUTCOME.Success, 50_000);
    expect(await agent.wakeAt(2 * HOUR), '30 sat are left').toEqual(['3>1 30000']);
    expect(agent.orders[2]?.maxFeeMsat).toBe(30_000);
    agent.end(OUTCOME.Success, 25_000);
    expect(await agent.wakeAt(3 * HOUR), '5 sat pay for 5,000, which are not worth it').toEqual([]);
    expect(await agent.wakeAt(DAY)).toEqual(['3>1 50000']);
  });

  test('forgets pairs whose channels are gone', async () => {
    const agent = new Sleeper(await planned({}));
    agent.own = own;
    await agent.wakeAt(0);
    agent.end(OUTCOME.RouteNotFound);
    agent.own = own.slice(0, 2);
    await agent.wakeAt(HOUR);
    expect((agent.memory as { readonly failed: object }).failed).toEqual({});
  });
});

describe('a node that finds no circle', () => {
  /** Node 0 has channel 1 to node 11 and channel 2 to node 12, which are joined by channels 31 and 32. */
  const known = new Map([
    [0, [competitor(11, 1, { channel: 1, name: 'c-1' }), competitor(12, 1, { channel: 2, name: 'c-2' })]],
    [
      11,
      [
        competitor(0, 1, { channel: 1, name: 'c-1' }),
        competitor(12, 10, { channel: 31, name: 'c-31' }),
        competitor(12, 20, { channel: 32, name: 'c-32' }),
      ],
    ],
  ]);

  async function sleeper(model: string, rule: object = {}): Promise<Sleeper> {
    const agent = new Sleeper(await planned({ amount: '50_000 sat', ...rule }, model));
    agent.model = model;
    agent.own = [ownChannel(1, 0), ownChannel(2, 1_000_000)];
    agent.known = known;
    return agent;
  }

  test.each(['ldk', 'eclair'])('is given the cheapest that its agent finds: %s', async (model) => {
    const agent = await sleeper(model);
    expect(await agent.wakeAt(0)).toEqual(['2>1 50000']);
    expect(agent.orders[0]?.route).toEqual([2, 31, 1]);
  });

  test.each(['lnd', 'cln'])('is no %s node', async (model) => {
    const agent = await sleeper(model);
    expect(await agent.wakeAt(0)).toEqual(['2>1 50000']);
    expect(agent.orders[0]).not.toHaveProperty('route');
    expect(agent.memory).not.toHaveProperty('paying.route');
  });

  test('is asked as it is where there is none', async () => {
    const agent = await sleeper('ldk', { max_fee_rate: '1 ppm' });
    expect(await agent.wakeAt(0)).toEqual(['2>1 50000']);
    expect(agent.orders[0]).not.toHaveProperty('route');
  });

  test('leaves out the channel that failed until the longest pause is over', async () => {
    const agent = await sleeper('ldk', { back_off: { first: '1h', factor: 1, max: '4h' } });
    await agent.wakeAt(0);
    agent.end(OUTCOME.RetriesExhausted, 0, 1);
    const taken: unknown[] = [];
    for (let hour = 1; hour < 6; hour++) {
      await agent.wakeAt(hour * HOUR);
      taken.push(agent.orders.at(-1)?.route?.[1]);
      agent.end(OUTCOME.Success);
    }
    expect(taken).toEqual([32, 32, 32, 31, 31]);
  });

  test('takes it again where its own channel was what failed', async () => {
    const agent = await sleeper('ldk', { back_off: { first: '1h', factor: 1, max: '4h' } });
    await agent.wakeAt(0);
    agent.end(OUTCOME.RetriesExhausted, 0, 0);
    await agent.wakeAt(HOUR);
    expect(agent.orders.map(({ route }) => route)).toEqual([
      [2, 31, 1],
      [2, 31, 1],
    ]);
  });
});
