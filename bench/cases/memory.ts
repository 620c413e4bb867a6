/** What a network that does nothing takes, by nodes and channels: the most memory that the command has had, and its time by the clock. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Benchmark } from '../case.ts';
import { command, inFolder } from '../command.ts';

/** Nodes, and channels that each opens. */
const NETWORKS: readonly (readonly [nodes: number, channelsPerNode: number])[] = [
  [1_000, 4],
  [10_000, 1],
  [10_000, 4],
  [10_000, 8],
  [50_000, 4],
];

const scenario = (nodes: number, channelsPerNode: number): string => `version: 1
name: idle
duration: 10m
chain: { mining: { every: 10m, blocks: 1 } }
network:
  generate:
    barabasi_albert: { nodes: ${nodes}, channels_per_node: ${channelsPerNode} }
    capacity: { log_normal: { median: 1_000_000 sat, sigma: 1 }, max: 1 BTC }
    balance: [0.2, 0.8]
`;

const run: Benchmark['run'] = async ({ repeats }, report) => {
  inFolder((folder) => {
    for (const [nodes, channelsPerNode] of NETWORKS) {
      const file = path.join(folder, `idle-${nodes}-${channelsPerNode}.yml`);
      writeFileSync(file, scenario(nodes, channelsPerNode));
      const found = Array.from({ length: repeats }, () =>
        command(['run', file, '--quiet', '--no-events', '--out', path.join(folder, 'out')], folder),
      );
      const name = `${nodes} nodes, ${channelsPerNode === 1 ? '1 channel' : `${channelsPerNode} channels`} each`;
      report(
        name,
        'MiB',
        found.map(({ peakMib }) => peakMib),
      );
      report(
        `${name}, whole command`,
        's',
        found.map(({ wallMs }) => wallMs / 1000),
      );
    }
  });
};

export const benchmark: Benchmark = { name: 'memory', place: 9, run };
