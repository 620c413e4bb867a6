/** Fees of cooperative closes, by numbers computed apart from the code (BOLT 2's fee_range, as rust-lightning uses it). */
import { expect, it } from 'vitest';
import { RECORD, TX } from '../../engine/simulate/records.ts';
import { TestRun } from '../../engine/simulate/testing/network.ts';

/** Fee of the closing transaction of a channel of 1,000,000 sat that node 0 opened, and the wallets once it is confirmed, sat. */
function closed(
  models: readonly [string, string],
  { perKw = 250, balance0Msat = 500_000_000 } = {},
): readonly [fee: number, wallets: readonly number[]] {
  const run = new TestRun({
    nodes: models.map((model) => ({ model })),
    channels: [{ node0: 0, node1: 1, capacitySat: 1_000_000, balance0Msat }],
  });
  const { simulation } = run;
  simulation.setFeerate(perKw);
  simulation.closeChannel({ channel: 0, force: false, by: -1 });
  run.until(10);
  simulation.mine(6);
  const fees = run.of(RECORD.txBroadcast).flatMap(([, , kind, , fee]) => (kind === TX.coopClose ? [fee] : []));
  expect(fees).toHaveLength(1);
  return [fees[0] as number, [...simulation.world.chain.walletSat]];
}

// 674 weight units: 51 bytes and two outputs of 31 bytes, four units each, and a witness of 222.
it.each([
  [250, 170 + 1000], // at the floor of 253 sat a 1000 weight units: 170.5
  [253, 170 + 1000],
  [2_000, 1_348 + 1000],
  [50_001, 33_700 + 1000],
])('at %i sat a 1000 weight units two nodes of LDK close for %i sat', (perKw, fee) => {
  const [paid, [opener = 0, peer = 0]] = closed(['ldk', 'ldk'], { perKw });
  expect(paid).toBe(fee);
  expect([opener, peer]).toEqual([500_000 - fee, 500_000]);
});

it.each([[['ldk', 'lnd']], [['lnd', 'ldk']], [['ldk', 'cln']], [['eclair', 'ldk']]] as const)(
  '%j close at the estimate of the opener',
  (models) => {
    // 676 weight units.
    expect(closed(models, { perKw: 2_000 })[0]).toBe(1_352);
  },
);

it('an opener pays no more than it has', () => {
  expect(closed(['ldk', 'ldk'], { balance0Msat: 800_000 })).toEqual([800, [0, 999_200]]);
});
