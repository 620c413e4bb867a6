import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../base/version.ts';
import { defaultEngine } from '../host/default-engine.ts';
import type { Engine } from '../host/engine.ts';
import { FakeBackend, type FakeOptions } from '../run/testing/fake-backend.ts';
import { FakeClock } from '../run/testing/fixtures.ts';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { runCli } from './cli.ts';
import { COMMANDS } from './commands.ts';
import { blast, FakeIo } from './testing/fake-io.ts';

/** Alice pays Bob in each second from 1 to 9. */
const SMALL = `version: 1
name: small
duration: 10s
params:
  amount: { type: amount, default: 2 sat }
nodes:
  alice: { wallet: 1 BTC }
  bob: {}
channels:
  alice-bob: { from: alice, to: bob, capacity: 100_000 sat }
activity:
  pays: { source: alice, destination: bob, interval: 1s, amount: "\${{ params.amount }}" }
events:
  - at: 5s
    mine: { blocks: 2 }
expect:
  - that: payments('pays').success_rate > 0.9
`;

const small = (changes: readonly (readonly [string, string])[] = []): MemoryFiles =>
  new MemoryFiles({ 'small.yml': changes.reduce((text, [from, to]) => text.replace(from, to), SMALL) });

/** An engine that plays everything on the fake backend. */
function fakeEngine(options: FakeOptions = {}): Partial<Engine> {
  return { backends: [{ name: 'simulator', summary: 'fake', create: () => new FakeBackend(options) }] };
}

describe('the command', () => {
  it('shows its version and help', async () => {
    expect(await blast('--version')).toMatchObject({ code: 0, out: `${ENGINE_VERSION}\n` });
    const help = await blast('--help');
    expect(help.code).toBe(0);
    for (const { name, summary } of COMMANDS) expect(help.out).toMatch(new RegExp(`${name} .*${summary.slice(0, 20)}`));
    expect(help.out).toContain('130  interrupted');
    expect((await blast('run --help')).out).toContain('blast run scenario.yml --speed 10x');
  });

  it.each([
    ['', 'Usage: blast'],
    ['rnu', 'Did you mean run?'],
    ['run', "missing required argument 'file'"],
    ['run a.yml b.yml', 'too many arguments'],
    ['run small.yml --sped max', 'Did you mean one of --seed, --speed?'],
    ['run small.yml --speed 3', 'Write max, real, or a factor such as 10x'],
    ['run small.yml --until 30', 'Write a duration with its unit'],
    ['run small.yml --seed -1', 'A seed is an integer'],
    ['run small.yml --param gap', 'Write name=value'],
    ['run small.yml -p a=1 -p a=2', 'is given twice'],
    ['run small.yml --backend regtest', "there is no backend 'regtest'"],
    ['run small.yml --payments csv', 'Allowed choices are all, sim-ln'],
    ['compile small.yml --format xml', 'Allowed choices are table, gantt, json, ndjson'],
    ['verify small.yml other.yml --against out', '--against takes one scenario'],
  ])('refuses `blast %s`', async (line, message) => {
    const { code, err, out } = await blast(line, { files: small() });
    expect(err).toContain(message);
    expect(code).toBe(2);
    expect(out).toBe('');
  });

  it('has the version of the package', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(ENGINE_VERSION).toBe(JSON.parse(text).version);
  });

  it('reports a defect without a stack, unless BLAST_DEBUG is set', async () => {
    const engine: Partial<Engine> = {
      compile: () => {
        throw new Error('something is wrong inside');
      },
    };
    const plain = await blast('run small.yml', { files: small(), engine });
    expect(plain).toMatchObject({
      code: 1,
      err: 'internal error: something is wrong inside\n  set BLAST_DEBUG=1 to see where\n',
    });
    const debug = await blast('run small.yml', { files: small(), engine, env: { BLAST_DEBUG: '1' } });
    expect(debug.err).toContain('cli.test.ts');
  });
});

describe('several scenarios', () => {
  it('are for blast test, says blast run', async () => {
    const { code, err } = await blast('run small.yml other.yml', { files: small() });
    expect(code).toBe(2);
    expect(err).toContain("too many arguments for 'run'");
    expect(err).toContain('`blast test FILE…` runs several scenarios');
    expect((await blast('migrate small.yml other.yml', { files: small() })).err).not.toContain('blast test');
  });
});

