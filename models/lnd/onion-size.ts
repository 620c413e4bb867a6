/**
 * Sizes of the payloads in an onion packet (BOLT 4, tlv_payload), in bytes. A route fits when its payloads take at most
 * 1300 bytes; this is what limits the number of hops in lnd.
 *
 * lnd:routing/route/route.go:PayloadSize, lnd:routing/pathfind.go:lastHopPayloadSize.
 */
import type { PaymentMethod } from '../../engine/simulate/node-model.ts';

/** MaxRoutingPayloadSize of lightning-onion; hop_payloads of BOLT 4. */
export const MAX_ROUTING_PAYLOAD_BYTES = 1300;

/** Of the fields of BOLT 4: the HMAC. */
const HMAC_BYTES = 32;
/** short_channel_id: type, length, 8 bytes. */
const CHANNEL_RECORD_BYTES = 10;
/** payment_data: type, length and the 32 bytes of the payment secret; the total follows as tu64. */
const PAYMENT_DATA_BYTES = 34;
/** lnd:record/experimental.go:KeySendType: type 5482373484 as a 9-byte BigSize, length, 32 bytes. */
const KEYSEND_RECORD_BYTES = 42;

/** lnd:record/amp.go:MaxAmpPayLoadSize: type 14, length, root share, set id, and a child index of four bytes. */
const AMP_RECORD_BYTES = 70;

/** Bytes of a truncated integer (tu64 of BOLT 1): none for zero. */
export function truncatedBytes(value: number): number {
  if (value < 0x1_0000) return value === 0 ? 0 : value < 0x100 ? 1 : 2;
  if (value < 0x1_0000_0000) return value < 0x100_0000 ? 3 : 4;
  if (value < 0x100_0000_0000) return 5;
  return value < 0x1_0000_0000_0000 ? 6 : 7;
}

/** A record with a truncated integer; left out when the integer is zero. */
function integerRecord(value: number): number {
  return value === 0 ? 0 : 2 + truncatedBytes(value);
}

/** Adds the payload's length prefix (a bigsize of BOLT 1) and its HMAC. */
function framed(bytes: number): number {
  return bytes + (bytes < 0xfd ? 1 : 3) + HMAC_BYTES;
}

/** Payload of a forwarding hop: amt_to_forward, outgoing_cltv_value, short_channel_id. */
export function hopPayloadBytes(amountMsat: number, expiry: number): number {
  return framed(integerRecord(amountMsat) + integerRecord(expiry) + CHANNEL_RECORD_BYTES);
}

/** Payload of the recipient. lnd counts the part's amount where the total of the payment goes, and so does this. */
export function finalPayloadBytes(amountMsat: number, expiry: number, method: PaymentMethod): number {
  const data = PAYMENT_DATA_BYTES + truncatedBytes(amountMsat);
  const extra = method === 'keysend' ? KEYSEND_RECORD_BYTES : method === 'amp' ? data + AMP_RECORD_BYTES : data;
  return framed(integerRecord(amountMsat) + integerRecord(expiry) + extra);
}
