import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { blast } from './testing/fake-io.ts';

const SCENARIO = `version: 1
name: pair
duration: 10s
params:
  stops: { type: duration, default: 8s }
nodes: { alice: {}, router: {}, bob: {} }
channels:
  alice-router: { from: alice, to: router, capacity: 100_000 sat }
  router-bob: { from: router, to: bob, capacity: 100_000 sat }
activity:
  pays: { source: alice, destination: bob, interval: 1s, amount: 200 sat }
events:
  - at: \${{ params.stops }}
    stop_node: router
`;

describe('blast diff', () => {
  let files: MemoryFiles;
  beforeAll(async () => {
    files = new MemoryFiles({ 'pair.yml': SCENARIO });
    expect((await blast('run pair.yml --out before', { files })).code).toBe(0);
    expect((await blast('run pair.yml --out again', { files })).code).toBe(0);
    expect((await blast('run pair.yml --out after --param stops=5500ms', { files })).code).toBe(0);
    expect((await blast('run pair.yml --out sim --payments sim-ln', { files })).code).toBe(0);
  });

  it('says that the same run twice is identical', async () => {
    expect(await blast('diff before again', { files })).toMatchObject({
      code: 0,
      out: 'before and again: identical\n',
    });
  });

  it('tells what one changed parameter came to', async () => {
    const { code, out } = await blast('diff before after --most 1', { files });
    expect(code).toBe(5);
    expect(out).toMatchInlineSnapshot(`
      "before and after: 2 of 9 payments differ
                        before     after    change
        params.stops        8s    5500ms
        payments             9         9         0
        succeeded            7         5        -2
        delivered     1400 sat  1000 sat  -400 sat
        fees             7 sat     5 sat    -2 sat
        attempts             7         5        -2

        other outcomes
             2  Success → InsufficientBalance

        first payments that differ
        pays/5
          - Success: 200 sat by alice > router > bob, fee 1 sat, 1 attempt
          + InsufficientBalance: 200 sat, 0 attempts
        … 1 more
      "
    `);
  });

  it('tells programs all of it', async () => {
    const { code, out } = await blast('diff before after --most all --format json', { files });
    expect(code).toBe(5);
    const found = JSON.parse(out) as { differing: number; payments: { payment: string }[]; settings: unknown[] };
    expect(found.settings).toEqual([{ name: 'params.stops', before: '8s', after: '5500ms' }]);
    expect(found.payments).toHaveLength(found.differing);
    expect(found.payments[0]?.payment).toBe('pays/5');
  });

  it.each([
    ['before nothing', 3, 'nothing:1:1 error E829 there is no folder nothing'],
    ['sim before', 3, 'sim/payments.csv:1:1 error E830'],
    ['before after --most few', 2, "--most 'few' is no number"],
  ])('of %s ends in a message', async (args, code, message) => {
    const result = await blast(`diff ${args}`, { files });
    expect(result.code).toBe(code);
    expect(result.err).toContain(message);
  });
});