describe('blast validate', () => {
  it('says what is valid', async () => {
    expect(await blast('validate small.yml', { files: small() })).toMatchObject({
      code: 0,
      out: 'small.yml: valid (2 nodes, 1 channel, 9 payments, 1 event)\n',
      err: '',
    });
  });

  it('prints all problems of all files to standard error', async () => {
    const files = small([['duration: 10s', 'duration: 10']]);
    files.contents.set('other.yml', SMALL.replace('interval', 'intervall'));
    const { code, out, err } = await blast('validate small.yml other.yml missing.yml', { files });
    expect(code).toBe(3);
    expect(err).toContain('small.yml:3:11 error E301');
    expect(err).toContain('intervall');
    expect(err).toContain('error: E113 there is no file missing.yml\n  write one with `blast init`\n');
    expect(out).toBe('small.yml: invalid\nother.yml: invalid\nmissing.yml: invalid\n');
  });

  it('points at mistakes in expectations', async () => {
    const files = small([["payments('pays')", "payments('payz')"]]);
    const { code, err } = await blast('validate small.yml', { files });
    expect(code).toBe(3);
    expect(err).toContain("there is no activity 'payz'; did you mean 'pays'?");
  });

  it('answers JSON for tools', async () => {
    const files = small([['duration: 10s', 'duration: 10']]);
    const { code, out, err } = await blast('validate small.yml --format json', { files });
    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(JSON.parse(out)).toMatchObject([
      { file: 'small.yml', valid: false, diagnostics: [{ code: 'E301', line: 3, column: 11 }] },
    ]);
  });
});

describe('blast compile', () => {
  it('prints a table', async () => {
    const { code, out } = await blast('compile small.yml', { files: small() });
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 2)).toEqual([
      'time             kind     what',
      '00:00:01.000000  payment  alice -> bob  2 sat  (pays 0)',
    ]);
    expect(out).toContain('00:00:05.000000  mine     blocks=2\n');
  });

  it('prints rows and whole timelines as JSON, with other parameters and seeds', async () => {
    const rows = await blast('compile small.yml --format ndjson --param'.split(' ').concat('amount=5000 msat'), {
      files: small(),
    });
    expect(JSON.parse(rows.out.split('\n')[0] ?? '')).toMatchObject({ kind: 'payment', amountMsat: 5000 });
    const whole = await blast('compile small.yml --format json --seed 9', { files: small() });
    expect(JSON.parse(whole.out)).toMatchObject({ format: 'blast-timeline/1', seed: 9 });
  });

  it('writes a file', async () => {
    const files = small();
    const { out, code } = await blast('compile small.yml --format ndjson -o rows.ndjson', { files });
    expect({ out, code }).toEqual({ out: '', code: 0 });
    expect(files.read('rows.ndjson')?.split('\n')).toHaveLength(11);
  });
});

