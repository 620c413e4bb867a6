/**
 * The chain at block granularity: height, mempool, wallets, fees, and the outputs of closed channels that wait to be
 * claimed. What a confirmation means is decided by whoever broadcast the transaction (see ChainEvents).
 *
 * Every sat that exists is accounted for: minted = wallets + funding outputs + unspent outputs + fees + abandoned − owed.
 */

import type { ChainPlan } from '../timeline/network.ts';
import { type Bid, BLOCK_WEIGHT, MEMPOOL_WEIGHT, Mempool, type Tx } from './mempool.ts';
import { RECORD, type RecordSink, type TxKind } from './records.ts';
import { UndoLog } from './undo-log.ts';

export type { Tx } from './mempool.ts';
export { WEIGHT } from './tx-weight.ts';

/** An output of a commitment or second-level transaction. */
export interface ChainOutput {
  readonly channel: number;
  readonly kind: 'local' | 'remote' | 'htlc' | 'delayed' | 'revoked';
  /** Node that may spend it by time: the balance's owner, for an HTLC its offerer. */
  readonly owner: number;
  readonly valueSat: number;
  /** First height at which a spend by `owner` can be in a block. */
  readonly matureAt: number;
  /** HTLC slot for kind htlc; for kind revoked the place among the HTLCs of the revoked commitment; else −1. */
  readonly htlc: number;
  /** Transaction in the mempool that spends it, −1 when none. */
  spender: number;
  spent: boolean;
}

/** 1 sat/vB, rounded so that no rounding goes below it (lnd:lnwallet/chainfee/rates.go:FeePerKwFloor). */
const RELAY_PER_KW = 253;

export class Chain {
  height: number;
  /** Going feerate, sat per 1000 weight units. */
  feeratePerKw: number;
  readonly mempool: Mempool;
  readonly outputs: ChainOutput[] = [];
  readonly walletSat: Float64Array;
  /**
   * Coins that a node has spent and that a reorganisation took from it: what it gets next makes up for them. A wallet is a
   * sum, so it is not known which transactions would have to go with those coins.
   */
  readonly owedSat: Float64Array;
  /** How to undo the last blocks. */
  readonly undo: UndoLog;
  /** Blocks that were ever undone. */
  blocksUndone = 0;
  mintedSat = 0;
  feesSat = 0;
  /** Value of outputs that nobody will ever claim (anchors, uneconomical ones). */
  abandonedSat = 0;
  transactions = 0;
  readonly #sink: RecordSink;

  /** @param reorgDepth blocks that a reorganisation may undo */
  constructor(nodeCount: number, plan: ChainPlan, sink: RecordSink, reorgDepth: number) {
    this.height = plan.height;
    this.feeratePerKw = plan.feeratePerKw;
    this.mempool = new Mempool(plan.blockWeight ?? BLOCK_WEIGHT, plan.mempoolWeight ?? MEMPOOL_WEIGHT);
    this.walletSat = new Float64Array(nodeCount);
    this.owedSat = new Float64Array(nodeCount);
    this.undo = new UndoLog(reorgDepth);
    this.#sink = sink;
  }

  /**
   * Feerate that a node estimates for a confirmation within `target` blocks, sat per 1000 weight units: what stands before
   * the rest of the backlog of strangers as it is now, at least the going rate and what the mempool takes at all. Without
   * a backlog the going rate for every target.
   */
  estimatePerKw(target: number): number {
    const { backlog, blockWeight } = this.mempool;
    if (!backlog.present) return this.feeratePerKw;
    return Math.max(this.feeratePerKw, backlog.minimumPerKw, backlog.feerateAt(target, blockWeight));
  }

  /** Least feerate that the mempool takes, sat per 1000 weight units. */
  get relayPerKw(): number {
    return Math.max(RELAY_PER_KW, this.mempool.backlog.minimumPerKw);
  }

  /** Fee of a transaction of this weight at the going rate, rounded up, sat. */
  feeFor(weight: number): number {
    return feeAt(weight, this.feeratePerKw);
  }

  broadcast(
    nowUs: number,
    kind: TxKind,
    channel: number,
    node: number,
    output: number,
    feeSat: number,
    valueSat: number,
    weight: number,
    bid?: Bid,
  ): Tx {
    const id = this.transactions++;
    const tx: Tx = { id, kind, channel, node, output, feeSat, valueSat, weight, ...(bid === undefined ? {} : { bid }) };
    this.mempool.insert(tx);
    if (output >= 0) this.outputs[output]!.spender = tx.id;
    this.#sink.record(RECORD.txBroadcast, nowUs, kind, channel, feeSat, valueSat);
    return tx;
  }

  addOutput(output: Omit<ChainOutput, 'spender' | 'spent'>): number {
    this.outputs.push({ ...output, spender: -1, spent: false });
    return this.outputs.length - 1;
  }

  /** Puts coins into a node's wallet. */
  credit(node: number, sat: number): void {
    const owed = Math.min(this.owedSat[node]!, sat);
    this.owedSat[node]! -= owed;
    this.walletSat[node]! += sat - owed;
  }

  /** Takes coins back that a node had got, and may have spent. */
  takeBack(node: number, sat: number): void {
    const left = Math.min(this.walletSat[node]!, sat);
    this.walletSat[node]! -= left;
    this.owedSat[node]! += sat - left;
  }

  /** Height up to which nothing can be undone. */
  get finalHeight(): number {
    return this.height - this.undo.depth;
  }

  /** Mines a block; answers the transactions that it confirms, in order of broadcast. With `empty` it confirms none. */
  nextBlock(nowUs: number, empty = false): readonly Tx[] {
    const outputs = this.outputs.length;
    const { confirmed, strangers } = empty ? this.mempool.skipBlock() : this.mempool.takeBlock(this.undo.depth > 0);
    this.undo.begin(outputs, strangers);
    this.height++;
    this.#sink.record(RECORD.block, nowUs, 1, confirmed.length, this.height, 0);
    for (const tx of confirmed) {
      this.#sink.record(RECORD.txConfirmed, nowUs, tx.kind, tx.channel, this.height, tx.valueSat);
    }
    return confirmed;
  }
}

/** Fee of a weight at a feerate, rounded up, sat. */
export function feeAt(weight: number, perKw: number): number {
  return Math.ceil((weight * perKw) / 1000);
}
