import { describe, expect, it } from 'vitest';
import { STATE } from './channel-lifecycle.ts';
import { FAILURE } from './failure.ts';
import { brokenInvariant } from './invariants.ts';
import { OUTCOME, RECORD, TX } from './records.ts';
import { TestRun } from './testing/network.ts';

const open = (run: TestRun, change: Partial<Parameters<TestRun['simulation']['openChannel']>[0]> = {}): void =>
  run.simulation.openChannel({
    channel: 0,
    from: 0,
    to: 1,
    capacitySat: 1_000_000,
    pushMsat: 0,
    announced: true,
    policy: {},
    reversePolicy: {},
    latencyUs: 20_000,
    ...change,
  });

const wallets = (...sat: number[]) => sat.map((walletSat) => ({ walletSat }));
const world = (run: TestRun) => run.simulation.world;
const states = (run: TestRun, channel: number): number[] =>
  run
    .of(RECORD.channelState)
    .filter((r) => r[2] === channel)
    .map((r) => r[3]);

describe('opening a channel', () => {
  it('negotiates, pays the funding fee, waits for its depth and announces at six blocks plus the gossip delay', () => {
    const run = new TestRun({ nodes: wallets(2_000_000, 0), channels: [], later: ['x'], gossipUs: 5_000_000 });
    open(run);
    run.until(0.05);
    expect(states(run, 0)).toEqual([]);
    run.until(0.1);
    expect(states(run, 0)).toEqual([STATE.pending]);
    const fee = Math.ceil((610 * 250) / 1000);
    expect(world(run).chain.walletSat[0]).toBe(2_000_000 - 1_000_000 - fee);
    // 1,000,000 sat need one confirmation at lnd; channel_ready takes one delay.
    run.simulation.mine(1);
    expect(states(run, 0)).toEqual([STATE.pending, STATE.awaiting_ready]);
    run.until(0.2);
    expect(states(run, 0)).toEqual([STATE.pending, STATE.awaiting_ready, STATE.open]);
    expect(world(run).graph.isKnown(0)).toBe(false);
    run.simulation.mine(5);
    run.until(5.1);
    expect(world(run).graph.isKnown(0)).toBe(false);
    run.until(5.3);
    expect(world(run).graph.isKnown(0)).toBe(true);
  });

  it.each([
    ['not enough coins in the wallet', wallets(500_000, 0), {}],
    ['the peer is not running', wallets(2_000_000, 0), { stopped: 1 }],
    ['the opener is not running', wallets(2_000_000, 0), { stopped: 0 }],
  ])('is refused with the reason: %s', (reason, nodes, how: { stopped?: number }) => {
    const run = new TestRun({ nodes, channels: [], later: ['x'] });
    if (how.stopped !== undefined) run.simulation.stopNode(how.stopped);
    open(run);
    run.until(10);
    expect(run.texts[run.of(RECORD.openRejected)[0]![4]]).toBe(reason);
    expect(states(run, 0)).toEqual([STATE.abandoned]);
    expect(world(run).chain.walletSat[0]).toBe(nodes[0]!.walletSat);
    expect(brokenInvariant(world(run))).toBeNull();
  });

  it('is refused by the limits of the model', () => {
    const run = new TestRun({ nodes: wallets(2_000_000, 0), channels: [], later: ['x'] });
    open(run, { capacitySat: 10_000 });
    expect(run.of(RECORD.openRejected)).toHaveLength(1);
  });

  it('is off when the peer goes away during the negotiation', () => {
    const run = new TestRun({ nodes: wallets(2_000_000, 0), channels: [], later: ['x'] });
    open(run);
    run.until(0.01);
    run.simulation.stopNode(1);
    run.until(1);
    expect(states(run, 0)).toEqual([STATE.abandoned]);
    expect(world(run).chain.walletSat[0]).toBe(2_000_000);
  });

  it('does not become usable while a peer that stopped stays away, and does when it comes back', () => {
    const run = new TestRun({ nodes: wallets(2_000_000, 0), channels: [], later: ['x'] });
    open(run);
    run.until(1);
    run.simulation.stopNode(1);
    run.simulation.mine(3);
    run.until(100);
    expect(world(run).channels.state[0]).toBe(STATE.awaiting_ready);
    run.simulation.startNode(1);
    run.until(102);
    expect(world(run).channels.state[0]).toBe(STATE.open);
  });

  it('uses a name again after the channel is closed, but not before', () => {
    const run = new TestRun({ nodes: wallets(3_000_000, 0), channels: [{ node0: 0, node1: 1 }] });
    open(run);
    expect(run.texts[run.of(RECORD.openRejected)[0]![4]]).toBe('a channel of this name is still there');
    run.simulation.closeChannel({ channel: 0, force: false, by: -1 });
    run.until(1);
    run.simulation.mine(3);
    open(run);
    run.until(2);
    expect(world(run).byName[0]).toBe(1);
    expect(states(run, 1)).toEqual([STATE.pending]);
  });
});

