import { describe, expect, it } from 'vitest';
import { STATE } from './channel-lifecycle.ts';
import { RECORD } from './records.ts';
import { TestRun } from './testing/network.ts';

const COINS = 1_000_000;

/** alice pays carol over a hub, carol is gone, and the hub closes its channel; all HTLCs are pending. */
function stuck(hub: string, amountMsat: number, incomingDelta: number): TestRun {
  const run = new TestRun({
    nodes: ['lnd', hub, 'lnd'].map((model) => ({ model, walletSat: COINS })),
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2, policy0: { cltvDelta: incomingDelta } },
    ],
    payments: [{ source: 0, destination: 2, amountMsat }],
    profiles: [{ method: 'invoice', holdUs: 3_000_000_000 }],
  });
  run.simulation.pay(0);
  run.until(5);
  run.simulation.stopNode(2);
  run.simulation.closeChannel({ channel: 1, force: true, by: 1 });
  return run;
}

/** Blocks until the hub fails the HTLC upstream. */
function blocksToLoss(run: TestRun): number {
  let now = 10;
  for (let blocks = 0; blocks < 400; blocks++) {
    if (run.of(RECORD.htlcFailed).length > 0) return blocks;
    run.simulation.mine(1);
    run.until(++now);
  }
  throw new Error('the hub does not fail it upstream');
}

describe('an HTLC that its receiver does not get', () => {
  it.each([
    ['lnd', 1],
    ['cln', 3],
    ['ldk', 6],
    ['eclair', 8],
  ])('is failed upstream by %s at %i confirmations of the timeout', (hub, depth) => {
    const run = stuck(hub, 200_000_000, 300);
    const expiry = run.of(RECORD.htlcOffered)[1]![4];
    const { world } = run.simulation;
    // The timeout transaction is in the block after the expiry height.
    const left = expiry - world.chain.height;
    expect(blocksToLoss(run)).toBe(left + depth);
  });

  it.each([
    ['lnd', 3],
    ['cln', 3],
    ['ldk', 6],
    ['eclair', 8],
  ])('is failed upstream by %s at %i confirmations of the commitment when it is dust', (hub, depth) => {
    expect(blocksToLoss(stuck(hub, 200_000, 300))).toBe(depth);
  });

  it.each([
    ['cln', 3],
    ['ldk', 3],
  ])(
    'is failed upstream by %s before the incoming one expires, by %i blocks, whatever is unresolved',
    (hub, before) => {
      const run = stuck(hub, 200_000_000, 5);
      const [incoming, outgoing] = run.of(RECORD.htlcOffered).map((r) => r[4]) as [number, number];
      expect(incoming - outgoing).toBe(5);
      const { world } = run.simulation;
      const left = incoming - before - world.chain.height;
      expect(blocksToLoss(run)).toBe(left);
      expect(world.channels.state[1]).toBe(STATE.resolving);
      expect(world.channels.state[0]).toBe(STATE.open);
    },
  );

  it('waits for its node to run', () => {
    const run = stuck('lnd', 200_000, 300);
    run.simulation.stopNode(1);
    run.simulation.mine(20);
    run.until(100);
    expect(run.of(RECORD.htlcFailed)).toEqual([]);
    run.simulation.startNode(1);
    run.until(200);
    expect(run.of(RECORD.htlcFailed)).toHaveLength(1);
  });
});
