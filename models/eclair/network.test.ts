/** Eclair nodes in the simulator: what needs channels, blocks, gossip and other nodes to be seen. */
import { describe, expect, it } from 'vitest';
import { STATE } from '../../engine/simulate/channel-lifecycle.ts';
import { FAILURE } from '../../engine/simulate/failure.ts';
import { OUTCOME, RECORD } from '../../engine/simulate/records.ts';
import { type TestNetwork, TestRun } from '../../engine/simulate/testing/network.ts';

const eclair = { model: 'eclair', walletSat: 100_000_000 };

/** Three nodes in a line; 0 pays 2. */
const line = (amounts: readonly number[], fields: Partial<TestNetwork> = {}): TestNetwork => ({
  nodes: [eclair, eclair, eclair],
  channels: [
    { node0: 0, node1: 1, capacitySat: 4_000_000, balance0Msat: 3_900_000_000 },
    { node0: 1, node1: 2, capacitySat: 4_000_000, balance0Msat: 3_900_000_000 },
  ],
  payments: amounts.map((amountMsat) => ({ source: 0, destination: 2, amountMsat })),
  ...fields,
});

describe('a payment', () => {
  it('goes over Eclair nodes, and its fee and delta are theirs', () => {
    const run = new TestRun(line([100_000_000]));
    run.simulation.pay(0);
    run.until(10);
    expect(run.results).toMatchObject([{ outcome: OUTCOME.Success, attempts: 1, feeMsat: 21_000 }]);
    const [first, second] = run.of(RECORD.htlcOffered);
    expect((first?.[4] as number) - (second?.[4] as number)).toBe(144);
    // 18 blocks for a keysend and 150 to 350 at random, above height 100.
    expect(second?.[4]).toBeGreaterThanOrEqual(268);
    expect(second?.[4]).toBeLessThanOrEqual(468);
  });

  it('in parts is given back by its recipient after a minute', () => {
    const run = new TestRun({
      nodes: [eclair, eclair, eclair, eclair],
      channels: [
        { node0: 0, node1: 1, capacitySat: 4_000_000, balance0Msat: 3_900_000_000 },
        { node0: 1, node1: 3, capacitySat: 4_000_000, balance0Msat: 3_900_000_000, latencyUs: 200_000_000 },
        { node0: 0, node1: 2, capacitySat: 4_000_000, balance0Msat: 3_900_000_000 },
        { node0: 2, node1: 3, capacitySat: 4_000_000, balance0Msat: 3_900_000_000 },
      ],
      payments: [{ source: 0, destination: 3, amountMsat: 3_000_000_000 }],
      profiles: [{ method: 'invoice' }],
    });
    run.simulation.pay(0);
    run.until(3000);
    const failed = run.of(RECORD.attemptFailed).find((record) => record[4] === FAILURE.mpp_timeout);
    const committed = run.of(RECORD.htlcCommitted).find((record) => record[3] === 6)?.[1] as number;
    expect((failed?.[1] as number) - committed).toBeGreaterThan(60_000_000);
    expect((failed?.[1] as number) - committed).toBeLessThan(61_000_000);
    expect(run.results).toMatchObject([{ outcome: OUTCOME.RecipientRejected }]);
  });
});

describe('a channel without its peer', () => {
  it('is disabled when an HTLC is to be forwarded over it, and not before', () => {
    const run = new TestRun(line([1_000_000, 1_000_000]));
    run.simulation.stopNode(2);
    run.until(3600);
    expect(run.of(RECORD.policy)).toEqual([]);
    run.simulation.pay(0);
    run.until(3610);
    expect(run.of(RECORD.attemptFailed).map((record) => [record[3], record[4]])).toEqual([
      [1, FAILURE.channel_disabled],
    ]);
    expect(run.of(RECORD.policy).map((record) => record[2])).toEqual([2]);
    const { channels, graph } = run.simulation.world;
    expect([channels.disabled[2], graph.disabled[2]]).toEqual([1, 1]);
    // 2.5 s until it connects, 10 s until it is enabled.
    run.simulation.startNode(2);
    run.until(3622);
    expect(channels.disabled[2]).toBe(1);
    run.until(3623);
    expect(channels.disabled[2]).toBe(0);
    run.until(3630);
    run.simulation.pay(1);
    run.until(3640);
    expect(run.results[1]).toMatchObject({ outcome: OUTCOME.Success });
  });

  it('is disabled when its own node tries to send over it', () => {
    const run = new TestRun(line([1_000_000]));
    run.simulation.stopNode(1);
    run.simulation.pay(0);
    run.until(10);
    expect(run.results).toMatchObject([{ outcome: OUTCOME.RouteNotFound, attempts: 1 }]);
    expect(run.simulation.world.channels.disabled[0]).toBe(1);
  });
});

