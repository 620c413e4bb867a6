/**
 * What a node learnt about the liquidity of channels from its payments: askrene's layer "xpay". Bounds and what moved are
 * kept in the order in which they came, as in Core Lightning, and forgotten after a while.
 *
 * cln:plugins/askrene/layer.c:channel_intel, layer_apply_constraints, layer_trim_constraints.
 */
import type { Json } from '../../engine/base/json.ts';

/** Bounds on what a channel carries in one direction, msat. */
export interface Bounds {
  minMsat: number;
  maxMsat: number;
}

/**
 * One thing learnt. `side` is the direction (the edge's low bit). A constraint has bounds (0 and Infinity where it says
 * nothing); an impression an amount that went through.
 */
interface Intel {
  readonly side: number;
  readonly atS: number;
  minMsat: number;
  maxMsat: number;
  /** −1 for a constraint. */
  movedMsat: number;
}

/** Where what was learnt goes; see KnowledgeLayer. */
export interface BoundsLayer {
  atLeast(edge: number, amountMsat: number, atS: number): void;
  atMost(edge: number, amountMsat: number, atS: number): void;
  moved(edge: number, amountMsat: number, atS: number): void;
}

/** Whole seconds between two entries make no difference to what is forgotten when. */
export class KnowledgeLayer implements BoundsLayer {
  /** By channel, oldest first. */
  readonly #intel = new Map<number, Intel[]>();

  get channels(): IterableIterator<number> {
    return this.#intel.keys();
  }

  /** The direction carries at least this much (askrene-inform-channel unconstrained). */
  atLeast(edge: number, amountMsat: number, atS: number): void {
    this.#constrain({ side: edge & 1, atS, minMsat: amountMsat, maxMsat: Infinity, movedMsat: -1 }, edge >> 1);
  }

  /** The direction carries at most this much (constrained). */
  atMost(edge: number, amountMsat: number, atS: number): void {
    this.#constrain({ side: edge & 1, atS, minMsat: 0, maxMsat: amountMsat, movedMsat: -1 }, edge >> 1);
  }

  /** This much went through (succeeded): less is left in this direction, and more in the other. */
  moved(edge: number, amountMsat: number, atS: number): void {
    const list = this.#of(edge >> 1);
    const last = list[list.length - 1];
    if (last !== undefined && last.movedMsat >= 0 && last.side === (edge & 1) && last.atS === atS) {
      last.movedMsat += amountMsat;
    } else {
      list.push({ side: edge & 1, atS, minMsat: 0, maxMsat: Infinity, movedMsat: amountMsat });
    }
  }

  /** Applies what is known of an edge to bounds that are known otherwise. */
  apply(edge: number, bounds: Bounds): void {
    const side = edge & 1;
    for (const intel of this.#intel.get(edge >> 1) ?? []) {
      if (intel.movedMsat < 0) {
        if (intel.side !== side) continue;
        bounds.minMsat = Math.max(bounds.minMsat, intel.minMsat);
        bounds.maxMsat = Math.min(bounds.maxMsat, intel.maxMsat);
      } else {
        const change = intel.side === side ? -intel.movedMsat : intel.movedMsat;
        bounds.minMsat = Math.max(0, bounds.minMsat + change);
        bounds.maxMsat = Math.max(0, bounds.maxMsat + change);
      }
    }
  }

  /** Forgets what is older than a time, s. */
  forgetBefore(cutoffS: number): void {
    for (const [channel, list] of this.#intel) {
      if ((list[0] as Intel).atS >= cutoffS) continue;
      const kept = list.filter((intel) => intel.atS >= cutoffS);
      if (kept.length > 0) this.#intel.set(channel, kept);
      else this.#intel.delete(channel);
    }
  }

  get empty(): boolean {
    return this.#intel.size === 0;
  }

  /**
   * Adds a constraint and drops what it makes void: bounds of constraints since the last impression that are not tighter
   * are older, so they are forgotten first and never count again.
   */
  #constrain(intel: Intel, channel: number): void {
    const list = this.#of(channel);
    for (let i = list.length - 1; i >= 0; i--) {
      const older = list[i] as Intel;
      if (older.movedMsat >= 0) break;
      if (older.side !== intel.side) continue;
      if (older.minMsat <= intel.minMsat) older.minMsat = 0;
      if (older.maxMsat >= intel.maxMsat) older.maxMsat = Infinity;
      if (older.minMsat === 0 && older.maxMsat === Infinity) list.splice(i, 1);
    }
    list.push(intel);
  }

  #of(channel: number): Intel[] {
    let list = this.#intel.get(channel);
    if (list === undefined) {
      list = [];
      this.#intel.set(channel, list);
    }
    return list;
  }

  /** As JSON: channels in order, each with rows [side, s, min, max, moved]; −1 for no maximum. */
  capture(): Json {
    return [...this.#intel]
      .sort((a, b) => a[0] - b[0])
      .map(([channel, list]) => [
        channel,
        list.map((i) => [i.side, i.atS, i.minMsat, i.maxMsat === Infinity ? -1 : i.maxMsat, i.movedMsat]),
      ]);
  }

  static restore(state: Json): KnowledgeLayer {
    const layer = new KnowledgeLayer();
    for (const [channel, rows] of state as unknown as readonly (readonly [number, readonly (readonly number[])[]])[]) {
      layer.#intel.set(
        channel,
        rows.map(([side, atS, minMsat, maxMsat, movedMsat]) => ({
          side: side as number,
          atS: atS as number,
          minMsat: minMsat as number,
          maxMsat: (maxMsat as number) < 0 ? Infinity : (maxMsat as number),
          movedMsat: movedMsat as number,
        })),
      );
    }
    return layer;
  }
}
