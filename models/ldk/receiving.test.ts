import { describe, expect, it } from 'vitest';
import { failureName } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';
import { checkReceive } from './receiving.ts';

function check(changes: Partial<ReceiveRequest>, acceptKeysend = true): string {
  const request: ReceiveRequest = {
    node: 0,
    amountMsat: 1_000_000,
    expiry: 1043,
    height: 1000,
    onionAmountMsat: 1_000_000,
    onionExpiry: 1043,
    totalMsat: 1_000_000,
    method: 'invoice',
    payable: true,
    invoiceCltvDelta: 42,
    invoiceAmountMsat: -1,
    setTotalMsat: -1,
    partial: false,
    ...changes,
  };
  return failureName(checkReceive(request, acceptKeysend));
}

describe('a recipient', () => {
  it('takes what fits', () => {
    expect(check({})).toBe('none');
    expect(check({ amountMsat: 1_500_000 })).toBe('none');
    expect(check({ partial: true, onionAmountMsat: 400_000, amountMsat: 400_000 })).toBe('none');
  });

  it('cannot read the onion of an AMP part', () => {
    expect(check({ method: 'amp', invoiceCltvDelta: -1, onionExpiry: 1044 })).toBe('invalid_onion_payload');
  });

  it('holds the HTLC against the onion', () => {
    expect(check({ amountMsat: 999_999 })).toBe('final_incorrect_htlc_amount');
    expect(check({ onionExpiry: 1044 })).toBe('final_incorrect_cltv_expiry');
  });

  it('needs 41 blocks, more than its claim may take', () => {
    expect(check({ expiry: 1041, onionExpiry: 1041 })).toBe('none');
    expect(check({ expiry: 1040, onionExpiry: 1040 })).toBe('incorrect_or_unknown_payment_details');
    // The expiry is looked at before the amount.
    expect(check({ expiry: 1040, onionExpiry: 1040, amountMsat: 1 })).toBe('incorrect_or_unknown_payment_details');
  });

  it('knows no invoice that was paid or has expired', () => {
    expect(check({ payable: false })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ totalMsat: 0 })).toBe('incorrect_or_unknown_payment_details');
  });

  it('takes keysend in one part, where the application claims it', () => {
    const keysend = { method: 'keysend', invoiceCltvDelta: -1 } as const;
    expect(check(keysend)).toBe('none');
    expect(check(keysend, false)).toBe('incorrect_or_unknown_payment_details');
    expect(check({ ...keysend, partial: true })).toBe('incorrect_or_unknown_payment_details');
  });
});
