import { describe, expect, it } from 'vitest';
import { failureName } from '../../engine/simulate/failure.ts';
import type { ReceiveRequest } from '../../engine/simulate/node-model.ts';
import { checkReceive } from './receiving.ts';

const check = (fields: Partial<ReceiveRequest>, acceptKeysend = true): string => {
  const request: ReceiveRequest = {
    node: 0,
    amountMsat: 1000,
    expiry: 1030,
    height: 1000,
    onionAmountMsat: 1000,
    onionExpiry: 1030,
    totalMsat: 1000,
    method: 'invoice',
    payable: true,
    invoiceCltvDelta: 30,
    invoiceAmountMsat: -1,
    setTotalMsat: -1,
    partial: false,
    ...fields,
  };
  return failureName(checkReceive(request, acceptKeysend, 2016));
};

describe('a recipient', () => {
  it('holds the HTLC against the onion', () => {
    expect(check({ amountMsat: 999 })).toBe('final_incorrect_htlc_amount');
    expect(check({ expiry: 1029 })).toBe('final_incorrect_cltv_expiry');
    expect(check({ amountMsat: 1001, expiry: 1031 })).toBe('none');
  });

  it('says the same to everything else', () => {
    const unknown = 'incorrect_or_unknown_payment_details';
    expect(check({ payable: false })).toBe(unknown);
    expect(check({ height: 1001 })).toBe(unknown);
    expect(check({ expiry: 3015 })).toBe('none');
    expect(check({ expiry: 3016 })).toBe(unknown);
    expect(check({ method: 'keysend', invoiceCltvDelta: -1 }, false)).toBe(unknown);
  });

  it('cannot read the onion of an AMP part', () => {
    expect(check({ method: 'amp', invoiceCltvDelta: -1, payable: false })).toBe('invalid_onion_payload');
  });

  it('takes a keysend, in parts, too', () => {
    expect(check({ method: 'keysend', invoiceCltvDelta: -1 })).toBe('none');
    expect(check({ method: 'keysend', invoiceCltvDelta: -1, partial: true })).toBe('none');
  });
});
