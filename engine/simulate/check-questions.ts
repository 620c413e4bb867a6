/**
 * What nodes are asked about an HTLC: whether it may be forwarded (by its forwarder) or is accepted (by its recipient), now,
 * or later when it will have come as far as its route says. Asks nobody and changes nothing.
 */
import type { PaymentProfile } from '../timeline/timeline.ts';
import { STATE } from './channel-lifecycle.ts';
import { INVOICE } from './invoices.ts';
import {
  blankForward,
  blankReceive,
  type CheckQuestion,
  type ForwardRequest,
  MAX_HOPS,
  type ReceiveRequest,
} from './node-model.ts';
import { RECEIPT } from './payments.ts';
import type { World } from './world.ts';

/**
 * The question whether an HTLC may leave over `edge`.
 * @param at place of the outgoing hop among the hops of the attempts; the HTLC comes in by the hop before it
 * @param h the HTLC where it has come in; −1: it will be what its onion says
 */
export function fillForward(w: World, h: number, at: number, edge: number, r: ForwardRequest): void {
  const incoming = h < 0 ? w.attempts.edge[at - 1]! : w.htlcs.edge[h]!;
  r.node = w.from(edge);
  r.incomingEdge = incoming;
  r.incomingAmountMsat = h < 0 ? w.attempts.amountMsat[at - 1]! : w.htlcs.amountMsat[h]!;
  r.incomingExpiry = h < 0 ? w.attempts.expiry[at - 1]! : w.htlcs.expiry[h]!;
  r.outgoingEdge = edge;
  r.requestedEdge = w.attempts.edge[at]!;
  r.outgoingAmountMsat = w.attempts.amountMsat[at]!;
  r.outgoingExpiry = w.attempts.expiry[at]!;
  r.height = w.chain.height;
  const state = w.channels.state[edge >> 1]!;
  r.exists = state === STATE.open || state === STATE.shutting_down;
  r.usable = state === STATE.open;
  r.connected = w.channels.connected[edge >> 1] === 1;
  r.announced = w.channels.announced[edge >> 1] === 1;
  w.channels.getPolicy(edge, r.policy);
  r.former = w.former.of(edge, w.nowUs);
  r.inboundFeeBaseMsat = w.channels.inboundFeeBaseMsat[incoming ^ 1]!;
  r.inboundFeeRatePpm = w.channels.inboundFeeRatePpm[incoming ^ 1]!;
  w.channels.view(edge, r.view);
}

/**
 * The question whether the HTLC of an attempt (slot) is accepted where its route ends.
 * @param h the HTLC where it has come in; −1: it will be what its onion says
 */
export function fillReceive(w: World, h: number, attempt: number, r: ReceiveRequest): void {
  const payment = w.attempts.payment[attempt]!;
  const last = attempt * MAX_HOPS + w.attempts.length[attempt]! - 1;
  const node = w.to(w.attempts.edge[last]!);
  const model = w.modelOf(node);
  const total = w.timeline.payments.amountMsat[payment]!;
  const options = w.timeline.activities[w.timeline.payments.activity[payment]!]!.profile;
  r.node = node;
  r.amountMsat = h < 0 ? w.attempts.amountMsat[last]! : w.htlcs.amountMsat[h]!;
  r.expiry = h < 0 ? w.attempts.expiry[last]! : w.htlcs.expiry[h]!;
  r.height = w.chain.height;
  r.onionAmountMsat = w.attempts.amountMsat[last]!;
  r.onionExpiry = w.attempts.expiry[last]!;
  r.totalMsat = total;
  r.method = options.method;
  r.partial = r.onionAmountMsat < total;
  r.invoiceCltvDelta = options.method === 'invoice' ? model.invoiceCltvDelta : -1;
  r.payable =
    w.payments.receipt[payment] === RECEIPT.open &&
    options.probe !== true &&
    (options.method !== 'invoice' || isPayable(w, payment, options, model.invoiceExpiryUs));
}

/** Whether the invoice of a payment is one that its recipient still waits for. */
function isPayable(w: World, payment: number, profile: PaymentProfile, lifetimeUs: number): boolean {
  const { invoice, invoiceExpiryUs } = profile;
  if (invoice === undefined) return w.nowUs <= w.payments.startedUs[payment]! + (invoiceExpiryUs ?? lifetimeUs);
  return w.invoices.state[invoice] === INVOICE.open && w.nowUs <= w.invoices.expiresUs(invoice, lifetimeUs);
}

/** What is asked about HTLC `h` where it is now and where it will come to; see WorldFacts.comingChecks. */
export function checksFrom(w: World, h: number): readonly CheckQuestion[] {
  const attempt = w.htlcs.attempt[h]!;
  const base = attempt * MAX_HOPS;
  const questions: CheckQuestion[] = [];
  const here = w.htlcs.hop[h]! + 1;
  for (let hop = here; hop < w.attempts.length[attempt]!; hop++) {
    const requested = w.attempts.edge[base + hop]!;
    const node = w.from(requested);
    const parallel = Array.from(w.localEdges[node]!, Number).filter(
      (edge) => edge !== requested && w.to(edge) === w.to(requested),
    );
    for (const edge of [requested, ...parallel]) {
      const request = blankForward();
      fillForward(w, hop === here ? h : -1, base + hop, edge, request);
      questions.push({ ask: 'checkForward', request });
    }
  }
  const request = blankReceive();
  fillReceive(w, here === w.attempts.length[attempt]! ? h : -1, attempt, request);
  questions.push({ ask: 'checkReceive', request });
  return questions;
}