describe('blast run', () => {
  it('leaves results and prints a summary', async () => {
    const files = small();
    const { code, out, err } = await blast('run small.yml', { files });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(files.list('out/small')).toEqual([
      'channels.csv',
      'events.ndjson',
      'metrics.json',
      'nodes.csv',
      'payments.csv',
      'run.json',
    ]);
    expect(out).toMatch(/^small completed at 10s of 10s\n/);
    expect(out).toMatch(/payments {5}9: 9 Success\n/);
    expect(out).toContain('results      out/small');
    const manifest = JSON.parse(files.read('out/small/run.json') ?? '');
    expect(manifest).toMatchObject({ file: 'small.yml', seed: 1, counts: { payments: 9, succeeded: 9 } });
    const again = await blast('run small.yml', { files });
    expect(again.code).toBe(0);
    expect(JSON.parse(files.read('out/small/run.json') ?? '').digests).toEqual(manifest.digests);
  });

  it('takes parameters, a seed, a folder and an end', async () => {
    const files = small();
    const line = [
      'run',
      'small.yml',
      '--param',
      'amount=7 sat',
      ...'--seed 5 --out here --until 4s --no-events --format json'.split(' '),
    ];
    const { code, out } = await blast(line, { files });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      folder: 'here',
      seed: 5,
      whole: false,
      end_us: 4_000_000,
      params: [{ name: 'amount', value: '7 sat', overridden: true }],
      expectations: [{ status: 'skipped' }],
    });
    expect(files.list('here')).toEqual(['channels.csv', 'metrics.json', 'nodes.csv', 'payments.csv', 'run.json']);
  });

  it('checks invariants when asked, with the same digest', async () => {
    const plain = await blast('run small.yml --format json', { files: small() });
    const checked = await blast('run small.yml --check --format json', { files: small() });
    expect(JSON.parse(checked.out).digests).toEqual(JSON.parse(plain.out).digests);
  });

  it('has the same digests at another speed', async () => {
    const plain = await blast('run small.yml --format json', { files: small() });
    const clock = new FakeClock();
    const slow = await blast('run small.yml --speed 10x --format json', { files: small(), clock });
    expect(JSON.parse(slow.out).digests).toEqual(JSON.parse(plain.out).digests);
    expect(clock.ms).toBeGreaterThanOrEqual(1000);
  });

  it('exits with 4 and says what was measured when an expectation fails', async () => {
    const files = small([['> 0.9', '> 1']]);
    const { code, err, out } = await blast('run small.yml --quiet', { files });
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toBe(
      "small.yml:17:11 expectation failed at the end: payments('pays').success_rate > 1\n  payments('pays').success_rate = 1 (expected > 1)\n",
    );
    expect(files.kind('out/small/run.json')).toBe('file');
  });

  it('exits with 6 when the backend fails and keeps what is finished', async () => {
    const files = small();
    const { code, err } = await blast('run small.yml', { files, engine: fakeEngine({ failAtPayment: 5 }) });
    expect(code).toBe(6);
    expect(err).toContain('the run failed: the node does not answer');
    expect(JSON.parse(files.read('out/small/run.json') ?? '')).toMatchObject({
      state: 'failed',
      failure: { kind: 'backend' },
    });
    expect(files.read('out/small/payments.csv')?.split('\n').length).toBeGreaterThan(5);
  });

  it('exits with 1 when an invariant is broken or results cannot be written', async () => {
    const broken = await blast('run small.yml', { files: small(), engine: fakeEngine({ broken: '1 sat is missing' }) });
    expect(broken).toMatchObject({ code: 1, err: expect.stringContaining('1 sat is missing') });
    const files = small();
    files.rename = () => {
      throw new Error('no space left');
    };
    expect(await blast('run small.yml', { files })).toMatchObject({
      code: 1,
      err: expect.stringContaining('no space left'),
    });
    expect(files.list('out/small')).toEqual([]);
  });

  it('refuses a folder that holds something else', async () => {
    const files = small();
    files.makeFolder('out/small');
    files.contents.set('out/small/thesis.tex', '');
    const { code, err } = await blast('run small.yml', { files });
    expect(code).toBe(2);
    expect(err).toContain('out/small holds other files and no run.json');
    expect(files.list('out/small')).toEqual(['thesis.tex']);
  });

  it('stops at the first interruption and ends at the second', async () => {
    const clock = new FakeClock();
    const io = new FakeIo({ files: small(), clock });
    clock.onSleep = () => {
      if (clock.ms > 4_500 && clock.ms < 4_600) io.interrupt();
    };
    const code = await runCli(['run', 'small.yml', '--speed', 'real'], io, defaultEngine);
    expect(code).toBe(130);
    expect(io.out).toContain('small interrupted at');
    const manifest = JSON.parse(io.files.read('out/small/run.json') ?? '');
    expect(manifest).toMatchObject({ state: 'aborted', whole: false, counts: { payments: 4 } });
    expect(io.files.read('out/small/payments.csv')?.trimEnd().split('\n')).toHaveLength(5);
    expect(io.exits).toEqual([]);

    const impatient = new FakeIo({ files: small(), clock: new FakeClock() });
    impatient.clock.onSleep = () => impatient.interrupt();
    await runCli(['run', 'small.yml', '--speed', 'real'], impatient, {
      ...defaultEngine,
      ...fakeEngine({ onAdvance: () => impatient.clock.ms > 1000 && impatient.interrupt() }),
    });
    expect(impatient.exits.every((exit) => exit === 130)).toBe(true);
  });
});

