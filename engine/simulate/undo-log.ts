/**
 * What the last blocks did, as far as it does not follow from the state: kept for as many blocks as a reorganisation may
 * undo (engine/timeline/reorgs.ts), and not at all where the timeline has none. What undoing means is said in reorgs.ts.
 */
import type { NumberHasher } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { Band } from './backlog.ts';
import type { Tx } from './mempool.ts';

/** A cooperative close as it was signed. */
export interface SignedClose {
  readonly toSat: readonly [number, number];
  readonly feeSat: number;
}

/** A transaction that a block confirmed. */
export interface ConfirmedTx {
  readonly tx: Tx;
  /** Of one that spends a funding output: balances of both sides before it, msat. */
  readonly balanceMsat?: readonly [number, number];
  /** Of a cooperative close. */
  readonly close?: SignedClose;
}

/** A transaction of a block, or the number of an output that its owner gave up before the next one. */
export type UndoStep = ConfirmedTx | number;

export interface UndoneBlock {
  /** Outputs that there were before the block. */
  readonly outputs: number;
  /** Strangers' transactions in it. */
  readonly strangers: readonly Band[];
  /** In the order in which they happened. */
  readonly steps: UndoStep[];
}

export class UndoLog {
  /** Blocks that can be undone at most. */
  readonly depth: number;
  /** The latest block last. */
  readonly blocks: UndoneBlock[] = [];

  constructor(depth: number) {
    this.depth = depth;
  }

  begin(outputs: number, strangers: readonly Band[]): void {
    if (this.depth === 0) return;
    this.blocks.push({ outputs, strangers, steps: [] });
    if (this.blocks.length > this.depth) this.blocks.shift();
  }

  /** Something happened in the latest block or since; what was before the first block that is known stays. */
  note(step: UndoStep): void {
    this.blocks[this.blocks.length - 1]?.steps.push(step);
  }

  /** Takes over a block of a captured state, the earliest first. */
  restore(block: UndoneBlock): void {
    if (this.depth === 0) return;
    this.blocks.push(block);
    if (this.blocks.length > this.depth) this.blocks.shift();
  }

  digestInto(hash: NumberHasher): void {
    for (const { outputs, strangers, steps } of this.blocks) {
      hash.f64(outputs);
      for (const { perKw, weight } of strangers) for (const v of [perKw, weight]) hash.f64(v);
      hash.text(canonicalJson(steps as unknown as Json));
    }
  }
}
