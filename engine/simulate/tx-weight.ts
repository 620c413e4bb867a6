/**
 * Weights of transactions in units of BOLT 3, with P2WPKH wallets: 42 for version, marker, counts and locktime; an input
 * 164 plus its witness; an output 124 (P2WPKH) or 172 (P2WSH).
 */
import { COMMITMENT_WEIGHT, HTLC_WEIGHT } from './channels.ts';
import { TX, type TxKind } from './records.ts';

export const WEIGHT = {
  /** One P2WPKH input (272), funding output (172), change (124). */
  funding: 610,
  /** Funding input (164) with its 2-of-2 witness (222), two P2WPKH outputs. */
  coopClose: 676,
  /** to_local after its delay: witness of about 156. */
  sweepLocal: 486,
  /** to_remote with anchors (CSV 1): witness of about 112. */
  sweepRemote: 442,
  /** Anchor of an own commitment: its input (164) with a witness of about 116, one P2WPKH input (272), change (124). */
  anchor: 718,
  /** Second-level transactions with anchors (666 and 706), and a wallet input and change that pay their fee. */
  htlcTimeout: 1062,
  htlcSuccess: 1102,
  /** One P2WPKH input, two outputs. */
  send: 562,
  /** Direct spends from the other side's commitment (BOLT 5: inputs of 407 and 413). */
  htlcClaimTimeout: 573,
  htlcClaimSuccess: 579,
} as const;

/** Version, counts and locktime (42) and one P2WPKH output (124) of a justice transaction. */
export const JUSTICE_BASE_WEIGHT = 166;

/**
 * Weight of an input of a justice transaction with its witness (BOLT 5, "Penalty Transaction Weight Calculation"): a
 * balance or second-level output that waits for its delay, an HTLC that the cheater offered, one that it received.
 */
export function justiceInputWeight(input: 'delayed' | 'offered' | 'received'): number {
  return input === 'delayed' ? 324 : input === 'offered' ? 407 : 413;
}

/**
 * Weight of a transaction of this kind. `htlcOutputs` counts the HTLC outputs of a commitment; `secondLevel` says of a
 * claim of an HTLC that it spends an output of the claimer's own commitment.
 */
export function weightOf(kind: TxKind, htlcOutputs: number, secondLevel: boolean): number {
  switch (kind) {
    case TX.funding:
      return WEIGHT.funding;
    case TX.coopClose:
      return WEIGHT.coopClose;
    case TX.commitment:
      return COMMITMENT_WEIGHT + HTLC_WEIGHT * htlcOutputs;
    case TX.sweepLocal:
    case TX.htlcSweep:
      return WEIGHT.sweepLocal;
    case TX.sweepRemote:
      return WEIGHT.sweepRemote;
    case TX.htlcTimeout:
      return secondLevel ? WEIGHT.htlcTimeout : WEIGHT.htlcClaimTimeout;
    case TX.htlcSuccess:
      return secondLevel ? WEIGHT.htlcSuccess : WEIGHT.htlcClaimSuccess;
    case TX.send:
      return WEIGHT.send;
    case TX.anchor:
      return WEIGHT.anchor;
    case TX.penalty:
      return JUSTICE_BASE_WEIGHT + justiceInputWeight('delayed');
  }
}
