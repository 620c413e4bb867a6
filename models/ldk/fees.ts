/** Fees as LDK computes them, msat. */
import { mulDivFloor } from '../../engine/base/numbers.ts';

/** ldk:routing/router.rs:compute_fees: base plus floor(amount · ppm / 10^6). */
export function forwardingFee(amountMsat: number, baseMsat: number, ppm: number): number {
  return baseMsat + mulDivFloor(amountMsat, ppm, 1_000_000);
}

/** ldk:routing/router.rs:RouteParameters::from_payment_params_and_value: fee limit of a payment that brings none. */
export function defaultFeeLimit(amountMsat: number, baseMsat: number, percent: number): number {
  return Math.floor((amountMsat * percent) / 100) + baseMsat;
}
