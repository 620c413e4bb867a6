/** Connections, partitions, crashes, fees and circular payments. */
import { describe, expect, it } from 'vitest';
import { STATE } from './channel-lifecycle.ts';
import { OUTCOME, RECORD } from './records.ts';
import { TestRun } from './testing/network.ts';

const world = (run: TestRun) => run.simulation.world;
const pair = (payments = 1) => ({
  nodes: [{ walletSat: 1_000_000 }, { walletSat: 0 }],
  channels: [{ node0: 0, node1: 1 }],
  payments: Array.from({ length: payments }, () => ({ source: 0, destination: 1, amountMsat: 1_000_000 })),
});

describe('a crash', () => {
  it('is noticed only by the silence: an HTLC sent meanwhile waits and goes on after the restart', () => {
    const run = new TestRun(pair(2));
    run.simulation.crashNode(1);
    expect(world(run).channels.usable(0)).toBe(true);
    run.simulation.pay(0);
    run.until(30);
    expect(world(run).channels.usable(0)).toBe(true);
    expect(run.results).toEqual([]);
    run.until(61);
    expect(world(run).channels.usable(0)).toBe(false);
    run.simulation.startNode(1);
    run.until(70);
    expect(run.results).toMatchObject([{ outcome: OUTCOME.Success }]);
  });

  it('of short duration ends the old connection at the restart', () => {
    const run = new TestRun(pair());
    run.simulation.pay(0);
    run.until(0.06);
    run.simulation.crashNode(1);
    run.until(5);
    run.simulation.startNode(1);
    run.until(10);
    expect(run.results).toMatchObject([{ outcome: OUTCOME.Success }]);
    expect(world(run).htlcs.live).toBe(0);
  });
});

describe('peers kept apart', () => {
  it('reconnect neither by themselves nor by a restart, but when they are told to', () => {
    const run = new TestRun(pair());
    run.simulation.disconnectPeer(1, 0);
    expect(world(run).channels.usable(0)).toBe(false);
    run.simulation.stopNode(0);
    run.simulation.startNode(0);
    run.until(30);
    expect(world(run).channels.usable(0)).toBe(false);
    run.simulation.connectPeer(0, 1);
    run.until(31);
    expect(world(run).channels.usable(0)).toBe(true);
  });

  it('cannot open a channel', () => {
    const run = new TestRun({ ...pair(), nodes: [{ walletSat: 5_000_000 }, {}], later: ['x'] });
    run.simulation.disconnectPeer(0, 1);
    run.simulation.openChannel({
      channel: 1,
      from: 0,
      to: 1,
      capacitySat: 100_000,
      pushMsat: 0,
      announced: true,
      policy: {},
      reversePolicy: {},
      latencyUs: 1,
    });
    expect(run.texts[run.of(RECORD.openRejected)[0]![4]]).toBe('the peer cannot be reached');
  });
});

describe('a partition', () => {
  it('separates its groups and no others, and heals', () => {
    const run = new TestRun({
      nodes: [{}, {}, {}, {}],
      channels: [
        { node0: 0, node1: 1 },
        { node0: 1, node1: 2 },
        { node0: 2, node1: 3 },
      ],
    });
    run.simulation.partition([[0, 1]]);
    expect([0, 1, 2].map((c) => world(run).channels.usable(c))).toEqual([true, false, true]);
    run.simulation.partition([[0], [3]]);
    run.until(5);
    expect([0, 1, 2].map((c) => world(run).channels.usable(c))).toEqual([false, true, false]);
    run.simulation.heal();
    run.until(10);
    expect([0, 1, 2].map((c) => world(run).channels.usable(c))).toEqual([true, true, true]);
  });
});

describe('coins and feerates', () => {
  it('sends coins that arrive with the next block, and says why not', () => {
    const run = new TestRun(pair());
    run.simulation.sendOnchain({ from: 0, to: 1, sat: 300_000 });
    run.simulation.sendOnchain({ from: 0, to: 1, sat: 900_000 });
    expect(run.texts[run.of(RECORD.sendRejected)[0]![4]]).toBe('not enough coins in the wallet');
    expect(world(run).chain.walletSat[1]).toBe(0);
    run.simulation.mine(1);
    expect(Array.from(world(run).chain.walletSat)).toEqual([700_000 - Math.ceil((562 * 250) / 1000), 300_000]);
  });

  it('lets funders follow the feerate within the hour, within the limits of their model', () => {
    const run = new TestRun(pair());
    expect(world(run).channels.feeratePerKw[0]).toBe(253);
    run.simulation.setFeerate(1000);
    run.until(9 * 60);
    expect(world(run).channels.feeratePerKw[0]).toBe(253);
    run.until(61 * 60);
    expect(world(run).channels.feeratePerKw[0]).toBe(1000);
    run.simulation.setFeerate(50_000);
    run.until(122 * 60);
    // lnd caps the rate of anchor commitments at 10 sat/vB.
    expect(world(run).channels.feeratePerKw[0]).toBe(2500);
    expect(run.of(RECORD.feerate).map((r) => r[4])).toEqual([1000, 1000, 50_000, 2500]);
  });
});

describe('latency', () => {
  it('changes how long a payment takes', () => {
    const run = new TestRun(pair(2));
    run.simulation.pay(0);
    run.until(5);
    run.simulation.setLatency({ channels: [0], latencyUs: 200_000 });
    run.simulation.pay(1);
    run.until(10);
    const [first, second] = run.results.map((r) => r.resolvedUs - r.startedUs);
    expect(first).toBe(50_000 + 4 * 20_000);
    expect(second).toBe(50_000 + 4 * 200_000);
  });
});

