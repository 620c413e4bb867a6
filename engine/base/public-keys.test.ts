import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manyPublicKeys } from './public-keys.ts';

const ORDER = secp256k1.Point.Fn.ORDER;
/** Of which the last step would add a point to itself, if it carried. */
const SAME = (1n << 257n) % ORDER;
const bytes = (secret: bigint): Uint8Array => hexToBytes(secret.toString(16).padStart(64, '0'));
const oneByOne = (secrets: readonly Uint8Array[]): string[] =>
  secrets.map((secret) => bytesToHex(secp256k1.getPublicKey(secret, true)));

test('keys are those that the library gives one by one', () => {
  const secret = fc.bigInt({ min: 1n, max: ORDER - 1n }).map(bytes);
  fc.assert(
    fc.property(fc.array(secret, { maxLength: 12 }), (secrets) => {
      expect(manyPublicKeys(secrets)).toEqual(oneByOne(secrets));
    }),
    { numRuns: 50 },
  );
});

test('secrets whose bytes carry, are zero, or stand alone', () => {
  const numbers = [1n, 2n, 127n, 128n, 129n, 255n, 256n, 0x7f80n, 0x8080n, 0x8181n, 1n << 255n, (1n << 255n) - 1n];
  const carried = BigInt(`0x${'81'.repeat(31)}`);
  const secrets = [...numbers, carried, BigInt(`0x${'80'.repeat(32)}`), ORDER - 1n, ORDER - 2n, ORDER >> 1n, SAME].map(
    bytes,
  );
  expect(manyPublicKeys(secrets)).toEqual(oneByOne(secrets));
  expect(manyPublicKeys([])).toEqual([]);
});
