import { expect, it } from 'vitest';
import { DIAGNOSTIC_CODES, DIAGNOSTIC_PARTS, diagnosticInfo } from './diagnostic-codes.ts';

it.each(DIAGNOSTIC_CODES.map((code) => [code]))('%s is described in full', (code) => {
  const info = diagnosticInfo(code);
  expect(info.severity).toBe(code.startsWith('W') ? 'warning' : 'error');
  expect(info.title).toMatch(/^[A-Z].*[^.]$/);
  expect(info.explanation).toMatch(/^[A-Z`‘0-9].*\.$/);
  expect(info.fix).toMatch(/\.$/);
});

it('has every code in one part only', () => {
  expect(DIAGNOSTIC_PARTS.flatMap((part) => Object.keys(part))).toEqual(DIAGNOSTIC_CODES);
});
