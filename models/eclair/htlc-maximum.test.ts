import { describe, expect, it } from 'vitest';
import type { Policy } from '../../engine/simulate/node-model.ts';
import { plainView } from '../lnd/testing/fake-host.ts';
import { spendable } from './commitment.ts';
import { maximumFor } from './htlc-maximum.ts';
import { DEFAULT_SETTINGS, readSettings } from './options.ts';

const MOST = 4_500_000_000;

/** The maximum announced when this much can be spent of a channel of 10,000,000 sat, given the present one. */
function maximum(spendableMsat: number, present = MOST, settings = DEFAULT_SETTINGS): number {
  const view = { ...plainView(10_000_000), isFunder: false, remoteMsat: 1e12, maxInFlightMsat: MOST };
  view.localMsat = view.localReserveMsat + spendableMsat;
  expect(spendable(view)).toBe(spendableMsat);
  return maximumFor(settings, view, { maxHtlcMsat: present } as Policy, 10_000_000);
}

describe('htlc_maximum', () => {
  it('falls in steps with the balance, to the millisatoshi', () => {
    const steps = [
      0,
      1e6,
      1e6 + 1,
      1e7,
      1e7 + 1,
      1e8,
      1e8 + 1,
      2e8,
      2e8 + 1,
      4e8,
      4e8 + 1,
      8e8,
      8e8 + 1,
      1.6e9,
      1.6e9 + 1,
    ];
    expect(steps.map((balance) => maximum(balance))).toEqual([
      1,
      1,
      1e6,
      1e6,
      1e7,
      1e7,
      1e8,
      1e8,
      2e8,
      2e8,
      4e8,
      4e8,
      8e8,
      8e8,
      MOST,
    ]);
  });

  it('rises again from any of its own values, and leaves others alone', () => {
    expect([1, 1e6, 8e8, MOST].map((present) => maximum(3e8, present))).toEqual([2e8, 2e8, 2e8, 2e8]);
    expect(maximum(3e8, 123_456)).toBe(123_456);
  });

  it('stays what may be in flight where that is less, and when told so', () => {
    const view = { ...plainView(100_000), isFunder: false, remoteMsat: 1e12, maxInFlightMsat: 45_000_000 };
    const at = (spendableMsat: number): number =>
      maximumFor(
        DEFAULT_SETTINGS,
        { ...view, localMsat: 1_000_000 + spendableMsat },
        { maxHtlcMsat: 45_000_000 } as Policy,
        100_000,
      );
    expect([at(99_000_000), at(5_000_000)]).toEqual([10_000_000, 1_000_000]);
    const large = maximumFor(
      DEFAULT_SETTINGS,
      { ...view, localMsat: 151_000_000 },
      { maxHtlcMsat: 45_000_000 } as Policy,
      100_000,
    );
    expect(large).toBe(45_000_000);
    expect(maximum(0, MOST, readSettings({ adapt_htlc_maximum: false }))).toBe(MOST);
  });
});
