import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberHasher, sha256Bytes } from './digest.ts';

const numbers = fc.array(fc.nat(0xffffffff), { maxLength: 400, size: 'max' });

test('a hash that is saved and loaded in the middle is the hash of the whole', () => {
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 6 }), (parts) => {
      const whole = new NumberHasher();
      let cut = new NumberHasher();
      for (const part of parts) {
        for (const n of part) {
          whole.u32(n);
          cut.u32(n);
        }
        const state = JSON.parse(JSON.stringify(cut.save())) as ReturnType<NumberHasher['save']>;
        cut = new NumberHasher();
        cut.u32(7);
        cut.load(state);
        expect(cut.digest()).toBe(whole.digest());
      }
      const bytes = new Uint8Array(Uint32Array.from(parts.flat()).buffer);
      expect(cut.digest()).toBe(sha256Bytes(bytes));
    }),
  );
});

test('goes on beyond the buffer', () => {
  const whole = new NumberHasher();
  const first = new NumberHasher();
  for (let i = 0; i < 70_001; i++) {
    whole.f64(i);
    first.f64(i);
  }
  const second = new NumberHasher();
  second.load(first.save());
  for (let i = 0; i < 70_001; i++) {
    whole.text(`é${i}`);
    second.text(`é${i}`);
  }
  expect(second.digest()).toBe(whole.digest());
});
