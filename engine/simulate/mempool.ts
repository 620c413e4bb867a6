/**
 * Transactions of the scenario that wait for a block, in the order in which they were broadcast: put in, taken out when
 * something else spends what they spend, taken into a block, put back when a block is undone. What a confirmation means
 * is not known here, and no coins move.
 */
import type { TxKind } from './records.ts';

export interface Tx {
  readonly id: number;
  readonly kind: TxKind;
  readonly channel: number;
  /** Node that broadcast it; its wallet gets what the transaction pays out, if anything. */
  readonly node: number;
  /** Index into Chain.outputs of the output it spends; −1 for funding, closing and commitment transactions. */
  readonly output: number;
  readonly feeSat: number;
  readonly valueSat: number;
  /** In weight units; follows from the rest (tx-weight.ts) and is no part of a captured state. */
  readonly weight: number;
}

export class Mempool {
  /** In the order of broadcast. Others only read it. */
  readonly waiting: Tx[] = [];

  insert(tx: Tx): void {
    this.waiting.push(tx);
  }

  /** Takes a transaction out that will not confirm; the caller sees to the output it spends. Undefined when it is not there. */
  remove(id: number): Tx | undefined {
    const at = this.waiting.findIndex((tx) => tx.id === id);
    return at < 0 ? undefined : this.waiting.splice(at, 1)[0];
  }

  /** Takes out what the next block confirms, in order of broadcast: a transaction never stands before one it spends. */
  takeBlock(): readonly Tx[] {
    return this.waiting.splice(0);
  }

  /** Puts back the transactions of a block that was undone, in the order in which that block had them: before all others. */
  putBack(txs: readonly Tx[]): void {
    this.waiting.unshift(...txs);
  }
}
