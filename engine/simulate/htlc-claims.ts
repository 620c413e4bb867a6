/**
 * Claims of the HTLC outputs of a commitment that was not revoked (BOLT 5, "HTLC Output Handling"): of the receiver who knows
 * the preimage, and of the offerer after the expiry. While the mempool is congested each may outbid the other.
 */
import { type ChainOutput, feeAt, type Tx } from './chain.ts';
import type { FeeBumping } from './fee-bumping.ts';
import type { ClaimsHost } from './justice.ts';
import { ENDING, type Losses } from './losses.ts';
import { TX } from './records.ts';
import { weightOf } from './tx-weight.ts';
import type { World } from './world.ts';

/** Whether `node` spends the output of its own commitment, by a second-level transaction. */
export function isSecondLevel(w: World, output: ChainOutput, node: number): boolean {
  return w.from(2 * output.channel + w.channels.broadcaster[output.channel]!) === node;
}

export class HtlcClaims {
  readonly #w: World;
  readonly #bids: FeeBumping;
  readonly #losses: Losses;
  readonly #host: ClaimsHost;

  constructor(world: World, bids: FeeBumping, losses: Losses, host: ClaimsHost) {
    this.#w = world;
    this.#bids = bids;
    this.#losses = losses;
    this.#host = host;
  }

  /** The receiver who knows the preimage, or the offerer after the expiry, spends an HTLC output as soon as it can. */
  claim(i: number, output: ChainOutput): void {
    const w = this.#w;
    const h = output.htlc;
    const edge = w.htlcs.edge[h]!;
    const receiver = w.to(edge);
    const claimable = w.htlcs.preimage[h] === 1 && !w.lostData.has(edge ^ 1);
    if (claimable && this.#host.claims(receiver, output.channel)) this.#spend(i, output, receiver, TX.htlcSuccess);
    if (output.spender >= 0 || w.chain.height + 1 < output.matureAt) return;
    // A node that lost data does not know of the HTLC any more (eclair:channel/Helpers.scala:RecoveryClose).
    const lost = w.lostData.has(edge);
    if (lost && claimable && this.#isWorthwhile(output, receiver, TX.htlcSuccess)) return;
    if (!lost && !this.#host.claims(output.owner, output.channel)) return;
    if (lost || !this.#isWorthwhile(output, output.owner, TX.htlcTimeout)) {
      // Not worth its fee, now or for the receiver: nobody will take it. While the mempool is congested it can wait.
      this.#losses.end(h, ENDING.timeout);
      this.#host.abandon(i);
      return;
    }
    this.#spend(i, output, output.owner, TX.htlcTimeout);
  }

  /** Whether an HTLC output is worth the fee of its claim; while the mempool is congested a claim can wait. */
  #isWorthwhile(output: ChainOutput, node: number, kind: 5 | 6): boolean {
    const w = this.#w;
    if (this.#bids.congested) return true;
    return output.valueSat > w.chain.feeFor(weightOf(kind, 0, isSecondLevel(w, output, node)));
  }

  /** Broadcasts a claim of an HTLC output by `node`, in the place of the other side's when there is one. */
  #spend(i: number, output: ChainOutput, node: number, kind: 5 | 6, other?: Tx): void {
    const w = this.#w;
    const second = isSecondLevel(w, output, node);
    const weight = weightOf(kind, 0, second);
    const perKw = this.#bids.firstFeerate(
      output,
      node,
      kind === TX.htlcSuccess ? 'htlc_success' : 'htlc_timeout',
      weight,
      second,
    );
    const fee = feeAt(weight, perKw);
    if (perKw === 0 || output.valueSat <= fee) return;
    // A zero-fee HTLC transaction takes its fee from a wallet input; without coins it has to wait.
    if (second && w.chain.walletSat[node]! < fee) return;
    if (other !== undefined) {
      if (!this.#bids.replaces(other, fee, weight)) return;
      this.#bids.withdraw(other, !second);
    }
    this.#bids.spend(i, node, kind, weight, perKw, second);
  }

  /** The side that has no claim in the mempool tries to replace the other's by a higher bid. */
  compete(i: number, output: ChainOutput): void {
    const w = this.#w;
    const h = output.htlc;
    const other = w.chain.mempool.waiting.find(({ id }) => id === output.spender);
    const receiver = w.to(w.htlcs.edge[h]!);
    if (other?.kind === TX.htlcTimeout) {
      if (w.htlcs.preimage[h] === 1 && this.#host.claims(receiver, output.channel))
        this.#spend(i, output, receiver, TX.htlcSuccess, other);
    } else if (other?.kind === TX.htlcSuccess) {
      // Who has learnt the preimage is paid upstream and leaves the output to the receiver.
      if (w.htlcs.settledUpstream[h] === 1 || !this.#host.claims(output.owner, output.channel)) return;
      if (w.chain.height + 1 >= output.matureAt) this.#spend(i, output, output.owner, TX.htlcTimeout, other);
    }
  }
}
