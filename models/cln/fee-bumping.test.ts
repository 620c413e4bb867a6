import { describe, expect, it } from 'vitest';
import { blankClaim, type ClaimView } from '../../engine/simulate/node-model.ts';
import { FakeHost } from '../lnd/testing/fake-host.ts';
import { claimFeerate } from './fee-bumping.ts';

const host = new FakeHost(1, []);
/** 10,000 for two blocks, 6000 for six, 3000 for twelve, 800 for a hundred. */
host.estimates = Array.from({ length: 100 }, (_, i) => (i < 2 ? 10_000 : i < 6 ? 6000 : i < 99 ? 3000 : 800));
host.relay = 300;

const htlc = (more: Partial<ClaimView>): ClaimView => ({
  ...blankClaim(),
  kind: 'htlc_success',
  weight: 1000,
  fromWallet: true,
  valueSat: 100_000,
  height: 500,
  expiry: 507,
  ...more,
});

describe('what Core Lightning bids', () => {
  it.each([
    [450, 10_000],
    [502, 10_000],
    [503, 10_000],
    [505, 8000],
    [507, 6000],
    [510, 4500],
    [513, 3000],
    [557, 1900],
    [601, 800],
    [602, 300],
    [701, 300],
    [702, 253],
  ])(
    'is the feerate for the blocks to one before the expiry, %i at height 500, between those it asks for',
    (expiry, feerate) => {
      expect(claimFeerate(host, htlc({ expiry }))).toBe(feerate);
    },
  );

  it('leaves six blocks before the HTLC that one was forwarded for expires; an own one has its expiry', () => {
    const timeout = htlc({ kind: 'htlc_timeout', expiry: 480 });
    expect(claimFeerate(host, { ...timeout, deadline: 518 })).toBe(3000);
    expect(claimFeerate(host, { ...timeout, deadline: 508 })).toBe(10_000);
    expect(claimFeerate(host, timeout)).toBe(10_000);
  });

  it('stays below the worth of an HTLC, from the wallet as it is, from the output at what leaves dust', () => {
    expect(claimFeerate(host, htlc({ valueSat: 5999 }))).toBe(0);
    expect(claimFeerate(host, htlc({ valueSat: 5999, feeratePerKw: 900 }))).toBe(900);
    expect(claimFeerate(host, htlc({ valueSat: 2546, fromWallet: false }))).toBe(2000);
    expect(claimFeerate(host, htlc({ valueSat: 700, fromWallet: false }))).toBe(0);
  });

  it('is for a commitment what the HTLCs on it are worth, and nothing without any', () => {
    const commitment = { ...htlc({ expiry: 506, ownFeeSat: 500, feeratePerKw: 400 }), kind: 'commitment' as const };
    expect(claimFeerate(host, { ...commitment, valueSat: 5501 })).toBe(6000);
    expect(claimFeerate(host, { ...commitment, valueSat: 5500 })).toBe(400);
    expect(claimFeerate(host, { ...commitment, expiry: -1, valueSat: 0 })).toBe(400);
  });

  it('of a sweep is the floor', () => {
    expect(claimFeerate(host, { ...htlc({ expiry: -1, fromWallet: false }), kind: 'sweep' })).toBe(253);
  });
});
