/** Payments that are traced, and their stories, through the command. */
import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { blast, type Invocation } from './testing/fake-io.ts';

/** Bob is the cheaper way to carol but has nothing on his side; dave is the dearer one. */
const SCENARIO = (model: string): string => `version: 1
name: detour
duration: 20s
defaults: { node: { model: ${model} } }
nodes: { alice: {}, bob: {}, carol: {}, dave: {} }
channels:
  alice-bob: { from: alice, to: bob, capacity: 1_000_000 sat }
  bob-carol: { from: carol, to: bob, capacity: 1_000_000 sat, reverse_policy: { fee_base: 1 sat, fee_rate: 1 ppm } }
  alice-dave: { from: alice, to: dave, capacity: 1_000_000 sat }
  dave-carol: { from: dave, to: carol, capacity: 1_000_000 sat, policy: { fee_base: 5 sat, fee_rate: 100 ppm } }
activity:
  coffee: { source: alice, destination: carol, interval: 10s, amount: 100_000 sat }
  huge: { source: alice, destination: carol, start: 12s, interval: 30s, count: 1, amount: 900_000 sat }
`;

async function ran(options: string, model = 'lnd'): Promise<MemoryFiles> {
  const files = new MemoryFiles({ 'detour.yml': SCENARIO(model) });
  const run = await blast(`run detour.yml -q ${options}`, { files });
  expect(run.err).toBe('');
  expect(run.code).toBe(0);
  return files;
}

const explain = (files: MemoryFiles, args: string): Promise<Invocation> => blast(`explain payment ${args}`, { files });

describe('blast run --trace', () => {
  it('writes the steps of the payments that are chosen, and removes those of a former run', async () => {
    const files = await ran('--trace coffee/0 --trace hu*');
    const rows = (files.read('out/detour/trace.ndjson') ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(rows.map(({ activity, nth }) => `${activity}/${nth}`))).toEqual(new Set(['coffee/0', 'huge/0']));
    expect(rows[0]).toMatchObject({ activity: 'coffee', node: 'alice', model: 'lnd', step: 'begin', us: 10_000_000 });
    expect(JSON.parse(files.read('out/detour/run.json') ?? '').files).toContain('trace.ndjson');
    expect(await blast('run detour.yml -q', { files })).toMatchObject({ code: 0 });
    expect(files.read('out/detour/trace.ndjson')).toBeNull();
  });

  it('leaves digests and other files as they are', async () => {
    const plain = await ran('');
    const traced = await ran('--trace all');
    for (const name of ['events.ndjson', 'payments.csv', 'metrics.json']) {
      expect(traced.read(`out/detour/${name}`)).toBe(plain.read(`out/detour/${name}`));
    }
    const digests = (files: MemoryFiles): unknown => JSON.parse(files.read('out/detour/run.json') ?? '').digests;
    expect(digests(traced)).toEqual(digests(plain));
  });

  it('works on a run that goes on', async () => {
    const files = await ran('--snapshot-at 11s');
    const from = '--from out/detour/snapshots/at-11s.snap.json --out out/on --trace all';
    expect(await blast(`run detour.yml -q ${from}`, { files })).toMatchObject({ code: 0, err: '' });
    expect((await explain(files, 'out/on huge/0')).out).toContain('alice looks for a way for 900_000 sat');
    expect((await explain(files, 'out/on coffee/0')).err).toContain('E831');
  });

  it('tells of an attempt that was on its way when the run went on', async () => {
    const files = await ran('--snapshot-at 10100ms');
    const from = '--from out/detour/snapshots/at-10s100ms.snap.json --out out/on --trace all';
    expect(await blast(`run detour.yml -q ${from}`, { files })).toMatchObject({ code: 0, err: '' });
    const { out } = await explain(files, 'out/on coffee/0');
    expect(out).toContain('bob refuses: temporary_channel_failure');
    expect(out).toContain('alice hears that attempt 0 has failed at bob, hop 1');
    expect(out).toContain('it ends: Success after 2 attempts');
  });

  it.each([
    ['coffe', "no activity is called 'coffe'; did you mean 'coffee'?"],
    ['coffee/7', "there is no 'coffee/7'; numbers count from 0"],
    ['x*', "no activity matches 'x*'"],
  ])('refuses %s', async (selector, message) => {
    const files = new MemoryFiles({ 'detour.yml': SCENARIO('lnd') });
    const { code, err } = await blast(`run detour.yml --trace ${selector}`, { files });
    expect(code).toBe(3);
    expect(err).toContain(`--trace ${selector}:1:1 error E828`);
    expect(err).toContain(message);
    expect(files.kind('out')).toBe('none');
  });
});

