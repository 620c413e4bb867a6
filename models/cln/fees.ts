/** Fees as Core Lightning computes them, msat. */
import { mulDivFloor } from '../../engine/base/numbers.ts';

/** cln:common/amount.c:amount_msat_fee: base plus floor(amount · ppm / 10^6). */
export function channelFee(amountMsat: number, baseMsat: number, ppm: number): number {
  return baseMsat + mulDivFloor(amountMsat, ppm, 1_000_000);
}

/**
 * cln:common/amount.c:amount_msat_sub_fee: the largest amount that leaves a node when `inMsat` enters it; 0 when that does
 * not even pay the base fee. Infinity stays infinite where the channel is free.
 */
export function amountAfterFee(inMsat: number, baseMsat: number, ppm: number): number {
  if (inMsat === Infinity) return Infinity;
  const net = inMsat - baseMsat;
  if (net < 0) return 0;
  const out = mulDivFloor(net, 1_000_000, 1_000_000 + ppm);
  // The fee is rounded down, so it can be one more.
  return out + 1 + channelFee(out + 1, baseMsat, ppm) <= inMsat ? out + 1 : out;
}

/**
 * cln:plugins/xpay/xpay.c:new_payment: fee limit of a payment that brings none: a share, or a flat amount when that is
 * more.
 */
export function defaultMaxFee(amountMsat: number, ppm: number, flatMsat: number): number {
  return Math.max(channelFee(amountMsat, 0, ppm), flatMsat);
}
