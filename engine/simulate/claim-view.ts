/** What a node model is asked about the chain, and what it says of its ways there. Units as in node-model.ts. */
/**
 * A transaction that a node wants in a block while the mempool is congested: its commitment, with the child that spends its
 * anchor; the claim of an HTLC output; the sweep of a balance or of a second-level output; a penalty for an output of a revoked
 * commitment or of a second-level transaction of the cheater. Reused like CommitmentView.
 * Feerates sat per 1000 weight units; those of a commitment are of the package (commitment and child).
 */
export interface ClaimView {
  node: number;
  kind: 'commitment' | 'htlc_success' | 'htlc_timeout' | 'sweep' | 'penalty' | 'second_level_penalty';
  /** Weight units; of a commitment that of the package. */
  weight: number;
  /** The fee comes out of the wallet (children of commitments, second-level transactions), not out of what is claimed. */
  fromWallet: boolean;
  /** What is claimed, sat; of a commitment its HTLC outputs that are to be claimed by this node. */
  valueSat: number;
  /** Of a commitment: the part of valueSat that another deadline hangs on (HTLCs that were forwarded, known preimages). */
  urgentSat: number;
  /** Of a commitment: the node's own balance on it, and the fee that it pays itself, sat. */
  balanceSat: number;
  ownFeeSat: number;
  height: number;
  /** Expiry of the HTLC, of a commitment the first of those that are to be claimed; −1 when there is none. */
  expiry: number;
  /**
   * Height by which it must be confirmed lest money is lost: expiry of the HTLC that a timed out one was forwarded for,
   * expiry of one whose preimage is known; of a commitment the first of these; of a penalty when the cheater may take the
   * output, or what becomes of it. −1 when nothing hangs on it.
   */
  deadline: number;
  /** What it pays now; 0 before it is broadcast, for a commitment what that pays by itself. */
  feeratePerKw: number;
  /** Height and feerate of the node's first bid, height of its latest; −1, 0 and −1 before. */
  sinceHeight: number;
  startPerKw: number;
  bumpedAt: number;
}

/** A view to be filled. */
export function blankClaim(): ClaimView {
  return {
    node: 0,
    kind: 'sweep',
    weight: 0,
    fromWallet: false,
    valueSat: 0,
    urgentSat: 0,
    balanceSat: 0,
    ownFeeSat: 0,
    height: 0,
    expiry: -1,
    deadline: -1,
    feeratePerKw: 0,
    sinceHeight: -1,
    startPerKw: 0,
    bumpedAt: -1,
  };
}

/**
 * How a node takes the outputs of a revoked commitment: all in one transaction, in two of which one has those that the
 * cheater might take at once, too, or each in one of its own.
 */
export type JusticeStyle = 'one' | 'clusters' | 'each';

/**
 * `keep`: the node goes on. `close`: the node closes every channel of which it has sent channel_ready. `close_accepted`: it closes those that are open
 * and that it did not open itself, and all that are shutting down.
 */
export type FundingReorg = 'keep' | 'close' | 'close_accepted';

/** Blocks within which an implementation wants its transactions confirmed, when it asks for an estimate of the feerate. */
export interface ConfirmationTargets {
  readonly funding: number;
  readonly cooperativeClose: number;
  /** For the feerate of commitment transactions, which is negotiated ahead. */
  readonly commitment: number;
  readonly send: number;
}

/** Targets of a model that states none (Bitcoin Core's default for its wallet, DEFAULT_TX_CONFIRM_TARGET). */
export const DEFAULT_TARGETS: ConfirmationTargets = { funding: 6, cooperativeClose: 6, commitment: 6, send: 6 };

/**
 * The end of the range of fees that an implementation names as the opener of a channel that is closed by agreement (BOLT 2,
 * `fee_range`); as the peer, who pays nothing, it takes that end when the opener names one.
 */
export interface ClosingRange {
  /** Weight that it takes the transaction to have. */
  readonly weight: number;
  /** Blocks of the estimate, and the least feerate that it goes by, sat per 1000 weight units. */
  readonly blocks: number;
  readonly leastPerKw: number;
  /** What it would pay beyond the estimate rather than close by force, sat. */
  readonly addSat: number;
}