describe('htlc_maximum', () => {
  it('is that of the balance from the beginning, unless the scenario states it', () => {
    const network = line([]);
    const [first, second] = network.channels;
    const run = new TestRun({ ...network, channels: [first!, { ...second!, policy1: { maxHtlcMsat: 77_000_000 } }] });
    // 45 % of the capacity; 100,000 sat less the reserve of 40,000.
    expect(Array.from(run.simulation.world.graph.maxHtlcMsat.subarray(0, 4))).toEqual([
      1_800_000_000, 10_000_000, 1_800_000_000, 77_000_000,
    ]);
  });

  it('follows the balance, at most once an hour', () => {
    const run = new TestRun(line([1_200_000_000, 1_200_000_000, 700_000_000]));
    const announced = (): readonly (readonly number[])[] =>
      run
        .of(RECORD.policy)
        .filter((record) => record[2] === 2)
        .map((record) => [record[1] / 1e6, record[5] / 1000]);
    run.simulation.pay(0);
    run.until(100);
    expect(announced()).toEqual([]);
    // Some 1,450,000 sat are left, less the reserve.
    run.simulation.pay(1);
    run.until(200);
    expect(announced()).toEqual([[100.12, 800_000]]);
    // Some 750,000 sat, but an hour has not passed; a snapshot does not forget that.
    run.simulation.pay(2);
    run.until(300);
    run.reload();
    run.until(3700.119);
    expect(announced()).toHaveLength(1);
    run.until(3700.12);
    expect(announced()).toEqual([
      [100.12, 800_000],
      [3700.12, 400_000],
    ]);
  });
});

describe('a channel that Eclair opens', () => {
  it('waits for 8 confirmations with a peer that asks for fewer', () => {
    const run = new TestRun({ nodes: [eclair, { model: 'lnd' }], channels: [], later: ['new'] });
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
    });
    run.until(1);
    run.simulation.mine(7);
    run.until(2);
    expect(run.simulation.world.channels.state[0]).not.toBe(STATE.open);
    run.simulation.mine(1);
    run.until(3);
    expect(run.simulation.world.channels.state[0]).toBe(STATE.open);
  });
});

describe('on-chain', () => {
  it('a received HTLC whose preimage is known closes the channel 24 blocks before it expires', () => {
    const run = new TestRun(line([100_000_000], { profiles: [{ method: 'invoice', holdUs: 60_000_000 }] }));
    run.simulation.pay(0);
    run.until(10);
    const expiry = run.of(RECORD.htlcOffered)[1]?.[4] as number;
    // The recipient gives the payment back when a preimage would come too late.
    run.simulation.mine(expiry - 25 - 100);
    run.until(20);
    expect(run.results).toEqual([]);
    run.simulation.mine(1);
    run.until(30);
    expect(run.results).toMatchObject([{ outcome: OUTCOME.IncorrectPaymentDetails }]);
  });

  it('an offered HTLC closes the channel at its expiry, and is failed upstream', () => {
    const run = new TestRun(line([100_000_000], { profiles: [{ holdUs: 3_000_000_000 }] }));
    run.simulation.pay(0);
    run.until(10);
    run.simulation.crashNode(2);
    const expiry = run.of(RECORD.htlcOffered)[1]?.[4] as number;
    run.simulation.mine(expiry - 1 - 100);
    run.until(100);
    const { channels } = run.simulation.world;
    expect(channels.state[1]).toBe(STATE.open);
    run.simulation.mine(1);
    run.until(110);
    expect(channels.state[1]).not.toBe(STATE.open);
    // The commitment, and the timeout of the HTLC, which has to be eight blocks deep.
    run.simulation.mine(8);
    run.until(120);
    expect(run.results).toHaveLength(0);
    run.simulation.mine(1);
    run.until(130);
    expect(run.results).toHaveLength(1);
    expect(run.results[0]).toMatchObject({ failureCode: FAILURE.permanent_channel_failure, failureHop: 1 });
  });
});
