import { describe, expect, it } from 'vitest';
import { figures, pairedFigures } from './statistics.ts';
import { studentT } from './student-t.ts';

describe('quantiles of Student’s t', () => {
  // Abramowitz and Stegun, table 26.10, and the NIST handbook: two-sided.
  it.each([
    [0.95, 1, 12.7062],
    [0.95, 2, 4.30265],
    [0.95, 3, 3.18245],
    [0.95, 4, 2.77645],
    [0.95, 5, 2.57058],
    [0.95, 9, 2.26216],
    [0.95, 10, 2.22814],
    [0.95, 20, 2.08596],
    [0.95, 29, 2.04523],
    [0.95, 30, 2.04227],
    [0.95, 60, 2.0003],
    [0.95, 120, 1.97993],
    [0.99, 1, 63.65674],
    [0.99, 7, 3.49948],
    [0.99, 30, 2.75],
    [0.9, 10, 1.81246],
    [0.999, 5, 6.86883],
  ])('%d with %i degrees of freedom', (confidence, freedom, value) => {
    expect(studentT(confidence, freedom)).toBeCloseTo(value, value > 10 ? 3 : 4);
  });

  it('are exact where there is a closed form', () => {
    // One degree: tan(π/2 · c); two: c · sqrt(2 / (1 − c²)).
    for (const c of [0.5, 0.8, 0.9, 0.95, 0.99]) {
      expect(studentT(c, 1) / Math.tan((Math.PI / 2) * c)).toBeCloseTo(1, 11);
      expect(studentT(c, 2) / (c * Math.sqrt(2 / (1 - c * c)))).toBeCloseTo(1, 11);
    }
  });

  it('approach the normal distribution', () => {
    expect(studentT(0.95, 100_000)).toBeCloseTo(1.95998, 4);
    for (let n = 1; n < 200; n++) expect(studentT(0.95, n + 1)).toBeLessThan(studentT(0.95, n));
  });
});

describe('figures', () => {
  it('are those of the textbook', () => {
    // Mean 5, sample deviation 2.13809 (sum of squares 32 over 7), t 2.36462.
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    const { n, mean, sd, low, high, min, max } = figures(values);
    expect([n, mean, min, max]).toEqual([8, 5, 2, 9]);
    expect(sd).toBeCloseTo(2.13809, 5);
    expect(low).toBeCloseTo(5 - (2.36462 * 2.13809) / Math.sqrt(8), 4);
    expect(high).toBeCloseTo(5 + (2.36462 * 2.13809) / Math.sqrt(8), 4);
  });

  it('leave out what is not there', () => {
    expect(figures([])).toEqual({ n: 0, mean: null, sd: null, low: null, high: null, min: null, max: null });
    expect(figures([null, 3, null])).toEqual({ n: 1, mean: 3, sd: null, low: null, high: null, min: 3, max: 3 });
    expect(figures([0.1, 0.1, 0.1])).toMatchObject({ n: 3, sd: 0, low: 0.1, high: 0.1 });
  });

  it('of differences go seed by seed', () => {
    expect(pairedFigures([5, 7, null, 9], [4, 5, 6, null])).toMatchObject({ n: 2, mean: 1.5, min: 1, max: 2 });
    expect(pairedFigures([1, 2], [])).toMatchObject({ n: 0, mean: null });
  });
});
