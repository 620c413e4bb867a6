/**
 * Vectors: those of sim-ln's own unit test, and others that its libraries (rand 0.8.5, rand_chacha 0.3.1, rand_distr
 * 0.4.3 and Rust's DefaultHasher) gave for the same arguments.
 */
import { describe, expect, test } from 'vitest';
import { sha256Text } from '../../../base/digest.ts';
import { exp } from '../../../base/math.ts';
import { ChaCha8, chachaKey } from './chacha8.ts';
import { drawSimLn, type SimLnArguments, type SimLnNode } from './draw.ts';
import { saltedSeed } from './salted-seed.ts';
import { WeightedIndex } from './weighted-index.ts';
import { standardExponential, standardNormal } from './ziggurat.ts';

const PK1 = '02f6dc1fcf3431f461ff5e6d870f286e134b064fddd3795a98d5903c55e76cfa8c';
const PK2 = '0363a5321c2778e2f13f4d7602a84e866824551b4bd31fdfc66e044a274863d647';
const PK3 = '037b0c8a943a6bc3ebb5b56ed1c377a1d3e6b68e9231ad9bf7afd45ba37374f7a3';
const PK4 = '026389dd21b3611bf4bb78f8939d5912f3175107ff9c14b6881bb4bef0e7c6e905';
const KEYS = [PK1, PK2, PK3, PK4];
const DAY = 86_400_000_000;

const unitTest: SimLnArguments = {
  nodes: KEYS.map((pubkey, index) => ({ index, pubkey, capacityMsat: 100_000_000 })),
  expectedMsat: 100,
  multiplier: 2,
  seed: 42n,
  startUs: 0,
  endUs: 25_000_000,
};

/** Payments as `time,source,destination,amount`, times in seconds. */
function lines(args: SimLnArguments, limit = 1e7): string[] {
  const payments = drawSimLn(args, limit);
  if (payments === null) throw new Error('gave up');
  const { timeUs, source, destination, amountMsat } = payments.columns();
  const key = (index: number): string => args.nodes.find((node) => node.index === index)?.pubkey ?? '';
  return Array.from(
    timeUs,
    (time, i) => `${time / 1e6},${key(source[i] as number)},${key(destination[i] as number)},${amountMsat[i]}`,
  );
}

/** Nodes with keys and capacities (sat) that are made of a hash. */
function hashedNodes(count: number, leastSat: number, mostSat: number): SimLnNode[] {
  return Array.from({ length: count }, (_, index) => {
    const hash = sha256Text(`node-${index}`);
    const part = Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32;
    const capacitySat = leastSat + Math.floor(part * part * part * (mostSat - leastSat));
    return { index, pubkey: `0${index % 2 === 0 ? 2 : 3}${hash}`, capacityMsat: capacitySat * 1000 };
  });
}