describe('blast explain payment', () => {
  it('tells a payment hop by hop, with costs, failure, rule and lessons', async () => {
    const { code, out } = await explain(await ran('--trace coffee'), 'out/detour coffee/0');
    expect(code).toBe(0);
    const story = out.split('\n').map((line) => line.slice(31).trim());
    let at = 0;
    for (const text of [
      'alice starts to pay carol 100_000 sat',
      'limits: fee limit 5000 sat',
      'takes alice > bob > carol for 100_000 sat, fee 1100 msat',
      'bob > carol by bob-carol: 100_000 sat, fee 1100 msat, until block 183',
      'outbound fee 1100 msat, time lock 120 msat, probability 60.0 %',
      'bob refuses: temporary_channel_failure (0x1007): the channel cannot carry the HTLC at the moment',
      'bob-carol can carry 0 sat (balance 0 sat, reserve 10_000 sat), the HTLC is 100_000 sat',
      'alice hears that attempt 0 has failed at bob, hop 1: temporary_channel_failure',
      'bob > carol failed for 100_000 sat',
      'takes alice > dave > carol for 100_000 sat, fee 15 sat',
      'carol releases the preimage on dave-carol',
      'dave hands the preimage on',
      'alice has the preimage: attempt 1 has succeeded, fees 15 sat',
      'it ends: Success after 2 attempts, fees 15 sat',
    ]) {
      const next = story.findIndex((line, i) => i >= at && line.startsWith(text));
      expect(next, `${text}\n${out}`).toBeGreaterThanOrEqual(at);
      at = next + 1;
    }
    expect(out).toMatch(/^00:00:10\.000000 {16}alice starts/m);
    expect(out).toMatch(/^00:00:10\.140000 {2}\+140ms {8}bob has it for certain \(attempt 0\)$/m);
    expect(out).not.toContain('--trace');
  });

  it('says which limit was in the way when there was no route', async () => {
    const { out } = await explain(await ran('--trace all'), 'out/detour huge/0');
    expect(out).toMatch(/finds none: there is one (that is less likely|but for what it has learnt)/);
    expect(out).toContain('alice gives up: RouteNotFound');
  });

  it.each([
    ['ldk', /bob > carol .*\n.*penalty .*historical/, 'bob-carol (bob > carol) is avoided by this payment'],
    // Eclair announces what it can carry, so that bob is no candidate.
    [
      'eclair',
      /hop cost .*, risk .*, failure cost .*, weight/,
      'takes alice > dave > carol for 100_000 sat, fee 15 sat',
    ],
  ])('tells a payment of %s', async (model, costs, text) => {
    const { out } = await explain(await ran('--trace all', model), 'out/detour coffee/0');
    expect(out).toContain('candidate 1: alice > ');
    expect(out).toMatch(costs);
    expect(out).toContain(text);
    expect(out).toContain('it ends: Success');
  });

  it('tells a payment of cln with its rounds, what is reserved, and which layer it is learnt in', async () => {
    const files = await ran('--trace all', 'cln');
    const { out } = await explain(files, 'out/detour coffee/0');
    const story = out.split('\n').map((line) => line.slice(31).trim());
    let at = 0;
    for (const text of [
      'round 1, for 100_000 sat: mu 1, delay factor 0.000001, fee limit 1000 sat, median ratio ',
      'flow 1: alice > bob > carol for 100_000 sat',
      'bob > carol by bob-carol: 100_000 sat, fee 1100 msat',
      'fee cost 1100, delay cost 0.000034, probability cost ',
      'taken',
      'reserves 100_001_100 msat of alice-bob, 100_000 sat of bob-carol',
      'alice-bob (alice > bob) carries at least 100_001_100 msat; with all in layer xpay: 100_001_100 msat to 1_000_000 sat (until 01:00:11.000000)',
      'bob-carol (bob > carol) carries at most 99_999_999 msat; with all in layer xpay: 0 sat to 99_999_999 msat',
      'alice tries again: an attempt failed, now 100_000 sat',
      'flow 1: alice > dave > carol for 100_000 sat',
      'dave-carol (dave > carol) has carried 100_000 sat; with all in layer xpay: 0 sat to 900_000 sat',
      'it ends: Success after 2 attempts, fees 15 sat',
    ]) {
      const next = story.findIndex((line, i) => i >= at && line.startsWith(text));
      expect(next, `${text}\n${out}`).toBeGreaterThanOrEqual(at);
      at = next + 1;
    }
    const huge = await explain(files, 'out/detour huge/0');
    expect(huge.out).toContain('alice no longer restricts the number of parts: no route carries it');
    expect(huge.out).toMatch(/units \d+, arc \d, fee cost \d+, delay cost /);
  });

  it('tells what the events alone say, and how to know more', async () => {
    const files = await ran('');
    const { out } = await explain(files, 'out/detour coffee/0');
    expect(out).toContain('attempt 0: 100_001_100 msat, fees included, over 2 hops');
    expect(out).toContain('bob fails it: temporary_channel_failure (0x1007)');
    expect(out).toContain('alice hears that attempt 0 has failed at bob, hop 1');
    expect(out).toContain('blast run detour.yml --trace coffee/0');
    // The number that the events give it names the same payment.
    expect((await explain(files, 'out/detour 0')).out).toBe(out);
  });

  it('falls back on payments.csv', async () => {
    const { out } = await explain(await ran('--no-events'), 'out/detour coffee/0');
    expect(out).toContain('payment coffee/0: alice pays carol 100_000 sat');
    expect(out).toContain('route: alice > dave > carol');
    expect(out).toContain('outcome: Success');
    expect(out).toContain('only events.ndjson tells');
  });

  it('answers as JSON', async () => {
    const { out } = await explain(await ran('--trace coffee/0'), 'out/detour coffee/0 --format json');
    const story = JSON.parse(out);
    expect(story).toMatchObject({ payment: 0, activity: 'coffee', nth: 0, events: true, traced: true });
    expect(story.result.payment_outcome).toBe('Success');
    const steps = story.steps.map(({ event, step }: Record<string, string>) => event ?? step);
    expect(steps.slice(0, 5)).toEqual(['payment_started', 'begin', 'search', 'send', 'attempt_sent']);
    expect(steps).toContain('refuse');
    expect(steps.at(-1)).toBe('payment_resolved');
  });

  it('leaves the codes and kinds to explain itself', async () => {
    expect((await blast('explain E831')).out).toContain('error E831 Unknown payment');
    expect((await blast('explain pay')).out).toContain('event pay');
    expect((await blast('explain payment --help')).out).toContain('<folder>');
    expect(await blast('explain payment')).toMatchObject({
      code: 2,
      err: expect.stringContaining("argument 'folder'"),
    });
  });

  const cut = (name: string, change: (text: string) => string) => (files: MemoryFiles) =>
    files.contents.set(`out/detour/${name}`, change(files.read(`out/detour/${name}`) ?? ''));
  it.each<[string, (files: MemoryFiles) => unknown, string, string]>([
    ['a folder that is not there', () => {}, 'out/none coffee/0', 'out/none:1:1 error E829 there is no folder'],
    ['a file', () => {}, 'detour.yml coffee/0', 'E829 detour.yml is a file'],
    ['no run.json', (f) => f.remove('out/detour/run.json'), 'out/detour coffee/0', 'E829 out/detour has no run.json'],
    [
      'a cut off run.json',
      cut('run.json', (t) => t.slice(0, 99)),
      'out/detour coffee/0',
      'E830 out/detour/run.json is no',
    ],
    ['another run.json', cut('run.json', () => '{"format":"x"}'), 'out/detour coffee/0', "has the format 'x'"],
    [
      'missing events',
      (f) => f.remove('out/detour/events.ndjson'),
      'out/detour coffee/0',
      'E829 run.json names events',
    ],
    [
      'cut off events',
      cut('events.ndjson', (t) => t.slice(0, -20)),
      'out/detour coffee/0',
      'E830 this line is no JSON',
    ],
    [
      'events cut off at the end of a line',
      cut('events.ndjson', (t) => `${t.split('\n').slice(0, 12).join('\n')}\n`),
      'out/detour coffee/0',
      'out/detour/events.ndjson:12:1 error E830 the file ends with record 11',
    ],
    ['a cut off trace', cut('trace.ndjson', (t) => t.slice(0, -9)), 'out/detour coffee/0', 'E830 this line is no JSON'],
    ['cut off payments', cut('payments.csv', (t) => t.slice(0, -40)), 'out/detour coffee/0', 'fields were expected'],
    ['an unknown number', () => {}, 'out/detour 77', 'E831 the run made no payment 77'],
    ['an unknown payment', () => {}, 'out/detour coffee/7', "'coffee' has payments 0 to"],
    ['an id that is none', () => {}, 'out/detour coffee', "E831 'coffee' is no payment"],
  ])('ends in a diagnostic for %s', async (_, change, args, message) => {
    const files = await ran('--trace all');
    change(files);
    const { code, out, err } = await explain(files, args);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 3, out: '' });
  });
});
