import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { FakeHost } from '../lnd/testing/fake-host.ts';
import { eclairKind } from './index.ts';
import { DEFAULT_SETTINGS, readSettings } from './options.ts';

describe('the registered kind', () => {
  it('agrees with model.json', () => {
    const file = JSON.parse(readFileSync(new URL('./model.json', import.meta.url), 'utf8'));
    expect(file).toMatchObject({ name: eclairKind.name, version: eclairKind.version });
  });

  it('makes a model with Eclair’s constants', () => {
    const model = eclairKind.create(new FakeHost(0, []));
    expect(model).toMatchObject({
      name: 'eclair',
      timing: {
        commitDelayUs: 0,
        commitBatch: 1,
        reconnectDelayUs: 2_500_000,
        peerTimeoutUs: 60_000_000,
        mailboxUs: 0,
        disableAfterUs: Infinity,
        enableAfterUs: 10_000_000,
        mppTimeoutUs: 60_000_000,
        maximumIntervalUs: 3_600_000_000,
      },
      invoiceCltvDelta: 30,
      invoiceExpiryUs: 3_600_000_000,
      holdExpiryDelta: 24,
    });
    expect([model.offeredDeadline(1000), model.receivedDeadline(1000), model.closeDepth(1_000_000)]).toEqual([
      1000, 976, 8,
    ]);
    model.addNode(0, {});
    model.addNode(1, { min_depth_blocks: 3 });
    expect([model.openerDepth?.(0), model.openerDepth?.(1), model.walletReserveSat(9)]).toEqual([8, 3, 0]);
  });
});

describe('options', () => {
  const validate = new Ajv2020({ strict: true }).compile(eclairKind.optionsSchema);

  it('have a schema that takes its own defaults and nothing unknown', () => {
    expect(validate({})).toBe(true);
    expect(validate({ path_finding: { splitting: 'full_capacity', hop_cost: { ppm: 0 } } })).toBe(true);
    expect(validate({ acceptkeysend: true })).toBe(false);
    expect(validate({ path_finding: { splitting: 'half' } })).toBe(false);
    expect(validate({ path_finding: { failure_cost: { rate: 1 } } })).toBe(false);
    expect(validate({ max_payment_attempts: 0 })).toBe(false);
    expect(validate({ fee_base_msat: 1.5 })).toBe(false);
  });

  it('have Eclair’s defaults', () => {
    expect(DEFAULT_SETTINGS).toEqual({
      acceptKeysend: true,
      publicFee: { baseMsat: 1000, ppm: 200 },
      privateFee: { baseMsat: 1000, ppm: 100 },
      cltvDelta: 144,
      minHtlcInMsat: 1,
      maxInFlightMsat: 5_000_000_000,
      maxInFlightPercent: 45,
      adaptHtlcMaximum: true,
      maxAcceptedHtlcs: 30,
      dustLimitSat: 546,
      maxRemoteDustLimitSat: 5000,
      reserveRatio: 0.01,
      maxReserveRatio: 0.05,
      minPublicChannelSat: 100_000,
      minPrivateChannelSat: 100_000,
      maxChannelSat: 5_000_000_000,
      minDepth: 8,
      csvDelay: 720,
      maxCsvDelay: 2016,
      maxExpiryDelta: 2016,
      commitFeerateCapPerKw: 2500,
      maxAttempts: 5,
      recipientExpiryMin: 150,
      recipientExpiryMax: 350,
      excludeUs: 60_000_000,
      search: {
        randomize: true,
        maxParts: 5,
        minPartMsat: 15_000_000,
        splitting: 'randomize',
        maxRouteLength: 6,
        maxCltv: 2016,
        maxFeeFlatMsat: 21_000,
        maxFeeRatio: 0.03,
        hopCost: { baseMsat: 500, ppm: 200 },
        failureCost: { baseMsat: 2000, ppm: 500 },
        lockedFundsRisk: 1e-8,
        useLogProbability: false,
        usePastRelayData: false,
        halfLifeS: 86_400,
      },
    });
  });

  it('replace them one by one', () => {
    expect(readSettings({ reserve_ppm: 20_000, path_finding: { hop_cost: { ppm: 7 } } })).toEqual({
      ...DEFAULT_SETTINGS,
      reserveRatio: 0.02,
      search: { ...DEFAULT_SETTINGS.search, hopCost: { baseMsat: 500, ppm: 7 } },
    });
    // The most is never less than the least.
    expect(readSettings({ recipient_expiry: { min_delta: 400 } })).toMatchObject({
      recipientExpiryMin: 400,
      recipientExpiryMax: 400,
    });
  });
});
