/**
 * The chain under real nodes: blocks with real transactions and made-up proof of work, at block granularity. It looks at
 * everything of a transaction but scripts and signatures: inputs exist and are unspent, time locks (BIP 65, 68) have
 * passed, nothing is made of nothing. Whoever is first has an output, unless another transaction pays a higher feerate.
 *
 * Wallets are sums, as in the simulator: what pays to a script of a node's keys is in its wallet once confirmed, and what a
 * wallet spends is taken out when the transaction is made. Every sat is accounted for: minted = wallets + outputs + fees.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { Backlog, type Band } from '../../simulate/backlog.ts';
import { BLOCK_WEIGHT, MEMPOOL_WEIGHT } from '../../simulate/mempool.ts';
import { TX, type TxKind } from '../../simulate/records.ts';
import type { ChainPlan } from '../../timeline/network.ts';
import { fillBlock } from './block-space.ts';
import { type RevokedCoin, takenOutput, WHO } from './revoked-outputs.ts';
import {
  blockHeader,
  concat,
  doubleSha,
  outpointOf,
  readTransaction,
  type Transaction,
  type TxInput,
} from './transaction.ts';

/** An output that is not spent by a confirmed transaction. */
interface Coin {
  readonly valueSat: number;
  /** Height of its block; −1 while its transaction waits. */
  height: number;
  /** Channel instance that it comes from, −1 for none. */
  readonly channel: number;
  readonly kind: 'wallet' | 'funding' | 'commitment' | 'second';
  /** It comes of a revoked commitment. */
  readonly revoked: boolean;
  /** Node that put it in, for kind wallet. */
  readonly node: number;
}

export interface WaitingTx {
  readonly tx: Transaction;
  readonly kind: TxKind;
  readonly channel: number;
  readonly feeSat: number;
  readonly valueSat: number;
  readonly outputs: readonly string[];
  /** What each input spends of a revoked commitment and what comes of it, null for other coins; empty where there is none. */
  readonly revoked: readonly (RevokedCoin | null)[];
}

/** What blocks were undone. */
export interface Undone {
  readonly blocks: number;
  /** In the order in which they were confirmed. */
  readonly transactions: readonly WaitingTx[];
  /** Transactions that cannot wait: what they spend is not there any more, or not yet spendable. */
  readonly gone: readonly WaitingTx[];
  /** The tip that is left. */
  readonly header: Uint8Array;
  readonly height: number;
}

/** How to undo a block. */
interface UndoneBlock {
  /** Tip before it. */
  readonly header: Uint8Array;
  /** Transactions of strangers in it. */
  readonly strangers: readonly Band[];
  /** Its transactions with the coins that they spent and made, by their inputs and outputs. */
  readonly confirmed: readonly (readonly [tx: WaitingTx, spent: readonly Coin[], made: readonly Coin[]])[];
}

export interface Block {
  readonly header: Uint8Array;
  readonly height: number;
  readonly confirmed: readonly WaitingTx[];
}

/** BOLT 3: value of an anchor, sat; upper eight bits of a commitment's locktime. */
const ANCHOR_SAT = 330;
const COMMITMENT_LOCKTIME = 0x20;
/** BIP 68. */
const SEQUENCE_OFF = 0x80000000;
const SEQUENCE_BLOCKS = 0xffff;
const PREIMAGE_BYTES = 32;
/** BIP 65: locktimes from here on are times. */
const LOCKTIME_TIMES = 500_000_000;

export interface RealChainEvents {
  broadcast(tx: WaitingTx): void;
  replaced(tx: WaitingTx): void;
}

