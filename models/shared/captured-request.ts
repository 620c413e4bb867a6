/** A payment's request in a snapshot. A route is left out where there is none, so that such payments are written as ever. */
import type { Json } from '../../engine/base/json.ts';
import type { PaymentRequest } from '../../engine/simulate/node-model.ts';

export type CapturedRequest = Omit<PaymentRequest, 'route'> & Partial<Pick<PaymentRequest, 'route'>>;

export function captureRequest({ route, ...request }: PaymentRequest): Json {
  return { ...request, ...(route === null ? {} : { route }) };
}

/** The request as it is now: under its payment's present number. */
export function restoreRequest(state: CapturedRequest, rowOf: (payment: number) => number): PaymentRequest {
  return { ...state, route: state.route ?? null, payment: rowOf(state.payment) };
}
