/**
 * One path of a route that is being put together: what each hop carries and costs, how much the path can carry, and how
 * fees follow when its value changes. Knows no graph and no scorer.
 *
 * ldk:routing/router.rs:PaymentPath, ldk:blinded_path/payment.rs:compute_aggregated_base_prop_fee.
 */
import { costPerMsat } from './cost-per-msat.ts';
import { forwardingFee } from './fees.ts';

/** A hop; amounts msat, the delta in blocks. The first is over one of the sender's own channels and costs nothing. */
export interface PathHop {
  readonly edge: number;
  readonly baseMsat: number;
  readonly ppm: number;
  readonly cltvDelta: number;
  readonly minHtlcMsat: number;
  readonly own: boolean;
  /** What it can carry: of an own channel exactly; of a public one its capacity and its policy's maximum. */
  readonly capacityMsat: number;
  readonly maxHtlcMsat: number;
  /** The amount over this hop that the walk asked the scorer about. */
  readonly scoredMsat?: number;
  /** Penalty of the whole way from here on; only the first hop's counts. */
  penaltyMsat: number;
  /** Fee for the use of this hop, paid on the one before; 0 on the first. */
  useFeeMsat: number;
  /** Fees paid after this hop. */
  nextFeesMsat: number;
  /** What is paid on this hop for the next one; on the last what the recipient gets. */
  feeMsat: number;
}

/** ldk:routing/router.rs:max_htlc_from_capacity: what may go over a hop when 1 / 2^power of a capacity may be used. */
export function hopLimit(own: boolean, capacityMsat: number, maxHtlcMsat: number, share: number): number {
  return own ? capacityMsat : Math.min(Math.floor(capacityMsat * share), maxHtlcMsat);
}

/** Answer of PaymentPath.largestValue when fees overflow: the hop to leave out is in `hop`. */
export const OVERFLOW = -1;
const U64_MOST = 0xffff_ffff_ffff_ffffn;
const MILLION = 1_000_000n;

/** ceil(a / 10^6). */
function ceilMillionth(a: bigint): bigint {
  return (a + MILLION - 1n) / MILLION;
}

export class PaymentPath {
  readonly hops: PathHop[];

  constructor(hops: PathHop[]) {
    this.hops = hops;
  }

  /** What the recipient gets. */
  get valueMsat(): number {
    return (this.hops[this.hops.length - 1] as PathHop).feeMsat;
  }

  get feesMsat(): number {
    let sum = 0;
    for (let i = 0; i + 1 < this.hops.length; i++) sum += (this.hops[i] as PathHop).feeMsat;
    return sum;
  }

  /** Fees and penalty. */
  get costMsat(): number {
    return this.feesMsat + (this.hops[0] as PathHop).penaltyMsat;
  }

  get costPerMsat(): bigint {
    return this.valueMsat === 0 ? U64_MOST : costPerMsat(this.costMsat, this.valueMsat);
  }

  /** Sum of the proportional fees, ppm. */
  get ppm(): number {
    return this.hops.reduce((sum, hop) => sum + hop.ppm, 0);
  }

  /** What a hop carries: the value and the fees of those behind it. */
  carried(hop: number): number {
    let sum = 0;
    for (let i = hop; i < this.hops.length; i++) sum += (this.hops[i] as PathHop).feeMsat;
    return sum;
  }

  /**
   * Changes the value and lets fees follow; a hop whose minimum is higher than what it would carry is overpaid.
   * @returns the value, which is larger than asked when the last hop's minimum is
   *
   * ldk:routing/router.rs:update_value_and_recompute_fees.
   */
  update(valueMsat: number): number {
    const last = this.hops.length - 1;
    let extra = 0;
    let fees = 0;
    for (let i = last; i >= 0; i--) {
      const hop = this.hops[i] as PathHop;
      let paid = i === last ? 0 : (this.hops[i + 1] as PathHop).useFeeMsat;
      hop.nextFeesMsat = fees;
      hop.penaltyMsat += extra;
      let carried = fees + valueMsat;
      const missing = hop.minHtlcMsat - carried;
      if (missing >= 0) {
        carried += missing;
        if (i === last) {
          extra = missing;
        } else {
          fees += missing;
          paid += missing;
        }
      }
      hop.feeMsat = i === last ? carried : paid;
      if (i > 0) {
        hop.useFeeMsat = forwardingFee(carried, hop.baseMsat, hop.ppm);
        fees += hop.useFeeMsat;
      }
    }
    return valueMsat + extra;
  }

  /**
   * Largest value that the path can carry, or OVERFLOW with the hop to leave out.
   * @param limitMsat what may still go over a hop
   *
   * ldk:routing/router.rs:max_final_value_msat.
   */
  largestValue(limitMsat: (hop: PathHop) => number): { readonly valueMsat: number; readonly hop: number } {
    let largest = Infinity;
    let limiting = 0;
    for (let i = 0; i < this.hops.length; i++) {
      const fees = this.#feesBehind(i);
      if (fees === null) return { valueMsat: OVERFLOW, hop: i + 1 };
      const most = BigInt(limitMsat(this.hops[i] as PathHop)) - fees.base;
      if (most < 0n) continue;
      const value = Number((most * MILLION + fees.ppm) / (MILLION + fees.ppm));
      if (value > largest) continue;
      largest = value;
      limiting = i;
    }
    return { valueMsat: largest, hop: limiting };
  }

  /** Base and proportional fee of all hops behind one together, rounded up; null when they overflow 64 bits. */
  #feesBehind(index: number): { readonly base: bigint; readonly ppm: bigint } | null {
    let base = 0n;
    let ppm = 0n;
    for (let i = this.hops.length - 1; i > index; i--) {
      const hop = this.hops[i] as PathHop;
      const rate = MILLION + BigInt(hop.ppm);
      const baseTimes = base * rate;
      const ppmTimes = (ppm + MILLION) * rate;
      if (baseTimes + MILLION > U64_MOST || ppmTimes + MILLION > U64_MOST) return null;
      base = ceilMillionth(baseTimes) + BigInt(hop.baseMsat);
      ppm = ceilMillionth(ppmTimes) - MILLION;
    }
    return { base, ppm };
  }
}