describe('the terminal', () => {
  /** Runs with keys that are pressed at times of the clock, ms; answers what the progress line showed. */
  async function withKeys(presses: readonly (readonly [ms: number, key: string])[], line = 'run small.yml') {
    const clock = new FakeClock();
    const io = new FakeIo({ files: small(), clock, tty: true });
    const left = [...presses];
    clock.onSleep = () => {
      while (left.length > 0 && clock.ms >= (left[0]?.[0] ?? 0)) io.press(left.shift()?.[1] ?? '');
    };
    // While a run is paused nobody sleeps on its clock.
    const paused = setInterval(
      () => io.err.split('\r').at(-1)?.includes('paused') && io.press(left.shift()?.[1] ?? ''),
      5,
    );
    const code = await runCli([...line.split(' '), '--speed', 'real'], io, defaultEngine);
    clearInterval(paused);
    return { code, io, shown: io.err.split('\r\u001b[K').map((text) => text.replace(/ .*/, '')) };
  }

  it.each([' ', 'p'])('pauses and goes on at %j, with the same result', async (key) => {
    const { code, io, shown } = await withKeys([
      [3000, 'x'],
      [3000, key],
      [3000, key],
    ]);
    expect(code).toBe(0);
    const states = shown.filter((state, i) => state !== '' && state !== shown[i - 1]);
    expect(states.slice(0, 4)).toEqual(['booting', 'running', 'paused', 'running']);
    expect(io.err).toContain('(space pauses, q stops)');
    expect(io.err).toContain('(space goes on, q stops)');
    expect(io.press(key)).toBe(false);
    const digest = (files: MemoryFiles): unknown => JSON.parse(files.read('out/small/run.json') ?? '{}').digests;
    const plain = await blast('run small.yml', { files: small() });
    expect(digest(io.files)).toEqual(digest(plain.io.files));
  });

  it.each([
    [[[4600, 'q']]],
    [
      [
        [4600, ' '],
        [4600, 'q'],
      ],
    ],
  ] as const)('stops at q: %j', async (presses) => {
    const { code, io } = await withKeys(presses as readonly (readonly [number, string])[]);
    expect(code).toBe(130);
    expect(JSON.parse(io.files.read('out/small/run.json') ?? '')).toMatchObject({ state: 'aborted', whole: false });
  });

  it('is left alone by --quiet and by commands that lock or verify', async () => {
    const { code, io } = await withKeys([[0, ' ']], 'run small.yml --quiet');
    expect(code).toBe(0);
    expect(io.err).toBe('');
    expect((await blast('lock small.yml', { files: small(), tty: true })).err).not.toContain('space');
  });

  it('gets colours and a progress line', async () => {
    const { out, err } = await blast('run small.yml --speed 10x', { files: small(), tty: true });
    expect(out).toContain('\u001b[32mcompleted');
    expect(err).toContain('\r\u001b[Krunning 00:00:0');
    expect(err.endsWith('\r\u001b[K')).toBe(true);
  });

  it('gets no colours with NO_COLOR', async () => {
    const { out } = await blast('run small.yml', { files: small(), tty: true, env: { NO_COLOR: '1' } });
    expect(out).not.toContain('\u001b[3');
  });

  it('is the only place that gets them', async () => {
    const { out, err } = await blast('run small.yml', { files: small([['> 0.9', '> 1']]) });
    expect(out + err).not.toContain('\u001b');
  });
});

describe('blast lock and blast verify', () => {
  let locked: MemoryFiles;
  beforeAll(async () => {
    locked = small();
    expect(await blast('lock small.yml', { files: locked })).toMatchObject({
      code: 0,
      out: expect.stringContaining('small.yml: locked, run '),
    });
  });

  it('find the same run identical', async () => {
    expect(await blast('verify small.yml', { files: locked })).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('identical'),
    });
    expect(await blast('lock small.yml', { files: locked })).toMatchObject({
      out: expect.stringContaining('unchanged'),
    });
    const json = await blast('verify small.yml --format json', { files: locked });
    expect(JSON.parse(json.out)).toMatchObject([{ file: 'small.yml', verdict: 'identical' }]);
  });

  it('tell a changed scenario', async () => {
    const files = new MemoryFiles(Object.fromEntries(locked.contents));
    files.contents.set('small.yml', SMALL.replace('default: 2 sat', 'default: 3 sat'));
    const { code, err } = await blast('verify small.yml', { files });
    expect(code).toBe(5);
    expect(err).toContain('the scenario changed since it was locked (E804)');
    expect(err).toContain('the timeline differs');
  });

  it('show the first event that differs, and both sides against a former run', async () => {
    const files = small([['> 0.9', '> 0.1']]);
    await blast('lock small.yml', { files, engine: fakeEngine() });
    await blast('run small.yml', { files, engine: fakeEngine() });
    const engine = fakeEngine({ changeRecord: 7 });
    const { code, err } = await blast('verify small.yml --against out/small', { files, engine });
    expect(code).toBe(5);
    expect(err).toContain('small.yml: differs (E805)');
    expect(err).toContain('first difference between 4s and 5s');
    expect(err).toContain('event 7 is not the locked one; in this run:');
    expect(err).toMatch(/ {2}> 7 00:00:04\.103000 payment_resolved payment=3 .* fee_msat=6\n/);
    expect(err).toMatch(/ {2}- \{"n":7,.*"fee_msat":5\}\n {2}\+ \{"n":7,.*"fee_msat":6\}\n/);
  });

  it('report what keeps them from verifying', async () => {
    expect(await blast('verify small.yml', { files: small() })).toMatchObject({
      code: 3,
      err: expect.stringContaining('E801'),
    });
    const files = small();
    files.contents.set('small.lock.json', '{}');
    expect(await blast('verify small.yml', { files })).toMatchObject({ code: 3, err: expect.stringContaining('E802') });
    expect(await blast('verify small.yml --against nowhere', { files: locked })).toMatchObject({
      code: 3,
      err: expect.stringContaining('E806'),
    });
    expect(await blast('verify small.yml', { files: locked, engine: fakeEngine({ failAtPayment: 1 }) })).toMatchObject({
      code: 6,
    });
  });

  it('do not lock a scenario that fails', async () => {
    const files = small([['> 0.9', '> 1']]);
    const { code, err } = await blast('lock small.yml', { files });
    expect(code).toBe(4);
    expect(err).toContain('small.yml was not locked: an expectation failed');
    expect(files.read('small.lock.json')).toBeNull();
  });
});

