/**
 * What Core Lightning bids for block space (cln:lightningd/onchain_control.c, anchorspend.c, feerate.c). Everything is
 * looked at again with each block: the feerate for the blocks that are left to the deadline, replaced when that has risen.
 * A claim that cannot pay it from its output pays what it can; a second-level transaction or a commitment whose fee is
 * more than what it saves stays as it is.
 *
 * Differs from Core Lightning: a commitment has one deadline, the first of its HTLCs, with the value of all, where anchors
 * are weighed deadline by deadline; estimates are not smoothed.
 */
import type { ClaimView, ModelHost } from '../../engine/simulate/node-model.ts';

/** cln:plugins/bcli.c:estimatefee_params: blocks that bitcoind is asked about; others lie between two of them. */
const ASKED = [2, 6, 12, 100];
/** cln:bitcoin/feerate.h:FEERATE_FLOOR. */
const FLOOR_PER_KW = 253;
/** cln:lightningd/feerate.c:feerate_for_target: beyond these the least that is relayed, and the floor. */
const FAR_BLOCKS = 100;
const VERY_FAR_BLOCKS = 200;
/** cln:lightningd/onchain_control.c:htlc_outgoing_incoming_deadline leaves six blocks, htlc_incoming_deadline one. */
const INCOMING_MARGIN = 6;
const SUCCESS_MARGIN = 1;
/** cln:bitcoin/chainparams.c:dust_limit, sat. */
const DUST_SAT = 546;

/** Feerate for a claim now, sat per 1000 weight units; 0 when it cannot pay the floor. */
export function claimFeerate(host: ModelHost, claim: ClaimView): number {
  const wanted = feerateForTarget(host, deadlineOf(claim), claim.height);
  const present = claim.feeratePerKw;
  if (claim.kind === 'commitment') {
    const fee = Math.ceil((wanted * claim.weight) / 1000) - claim.ownFeeSat;
    return claim.expiry >= 0 && fee < claim.valueSat ? wanted : present;
  }
  if (claim.fromWallet) return (wanted * claim.weight) / 1000 > claim.valueSat ? present : wanted;
  const most = Math.floor(((claim.valueSat - DUST_SAT) * 1000) / claim.weight);
  return most < FLOOR_PER_KW ? present : Math.min(wanted, most);
}

/** Height by which Core Lightning wants it; −1 for no hurry. */
function deadlineOf(claim: ClaimView): number {
  if (claim.kind === 'commitment') return claim.expiry;
  if (claim.kind === 'htlc_success') return claim.expiry - SUCCESS_MARGIN;
  if (claim.kind === 'htlc_timeout') return claim.deadline < 0 ? claim.expiry : claim.deadline - INCOMING_MARGIN;
  // cln:lightningd/onchain_control.c:handle_onchaind_spend_penalty: when the delay of the cheater is over.
  if (claim.kind === 'penalty' || claim.kind === 'second_level_penalty') return claim.deadline;
  return -1;
}

/** cln:lightningd/feerate.c:feerate_for_target. */
function feerateForTarget(host: ModelHost, deadline: number, height: number): number {
  if (deadline < 0) return FLOOR_PER_KW;
  if (height > deadline) return feerateForDeadline(host, 1);
  const blocks = deadline - height;
  if (blocks > VERY_FAR_BLOCKS) return FLOOR_PER_KW;
  return blocks > FAR_BLOCKS ? host.relayPerKw() : feerateForDeadline(host, blocks);
}

/** cln:lightningd/feerate.c:interp_feerate, at least what is relayed. */
function feerateForDeadline(host: ModelHost, blocks: number): number {
  let rate = host.estimatePerKw(ASKED[0]!);
  for (let i = 0; i < ASKED.length; i++) {
    if (blocks < ASKED[i]!) break;
    rate = host.estimatePerKw(ASKED[i]!);
    const next = ASKED[i + 1];
    if (next === undefined || blocks >= next) continue;
    const after = host.estimatePerKw(next);
    // Never backwards.
    if (rate > after) rate -= Math.floor(((blocks - ASKED[i]!) * (rate - after)) / (next - ASKED[i]!));
    break;
  }
  return Math.max(rate, host.relayPerKw());
}