describe('closing together', () => {
  it('takes no new HTLC, waits for the present one, pays both sides and lets the opener pay the fee', () => {
    const run = new TestRun({
      nodes: wallets(0, 0),
      channels: [{ node0: 0, node1: 1, balance0Msat: 600_000_500 }],
      payments: [
        { source: 0, destination: 1, amountMsat: 1_000_000 },
        { source: 0, destination: 1, amountMsat: 1_000_000 },
      ],
    });
    run.simulation.pay(0);
    run.until(0.01);
    run.simulation.closeChannel({ channel: 0, force: false, by: 1 });
    run.simulation.pay(1);
    run.until(10);
    expect(run.results.map((r) => r.outcome)).toEqual([OUTCOME.InsufficientBalance, OUTCOME.Success]);
    expect(states(run, 0).slice(3)).toEqual([STATE.shutting_down, STATE.closing]);
    run.simulation.mine(3);
    const fee = Math.ceil((676 * 250) / 1000);
    // 599,000.5 and 400,999.5 sat: halves of a sat go to the miners.
    expect(Array.from(world(run).chain.walletSat)).toEqual([599_000 - fee, 400_999]);
    expect(world(run).chain.feesSat).toBe(fee + 1);
    expect(world(run).channels.state[0]).toBe(STATE.closed);
    expect(world(run).graph.isKnown(0)).toBe(false);
  });

  it('cannot begin without the peer', () => {
    const run = new TestRun({ nodes: wallets(0, 0), channels: [{ node0: 0, node1: 1 }] });
    run.simulation.stopNode(1);
    run.simulation.closeChannel({ channel: 0, force: false, by: 0 });
    expect(run.texts[run.of(RECORD.closeRejected)[0]![4]]).toBe('the peer is not connected');
  });

  it('goes on after the connection broke in between', () => {
    const run = new TestRun({ nodes: wallets(0, 0), channels: [{ node0: 0, node1: 1 }] });
    run.simulation.closeChannel({ channel: 0, force: false, by: 0 });
    run.simulation.stopNode(0);
    run.until(10);
    expect(world(run).channels.state[0]).toBe(STATE.shutting_down);
    run.simulation.startNode(0);
    run.until(20);
    expect(world(run).channels.state[0]).toBe(STATE.closing);
  });
});

