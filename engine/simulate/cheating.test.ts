import { describe, expect, it } from 'vitest';
import type { OldStateChoice, OldStateRequest } from '../timeline/old-states.ts';
import { STATE } from './channel-lifecycle.ts';
import { RECORD, TX } from './records.ts';
import { type TestNetwork, TestRun } from './testing/network.ts';

const request = (by: number, oldState: OldStateChoice, value = -1): OldStateRequest => ({
  channel: 0,
  by,
  oldState,
  value,
});

/** Two nodes with a channel of 1,000,000 sat, of which node 1 pays ten times 20,000 sat to node 0. */
function pair(model: string, wanted: readonly OldStateRequest[], change: Partial<TestNetwork> = {}): TestRun {
  const run = new TestRun({
    nodes: [
      { model, walletSat: 100_000 },
      { model, walletSat: 100_000 },
    ],
    channels: [{ node0: 0, node1: 1 }],
    payments: Array.from({ length: 10 }, () => ({ source: 1, destination: 0, amountMsat: 20_000_000 })),
    oldStates: wanted,
    ...change,
  });
  for (let row = 0; row < run.simulation.world.payments.length; row++) {
    run.simulation.pay(row);
    run.until(5 * (row + 1));
  }
  return run;
}

const wallet = (run: TestRun, node: number): number => run.simulation.world.chain.walletSat[node]!;
const state = (run: TestRun): number => run.simulation.world.channels.state[0]!;

describe.each(['lnd', 'cln', 'eclair', 'ldk'])('a cheater against %s', (model) => {
  it('loses everything when the other node runs', () => {
    const oldest = request(1, 'oldest');
    const run = pair(model, [oldest]);
    run.simulation.cheat(oldest);
    const [, , edge, number, , sat] = run.of(RECORD.cheat)[0]!;
    expect([edge, number, sat]).toEqual([1, 0, 500_000]);
    for (let i = 0; i < 20; i++) run.simulation.mine(1);
    expect(state(run)).toBe(STATE.closed);
    expect(run.of(RECORD.txConfirmed).filter(([, , kind]) => kind === TX.penalty)).toHaveLength(1);
    expect(run.of(RECORD.revokedOutput).map((r) => r.slice(2))).toEqual([[1, 1, 1, 500_000]]);
    // 490 weight units at 250 sat a 1000, rounded up.
    const commitmentFee = Math.floor((1124 * run.simulation.world.channels.feeratePerKw[0]!) / 1000);
    const taken = 500_000 - Math.ceil((490 * 250) / 1000);
    const own = 500_000 - commitmentFee - 660 - Math.ceil((442 * 250) / 1000);
    expect(wallet(run, 0)).toBe(100_000 + taken + own);
    expect(wallet(run, 1)).toBe(100_000);
    expect(run.simulation.brokenInvariant()).toBeNull();
  });

  it('keeps what it had when the other node is away for the whole delay', () => {
    const oldest = request(1, 'oldest');
    const run = pair(model, [oldest]);
    run.simulation.stopNode(0);
    run.simulation.cheat(oldest);
    run.simulation.mine(2100);
    run.simulation.startNode(0);
    run.simulation.mine(10);
    expect(run.of(RECORD.revokedOutput)[0]!.slice(2)).toEqual([1, 1, 2, 500_000]);
    expect(state(run)).toBe(STATE.closed);
    expect(wallet(run, 1)).toBe(100_000 + 500_000 - Math.ceil((486 * 250) / 1000));
  });

  it('is punished when the other node comes back in time', () => {
    const oldest = request(1, 'oldest');
    const run = pair(model, [oldest]);
    run.simulation.stopNode(0);
    run.simulation.cheat(oldest);
    run.simulation.mine(100);
    run.simulation.startNode(0);
    run.simulation.mine(10);
    expect(run.of(RECORD.revokedOutput)[0]!.slice(2)).toEqual([1, 1, 1, 500_000]);
  });
});

