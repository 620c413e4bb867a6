import { createHash } from 'node:crypto';
import { _SHA256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberHasher, sha256Bytes } from './digest.ts';
import { blockFunction } from './sha256-blocks.ts';

/** One block of the JavaScript implementation, from any state. */
class PlainBlock extends _SHA256 {
  begin(words: readonly number[]): void {
    this.set(...(words.map((word) => word | 0) as Parameters<PlainBlock['set']>));
  }

  override process(view: DataView, at: number): void {
    super.process(view, at);
  }

  words(): readonly number[] {
    return this.get().map((word) => word | 0);
  }
}

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

const patterned = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 13) & 0xff);

test('many blocks at once are the same hash as one after the other', () => {
  expect(blockFunction()).not.toBeNull();
  for (const length of [0, 1, 63, 64, 65, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 200_003]) {
    const bytes = patterned(length, length);
    expect(sha256Bytes(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

test('takes the same from wherever its input begins and ends', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(70_000), { maxLength: 6 }), fc.nat(), (lengths, seed) => {
      const ours = new NumberHasher();
      const other = createHash('sha256');
      for (const length of lengths) {
        const text = 'x'.repeat(length) + String.fromCharCode(32 + (seed % 90));
        ours.text(text);
        const head = Buffer.alloc(4);
        head.writeUInt32LE(length + 1);
        other.update(head).update(text);
      }
      expect(ours.digest()).toBe(other.digest('hex'));
    }),
  );
});

test('every bit of a block counts, from any state', () => {
  const blocks = blockFunction();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.array(fc.nat(0xffffffff), { minLength: 8, maxLength: 8 }),
      (block, words) => {
        const state = Int32Array.from(words);
        blocks?.(state, block, 0, 64);
        const plain = new PlainBlock();
        plain.begin(words);
        plain.process(new DataView(block.buffer, block.byteOffset, 64), 0);
        expect([...state]).toEqual(plain.words());
      },
    ),
  );
});

test('a text is its length in bytes and its bytes, wherever the buffer ends', () => {
  const texts = [
    '',
    'a',
    'é',
    '€',
    '😀',
    '\ud800',
    'x'.repeat(21_843),
    '€'.repeat(21_844),
    '€'.repeat(21_845),
    'é'.repeat(70_000),
  ];
  const hasher = new NumberHasher();
  const parts: Uint8Array[] = [];
  for (let round = 0; round < 4; round++) {
    for (const text of texts) {
      hasher.text(text);
      const bytes = new TextEncoder().encode(text);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, bytes.length, true);
      parts.push(length, bytes);
    }
  }
  expect(hasher.digest()).toBe(sha256Bytes(Uint8Array.from(parts.flatMap((part) => [...part]))));
});