describe('closing by force', () => {
  const held = () =>
    new TestRun({
      nodes: wallets(100_000, 100_000, 100_000),
      channels: [
        { node0: 0, node1: 1 },
        { node0: 1, node1: 2 },
      ],
      payments: [{ source: 0, destination: 2, amountMsat: 50_000_000 }],
      profiles: [{ method: 'invoice', holdUs: 60_000_000 }],
    });

  it('pays the other side once it is deep enough and the broadcaster after to_self_delay, and is over at its depth', () => {
    const run = new TestRun({ nodes: wallets(0, 0), channels: [{ node0: 0, node1: 1 }] });
    run.simulation.closeChannel({ channel: 0, force: true, by: 0 });
    run.simulation.mine(1);
    expect(world(run).channels.state[0]).toBe(STATE.resolving);
    // lnd touches nothing of it before it has three confirmations.
    run.simulation.mine(2);
    expect(world(run).chain.walletSat[1]).toBe(0);
    run.simulation.mine(1);
    expect(world(run).chain.walletSat[1]).toBe(500_000 - Math.ceil((442 * 250) / 1000));
    // 1,000,000 sat: lnd imposes 144 blocks.
    run.simulation.mine(139);
    expect(world(run).chain.walletSat[0]).toBe(0);
    run.simulation.mine(2);
    const commitment = Math.floor((1124 * 253) / 1000) + 660;
    expect(world(run).chain.walletSat[0]).toBe(500_000 - commitment - Math.ceil((486 * 250) / 1000));
    expect(world(run).channels.state[0]).toBe(STATE.resolving);
    run.simulation.mine(2);
    expect(world(run).channels.state[0]).toBe(STATE.closed);
  });

  it('lets the preimage settle upstream when it comes while the channel is on-chain', () => {
    const run = held();
    run.simulation.pay(0);
    run.until(5);
    run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
    run.simulation.mine(3);
    run.until(65);
    expect(run.results).toEqual([]);
    expect(world(run).chain.mempool.waiting.map((tx) => tx.kind)).toContain(TX.htlcSuccess);
    run.simulation.mine(1);
    run.until(70);
    expect(run.results[0]).toMatchObject({ outcome: OUTCOME.Success });
    expect(run.of(RECORD.htlcOnChain).map((r) => r[4])).toEqual([1]);
    run.simulation.mine(200);
    expect(world(run).channels.state[1]).toBe(STATE.closed);
    expect(brokenInvariant(world(run))).toBeNull();
  });

  it('times an HTLC out at its expiry and fails it upstream with permanent_channel_failure', () => {
    const run = held();
    run.simulation.pay(0);
    run.until(5);
    run.simulation.stopNode(2);
    run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
    const expiry = run.of(RECORD.htlcOffered)[1]![4];
    run.simulation.mine(expiry - world(run).chain.height - 1);
    expect(world(run).chain.mempool.waiting).toEqual([]);
    run.simulation.mine(1);
    expect(world(run).chain.mempool.waiting.map((tx) => tx.kind)).toEqual([TX.htlcTimeout]);
    run.simulation.mine(1);
    run.until(20);
    // The sender then has no other route.
    expect(run.results[0]).toMatchObject({
      outcome: OUTCOME.RouteNotFound,
      failureCode: FAILURE.permanent_channel_failure,
      failureHop: 1,
    });
    expect(run.of(RECORD.htlcOnChain).map((r) => r[4])).toEqual([2]);
  });

  it('happens by itself when an offered HTLC reaches its expiry height', () => {
    const run = held();
    run.simulation.pay(0);
    run.until(5);
    run.simulation.stopNode(2);
    const expiry = run.of(RECORD.htlcOffered)[1]![4];
    run.simulation.mine(expiry - world(run).chain.height - 1);
    expect(world(run).channels.state[1]).toBe(STATE.open);
    run.simulation.mine(1);
    expect(world(run).channels.state[1]).toBe(STATE.force_closing);
    expect(world(run).channels.broadcaster[1]).toBe(0);
  });

  it('gives a held payment back 18 blocks before its expiry', () => {
    const run = new TestRun({
      nodes: wallets(0, 0),
      channels: [{ node0: 0, node1: 1 }],
      payments: [{ source: 0, destination: 1, amountMsat: 50_000_000 }],
      profiles: [{ method: 'invoice', holdUs: 3_000_000_000 }],
    });
    run.simulation.pay(0);
    run.until(5);
    const expiry = run.of(RECORD.htlcOffered)[0]![4];
    run.simulation.mine(expiry - 18 - world(run).chain.height);
    run.until(6);
    expect(run.results[0]).toMatchObject({ failureCode: FAILURE.incorrect_or_unknown_payment_details, failureHop: 1 });
    expect(world(run).channels.state[0]).toBe(STATE.open);
  });
});