describe.each(['lnd', 'cln', 'eclair', 'ldk'])('a payment that is forwarded by %s to a cheater', (model) => {
  /** Node 0 pays node 2 by way of node 1; node 2 holds the payment, and cheats node 1 with a state before it. */
  function forwarded(change: Partial<TestNetwork> = {}): TestRun {
    const wanted: OldStateRequest = { channel: 1, by: 2, oldState: 'oldest', value: -1 };
    const run = new TestRun({
      nodes: [0, 1, 2].map(() => ({ model, walletSat: 100_000 })),
      channels: [
        { node0: 0, node1: 1 },
        { node0: 1, node1: 2 },
      ],
      payments: [
        { source: 1, destination: 2, amountMsat: 1_000_000, activity: 1 },
        { source: 0, destination: 2, amountMsat: 50_000_000 },
      ],
      profiles: [{ method: 'invoice', holdUs: -1 }, {}],
      oldStates: [wanted],
      ...change,
    });
    run.simulation.pay(0);
    run.until(5);
    run.simulation.pay(1);
    run.until(20);
    expect(run.simulation.world.htlcs.live).toBe(2);
    run.simulation.cheat(wanted);
    return run;
  }

  it('goes back to its sender, and the forwarding node has the whole channel', () => {
    const run = forwarded();
    for (let i = 0; i < 20; i++) {
      run.simulation.mine(1);
      run.until(30 + i);
    }
    expect(run.results).toHaveLength(2);
    expect(run.results[1]!.outcome).not.toBe(0);
    expect(run.simulation.world.htlcs.live).toBe(0);
    expect(run.simulation.world.channels.state[0]).toBe(STATE.open);
    expect(run.simulation.world.channels.balanceMsat[0]).toBe(500_000_000);
    expect(run.simulation.world.channels.state[1]).toBe(STATE.closed);
    expect(wallet(run, 2)).toBe(100_000);
    expect(run.simulation.world.cheats).toEqual({ commitments: 1, takenSat: 500_000, keptSat: 0 });
  });
});

it('preimages that a cheater shows in the mempool are read as such', () => {
  const wanted = request(0, 'number', 1);
  const run = pair('lnd', [wanted], {
    payments: [
      { source: 1, destination: 0, amountMsat: 50_000_000 },
      { source: 1, destination: 0, amountMsat: 1_000_000, activity: 1 },
    ],
    profiles: [{ method: 'invoice', holdUs: 1_000_000 }, {}],
    blockWeight: 20_000,
  });
  run.simulation.stopNode(1);
  run.simulation.cheat(wanted);
  run.simulation.mine(1);
  run.simulation.congestMempool({
    lowPerKw: 250,
    highPerKw: 50_000,
    weight: 100_000,
    inflowWeight: 20_000,
    blocks: 10,
  });
  run.simulation.startNode(1);
  for (let i = 0; i < 30; i++) run.simulation.mine(1);
  // The cheater had opened the channel: it paid for the commitment and both anchors.
  const fee = Math.floor(((1124 + 172) * run.simulation.world.channels.feeratePerKw[0]!) / 1000) + 660;
  expect(run.simulation.world.cheats).toEqual({ commitments: 1, takenSat: 550_000 - fee, keptSat: 0 });
  expect(state(run)).toBe(STATE.closed);
});

describe('which old state', () => {
  it('is the first, that of a time, that of a number, or the best for the cheater', () => {
    const wanted = [request(1, 'oldest'), request(1, 'at', 12_000_000), request(1, 'number', 3), request(1, 'best')];
    const run = pair('lnd', [...wanted, request(0, 'best'), request(0, 'oldest')]);
    const states = wanted.map((one) => run.simulation.world.revoked!.find(one, 0)!);
    expect(states.map(({ balanceMsat }) => balanceMsat[1])).toEqual([500e6, 440e6, 460e6, 500e6]);
    expect(states.map(({ number }) => number)).toEqual([0, 6, 3, 0]);
    const best = run.simulation.world.revoked!.find(request(0, 'best'), 0)!;
    expect(best.balanceMsat).toEqual([680e6, 320e6]);
    expect(best.htlcs).toEqual([]);
  });

  it('is none before the first payment, for another node, or after the name has gone to another channel', () => {
    const oldest = request(1, 'oldest');
    const run = new TestRun({ nodes: [{}, {}], channels: [{ node0: 0, node1: 1 }], oldStates: [oldest] });
    run.simulation.cheat(oldest);
    expect(run.texts[run.of(RECORD.closeRejected)[0]![4]]).toBe('there is no such old state');
    expect(state(run)).toBe(STATE.open);
  });

  it('is remembered for those channels only that an event is about', () => {
    const run = pair('lnd', []);
    expect(run.simulation.world.revoked).toBeNull();
    expect(run.simulation.capture().old_states).toBeUndefined();
  });
});

/**
 * Node 1 pays node 0, who holds the payment until node 1 has seen many commitments; then it is settled, and node 1 and 0
 * broadcast what they had while it was pending.
 */
