import { describe, expect, it } from 'vitest';
import { RECORD, TX } from './records.ts';
import { TestRun } from './testing/network.ts';

/** Small blocks, so that the mempool holds thousands of them. */
const BLOCK_WEIGHT = 100_000;

const world = (run: TestRun) => run.simulation.world;
const waiting = (run: TestRun) => world(run).chain.mempool.waiting;
/** Fees of the transactions of a kind, in order of broadcast. */
const fees = (run: TestRun, kind: number): number[] =>
  run
    .of(RECORD.txBroadcast)
    .filter((r) => r[2] === kind)
    .map((r) => r[4]);

/** Sender, hub and receiver, who holds the payment; the hub's offered HTLC hangs on its incoming one. */
function held(models: readonly string[], wallets: readonly number[], amountMsat = 50_000_000): TestRun {
  const run = new TestRun({
    nodes: wallets.map((walletSat, n) => ({ walletSat, model: models[n]! })),
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2 },
    ],
    payments: [{ source: 0, destination: 2, amountMsat }],
    profiles: [{ method: 'invoice', holdUs: 600_000_000 }],
    blockWeight: BLOCK_WEIGHT,
  });
  run.simulation.pay(0);
  run.until(5);
  return run;
}

/** Blocks of strangers who pay one feerate. */
function congest(run: TestRun, perKw: number, blocks: number): void {
  run.simulation.congestMempool({
    lowPerKw: perKw,
    highPerKw: perKw,
    weight: blocks * BLOCK_WEIGHT,
    inflowWeight: 0,
    blocks: 0,
  });
}

const LND = ['lnd', 'lnd', 'lnd'];
const COINS = [1_000_000, 1_000_000, 1_000_000];

describe('estimates', () => {
  it('are the going rate for every target without a backlog, and what stands before it with one', () => {
    const run = new TestRun({ nodes: [{}, {}], channels: [], feeratePerKw: 300, blockWeight: BLOCK_WEIGHT });
    const { chain } = world(run);
    expect([1, 6, 1008].map((target) => chain.estimatePerKw(target))).toEqual([300, 300, 300]);
    congest(run, 5000, 3);
    expect([1, 3, 4].map((target) => chain.estimatePerKw(target))).toEqual([5001, 5001, 300]);
  });

  it('decide what a wallet pays: six blocks for a send', () => {
    const run = new TestRun({ nodes: [{ walletSat: 100_000 }, {}], channels: [], blockWeight: BLOCK_WEIGHT });
    congest(run, 4000, 6);
    run.simulation.sendOnchain({ from: 0, to: 1, sat: 1000 });
    expect(waiting(run)[0]!.feeSat).toBe(Math.ceil((562 * 4001) / 1000));
    // It stands before all of them.
    run.simulation.mine(1);
    expect(world(run).chain.walletSat[1]).toBe(1000);
  });
});

describe('a commitment that pays too little', () => {
  it('is followed by a child that spends its anchor, replaced with every block, and both confirm together', () => {
    // The estimate for six blocks is cheap, but three blocks of others come before.
    const run = held(['lnd', 'ldk', 'lnd'], COINS);
    congest(run, 20_000, 3);
    congest(run, 1000, 60);
    run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
    expect(waiting(run).map(({ kind }) => kind)).toEqual([TX.commitment, TX.anchor]);
    const before = world(run).chain.walletSat[1]! + waiting(run)[1]!.feeSat;
    run.simulation.mine(10);
    const bids = fees(run, TX.anchor);
    expect(bids.length).toBeGreaterThan(1);
    bids.reduce((last, bid) => {
      expect(bid).toBeGreaterThan(last);
      return bid;
    }, 0);
    const replaced = run.of(RECORD.txReplaced).filter((r) => r[2] === TX.anchor);
    expect(replaced.map((r) => r[4])).toEqual(bids.slice(0, -1));
    const confirmed = run.of(RECORD.txConfirmed).slice(0, 2);
    expect(confirmed.map((r) => r[2])).toEqual([TX.commitment, TX.anchor]);
    expect(confirmed[0]![1]).toBe(confirmed[1]![1]);
    // The last child's fee left the wallet, and the anchor's 330 sat came into it; the other side's anchor is left.
    expect(world(run).chain.walletSat[1]).toBe(before - bids[bids.length - 1]! + 330);
    expect(world(run).chain.abandonedSat).toBe(330);
  });

  it('waits when its node has no coins', () => {
    const run = held(LND, [0, 0, 0]);
    congest(run, 20_000, 4);
    run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
    run.simulation.mine(4);
    expect(fees(run, TX.anchor)).toEqual([]);
    expect(waiting(run).map(({ kind }) => kind)).toEqual([TX.commitment]);
    run.simulation.mine(1);
    expect(waiting(run).map(({ kind }) => kind)).not.toContain(TX.commitment);
  });

  it('waits when its node does not run', () => {
    const run = held(LND, COINS);
    run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
    run.simulation.stopNode(1);
    congest(run, 20_000, 4);
    run.simulation.mine(3);
    expect(fees(run, TX.anchor)).toEqual([]);
  });

  it('asks nobody without congestion', () => {
    const run = held(LND, COINS);
    run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
    run.simulation.mine(1);
    expect(fees(run, TX.anchor)).toEqual([]);
    expect(world(run).chain.abandonedSat).toBe(660);
  });
});