describe('nodes that stop and start', () => {
  it('fails forwards over a stopped node at once and works again after it reconnects', () => {
    const run = new TestRun({
      nodes: wallets(0, 0, 0),
      channels: [
        { node0: 0, node1: 1 },
        { node0: 1, node1: 2 },
      ],
      payments: [
        { source: 0, destination: 2, amountMsat: 1_000_000 },
        { source: 0, destination: 2, amountMsat: 1_000_000 },
        { source: 2, destination: 0, amountMsat: 1_000_000 },
      ],
    });
    run.simulation.stopNode(2);
    run.simulation.pay(0);
    run.simulation.pay(2);
    run.until(10);
    expect(run.results).toMatchObject([
      { payment: 2, outcome: OUTCOME.NotDispatched },
      { payment: 0, outcome: OUTCOME.RouteNotFound, failureCode: FAILURE.unknown_next_peer },
    ]);
    run.simulation.startNode(2);
    // lnd forgets the failure of a pair by halves an hour.
    run.until(3 * 3600);
    run.simulation.pay(1);
    run.until(3 * 3600 + 10);
    expect(run.results[2]).toMatchObject({ payment: 1, outcome: OUTCOME.Success });
  });

  it('sends again what was under way when the connection broke', () => {
    // Whatever the instant of the break, the payment ends well after the reconnection.
    for (let ms = 0; ms <= 500; ms += 5) {
      const run = new TestRun({
        nodes: wallets(0, 0, 0),
        channels: [
          { node0: 0, node1: 1 },
          { node0: 1, node1: 2 },
        ],
        payments: [{ source: 0, destination: 2, amountMsat: 1_000_000 }],
      });
      run.simulation.pay(0);
      run.until(ms / 1000);
      run.simulation.stopNode(1);
      run.until(20);
      run.simulation.startNode(1);
      run.until(40);
      expect(
        run.results.map((r) => r.outcome),
        `break after ${ms} ms`,
      ).toEqual([OUTCOME.Success]);
      expect(world(run).htlcs.live).toBe(0);
    }
  });

  it('announces a channel as disabled after 20 minutes without the peer and as enabled 19 minutes after it is back', () => {
    const run = new TestRun({ nodes: wallets(0, 0), channels: [{ node0: 0, node1: 1 }], gossipUs: 1_000_000 });
    run.simulation.stopNode(1);
    run.until(20 * 60);
    expect(world(run).graph.disabled[0]).toBe(0);
    run.until(20 * 60 + 2);
    expect(world(run).graph.disabled[0]).toBe(1);
    run.simulation.startNode(1);
    run.until(40 * 60 + 10);
    expect(world(run).graph.disabled[0]).toBe(0);
  });
});

describe('gossip', () => {
  it('lets senders route on what they know: a raised fee is refused once, and learnt after the delay', () => {
    const run = new TestRun({
      nodes: wallets(0, 0, 0),
      channels: [
        { node0: 0, node1: 1 },
        { node0: 1, node1: 2 },
      ],
      payments: [
        { source: 0, destination: 2, amountMsat: 10_000_000 },
        { source: 0, destination: 2, amountMsat: 10_000_000 },
      ],
      gossipUs: 30_000_000,
    });
    run.simulation.setPolicy({ channel: 1, node: 1, policy: { feeBaseMsat: 7000 } });
    expect(world(run).graph.feeBaseMsat[2]).toBe(1000);
    run.simulation.pay(0);
    run.until(5);
    expect(run.of(RECORD.htlcFailed).map((r) => r[4])).toContain(FAILURE.fee_insufficient);
    run.until(31);
    expect(world(run).graph.feeBaseMsat[2]).toBe(7000);
    run.until(3600 * 5);
    run.simulation.pay(1);
    run.until(3600 * 5 + 5);
    expect(run.results[1]).toMatchObject({ outcome: OUTCOME.Success, feeMsat: 7010 });
  });
});

describe('several parts', () => {
  const split = (balances: number[]) => ({
    nodes: wallets(0, 0, 0),
    channels: [
      ...balances.map((b) => ({ node0: 0, node1: 1, capacitySat: 400_000, balance0Msat: b })),
      { node0: 1, node1: 2, capacitySat: 5_000_000, balance0Msat: 4_000_000_000 },
    ],
    payments: [{ source: 0, destination: 2, amountMsat: 300_000_000 }],
    profiles: [{ method: 'invoice' as const }],
  });

  it('splits over channels none of which is large enough', () => {
    const run = new TestRun(split([200_000_000, 200_000_000]));
    run.simulation.pay(0);
    run.until(30);
    expect(run.results[0]).toMatchObject({ outcome: OUTCOME.Success, parts: 2 });
    expect(world(run).channels.balanceMsat[5]).toBe(1_000_000_000 + 300_000_000);
  });

  it('gives up as a whole when the rest finds no way: parts are held and failed by mpp_timeout', () => {
    const run = new TestRun({
      ...split([200_000_000, 200_000_000]),
      channels: [
        { node0: 0, node1: 1, capacitySat: 400_000, balance0Msat: 200_000_000 },
        { node0: 0, node1: 1, capacitySat: 400_000, balance0Msat: 200_000_000 },
        { node0: 1, node1: 2, capacitySat: 500_000, balance0Msat: 220_000_000 },
      ],
    });
    run.simulation.pay(0);
    run.until(100);
    expect(run.results).toEqual([]);
    run.until(200);
    expect(run.results[0]).toMatchObject({ failureCode: FAILURE.mpp_timeout });
    expect(run.results[0]!.outcome).not.toBe(OUTCOME.Success);
    expect(world(run).htlcs.live).toBe(0);
  });
});
