/**
 * What nodes bid for block space: the feerate of claims and sweeps, children of commitments that pay too little (CPFP by
 * their anchor), and replacements (BIP 125) block by block while the mempool is congested. How much is the business of the
 * node's model; what a mempool takes, and whether the money is there, is decided here.
 *
 * Without congestion every transaction pays the going feerate and nothing here is asked.
 */
import { INCREMENTAL_PER_KW } from './backlog.ts';
import { type ChainOutput, feeAt, WEIGHT } from './chain.ts';
import { ANCHOR_SAT } from './channels.ts';
import type { Bid, Tx } from './mempool.ts';
import { blankClaim, type ClaimView, DEFAULT_TARGETS, MAX_HOPS } from './node-model.ts';
import { RECORD, TX } from './records.ts';
import type { World } from './world.ts';

/** Least output that a claim must leave, sat (P2WPKH dust, BOLT 3). */
const DUST_SAT = 294;

/** What is known of a commitment in the mempool. */
interface BroadcastCommitment {
  readonly side: number;
  readonly localSat: number;
  readonly anchors: number;
  readonly outputs: readonly number[];
  readonly revoked?: readonly { readonly expiry: number }[];
}

export class FeeBumping {
  readonly #w: World;
  readonly #commitments: ReadonlyMap<number, BroadcastCommitment>;
  readonly #claim: ClaimView = blankClaim();

  constructor(world: World, commitments: ReadonlyMap<number, BroadcastCommitment>) {
    this.#w = world;
    this.#commitments = commitments;
  }

  /** True when nodes have to bid. */
  get congested(): boolean {
    return this.#w.chain.mempool.congested;
  }

  /** Asks again about everything that the last block left behind. */
  onBlock(): void {
    const { mempool } = this.#w.chain;
    if (mempool.waiting.length === 0 || !mempool.congested) return;
    for (const tx of [...mempool.waiting]) {
      if (tx.kind === TX.commitment) this.commitment(tx.channel);
      else if (tx.output >= 0) this.#bumpClaim(tx);
    }
  }

  /**
   * Feerate for a new spend of an output by `node`, sat per 1000 weight units: its bid, or the going rate without
   * congestion. 0 when the node puts it off.
   */
  firstFeerate(
    output: ChainOutput,
    node: number,
    kind: ClaimView['kind'],
    weight: number,
    fromWallet: boolean,
  ): number {
    if (!this.congested) return this.#w.chain.feeratePerKw;
    this.#viewOutput(output, node, kind, weight, fromWallet, undefined);
    return this.#ask();
  }

  /** Broadcasts a spend of output `index`. The caller has made sure that it can be paid. */
  spend(index: number, node: number, kind: Tx['kind'], weight: number, perKw: number, fromWallet: boolean): void {
    const w = this.#w;
    const { chain } = w;
    const output = chain.outputs[index]!;
    const fee = feeAt(weight, perKw);
    if (fromWallet) {
      chain.walletSat[node]! -= fee;
      chain.feesSat += fee;
    }
    const bid = this.congested ? { sinceHeight: chain.height, startPerKw: perKw, bumpedAt: chain.height } : undefined;
    chain.broadcast(w.nowUs, kind, output.channel, node, index, fee, output.valueSat, weight, bid);
  }

  /** Whether a mempool takes a transaction of this fee and weight in the place of `tx` (BIP 125, rules 3, 4 and 6). */
  replaces(tx: Tx, feeSat: number, weight: number): boolean {
    return feeSat >= tx.feeSat + feeAt(weight, INCREMENTAL_PER_KW) && feeSat * tx.weight > tx.feeSat * weight;
  }

  /** Takes a transaction out of the mempool for another; a fee from the wallet comes back. */
  withdraw(tx: Tx, fromWallet: boolean): void {
    const w = this.#w;
    w.chain.mempool.remove(tx.id);
    if (fromWallet) {
      w.chain.credit(tx.node, tx.feeSat);
      w.chain.feesSat -= tx.feeSat;
    }
    w.record(RECORD.txReplaced, tx.kind, tx.channel, tx.feeSat, tx.valueSat);
  }

