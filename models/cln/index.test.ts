import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FakeHost } from '../lnd/testing/fake-host.ts';
import { clnKind } from './index.ts';
import { CLN_OPTIONS, DEFAULT_SETTINGS, readSettings } from './options.ts';

describe('the kind', () => {
  it('says the same as model.json', () => {
    const file = JSON.parse(readFileSync(new URL('./model.json', import.meta.url), 'utf8'));
    expect(file).toMatchObject({ name: clnKind.name, version: clnKind.version });
  });

  it('makes a model with Core Lightning’s constants', () => {
    const model = clnKind.create(new FakeHost(0, []));
    expect(model).toMatchObject({
      name: 'cln',
      timing: {
        commitDelayUs: 10_000,
        reconnectDelayUs: 1_000_000,
        peerTimeoutUs: 30_000_000,
        mailboxUs: 0,
        disableAfterUs: Infinity,
        enableAfterUs: 0,
        mppTimeoutUs: 70_000_000,
      },
      invoiceCltvDelta: 18,
      invoiceExpiryUs: 604_800_000_000,
      holdExpiryDelta: 17,
    });
    expect([model.offeredDeadline(1000), model.receivedDeadline(1000), model.closeDepth(1_000_000)]).toEqual([
      1001, 983, 3,
    ]);
    expect([model.walletReserveSat(0), model.walletReserveSat(1), model.walletReserveSat(9)]).toEqual([
      0, 25_000, 25_000,
    ]);
    expect(() => model.capture(7)).toThrow('node 7 is not a Core Lightning node');
  });
});

describe('options', () => {
  const validate = new Ajv2020({ strict: true }).compile(clnKind.optionsSchema);

  it('have a schema that takes its own defaults and nothing unknown', () => {
    expect(validate({})).toBe(true);
    expect(validate({ xpay: { retry_for_s: 1, shadow: false }, askrene: { max_parts: 3 } })).toBe(true);
    expect(validate({ feebase: 1 })).toBe(false);
    expect(validate({ xpay: { maxfee: 1 } })).toBe(false);
    expect(validate({ askrene: { max_parts: 0 } })).toBe(false);
    expect(validate({ max_accepted_htlcs: 484 })).toBe(false);
    expect(validate({ fee_base_msat: 1.5 })).toBe(false);
  });

  it('are all described, with defaults within their limits', () => {
    const walk = (schema: Readonly<Record<string, Json>>): void => {
      expect(schema.additionalProperties).toBe(false);
      for (const property of Object.values(schema.properties as Record<string, Record<string, Json>>)) {
        expect(String(property.title).length).toBeGreaterThan(3);
        expect(String(property.description).length).toBeGreaterThan(10);
        if (property.type === 'object') walk(property);
        if (property.type !== 'integer') continue;
        expect(property.default).toBeGreaterThanOrEqual(property.minimum as number);
        expect(property.default).toBeLessThanOrEqual(property.maximum as number);
      }
    };
    walk(CLN_OPTIONS);
  });

  it('have Core Lightning’s defaults', () => {
    expect(DEFAULT_SETTINGS).toEqual({
      acceptKeysend: true,
      feeBaseMsat: 1000,
      feeRatePpm: 10,
      cltvDelta: 34,
      cltvFinal: 18,
      htlcMinimumMsat: 0,
      htlcMaximumMsat: 2_100_000_000_000_000,
      maxAcceptedHtlcs: 30,
      maxDustExposureMsat: 50_000_000,
      reservePpm: 10_000,
      minCapacitySat: 10_000,
      minDepth: 3,
      toSelfDelay: 144,
      maxHtlcCltv: 2016,
      retryForUs: 60_000_000,
      maxFeeFlatMsat: 5000,
      maxFeePpm: 10_000,
      maxDelay: 2016,
      shadow: true,
      routes: { maxParts: 100, singlePathUpToMsat: 1_000_000, forgetAfterS: 3600 },
    });
  });

  it('replace them one by one', () => {
    expect(readSettings({ reserve_ppm: 20_000, xpay: { retry_for_s: 5 }, askrene: { max_parts: 7 } })).toEqual({
      ...DEFAULT_SETTINGS,
      reservePpm: 20_000,
      retryForUs: 5_000_000,
      routes: { ...DEFAULT_SETTINGS.routes, maxParts: 7 },
    });
  });
});
