/**
 * What a failure tells an LDK sender: which channel this payment shall not use again, what leaves the graph, whether the
 * payment is over. Indexes are those of the route's channels: channel i leads from node i to node i + 1, node 0 being the
 * sender.
 *
 * ldk:ln/onion_utils.rs:process_onion_failure_inner, without blinded paths and trampoline. A failure that cannot be
 * attributed to any node counts as one of the recipient.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';

/** Flags of failure codes (BOLT 4). */
const BADONION = 0x8000;
const PERM = 0x4000;
const NODE = 0x2000;
const UPDATE = 0x1000;

export interface Reaction {
  /** Channel that this payment avoids from now on and the scorer blames; −1 for none. */
  readonly avoid: number;
  /** Channel, and node, to take out of the graph; −1 for none. */
  readonly removeChannel: number;
  readonly removeNode: number;
  /** The payment is not tried again. */
  readonly final: boolean;
}

const NOTHING: Reaction = { avoid: -1, removeChannel: -1, removeNode: -1, final: false };

/** ldk:ln/onion_utils.rs:is_recipient_failure. */
function isRecipientFailure(code: FailureCode): boolean {
  switch (code) {
    case FAILURE.incorrect_or_unknown_payment_details:
    case FAILURE.final_incorrect_cltv_expiry:
    case FAILURE.final_incorrect_htlc_amount:
    case FAILURE.mpp_timeout:
      return true;
    default:
      return false;
  }
}

/** Node `hop` of a route of `hops` channels reported `code`; −1 when nobody can be made out. */
export function reactionTo(hop: number, hops: number, code: FailureCode): Reaction {
  if (hop < 0) return { ...NOTHING, final: true };
  // The sender's own channel did not take the HTLC (push_path_failed_evs_and_scids).
  if (hop === 0) return { ...NOTHING, avoid: 0 };
  const recipient = hop === hops;
  const into = hop - 1;
  const onward = recipient ? into : hop;
  const final = recipient && (code & PERM) !== 0;
  if ((code & BADONION) !== 0) return { ...NOTHING, removeChannel: onward, final };
  if ((code & NODE) !== 0) return { ...NOTHING, avoid: into, removeNode: (code & PERM) !== 0 ? hop : -1, final };
  const fromRecipient = recipient && isRecipientFailure(code);
  if ((code & PERM) !== 0) {
    return fromRecipient ? { ...NOTHING, final } : { ...NOTHING, avoid: onward, removeChannel: onward, final };
  }
  if ((code & UPDATE) !== 0) return { ...NOTHING, avoid: onward };
  if (fromRecipient) return code === FAILURE.mpp_timeout ? NOTHING : { ...NOTHING, avoid: into };
  return { ...NOTHING, avoid: into, removeNode: hop };
}
