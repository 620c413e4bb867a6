/**
 * The chain at block granularity: height, mempool, wallets, fees, and the outputs of closed channels that wait to be
 * claimed. What a confirmation means is decided by whoever broadcast the transaction (see ChainEvents).
 *
 * Every sat that exists is accounted for: minted = wallets + funding outputs + unspent outputs + fees + abandoned.
 */
import { Mempool, type Tx } from './mempool.ts';
import { RECORD, type RecordSink, type TxKind } from './records.ts';

export type { Tx } from './mempool.ts';
export { WEIGHT } from './tx-weight.ts';

/** An output of a commitment or second-level transaction. */
export interface ChainOutput {
  readonly channel: number;
  readonly kind: 'local' | 'remote' | 'htlc' | 'delayed';
  /** Node that may spend it by time: the balance's owner, for an HTLC its offerer. */
  readonly owner: number;
  readonly valueSat: number;
  /** First height at which a spend by `owner` can be in a block. */
  readonly matureAt: number;
  /** HTLC slot for kind htlc, else −1. */
  readonly htlc: number;
  /** Transaction in the mempool that spends it, −1 when none. */
  spender: number;
  spent: boolean;
}

export class Chain {
  height: number;
  /** Going feerate, sat per 1000 weight units. */
  feeratePerKw: number;
  readonly mempool: Mempool = new Mempool();
  readonly outputs: ChainOutput[] = [];
  readonly walletSat: Float64Array;
  mintedSat = 0;
  feesSat = 0;
  /** Value of outputs that nobody will ever claim (anchors, uneconomical ones). */
  abandonedSat = 0;
  transactions = 0;
  readonly #sink: RecordSink;

  constructor(nodeCount: number, height: number, feeratePerKw: number, sink: RecordSink) {
    this.height = height;
    this.feeratePerKw = feeratePerKw;
    this.walletSat = new Float64Array(nodeCount);
    this.#sink = sink;
  }

  /**
   * Feerate that a node estimates for a confirmation within `target` blocks, sat per 1000 weight units. Without
   * congestion the going rate for every target.
   */
  estimatePerKw(_target: number): number {
    return this.feeratePerKw;
  }

  /** Fee of a transaction of this weight at the going rate, rounded up, sat. */
  feeFor(weight: number): number {
    return Math.ceil((weight * this.feeratePerKw) / 1000);
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
  ): Tx {
    const tx: Tx = { id: this.transactions++, kind, channel, node, output, feeSat, valueSat, weight };
    this.mempool.insert(tx);
    if (output >= 0) this.outputs[output]!.spender = tx.id;
    this.#sink.record(RECORD.txBroadcast, nowUs, kind, channel, feeSat, valueSat);
    return tx;
  }

  addOutput(output: Omit<ChainOutput, 'spender' | 'spent'>): number {
    this.outputs.push({ ...output, spender: -1, spent: false });
    return this.outputs.length - 1;
  }

  /** Mines a block; answers the transactions that it confirms, in order of broadcast. */
  nextBlock(nowUs: number): readonly Tx[] {
    const confirmed = this.mempool.takeBlock();
    this.height++;
    this.#sink.record(RECORD.block, nowUs, 1, confirmed.length, this.height, 0);
    for (const tx of confirmed) {
      this.#sink.record(RECORD.txConfirmed, nowUs, tx.kind, tx.channel, this.height, tx.valueSat);
    }
    return confirmed;
  }
}
