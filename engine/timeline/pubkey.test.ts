import { expect, test } from 'vitest';
import type { NodePlan } from './network.ts';
import { derivedPubkey, derivedPubkeys, isPubkey, pubkeyOf, pubkeysOf } from './pubkey.ts';

const node: NodePlan = { name: 'alice', model: 'lnd', options: {}, walletSat: 0, labels: {} };

test('derived keys are pinned and lie on the curve', () => {
  expect(derivedPubkey('alice')).toMatchInlineSnapshot(
    `"03fe05633e660bf4695c646f5ad60a455845242eb751a2c05b2038ddab1dca2ae9"`,
  );
  for (const name of ['alice', 'bob', 'user-0', '', 'é']) expect(isPubkey(derivedPubkey(name))).toBe(true);
  expect(derivedPubkey('bob')).not.toBe(derivedPubkey('alice'));
});

test('a given key wins, in lower case', () => {
  const given = '0279BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798';
  expect(pubkeyOf({ ...node, pubkey: given })).toBe(given.toLowerCase());
  expect(pubkeyOf(node)).toBe(derivedPubkey('alice'));
  expect(pubkeyOf(node)).toBe(derivedPubkey('alice'));
});

test('many keys are those of one by one', () => {
  const names = Array.from({ length: 150 }, (_, i) => `node-${i}`);
  const keys = names.map(derivedPubkey);
  expect(derivedPubkeys(names)).toEqual(keys);
  expect(derivedPubkeys(names.slice(0, 3))).toEqual(keys.slice(0, 3));
  const given = `02${'AB'.repeat(32)}`;
  const plans = names.map((name, i): NodePlan => ({ ...node, name, ...(i === 7 ? { pubkey: given } : {}) }));
  expect(pubkeysOf(plans)).toEqual(keys.map((key, i) => (i === 7 ? given.toLowerCase() : key)));
  expect(plans.map(pubkeyOf)).toEqual(pubkeysOf(plans));
});

test('tells keys from other texts', () => {
  expect(isPubkey('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')).toBe(true);
  expect(isPubkey('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179')).toBe(false);
  expect(isPubkey(`02${'f'.repeat(64)}`)).toBe(false);
  expect(isPubkey('alice')).toBe(false);
});
