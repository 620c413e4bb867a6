/**
 * What becomes of a revoked commitment (BOLT 5, "Revoked Transaction Close Handling"). The other side may take every output
 * of it at once, and those of the cheater's second-level transactions, too; the cheater has to wait for its delays. Nobody
 * but a node that runs takes anything: a cheater whose victim stays away for long enough gets away with it.
 *
 * Outputs of kind `revoked` are those of HTLCs; `htlc` is then the HTLC's place in Commitment.revoked.
 */
import type { ChainOutput, Tx } from './chain.ts';
import { feeAt } from './chain.ts';
import type { Commitment } from './commitment.ts';
import { type FeeBumping, penaltyKind } from './fee-bumping.ts';
import type { JusticeStyle } from './node-model.ts';
import { RECORD, TX } from './records.ts';
import type { OldHtlc } from './revoked-states.ts';
import { JUSTICE_BASE_WEIGHT, justiceInputWeight, weightOf } from './tx-weight.ts';
import type { World } from './world.ts';

/** What of it the record revokedOutput tells. */
const OUTPUT = { balance: 1, htlc: 2, secondLevel: 3 } as const;
const TAKEN_BY = { victim: 1, cheater: 2, nobody: 3 } as const;

export interface ClaimsHost {
  /** Whether the node runs, and the commitment is as deep as it wants it before it acts. */
  claims(node: number, channel: number): boolean;
  /** Gives an output up. */
  abandon(output: number): void;
}

export class Justice {
  readonly #w: World;
  readonly #bids: FeeBumping;
  readonly #host: ClaimsHost;
  /** Transactions of several inputs that are being put together: channel · 2 + cluster. */
  readonly #begun: Set<number> = new Set();

  constructor(world: World, bids: FeeBumping, host: ClaimsHost) {
    this.#w = world;
    this.#bids = bids;
    this.#host = host;
  }

  /** A round of claims begins: what it broadcasts for a channel may be one transaction. */
  beginRound(): void {
    this.#begun.clear();
  }