describe('chacha8', () => {
  test('makes a key of a seed', () => {
    const hex = Buffer.from(chachaKey(42n).buffer).toString('hex');
    expect(hex).toBe('a48fa17b58323d0aeab8a1cc690114b82b8cc87518b4f7548d446ea1e4df20f2');
  });

  test('draws 64 bits', () => {
    const random = new ChaCha8(42n);
    const drawn = Array.from({ length: 4 }, () => {
      random.next();
      return [random.high, random.low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
    });
    expect(drawn).toEqual(['ae90bfb5395d5ba1', 'f3453fc625799188', '6d71b708c5b6538c', 'a09ab2f958166752']);
  });
});

test('a seed is salted with a public key', () => {
  expect(KEYS.map((key) => saltedSeed(key, 42n))).toEqual([
    13959280392467977548n,
    1898553287500344064n,
    5815473840885979428n,
    8621075451454676431n,
  ]);
});

describe('distributions', () => {
  test('exponential', () => {
    const random = new ChaCha8(42n);
    const drawn = Array.from({ length: 4 }, () => standardExponential(random) * (1 / 0.01));
    expect(drawn).toEqual([87.5883378255026, 149.39367483634283, 65.16636411528097, 146.87006342672012]);
  });

  test('log-normal', () => {
    const random = new ChaCha8(42n);
    const drawn = Array.from({ length: 3 }, () => exp(14 + 1.5 * standardNormal(random)));
    expect(drawn).toEqual([2463199.9555000872, 8895943.242590934, 876507.0047968894]);
  });

  test('weighted index', () => {
    const random = new ChaCha8(42n);
    const index = new WeightedIndex([100, 200, 300, 400]);
    const drawn = Array.from({ length: 16 }, () => index.draw(random));
    expect(drawn).toEqual([3, 3, 2, 3, 1, 1, 2, 3, 3, 1, 2, 3, 3, 2, 3, 1]);
  });

  test('weighted index of weights above 32 bits, by shares', () => {
    const random = new ChaCha8(1n);
    const index = new WeightedIndex([5e15, 1, 3e15]);
    const counts = [0, 0, 0];
    for (let i = 0; i < 100_000; i++) counts[index.draw(random)]!++;
    expect(counts[1]).toBe(0);
    expect(counts[0]! / 100_000).toBeCloseTo(5 / 8, 2);
  });
});

describe('drawSimLn', () => {
  test("makes the payments of sim-ln's unit test", () => {
    const short = (line: string): string => {
      const [time, from, to, amount] = line.split(',') as [string, string, string, string];
      return `${time} pk${KEYS.indexOf(from) + 1}>pk${KEYS.indexOf(to) + 1} ${amount}`;
    };
    expect(lines(unitTest).map(short)).toEqual([
      '1 pk2>pk1 1',
      '1 pk3>pk1 48',
      '1 pk3>pk2 2',
      '5 pk3>pk2 1',
      '6 pk1>pk4 838',
      '10 pk1>pk2 1',
      '10 pk4>pk2 1',
      '10 pk4>pk2 20',
      '15 pk1>pk3 188',
      '22 pk2>pk3 1',
    ]);
    expect(lines({ ...unitTest, seed: 500n })).not.toEqual(lines(unitTest));
  });

  test('the order of the nodes does not matter', () => {
    expect(lines({ ...unitTest, nodes: [...unitTest.nodes].reverse() })).toEqual(lines(unitTest));
  });

  test('starts later by moving every payment', () => {
    const later = lines({ ...unitTest, startUs: 5_000_000, endUs: 30_000_000 });
    expect(later.map((line) => line.slice(line.indexOf(',')))).toEqual(
      lines(unitTest).map((line) => line.slice(line.indexOf(','))),
    );
    expect(later[0]?.startsWith('6,')).toBe(true);
  });

  test('exceeds the limit by one at most, and gives up where nothing can be paid', () => {
    expect(drawSimLn({ ...unitTest, endUs: DAY }, 100)?.length).toBe(101);
    // One of the nodes has all but everything, and amounts are mostly below 1 msat.
    const nodes = unitTest.nodes.slice(0, 2).map((node, i) => ({ ...node, capacityMsat: i === 0 ? 4 : 4e15 }));
    expect(drawSimLn({ ...unitTest, nodes, expectedMsat: 1, endUs: 365 * DAY }, 1000)).toBeNull();
  });

  test.each([
    // Nodes, least and most capacity (sat), expected amount, multiplier, seed, length (s): payments, SHA-256 of all.
    [
      1000,
      1e6,
      5e8,
      3_800_000,
      0.2,
      7n,
      86_400,
      103898,
      '7a7e43f50f507a8392e0381b1e1ec8f1f2118f98dd7d857f6d4d9967d535ac07',
    ],
    [
      1000,
      1e6,
      5e8,
      3_800_000,
      2,
      18446744073709551615n,
      3600,
      43886,
      'ac68d5e573678509425e74790bb242c88e7ab8f50c38e449697482e5c00a2c61',
    ],
    [
      2,
      2e4,
      3e6,
      1_000_000,
      0.5,
      1n,
      31_536_000,
      1264,
      '07d201da1a221bcbedc2a90a5952d5c47cb4a770b9e8144466e1f60bf34226a9',
    ],
    [
      50,
      1e9,
      9e10,
      250_000_000,
      3.3,
      123456789012345n,
      86_400,
      280212,
      '118c1749aa5b88f4114f63a01542989bf3fbd71db5f0417c83a2e3b9aa687f8a',
    ],
  ])(
    '%i nodes: what the libraries of sim-ln draw',
    (count, least, most, expectedMsat, multiplier, seed, length, n, hash) => {
      const args = { nodes: hashedNodes(count, least, most), expectedMsat, multiplier, seed, startUs: 0 };
      const drawn = lines({ ...args, endUs: length * 1e6 });
      expect(drawn.length).toBe(n);
      expect(sha256Text(drawn.join('\n'))).toBe(hash);
    },
  );
});
