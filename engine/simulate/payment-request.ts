/**
 * What a sender's model is asked to pay. Part of the seam of node-model.ts; decides nothing.
 *
 * Amounts msat, times µs, deltas blocks; nodes and edges are indexes.
 */

/** What the payer reads on an invoice (BOLT 11), and what it knows of its own earlier payments of the same one. */
export interface InvoiceFacts {
  /** What the invoice asks for, msat; −1 when it leaves the amount to the payer. */
  readonly amountMsat: number;
  /** The instant at which it expires. */
  readonly expiresUs: number;
  /** Whether this node has paid the same invoice before, or is about to. Attempts that failed do not count. */
  readonly before: 'none' | 'in_flight' | 'paid';
}

/** How the recipient comes to know the preimages; only some implementations have amp (ModelKind.paysByAmp). */
export type PaymentMethod = 'keysend' | 'invoice' | 'amp';

/** A payment as its sender's model sees it. */
export interface PaymentRequest {
  readonly payment: number;
  readonly source: number;
  /** The source itself for a circular payment (event `rebalance`). */
  readonly destination: number;
  readonly amountMsat: number;
  readonly method: PaymentMethod;
  /** The invoice that is paid; null for keysend and for probes. A model keeps what it still needs of it once the payment has begun. */
  readonly invoice: InvoiceFacts | null;
  /** True when the payment hash is made up: whatever arrives is refused with incorrect_or_unknown_payment_details. */
  readonly probe: boolean;
  /** Delta of the final hop: the invoice's, or -1 for the sender's own default (keysend, AMP). */
  readonly finalCltvDelta: number;
  /** Several parts may be sent (basic_mpp and a payment secret; AMP). */
  readonly multiPart: boolean;
  /** -1: the model's default. */
  readonly feeLimitMsat: number;
  readonly timeoutUs: number;
  readonly maxParts: number;
  /** Most blocks that a route may lock money for, delta of the final hop included; −1: the model's default. */
  readonly maxCltv: number;
  /** Own channels of which a route must begin with one, as edges; null for any. Empty: none of them is open. */
  readonly outgoingEdges: readonly number[] | null;
  /** Node that a route must come in from; −1 for any. The number of no node where there cannot be such a route. */
  readonly lastHop: number;
  /**
   * Edges from the source to the destination that the payment must take, tried once; −1 where there is no such channel
   * now. Null: the model looks for routes itself.
   */
  readonly route: readonly number[] | null;
  readonly startedUs: number;
  /** Key for keyedU32: draws of this payment. */
  readonly key0: number;
  readonly key1: number;
}