  /** The broadcaster bids for its commitment: by a child that spends its anchor, and replacements of that. */
  commitment(channel: number): void {
    const w = this.#w;
    const { mempool } = w.chain;
    const plan = this.#commitments.get(channel);
    const tx = mempool.find(TX.commitment, channel);
    if (plan === undefined || tx === undefined || w.running[tx.node] === 0) return;
    // Its own anchor is there when the node has an output (BOLT 3), and paid for as far as the opener's balance reached.
    if (plan.anchors === 0 || (plan.localSat === 0 && plan.outputs.length === 0)) return;
    const child = mempool.find(TX.anchor, channel);
    const weight = tx.weight + WEIGHT.anchor;
    const present = child === undefined ? perKwOf(tx.feeSat, tx.weight) : perKwOf(tx.feeSat + child.feeSat, weight);
    this.#viewCommitment(tx, plan, weight, present);
    const wanted = this.#ask();
    this.#note(tx, Math.max(present, wanted), wanted > present);
    if (wanted <= present) return;
    const fee = feeAt(weight, wanted) - tx.feeSat;
    const paid = child?.feeSat ?? 0;
    if (fee < feeAt(WEIGHT.anchor, w.chain.relayPerKw) || w.chain.walletSat[tx.node]! < fee - paid) return;
    if (child !== undefined) {
      if (!this.replaces(child, fee, child.weight)) return;
      this.withdraw(child, true);
    }
    w.chain.walletSat[tx.node]! -= fee;
    w.chain.feesSat += fee;
    w.chain.broadcast(w.nowUs, TX.anchor, channel, tx.node, -1, fee, ANCHOR_SAT, WEIGHT.anchor);
  }

  /** The anchor is no longer abandoned: it paid for a part of the child. */
  onAnchorSpent(tx: Tx): void {
    const { chain } = this.#w;
    chain.abandonedSat -= ANCHOR_SAT;
    chain.credit(tx.node, ANCHOR_SAT);
  }

  onAnchorUndone(tx: Tx): void {
    const { chain } = this.#w;
    chain.abandonedSat += ANCHOR_SAT;
    chain.takeBack(tx.node, ANCHOR_SAT);
  }

  /** A claim leaves the mempool since what it spends is not there, or not yet spendable; a fee from the wallet comes back. */
  leave(tx: Tx): void {
    const { chain } = this.#w;
    chain.mempool.remove(tx.id);
    const output = chain.outputs[tx.output];
    if (output !== undefined) output.spender = -1;
    if (!this.#fromWallet(tx)) return;
    chain.credit(tx.node, tx.feeSat);
    chain.feesSat -= tx.feeSat;
  }

  #fromWallet(tx: Tx): boolean {
    return (tx.kind === TX.htlcSuccess || tx.kind === TX.htlcTimeout) && this.#ownCommitment(tx);
  }

