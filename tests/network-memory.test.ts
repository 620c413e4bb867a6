/** What a network weighs before anything happens in it, by counts that no machine changes: bytes of columns, objects of plans. */
import { expect, it } from 'vitest';
import { compileScenario } from '../engine/compile/compile.ts';
import { ChannelTable } from '../engine/simulate/channels.ts';
import { GossipGraph } from '../engine/simulate/graph.ts';

const CHANNELS = 1000;

/** Bytes of all columns of a table. */
function columnBytes(table: object): number {
  return Object.values(table).reduce((sum, column) => sum + (ArrayBuffer.isView(column) ? column.byteLength : 0), 0);
}

it('a channel has at most 415 bytes of columns of its own', () => {
  const channels = new ChannelTable();
  channels.reserve(CHANNELS);
  expect(columnBytes(channels) / CHANNELS).toBeLessThanOrEqual(415);
});

it('a channel has at most 116 bytes of columns in the graph that all nodes share', () => {
  const [graph, twice] = [CHANNELS, 2 * CHANNELS].map((channels) => {
    const made = new GossipGraph(2, new ChannelTable());
    made.reserve(2 * channels);
    return columnBytes(made);
  }) as [number, number];
  // What does not grow with the network is not counted.
  expect((twice - graph) / CHANNELS).toBeLessThanOrEqual(116);
});

it('generated channels of which the scenario says no policy share one, and nodes what their entry says', async () => {
  const answer = await compileScenario({
    text: `version: 1
name: shared
duration: 1s
network:
  generate:
    ring: { nodes: 50 }
    capacity: 1_000_000 sat
`,
    file: 'shared.yml',
    readFile: async () => null,
  });
  if (!answer.ok) throw new Error(answer.diagnostics.map(({ message }) => message).join('\n'));
  const { nodes, channels } = answer.timeline.network;
  expect(channels).toHaveLength(50);
  expect(new Set(channels.flatMap(({ policy0, policy1 }) => [policy0, policy1])).size).toBe(1);
  expect(new Set(nodes.map(({ options }) => options)).size).toBe(1);
  expect(new Set(nodes.map(({ labels }) => labels)).size).toBe(1);
});
