// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the scenario file
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReadResult, readScenario } from './read.ts';
import type { Scenario } from './scenario.ts';
import { FIXTURE_PARTS } from './testing/parts.ts';
import { durationUs, parseAmountRange, parsePaymentOptions, parsePolicy, parseSelector } from './values.ts';

function read(text: string, overrides: { readonly [name: string]: string } = {}): ReadResult {
  return readScenario({
    text,
    file: 'folder/close-and-reopen.yml',
    overrides: new Map(Object.entries(overrides)),
    schemaParts: FIXTURE_PARTS,
  });
}

function scenarioOf(text: string, overrides: { readonly [name: string]: string } = {}): Scenario {
  const { scenario, diagnostics } = read(text, overrides);
  expect(diagnostics).toEqual([]);
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

function said(text: string): readonly string[] {
  return read(text).diagnostics.map((d) => `${d.code} ${d.path}`);
}

const EXAMPLE = `
# yaml-language-server: $schema=../schemas/scenario.v1.schema.json
version: 1
name: close-and-reopen
description: A channel closes under traffic and comes back.
seed: 7
duration: 70s

params:
  amount: { type: amount, default: 2000 msat }
  gap:    { type: duration, default: 13s, description: time without the channel }

chain:
  height: 100
  mining: { every: 5s, blocks: 10 }

defaults:
  node:    { model: lnd, options: { attempt_cost: 5 sat } }
  channel: { capacity: 1_000_000 sat }

nodes:
  alice: { wallet: 1 BTC, options: { min_probability: 0.5 } }
  bob:   { model: cln, wallet: 1 BTC, labels: { role: merchant } }
  user:  { count: 20, labels: { role: sender } }
  007:

channels:
  alice-bob: { from: alice, to: bob, capacity: 30_000 sat, push: 0 sat }
  users:     { from: { labels: { role: sender } }, to: alice, policy: { fee_base: 500 msat, fee_rate: 20 ppm } }
  agent:     { from: 007, to: [bob, 'us*'], announced: false }

activity:
  alice-pays-bob:
    source: alice
    destination: bob
    start: 0s
    duration: 60s
    interval: 1s
    amount: \${{ params.amount }}
  background:
    random: { expected_amount: 3_800_000 msat, capacity_multiplier: 2 }
    among: { labels: { role: sender } }

events:
  - at: 10s
    close_channel: { channel: alice-bob }
  - at: \${{ duration('10s') + params.gap }}
    open_channel: { channel: alice-bob, from: alice, to: bob, capacity: 30_000 sat }
  - every: 5s
    until: 1m
    mine: { blocks: 1 }

expect:
  - payments('alice-pays-bob').success_rate > 0.7
  - { at: 20s, that: "channel('alice-bob').state == 'closed'", message: it did not close }
`;

describe('a scenario', () => {
  const scenario = scenarioOf(EXAMPLE);

  it('has its plain values', () => {
    expect(scenario).toMatchObject({
      version: 1,
      name: 'close-and-reopen',
      seed: 7,
      durationUs: 70_000_000,
      epochMs: Date.UTC(2025, 0, 1),
      chain: { height: 100, feeratePerKw: 250, mining: { everyUs: 5_000_000, blocks: 10 } },
      latency: { linkUs: { low: 30_000, high: 30_000 }, gossipUs: 30_000_000 },
      params: [
        { name: 'amount', type: 'amount', value: '2000 msat', overridden: false },
        { name: 'gap', type: 'duration', value: '13s', overridden: false },
      ],
    });
  });

  it('has nodes in the order of the file, with defaults of their model', () => {
    expect(
      scenario.nodes.map((n) => [n.name.value, n.model.value, n.walletSat, n.count, n.options.value, n.labels]),
    ).toEqual([
      ['alice', 'lnd', 100_000_000, undefined, { attempt_cost: '5 sat', min_probability: 0.5 }, {}],
      ['bob', 'cln', 100_000_000, undefined, {}, { role: 'merchant' }],
      ['user', 'lnd', 0, 20, { attempt_cost: '5 sat' }, { role: 'sender' }],
      ['007', 'lnd', 0, undefined, { attempt_cost: '5 sat' }, {}],
    ]);
  });

  it('has channels with parsed selectors, amounts and policies', () => {
    expect(
      scenario.channels.map((c) => [
        c.name.value,
        c.from.value,
        c.to.value,
        c.capacitySat.value,
        c.pushMsat.value,
        c.announced,
        c.policy,
        c.reversePolicy,
      ]),
    ).toEqual([
      ['alice-bob', { kind: 'name', pattern: 'alice' }, { kind: 'name', pattern: 'bob' }, 30_000, 0, true, {}, {}],
      [
        'users',
        { kind: 'labels', labels: { role: 'sender' } },
        { kind: 'name', pattern: 'alice' },
        1_000_000,
        0,
        true,
        { feeBaseMsat: 500, feeRatePpm: 20 },
        {},
      ],
      [
        'agent',
        { kind: 'name', pattern: '007' },
        {
          kind: 'any',
          of: [
            { kind: 'name', pattern: 'bob' },
            { kind: 'name', pattern: 'us*' },
          ],
        },
        1_000_000,
        0,
        false,
        {},
        {},
      ],
    ]);
  });

  it('places what a default gives where the default stands', () => {
    expect(scenario.channels[0]?.capacitySat).toMatchObject({
      path: 'channels.alice-bob.capacity',
      range: { line: 28 },
    });
    expect(scenario.channels[1]?.capacitySat).toMatchObject({ path: 'defaults.channel.capacity', range: { line: 19 } });
  });

  it('knows the kinds of activities and events', () => {
    expect(scenario.activity.map((a) => [a.name.value, a.kind, a.args.path])).toEqual([
      ['alice-pays-bob', 'defined', 'activity.alice-pays-bob'],
      ['background', 'random', 'activity.background'],
    ]);
    expect(scenario.activity[0]?.args.value).toMatchObject({ source: 'alice', interval: '1s', amount: '2 sat' });
    expect(scenario.events.map((e) => [e.kind, e.args.path, e.schedule.value])).toEqual([
      ['close_channel', 'events[0].close_channel', { kind: 'at', atUs: [10_000_000] }],
      ['open_channel', 'events[1].open_channel', { kind: 'at', atUs: [23_000_000] }],
      ['mine', 'events[2].mine', { kind: 'every', everyUs: 5_000_000, fromUs: 5_000_000, untilUs: 60_000_000 }],
    ]);
  });

  it('has its expectations', () => {
    expect(scenario.expect).toMatchObject([
      { that: { value: "payments('alice-pays-bob').success_rate > 0.7", path: 'expect[0]' } },
      {
        atUs: { value: 20_000_000, path: 'expect[1].at' },
        that: { path: 'expect[1].that' },
        message: 'it did not close',
      },
    ]);
  });

  it('takes parameters and the seed from the command line', () => {
    const other = scenarioOf(EXAMPLE, { gap: '30s' });
    expect(other.events[1]?.schedule.value).toEqual({ kind: 'at', atUs: [40_000_000] });
    expect(other.params[1]).toMatchObject({ value: '30s', overridden: true });
    expect(readScenario({ text: EXAMPLE, file: 'x.yml', seed: 99, schemaParts: FIXTURE_PARTS }).scenario?.seed).toBe(
      99,
    );
  });

  it('is the same each time', () => {
    expect(JSON.stringify(scenarioOf(EXAMPLE))).toBe(JSON.stringify(scenario));
  });
});

describe('the source index', () => {
  const { index, scenario } = read(EXAMPLE);

  it('places parts of arguments', () => {
    const args = scenario?.events[1]?.args;
    if (index === undefined || args === undefined) throw new Error('no scenario');
    expect(index.placeOf(args, 'capacity')).toMatchObject({
      value: '30_000 sat',
      path: 'events[1].open_channel.capacity',
      range: { line: 48, column: 73 },
    });
    expect(index.placeOf(args, 'push')).toMatchObject({
      value: null,
      path: 'events[1].open_channel.push',
      range: { line: 48 },
    });
    expect(index.place(['channels', 'agent', 'from']).value).toBe('007');
  });

  it('makes diagnostics', () => {
    const args = scenario?.events[0]?.args;
    if (index === undefined || args === undefined) throw new Error('no scenario');
    expect(index.diagnostic('E404', index.placeOf(args, 'channel'), 'unknown')).toMatchObject({
      code: 'E404',
      severity: 'error',
      file: 'folder/close-and-reopen.yml',
      path: 'events[0].close_channel.channel',
      excerpt: ['    close_channel: { channel: alice-bob }'],
    });
  });
});

describe('defaults', () => {
  it('make a scenario of two lines', () => {
    expect(scenarioOf('version: 1\nduration: 1s\n')).toMatchObject({
      name: 'close-and-reopen',
      description: '',
      seed: 1,
      params: [],
      nodes: [],
      channels: [],
      imports: [],
      activity: [],
      events: [],
      expect: [],
    });
  });

  it('let sections be empty', () => {
    scenarioOf('version: 1\nduration: 1s\nparams:\nnodes:\nchannels:\nactivity:\nevents:\nexpect:\n');
  });

  it('apply to imports', () => {
    const one = scenarioOf('version: 1\nduration: 1s\nnetwork: { import: { file: a.json } }\n').imports;
    expect(one).toMatchObject([
      { format: '', file: { value: 'a.json', path: 'network.import.file' }, model: { value: 'lnd' }, walletSat: 0 },
    ]);
    const two = scenarioOf(
      'version: 1\nduration: 1s\nnetwork: { import: [{ file: a.json, format: lnd }, { file: b.json, model: cln, labels: { from: b } }] }\n',
    ).imports;
    expect(two.map((i) => [i.file.value, i.format, i.model.value, i.labels])).toEqual([
      ['a.json', 'lnd', 'lnd', {}],
      ['b.json', '', 'cln', { from: 'b' }],
    ]);
  });
});

describe('names', () => {
  it('may look like numbers or like properties of objects', () => {
    const scenario = scenarioOf(
      'version: 1\nduration: 1s\nname: 2024\nnodes: { 10: , 2: , 1e3: , true: , constructor: , __proto__: { wallet: 5 sat } }\nchannels: { 007: { from: 1e3, to: __proto__, capacity: 5 sat } }\nevents: [{ at: 0s, close_channel: { channel: 007 } }]\n',
    );
    expect(scenario.name).toBe('2024');
    expect(scenario.nodes.map((n) => [n.name.value, n.walletSat])).toEqual([
      ['10', 0],
      ['2', 0],
      ['1e3', 0],
      ['true', 0],
      ['constructor', 0],
      ['__proto__', 5],
    ]);
    expect(scenario.channels[0]).toMatchObject({
      name: { value: '007' },
      from: { value: { pattern: '1e3' } },
      to: { value: { pattern: '__proto__' } },
    });
    expect(scenario.events[0]?.args.value).toEqual({ channel: '007' });
  });
});

describe('mistakes', () => {
  it('come all at once', () => {
    expect(
      said(
        'version: 1\nduraton: 10s\nseed: -1\nparams: { gap: { type: duration, default: 13 } }\nnodes: { alice: { walet: 1 BTC } }\nevents: [{ at: "${{ params.gapp }}", mine: { blocks: 0 } }, { at: "${{ params.gap }}", mine: { blocks: 1 } }]\n',
      ),
    ).toEqual([
      'E201 duraton',
      'E303 seed',
      'E502 params.gap.default',
      'E201 nodes.alice.walet',
      'E501 events[0].at',
      'E303 events[0].mine.blocks',
    ]);
  });

  it('of several values are found when each is right', () => {
    expect(
      said(
        'version: 1\nduration: 1s\nchannels: { ab: { from: a, to: b }, cd: { from: a, to: b, capacity: 1 sat, push: 2 sat } }\nnodes: { a: { count: 2, pubkey: "02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" } }\nevents: [{ every: 1s, from: 5s, until: 3s, mine: { blocks: 1 } }]\n',
      ),
    ).toEqual(['E202 channels.ab', 'E308 channels.cd.push', 'E204 nodes.a.pubkey', 'E604 events[0].until']);
  });

  it('of a key and its misspelling are one', () => {
    expect(said('version: 1\nduraton: 1s\n')).toEqual(['E201 duraton']);
    expect(
      said('version: 1\nduration: 1s\nevents: [{ at: 1s, mnie: { blocks: 1 } }, { att: 1s, mine: { blocks: 1 } }]\n'),
    ).toEqual(['E408 events[0].mnie', 'E201 events[1].att']);
  });

  it('of an expression’s value are those of a written one', () => {
    expect(said('version: 1\nduration: ${{ params.n }}\nparams: { n: 5 }\n')).toEqual(['E301 duration']);
    expect(said("version: 1\nduration: ${{ duration('1s') - duration('2s') }}\n")).toEqual(['E303 duration']);
  });
});

it('never throws, and gives either a scenario or errors', () => {
  const piece = fc.constantFrom(
    '',
    ' ',
    '\n',
    '{',
    '}',
    '[',
    ']',
    ':',
    '-',
    '"',
    "'",
    '*',
    '&',
    '0',
    '-5',
    'null',
    '~',
    '${{',
    '}}',
    'params',
    '1',
    's',
    '.',
  );
  const change = fc.record({ at: fc.nat({ max: EXAMPLE.length }), cut: fc.nat({ max: 12 }), piece });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const text = changes.reduce((t, { at, cut, piece: put }) => t.slice(0, at) + put + t.slice(at + cut), EXAMPLE);
      const { scenario, diagnostics } = read(text);
      expect(scenario === undefined).toBe(diagnostics.some((d) => d.severity === 'error'));
    }),
    { numRuns: 300 },
  );
});

