import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { FakeHost } from '../lnd/testing/fake-host.ts';
import { batchDelayUs, normalQuantile } from './batch-delay.ts';
import { ldkKind } from './index.ts';
import { LdkModel } from './ldk-model.ts';
import { DEFAULT_SETTINGS, LDK_OPTIONS, readSettings } from './options.ts';

describe('the kind', () => {
  it('says the same as model.json', () => {
    const file = JSON.parse(readFileSync(new URL('./model.json', import.meta.url), 'utf8')) as Record<string, string>;
    expect([ldkKind.name, ldkKind.version]).toEqual([file.name, file.version]);
    expect(ldkKind.create(new FakeHost(0, [])).name).toBe(ldkKind.name);
  });

  it('has options that are all described, with defaults within their limits', () => {
    let count = 0;
    const walk = (schema: Readonly<Record<string, Json>>): void => {
      expect(schema.additionalProperties).toBe(false);
      for (const property of Object.values(schema.properties as Record<string, Record<string, Json>>)) {
        expect(String(property.title).length).toBeGreaterThan(3);
        if (property.type === 'object') {
          walk(property);
          continue;
        }
        count++;
        expect(String(property.description).length).toBeGreaterThan(10);
        if (property.type !== 'integer') continue;
        expect(property.default).toBeGreaterThanOrEqual(property.minimum as number);
        expect(property.default).toBeLessThanOrEqual(property.maximum as number);
      }
    };
    walk(LDK_OPTIONS);
    expect(count).toBe(32);
  });
});

describe('settings', () => {
  it('are LDK’s without options', () => {
    expect(readSettings({})).toEqual(DEFAULT_SETTINGS);
    expect(DEFAULT_SETTINGS).toMatchObject({
      feeBaseMsat: 1000,
      feeRatePpm: 0,
      cltvDelta: 72,
      maxAcceptedHtlcs: 50,
      minDepth: 6,
      maxPaths: 10,
      maxCltv: 1008,
      saturationPower: 2,
      scorer: { basePenaltyMsat: 5120, historicalMultiplierMsat: 50_000, offsetHalfLifeUs: 1_800_000_000 },
    });
  });

  it('take sections in part', () => {
    const { scorer, feeLimitPercent, feeLimitBaseMsat } = readSettings({
      scorer: { base_penalty_msat: 1 },
      fee_limit: { percent: 3 },
    });
    expect([scorer.basePenaltyMsat, scorer.antiProbingMsat]).toEqual([1, 1250]);
    expect([feeLimitPercent, feeLimitBaseMsat]).toEqual([3, 50_000]);
  });
});

describe('when it goes on-chain', () => {
  const model = new LdkModel(new FakeHost(1, []));

  it('is three blocks after an offered HTLC’s expiry and 36 before a received one’s', () => {
    expect(model.offeredDeadline(1000)).toBe(1003);
    expect(model.receivedDeadline(1000)).toBe(964);
    expect(model.holdExpiryDelta).toBe(39);
    expect(model.closeDepth(1)).toBe(6);
  });
});

describe('the batch', () => {
  it('is log-normal: median 50 ms, below 200 ms', () => {
    const delays = Array.from({ length: 10_001 }, (_, i) => batchDelayUs(i / 10_001) / 1000);
    expect(delays[5000]).toBeCloseTo(49.9, 0);
    // Quantiles of LDK's own table: 5 %, 25 %, 75 %, 95 %.
    expect([500, 2500, 7500, 9500].map((i) => Math.round(delays[i] as number))).toEqual([22, 36, 70, 112]);
    expect(Math.min(...delays)).toBeGreaterThan(1);
    expect(Math.max(...delays)).toBeLessThan(200);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232, 5);
    expect(normalQuantile(0.999)).toBeCloseTo(3.090232, 5);
  });

  it('takes all that comes in before it is due', () => {
    const host = new FakeHost(2, []);
    const model = new LdkModel(host);
    model.addNode(0, {});
    model.addNode(1, {});
    const first = model.batchAt(0, 0.5);
    expect(first).toBeGreaterThan(49_000);
    host.now = first - 1;
    expect(model.batchAt(0, 0.9)).toBe(first);
    expect(model.batchAt(1, 0.5)).toBeGreaterThan(first);
    host.now = first;
    expect(model.batchAt(0, 0.1)).toBeGreaterThan(first);
  });
});
