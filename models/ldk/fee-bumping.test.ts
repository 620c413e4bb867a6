import { describe, expect, it } from 'vitest';
import { blankClaim, type ClaimView } from '../../engine/simulate/node-model.ts';
import { FakeHost } from '../lnd/testing/fake-host.ts';
import { claimFeerate } from './fee-bumping.ts';

const host = new FakeHost(1, []);
/** 4000 within six blocks, 1500 from there on. */
host.estimates = [4000, 4000, 4000, 4000, 4000, 4000, 1500];

const htlc = (more: Partial<ClaimView>): ClaimView => ({
  ...blankClaim(),
  kind: 'htlc_success',
  weight: 1000,
  fromWallet: true,
  valueSat: 100_000,
  height: 500,
  expiry: 600,
  ...more,
});

/** Heights at which the node raises its bid, and what it bids. */
function raises(claim: ClaimView, blocks: number): [number, number][] {
  const found: [number, number][] = [];
  let { feeratePerKw, bumpedAt, sinceHeight } = claim;
  for (let height = claim.height; height < claim.height + blocks; height++) {
    const bid = claimFeerate(host, { ...claim, height, sinceHeight, bumpedAt, feeratePerKw });
    if (sinceHeight < 0) sinceHeight = height;
    if (bid <= feeratePerKw) continue;
    [feeratePerKw, bumpedAt] = [bid, height];
    found.push([height, bid]);
  }
  return found;
}

describe('what LDK bids', () => {
  it('begins with the estimate and rises by a quarter every 15 blocks, 3 within 15 of the deadline, 1 within 3', () => {
    expect(raises(htlc({ expiry: 535 }), 40).map(([height]) => height)).toEqual([
      500, 515, 530, 533, 534, 535, 536, 537, 538,
    ]);
    expect(raises(htlc({ expiry: 600 }), 31)).toEqual([
      [500, 4000],
      [515, 5000],
      [530, 6250],
    ]);
  });

  it('gives an HTLC that timed out 48 blocks more', () => {
    const timeout = { ...htlc({ expiry: 500 }), kind: 'htlc_timeout' as const };
    expect(raises(timeout, 46).map(([height]) => height)).toEqual([500, 515, 530, 545]);
    expect(raises({ ...timeout, expiry: 490 }, 40).map(([height]) => height)).toEqual([
      500, 515, 530, 533, 536, 537, 538, 539,
    ]);
  });

  it('raises a commitment with every block, to five times the estimate', () => {
    const found = raises({ ...htlc({}), kind: 'commitment', feeratePerKw: 253 }, 12).map(([, bid]) => bid);
    expect(found.slice(0, 4)).toEqual([4000, 5000, 6250, 7812]);
    expect(found[found.length - 1]).toBe(20_000);
  });

  it('follows the estimate when that has risen more', () => {
    expect(claimFeerate(host, htlc({ sinceHeight: 480, bumpedAt: 480, feeratePerKw: 1000 }))).toBe(4000);
    expect(claimFeerate(host, htlc({ sinceHeight: 480, bumpedAt: 490, feeratePerKw: 1000 }))).toBe(1000);
  });

  it('begins with half at most of what it takes its fee from, and not below the floor', () => {
    expect(claimFeerate(host, htlc({ fromWallet: false, valueSat: 2000 }))).toBe(1000);
    expect(claimFeerate(host, htlc({ fromWallet: false, valueSat: 500 }))).toBe(0);
  });

  it('sweeps at the estimate for twelve blocks of each block', () => {
    expect(claimFeerate(host, { ...htlc({}), kind: 'sweep' })).toBe(1500);
  });
});
