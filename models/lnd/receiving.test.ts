import { describe, expect, it } from 'vitest';
import { failureName } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';
import { checkReceive } from './receiving.ts';

function check(changes: Partial<ReceiveRequest>, acceptKeysend = true, acceptAmp = false): string {
  const request: ReceiveRequest = {
    node: 0,
    amountMsat: 1000,
    expiry: 1083,
    height: 1000,
    onionAmountMsat: 1000,
    onionExpiry: 1083,
    totalMsat: 1000,
    method: 'invoice',
    payable: true,
    invoiceCltvDelta: 80,
    invoiceAmountMsat: -1,
    setTotalMsat: -1,
    partial: false,
    ...changes,
  };
  return failureName(checkReceive(request, acceptKeysend, acceptAmp));
}

const keysend = { method: 'keysend', invoiceCltvDelta: -1 } as const;

describe('a recipient', () => {
  it('accepts a payment to its invoice, whole, overpaid or in parts', () => {
    expect(check({})).toBe('none');
    expect(check({ amountMsat: 5000 })).toBe('none');
    expect(check({ partial: true, totalMsat: 9000 })).toBe('none');
  });

  it('compares the HTLC with the onion first', () => {
    expect(check({ amountMsat: 999, expiry: 1082, payable: false })).toBe('final_incorrect_htlc_amount');
    expect(check({ expiry: 1082, payable: false })).toBe('final_incorrect_cltv_expiry');
  });

  it('refuses what is not payable', () => {
    expect(check({ payable: false })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ totalMsat: 0 })).toBe('incorrect_or_unknown_payment_details');
  });

  it('refuses an expiry nearer than the invoice asks for, or than 19 blocks', () => {
    const at = (expiry: number, delta: number): string =>
      check({ expiry, onionExpiry: expiry, invoiceCltvDelta: delta });
    expect(at(1079, 80)).toBe('incorrect_or_unknown_payment_details');
    expect(at(1080, 80)).toBe('none');
    expect(at(1018, 9)).toBe('incorrect_or_unknown_payment_details');
    expect(at(1019, 9)).toBe('none');
  });

  it('refuses an expiry that a final delta cannot express', () => {
    expect(check({ expiry: 1000 + 65_536 })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ expiry: 1000 + 65_535 })).toBe('none');
  });

  it('accepts AMP, in one part or several, only when told to', () => {
    const amp = { method: 'amp', invoiceCltvDelta: -1, partial: true, totalMsat: 9000 } as const;
    expect(check(amp)).toBe('incorrect_or_unknown_payment_details');
    expect(check(amp, false, true)).toBe('none');
    expect(check({ ...amp, partial: false, totalMsat: 1000 }, false, true)).toBe('none');
    expect(check({ ...amp, expiry: 1018, onionExpiry: 1018 }, true, true)).toBe('incorrect_or_unknown_payment_details');
  });

  it('accepts keysend in one part when told to', () => {
    expect(check(keysend)).toBe('none');
    expect(check(keysend, false)).toBe('incorrect_or_unknown_payment_details');
    expect(check({ ...keysend, partial: true })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ ...keysend, expiry: 1018, onionExpiry: 1018 })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ ...keysend, expiry: 1019, onionExpiry: 1019 })).toBe('none');
  });
});
