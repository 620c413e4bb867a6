/** The backend over drivers that stand in for processes: what a protocol can do that has more than BLAST's. */
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../../compile/compile.ts';
import { RUN_KINDS } from '../../kinds/registry.ts';
import { RecordNames } from '../../run/record-names.ts';
import { type RunResult, runTimeline } from '../../run/runner.ts';
import { OUTCOME, type PaymentResult, type RecordCode } from '../../simulate/records.ts';
import { derivedPubkey } from '../../timeline/pubkey.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { BLAST_CHAIN_LIMITS, BLAST_LIMITS } from './blast-limits.ts';
import { CONTROL_LIMITS } from './control-limits.ts';
import {
  type Driver,
  type DriverChannel,
  DriverFailure,
  type DriverNode,
  type DriverPaid,
  DriverRefusal,
} from './driver.ts';
import { RpcBackend } from './rpc-backend.ts';

const PAID: DriverPaid = {
  outcome: OUTCOME.Success,
  attempts: 1,
  parts: 1,
  feeMsat: 0,
  route: [],
  failureCode: 0,
  failureHop: -1,
};

/** A clock that jumps over every sleep. */
function jumpingClock(): { now(): number; sleep(ms: number): Promise<void> } {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A process in memory: channels are open when they are asked for, and every call is noted. */
class FakeDriver implements Driver {
  readonly target = 'fake at nowhere:1';
  readonly calls: string[] = [];
  readonly told = new Map<number, DriverChannel>();
  stopped = 0;
  closed = 0;

  async start({ nodes }: Parameters<Driver['start']>[0]): Promise<readonly DriverNode[]> {
    return nodes.map(({ name }) => ({ name: `its-${name}`, pubkey: derivedPubkey(name), address: '' }));
  }
  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
  async connected(): Promise<boolean> {
    return true;
  }
  async openChannel({ id, node, peer, pushMsat }: Parameters<Driver['openChannel']>[0]): Promise<void> {
    this.calls.push(`open ${id} ${node.name} ${peer.name} ${pushMsat}`);
    this.told.set(id, { id, state: 'open' });
  }
  async closeChannel({ id, node, force }: Parameters<Driver['closeChannel']>[0]): Promise<void> {
    this.calls.push(`close ${id} ${node.name} ${force}`);
    this.told.set(id, { id, state: force ? 'resolving' : 'closing' });
  }
  async channels(): Promise<readonly DriverChannel[]> {
    return [...this.told.values()];
  }
  async figures(): ReturnType<Driver['figures']> {
    return { walletSat: 100_000_000, localMsat: 5, remoteMsat: 6, forwards: 7, feesEarnedMsat: 8 };
  }
  async save(name: string): Promise<void> {
    this.calls.push(`save ${name}`);
  }
  async stop(): Promise<void> {
    this.stopped++;
  }
  close(): void {
    this.closed++;
  }
}

interface Outcome {
  readonly result: RunResult;
  readonly log: readonly string[];
  readonly payments: readonly PaymentResult[];
}

async function timelineOf(body: string): Promise<Timeline> {
  const answer = await compileScenario({ text: `version: 1\n${body}`, file: 's.yml', readFile: async () => null });
  if (!answer.ok) throw new Error(JSON.stringify(answer.diagnostics));
  return answer.timeline;
}

async function play(
  body: string,
  driver: FakeDriver,
  save: string | null = null,
  stop?: AbortSignal,
): Promise<Outcome> {
  const timeline = await timelineOf(body);
  const clock = jumpingClock();
  const names = new RecordNames(timeline);
  const log: string[] = [];
  const payments: PaymentResult[] = [];
  const result = await runTimeline({
    timeline,
    timelineDigest: '',
    backend: new RpcBackend({
      processes: async () => ({ drivers: [driver], close: async () => driver.close() }),
      clock,
      speed: 1,
      load: null,
      save,
      ...(stop === undefined ? {} : { stop }),
    }),
    kinds: RUN_KINDS,
    clock,
    ...(stop === undefined ? {} : { stop }),
    observers: [
      {
        action: (action) => names.action(action),
        text: (number, text) => names.text(number, text),
        payment: (one) => void payments.push(one),
        record: (code: RecordCode, timeUs, a, b, c, amount) => {
          names.note(code, a, b);
          const { event, fields } = names.describe(code, a, b, c, amount);
          log.push(`${timeUs / 1e6} ${event} ${fields.map(([, value]) => value).join(' ')}`);
        },
      },
    ],
  });
  return { result, log, payments };
}

const NODES = 'duration: 5s\nnodes: { alice: { wallet: 1 BTC }, bob: , carol: }\n';

describe('payments', () => {
  const paying = `${NODES}events:
  - { at: 1s, pay: { source: alice, destination: carol, amount: 3_000 sat } }
  - { at: 2s, pay: { source: alice, destination: bob, amount: 1 sat, method: invoice } }
`;

  it('are made at their time, and end when their process says so', async () => {
    const driver = new FakeDriver();
    const asked: string[] = [];
    const route = ['alice', 'bob', 'carol'].map(derivedPubkey);
    const { result, log, payments } = await play(
      paying,
      Object.assign(driver, {
        pay: async ({ node, destination, amountMsat, profile: { method } }) => {
          asked.push(`${node.name} ${destination.name} ${method} ${amountMsat}`);
          return method === 'keysend'
            ? { ...PAID, feeMsat: 11, route }
            : { ...PAID, outcome: OUTCOME.RouteNotFound, parts: 0 };
        },
      } satisfies Partial<Driver>),
    );
    expect(result.failure).toBeNull();
    expect(asked).toEqual(['its-alice its-carol keysend 3000000', 'its-alice its-bob invoice 1000']);
    expect(payments).toMatchObject([
      { payment: 0, startedUs: 1_000_000, outcome: OUTCOME.Success, feeMsat: 11, route: [0, 1, 2] },
      { payment: 1, startedUs: 2_000_000, outcome: OUTCOME.RouteNotFound, route: [] },
    ]);
    expect(log.filter((line) => line.includes('payment_started'))).toHaveLength(2);
    expect(result.book.stats(null)).toMatchObject({ succeeded: 1, failed: 1, pending: 0 });
  });

  it('that end at the same instant are all followed by the next ones of their loop', async () => {
    const driver = Object.assign(new FakeDriver(), { pay: async () => PAID } satisfies Partial<Driver>);
    const { result } = await play(
      `${NODES}activity:
  loops: { source: alice, destination: bob, loop: { think: 1s, concurrency: 3 }, amount: 1 sat }
`,
      driver,
    );
    // Three at once, each second, from the first one on.
    expect(result.book.stats(null)).toMatchObject({
      count: result.book.started,
      succeeded: result.book.started,
      pending: 0,
    });
    expect(result.book.started).toBe(12);
  });

  it('that a process refuses have failed, and those that it never ends are pending', async () => {
    const driver = new FakeDriver();
    const refused = await play(
      paying,
      Object.assign(driver, {
        pay: ({ profile: { method } }) =>
          method === 'keysend' ? Promise.reject(new DriverRefusal('no')) : new Promise<DriverPaid>(() => {}),
      } satisfies Partial<Driver>),
    );
    expect(refused.result.book.stats(null)).toMatchObject({ failed: 1, pending: 1 });
    expect(refused.payments).toMatchObject([{ outcome: OUTCOME.UnexpectedError, attempts: 0 }]);
    // Five minutes were given to it.
    expect(refused.result.drainedUs).toBe(305_000_000);
  });

  it('end the run when the process fails meanwhile', async () => {
    const driver = new FakeDriver();
    const failure = new DriverFailure('late', { call: 'Pay', node: 'its-alice' }, 'it did not answer within 1 s');
    const { result } = await play(
      paying,
      Object.assign(driver, { pay: () => Promise.reject(failure) } satisfies Partial<Driver>),
    );
    expect(result.state).toBe('failed');
    expect(result.failure).toMatchObject({
      kind: 'backend',
      message: expect.stringMatching(
        /^E812 fake at nowhere:1 has failed at 1\.\d{3} s, Pay for alice \(its-alice\): it did not/,
      ),
    });
    expect([driver.stopped, driver.closed]).toEqual([0, 1]);
  });
});

describe('an interruption', () => {
  it('does not wait for an answer that does not come', async () => {
    const driver = new FakeDriver();
    const stop = new AbortController();
    driver.disconnect = () => {
      stop.abort();
      return new Promise<void>(() => {});
    };
    const body = `${NODES}events: [{ at: 1s, stop_node: bob }, { at: 2s, disconnect_peer: { a: alice, b: bob } }]\n`;
    const { result, log } = await play(
      body,
      Object.assign(driver, { stopNode: async () => {} } satisfies Partial<Driver>),
      'kept',
      stop.signal,
    );
    expect(result).toMatchObject({ state: 'aborted', failure: null });
    expect(log).toEqual(['1 node_stopped bob false']);
    // Nothing more is asked of such a process, and it is let go.
    expect([driver.calls, driver.stopped, driver.closed]).toEqual([[], 0, 1]);
  });

  it('lets what answers keep its network', async () => {
    const driver = new FakeDriver();
    const stop = new AbortController();
    driver.disconnect = async () => stop.abort();
    await play(`${NODES}events: [{ at: 2s, disconnect_peer: { a: alice, b: bob } }]\n`, driver, 'kept', stop.signal);
    expect([driver.calls, driver.stopped, driver.closed]).toEqual([['save kept'], 1, 1]);
  });
});

describe('channels', () => {
  const CLOSING = `${NODES}channels: { ab: { from: alice, to: bob, capacity: 1_000_000 sat, push: 5_000 sat } }\n`;

  it('go through their states as their process tells of them', async () => {
    const driver = new FakeDriver();
    const { result, log } = await play(
      `${CLOSING}events:
  - { at: 1s, close_channel: { channel: ab, by: bob, force: true } }
  - { at: 2s, open_channel: { channel: ab, from: bob, to: alice, capacity: 50_000 sat } }
  - { when: channel('ab').state == 'resolving', open_channel: { channel: more, from: alice, to: carol, capacity: 70_000 sat } }
expect: ["channel('more').state == 'open' && channel('ab').node0 == 'alice'"]
`,
      driver,
      'kept',
    );
    expect(result.expectations.map(({ status }) => status)).toEqual(['passed']);
    expect(driver.calls).toEqual([
      'open 0 its-alice its-bob 5000000',
      'close 0 its-bob true',
      'open 1 its-alice its-carol 0',
      'save kept',
    ]);
    expect(log.map((line) => line.replace(/^[\d.]+ /, ''))).toEqual([
      'channel_state ab 0 force_closing force 1000000',
      'channel_active ab 0 false',
      'channel_state ab 0 resolving commitment_confirmed 1000000',
      'channel_state more 1 pending broadcast 70000',
      'channel_state more 1 awaiting_ready depth 70000',
      'channel_state more 1 open ready 70000',
      'channel_active more 1 true',
      'open_rejected ab -1 a channel of this name is still there',
    ]);
    expect(driver.stopped).toBe(1);
  });

  it('have the balances that their process tells', async () => {
    const driver = new FakeDriver();
    driver.openChannel = async ({ id }) =>
      void driver.told.set(id, { id, state: 'open', balancesMsat: [7, 8], htlcs: 3, connected: false });
    const { result } = await play(
      `${CLOSING}expect:
  - channel('ab').balance0_msat == 7 && channel('ab').balance1_msat == 8 && channel('ab').htlcs == 3 && !channel('ab').active
  - node('bob').remote_balance_msat == 6 && node('bob').forwards == 7 && node('bob').fees_earned_msat == 8
`,
      driver,
    );
    expect(result.expectations.map(({ status }) => status)).toEqual(['passed', 'passed']);
  });
});

describe('nodes', () => {
  it('are stopped, started and funded, and blocks found, where there are calls for it', async () => {
    const driver = new FakeDriver();
    const note = (what: string) => async (): Promise<void> => void driver.calls.push(what);
    const { result, log } = await play(
      `${NODES}events:
  - { at: 1s, stop_node: bob }
  - { at: 2s, start_node: bob }
  - { at: 3s, crash_node: carol }
  - { at: 3s, fund: { node: alice, amount: 5 sat } }
  - { at: 4s, mine: { blocks: 3 } }
expect: ["node('bob').running && !node('carol').running && chain.height == 77"]
`,
      Object.assign(driver, {
        startNode: note('start'),
        stopNode: async (_, crash) => void driver.calls.push(`stop ${crash}`),
        fund: note('fund'),
        mine: note('mine'),
        height: async () => 77,
      } satisfies Partial<Driver>),
    );
    expect(result.failure).toBeNull();
    expect(driver.calls).toEqual(['stop false', 'start', 'stop true', 'fund', 'mine']);
    expect(log).toEqual([
      '1 node_stopped bob false',
      '2 node_started bob',
      '3 node_stopped carol true',
      '3 funded alice 5',
      '4 block 3 0 77',
    ]);
    expect(result.expectations.map(({ status }) => status)).toEqual(['passed']);
  });
});

describe('a chain that processes share', () => {
  const CHAINED = `duration: 1s
nodes: { alice: { wallet: 3 BTC }, bob: { wallet: 0.5 BTC } }
channels: { ab: { from: alice, to: bob, capacity: 1_000_000 sat } }
`;

  /** Coins that were sent arrive with a block, channels open with three. */
  class Chained extends FakeDriver {
    readonly chain: object;
    wallet = 100_000_000;
    sent = 0;
    blocks = 0;
    constructor(chain: object = {}) {
      super();
      this.chain = chain;
    }
    override async figures(): ReturnType<Driver['figures']> {
      return { walletSat: this.wallet, localMsat: 0 };
    }
    override async channels(): Promise<readonly DriverChannel[]> {
      return this.blocks < 12 ? [] : super.channels();
    }
    async fund({ name }: DriverNode, sat: number): Promise<void> {
      this.calls.push(`fund ${name} ${sat}`);
      this.sent += sat;
    }
    async mine(blocks: number): Promise<void> {
      this.calls.push(`mine ${blocks}`);
      this.blocks += blocks;
      this.wallet += this.sent;
      this.sent = 0;
    }
  }

  it('gives nodes what they lack, and confirms channels before time 0', async () => {
    const driver = new Chained();
    const { result } = await play(CHAINED, driver);
    expect(result.failure).toBeNull();
    // 2 BTC that her wallet lacks, the channel, its funding transaction at 1 sat/vB, and what lnd keeps for anchors.
    expect(driver.calls).toEqual(['fund its-alice 201100153', 'mine 6', 'open 0 its-alice its-bob 0', 'mine 6']);
  });

  it('confirms coins that come in the middle of a run', async () => {
    const driver = new Chained();
    await play('duration: 2s\nnodes: { alice: }\nevents: [{ at: 1s, fund: { node: alice, amount: 5 sat } }]\n', driver);
    expect(driver.calls).toEqual(['fund its-alice 5', 'mine 1']);
  });

  it('is asked again for openings that it has lost, and only for those that nobody has paid for', async () => {
    class Losing extends Chained {
      lost = 1;
      paysFor = 0;
      override async openChannel(opening: Parameters<Driver['openChannel']>[0]): Promise<void> {
        await super.openChannel(opening);
        this.wallet -= this.paysFor;
        if (this.lost-- > 0) this.told.delete(opening.id);
      }
    }
    const opens = ({ calls }: FakeDriver): number => calls.filter((call) => call.startsWith('open')).length;
    const driver = new Losing();
    expect((await play(CHAINED, driver)).result.failure).toBeNull();
    expect(opens(driver)).toBe(2);

    const paying = Object.assign(new Losing(), { paysFor: 1_000_000 });
    expect((await play(CHAINED, paying)).result.failure?.message).toContain(
      'ab cannot be used 120 s after the opening',
    );
    expect(opens(paying)).toBe(1);
  });

  it('cannot help where it does not give coins', async () => {
    const driver = new Chained();
    driver.fund = async () => {
      throw new DriverRefusal('Insufficient funds');
    };
    const { result } = await play(CHAINED, driver);
    expect(result.failure?.message).toBe(
      'E813 fake at nowhere:1 cannot play the scenario: it does not fund alice: Insufficient funds',
    );
    // It has answered, and so is told to end its nodes.
    expect([driver.stopped, driver.closed]).toEqual([1, 1]);
  });

  it('leaves the nodes of a process alone that does not begin', async () => {
    const driver = new Chained();
    driver.start = async () => {
      throw new DriverRefusal('the nodes were started before');
    };
    const { result } = await play(CHAINED, driver);
    expect(result.failure?.message).toBe(
      'E813 fake at nowhere:1 cannot play the scenario: it does not start its nodes: the nodes were started before',
    );
    expect([driver.stopped, driver.closed]).toEqual([0, 1]);
  });

  it('ends the run when it does not find blocks', async () => {
    const driver = new Chained();
    driver.mine = async () => {
      throw new DriverRefusal('no wallet is loaded');
    };
    const { result } = await play('duration: 2s\nnodes: { a: }\nevents: [{ at: 1s, mine: { blocks: 2 } }]\n', driver);
    expect(result.failure?.message).toBe(
      'E813 fake at nowhere:1 cannot play the scenario: it does not do what is needed at 1.000 s: no wallet is loaded',
    );
  });

  it('finds blocks once for all processes', async () => {
    const timeline = await timelineOf(
      'duration: 2s\nnodes: { a: , b: { model: cln } }\nevents: [{ at: 1s, mine: { blocks: 2 } }]\n',
    );
    const chain = {};
    const drivers = [new Chained(chain), new Chained(chain)];
    const clock = jumpingClock();
    const backend = new RpcBackend({
      processes: async () => ({ drivers, close: async () => {} }),
      clock,
      speed: 1,
      load: null,
      save: null,
    });
    await runTimeline({ timeline, timelineDigest: '', backend, kinds: RUN_KINDS, clock });
    expect(drivers.map(({ calls }) => calls)).toEqual([['mine 2'], []]);
  });
});

describe('limits', () => {
  /** Events that need a call which a protocol may lack. */
  const NEEDS: Readonly<Record<string, keyof Driver>> = {
    start_node: 'startNode',
    stop_node: 'stopNode',
    crash_node: 'stopNode',
    fund: 'fund',
    mine: 'mine',
    set_policy: 'setPolicy',
    pay: 'pay',
    rebalance: 'rebalance',
    create_invoice: 'makeInvoice',
    settle_invoice: 'settleInvoice',
    cancel_invoice: 'cancelInvoice',
    send_onchain: 'sendCoins',
    set_feerate: 'setFeerate',
    congest_mempool: 'congestMempool',
    set_latency: 'setLatency',
    reorg: 'reorg',
  };
  /** Every driver has what these need. */
  const ALWAYS = ['open_channel', 'close_channel', 'connect_peer', 'disconnect_peer', 'partition', 'heal'];

  it('of the control plane name every event that its driver has a call for, and no others', async () => {
    const { ControlDriver } = await import('../../rpc/control-driver.ts');
    const has = Object.entries(NEEDS).flatMap(([event, method]) => (method in ControlDriver.prototype ? [event] : []));
    expect([...CONTROL_LIMITS.events].sort()).toEqual([...has, ...ALWAYS].sort());
  });

  it('of BLAST’s protocol name no event that its driver has no call for', async () => {
    const { BlastDriver, ChainedBlastDriver } = await import('../../rpc/blast-driver.ts');
    const chained = new Set([...BLAST_CHAIN_LIMITS.events].filter((event) => !BLAST_LIMITS.events.has(event)));
    expect(chained).toEqual(new Set(['fund', 'mine', 'reorg']));
    for (const event of Object.keys(NEEDS)) {
      const method = NEEDS[event] as string;
      expect([event, method in ChainedBlastDriver.prototype]).toEqual([event, chained.has(event)]);
      expect([event, method in BlastDriver.prototype]).toEqual([event, false]);
    }
  });
});
