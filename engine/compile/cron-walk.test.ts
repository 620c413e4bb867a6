import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEpoch } from '../spec/calendar.ts';
import { cronFields, cronProblem } from '../spec/cron.ts';
import { cronTimes } from './cron-walk.ts';

const S = 1_000_000;
const DAY = 86_400 * S;

/** Instants as croner sees them, µs of virtual time; an instant of the start itself counts. */
function reference(expression: string, epochMs: number, lastUs: number, limit: number): number[] {
  const cron = new Cron(expression, { timezone: 'UTC', domAndDow: true });
  const times: number[] = [];
  let at = cron.nextRun(new Date(epochMs - 1000));
  while (at !== null && times.length < limit) {
    const timeUs = (at.getTime() - epochMs) * 1000;
    if (timeUs > lastUs) break;
    if (timeUs >= 0) times.push(timeUs);
    at = cron.nextRun(at);
  }
  return times;
}

const field = (low: number, high: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    fc.integer({ min: low, max: high }).map(String),
    fc.integer({ min: 2, max: Math.min(15, high) }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 2, maxLength: 4 }).map((list) => list.join(',')),
  );

describe('cronTimes', () => {
  test('finds the instants that croner finds', () => {
    const expression = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
    const epoch = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
    fc.assert(
      fc.property(expression, epoch, (fields, epochMs) => {
        const text = fields.join(' ');
        fc.pre(cronProblem(text) === null);
        const lastUs = 60 * DAY;
        const expected = reference(text, epochMs, lastUs, 50);
        const found = cronTimes(cronFields(text), epochMs, 0, lastUs, 50, 1e6);
        expect(found, `${text} from ${new Date(epochMs).toISOString()}`).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('takes seconds, names and leap days', () => {
    const epoch = parseEpoch('2024-02-28') as number;
    expect(cronTimes(cronFields('30 0 12 * * *'), epoch, 0, DAY, 10, 100)).toEqual([43_230 * S]);
    expect(cronTimes(cronFields('0 0 29 feb *'), epoch, 0, 500 * DAY, 10, 100)).toEqual([DAY]);
    expect(cronTimes(cronFields('0 0 * * sun'), epoch, 0, 7 * DAY, 10, 100)).toEqual([4 * DAY]);
  });

  test('keeps to its bounds', () => {
    const every = cronFields('* * * * *');
    expect(cronTimes(every, 0, 60 * S, 180 * S, 100, 100)).toEqual([60 * S, 120 * S, 180 * S]);
    expect(cronTimes(every, 0, 0, DAY, 2, 100)).toEqual([0, 60 * S]);
    expect(cronTimes(every, 0, 0, DAY, Infinity, 7)).toHaveLength(8);
    expect(cronTimes(every, 30_000, 0, 60 * S, 100, 100)).toEqual([30 * S]);
  });
});

describe('cronProblem', () => {
  test.each([
    '61 * * * *',
    '* * *',
    '',
    '0 0 30 2 *',
    '* * * * * * *',
    '1-1000000000 * * * *',
    '*/0 * * * *',
    '*/0.1 * * * *',
    '@daily',
    '0 0 L * *',
    '__proto__ * * * *',
    `${'1,'.repeat(600)}1 * * * *`,
  ])('%j', (text) => {
    expect(cronProblem(text)).toEqual(expect.any(String));
  });
});