describe('blast import', () => {
  const SIM_LN = JSON.stringify({
    sim_network: [
      {
        scid: 1,
        capacity_msat: 250_000_000,
        node_1: policy('02eec7245d6b7d2ccb30380bfbe2a3648cd7a942653f5aa340edcea1f283686619', 'alice'),
        node_2: policy('0324653eac434488002cc06bbfb7f10fe18991e35f9fe4302dbea6d2353dc0ab1c', 'bob'),
      },
    ],
    activity: [{ source: 'alice', destination: 'bob', interval_secs: 1, amount_msat: 2000 }],
  });

  it('makes a scenario that runs', async () => {
    const files = new MemoryFiles({ 'sim.json': SIM_LN });
    const { code, out, err } = await blast('import sim.json --out imported', { files });
    expect(code).toBe(0);
    expect(err).toContain('warning W701');
    expect(out).toBe('sim.json: sim-ln, 2 nodes, 1 channel\nwrote imported/sim.yml and imported/sim.network.json\n');
    expect(await blast('run imported/sim.yml --until 30s', { files })).toMatchObject({ code: 0, err: '' });
    expect(await blast('import sim.json --out imported', { files })).toMatchObject({ code: 2 });
  });

  it('gives each node the model of what it ran', async () => {
    const real = (id: string, fields: string): string =>
      `{ "id": "${id}", "address": "https://localhost:1", ${fields} }`;
    const nodes = [
      real('one', '"macaroon": "admin.macaroon", "cert": "tls.cert"'),
      real('two', '"ca_cert": "ca.pem", "client_cert": "client.pem", "client_key": "client-key.pem"'),
    ];
    const files = new MemoryFiles({ 'sim.json': `{ "nodes": [${nodes.join(', ')}], "activity": [] }` });
    expect(await blast('import sim.json --out imported', { files })).toMatchObject({ code: 0 });
    const { err, out } = await blast('validate imported/sim.yml', { files });
    expect({ err, out }).toEqual({
      err: '',
      out: 'imported/sim.yml: valid (2 nodes, 0 channels, 0 payments, 0 events)\n',
    });
    expect(files.read('imported/sim.yml')).toContain('{ match: { implementation: cln }, node: { model: cln } }');
  });

  it('says what it does not know', async () => {
    const files = new MemoryFiles({ 'x.json': '{"a":1}', 'sim.json': SIM_LN });
    expect(await blast('import x.json', { files })).toMatchObject({
      code: 3,
      err: expect.stringContaining('none of the known formats'),
    });
    expect(await blast('import nothing', { files })).toMatchObject({
      code: 3,
      err: expect.stringContaining('there is no nothing'),
    });
    expect(await blast('import sim.json --format gml', { files })).toMatchObject({
      code: 2,
      err: expect.stringContaining('known formats: '),
    });
  });
});

function policy(pubkey: string, alias: string): object {
  return {
    pubkey,
    alias,
    max_htlc_count: 15,
    max_in_flight_msat: 250_000_000,
    min_htlc_size_msat: 1,
    max_htlc_size_msat: 200_000_000,
    cltv_expiry_delta: 40,
    base_fee: 1000,
    fee_rate_prop: 100,
  };
}