export class RealChain {
  height: number;
  feeratePerKw: number;
  tip: Uint8Array = sha256(utf8ToBytes('blast/ldk/first-block/v1'));
  readonly walletSat: number[] = [];
  mintedSat = 0;
  feesSat = 0;
  readonly waiting: WaitingTx[] = [];
  readonly coins: Map<string, Coin> = new Map();
  readonly #events: RealChainEvents;
  readonly #owners: Map<string, number> = new Map();
  readonly #fundings: Map<string, number> = new Map();
  /** Txids of revoked commitments that somebody has broadcast. */
  readonly revoked: Set<string> = new Set();
  readonly #seen: Set<string> = new Set();
  /** The latest blocks, the last one last; as many as may be undone. */
  #blocks: UndoneBlock[] = [];
  readonly #undoDepth: number;
  readonly #blockWeight: number;
  /** What strangers have in the mempool. */
  readonly backlog: Backlog;
  #header: Uint8Array = new Uint8Array(0);
  #made = 0;
  /** Blocks that were ever undone. */
  blocksUndone = 0;
  /** As in the simulator: coins that a node has spent and that a reorganisation took from it, which the next ones make up for. */
  readonly owedSat: number[] = [];
  /** Transactions without coins of wallets that had to leave the mempool, hex; whoever made them offers them anew when they can. */
  readonly held: string[] = [];

  /** Begins at `height`; `undoDepth` blocks may be undone at most. */
  constructor(height: number, plan: ChainPlan, undoDepth: number, events: RealChainEvents) {
    this.height = height;
    this.feeratePerKw = plan.feeratePerKw;
    this.#blockWeight = plan.blockWeight ?? BLOCK_WEIGHT;
    this.backlog = new Backlog(plan.mempoolWeight ?? MEMPOOL_WEIGHT);
    this.#undoDepth = undoDepth;
    this.#events = events;
  }

  /** Notes that what pays to this script (hex) is a node's. */
  own(script: string, node: number): void {
    this.#owners.set(script, node);
  }

  /** Channel instance that a transaction funds, −1 for none. */
  fundedBy(txid: string): number {
    return this.#fundings.get(txid) ?? -1;
  }

  /** Notes that a transaction (txid in the order of the wire, hex) funds a channel. */
  funds(txid: string, channel: number): void {
    this.#fundings.set(txid, channel);
  }

