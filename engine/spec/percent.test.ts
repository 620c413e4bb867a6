import { describe, expect, it } from 'vitest';
import { expressionSyntax } from './cel.ts';
import { percentIn } from './expression-scan.ts';

describe('a percentage in an expression', () => {
  it.each([
    ["payments('pay%').success_rate > 90%", 32, 35, 0.9],
    ['payments().success_rate >= 99.5 % && time > 1', 27, 33, 0.995],
    ['(payments().success_rate > 1%) || true', 27, 29, 0.01],
    ['payments().count % 2 == 3 % ', 24, 27, 0.03],
  ])('%s', (source, start, end, share) => {
    expect(percentIn(source)).toEqual({ start, end, share });
    expect(expressionSyntax(source)).toMatchObject({ code: 'E503', start, end, hint: `write ${share}` });
  });

  it.each(["payments('90%').count % 10 < 5", 'payments().count % 10 == 0', 'time > 5 % (2)', "node('5%)').running"])(
    'is none in %s',
    (source) => {
      expect(percentIn(source)).toBeNull();
      expect(expressionSyntax(source)).toBeNull();
    },
  );
});