describe('claims of HTLCs while the mempool is congested', () => {
  /**
   * The commitment that `by` broadcasts is confirmed, the receiver claims at the estimate, 1001, and then others come who
   * pay `spike`.
   */
  function claimed(models: readonly string[], spike: number, amountMsat = 200_000_000, by = 1): TestRun {
    const run = held(models, COINS, amountMsat);
    run.simulation.closeChannel({ channel: 1, force: true, by });
    run.simulation.mine(3);
    congest(run, 1000, 200);
    run.until(610);
    congest(run, spike, 400);
    return run;
  }
  const claims = (run: TestRun) =>
    waiting(run).filter(({ kind }) => kind === TX.htlcSuccess || kind === TX.htlcTimeout);
  const expiryOf = (run: TestRun): number => run.of(RECORD.htlcOffered)[1]![4];
  const mineTo = (run: TestRun, height: number): void => run.simulation.mine(height - world(run).chain.height);

  it.each([
    ['lnd', true],
    ['eclair', true],
    ['ldk', false],
  ])('show an %s hub the preimage in the mempool: %s', (hub, learns) => {
    const run = claimed(['lnd', hub, 'lnd'], 180_000);
    run.simulation.mine(1);
    run.until(620);
    expect(claims(run).map(({ kind }) => kind)).toEqual([TX.htlcSuccess]);
    expect(run.results).toHaveLength(learns ? 1 : 0);
  });

  it('race once the HTLC has expired: the higher bid takes the place of the other (BIP 125)', () => {
    // An lnd receiver ends at half of 200,000 sat, 172,711 a 1000 weight units; an LDK hub pays from its wallet.
    const run = claimed(['lnd', 'ldk', 'lnd'], 180_000);
    mineTo(run, expiryOf(run) - 1);
    expect(claims(run).map(({ kind }) => kind)).toEqual([TX.htlcSuccess]);
    const success = claims(run)[0]!;
    expect(success.feeSat).toBe(Math.ceil((579 * 172_711) / 1000));
    mineTo(run, expiryOf(run));
    const [timeout] = claims(run);
    expect(timeout).toMatchObject({ kind: TX.htlcTimeout, output: success.output });
    expect(timeout!.feeSat).toBe(Math.ceil((1062 * 180_001) / 1000));
    run.simulation.mine(1);
    run.until(900);
    expect(run.of(RECORD.htlcOnChain).map((r) => r[4])).toEqual([2]);
  });

  it('are not replaced by one that pays a higher feerate but less in all', () => {
    // On the receiver's commitment its claim is the larger transaction.
    const run = claimed(['lnd', 'ldk', 'lnd'], 100_000, 200_000_000, 2);
    mineTo(run, expiryOf(run));
    const [success] = claims(run);
    expect(success).toMatchObject({ kind: TX.htlcSuccess, feeSat: Math.ceil((1102 * 90_744) / 1000) });
    // The hub would bid 100,001 for 573 weight units: 57,301 sat.
    expect(fees(run, TX.htlcTimeout)).toEqual([]);
  });

  it('give the fee of a replaced claim back to the wallet it came from', () => {
    const run = claimed(['lnd', 'ldk', 'lnd'], 100_000, 200_000_000, 2);
    const { chain } = world(run);
    const [success] = claims(run);
    expect(success).toMatchObject({ kind: TX.htlcSuccess, feeSat: Math.ceil((1102 * 1001) / 1000) });
    const before = chain.walletSat[2]!;
    run.simulation.stopNode(2);
    mineTo(run, expiryOf(run));
    expect(claims(run).map(({ kind }) => kind)).toEqual([TX.htlcTimeout]);
    expect(chain.walletSat[2]).toBe(before + success!.feeSat);
  });

  it('wait instead of being given up while they are not worth their fee', () => {
    const run = claimed(LND, 60_000, 1_000_000);
    const { chain } = world(run);
    expect(claims(run)).toEqual([]);
    const { abandonedSat } = chain;
    run.simulation.mine(300);
    expect(chain.abandonedSat).toBe(abandonedSat);
    run.simulation.mine(500);
    // No time passed between the blocks, so that the hub's incoming HTLC went on-chain, too: claimed, both.
    expect(run.of(RECORD.htlcOnChain).map((r) => r[4])).toEqual([1, 1]);
  });
});
