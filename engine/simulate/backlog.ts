/**
 * What strangers have in the mempool: weight at feerates, not transactions. It takes block space before whoever pays less,
 * pushes the cheapest out when the mempool is full, and makes the feerates that nodes estimate.
 *
 * A spread of feerates is STEPS of equal weight, each a constant factor above the one below: as much waits between 10 and
 * 20 sat/vB as between 100 and 200. Weights are whole weight units, feerates whole sat per 1000 of them.
 */
import { exp, exp2, log } from '../base/math.ts';

const STEPS = 16;

/** A replacement, and whatever follows something that was pushed out, pays 1 sat/vB more (Bitcoin Core: incrementalRelayFee). */
export const INCREMENTAL_PER_KW = 250;

/**
 * Blocks in which the minimum feerate of a mempool that was full halves: 12 hours (bitcoin:txmempool.h:
 * ROLLING_FEE_HALFLIFE) of ten minutes a block; half of it below half of the limit, a quarter below a quarter of it
 * (bitcoin:txmempool.cpp:GetMinFee).
 */
const HALFLIFE_BLOCKS = 72;

/** Foreign transactions of one feerate. */
export interface Band {
  readonly perKw: number;
  weight: number;
}

/** New foreign transactions with every block. */
export interface Inflow {
  readonly lowPerKw: number;
  readonly highPerKw: number;
  readonly weight: number;
  /** Blocks that it still lasts. */
  blocks: number;
}

export class Backlog {
  /** By feerate, the highest first; none is empty. */
  readonly bands: Band[] = [];
  readonly inflows: Inflow[] = [];
  /** Least feerate that a full mempool took, decaying; 0 when it takes everything. */
  minimumPerKw = 0;
  /** Weight that the mempool holds before it pushes out the cheapest. */
  limit: number;
  /** What is taken is written down here; null when nobody wants to know. */
  taken: Band[] | null = null;
  #weight = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Weight that waits. */
  get weight(): number {
    return this.#weight;
  }

  /** False when nobody but the scenario's nodes is there, and the mempool takes every feerate. */
  get present(): boolean {
    return this.bands.length > 0 || this.inflows.length > 0 || this.minimumPerKw > 0;
  }

  /** Adds weight spread over feerates; what the mempool does not take is not added. */
  add(lowPerKw: number, highPerKw: number, weight: number): void {
    const steps = lowPerKw === highPerKw ? 1 : STEPS;
    const each = Math.floor(weight / steps);
    const factor = steps === 1 ? 0 : log(highPerKw / lowPerKw) / (steps - 1);
    for (let i = 0; i < steps; i++) {
      const perKw = i === steps - 1 ? highPerKw : Math.round(lowPerKw * exp(factor * i));
      this.#put(perKw, i === 0 ? weight - each * (steps - 1) : each);
    }
    this.#purge();
  }

  /** A block is over: its room was given away before. New transactions come, and the minimum feerate decays. */
  afterBlock(): void {
    if (this.minimumPerKw > 0) this.#decay();
    let kept = 0;
    for (const inflow of this.inflows) {
      this.add(inflow.lowPerKw, inflow.highPerKw, inflow.weight);
      inflow.blocks--;
      if (inflow.blocks > 0) this.inflows[kept++] = inflow;
    }
    this.inflows.length = kept;
  }

  /** Takes at most `room` of what pays `perKw` or more into a block; answers how much. */
  take(perKw: number, room: number): number {
    let taken = 0;
    let gone = 0;
    for (const band of this.bands) {
      if (band.perKw < perKw || taken === room) break;
      const part = Math.min(band.weight, room - taken);
      taken += part;
      this.taken?.push({ perKw: band.perKw, weight: part });
      band.weight -= part;
      if (band.weight === 0) gone++;
    }
    if (gone > 0) this.bands.splice(0, gone);
    this.#weight -= taken;
    return taken;
  }

  /** A block was undone: what it had taken waits again, as far as the mempool takes it. */
  putBack(bands: readonly Band[]): void {
    for (const { perKw, weight } of bands) this.#put(perKw, weight);
    this.#purge();
  }

  /**
   * Feerate that stands before all but the first `target` blocks of what waits now, 0 where there is not so much: just
   * above the feerate at that depth. What comes later and what the scenario's nodes have there is not looked at.
   */
  feerateAt(target: number, blockWeight: number): number {
    let weight = 0;
    for (const band of this.bands) {
      weight += band.weight;
      if (weight >= target * blockWeight) return band.perKw + 1;
    }
    return 0;
  }

  /** Takes over a captured state. */
  restore(bands: readonly Band[], inflows: readonly Inflow[], minimumPerKw: number): void {
    this.bands.push(...bands);
    this.inflows.push(...inflows);
    this.minimumPerKw = minimumPerKw;
    this.#weight = bands.reduce((sum, { weight }) => sum + weight, 0);
  }

  #put(perKw: number, weight: number): void {
    if (weight === 0 || perKw < this.minimumPerKw) return;
    this.#weight += weight;
    let at = 0;
    while (at < this.bands.length && this.bands[at]!.perKw > perKw) at++;
    const band = this.bands[at];
    if (band?.perKw === perKw) band.weight += weight;
    else this.bands.splice(at, 0, { perKw, weight });
  }

  /** Pushes out the cheapest beyond the limit (bitcoin:txmempool.cpp:TrimToSize). */
  #purge(): void {
    while (this.#weight > this.limit) {
      const cheapest = this.bands[this.bands.length - 1]!;
      const part = Math.min(cheapest.weight, this.#weight - this.limit);
      cheapest.weight -= part;
      this.#weight -= part;
      this.minimumPerKw = Math.max(this.minimumPerKw, cheapest.perKw + INCREMENTAL_PER_KW);
      if (cheapest.weight === 0) this.bands.pop();
    }
  }

  #decay(): void {
    const quarters = this.#weight < this.limit / 4 ? 4 : this.#weight < this.limit / 2 ? 2 : 1;
    const minimum = Math.floor(this.minimumPerKw * exp2(-quarters / HALFLIFE_BLOCKS));
    this.minimumPerKw = minimum < INCREMENTAL_PER_KW / 2 ? 0 : minimum;
  }
}
