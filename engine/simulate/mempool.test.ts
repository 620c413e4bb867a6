import { describe, expect, it } from 'vitest';
import { BLOCK_WEIGHT, MEMPOOL_WEIGHT, Mempool, type Tx } from './mempool.ts';
import { TX } from './records.ts';

/** A transaction of 1000 weight units unless said otherwise, so that its fee is its feerate. */
const tx = (id: number, feeSat = 100, more: Partial<Tx> = {}): Tx => ({
  id,
  kind: TX.send,
  channel: -1,
  node: 0,
  output: -1,
  feeSat,
  valueSat: 1000,
  weight: 1000,
  ...more,
});
const ids = (txs: readonly Tx[]): number[] => txs.map(({ id }) => id);
const pool = (blockWeight = BLOCK_WEIGHT): Mempool => new Mempool(blockWeight, MEMPOOL_WEIGHT);

describe('the mempool', () => {
  it('gives a block everything in order of broadcast while it fits', () => {
    const mempool = pool(3000);
    for (const id of [0, 1, 2]) mempool.insert(tx(id, 10 * id));
    expect(mempool.congested).toBe(false);
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0, 1, 2]);
    expect(mempool.waiting).toEqual([]);
  });

  it('gives up a transaction that will not confirm', () => {
    const mempool = pool();
    for (const id of [0, 1, 2]) mempool.insert(tx(id));
    expect(mempool.remove(1)?.id).toBe(1);
    expect(mempool.remove(1)).toBeUndefined();
    expect(ids(mempool.waiting)).toEqual([0, 2]);
  });

  it('takes back what a block had, before what came later', () => {
    const mempool = pool();
    mempool.insert(tx(0));
    mempool.insert(tx(1));
    const block = mempool.takeBlock().confirmed;
    mempool.insert(tx(2));
    mempool.putBack({ confirmed: block, strangers: [] });
    expect(ids(mempool.waiting)).toEqual([0, 1, 2]);
  });

  it('fills a block by feerate when not everything fits; the first broadcast comes first among equals', () => {
    const mempool = pool(3000);
    [300, 500, 300, 400, 300].forEach((fee, id) => {
      mempool.insert(tx(id, fee));
    });
    expect(mempool.congested).toBe(true);
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0, 1, 3]);
    expect(ids(mempool.takeBlock().confirmed)).toEqual([2, 4]);
  });

  it('skips what is too large for the rest of the block', () => {
    const mempool = pool(3000);
    mempool.insert(tx(0, 500, { weight: 2000 }));
    mempool.insert(tx(1, 400, { weight: 2000 }));
    mempool.insert(tx(2, 50));
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0, 2]);
  });

  it('gives strangers the block space that they pay more for, or as much', () => {
    const mempool = pool(3000);
    mempool.insert(tx(0, 300));
    mempool.insert(tx(1, 301));
    mempool.backlog.add(300, 300, 5000);
    expect(ids(mempool.takeBlock().confirmed)).toEqual([1]);
    expect(mempool.backlog.weight).toBe(3000);
    expect(ids(mempool.takeBlock().confirmed)).toEqual([]);
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0]);
  });

  it('keeps out what pays less than a full mempool takes, even of an empty block', () => {
    const mempool = pool(3000);
    mempool.insert(tx(0, 300));
    mempool.insert(tx(1, 700));
    mempool.backlog.minimumPerKw = 500;
    expect(ids(mempool.takeBlock().confirmed)).toEqual([1]);
    for (let i = 0; i < 60; i++) mempool.backlog.afterBlock();
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0]);
  });

  it('lets a child pay for its parents, and confirms parents first', () => {
    const mempool = pool(3000);
    const of = { channel: 7 };
    mempool.insert(tx(0, 100, { ...of, kind: TX.commitment }));
    mempool.insert(tx(1, 400));
    mempool.insert(tx(2, 900, { ...of, kind: TX.anchor }));
    mempool.insert(tx(3, 350));
    // Together 500 a thousand units: before the 400, and the 350 does not fit.
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0, 1, 2]);
  });

  it('does not let a parent ride on a child that another block takes', () => {
    const mempool = pool(2000);
    const of = { channel: 7 };
    mempool.insert(tx(0, 600, { ...of, kind: TX.funding }));
    mempool.insert(tx(1, 100, { ...of, kind: TX.commitment }));
    mempool.insert(tx(2, 200, { ...of, kind: TX.anchor }));
    mempool.insert(tx(3, 300));
    // The funding pays for itself; what spends it is worth less than the 300 without it.
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0, 3]);
    expect(ids(mempool.takeBlock().confirmed)).toEqual([1, 2]);
  });

  it('counts a child that stays behind anew when its parent is in the block', () => {
    const mempool = pool(2000);
    const of = { channel: 7 };
    mempool.insert(tx(0, 1000, { ...of, kind: TX.commitment }));
    mempool.insert(tx(1, 100, { ...of, kind: TX.anchor }));
    mempool.insert(tx(2, 200));
    // With its parent the child would be worth 550; alone it is worth 100.
    expect(ids(mempool.takeBlock().confirmed)).toEqual([0, 2]);
  });
});
