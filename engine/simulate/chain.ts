/**
 * The chain at block granularity: height, mempool, wallets, fees, and the outputs of closed channels that wait to be
 * claimed. What a confirmation means is decided by whoever broadcast the transaction (see ChainEvents).
 *
 * Every sat that exists is accounted for: minted = wallets + funding outputs + unspent outputs + fees + abandoned.
 */
import { RECORD, type RecordSink, type TxKind } from './records.ts';

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
}

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

/**
 * Weights in units of BOLT 3, with P2WPKH wallets: 42 for version, marker, counts and locktime; an input 164 plus its
 * witness; an output 124 (P2WPKH) or 172 (P2WSH).
 */
export const WEIGHT = {
  /** One P2WPKH input (272), funding output (172), change (124). */
  funding: 610,
  /** Funding input (164) with its 2-of-2 witness (222), two P2WPKH outputs. */
  coopClose: 676,
  /** to_local after its delay: witness of about 156. */
  sweepLocal: 486,
  /** to_remote with anchors (CSV 1): witness of about 112. */
  sweepRemote: 442,
  /** Second-level transactions with anchors (666 and 706), and a wallet input and change that pay their fee. */
  htlcTimeout: 1062,
  htlcSuccess: 1102,
  /** One P2WPKH input, two outputs. */
  send: 562,
  /** Direct spends from the other side's commitment (BOLT 5: inputs of 407 and 413). */
  htlcClaimTimeout: 573,
  htlcClaimSuccess: 579,
} as const;

export class Chain {
  height: number;
  /** Going feerate, sat per 1000 weight units. */
  feeratePerKw: number;
  readonly mempool: Tx[] = [];
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
  ): Tx {
    const tx: Tx = { id: this.transactions++, kind, channel, node, output, feeSat, valueSat };
    this.mempool.push(tx);
    if (output >= 0) this.outputs[output]!.spender = tx.id;
    this.#sink.record(RECORD.txBroadcast, nowUs, kind, channel, feeSat, valueSat);
    return tx;
  }

  addOutput(output: Omit<ChainOutput, 'spender' | 'spent'>): number {
    this.outputs.push({ ...output, spender: -1, spent: false });
    return this.outputs.length - 1;
  }

  /** Takes what is in the mempool into the next block; answers the transactions in order of broadcast. */
  nextBlock(nowUs: number): readonly Tx[] {
    const confirmed = this.mempool.splice(0);
    this.height++;
    this.#sink.record(RECORD.block, nowUs, 1, confirmed.length, this.height, 0);
    for (const tx of confirmed) {
      this.#sink.record(RECORD.txConfirmed, nowUs, tx.kind, tx.channel, this.height, tx.valueSat);
    }
    return confirmed;
  }
}
