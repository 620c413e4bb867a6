import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type Json } from './json.ts';

/** RFC 8785 in so many words: sorted members, everything as JSON.stringify writes it. */
function plain(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(plain).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as { readonly [key: string]: Json };
  return `{${Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${plain(record[key] as Json)}`)
    .join(',')}}`;
}

test('the canonical text is that of RFC 8785', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const json = value as Json;
      expect(canonicalJson(json)).toBe(plain(json));
      expect(JSON.parse(canonicalJson(json))).toEqual(JSON.parse(JSON.stringify(json)));
    }),
  );
});

test('numbers and texts at the edges', () => {
  expect(canonicalJson([-0, 1e21, 1e-7, 5e-324, 0.1, Number.MAX_SAFE_INTEGER])).toBe(
    '[0,1e+21,1e-7,5e-324,0.1,9007199254740991]',
  );
  expect(canonicalJson(['"\\', '\u0007\n', 'é', '\ud800', ' ~'])).toBe('["\\"\\\\","\\u0007\\n","é","\\ud800"," ~"]');
  expect(canonicalJson({ b: 1, a: { d: null, c: [true, false] } })).toBe('{"a":{"c":[true,false],"d":null},"b":1}');
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => canonicalJson([bad])).toThrow(RangeError);
});
