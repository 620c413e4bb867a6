import { describe, expect, it } from 'vitest';
import { blankClaim, type ClaimView } from '../../engine/simulate/node-model.ts';
import { FakeHost } from '../lnd/testing/fake-host.ts';
import { claimFeerate } from './fee-bumping.ts';

const host = new FakeHost(1, []);
/** fastest 10,000, fast 8000, medium (12) 3000, slow 1000. */
const estimates: number[] = [
  10_000,
  8000,
  ...new Array<number>(9).fill(5000),
  3000,
  ...new Array<number>(995).fill(2000),
  1000,
];
host.estimates = estimates;

const htlc = (more: Partial<ClaimView>): ClaimView => ({
  ...blankClaim(),
  kind: 'htlc_success',
  weight: 1000,
  valueSat: 100_000,
  height: 500,
  expiry: 540,
  ...more,
});
const waiting = { sinceHeight: 490, startPerKw: 1000, bumpedAt: 490 };

describe('what Eclair bids', () => {
  it.each([
    [540, 1000],
    [536, 1000],
    [535, 3000],
    [512, 3000],
    [511, 8000],
    [502, 8000],
    [501, 10_000],
    [490, 10_000],
  ])('is the band of the blocks that are left: expiry %i at height 500', (expiry, feerate) => {
    expect(claimFeerate(host, htlc({ expiry }))).toBe(feerate);
  });

  it('stays while its band has not risen by a fifth', () => {
    expect(claimFeerate(host, htlc({ ...waiting, expiry: 520, feeratePerKw: 2600 }))).toBe(2600);
    expect(claimFeerate(host, htlc({ ...waiting, expiry: 520, feeratePerKw: 2500 }))).toBe(3000);
  });

  it('is raised by a fifth with each block within six blocks of the target', () => {
    expect(claimFeerate(host, htlc({ ...waiting, expiry: 506, feeratePerKw: 8000 }))).toBe(9600);
    expect(claimFeerate(host, htlc({ ...waiting, expiry: 506, feeratePerKw: 2000 }))).toBe(8000);
    expect(claimFeerate(host, htlc({ ...waiting, expiry: 507, feeratePerKw: 8000 }))).toBe(8000);
  });

  it('is never more than what is claimed, or 1.25 times the feerate for the next block', () => {
    expect(claimFeerate(host, htlc({ ...waiting, expiry: 501, feeratePerKw: 12_000 }))).toBe(12_500);
    expect(claimFeerate(host, htlc({ expiry: 501, valueSat: 6000 }))).toBe(6000);
  });

  it('for a commitment is bounded by the HTLCs, without any by 5 % of the balance and 10,000 sat', () => {
    const commitment = { ...htlc({ expiry: 501 }), kind: 'commitment' as const, weight: 2000, ownFeeSat: 1000 };
    expect(claimFeerate(host, { ...commitment, valueSat: 9000 })).toBe(5000);
    const none = { ...commitment, expiry: -1, valueSat: 0 };
    expect(claimFeerate(host, { ...none, balanceSat: 20_000 })).toBe(1000);
    expect(claimFeerate(host, { ...none, balanceSat: 5_000_000 })).toBe(3000);
  });

  it('of a plain sweep is published once, at 10 sat/vB or less', () => {
    const sweep = { ...htlc({ expiry: -1 }), kind: 'sweep' as const };
    expect(claimFeerate(host, sweep)).toBe(2500);
    expect(claimFeerate(host, { ...sweep, ...waiting, feeratePerKw: 700 })).toBe(700);
  });
});
