import { describe, expect, it } from 'vitest';
import { channelSettings, nodeSettings, parseDefaults } from './defaults.ts';

const defaults = parseDefaults({
  node: { wallet: '1 sat', options: { a: 1, b: 1 } },
  channel: { capacity: '1_000 sat', policy: { fee_base: '1 msat' } },
  models: { lnd: { wallet: '2 sat', options: { b: 2, c: 2 } }, cln: { wallet: '3 sat', options: { z: 9 } } },
  labels: [
    { match: { role: 'merchant' }, node: { wallet: '4 sat', options: { c: 3, d: 3 } }, channel: { push: '5 sat' } },
    { match: { role: 'merchant', size: 'large' }, node: { model: 'cln' }, channel: { capacity: '9_000 sat' } },
  ],
});

describe('defaults', () => {
  it('are built in where nothing is said', () => {
    expect(nodeSettings(parseDefaults(undefined), {}, {})).toEqual({ model: 'lnd', options: {}, walletSat: 0 });
  });

  it('go from the ordinary node to the model', () => {
    expect(nodeSettings(defaults, {}, {})).toEqual({ model: 'lnd', options: { a: 1, b: 2, c: 2 }, walletSat: 2 });
  });

  it('keep the options of another model away', () => {
    expect(nodeSettings(defaults, {}, { model: 'cln' })).toEqual({ model: 'cln', options: { z: 9 }, walletSat: 3 });
  });

  it('go from the model to the labels, in order, and to the node itself', () => {
    const labels = { role: 'merchant' };
    expect(nodeSettings(defaults, labels, {})).toEqual({
      model: 'lnd',
      options: { a: 1, b: 2, c: 3, d: 3 },
      walletSat: 4,
    });
    expect(nodeSettings(defaults, labels, { walletSat: 7, options: { d: 4 } })).toEqual({
      model: 'lnd',
      options: { a: 1, b: 2, c: 3, d: 4 },
      walletSat: 7,
    });
    expect(nodeSettings(defaults, { role: 'merchant', size: 'large' }, {}).model).toBe('cln');
    expect(nodeSettings(defaults, { role: 'merchant', size: 'large' }, { model: 'lnd' }).model).toBe('lnd');
  });

  it('of channels come from the labels of the opener', () => {
    expect(channelSettings(defaults, {}, {})).toEqual({ capacitySat: 1000, policy: { feeBaseMsat: 1 } });
    expect(channelSettings(defaults, { role: 'merchant', size: 'large' }, { policy: { feeRatePpm: 2 } })).toEqual({
      capacitySat: 9000,
      pushMsat: 5000,
      policy: { feeRatePpm: 2 },
    });
  });
});
