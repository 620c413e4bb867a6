import { describe, expect, it } from 'vitest';
import { NumberHasher, sha256Text } from './digest.ts';
import { canonicalJson } from './json.ts';
import { keyedU32, RandomStream, streamSeed } from './random.ts';

describe('random streams', () => {
  it('gives pinned values: a change here changes every digest', () => {
    expect(streamSeed(7, 'activity', 'alice-bob', 'amount')).toMatchInlineSnapshot(`
      [
        3412973810,
        3228852551,
        644598296,
        154671600,
      ]
    `);
    const s = RandomStream.named(7, 'activity', 'alice-bob', 'amount');
    expect([
      s.u32(),
      s.u32(),
      s.unit(),
      s.integer(1, 6),
      s.exponential(10),
      s.normal(),
      s.logNormal(3, 1),
    ]).toMatchInlineSnapshot(`
      [
        418818256,
        4165144752,
        0.06998980885364892,
        5,
        16.610222415331194,
        0.3178772685138135,
        119.48378593647328,
      ]
    `);
    expect(Array.from(s.bytes(5))).toMatchInlineSnapshot(`
      [
        228,
        170,
        6,
        86,
        63,
      ]
    `);
    expect([keyedU32(1, 2, 0), keyedU32(1, 2, 1), keyedU32(2, 1, 0)]).toMatchInlineSnapshot(`
      [
        779996176,
        825666927,
        924828731,
      ]
    `);
  });

  it('tells names apart even where their concatenation is equal', () => {
    expect(streamSeed(1, 'a', 'bc', 'd')).not.toEqual(streamSeed(1, 'ab', 'c', 'd'));
    expect(streamSeed(1, 'a', 'b', 'c')).not.toEqual(streamSeed(2, 'a', 'b', 'c'));
  });

  it('is uniform enough and stays in range', () => {
    const s = RandomStream.named(1, 'test', 'uniform', '');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[s.integer(0, 9)]!++;
    for (const c of counts) expect(Math.abs(c - 10_000)).toBeLessThan(500);
  });

  it('has the moments of its distributions', () => {
    const s = RandomStream.named(1, 'test', 'moments', '');
    const n = 200_000;
    let exponential = 0;
    let normal = 0;
    let square = 0;
    for (let i = 0; i < n; i++) {
      exponential += s.exponential(3);
      const z = s.normal();
      normal += z;
      square += z * z;
    }
    expect(exponential / n).toBeCloseTo(3, 1);
    expect(normal / n).toBeCloseTo(0, 1);
    expect(square / n).toBeCloseTo(1, 1);
  });
});

describe('digests', () => {
  it('sorts keys and leaves out undefined', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'x'], '10': 2, '9': 0.1 })).toBe(
      '{"10":2,"9":0.1,"a":[true,null,"x"],"b":1}',
    );
    expect(() => canonicalJson(Number.NaN)).toThrow(RangeError);
  });

  it('hashes rows as their numbers one by one', () => {
    const [rows, single] = [new NumberHasher(), new NumberHasher()];
    for (const hasher of [rows, single]) hasher.text('odd');
    rows.rows(20_000, 12, (view, at, row) => {
      view.setFloat64(at, row / 3, true);
      view.setUint32(at + 8, -row, true);
    });
    for (let row = 0; row < 20_000; row++) {
      single.f64(row / 3);
      single.u32(-row);
    }
    for (const hasher of [rows, single]) hasher.u32(7);
    expect(rows.digest()).toBe(single.digest());
  });

  it('hashes numbers as little-endian bytes, in any portions', () => {
    const a = new NumberHasher();
    for (let i = 0; i < 20_000; i++) a.f64(i);
    const middle = a.digest();
    a.u32(1);
    a.text('ü'.repeat(70_000));
    expect(a.digest()).not.toBe(middle);
    const b = new NumberHasher();
    for (let i = 0; i < 20_000; i++) b.f64(i);
    expect(b.digest()).toBe(middle);
    expect(sha256Text('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
