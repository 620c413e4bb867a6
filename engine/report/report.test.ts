/** The parts of reports by themselves; whole ones are in engine/cli/report.test.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogBins } from './bins.ts';
import { intervals, shortened, timeShares } from './charts.ts';
import { escaped, html, Markup } from './html.ts';
import { amountText, axisText, durationText, numberText, percentText, timeStep, valueStep } from './scale.ts';

describe('markup', () => {
  it('escapes every value, in elements and in attributes', () => {
    const evil = `<script>alert("1")</script>' onload='x`;
    const { text } = html`<p title="${evil}" class='${evil}'>${evil}${[evil, html`<b>${evil}</b>`]}</p>`;
    expect(text.match(/<[a-z]/g)).toEqual(['<p', '<b']);
    expect(text).not.toContain(`"1"`);
    expect(text.split("'")).toHaveLength(3);
  });

  it('leaves no sign that begins or ends anything, and comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = escaped(text);
        expect(made).not.toMatch(/[<>"']/);
        const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
        const back = made.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
        const kept = [...Array(text.length).keys()].map((i) => (back[i] === '\ufffd' ? '\ufffd' : text[i]));
        expect(back).toBe(kept.join(''));
      }),
    );
  });

  it('shows control characters and those that turn the reading order as U+FFFD', () => {
    expect(escaped('a\u0000b\u202ec\u2066\u0085')).toBe('a\ufffdb\ufffdc\ufffd\ufffd');
    expect(escaped('käse\n\t☕')).toBe('käse\n\t☕');
  });
});

describe('bins of thirds of a power of ten', () => {
  it('hold from their name up to the next one', () => {
    const bins = new LogBins();
    for (const value of [0, 1, 1.99, 2, 4.9, 5, 9.99, 10, 0.5, 0.2, 0.1999]) bins.add(value);
    bins.add(Number.NaN);
    expect(bins.count).toBe(11);
    expect(bins.bars(numberText).map(({ name, value }) => [name, value])).toEqual([
      ['0', 1],
      ['0.1', 1],
      ['0.2', 1],
      ['0.5', 1],
      ['1', 2],
      ['2', 2],
      ['5', 2],
      ['10', 1],
    ]);
  });

  it('count every value once, whatever its size', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e15, noNaN: true })), (values) => {
        const bins = new LogBins();
        for (const value of values) bins.add(value < 1e-9 ? 0 : value);
        const sum = bins.bars(numberText).reduce((all, { value }) => all + value, 0);
        expect(sum).toBe(values.length);
      }),
    );
  });
});

describe('scales', () => {
  it.each([
    [5, 1],
    [6, 2],
    [11, 5],
    [26, 10],
    [0.04, 0.01],
    [0, 1],
  ])('have at most five steps up to %d', (largest, step) => {
    expect(valueStep(largest)).toBeCloseTo(step, 12);
  });

  it('count time as people do', () => {
    expect([10, 60, 3600, 21_600].map((s) => timeStep(s * 1_000_000) / 1_000_000)).toEqual([2, 10, 600, 3600]);
  });

  it('say numbers in few signs', () => {
    expect([0, 12_345.6, 0.000_012, 0.123_456, -2000].map(numberText)).toEqual([
      '0',
      '12_346',
      '1.20e-5',
      '0.1235',
      '-2000',
    ]);
    expect([9_999, 25_000, 1_500_000, -2e9, 0.5].map(axisText)).toEqual(['9999', '25k', '1.5M', '-2G', '0.5']);
    expect([percentText(0.123), percentText(null)]).toEqual(['12.3 %', '-']);
    expect([amountText(1_234_567), amountText(1500)]).toEqual(['1234 sat', '1500 msat']);
    expect([12, 1234, 1_234_567, 90_000_000].map(durationText)).toEqual(['12 µs', '1.23 ms', '1.23 s', '1m30s']);
  });
});

describe('pictures', () => {
  it('break a line where there is no share', () => {
    const bucket = (i: number, value: number | null) => ({ fromUs: i, toUs: i + 1, values: [value] });
    const { text } = timeShares(
      'rate',
      [{ name: 'rate', colour: '--good' }],
      [0.5, 1, null, 1, 0].map((v, i) => bucket(i, v)),
      [],
    );
    expect(text.match(/<polyline/g)).toHaveLength(2);
    expect(text.match(/<circle/g)).toHaveLength(4);
  });

  it('show a mean without an interval as a dot alone, and flat values from 0', () => {
    const point = (mean: number, half: number | null) => ({
      mean,
      low: half === null ? null : mean - half,
      high: half === null ? null : mean + half,
      words: String(mean),
    });
    const one = intervals('m by p', ['a', 'b'], [{ name: 's', colour: '--s0', points: [point(1, null), point(1, 0)] }]);
    expect(one).toBeInstanceOf(Markup);
    expect(one.text.match(/<path/g)).toHaveLength(1);
    expect(one.text).toContain('>0</text>');
  });

  it('leave out the middle of long names', () => {
    expect(shortened('a-rather-long-name', 9)).toBe('a-ra…name');
    expect(shortened('short', 9)).toBe('short');
  });
});
