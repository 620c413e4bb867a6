import { describe, expect, it } from 'vitest';
import { TOPOLOGY_KINDS } from '../kinds/registry.ts';
import type { NetworkPlan } from '../timeline/network.ts';
import { compileScenario } from './compile.ts';

async function network(rest: string, seed = 1): Promise<NetworkPlan> {
  const result = await compileScenario({
    text: `version: 1\nduration: 10s\n${rest}`,
    file: 's.yml',
    seed,
    readFile: async (path) => (path === 'c.csv' ? 'sat\n5000\n6000\n' : null),
  });
  if (!result.ok) throw new Error(result.diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return result.timeline.network;
}

describe('generated networks', () => {
  it('have the names, models, labels, wallets, capacities, balances and policies of their entry', async () => {
    const { nodes, channels } = await network(`network:
  generate:
    star: { nodes: 3 }
    name: 'n-{index:02}'
    labels: { role: spoke }
    wallet: 1 BTC
    options: { fee_base_msat: 7 }
    capacity: 10_000 sat
    balance: 0.25
    policy: { fee_rate: 5 ppm }
    reverse_policy: { fee_rate: 6 ppm }
    announced: false`);
    expect(nodes.map(({ name, labels }) => `${name} ${labels.place} ${labels.role}`)).toEqual([
      'n-00 hub spoke',
      'n-01 leaf spoke',
      'n-02 leaf spoke',
    ]);
    expect(nodes[0]).toMatchObject({ model: 'lnd', walletSat: 100_000_000, options: { fee_base_msat: 7 } });
    expect(channels[0]).toEqual({
      name: 'n-01-n-00',
      node0: 1,
      node1: 0,
      capacitySat: 10_000,
      balance0Msat: 2_500_000,
      announced: false,
      policy0: { feeRatePpm: 5 },
      policy1: { feeRatePpm: 6 },
      latencyUs: 30_000,
    });
  });

  it('combine with nodes, channels and each other', async () => {
    const { nodes, channels } = await network(`nodes: { alice: }
channels: { out: { from: alice, to: { labels: { place: hub } }, capacity: 9_000 sat } }
network:
  generate:
    - { star: { nodes: 3 }, capacity: 5_000 sat }
    - { line: { nodes: 2 }, name: 'l-{index}', capacity: 6_000 sat }`);
    expect(nodes.map(({ name }) => name)).toEqual(['alice', 'node-0', 'node-1', 'node-2', 'l-0', 'l-1']);
    expect(channels.map(({ name, node0, node1 }) => `${name} ${node0} ${node1}`)).toEqual([
      'out 0 1',
      'node-1-node-0 2 1',
      'node-2-node-0 3 1',
      'l-0-l-1 4 5',
    ]);
  });

  it('draw from streams of their own: another entry moves nothing', async () => {
    const entry =
      "{ barabasi_albert: { nodes: 30 }, name: 'b-{index}', capacity: { log_normal: { median: 1_000_000 sat, sigma: 1 } }, balance: random }";
    const alone = await network(`network: { generate: [${entry}] }`);
    const after = await network(`network: { generate: [{ ring: { nodes: 4 }, capacity: [1 sat, 9 sat] }, ${entry}] }`);
    const strip = (plan: NetworkPlan): unknown =>
      plan.channels
        .filter(({ name }) => name.startsWith('b-'))
        .map(({ name, capacitySat, balance0Msat }) => [name, capacitySat, balance0Msat]);
    expect(strip(after)).toEqual(strip(alone));
    expect(strip(await network(`network: { generate: [${entry}] }`, 2))).not.toEqual(strip(alone));
  });

  it('take what is missing from the defaults, by label and model too', async () => {
    const { nodes, channels } = await network(`defaults:
  channel: { capacity: 1_000 sat, policy: { fee_base: 1 msat } }
  models: { lnd: { wallet: 3 sat } }
  labels:
    - { match: { place: leaf }, node: { wallet: 4 sat }, channel: { capacity: 2_000 sat } }
    - { match: { role: shop }, channel: { capacity: 8_000 sat, push: 1_000 sat } }
nodes: { shop: { labels: { role: shop } } }
channels: { s: { from: shop, to: node-0 }, t: { from: node-0, to: shop } }
network: { generate: { star: { nodes: 2 } } }`);
    expect(nodes.map(({ name, walletSat }) => [name, walletSat])).toEqual([
      ['shop', 3],
      ['node-0', 3],
      ['node-1', 4],
    ]);
    expect(channels.map(({ name, capacitySat, balance0Msat }) => [name, capacitySat, balance0Msat])).toEqual([
      ['s', 8000, 7_000_000],
      ['t', 1000, 1_000_000],
      ['node-1-node-0', 2000, 1_000_000],
    ]);
    expect(channels[2]?.policy0).toEqual({ feeBaseMsat: 1 });
  });

  it('draw capacities from a file', async () => {
    const { channels } = await network(
      'network: { generate: { ring: { nodes: 40 }, capacity: { empirical: { file: c.csv, column: sat, unit: sat } } } }',
    );
    expect(new Set(channels.map(({ capacitySat }) => capacitySat))).toEqual(new Set([5000, 6000]));
  });

  it('are what the examples of all topologies say', async () => {
    for (const { name, example } of TOPOLOGY_KINDS) {
      const { channels } = await network(`network:\n  generate:\n    ${example.replace(/\n/g, '\n    ')}`);
      expect(channels.length, name).toBeGreaterThan(0);
    }
  });

  it('have links of drawn latency', async () => {
    const { channels } = await network(`latency: { link: { log_normal: { median: 20ms, sigma: 0.5 }, min: 5ms } }
network: { generate: { ring: { nodes: 50 }, capacity: 5_000 sat } }`);
    const latencies = channels.map(({ latencyUs }) => latencyUs).sort((a, b) => a - b);
    expect(latencies[0]).toBeGreaterThanOrEqual(5000);
    expect(latencies[25]).toBeGreaterThan(12_000);
    expect(latencies[25]).toBeLessThan(30_000);
  });

  it('never make channels of nothing', async () => {
    const { channels } = await network(
      'network: { generate: { line: { nodes: 9 }, capacity: { exponential: { mean: 1 msat } } } }',
    );
    expect(Math.min(...channels.map(({ capacitySat }) => capacitySat))).toBe(1);
  });
});

describe('sets of nodes', () => {
  it('are named by their template', async () => {
    const { nodes } = await network("nodes: { user: { count: 2, name: 'u{index:03}.x' }, shop: { count: 2 } }");
    expect(nodes.map(({ name }) => name)).toEqual(['u000.x', 'u001.x', 'shop-0', 'shop-1']);
  });

  it('are still found by the name of the set', async () => {
    const { channels } = await network(
      "nodes: { hub: , user: { count: 3, name: 'u{index}' } }\nchannels: { c: { from: user, to: hub, capacity: 5 sat } }",
    );
    expect(channels).toHaveLength(3);
  });
});
