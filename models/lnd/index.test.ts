import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { lndKind } from './index.ts';
import { DEFAULT_SETTINGS, readSettings } from './options.ts';
import { FakeHost } from './testing/fake-host.ts';

describe('the registered kind', () => {
  it('agrees with model.json', () => {
    const file = JSON.parse(readFileSync(new URL('./model.json', import.meta.url), 'utf8'));
    expect(file).toMatchObject({ name: lndKind.name, version: lndKind.version });
  });

  it('makes a model with lnd’s constants', () => {
    const model = lndKind.create(new FakeHost(0, []));
    expect(model).toMatchObject({
      name: 'lnd',
      timing: {
        commitDelayUs: 50_000,
        commitBatch: 10,
        reconnectDelayUs: 1_000_000,
        mailboxUs: 60_000_000,
        disableAfterUs: 1_200_000_000,
        enableAfterUs: 1_140_000_000,
        mppTimeoutUs: 120_000_000,
      },
      invoiceCltvDelta: 80,
      invoiceExpiryUs: 86_400_000_000,
      holdExpiryDelta: 18,
    });
    expect([model.offeredDeadline(1000), model.receivedDeadline(1000), model.closeDepth(1_000_000)]).toEqual([
      1000, 984, 3,
    ]);
  });
});

describe('options', () => {
  const validate = new Ajv2020({ strict: true }).compile(lndKind.optionsSchema);

  it('have a schema that takes its own defaults and nothing unknown', () => {
    expect(validate({})).toBe(true);
    expect(validate({ accept_keysend: false, apriori: { weight_ppm: 0 }, fee_limit: { percent: 1 } })).toBe(true);
    expect(validate({ acceptkeysend: true })).toBe(false);
    expect(validate({ apriori: { weight: 0.5 } })).toBe(false);
    expect(validate({ max_parts: 0 })).toBe(false);
    expect(validate({ fee_base_msat: 1.5 })).toBe(false);
  });

  it('have lnd’s defaults', () => {
    expect(DEFAULT_SETTINGS).toEqual({
      acceptKeysend: true,
      acceptAmp: false,
      estimator: 'apriori',
      bimodal: { scaleMsat: 300_000_000, nodeWeight: 0.2, decayUs: 7 * 24 * 3_600_000_000 },
      timePreference: 0,
      feeBaseMsat: 1000,
      feeRatePpm: 1,
      cltvDelta: 80,
      minHtlcMsat: 1000,
      minHtlcInMsat: 1,
      maxAcceptedHtlcs: 483,
      wumbo: false,
      minChannelSat: 20_000,
      maxChannelSat: 0,
      minDepth: 0,
      csvDelay: 0,
      commitFeerateCapPerKw: 2500,
      apriori: { hopProbability: 0.6, weight: 0.5, halfLifeUs: 3_600_000_000, capacityFraction: 0.9999 },
      attemptCostMsat: 100_000,
      attemptCostPpm: 1000,
      minRouteProbability: 0.01,
      paymentTimeoutUs: 60_000_000,
      maxParts: 16,
      maxCltv: 2016,
      feeLimitFullUpToMsat: 1_000_000,
      feeLimitPercent: 5,
    });
  });

  it('replace them one by one', () => {
    expect(readSettings({ accept_keysend: false, apriori: { hop_probability_ppm: 900_000 } })).toEqual({
      ...DEFAULT_SETTINGS,
      acceptKeysend: false,
      apriori: { ...DEFAULT_SETTINGS.apriori, hopProbability: 0.9 },
    });
  });
});
