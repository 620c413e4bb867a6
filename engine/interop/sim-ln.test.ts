/** What activities of sim-ln become, and its files written and read again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileScenario } from '../compile/compile.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import { PHASE } from '../timeline/timeline.ts';
import type { ImportedActivity } from './imported.ts';
import { writeScenario } from './scenario-writer.ts';
import { simLn } from './sim-ln.ts';
import { type SimLnFile, type SimLnPolicy, writeSimLn } from './sim-ln-writer.ts';

const KEYS = [
  '026389dd21b3611bf4bb78f8939d5912f3175107ff9c14b6881bb4bef0e7c6e905',
  '02f6dc1fcf3431f461ff5e6d870f286e134b064fddd3795a98d5903c55e76cfa8c',
  '0363a5321c2778e2f13f4d7602a84e866824551b4bd31fdfc66e044a274863d647',
  '037b0c8a943a6bc3ebb5b56ed1c377a1d3e6b68e9231ad9bf7afd45ba37374f7a3',
] as const;
const POLICY: SimLnPolicy = {
  feeBaseMsat: 1000,
  feeRatePpm: 100,
  cltvDelta: 40,
  minHtlcMsat: 1,
  maxHtlcMsat: 99_000_000,
};

function parse(text: string) {
  const outcome = simLn.parse({ files: new Map([['sim.json', text]]), seed: 1 });
  if (!outcome.ok) throw new Error(formatDiagnostics(outcome.diagnostics));
  return outcome;
}

function fileOf(network: ReturnType<typeof parse>['network'], rest: Partial<SimLnFile> = {}): SimLnFile {
  return {
    nodes: network.nodes.map(({ name, pubkey = '' }) => ({ name, pubkey })),
    channels: network.channels.map((channel) => ({
      ...channel,
      scid: channel.scid ?? '',
      policy0: channel.policy0 as SimLnPolicy,
      policy1: channel.policy1 as SimLnPolicy,
    })),
    ...rest,
  };
}

/** A line of four nodes, called by name; the order of the names is not that of the keys. */
const line: SimLnFile = {
  nodes: ['zoe', 'yan', 'bob', 'amy'].map((name, i) => ({ name, pubkey: KEYS[i] as string })),
  channels: [0, 1, 2].map((i) => ({
    scid: String((BigInt(800_000 + i) << 40n) | (5n << 16n) | 1n),
    node0: i,
    node1: i + 1,
    capacitySat: 100_000,
    policy0: POLICY,
    policy1: { ...POLICY, feeBaseMsat: 0 },
  })),
};

const S = 1_000_000;
const activity = (name: string, source: string, destination: string, rest: Partial<ImportedActivity> = {}) => ({
  name,
  source,
  destination,
  intervalUs: { low: 2 * S, high: 2 * S },
  amountMsat: { low: 1000, high: 1000 },
  ...rest,
});

/** Payments that the imported file makes in a time, as `second source>destination amount`. */
async function played(text: string, duration = '21s'): Promise<string[]> {
  const { network, traffic } = parse(text);
  const written = writeScenario({ name: 'x', origin: 'sim.json', networkFile: 'x.json', network, traffic });
  const result = await compileScenario({
    text: written.scenario.replace('duration: 10m', `duration: ${duration}`),
    file: 'x.yml',
    readFile: async () => written.network,
  });
  if (!result.ok) throw new Error(formatDiagnostics(result.diagnostics));
  const { payments, phase, ref, timeUs, network: plan } = result.timeline;
  const name = (node: number | undefined): string => plan.nodes[node ?? -1]?.name ?? '';
  return Array.from(ref)
    .map((row, i) => ({ row, i }))
    .filter(({ i }) => phase[i] === PHASE.payment)
    .map(
      ({ row, i }) =>
        `${(timeUs[i] as number) / S} ${name(payments.source[row])}>${name(payments.destination[row])} ${payments.amountMsat[row]}`,
    );
}

