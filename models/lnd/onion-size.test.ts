import { describe, expect, it } from 'vitest';
import { finalPayloadBytes, hopPayloadBytes, truncatedBytes } from './onion-size.ts';

describe('payload sizes', () => {
  it('drops leading zero bytes of integers', () => {
    const sizes = [0, 1, 0xff, 0x100, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000, 0xffff_ffff, 0x1_0000_0000];
    expect(sizes.map(truncatedBytes)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
    expect([0xff_ffff_ffff, 0x100_0000_0000, 0x1_0000_0000_0000].map(truncatedBytes)).toEqual([5, 6, 7]);
  });

  it('counts amount, expiry, channel, length and HMAC of a hop', () => {
    expect(hopPayloadBytes(1_000_000, 800_000)).toBe(5 + 5 + 10 + 1 + 32);
  });

  it('counts payment data or the keysend preimage at the recipient', () => {
    expect(finalPayloadBytes(1_000_000, 800_000, 'invoice')).toBe(5 + 5 + (34 + 3) + 1 + 32);
    expect(finalPayloadBytes(1_000_000, 800_000, 'keysend')).toBe(5 + 5 + 42 + 1 + 32);
    expect(finalPayloadBytes(1_000_000, 800_000, 'amp')).toBe(5 + 5 + (34 + 3) + 70 + 1 + 32);
  });
});
