/** Failures of HTLCs in words: what a code of BOLT 4 means, and which rule of the node it follows from in a given case. */
import { FAILURE } from '../simulate/failure.ts';
import { formatAmount, groupDigits } from '../spec/units.ts';

export type NumberRow = Readonly<Record<string, number>>;

/** BOLT 4, "Failure Messages", from the point of view of who reads it. */
const MEANING: Readonly<Record<string, string>> = {
  temporary_node_failure: 'the node cannot handle it at the moment',
  permanent_node_failure: 'the node cannot handle it at all',
  required_node_feature_missing: 'the node has a feature that the onion did not make use of',
  invalid_onion_version: 'the node does not know the version of the onion',
  invalid_onion_hmac: 'the onion was changed on its way',
  invalid_onion_key: 'the onion has a key that the node cannot use',
  temporary_channel_failure: 'the channel cannot carry the HTLC at the moment',
  permanent_channel_failure: 'the channel cannot carry HTLCs any more',
  required_channel_feature_missing: 'the channel has a feature that the onion did not make use of',
  unknown_next_peer: 'the node has no such channel, or its peer is not there',
  amount_below_minimum: 'the amount is below the htlc_minimum of the channel',
  fee_insufficient: 'the fee is less than the node asks',
  incorrect_cltv_expiry: 'the node is left fewer blocks between the two expiries than it asks',
  expiry_too_soon: 'the HTLC expires too soon for the node to forward it safely',
  incorrect_or_unknown_payment_details: 'the recipient does not know the payment, or does not take it as it came',
  final_incorrect_cltv_expiry: 'the expiry is not the one that the onion tells the recipient',
  final_incorrect_htlc_amount: 'the amount is less than the onion tells the recipient',
  channel_disabled: 'the node has disabled the channel',
  expiry_too_far: 'the HTLC expires too far in the future',
  invalid_onion_payload: 'the node cannot read the onion',
  mpp_timeout: 'the other parts of the payment did not come in time',
  invalid_onion_blinding: 'something went wrong within a blinded route',
};

/** `fee_insufficient (0x100c): the fee is less than the node asks`. */
export function failureText(name: string): string {
  const code = Object.entries(FAILURE).find(([one]) => one === name)?.[1];
  const number = code === undefined ? '' : ` (0x${code.toString(16).padStart(4, '0')})`;
  const meaning = MEANING[name];
  return `${name}${number}${meaning === undefined ? '' : `: ${meaning}`}`;
}

/** Why the node came to it in this case, from the figures of a refusal; empty when they do not tell. */
export function ruleText(failure: string, channel: string, f: NumberRow): string {
  const incoming = f.incoming_amount_msat;
  if (failure === 'fee_insufficient' && incoming !== undefined) return feeRule(f, incoming);
  if (failure === 'amount_below_minimum') return `its minimum is ${msat(f.htlc_minimum_msat)}`;
  if (failure === 'incorrect_cltv_expiry' && f.incoming_expiry !== undefined) {
    const left = f.incoming_expiry - (f.outgoing_expiry ?? 0);
    return `it asks ${count(f.cltv_expiry_delta)} blocks and is left ${count(left)}`;
  }
  if (failure === 'expiry_too_soon' || failure === 'expiry_too_far') {
    const expiries =
      f.incoming_expiry === undefined
        ? `it expires at block ${count(f.expiry)}`
        : `it comes until block ${count(f.incoming_expiry)} and goes on until ${count(f.outgoing_expiry)}`;
    return `at block ${count(f.height)}, ${expiries}`;
  }
  if (f.payable !== undefined) return recipientRule(f);
  if (f.usable === 0) return `${channel} is not open or its peer is not connected`;
  return failure === 'temporary_channel_failure' || f.incoming_amount_msat === undefined
    ? capacityRule(channel, f)
    : '';
}

function feeRule(f: NumberRow, incoming: number): string {
  const outgoing = f.outgoing_amount_msat ?? 0;
  const inbound =
    (f.inbound_fee_base_msat ?? 0) === 0 && (f.inbound_fee_rate_ppm ?? 0) === 0
      ? ''
      : `, and inbound ${msat(f.inbound_fee_base_msat)} + ${count(f.inbound_fee_rate_ppm)} ppm`;
  const asks = `${msat(f.fee_base_msat)} + ${count(f.fee_rate_ppm)} ppm of ${msat(outgoing)}${inbound}`;
  return `it asks ${asks}, and is left ${msat(incoming - outgoing)}`;
}

function recipientRule(f: NumberRow): string {
  if (f.payable === 0) return 'the invoice is paid, expired or cancelled';
  const told = f.onion_amount_msat === undefined ? '' : `, as the onion says ${msat(f.onion_amount_msat)}`;
  const delta = (f.invoice_cltv_delta ?? -1) < 0 ? '' : `; the invoice asks for ${count(f.invoice_cltv_delta)} blocks`;
  return `${msat(f.amount_msat)} came${told}, expiring at block ${count(f.expiry)} when the height is ${count(f.height)}${delta}`;
}

function capacityRule(channel: string, f: NumberRow): string {
  const amount = f.outgoing_amount_msat ?? f.amount_msat ?? 0;
  const spendable = f.spendable_msat ?? Number.POSITIVE_INFINITY;
  if ((f.htlcs ?? 0) >= (f.max_htlcs ?? Number.POSITIVE_INFINITY)) {
    return `all ${count(f.max_htlcs)} HTLC slots of ${channel} are taken`;
  }
  if (amount > (f.htlc_maximum_msat ?? Number.POSITIVE_INFINITY)) {
    return `its maximum is ${msat(f.htlc_maximum_msat)}, the HTLC is ${msat(amount)}`;
  }
  if (amount > spendable) {
    const kept = `balance ${msat(f.balance_msat)}, reserve ${msat(f.reserve_msat)}`;
    return `${channel} can carry ${msat(spendable)} (${kept}), the HTLC is ${msat(amount)}`;
  }
  if (amount < (f.peer_htlc_minimum_msat ?? 0)) return `the peer takes no HTLC below ${msat(f.peer_htlc_minimum_msat)}`;
  return '';
}

function msat(value: number | undefined): string {
  return value === undefined ? '?' : value < 0 ? `-${formatAmount(-value)}` : formatAmount(value);
}

function count(value: number | undefined): string {
  return value === undefined ? '?' : value < 0 ? `-${groupDigits(-value)}` : groupDigits(value);
}