  /** As Chain.estimatePerKw of the simulator. */
  estimatePerKw(target: number): number {
    const { backlog } = this;
    if (!backlog.present) return this.feeratePerKw;
    return Math.max(this.feeratePerKw, backlog.minimumPerKw, backlog.feerateAt(target, this.#blockWeight));
  }

  /** Fee of a transaction that is to be confirmed within so many blocks, sat. */
  feeFor(weight: number, target: number): number {
    return Math.ceil((weight * this.estimatePerKw(target)) / 1000);
  }

  /** Notes that nobody will ever spend an output: it is worth less than the fee. */
  leave(outpoint: string): void {
    const coin = this.coins.get(outpoint);
    if (coin !== undefined) this.coins.set(outpoint, { ...coin, channel: -1 });
  }

  mint(node: number, sat: number): void {
    this.walletSat[node] = (this.walletSat[node] ?? 0) + sat;
    this.mintedSat += sat;
  }

  /** Takes coins out of a wallet as one output that a transaction can spend; its outpoint. */
  coin(node: number, sat: number): string {
    this.walletSat[node]! -= sat;
    const outpoint = outpointOf(bytesToHex(sha256(utf8ToBytes(`blast/ldk/coin/v1:${this.#made++}`))), 0);
    this.coins.set(outpoint, { valueSat: sat, height: this.height, channel: -1, kind: 'wallet', revoked: false, node });
    return outpoint;
  }

  /** Puts a coin back that no transaction will spend. */
  giveBack(outpoint: string): void {
    const coin = this.coins.get(outpoint);
    if (coin?.kind !== 'wallet') return;
    this.coins.delete(outpoint);
    this.walletSat[coin.node]! += coin.valueSat;
  }

  /**
   * Takes a transaction into the mempool; does nothing where it is known, spends what is not there, or pays too little: then
   * the coins of a wallet that were put into it are free again.
   */
  submit(bytes: Uint8Array): void {
    const tx = readTransaction(bytes);
    if (this.#accept(tx)) return;
    const free = tx.inputs.filter(({ outpoint }) => !this.waiting.some((one) => spends(one.tx, outpoint)));
    for (const { outpoint } of free) this.giveBack(outpoint);
  }

  #accept(tx: Transaction): boolean {
    if (this.#seen.has(tx.txid) || this.waiting.some((one) => one.tx.txid === tx.txid)) return true;
    const spent = tx.inputs.map(({ outpoint }) => this.coins.get(outpoint));
    const inSat = spent.reduce((sum, coin) => sum + (coin?.valueSat ?? Number.NaN), 0);
    const outSat = tx.outputs.reduce((sum, output) => sum + output.valueSat, 0);
    const feeSat = inSat - outSat;
    // Also where an input is not known.
    if (!(feeSat >= 0)) return false;
    const rivals = this.waiting.filter((one) => one.tx.inputs.some((input) => spends(tx, input.outpoint)));
    const better = rivals.every((one) => feeSat * one.tx.weight > one.feeSat * tx.weight && feeSat > one.feeSat);
    if (!better) return false;
    for (const rival of rivals) this.#drop(rival, tx);
    const channel = this.#fundings.get(tx.txid) ?? spent.find((coin) => coin!.channel >= 0)?.channel ?? -1;
    const kind = this.#kindOf(tx, spent as readonly Coin[]);
    const isRevoked = this.revoked.has(tx.txid) || spent.some((coin) => coin!.revoked);
    const outputs = tx.outputs.map((output, index) => {
      const outpoint = outpointOf(tx.txid, index);
      const of = kind === TX.funding ? 'funding' : spent[0]!.kind === 'funding' ? 'commitment' : 'second';
      const owned = this.#owners.has(output.script);
      const coin: Coin = {
        valueSat: output.valueSat,
        height: -1,
        channel: owned ? -1 : channel,
        kind: of,
        revoked: isRevoked,
        node: -1,
      };
      this.coins.set(outpoint, coin);
      return outpoint;
    });
    // As in the simulator: what a channel gets, and what comes from one.
    const fromChannels = spent.reduce((sum, coin) => (coin!.kind === 'wallet' ? sum : sum + coin!.valueSat), 0);
    const valueSat = kind === TX.funding || kind === TX.send ? outSat : fromChannels;
    const revoked = spent.map((coin) =>
      coin!.revoked ? { valueSat: coin!.valueSat, second: coin!.kind === 'second' } : null,
    );
    const revokes = revoked.some((coin) => coin !== null);
    const waits: WaitingTx = { tx, kind, channel, feeSat, valueSat, outputs, revoked: revokes ? revoked : [] };
    this.waiting.push(waits);
    this.#events.broadcast(waits);
    return true;
  }

  /** Removes a transaction that another one has taken the place of, and what spends its outputs. */
  #drop(gone: WaitingTx, by: Transaction | null): void {
    const at = this.waiting.indexOf(gone);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    for (const outpoint of gone.outputs) {
      for (const child of this.waiting.filter((one) => spends(one.tx, outpoint))) this.#drop(child, null);
      this.coins.delete(outpoint);
    }
    for (const { outpoint } of gone.tx.inputs) {
      if (by === null || !spends(by, outpoint)) this.giveBack(outpoint);
    }
    this.#events.replaced(gone);
  }

  #kindOf(tx: Transaction, spent: readonly Coin[]): TxKind {
    if (this.#fundings.has(tx.txid)) return TX.funding;
    const from = spent.find((coin) => coin.channel >= 0);
    if (from === undefined) return TX.send;
    if (from.kind === 'funding') {
      return tx.locktime >>> 24 === COMMITMENT_LOCKTIME ? TX.commitment : TX.coopClose;
    }
    if (from.revoked && takenOutput(tx.inputs[spent.indexOf(from)]!)?.who === WHO.victim) return TX.penalty;
    if (from.kind === 'second') return TX.htlcSweep;
    const input = tx.inputs[spent.indexOf(from)]!;
    if (from.valueSat === ANCHOR_SAT) return TX.anchor;
    if (input.witness.some((item) => item.length === PREIMAGE_BYTES)) return TX.htlcSuccess;
    if (isDirectSweep(input)) return input.sequence === 1 ? TX.sweepRemote : TX.sweepLocal;
    return TX.htlcTimeout;
  }

  /** What was confirmed until now stays: the run begins. */
  settle(): void {
    this.#blocks = [];
  }

  /** Makes the next block of all transactions that may be in it, or of none. `time` in seconds. */
  mine(time: number, empty = false): Block {
    this.height++;
    const confirmed: WaitingTx[] = [];
    const undo: UndoneBlock['confirmed'][number][] = [];
    const strangers: Band[] = [];
    for (const one of empty ? [] : this.#candidates(strangers)) {
      // A rival may have been confirmed in this very block.
      if (!this.waiting.includes(one) || !this.#isFinal(one.tx)) continue;
      this.waiting.splice(this.waiting.indexOf(one), 1);
      this.#seen.add(one.tx.txid);
      const made = one.outputs.map((outpoint) => this.coins.get(outpoint)!);
      undo.push([one, one.tx.inputs.map(({ outpoint }) => this.coins.get(outpoint)!), made]);
      for (const { outpoint } of one.tx.inputs) this.coins.delete(outpoint);
      one.tx.outputs.forEach(({ script, valueSat }, index) => {
        const outpoint = one.outputs[index]!;
        const owner = this.#owners.get(script);
        if (owner === undefined) this.coins.get(outpoint)!.height = this.height;
        else {
          this.coins.delete(outpoint);
          this.#credit(owner, valueSat);
        }
      });
      this.feesSat += one.feeSat;
      confirmed.push(one);
    }
    const merkle =
      confirmed.length === 0 ? new Uint8Array(32) : sha256(concat(...confirmed.map(({ tx }) => utf8ToBytes(tx.txid))));
    const header = blockHeader(this.tip, merkle, time, this.height);
    this.tip = doubleSha(header);
    if (this.backlog.present) this.backlog.afterBlock();
    this.#blocks.push({ header: this.#header, strangers, confirmed: undo });
    if (this.#blocks.length > this.#undoDepth) this.#blocks.shift();
    this.#header = header;
    this.#offerAnew();
    return { header, height: this.height, confirmed };
  }

  /** What may be in the next block, as far as there is room; `strangers` gets what of the backlog is in it. */
  #candidates(strangers: Band[]): readonly WaitingTx[] {
    const { backlog, waiting } = this;
    const weight = waiting.reduce((sum, { tx }) => sum + tx.weight, 0);
    if (!backlog.present && weight <= this.#blockWeight) return [...waiting];
    backlog.taken = strangers;
    const chosen = fillBlock(waiting, backlog, this.#blockWeight, ({ tx }) => this.#isFinal(tx, true));
    backlog.taken = null;
    return waiting.filter((one) => chosen.has(one));
  }

  /** Undoes blocks, as many as asked for or as there are; their transactions wait again, before all others. */
  undo(depth: number): Undone {
    const blocks = this.#blocks.splice(Math.max(0, this.#blocks.length - depth));
    const transactions = blocks.flatMap(({ confirmed }) => confirmed.map(([tx]) => tx));
    for (const block of [...blocks].reverse()) this.#undoBlock(block);
    this.waiting.unshift(...transactions);
    const gone: WaitingTx[] = [];
    // A transaction stands behind what it spends: where that leaves it goes with it.
    for (const one of [...this.waiting]) {
      if (!this.waiting.includes(one) || this.#mayWait(one.tx)) continue;
      const left = [one, ...this.waiting.filter(({ tx }) => one.outputs.some((outpoint) => spends(tx, outpoint)))];
      for (const each of left) this.#hold(each);
      gone.push(...left);
    }
    this.blocksUndone += blocks.length;
    return { blocks: blocks.length, transactions, gone, header: this.#header, height: this.height };
  }

  #undoBlock({ header, strangers, confirmed }: UndoneBlock): void {
    this.height--;
    this.backlog.putBack(strangers);
    this.#header = header;
    this.tip = doubleSha(header);
    for (const [one, spent, made] of [...confirmed].reverse()) {
      this.feesSat -= one.feeSat;
      this.#seen.delete(one.tx.txid);
      one.tx.outputs.forEach(({ script, valueSat }, index) => {
        const owner = this.#owners.get(script);
        const coin = made[index]!;
        coin.height = -1;
        if (owner !== undefined) this.#takeBack(owner, valueSat);
        const now = this.coins.get(one.outputs[index]!);
        this.coins.set(one.outputs[index]!, now === undefined ? coin : { ...now, height: -1 });
      });
      one.tx.inputs.forEach(({ outpoint }, index) => void this.coins.set(outpoint, spent[index]!));
    }
  }

  /** Whether a mempool keeps a transaction after a reorganisation (bitcoin:src/validation.cpp:MaybeUpdateMempoolForReorg). */
  #mayWait(tx: Transaction): boolean {
    if (tx.locktime < LOCKTIME_TIMES && tx.locktime > this.height) return false;
    return tx.inputs.every(({ outpoint, sequence }) => {
      const coin = this.coins.get(outpoint);
      if (coin === undefined) return false;
      const delay = sequence >= SEQUENCE_OFF ? 0 : sequence & SEQUENCE_BLOCKS;
      return delay === 0 || (coin.height >= 0 && coin.height + delay <= this.height + 1);
    });
  }

  #hold(gone: WaitingTx): void {
    const at = this.waiting.indexOf(gone);
    this.waiting.splice(at, 1);
    for (const outpoint of gone.outputs) this.coins.delete(outpoint);
    const coins = gone.tx.inputs.filter(({ outpoint }) => this.coins.get(outpoint)?.kind === 'wallet');
    if (coins.length === 0) this.held.push(bytesToHex(gone.tx.bytes));
    for (const { outpoint } of coins) this.giveBack(outpoint);
  }

  /** Offers again what was held and can be spent now. */
  #offerAnew(): void {
    for (const hex of this.held.splice(0)) {
      const bytes = hexToBytes(hex);
      if (this.#mayWait(readTransaction(bytes))) this.submit(bytes);
      else this.held.push(hex);
    }
  }

  #credit(node: number, sat: number): void {
    const owed = Math.min(this.owedSat[node] ?? 0, sat);
    if (owed > 0) this.owedSat[node]! -= owed;
    this.walletSat[node] = (this.walletSat[node] ?? 0) + sat - owed;
  }

  #takeBack(node: number, sat: number): void {
    const left = Math.min(this.walletSat[node] ?? 0, sat);
    this.walletSat[node]! -= left;
    if (sat > left) this.owedSat[node] = (this.owedSat[node] ?? 0) + sat - left;
  }

  /** With `together` what it spends may be confirmed in the same block. */
  #isFinal(tx: Transaction, together = false): boolean {
    // Locktimes of commitments are numbers of theirs, and times of long ago.
    if (tx.locktime < LOCKTIME_TIMES && tx.locktime >= this.height) return false;
    return tx.inputs.every(({ outpoint, sequence }) => {
      const coin = this.coins.get(outpoint);
      if (coin === undefined || (coin.height < 0 && !together)) return false;
      const height = coin.height < 0 ? this.height : coin.height;
      return sequence >= SEQUENCE_OFF || height + (sequence & SEQUENCE_BLOCKS) <= this.height;
    });
  }

  /** Whether something of a closed channel is left to be claimed; anchors are left behind. */
  hasOutputsOf(channel: number): boolean {
    for (const coin of this.coins.values()) {
      if (coin.channel === channel && coin.kind !== 'funding' && coin.valueSat !== ANCHOR_SAT) return true;
    }
    return false;
  }

  /** What is wrong with the account, or null. */
  check(): string | null {
    let sat = this.feesSat;
    for (const coin of this.coins.values()) if (coin.height >= 0) sat += coin.valueSat;
    for (const wallet of this.walletSat) sat += wallet;
    for (const owed of this.owedSat) sat -= owed ?? 0;
    return sat === this.mintedSat ? null : `${this.mintedSat} sat came into the world, and there are ${sat}`;
  }
}

function spends(tx: Transaction, outpoint: string): boolean {
  return tx.inputs.some((input) => input.outpoint === outpoint);
}

/** BOLT 3: a to_local witness is <sig> <> <script>, a to_remote one <sig> <script>; those of HTLCs have two signatures or a key. */
function isDirectSweep({ witness, sequence }: TxInput): boolean {
  return witness.length === 2 || (witness.length === 3 && witness[1]!.length <= 1 && sequence > 1 && sequence < 0xffff);
}
