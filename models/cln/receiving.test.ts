import { describe, expect, it } from 'vitest';
import { failureName } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';
import { checkReceive } from './receiving.ts';

function check(fields: Partial<ReceiveRequest>, acceptKeysend = true): string {
  const request: ReceiveRequest = {
    node: 0,
    amountMsat: 1000,
    expiry: 1018,
    height: 1000,
    onionAmountMsat: 1000,
    onionExpiry: 1018,
    totalMsat: 1000,
    method: 'invoice',
    payable: true,
    invoiceCltvDelta: 18,
    invoiceAmountMsat: 1000,
    setTotalMsat: -1,
    partial: false,
    ...fields,
  };
  const code = checkReceive(request, acceptKeysend, 18);
  return code === 0 ? 'none' : failureName(code);
}

describe('a recipient', () => {
  it('accepts invoices in parts and keysends in one', () => {
    expect([check({}), check({ partial: true }), check({ method: 'keysend' })]).toEqual(['none', 'none', 'none']);
  });

  it('answers in Core Lightning’s order', () => {
    expect(check({ amountMsat: 999, expiry: 1000 })).toBe('final_incorrect_htlc_amount');
    expect(check({ expiry: 1017 })).toBe('final_incorrect_cltv_expiry');
    expect(check({ expiry: 1017, onionExpiry: 1017 })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ payable: false })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ method: 'keysend', partial: true })).toBe('incorrect_or_unknown_payment_details');
    expect(check({ method: 'keysend' }, false)).toBe('incorrect_or_unknown_payment_details');
    expect(check({ method: 'amp' })).toBe('invalid_onion_payload');
  });
});
