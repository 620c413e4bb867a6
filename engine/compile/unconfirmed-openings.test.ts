import { expect, it } from 'vitest';
import { compileScenario } from './compile.ts';

const scenario = (events: string, chain = ''): string => `version: 1
name: blocks
duration: 1h
${chain}
nodes:
  alice: { wallet: 1 BTC }
  bob: {}
channels:
  ab: { from: alice, to: bob, capacity: 1_000_000 sat }
events:
  - { at: 5m, open_channel: { channel: first, from: alice, to: bob, capacity: 1_000_000 sat } }
${events}`;

/** Codes that the compiler reports. */
async function codes(text: string): Promise<readonly string[]> {
  const { diagnostics } = await compileScenario({ text, file: 'blocks.yml', readFile: async () => null });
  return diagnostics.map(({ code }) => code);
}

it.each([
  ['a block after it', '  - { at: 6m, mine: { blocks: 1 } }', ''],
  ['blocks at regular times', '', 'chain: { mining: { every: 30m } }'],
  [
    'blocks that a reorganisation brings',
    '  - { at: 6m, reorg: { depth: 1, blocks: 2 } }',
    'chain: { mining: { every: 1m } }',
  ],
  [
    'blocks at a time that only the run knows',
    `  - { when: "channel('first').state == 'pending'", mine: { blocks: 6 } }`,
    '',
  ],
])('a channel may be confirmed by %s', async (_, events, chain) => {
  expect(await codes(scenario(events, chain))).toEqual([]);
});

it.each([
  ['no block at all', '', ''],
  ['blocks at its instant, which come first', '  - { at: 5m, mine: { blocks: 6 } }', ''],
  ['blocks at regular times that begin after the run', '', 'chain: { mining: { every: 2h } }'],
])('a channel is not confirmed by %s', async (_, events, chain) => {
  expect(await codes(scenario(events, chain))).toEqual(['W624']);
});
