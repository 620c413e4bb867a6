/**
 * A payment's request in a snapshot. What is as usual is left out, so that such payments are written as ever. So is the
 * invoice: what a model still needs of it once the payment has begun, it keeps itself.
 */
import type { Json } from '../../engine/base/json.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';

export interface CapturedRequest
  extends Omit<PaymentRequest, 'invoice' | 'probe' | 'maxCltv' | 'outgoingEdges' | 'route'> {
  /** The only one of outgoingEdges; −1 for any, and where they stand in a list. */
  readonly outgoingEdge: number;
  readonly outgoingEdges?: readonly number[];
  readonly probe?: true;
  readonly maxCltv?: number;
  readonly route?: readonly number[] | null;
}

export function captureRequest(request: PaymentRequest): Json {
  const { invoice: _, probe, maxCltv, outgoingEdges, route, ...rest } = request;
  const captured: CapturedRequest = {
    ...rest,
    outgoingEdge: outgoingEdges?.length === 1 ? (outgoingEdges[0] as number) : -1,
    ...(outgoingEdges === null || outgoingEdges.length === 1 ? {} : { outgoingEdges: [...outgoingEdges] }),
    ...(probe ? { probe } : {}),
    ...(maxCltv < 0 ? {} : { maxCltv }),
    ...(route === null ? {} : { route: [...route] }),
  };
  return captured as unknown as Json;
}

/** The request as it is now: under its payment's present number. */
export function restoreRequest(state: CapturedRequest, rowOf: (payment: number) => number): PaymentRequest {
  const { outgoingEdge, outgoingEdges, ...rest } = state;
  return {
    ...rest,
    payment: rowOf(rest.payment),
    invoice: null,
    probe: rest.probe === true,
    maxCltv: rest.maxCltv ?? -1,
    outgoingEdges: outgoingEdges ?? (outgoingEdge < 0 ? null : [outgoingEdge]),
    route: rest.route ?? null,
  };
}