describe.each(['lnd', 'cln', 'eclair', 'ldk'])('HTLCs of a revoked commitment against %s', (model) => {
  /** The state in which a payment was pending, after it was settled or failed. */
  function pending(by: number, settles: boolean): { run: TestRun; request: OldStateRequest } {
    const wanted = request(by, 'number', 1);
    const run = pair(model, [wanted], {
      payments: [
        { source: 1, destination: 0, amountMsat: 50_000_000 },
        { source: 1, destination: 0, amountMsat: 1_000_000, activity: 1 },
      ],
      profiles: [{ method: 'invoice', holdUs: 1_000_000, ...(settles ? {} : { settles: false as const }) }, {}],
    });
    run.until(60);
    const old = run.simulation.world.revoked!.find(wanted, 0)!;
    expect(old.htlcs).toMatchObject([{ edge: 1, amountMsat: 50_000_000, slot: -1, preimage: settles }]);
    return { run, request: wanted };
  }

  it('are the victim’s, also the one that the cheater had offered', () => {
    const { run, request: wanted } = pending(1, true);
    run.simulation.cheat(wanted);
    for (let i = 0; i < 30; i++) run.simulation.mine(1);
    expect(run.of(RECORD.revokedOutput).map((r) => r.slice(2))).toEqual([
      [1, 1, 1, 450_000],
      [1, 2, 1, 50_000],
    ]);
    expect(wallet(run, 1)).toBe(100_000);
    expect(state(run)).toBe(STATE.closed);
  });

  it('are the victim’s after the cheater has taken them by a second-level transaction, if the delay is not over', () => {
    const { run, request: wanted } = pending(1, false);
    run.simulation.stopNode(0);
    run.simulation.cheat(wanted);
    run.simulation.mine(1);
    const expiry = run.simulation.world.revoked!.find(wanted, 0)!.htlcs[0]!.expiry;
    while (run.of(RECORD.txConfirmed).every(([, , kind]) => kind !== TX.htlcTimeout)) {
      run.simulation.mine(1);
      expect(run.simulation.world.chain.height).toBeLessThan(expiry + 3);
    }
    run.simulation.startNode(0);
    for (let i = 0; i < 30; i++) run.simulation.mine(1);
    // LDK's payments have so much time that the delay of the balance is over before.
    const balance = model === 'ldk' ? [1, 1, 2, 450_000] : [1, 1, 1, 450_000];
    const seen = run.of(RECORD.revokedOutput).map((r) => r.slice(2));
    expect(seen).toHaveLength(3);
    expect(seen).toEqual(expect.arrayContaining([balance, [1, 2, 2, 50_000], [1, 3, 1, 50_000]]));
    // What the cheater paid for its second-level transaction is gone.
    const kept = model === 'ldk' ? 450_000 - Math.ceil((486 * 250) / 1000) : 0;
    expect(wallet(run, 1)).toBe(100_000 + kept - Math.ceil((1062 * 250) / 1000));
    expect(run.simulation.brokenInvariant()).toBeNull();
  });

  it('that were offered to the cheater are its own only if it knows the preimage', () => {
    for (const settles of [true, false]) {
      const { run, request: wanted } = pending(0, settles);
      run.simulation.stopNode(1);
      run.simulation.cheat(wanted);
      run.simulation.mine(3000);
      const htlc = run.of(RECORD.revokedOutput).filter(([, , , what]) => what !== 1);
      expect(htlc.map((r) => r.slice(3))).toEqual(
        settles
          ? [
              [2, 2, 50_000],
              [3, 2, 50_000],
            ]
          : [],
      );
      run.simulation.startNode(1);
      run.simulation.mine(20);
      if (!settles) expect(run.of(RECORD.revokedOutput).at(-1)!.slice(2)).toEqual([0, 2, 1, 50_000]);
      expect(state(run)).toBe(STATE.closed);
    }
  });

  it('takes the same from the state after it was written down and read again', () => {
    for (const when of ['before', 'after'] as const) {
      const { run, request: wanted } = pending(1, false);
      const other = pending(1, false).run;
      if (when === 'before') run.reload();
      for (const one of [run, other]) one.simulation.cheat(wanted);
      for (const one of [run, other]) one.simulation.mine(1);
      if (when === 'after') run.reload();
      expect(run.simulation.stateDigest()).toBe(other.simulation.stateDigest());
      for (let i = 0; i < 12; i++) {
        for (const one of [run, other]) one.simulation.mine(1);
        if (when === 'after') run.reload();
      }
      expect(run.records).toEqual(other.records);
      expect(run.simulation.stateDigest()).toBe(other.simulation.stateDigest());
    }
  });
});

