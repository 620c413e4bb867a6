/** What is exported is read back: equal in all that the format can say, and what it cannot say is found. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { derivedPubkey } from '../timeline/pubkey.ts';
import { CLOTH_FILES } from './cloth.ts';
import { EXPORT_FORMATS, exportFormat } from './export-formats.ts';
import type { ExportFormat, ExportNetwork, ExportOutcome } from './exported.ts';
import { importFormat, recogniseFormat } from './formats.ts';
import type { ImportedActivity, ImportedNetwork } from './imported.ts';
import { type ChannelAspect, type Losses, losses, lossesOf, type NodeAspect } from './losses.ts';
import { withScids } from './scid-plan.ts';

const USUAL = 'lnd';

/** What a format may lose of some networks. Everything else must always come back. */
const MAY_LOSE: Readonly<Record<string, readonly (NodeAspect | ChannelAspect)[]>> = {
  'blast-network': [],
  'lnd-describegraph': ['name', 'labels', 'implementation', 'opener', 'balance', 'privacy'],
  cln: ['name', 'labels', 'implementation', 'opener', 'balance', 'inbound fees'],
  cloth: [
    'name',
    'public key',
    'labels',
    'implementation',
    'short channel id',
    'privacy',
    'largest HTLC',
    'disabled direction',
    'inbound fees',
  ],
  polar: [
    'name',
    'public key',
    'labels',
    'implementation',
    'short channel id',
    'balance',
    'fees',
    'expiry delta',
    'smallest HTLC',
    'largest HTLC',
    'disabled direction',
    'inbound fees',
  ],
  'sim-ln': [
    'name',
    'labels',
    'implementation',
    'balance',
    'privacy',
    'largest HTLC',
    'disabled direction',
    'inbound fees',
  ],
  warnet: [
    'name',
    'public key',
    'labels',
    'implementation',
    'short channel id',
    'balance',
    'privacy',
    'fees',
    'expiry delta',
    'smallest HTLC',
    'largest HTLC',
    'disabled direction',
    'inbound fees',
  ],
};
/** What no format can say. */
const NEVER = ['wallet', 'options of the model', 'latency'] as const;

const policy = fc.record({
  feeBaseMsat: fc.integer({ min: 0, max: 0xffffffff }),
  feeRatePpm: fc.integer({ min: 0, max: 0xffffffff }),
  cltvDelta: fc.integer({ min: 0, max: 65535 }),
  minHtlcMsat: fc.integer({ min: 0, max: 1e12 }),
  maxHtlcMsat: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  disabled: fc.boolean(),
  inboundFeeBaseMsat: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  inboundFeeRatePpm: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
});

/** Names as a scenario may have them, also those that other languages take for something else. */
const nodeName = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
  fc.constantFrom('5', 'true', 'null', 'on', '1e3', '-', '.', '__proto__', 'backend1', 'Alice', 'alice', 'alice-2'),
);

