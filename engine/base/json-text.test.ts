import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locateJson, parseJsonText } from './json-text.ts';

describe('parseJsonText', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // Integers beyond 2^53 are read differently on purpose.
        fc.pre(!/\d{16}/.test(text));
        expect(parseJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  test('keeps every digit of long integers, and nothing else', () => {
    const text =
      '{"scid": 769658139443331073, "list":[18446744073709551615,-91234567890123456,9007199254740991,9007199254740993],"f":0.12345678901234567,"e":1234567890123456e2,"text":"x 769658139443331073 \\" 769658139443331073","n":123}';
    expect(parseJsonText(text)).toEqual({
      ok: true,
      value: {
        scid: '769658139443331073',
        list: ['18446744073709551615', '-91234567890123456', 9007199254740991, '9007199254740993'],
        f: Number('0.12345678901234567'),
        e: 1234567890123456e2,
        text: 'x 769658139443331073 " 769658139443331073',
        n: 123,
      },
    });
  });

  test('reads long integers of any value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), fc.string(), (n, s) => {
        expect(parseJsonText(JSON.stringify([s]).replace(']', `,${n}]`))).toEqual(
          s.includes(']') ? expect.anything() : { ok: true, value: [s, String(n)] },
        );
      }),
    );
  });

  test('accepts a byte order mark', () => {
    expect(parseJsonText('\ufeff{"a": 1}')).toEqual({ ok: true, value: { a: 1 } });
  });

  test.each([
    ['', 0, 'the file is empty; a JSON value was expected'],
    ['{"a": 1,}', 8, 'a text in double quotes was expected and not "}"'],
    ['[1, 2', 5, 'a comma or "]" was expected before the end of the file'],
    ['{"a" 1}', 5, 'a colon was expected and not "1"'],
    ['{"a": nope}', 6, 'a value was expected and not "n"'],
    ['{"a": "x\ny"}', 6, 'this text does not end, or holds a character or escape that JSON does not allow'],
    ['{} {}', 3, 'more text follows after the end of the JSON value'],
    ['\ufeff{,}', 2, 'a text in double quotes was expected and not ","'],
  ])('says where %j is wrong', (text, offset, message) => {
    expect(parseJsonText(text)).toEqual({ ok: false, offset, message });
  });

  test('finds an offset in every text that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom(',', '}', '"', 'x', ''), (text, at, put) => {
        const broken = text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1);
        const reading = parseJsonText(broken);
        if (reading.ok) return;
        expect(reading.message).not.toBe('this is not valid JSON');
        expect(reading.offset).toBeLessThanOrEqual(broken.length);
      }),
    );
  });

  test('refuses bottomless nesting in words', () => {
    expect(parseJsonText('['.repeat(100_000))).toMatchObject({
      ok: false,
      message: 'the values are nested too deeply',
    });
  });
});

describe('locateJson', () => {
  const text = '{ "a": [1, { "b\\n": "x" }],\n  "c": null }';

  test.each([
    [[], text],
    [['a'], '[1, { "b\\n": "x" }]'],
    [['a', 0], '1'],
    [['a', 1, 'b\n'], '"x"'],
    [['c'], 'null'],
    [['a', 7], '[1, { "b\\n": "x" }]'],
    [['d', 'e'], text],
  ])('%j', (path, expected) => {
    const { start, end } = locateJson(text, path as (string | number)[]);
    expect(text.slice(start, end)).toBe(expected);
  });
});
