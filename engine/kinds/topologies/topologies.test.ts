import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../base/json.ts';
import { RandomStream } from '../../base/random.ts';
import { topologyKind } from '../registry.ts';
import { TOPOLOGY_KINDS } from './index.ts';
import type { Topology } from './topology.ts';

interface Planned {
  readonly topology: Topology | null;
  readonly reports: readonly string[];
}

function plan(kind: string, args: Json, seed = 1): Planned {
  const reports: string[] = [];
  const found = topologyKind(kind)?.plan({
    args,
    stream: (purpose) => RandomStream.named(seed, 'topology', 'test', purpose),
    report: (code, key) => reports.push(`${code} ${key}`),
  });
  return { topology: found ?? null, reports };
}

function made(kind: string, args: Json, seed = 1): Topology {
  const { topology, reports } = plan(kind, args, seed);
  if (topology === null) throw new Error(reports.join());
  return topology;
}

function pairs({ from, to }: Topology): string[] {
  return Array.from(from, (a, i) => `${a}-${to[i]}`);
}

function degrees({ nodes, from, to }: Topology): number[] {
  const found = new Array<number>(nodes).fill(0);
  for (const end of [...Array.from(from), ...Array.from(to)]) found[end] = (found[end] as number) + 1;
  return found;
}

/** Number of pieces, and whether every channel joins two nodes that no other channel joins. */
function check({ nodes, from, to }: Topology): { pieces: number; simple: boolean } {
  const root = Array.from({ length: nodes }, (_, i) => i);
  const find = (a: number): number => {
    let at = a;
    while (root[at] !== at) at = root[at] as number;
    return at;
  };
  const seen = new Set<string>();
  let simple = true;
  let pieces = nodes;
  for (let i = 0; i < from.length; i++) {
    const a = from[i] as number;
    const b = to[i] as number;
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    if (a === b || seen.has(key) || a >= nodes || b >= nodes) simple = false;
    seen.add(key);
    const [x, y] = [find(a), find(b)];
    if (x !== y) {
      root[x] = y;
      pieces--;
    }
  }
  return { pieces, simple };
}