describe('values for kinds', () => {
  it('are parsed from validated JSON', () => {
    expect(parseSelector({ labels: { a: 'b' } })).toEqual({ kind: 'labels', labels: { a: 'b' } });
    expect(parseAmountRange(['1 sat', '2 sat'])).toEqual({ low: 1000, high: 2000 });
    expect(parseAmountRange('1 sat')).toEqual({ low: 1000, high: 1000 });
    expect(
      parsePolicy({ fee_base: '1 sat', inbound_fee_rate: '-5 ppm', disabled: true, cltv_expiry_delta: 80 }),
    ).toEqual({ feeBaseMsat: 1000, inboundFeeRatePpm: -5, disabled: true, cltvDelta: 80 });
    expect(parsePolicy(undefined)).toEqual({});
    expect(parsePaymentOptions(undefined)).toEqual({
      method: 'keysend',
      feeLimitMsat: -1,
      timeoutUs: -1,
      maxParts: -1,
      holdUs: 0,
    });
    expect(
      parsePaymentOptions({ method: 'invoice', fee_limit: '5 sat', timeout: '1m', max_parts: 3, hold: '2s' }),
    ).toEqual({ method: 'invoice', feeLimitMsat: 5000, timeoutUs: 60_000_000, maxParts: 3, holdUs: 2_000_000 });
    expect(() => durationUs('soon')).toThrow('not validated');
  });
});
