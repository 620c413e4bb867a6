import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  formatDuration,
  groupDigits,
  parseAmount,
  parseDuration,
  parseFeerate,
  parseRate,
  parseSize,
  type UnitResult,
} from './units.ts';

const SAFE = Number.MAX_SAFE_INTEGER;

function shown(result: UnitResult): number | string {
  return result.ok ? result.value : `${result.problem}: ${result.hint}`;
}

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['100us', 100],
    ['250ms', 250_000],
    ['10s', 10_000_000],
    ['5m', 300_000_000],
    ['1h30m', 5_400_000_000],
    ['2d', 172_800_000_000],
    ['2w', 1_209_600_000_000],
    ['1.5s', 1_500_000],
    ['0.001ms', 1],
    ['1_000ms', 1_000_000],
    ['1d2h3m4s5ms6us', 93_784_005_006],
  ])('%s', (text, us) => {
    expect(shown(parseDuration(text))).toBe(us);
  });

  it.each([
    ['10', 'missing: write `10s`'],
    ['1_0.5', 'missing: write `1_0.5s`'],
    ['10 s', 'malformed: write `10s`'],
    ['10S', 'malformed: write `10s`'],
    ['10sec', 'malformed: write `10s`'],
    ['10 minutes', 'malformed: write `10m`'],
    ['10µs', 'malformed: write `10us`'],
    ['0.5us', 'malformed: write it with fewer decimals'],
    ['30m1h', 'malformed: write each unit once, the largest first, such as `1h30m`'],
    ['1s1s', 'malformed: write each unit once, the largest first, such as `1h30m`'],
    ['-1s', 'range: write a value of 0 or more'],
    ['300000w', 'range: the largest is about 285 years'],
    [`${'9'.repeat(100)}s`, 'range: the largest is about 285 years'],
  ])('%s is refused', (text, said) => {
    expect(shown(parseDuration(text))).toBe(said);
  });

  it.each(['', ' ', '10s ', '_1s', '1_s', '1__0s', '.5s', '5.s', '1e3s', '+1s', '0x1s', '１s', '10s\n', 'now'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text).ok).toBe(false);
    },
  );

  it('may be negative where that is allowed', () => {
    expect(shown(parseDuration('-1m30s', { negative: true }))).toBe(-90_000_000);
  });

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.integer({ min: -SAFE, max: SAFE }), (us) => {
        expect(shown(parseDuration(formatDuration(us), { negative: true }))).toBe(us);
      }),
    );
  });

  it('are written with the parts that are not zero', () => {
    expect([0, 23_000_000, 5_400_000_000, 1_500_000, 1, -90_000_000].map((us) => formatDuration(us))).toEqual([
      '0s',
      '23s',
      '1h30m',
      '1s500ms',
      '1us',
      '-1m30s',
    ]);
  });
});

describe('amounts', () => {
  it.each([
    ['0 sat', 0],
    ['2000 msat', 2000],
    ['1.5 sat', 1500],
    ['0.001 sat', 1],
    ['30_000 sat', 30_000_000],
    ['0.5 BTC', 50_000_000_000],
    ['1 BTC', 100_000_000_000],
    ['0.00000000001 BTC', 1],
    ['21  sat', 21_000],
    ['90_071.99254740991 BTC', SAFE],
  ])('%s', (text, msat) => {
    expect(shown(parseAmount(text))).toBe(msat);
  });

  it.each([
    ['1000', 'missing: write `1000 sat`'],
    ['1000sat', 'malformed: write `1000 sat`'],
    ['5 sats', 'malformed: write `5 sat`'],
    ['1 btc', 'malformed: write `1 BTC`'],
    ['5 Sat', 'malformed: write `5 sat`'],
    ['0.5 msat', 'malformed: write it with fewer decimals'],
    ['90_071.99254740992 BTC', 'range: the largest is about 90_071 BTC'],
    ['-1 sat', 'range: write a value of 0 or more'],
  ])('%s is refused', (text, said) => {
    expect(shown(parseAmount(text))).toBe(said);
  });

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.integer({ min: -SAFE, max: SAFE }), fc.constantFrom(1, 1000, 100_000_000_000), (n, unit) => {
        const msat = Math.trunc(n / unit) * unit;
        expect(shown(parseAmount(formatAmount(msat), { negative: true }))).toBe(msat === 0 ? 0 : msat);
      }),
    );
  });

  it('are written in the largest unit without a fraction', () => {
    expect([0, 2000, 2001, 30_000_000, 100_000_000_000, 1_234_567].map((msat) => formatAmount(msat))).toEqual([
      '0 sat',
      '2 sat',
      '2001 msat',
      '30_000 sat',
      '1 BTC',
      '1_234_567 msat',
    ]);
  });
});

describe('sizes of transactions', () => {
  it('are weight units: four a virtual byte', () => {
    expect(shown(parseSize('1 vB'))).toBe(4);
    expect(shown(parseSize('900 kvB'))).toBe(3_600_000);
    expect(shown(parseSize('1.05 vMB'))).toBe(4_200_000);
    expect(shown(parseSize('0.25 vB'))).toBe(1);
    expect(shown(parseSize('0.1 vB'))).toBe('malformed: write it with fewer decimals');
    expect(shown(parseSize('30'))).toBe('missing: write `30 vMB`');
    expect(shown(parseSize('30 MvB'))).toBe('malformed: write `30 vMB`');
    expect(shown(parseSize('30 MB'))).toBe('malformed: write `30 vMB`');
  });
});

describe('rates and feerates', () => {
  it('are exact', () => {
    expect(shown(parseRate('20 ppm'))).toBe(20);
    expect(shown(parseRate('-20 ppm', { negative: true }))).toBe(-20);
    expect(shown(parseRate('0.5 ppm'))).toBe('malformed: write it with fewer decimals');
    expect(shown(parseRate('0.1 %'))).toBe('malformed: write `1000 ppm`');
    expect(shown(parseRate('20'))).toBe('missing: write `20 ppm`');
    expect(shown(parseFeerate('1 sat/vB'))).toBe(250);
    expect(shown(parseFeerate('2.5 sat/vB'))).toBe(625);
    expect(shown(parseFeerate('0.004 sat/vB'))).toBe(1);
    expect(shown(parseFeerate('0.001 sat/vB'))).toBe('malformed: write it with fewer decimals');
    expect(shown(parseFeerate('2 sat/vb'))).toBe('malformed: write `2 sat/vB`');
  });
});

it('groups digits from five on', () => {
  expect([0, 999, 9999, 10_000, 1_234_567].map((n) => groupDigits(n))).toEqual([
    '0',
    '999',
    '9999',
    '10_000',
    '1_234_567',
  ]);
});

it('never throws and never gives an unsafe number', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9_.]{0,40} ?(us|ms|s|m|h|d|w|sat|msat|BTC|ppm)$/)),
      (text) => {
        for (const parse of [parseDuration, parseAmount, parseRate, parseFeerate]) {
          const result = parse(text, { negative: true });
          if (result.ok) expect(Number.isSafeInteger(result.value)).toBe(true);
          else expect(result.hint).not.toBe('');
        }
      },
    ),
  );
});