describe('justice transactions', () => {
  /** Fees of the penalties against a cheater with two HTLCs on its commitment, one of each direction. */
  function fees(model: string): { weight: number; count: number } {
    const wanted = request(1, 'number', 2);
    const run = pair(model, [wanted], {
      payments: [
        { source: 1, destination: 0, amountMsat: 50_000_000 },
        { source: 0, destination: 1, amountMsat: 60_000_000 },
        { source: 1, destination: 0, amountMsat: 1_000_000, activity: 1 },
      ],
      profiles: [{ method: 'invoice', holdUs: 20_000_000 }, {}],
    });
    run.until(100);
    expect(run.simulation.world.revoked!.find(wanted, 0)!.htlcs.map(({ edge }) => edge)).toEqual([1, 0]);
    run.simulation.cheat(wanted);
    // lnd acts at three confirmations; a cheater that runs would take an HTLC before.
    run.simulation.stopNode(1);
    for (let i = 0; i < 20; i++) run.simulation.mine(1);
    const sent = run.of(RECORD.txBroadcast).filter(([, , kind]) => kind === TX.penalty);
    return { weight: sent.reduce((sum, [, , , , fee]) => sum + fee * 4, 0), count: sent.length };
  }

  it('have the weight of BOLT 5, as many bases as the implementation makes transactions', () => {
    const inputs = 324 + 407 + 413;
    for (const [model, bases] of [
      ['lnd', 1],
      ['ldk', 2],
      ['cln', 3],
      ['eclair', 3],
    ] as const) {
      const { weight, count } = fees(model);
      expect(count).toBe(3);
      expect(weight - inputs - 166 * bases, model).toBeGreaterThanOrEqual(0);
      expect(weight - inputs - 166 * bases, model).toBeLessThan(12);
    }
  });
});

describe.each(['lnd', 'cln', 'eclair', 'ldk'])('a node of %s that lost data', (model) => {
  it('lets the other one close, and gets its balance', () => {
    const oldest = request(1, 'oldest');
    const run = pair(model, [oldest]);
    run.simulation.loseData({ ...oldest, broadcast: false });
    run.until(200);
    expect(run.simulation.world.channels.broadcaster[0]).toBe(0);
    run.simulation.mine(3000);
    expect(state(run)).toBe(STATE.closed);
    expect(wallet(run, 1)).toBe(100_000 + 300_000 - Math.ceil((442 * 250) / 1000));
    expect(run.simulation.capture().lost_data).toBeUndefined();
  });

  it('waits for the other one, through a reload, and does not close by itself', () => {
    const oldest = request(1, 'oldest');
    const run = pair(model, [oldest]);
    run.simulation.stopNode(0);
    run.simulation.loseData({ ...oldest, broadcast: false });
    run.reload();
    run.simulation.closeChannel({ channel: 0, force: true, by: 1 });
    expect(run.texts[run.of(RECORD.closeRejected)[0]![4]]).toBe('the node has lost the newest state');
    run.until(3000);
    expect(state(run)).toBe(STATE.open);
    run.simulation.startNode(0);
    run.until(3100);
    expect(state(run)).toBe(STATE.force_closing);
    expect(run.simulation.world.channels.broadcaster[0]).toBe(0);
  });

  it('is not joined by the other one, since neither could close then', () => {
    const own = request(1, 'oldest');
    const other = request(0, 'oldest');
    const run = pair(model, [own, other]);
    run.simulation.stopNode(0);
    run.simulation.loseData({ ...own, broadcast: false });
    run.simulation.loseData({ ...other, broadcast: false });
    expect(run.of(RECORD.dataLost)).toHaveLength(1);
    expect(run.texts[run.of(RECORD.closeRejected)[0]![4]]).toBe('the other node has lost the newest state already');
    run.simulation.startNode(0);
    run.until(200);
    expect(run.simulation.world.channels.broadcaster[0]).toBe(0);
    run.simulation.mine(3000);
    expect(state(run)).toBe(STATE.closed);
  });

  it('and does not notice is punished', () => {
    const oldest = request(1, 'oldest');
    const run = pair(model, [oldest]);
    run.simulation.loseData({ ...oldest, broadcast: true });
    for (let i = 0; i < 20; i++) run.simulation.mine(1);
    expect(run.of(RECORD.revokedOutput).map((r) => r.slice(2))).toEqual([[1, 1, 1, 500_000]]);
    expect(run.simulation.world.running[1]).toBe(1);
  });
});
