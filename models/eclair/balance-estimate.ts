/**
 * What a node estimates of the balance between two other nodes, from payments of its own: a lower and an upper bound that
 * fade with time. Pure arithmetic on one estimate; balance-estimates.ts keeps them.
 *
 * eclair:router/BalanceEstimate.scala. Times are whole seconds, as there.
 */
import { exp2 } from '../../engine/base/math.ts';

/** Stands here for a bound that was never known: so long ago that nothing of it is left. */
export const NEVER_S = -1_000_000_000_000;

export interface BalanceEstimate {
  readonly lowMsat: number;
  readonly lowS: number;
  readonly highMsat: number;
  readonly highS: number;
}

/** Nothing is known: between nothing and the capacity of the largest channel. */
export function unknownBalance(maxCapacityMsat: number): BalanceEstimate {
  return { lowMsat: 0, lowS: NEVER_S, highMsat: maxCapacityMsat, highS: NEVER_S };
}

/** Estimates of one pair of nodes, in one direction. */
export class EstimateRules {
  readonly halfLifeS: number;

  constructor(halfLifeS: number) {
    this.halfLifeS = halfLifeS;
  }

  /** Probability that `amountMsat` can be sent. */
  canSend(e: BalanceEstimate, maxMsat: number, amountMsat: number, nowS: number): number {
    return this.#piece(e, maxMsat, amountMsat, nowS, false);
  }

  /** Derivative of the same, per msat. */
  slope(e: BalanceEstimate, maxMsat: number, amountMsat: number, nowS: number): number {
    return this.#piece(e, maxMsat, amountMsat, nowS, true);
  }

  /** It failed for want of balance. */
  couldNotSend(e: BalanceEstimate, maxMsat: number, amountMsat: number, nowS: number): BalanceEstimate {
    if (amountMsat <= e.lowMsat) return { lowMsat: 0, lowS: nowS, highMsat: amountMsat, highS: nowS };
    const updated = { ...e, highMsat: amountMsat, highS: nowS };
    if (amountMsat < e.highMsat) return updated;
    // An old bound gives way only if the new one makes the old amount less likely.
    return this.canSend(updated, maxMsat, e.highMsat, nowS) < this.canSend(e, maxMsat, e.highMsat, nowS) ? updated : e;
  }

  /** It was carried, but the payment failed further on. */
  couldSend(e: BalanceEstimate, maxMsat: number, amountMsat: number, nowS: number): BalanceEstimate {
    return otherSide(this.couldNotSend(otherSide(e, maxMsat), maxMsat, maxMsat - amountMsat, nowS), maxMsat);
  }

  /** It was carried, and the payment succeeded. `single`: there is one channel between the nodes. */
  didSend(e: BalanceEstimate, maxMsat: number, amountMsat: number, nowS: number, single: boolean): BalanceEstimate {
    const lowMsat = Math.max(0, e.lowMsat - amountMsat);
    if (!single) return { ...e, lowMsat };
    const highMsat = Math.max(0, e.highMsat - amountMsat);
    const shifted = { ...e, lowMsat, highMsat };
    const fresh = { ...e, lowMsat, highMsat: Math.max(0, maxMsat - amountMsat), highS: nowS };
    const better = this.canSend(shifted, maxMsat, highMsat, nowS) < this.canSend(fresh, maxMsat, highMsat, nowS);
    return better ? shifted : fresh;
  }

  /** The other direction carried it. */
  didReceive(e: BalanceEstimate, maxMsat: number, amountMsat: number, nowS: number, single: boolean): BalanceEstimate {
    return otherSide(this.didSend(otherSide(e, maxMsat), maxMsat, amountMsat, nowS, single), maxMsat);
  }

  /** Three straight lines: from 1 at nothing over the bounds to 0 at the capacity. */
  #piece(e: BalanceEstimate, maxMsat: number, a: number, nowS: number, slope: boolean): number {
    const l = e.lowMsat;
    const h = e.highMsat;
    const pLow = this.#decay(l, 1, e.lowS, maxMsat, nowS);
    const pHigh = this.#decay(h, 0, e.highS, maxMsat, nowS);
    if (a < l) return slope ? (pLow - 1) / l : (l - a * (1 - pLow)) / l;
    if (a < h) return slope ? (pHigh - pLow) / (h - l) : ((h - a) * pLow + (a - l) * pHigh) / (h - l);
    if (h < maxMsat) return slope ? -pHigh / (maxMsat - h) : ((maxMsat - a) * pHigh) / (maxMsat - h);
    return 0;
  }

  /** Certainty halves every half-life; what is left of it stands against "all balances are equally likely". */
  #decay(amountMsat: number, known: number, atS: number, maxMsat: number, nowS: number): number {
    const ratio = 1 / exp2((nowS - atS) / this.halfLifeS);
    const baseline = 1 - amountMsat / maxMsat;
    return baseline * (1 - ratio) + known * ratio;
  }
}

function otherSide(e: BalanceEstimate, maxMsat: number): BalanceEstimate {
  return { lowMsat: maxMsat - e.highMsat, lowS: e.highS, highMsat: maxMsat - e.lowMsat, highS: e.lowS };
}