  #bumpClaim(tx: Tx): void {
    const w = this.#w;
    const output = w.chain.outputs[tx.output]!;
    if (w.running[tx.node] === 0) return;
    const kind = claimKind(tx, output);
    const fromWallet = kind.startsWith('htlc') && this.#ownCommitment(tx);
    const present = perKwOf(tx.feeSat, tx.weight);
    this.#viewOutput(output, tx.node, kind, tx.weight, fromWallet, tx);
    const wanted = this.#ask();
    const fee = feeAt(tx.weight, wanted);
    const affordable = fromWallet
      ? w.chain.walletSat[tx.node]! >= fee - tx.feeSat && fee < output.valueSat
      : fee <= output.valueSat - DUST_SAT;
    if (wanted <= present || !affordable || !this.replaces(tx, fee, tx.weight)) {
      this.#note(tx, Math.max(present, wanted), false);
      return;
    }
    this.withdraw(tx, fromWallet);
    if (fromWallet) {
      w.chain.walletSat[tx.node]! -= fee;
      w.chain.feesSat += fee;
    }
    const bid = {
      sinceHeight: tx.bid?.sinceHeight ?? w.chain.height,
      startPerKw: tx.bid?.startPerKw ?? wanted,
      bumpedAt: w.chain.height,
    };
    w.chain.broadcast(w.nowUs, tx.kind, tx.channel, tx.node, tx.output, fee, tx.valueSat, tx.weight, bid);
  }

  /** Remembers with a transaction since when its node bids for it. */
  #note(tx: Tx, startPerKw: number, bumped: boolean): void {
    const { height, mempool } = this.#w.chain;
    if (tx.bid !== undefined && !bumped) return;
    const bid: Bid = tx.bid ?? { sinceHeight: height, startPerKw, bumpedAt: height };
    mempool.amend(tx.id, { ...bid, bumpedAt: height });
  }

  #ask(): number {
    const w = this.#w;
    const model = w.modelOf(this.#claim.node);
    if (model.claimFeerate !== undefined) return Math.max(0, Math.floor(model.claimFeerate(this.#claim)));
    return this.#claim.feeratePerKw > 0 ? this.#claim.feeratePerKw : w.chain.estimatePerKw(DEFAULT_TARGETS.send);
  }

  #viewOutput(
    output: ChainOutput,
    node: number,
    kind: ClaimView['kind'],
    weight: number,
    fromWallet: boolean,
    tx: Tx | undefined,
  ): void {
    const w = this.#w;
    const claim = this.#claim;
    claim.node = node;
    claim.kind = kind;
    claim.weight = weight;
    claim.fromWallet = fromWallet;
    claim.valueSat = output.valueSat;
    claim.urgentSat = 0;
    claim.balanceSat = 0;
    claim.ownFeeSat = 0;
    claim.height = w.chain.height;
    claim.expiry = output.kind === 'htlc' ? w.htlcs.expiry[output.htlc]! : this.#oldExpiry(output);
    claim.deadline = this.#deadline(output, kind, claim.expiry);
    claim.feeratePerKw = tx === undefined ? 0 : perKwOf(tx.feeSat, tx.weight);
    this.#viewBid(tx);
  }

  /** Expiry of an HTLC of a revoked commitment, −1 for other outputs. */
  #oldExpiry(output: ChainOutput): number {
    if (output.kind !== 'revoked') return -1;
    return this.#commitments.get(output.channel)?.revoked?.[output.htlc]?.expiry ?? -1;
  }

  #deadline(output: ChainOutput, kind: ClaimView['kind'], expiry: number): number {
    const w = this.#w;
    if (kind === 'htlc_success') return expiry;
    if (kind === 'htlc_timeout') return output.kind === 'htlc' ? this.#incoming(output.htlc) : -1;
    if (kind === 'sweep') return -1;
    if (output.kind !== 'revoked') return output.matureAt;
    // The cheater needs a second-level transaction, whose output waits for the delay, too.
    const edge = 2 * output.channel + w.channels.broadcaster[output.channel]!;
    return w.channels.closedAt[output.channel]! + w.channels.toSelfDelay[edge]!;
  }

  #viewCommitment(tx: Tx, plan: BroadcastCommitment, weight: number, present: number): void {
    const w = this.#w;
    const claim = this.#claim;
    claim.node = tx.node;
    claim.kind = 'commitment';
    claim.weight = weight;
    claim.fromWallet = true;
    claim.valueSat = 0;
    claim.urgentSat = 0;
    claim.balanceSat = plan.localSat;
    claim.ownFeeSat = tx.feeSat;
    claim.height = w.chain.height;
    claim.expiry = -1;
    claim.deadline = -1;
    for (const h of plan.outputs) {
      const offered = (w.htlcs.edge[h]! & 1) === plan.side;
      if (!offered && w.htlcs.preimage[h] === 0) continue;
      const sat = Math.floor(w.htlcs.amountMsat[h]! / 1000);
      const expiry = w.htlcs.expiry[h]!;
      const deadline = offered ? this.#incoming(h) : expiry;
      claim.valueSat += sat;
      if (claim.expiry < 0 || expiry < claim.expiry) claim.expiry = expiry;
      if (deadline < 0) continue;
      claim.urgentSat += sat;
      if (claim.deadline < 0 || deadline < claim.deadline) claim.deadline = deadline;
    }
    claim.feeratePerKw = present;
    this.#viewBid(tx);
  }

  #viewBid(tx: Tx | undefined): void {
    this.#claim.sinceHeight = tx?.bid?.sinceHeight ?? -1;
    this.#claim.startPerKw = tx?.bid?.startPerKw ?? 0;
    this.#claim.bumpedAt = tx?.bid?.bumpedAt ?? -1;
  }

  /** Expiry of the HTLC that this one was forwarded for, −1 when there is none or it is resolved. */
  #incoming(h: number): number {
    const w = this.#w;
    const hop = w.htlcs.hop[h]!;
    if (hop === 0 || w.htlcs.settledUpstream[h] === 1) return -1;
    const upstream = w.attempts.htlc[w.htlcs.attempt[h]! * MAX_HOPS + hop - 1]!;
    return upstream < 0 ? -1 : w.htlcs.expiry[upstream]!;
  }

  /** Whether the transaction spends an output of its node's own commitment. */
  #ownCommitment(tx: Tx): boolean {
    const w = this.#w;
    return w.from(2 * tx.channel + w.channels.broadcaster[tx.channel]!) === tx.node;
  }
}

function claimKind(tx: Tx, output: ChainOutput): ClaimView['kind'] {
  if (tx.kind === TX.htlcSuccess) return 'htlc_success';
  if (tx.kind === TX.penalty) return penaltyKind(output);
  return tx.kind === TX.htlcTimeout ? 'htlc_timeout' : 'sweep';
}

/** What the claim of an output of a cheater is to its victim. */
export function penaltyKind(output: ChainOutput): ClaimView['kind'] {
  return output.kind === 'delayed' ? 'second_level_penalty' : 'penalty';
}

/** Whole sat per 1000 weight units. */
function perKwOf(feeSat: number, weight: number): number {
  return Math.floor((feeSat * 1000) / weight);
}