describe('a circular payment', () => {
  const ring = {
    nodes: [{}, {}, {}],
    channels: [
      { node0: 0, node1: 1, balance0Msat: 900_000_000 },
      { node0: 1, node1: 2 },
      { node0: 2, node1: 0, balance0Msat: 900_000_000 },
    ],
    payments: [{ source: 0, destination: 0, amountMsat: 300_000_000 }],
    profiles: [{ method: 'invoice' as const }],
  };

  it('moves balance from one channel to another for the fee of the way between', () => {
    const run = new TestRun(ring);
    run.simulation.rebalance({
      node: 0,
      outChannel: 0,
      inChannel: 2,
      amountMsat: 300_000_000,
      maxFeeMsat: 10_000,
      row: 0,
    });
    run.until(10);
    expect(run.results[0]).toMatchObject({ outcome: OUTCOME.Success, route: [0, 1, 2, 0] });
    const fee = run.results[0]!.feeMsat;
    expect(fee).toBeGreaterThan(2000);
    expect(world(run).channels.balanceMsat[0]).toBe(600_000_000 - fee);
    expect(world(run).channels.balanceMsat[5]).toBe(400_000_000);
  });

  it('keeps to its channels and to its fee', () => {
    const wrong = new TestRun(ring);
    wrong.simulation.rebalance({
      node: 0,
      outChannel: 2,
      inChannel: 0,
      amountMsat: 300_000_000,
      maxFeeMsat: 10_000,
      row: 0,
    });
    wrong.until(10);
    expect(wrong.results[0]!.outcome).not.toBe(OUTCOME.Success);
    const dear = new TestRun(ring);
    dear.simulation.rebalance({
      node: 0,
      outChannel: 0,
      inChannel: 2,
      amountMsat: 300_000_000,
      maxFeeMsat: 100,
      row: 0,
    });
    dear.until(10);
    expect(dear.results[0]).toMatchObject({ outcome: OUTCOME.RouteNotFound, attempts: 0 });
    expect(world(dear).channels.state[0]).toBe(STATE.open);
  });
});

describe('a circular payment over a given route', () => {
  const ringOf = (model: string) => ({
    nodes: [{ model }, { model }, { model }, { model }],
    channels: [
      { node0: 0, node1: 1, balance0Msat: 900_000_000 },
      { node0: 1, node1: 2 },
      { node0: 2, node1: 0, balance0Msat: 900_000_000 },
      // A shorter way that nobody has asked for.
      { node0: 1, node1: 0, balance0Msat: 900_000_000 },
      { node0: 0, node1: 3 },
    ],
    payments: [{ source: 0, destination: 0, amountMsat: 200_000_000 }],
    profiles: [{ method: 'invoice' as const }],
  });
  const order = { node: 0, outChannel: 0, inChannel: 2, amountMsat: 200_000_000, maxFeeMsat: 200_000, row: 0 };
  const models = ['lnd', 'cln', 'eclair', 'ldk'] as const;

  it.each(models)('takes it: %s', (model) => {
    const run = new TestRun(ringOf(model));
    run.simulation.rebalance({ ...order, route: [0, 1, 2] });
    run.until(10);
    expect(run.results[0]).toMatchObject({ outcome: OUTCOME.Success, attempts: 1, channels: [0, 1, 2] });
    const fee = run.results[0]!.feeMsat;
    expect(fee).toBeGreaterThanOrEqual(2000);
    expect(world(run).channels.balanceMsat[0]).toBe(700_000_000 - fee);
    expect(world(run).channels.balanceMsat[5]).toBe(300_000_000);
    expect(world(run).htlcs.live).toBe(0);
  });

  it.each(models)('costs no more than it may: %s', (model) => {
    const run = new TestRun(ringOf(model));
    run.simulation.rebalance({ ...order, maxFeeMsat: 1000, route: [0, 1, 2] });
    run.until(10);
    expect(run.results[0]).toMatchObject({ outcome: OUTCOME.RouteNotFound, attempts: 0 });
  });

  it.each(models)('is not looked for beside it, nor repaired: %s', (model) => {
    const run = new TestRun(ringOf(model));
    run.simulation.disconnectPeer(1, 2);
    run.until(0.1);
    run.simulation.rebalance({ ...order, route: [0, 1, 2] });
    run.until(10);
    expect(run.results[0]).toMatchObject({ attempts: 1, failureHop: 1 });
    expect(run.results[0]!.outcome).not.toBe(OUTCOME.Success);
    const broken = new TestRun(ringOf(model));
    broken.simulation.rebalance({ ...order, route: [0, 2] });
    broken.until(10);
    expect(broken.results[0]).toMatchObject({ outcome: OUTCOME.RouteNotFound, attempts: 0 });
  });

  it.each([
    ['lnd', OUTCOME.Success],
    ['cln', OUTCOME.Success],
    ['eclair', OUTCOME.RouteNotFound],
    ['ldk', OUTCOME.RouteNotFound],
  ] as const)('is found by those who can: %s', (model, outcome) => {
    const run = new TestRun(ringOf(model));
    run.simulation.rebalance(order);
    run.until(10);
    expect(run.results[0]).toMatchObject({ outcome });
  });
});

describe('a shorter delay', () => {
  it('lets no message overtake one that is under way', () => {
    // Whatever the instant at which the link becomes fast, the payment takes its usual course.
    for (let ms = 0; ms <= 900; ms += 7) {
      const run = new TestRun({
        ...pair(),
        channels: [{ node0: 0, node1: 1, latencyUs: 200_000 }],
      });
      run.simulation.pay(0);
      run.until(ms / 1000);
      run.simulation.setLatency({ channels: [0], latencyUs: 1000 });
      run.until(10);
      expect(run.results, `after ${ms} ms`).toMatchObject([{ outcome: OUTCOME.Success }]);
      expect(world(run).htlcs.live).toBe(0);
    }
  });
});