describe('activities', () => {
  test("are made as in sim-ln's unit test: after one interval, ties by the key of the source", async () => {
    const { text } = writeSimLn({
      ...line,
      activities: [
        activity('a', 'yan', 'bob', { count: 5, amountMsat: { low: 2000, high: 2000 } }),
        activity('b', 'amy', 'zoe', {
          count: 5,
          intervalUs: { low: 4 * S, high: 4 * S },
          amountMsat: { low: 3000, high: 3000 },
        }),
      ],
    });
    // By name amy's payments would come first; yan has the smaller key.
    expect(await played(text)).toEqual([
      '2 yan>bob 2000',
      '4 yan>bob 2000',
      '4 amy>zoe 3000',
      '6 yan>bob 2000',
      '8 yan>bob 2000',
      '8 amy>zoe 3000',
      '10 yan>bob 2000',
      '12 amy>zoe 3000',
      '16 amy>zoe 3000',
      '20 amy>zoe 3000',
    ]);
  });

  test('keep their names where these are in order', () => {
    const names = (activities: readonly ImportedActivity[]): string[] => {
      const { traffic } = parse(writeSimLn({ ...line, activities }).text);
      return traffic.kind === 'defined' ? traffic.activities.map(({ name }) => name) : [];
    };
    expect(names([activity('a', 'yan', 'bob'), activity('b', 'zoe', 'bob')])).toEqual(['2-yan-to-bob', '1-zoe-to-bob']);
    expect(names([activity('a', 'bob', 'amy'), activity('b', 'bob', 'zoe')])).toEqual(['bob-to-amy', 'bob-to-zoe']);
  });

  test('of one source are all made, which sim-ln main fails to do', async () => {
    const { text } = writeSimLn({
      ...line,
      activities: [activity('a', 'bob', 'zoe', { startUs: 0 }), activity('b', 'bob', 'amy', { startUs: S, count: 2 })],
    });
    expect(await played(text, '5s')).toEqual([
      '0 bob>zoe 1000',
      '1 bob>amy 1000',
      '2 bob>zoe 1000',
      '3 bob>amy 1000',
      '4 bob>zoe 1000',
    ]);
  });

  test('leave out the upper end of a range', async () => {
    const { text } = writeSimLn({
      ...line,
      activities: [activity('a', 'bob', 'zoe', { amountMsat: { low: 1, high: 2 }, intervalUs: { low: S, high: S } })],
    });
    expect(text).toContain('"amount_msat":[1,3]');
    const amounts = new Set((await played(text, '200s')).map((one) => one.split(' ')[2]));
    expect([...amounts].sort()).toEqual(['1', '2']);
  });
});

describe('a file without activities', () => {
  test('is one of random activity, with the generator of sim-ln', () => {
    const { traffic, network } = parse(writeSimLn({ ...line, exclude: [2] }).text);
    expect(traffic).toEqual({ kind: 'random', generator: 'sim-ln', among: { traffic: 'random' } });
    expect(network.nodes.filter(({ labels }) => labels.traffic !== 'random').map(({ name }) => name)).toEqual(['bob']);
  });
});

describe('writing and reading again', () => {
  const golden = readFileSync(join(import.meta.dirname, 'golden', 'sim-network.json'), 'utf8');

  test('gives the network and the excluded nodes of the file', () => {
    const { network, traffic } = parse(golden);
    const exclude = network.nodes.flatMap(({ labels }, i) => (labels.traffic === 'random' ? [] : [i]));
    const { text, notes } = writeSimLn(fileOf(network, { exclude }));
    expect(notes).toEqual([]);
    const again = parse(text);
    expect({ network: again.network, traffic: again.traffic }).toEqual({ network, traffic });
    expect(writeSimLn(fileOf(again.network, { exclude })).text).toBe(text);
  });

  test('writes ids of 64 bits as bare numbers', () => {
    const scid = '18446744073709551615';
    const [channel] = line.channels;
    const { text } = writeSimLn({ ...line, channels: [{ ...channel!, scid }] });
    expect(text).toContain(`"scid": ${scid},`);
    expect(parse(text).network.channels[0]?.scid).toBe(scid);
  });

  test('gives the activities', () => {
    const seconds = fc.integer({ min: 1, max: 65_000 });
    const range = (low: fc.Arbitrary<number>) =>
      fc.tuple(low, fc.nat(500)).map(([a, more]) => ({ low: a, high: a + more }));
    const one = fc.record(
      {
        ends: fc.tuple(fc.nat(3), fc.nat(3)).filter(([a, b]) => a !== b),
        start: fc.nat(65_535),
        count: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        interval: range(seconds),
        amount: range(fc.integer({ min: 1, max: 1e12 })),
      },
      { requiredKeys: ['ends', 'interval', 'amount'] },
    );
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), (drawn) => {
        const activities = drawn.map(({ ends: [a, b], start, count, interval, amount }, i) => ({
          ...activity(`${i}`, line.nodes[a]!.name, line.nodes[b]!.name),
          ...(start === undefined ? {} : { startUs: start * S }),
          ...(count === undefined ? {} : { count }),
          intervalUs: { low: interval.low * S, high: interval.high * S },
          amountMsat: amount,
        }));
        const { text, notes } = writeSimLn({ ...line, activities });
        expect(notes).toEqual([]);
        const { traffic } = parse(text);
        const nameless = (list: readonly ImportedActivity[]) => list.map(({ name: _, ...rest }) => rest);
        expect(traffic.kind === 'defined' ? nameless(traffic.activities) : null).toEqual(nameless(activities));
      }),
    );
  });

  test('says what sim-ln cannot', () => {
    const { text, notes } = writeSimLn({
      ...line,
      exclude: [0],
      activities: [
        activity('quick', 'zoe', 'yan', { intervalUs: { low: 250_000, high: 250_000 } }),
        activity('late', 'zoe', 'yan', { startUs: 100_000 * S }),
      ],
    });
    expect(notes).toEqual([
      'quick: 0.25 s became 1 s',
      'late: 100000 s became 65535 s',
      'sim-ln takes no `exclude` beside activities, so it was left out',
    ]);
    expect(parse(text).traffic.kind).toBe('defined');
  });
});
