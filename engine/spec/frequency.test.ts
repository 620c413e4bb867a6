import { describe, expect, test } from 'vitest';
import { DAY_US, frequencyPerDay, parseFrequency } from './frequency.ts';

describe('parseFrequency', () => {
  test.each([
    ['5/s', 432_000],
    ['0.5/s', 43_200],
    ['10/min', 14_400],
    ['1_000/h', 24_000],
    ['3/d', 3],
    ['0/s', 0],
  ])('%s', (text, perDay) => {
    expect(parseFrequency(text)).toEqual({ ok: true, perDay });
    expect(frequencyPerDay(text)).toBe(perDay);
  });

  test('one in a second is exactly a second apart', () => {
    expect(DAY_US / frequencyPerDay('1/s')).toBe(1_000_000);
  });

  test.each([
    ['5', 'missing', '5/s'],
    ['10/m', 'malformed', '10/min'],
    ['10 per second', 'malformed', '5/s'],
    ['-1/s', 'malformed', '5/s'],
    ['9999999/s', 'range', '1_000_000/s'],
    ['1/__proto__', 'malformed', '5/s'],
  ])('%s is refused', (text, problem, hint) => {
    expect(parseFrequency(text)).toMatchObject({ ok: false, problem, hint: expect.stringContaining(hint) });
  });
});