describe('topologies', () => {
  it('have examples that their schemas accept', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const kind of TOPOLOGY_KINDS) {
      const args = (parse(kind.example) as { readonly [key: string]: Json })[kind.name] as Json;
      expect(ajv.validate(kind.schema, args), kind.name).toBe(true);
      expect(plan(kind.name, args).topology, kind.name).not.toBeNull();
    }
  });

  it('make the small ones exactly', () => {
    expect(pairs(made('line', { nodes: 4 }))).toEqual(['0-1', '1-2', '2-3']);
    expect(pairs(made('ring', { nodes: 3 }))).toEqual(['0-1', '1-2', '2-0']);
    expect(pairs(made('star', { nodes: 4 }))).toEqual(['1-0', '2-0', '3-0']);
    expect(pairs(made('complete', { nodes: 3 }))).toEqual(['0-1', '0-2', '1-2']);
    expect(pairs(made('grid', { rows: 2, columns: 2 }))).toEqual(['0-1', '0-2', '1-3', '2-3']);
    expect(made('grid', { rows: 3, columns: 3, wrap: true }).from.length).toBe(18);
    expect(pairs(made('watts_strogatz', { nodes: 5, neighbours: 2, rewire: 0 }))).toEqual(
      pairs(made('ring', { nodes: 5 })),
    );
    expect(made('barabasi_albert', { nodes: 100, channels_per_node: 3 }).from.length).toBe(6 + 96 * 3);
  });

  it('are connected, without loops and double channels, and the same again', () => {
    const nodes = fc.integer({ min: 10, max: 120 });
    const cases = fc.oneof(
      fc.record({
        kind: fc.constant('barabasi_albert'),
        args: fc.record({ nodes, channels_per_node: fc.integer({ min: 1, max: 9 }) }),
      }),
      fc.record({
        kind: fc.constant('watts_strogatz'),
        args: fc.record({
          nodes,
          neighbours: fc.constantFrom(2, 4, 8),
          rewire: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      }),
      fc.record({
        kind: fc.constant('erdos_renyi'),
        args: fc.record({ nodes, probability: fc.double({ min: 0, max: 1, noNaN: true }) }),
      }),
      fc.record({
        kind: fc.constant('erdos_renyi'),
        args: fc.record({ nodes, mean_degree: fc.double({ min: 0, max: 9, noNaN: true }) }),
      }),
      fc.record({
        kind: fc.constant('core_periphery'),
        args: fc.record({
          core: nodes,
          periphery: nodes,
          core_density: fc.double({ min: 0, max: 1, noNaN: true }),
          channels_per_node: fc.integer({ min: 1, max: 10 }),
        }),
      }),
      fc.record({ kind: fc.constant('mainnet_like'), args: fc.record({ nodes }) }),
    );
    fc.assert(
      fc.property(cases, fc.nat(1000), ({ kind, args }, seed) => {
        const one = made(kind, args as Json, seed);
        expect(check(one)).toEqual({ pieces: 1, simple: true });
        expect(pairs(made(kind, args as Json, seed))).toEqual(pairs(one));
      }),
      { numRuns: 150 },
    );
  });

  it('may leave an Erdős–Rényi graph in pieces, of the wanted density', () => {
    expect(made('erdos_renyi', { nodes: 50, probability: 0, connected: false }).from.length).toBe(0);
    expect(made('erdos_renyi', { nodes: 50, probability: 1 }).from.length).toBe(1225);
    const sparse = made('erdos_renyi', { nodes: 2000, mean_degree: 6, connected: false });
    expect(sparse.from.length / 6000).toBeGreaterThan(0.95);
    expect(sparse.from.length / 6000).toBeLessThan(1.05);
  });

  it('refuse arguments that do not fit together', () => {
    expect(plan('barabasi_albert', { nodes: 3, channels_per_node: 3 }).reports).toEqual(['E303 channels_per_node']);
    expect(plan('watts_strogatz', { nodes: 4, neighbours: 4 }).reports).toEqual(['E303 neighbours']);
    expect(plan('erdos_renyi', { nodes: 4, mean_degree: 4 }).reports).toEqual(['E303 mean_degree']);
    expect(plan('core_periphery', { core: 2, periphery: 4, channels_per_node: 3 }).reports).toEqual([
      'E303 channels_per_node',
    ]);
    expect(plan('grid', { rows: 1, columns: 1 }).reports).toEqual(['E303 rows']);
    expect(plan('complete', { nodes: 5000 }).reports).toEqual(['E607 nodes']);
  });

  it('have the shape of mainnet', () => {
    const network = made('mainnet_like', { nodes: 6000 });
    const found = degrees(network).sort((a, b) => a - b);
    const share = found.filter((degree) => degree === 1).length / 6000;
    expect(share).toBeGreaterThan(0.38);
    expect(share).toBeLessThan(0.42);
    expect(found[3000]).toBe(2);
    const mean = found.reduce((sum, degree) => sum + degree, 0) / 6000;
    expect(mean).toBeGreaterThan(8);
    expect(mean).toBeLessThan(12);
    expect(found.at(-1)).toBeGreaterThan(300);
    const capacities = Array.from(network.capacitySat ?? []).sort((a, b) => a - b);
    expect((capacities[capacities.length >> 1] as number) / 800_000).toBeCloseTo(1, 1);
    expect(capacities.reduce((sum, sat) => sum + sat, 0) / capacities.length / 3_400_000).toBeCloseTo(1, 0);
    const bases = capacities.map((_, i) => network.policies?.(i)[0].feeBaseMsat);
    expect(bases.filter((base) => base === 1000).length / bases.length).toBeCloseTo(0.6, 1);
    expect(network.labels?.(0)).toEqual({ place: 'hub' });
    expect(network.labels?.(5999)).toEqual({ place: 'leaf' });
  });

  it('grow with the number of nodes, not faster', () => {
    for (const [kind, args] of [
      ['mainnet_like', { nodes: 20_000 }],
      ['barabasi_albert', { nodes: 20_000, channels_per_node: 5 }],
      ['erdos_renyi', { nodes: 20_000, mean_degree: 10 }],
    ] as const) {
      expect(made(kind, args).from.length).toBeGreaterThan(90_000);
    }
  }, 10_000);
});
