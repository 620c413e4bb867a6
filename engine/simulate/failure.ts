/** Failure codes of onion messages (BOLT 4, "Failure Messages"); 0 means no failure. */
export const FAILURE = {
  none: 0,
  temporary_node_failure: 0x2002,
  permanent_node_failure: 0x6002,
  required_node_feature_missing: 0x6003,
  invalid_onion_version: 0xc004,
  invalid_onion_hmac: 0xc005,
  invalid_onion_key: 0xc006,
  temporary_channel_failure: 0x1007,
  permanent_channel_failure: 0x4008,
  required_channel_feature_missing: 0x4009,
  unknown_next_peer: 0x400a,
  amount_below_minimum: 0x100b,
  fee_insufficient: 0x100c,
  incorrect_cltv_expiry: 0x100d,
  expiry_too_soon: 0x100e,
  incorrect_or_unknown_payment_details: 0x400f,
  final_incorrect_cltv_expiry: 0x0012,
  final_incorrect_htlc_amount: 0x0013,
  channel_disabled: 0x1014,
  expiry_too_far: 0x0015,
  invalid_onion_payload: 0x4016,
  mpp_timeout: 0x0017,
  invalid_onion_blinding: 0xc018,
} as const;
export type FailureCode = (typeof FAILURE)[keyof typeof FAILURE];

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(FAILURE).map(([name, code]) => [code, name]));

/** Name of a failure code, e.g. `temporary_channel_failure`; unknown codes as `0x1007`. */
export function failureName(code: number): string {
  return NAMES.get(code) ?? `0x${code.toString(16)}`;
}