  /** Broadcasts what is possible now for an unspent output of a revoked commitment, other than the victim's balance. */
  claim(i: number, output: ChainOutput, plan: Commitment): void {
    const edge = 2 * output.channel + plan.side;
    const cheater = this.#w.from(edge);
    const victim = this.#w.to(edge);
    const acts = this.#host.claims(victim, output.channel);
    if (output.spender >= 0) {
      if (acts && this.#bids.congested) this.#compete(i, output, plan, victim);
      return;
    }
    if (acts && this.#punish(i, output, plan, victim)) return;
    if (this.#w.running[cheater] === 0) return;
    if (output.kind === 'revoked') this.#enforce(i, output, plan, cheater);
    else if (this.#w.chain.height + 1 >= output.matureAt) this.#sweep(i, output, cheater);
  }

  /** The HTLC of an output of kind `revoked`. */
  htlcOf(output: ChainOutput, plan: Commitment): OldHtlc {
    return plan.revoked![output.htlc]!;
  }

  /** Tells what became of an output. A second-level output is what the cheater has of its HTLC, which does not count. */
  record(output: ChainOutput, plan: Commitment, tx: Tx | null): void {
    const w = this.#w;
    const edge = 2 * output.channel + plan.side;
    const what =
      output.kind === 'revoked' ? OUTPUT.htlc : output.kind === 'delayed' ? OUTPUT.secondLevel : OUTPUT.balance;
    const by = tx === null ? TAKEN_BY.nobody : tx.node === w.from(edge) ? TAKEN_BY.cheater : TAKEN_BY.victim;
    this.#count(what, by, output.valueSat);
    w.record(RECORD.revokedOutput, edge, what, by, output.valueSat);
  }

  /** A transaction that took an output is not confirmed any more. */
  takeBack(output: ChainOutput, plan: Commitment, tx: Tx): void {
    const cheater = this.#w.from(2 * output.channel + plan.side);
    const what = output.kind === 'revoked' ? OUTPUT.htlc : OUTPUT.balance;
    this.#count(what, tx.node === cheater ? TAKEN_BY.cheater : TAKEN_BY.victim, -output.valueSat);
  }

  #count(what: number, by: number, sat: number): void {
    const { cheats } = this.#w;
    if (by === TAKEN_BY.victim) cheats.takenSat += sat;
    else if (by === TAKEN_BY.cheater && what !== OUTPUT.htlc) cheats.keptSat += sat;
  }

  /** The victim takes the output. False when it is put off, so that the cheater may come before it. */
  #punish(i: number, output: ChainOutput, plan: Commitment, victim: number, other?: Tx): boolean {
    const cluster = this.#cluster(victim, output, plan);
    const first = cluster < 0 || !this.#begun.has(2 * output.channel + cluster);
    const weight = justiceInputWeight(this.#input(output, plan)) + (first ? JUSTICE_BASE_WEIGHT : 0);
    const perKw = this.#bids.firstFeerate(output, victim, penaltyKind(output), weight, false);
    const fee = feeAt(weight, perKw);
    if (perKw === 0) return false;
    if (output.valueSat <= fee) {
      if (!this.#bids.congested && other === undefined) this.#host.abandon(i);
      return !this.#bids.congested;
    }
    if (other !== undefined) {
      if (!this.#bids.replaces(other, fee, weight)) return false;
      this.#bids.withdraw(other, output.kind === 'revoked');
    }
    if (cluster >= 0) this.#begun.add(2 * output.channel + cluster);
    this.#bids.spend(i, victim, TX.penalty, weight, perKw, false);
    return true;
  }

  /** The victim tries to replace the cheater's transaction by a higher bid. */
  #compete(i: number, output: ChainOutput, plan: Commitment, victim: number): void {
    const other = this.#w.chain.mempool.waiting.find(({ id }) => id === output.spender);
    if (other !== undefined && other.kind !== TX.penalty) this.#punish(i, output, plan, victim, other);
  }

  /** The cheater takes an HTLC by a second-level transaction, whose output waits for its delay. */
  #enforce(i: number, output: ChainOutput, plan: Commitment, cheater: number): void {
    const w = this.#w;
    const htlc = this.htlcOf(output, plan);
    const offered = (htlc.edge & 1) === plan.side;
    if (offered && w.chain.height + 1 < output.matureAt) return;
    if (!offered && !this.#knowsPreimage(htlc)) return;
    const kind = offered ? TX.htlcTimeout : TX.htlcSuccess;
    const weight = weightOf(kind, 0, true);
    const perKw = this.#bids.firstFeerate(output, cheater, offered ? 'htlc_timeout' : 'htlc_success', weight, true);
    const fee = feeAt(weight, perKw);
    if (perKw === 0 || output.valueSat <= fee || w.chain.walletSat[cheater]! < fee) return;
    this.#bids.spend(i, cheater, kind, weight, perKw, true);
  }

  #sweep(i: number, output: ChainOutput, cheater: number): void {
    const kind = output.kind === 'local' ? TX.sweepLocal : TX.htlcSweep;
    const weight = weightOf(kind, 0, false);
    const perKw = this.#bids.firstFeerate(output, cheater, 'sweep', weight, false);
    if (output.valueSat <= feeAt(weight, perKw)) {
      if (!this.#bids.congested) this.#host.abandon(i);
    } else if (perKw > 0) {
      this.#bids.spend(i, cheater, kind, weight, perKw, false);
    }
  }

  #knowsPreimage(htlc: OldHtlc): boolean {
    return htlc.slot >= 0 ? this.#w.htlcs.preimage[htlc.slot] === 1 : htlc.preimage;
  }

  /** Number of the transaction that takes an output together with others; −1 for one of its own. */
  #cluster(victim: number, output: ChainOutput, plan: Commitment): number {
    const style: JusticeStyle = this.#w.modelOf(victim).justice ?? 'each';
    if (style === 'each' || output.kind === 'delayed') return -1;
    return style === 'clusters' && this.#input(output, plan) === 'received' ? 1 : 0;
  }

  #input(output: ChainOutput, plan: Commitment): 'delayed' | 'offered' | 'received' {
    if (output.kind !== 'revoked') return 'delayed';
    return (this.htlcOf(output, plan).edge & 1) === plan.side ? 'offered' : 'received';
  }
}
