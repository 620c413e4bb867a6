/**
 * What xpay learns from how a part ended, and whether its payment goes on. Bounds go into the node's layer, everything else
 * into the payment's own.
 *
 * cln:plugins/xpay/xpay.c:update_knowledge_from_error, process_channel_update_from_onion_error,
 * injectpaymentonion_succeeded; cln:plugins/askrene/askrene.c:json_askrene_inform_channel.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { GraphView, Policy } from '../../engine/simulate/node-model.ts';
import { roundedDown, roundedUp } from './fp16.ts';
import type { BoundsLayer } from './knowledge-layer.ts';
import type { Part, Payment } from './payment-state.ts';
import type { Reservations } from './reservations.ts';

/** A channel_update that came with a failure, if it says something new. */
export interface Update {
  readonly edge: number;
  readonly policy: Readonly<Policy>;
}

export interface Failure {
  readonly part: Part;
  /** Who reported it: 0 the sender, n the recipient, −1 nobody knows. */
  readonly hop: number;
  readonly code: FailureCode;
  readonly update: Update | null;
}

/** goOn: what failed is routed again. */
export const VERDICT = { goOn: 0, incorrectDetails: 1, rejected: 2 } as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/** Codes whose channel_update is looked at; channel_disabled is not among them. */
const WITH_UPDATE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FAILURE.temporary_channel_failure,
  FAILURE.amount_below_minimum,
  FAILURE.fee_insufficient,
  FAILURE.incorrect_cltv_expiry,
  FAILURE.expiry_too_soon,
]);

/** An update unless it says what is public already; limits are compared as rounded numbers. */
export function newUpdate(graph: GraphView, edge: number, policy: Readonly<Policy>): Update | null {
  const same =
    graph.known[edge] === 1 &&
    (graph.disabled[edge] === 1) === policy.disabled &&
    roundedDown(policy.minHtlcMsat) === roundedDown(graph.minHtlcMsat[edge] as number) &&
    roundedUp(policy.maxHtlcMsat) === roundedUp(graph.maxHtlcMsat[edge] as number) &&
    policy.feeBaseMsat === graph.feeBaseMsat[edge] &&
    policy.feeRatePpm === graph.feeRatePpm[edge] &&
    policy.cltvDelta === graph.cltvDelta[edge];
  return same ? null : { edge, policy: { ...policy } };
}

/** Learns from a failure. What the part had reserved must have been given back. @param nowS whole seconds */
export function learnFailure(
  payment: Payment,
  { part, hop, code, update }: Failure,
  layer: BoundsLayer,
  reservations: Reservations,
  height: number,
  nowS: number,
): Verdict {
  const { edges, amountsMsat } = part;
  if (hop < 0) {
    payment.layer.disable(edges[Math.floor(payment.draw() * edges.length)] as number);
    return VERDICT.goOn;
  }
  for (let i = 0; i < hop; i++) layer.atLeast(edges[i] as number, amountsMsat[i] as number, nowS);
  if (hop === edges.length) return fromRecipient(payment, part, code, height);
  const edge = edges[hop] as number;
  if (update !== null && WITH_UPDATE.has(code)) {
    payment.layer.learn(update.edge, update.policy);
  } else if (code === FAILURE.temporary_channel_failure || code === FAILURE.invalid_onion_blinding) {
    // The least that can be said: all that was reserved was in use, and 1 msat was missing.
    layer.atMost(edge, Math.max(0, (amountsMsat[hop] as number) + reservations.of(edge) - 1), nowS);
  } else {
    payment.layer.disable(edge);
  }
  return VERDICT.goOn;
}

function fromRecipient(payment: Payment, { edges }: Part, code: FailureCode, height: number): Verdict {
  if (code === FAILURE.mpp_timeout) return VERDICT.goOn;
  if (code === FAILURE.incorrect_or_unknown_payment_details) {
    // The recipient says how high it is; xpay takes it that the payment came too early when that is above where it began.
    if (height <= payment.startHeight) return VERDICT.incorrectDetails;
    payment.startHeight = height;
    return VERDICT.goOn;
  }
  if (code === FAILURE.invalid_onion_payload && payment.request.method === 'keysend') return VERDICT.rejected;
  // Blames the hop that leads to the recipient.
  payment.layer.disable(edges[edges.length - 1] as number);
  return VERDICT.goOn;
}

/** Learns from a part that arrived. The own channel's balance is known anyway. */
export function learnSuccess({ edges, amountsMsat }: Part, layer: BoundsLayer, nowS: number): void {
  for (let i = 1; i < edges.length; i++) layer.moved(edges[i] as number, amountsMsat[i] as number, nowS);
}
