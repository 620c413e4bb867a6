import { describe, expect, it } from 'vitest';
import { blankClaim, type ClaimView } from '../../engine/simulate/node-model.ts';
import { FakeHost } from '../lnd/testing/fake-host.ts';
import { claimFeerate } from './fee-bumping.ts';

/** Estimates that fall with the target: 10,000 for the next block, 9,000 for two, … 1000 from ten on. */
const host = new FakeHost(1, []);
host.estimates = [10_000, 9000, 8000, 7000, 6000, 5000, 4000, 3000, 2000, 1000];

/** An HTLC of 100,000 sat whose claim weighs 1000: its budget of 50,000 sat is 50,000 sat a 1000 weight units. */
const htlc = (more: Partial<ClaimView>): ClaimView => ({
  ...blankClaim(),
  kind: 'htlc_success',
  weight: 1000,
  valueSat: 100_000,
  height: 500,
  expiry: 511,
  deadline: 511,
  ...more,
});

/** Feerates from the first bid on, as a node bids them block by block. */
function bids(claim: ClaimView, blocks: number): number[] {
  const found: number[] = [];
  let { sinceHeight, startPerKw, feeratePerKw } = claim;
  for (let height = claim.height; height < claim.height + blocks; height++) {
    const bid = claimFeerate(host, { ...claim, height, sinceHeight, startPerKw, feeratePerKw });
    if (sinceHeight < 0) [sinceHeight, startPerKw] = [height, bid];
    feeratePerKw = Math.max(feeratePerKw, bid);
    found.push(bid);
  }
  return found;
}

describe('what lnd bids', () => {
  it('rises in a line from the estimate to half of the value one block before the deadline', () => {
    // 11 blocks: from the estimate for eleven, 1000, in ten steps of 4900 to 50,000.
    expect(bids(htlc({}), 12)).toEqual([
      1000, 5900, 10_800, 15_700, 20_600, 25_500, 30_400, 35_300, 40_200, 45_100, 50_000, 50_000,
    ]);
  });

  it('is the whole budget when the deadline is a block away or over', () => {
    expect(bids(htlc({ deadline: 501 }), 1)).toEqual([50_000]);
    expect(bids(htlc({ deadline: 400 }), 1)).toEqual([50_000]);
  });

  it('is at most 1000 sat/vB', () => {
    expect(bids(htlc({ valueSat: 100_000_000, deadline: 501 }), 1)).toEqual([250_000]);
  });

  it('takes 1008 blocks from the relay feerate when nothing hangs on it', () => {
    const sweep = bids({ ...htlc({ deadline: -1, expiry: -1 }), kind: 'sweep' }, 1010);
    expect(sweep[0]).toBe(253);
    expect(sweep[1]).toBe(253 + Math.floor((50_000 - 253) / 1007));
    expect(sweep[1007]).toBe(50_000);
  });

  it('is put off while the budget does not reach the estimate, and made at the end', () => {
    expect(bids(htlc({ valueSat: 1000 }), 1)).toEqual([0]);
    expect(claimFeerate(host, htlc({ valueSat: 1000, height: 510 }))).toBe(500);
  });

  it('for a commitment takes half of the blocks and half of what the HTLCs leave after their own budgets', () => {
    const commitment: ClaimView = {
      ...htlc({ deadline: 520, expiry: 480 }),
      kind: 'commitment',
      weight: 2000,
      valueSat: 300_000,
      urgentSat: 80_000,
      ownFeeSat: 500,
      feeratePerKw: 445,
    };
    // 10 of 20 blocks; 20,000 sat and the fee that it pays itself over 2000 weight units: 10,250.
    const found = bids(commitment, 11);
    expect(found[0]).toBe(1000);
    expect(found[1]).toBe(1000 + Math.floor(9250 / 9));
    expect(found[9]).toBe(10_250);
    // Without an HTLC that hangs on it nothing is spent.
    expect(claimFeerate(host, { ...commitment, urgentSat: 0, deadline: -1 })).toBeLessThanOrEqual(445);
  });
});
