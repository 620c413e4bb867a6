import { describe, expect, it } from 'vitest';
import { BLOCK_WEIGHT, MEMPOOL_WEIGHT, Mempool, type Tx } from './mempool.ts';
import { TX } from './records.ts';

const tx = (id: number): Tx => ({
  id,
  kind: TX.send,
  channel: -1,
  node: 0,
  output: -1,
  feeSat: 100,
  valueSat: 1000,
  weight: 562,
});
const ids = (txs: readonly Tx[]): number[] => txs.map(({ id }) => id);

describe('the mempool', () => {
  it('gives a block everything in order of broadcast', () => {
    const pool = new Mempool(BLOCK_WEIGHT, MEMPOOL_WEIGHT);
    for (const id of [0, 1, 2]) pool.insert(tx(id));
    expect(ids(pool.takeBlock())).toEqual([0, 1, 2]);
    expect(pool.waiting).toEqual([]);
  });

  it('gives up a transaction that will not confirm', () => {
    const pool = new Mempool(BLOCK_WEIGHT, MEMPOOL_WEIGHT);
    for (const id of [0, 1, 2]) pool.insert(tx(id));
    expect(pool.remove(1)?.id).toBe(1);
    expect(pool.remove(1)).toBeUndefined();
    expect(ids(pool.waiting)).toEqual([0, 2]);
  });

  it('takes back what a block had, before what came later', () => {
    const pool = new Mempool(BLOCK_WEIGHT, MEMPOOL_WEIGHT);
    pool.insert(tx(0));
    pool.insert(tx(1));
    const block = pool.takeBlock();
    pool.insert(tx(2));
    pool.putBack(block);
    expect(ids(pool.waiting)).toEqual([0, 1, 2]);
  });
});