const network: fc.Arbitrary<ExportNetwork> = fc
  .tuple(
    fc.uniqueArray(
      fc.record({
        name: nodeName,
        model: fc.constantFrom('lnd', 'cln', 'eclair', 'ldk'),
        walletSat: fc.constantFrom(0, 0, 1000),
        labels: fc.dictionary(fc.constantFrom('role', 'alias', 'part'), fc.string({ maxLength: 5 })),
        key: fc.boolean(),
      }),
      { minLength: 2, maxLength: 6, selector: ({ name }) => name },
    ),
    fc.array(
      fc.record({
        ends: fc.tuple(fc.nat(5), fc.nat(5)),
        capacitySat: fc.integer({ min: 1, max: 1e9 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        announced: fc.boolean(),
        scid: fc.option(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { nil: undefined }),
        latencyUs: fc.constantFrom(0, 30_000),
        policy0: policy,
        policy1: policy,
      }),
      { maxLength: 10 },
    ),
  )
  .map(([nodes, channels]) => {
    const seen = new Set<bigint>();
    const plans = channels.map(({ ends: [a, b], share, scid, ...channel }, c) => {
      const node0 = a % nodes.length;
      const other = b % nodes.length;
      const fresh = scid !== undefined && !seen.has(scid);
      if (fresh) seen.add(scid);
      return {
        ...channel,
        name: `channel-${c}`,
        node0,
        node1: other === node0 ? (other + 1) % nodes.length : other,
        balance0Msat: Math.floor(share * channel.capacitySat * 1000),
        ...(fresh ? { scid: String(scid) } : {}),
      };
    });
    return {
      nodes: nodes.map(({ key, ...node }) => ({
        ...node,
        options: {},
        ...(key ? { pubkey: derivedPubkey(`of ${node.name}`) } : {}),
      })),
      channels: withScids(plans),
    };
  });

function write(format: ExportFormat, of: ExportNetwork, activities: readonly ImportedActivity[] = []): ExportOutcome {
  return format.write({ name: 'x', network: of, activities, usualModel: USUAL });
}

function readBack(format: ExportFormat, outcome: ExportOutcome): ImportedNetwork {
  const back = importFormat(format.name)?.parse({ files: outcome.files, seed: 1, balances: 'even' });
  if (back?.ok !== true) throw new Error(back === undefined ? 'no reader' : formatDiagnostics(back.diagnostics));
  return back.network;
}

function lost({ nodes, channels }: Losses): ReadonlySet<NodeAspect | ChannelAspect> {
  return new Set([...nodes.keys(), ...channels.keys()]);
}

const FULL: Required<PolicyPlan> = {
  feeBaseMsat: 1,
  feeRatePpm: 1,
  cltvDelta: 1,
  minHtlcMsat: 1,
  maxHtlcMsat: 1,
  disabled: false,
  inboundFeeBaseMsat: 0,
  inboundFeeRatePpm: 0,
};

/** Nodes without channels. */
function alone({ nodes, channels }: ExportNetwork): number {
  return nodes.length - new Set(channels.flatMap(({ node0, node1 }) => [node0, node1])).size;
}

/** What was imported, to be exported again. */
function again(back: ImportedNetwork): ExportNetwork {
  return {
    nodes: back.nodes.map((node) => ({
      ...node,
      model: node.labels.implementation ?? USUAL,
      options: {},
      walletSat: 0,
    })),
    channels: withScids(
      back.channels.map((channel) => ({
        ...channel,
        policy0: { ...FULL, ...channel.policy0 },
        policy1: { ...FULL, ...channel.policy1 },
        latencyUs: 0,
      })),
    ),
  };
}

describe.each(EXPORT_FORMATS.map((format) => [format.name, format] as const))('%s', (name, format) => {
  // sim-ln knows nodes by their channels only.
  const networks = name === 'sim-ln' ? network.filter(({ channels }) => channels.length > 0) : network;
  const may: ReadonlySet<string> = new Set([...(MAY_LOSE[name] ?? []), ...NEVER]);

  test('random networks come back in all that it can say', () => {
    fc.assert(
      fc.property(networks, (of) => {
        const outcome = write(format, of);
        const found = lossesOf(of, outcome, readBack(format, outcome), USUAL);
        expect([found.missingNodes, found.missingChannels]).toEqual([name === 'sim-ln' ? alone(of) : 0, 0]);
        expect([...lost(found)].filter((aspect) => !may.has(aspect))).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  test('what came back is written as the same text', () => {
    fc.assert(
      fc.property(networks, (of) => {
        const outcome = write(format, of);
        const second = write(format, again(readBack(format, outcome)));
        expect([...second.files]).toEqual([...outcome.files]);
      }),
      { numRuns: 120 },
    );
  });

  test('is recognised by its content', () => {
    fc.assert(
      fc.property(networks, (of) => {
        if (of.channels.length > 0) expect(recogniseFormat(write(format, of).files)?.name).toBe(name);
      }),
      { numRuns: 50 },
    );
  });

  test.skipIf(name === 'sim-ln')('a network without channels is written, too', () => {
    const of: ExportNetwork = {
      nodes: ['a', 'b'].map((own) => ({ name: own, model: 'lnd', options: {}, walletSat: 0, labels: {} })),
      channels: [],
    };
    expect(readBack(format, write(format, of)).nodes).toHaveLength(2);
  });
});

describe('losses', () => {
  const of = fc.sample(network, { numRuns: 50, seed: 7 }).find(({ channels }) => channels.length > 2) as ExportNetwork;
  const lnd = exportFormat('lnd-describegraph') as ExportFormat;

  test('of what a format may lose, it does lose some network', () => {
    const seen = new Map(EXPORT_FORMATS.map(({ name }) => [name, new Set<string>()]));
    const some = network.filter(({ channels }) => channels.length > 0);
    for (const one of fc.sample(some, { numRuns: 100, seed: 1 })) {
      for (const format of EXPORT_FORMATS) {
        const outcome = write(format, one);
        for (const aspect of lost(lossesOf(one, outcome, readBack(format, outcome), USUAL))) {
          seen.get(format.name)?.add(aspect);
        }
      }
    }
    for (const { name } of EXPORT_FORMATS) {
      const expected = new Set([...(MAY_LOSE[name] ?? []), 'wallet', 'latency']);
      expect([name, [...(seen.get(name) ?? [])].sort()]).toEqual([name, [...expected].sort()]);
    }
  });

  test('are said in words, balances of all channels where they are made up', () => {
    const outcome = write(lnd, of);
    const texts = losses(lnd.name, importFormat(lnd.name), of, outcome, USUAL);
    expect(texts).toContain(`lnd-describegraph leaves out or changes: balance of ${of.channels.length} channels`);
    expect(losses('x', undefined, of, outcome, USUAL)[0]).toContain('cannot be read again');
    const broken = { ...outcome, files: new Map([['x', '{']]) };
    expect(losses(lnd.name, importFormat(lnd.name), of, broken, USUAL)[0]).toContain('cannot say this network');
  });

  test('tell of a network that sim-ln cannot say, and of nodes that it leaves out', () => {
    const simLn = exportFormat('sim-ln') as ExportFormat;
    const none = { nodes: of.nodes, channels: [] };
    const reader = importFormat(simLn.name);
    expect(losses(simLn.name, reader, none, write(simLn, none), USUAL)[0]).toContain('sim-ln cannot say this network');
    const hermit = { ...of.nodes[0]!, name: 'hermit', pubkey: derivedPubkey('hermit') };
    const more = { ...of, nodes: [...of.nodes, hermit] };
    const missing = alone(more);
    expect(losses(simLn.name, reader, more, write(simLn, more), USUAL)[0]).toBe(
      `sim-ln leaves out ${missing} node${missing === 1 ? '' : 's'}`,
    );
  });

  test('activities are written where the format has them, between nodes that it has', () => {
    const simLn = exportFormat('sim-ln') as ExportFormat;
    const { node0, node1 } = of.channels[0]!;
    const [source, destination] = [of.nodes[node0]!.name, of.nodes[node1]!.name];
    const range = { low: 2_000_000, high: 2_000_000 };
    const activity = { name: 'x', source, destination, intervalUs: range, amountMsat: range, count: 3 };
    const outcome = write(simLn, of, [activity, { ...activity, destination: 'nowhere' }]);
    expect(outcome.activities).toBe(1);
    const back = importFormat(simLn.name)?.parse({ files: outcome.files, seed: 1 });
    expect(back?.ok === true && back.traffic).toMatchObject({
      kind: 'defined',
      activities: [{ count: 3, intervalUs: range }],
    });
  });

  test('tell when something did not come back at all', () => {
    const outcome = write(lnd, of);
    const back = readBack(lnd, outcome);
    const found = lossesOf(of, outcome, { nodes: back.nodes, channels: back.channels.slice(1) }, USUAL);
    expect([found.missingNodes, found.missingChannels]).toEqual([0, 1]);
  });
});

/** The parts of an `export.json` that Polar looks at. */
interface PolarExport {
  readonly network: {
    readonly nodes: {
      readonly bitcoin: readonly { readonly name: string }[];
      readonly lightning: readonly { readonly name: string; readonly backendName: string }[];
      readonly tap: readonly unknown[];
    };
  };
  readonly chart: {
    readonly nodes: Readonly<Record<string, { readonly ports: object }>>;
    readonly links: Readonly<
      Record<string, Record<'from' | 'to', { readonly nodeId: string; readonly portId: string }>>
    >;
  };
}

/** The checks that Polar makes of an `export.json` before it takes it, and what it looks up without a check. */
test('Polar takes what is written for it', () => {
  for (const of of fc.sample(network, { numRuns: 50, seed: 3 })) {
    const [text = ''] = write(exportFormat('polar') as ExportFormat, of).files.values();
    const { network: made, chart } = JSON.parse(text) as PolarExport;
    const types = (value: object, fields: Readonly<Record<string, string>>): void => {
      const own = Object.entries(value).map(([key, one]) => [key, typeof one]);
      expect(Object.fromEntries(own)).toMatchObject(fields);
    };
    types(made, { id: 'number', name: 'string', status: 'number', path: 'string', nodes: 'object' });
    types(chart, { offset: 'object', nodes: 'object', links: 'object', selected: 'object', hovered: 'object' });
    const { bitcoin, lightning, tap } = made.nodes;
    expect(tap).toEqual([]);
    for (const node of [...bitcoin, ...lightning]) expect(Object.hasOwn(chart.nodes, node.name)).toBe(true);
    for (const node of lightning) expect(bitcoin.map(({ name }) => name)).toContain(node.backendName);
    for (const { from, to } of Object.values(chart.links)) {
      for (const end of [from, to]) expect(Object.keys(chart.nodes[end.nodeId]?.ports ?? {})).toContain(end.portId);
    }
  }
});

test('warnet sets no policies of Core Lightning, and opens no channel of 4 BTC', () => {
  const of: ExportNetwork = {
    nodes: ['lnd', 'cln'].map((model) => ({ name: model, model, options: {}, walletSat: 0, labels: {} })),
    channels: withScids<Omit<ExportNetwork['channels'][number], 'scid' | 'scidGiven'> & { readonly scid?: string }>(
      [400_000_000, 399_999_999].map((capacitySat, c) => ({
        ...{ name: `c${c}`, node0: c, node1: 1 - c, capacitySat, balance0Msat: 0, announced: true, latencyUs: 0 },
        ...{ policy0: FULL, policy1: FULL },
      })),
    ),
  };
  const format = exportFormat('warnet') as ExportFormat;
  const outcome = write(format, of);
  expect(outcome.notes).toEqual(['channels of 4 BTC and more, which warnet does not open at their place: 1']);
  const policies = readBack(format, outcome).channels.map(({ policy0, policy1 }) => [policy0, policy1]);
  const { disabled, inboundFeeBaseMsat, inboundFeeRatePpm, ...said } = FULL;
  expect(policies).toEqual([
    [said, {}],
    [{}, said],
  ]);
});

test('Polar simulates the activities that it can say', () => {
  const polar = exportFormat('polar') as ExportFormat;
  const of: ExportNetwork = {
    nodes: ['a', 'b'].map((name) => ({ name, model: 'lnd', options: {}, walletSat: 0, labels: {} })),
    channels: [],
  };
  const plain: ImportedActivity = {
    name: 'a-to-b',
    source: 'a',
    destination: 'b',
    intervalUs: { low: 2_000_000, high: 2_000_000 },
    amountMsat: { low: 1500, high: 1500 },
  };
  const others: readonly ImportedActivity[] = [
    { ...plain, count: 3 },
    { ...plain, startUs: 0 },
    { ...plain, intervalUs: { low: 1_000_000, high: 2_000_000 } },
    { ...plain, intervalUs: { low: 1_500_000, high: 1_500_000 } },
    { ...plain, amountMsat: { low: 1, high: 2 } },
  ];
  const outcome = write(polar, of, [...others, plain, { ...plain, startUs: 2_000_000 }]);
  expect(outcome.activities).toBe(2);
  const back = importFormat('polar')?.parse({ files: outcome.files, seed: 1 });
  expect(back?.ok === true ? back.traffic : null).toEqual({
    kind: 'defined',
    activities: [plain, { ...plain, name: 'a-to-b-2' }],
  });
  expect(write(polar, of, others).activities).toBe(0);
});

describe('the real graph', () => {
  const path = process.env.BLAST_LN_GRAPH;
  const there = path !== undefined && existsSync(join(path, 'channels_ln.csv'));

  test.skipIf(!there)(
    there ? 'is written as it was' : 'skipped: set BLAST_LN_GRAPH to a folder with the CLoTH graph',
    () => {
      const files = new Map(CLOTH_FILES.map((file) => [file, readFileSync(join(path as string, file), 'utf8')]));
      const back = importFormat('cloth')?.parse({ files, seed: 1 });
      if (back?.ok !== true) throw new Error('not read');
      const outcome = write(exportFormat('cloth') as ExportFormat, again(back.network));
      for (const [name, text] of files) expect(outcome.files.get(name) === text.replaceAll('\r', '')).toBe(true);
    },
  );
});

test('what the repository has of another tool is written as it was', () => {
  const file = join(import.meta.dirname, 'golden/describegraph.json');
  const files = new Map([['describegraph.json', readFileSync(file, 'utf8')]]);
  const back = importFormat('lnd-describegraph')?.parse({ files, seed: 1 });
  if (back?.ok !== true) throw new Error('not read');
  const outcome = write(exportFormat('lnd-describegraph') as ExportFormat, again(back.network));
  const [text = ''] = outcome.files.values();
  const keys = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.slice(0, 1).map(keys)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, keys(one)]))
        : typeof value;
  expect(keys(JSON.parse(text))).toEqual(keys(JSON.parse([...files.values()][0] as string)));
});
