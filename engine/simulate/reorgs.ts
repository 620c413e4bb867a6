/**
 * Reorganisations: the last blocks are undone, the latest first, and what their transactions did to the ledger with them.
 * Transactions wait in the mempool again, in their old order, unless what they spend is not there or not yet spendable: a
 * claim of an output whose transaction is undone (BOLT 3: with anchors all but the anchors wait for a confirmation at
 * least), a CSV delay or a CLTV expiry that is in the future again (bitcoin:txmempool.cpp:removeForReorg). Those their
 * nodes broadcast anew when they can. What a node has told others, or decided to do, stays (losses.ts).
 *
 * Delays and depths count anew, since they are counted from heights that are noted anew at the next confirmation.
 */
import type { ReorgRequest } from '../timeline/reorgs.ts';
import type { ClosingFlow } from './closing.ts';
import type { Fees } from './fees.ts';
import type { Tx } from './mempool.ts';
import type { OnChain } from './onchain.ts';
import type { Opening } from './opening.ts';
import { RECORD, TX } from './records.ts';
import type { ConfirmedTx, UndoneBlock } from './undo-log.ts';
import type { World } from './world.ts';

/** Where a transaction is after a reorganisation. */
const WHERE = { gone: 0, mempool: 1 } as const;

/** Claims that wait for a delay or an expiry. */
const TIMED: ReadonlySet<number> = new Set([TX.htlcTimeout, TX.sweepLocal, TX.sweepRemote, TX.htlcSweep]);

export class Reorgs {
  readonly #w: World;
  readonly #opening: Opening;
  readonly #closing: ClosingFlow;
  readonly #onchain: OnChain;
  readonly #fees: Fees;

  constructor(world: World, opening: Opening, closing: ClosingFlow, onchain: OnChain, fees: Fees) {
    this.#w = world;
    this.#opening = opening;
    this.#closing = closing;
    this.#onchain = onchain;
    this.#fees = fees;
  }

  /** Undoes blocks: as many as asked for, or as there are that the run knows of. */
  undo({ depth }: ReorgRequest): void {
    const w = this.#w;
    const { undo, mempool } = w.chain;
    const blocks = undo.blocks.splice(Math.max(0, undo.blocks.length - depth)).reverse();
    const height = w.chain.height - blocks.length;
    const transactions = blocks.reduce((sum, { steps }) => sum + confirmed(steps).length, 0);
    w.record(RECORD.reorg, blocks.length, transactions, height, depth);
    for (const block of blocks) this.#undoBlock(block);
    const undone = new Set(blocks.flatMap(({ steps }) => confirmed(steps).map(({ tx }) => tx.id)));
    for (const tx of [...mempool.waiting]) {
      const leaves = this.#leaves(tx);
      if (leaves) this.#onchain.bids.leave(tx);
      if (leaves || undone.has(tx.id)) {
        w.record(RECORD.txUndone, tx.kind, tx.channel, leaves ? WHERE.gone : WHERE.mempool, tx.valueSat);
      }
    }
    mempool.clampBids(height);
    this.#onchain.onReorg();
    this.#fees.onReorg();
    this.#onchain.claim();
  }

  #undoBlock(block: UndoneBlock): void {
    const { chain } = this.#w;
    chain.height--;
    chain.blocksUndone++;
    for (const step of [...block.steps].reverse()) {
      if (typeof step === 'number') this.#onchain.takeUp(step);
      else this.#undoTx(step);
    }
    this.#onchain.forgetOutputs(block.outputs);
    const { strangers, steps } = block;
    chain.mempool.putBack({ confirmed: confirmed(steps).map(({ tx }) => tx), strangers });
  }

  #undoTx(step: ConfirmedTx): void {
    const { tx } = step;
    switch (tx.kind) {
      case TX.funding:
        this.#opening.onUndone(tx.channel);
        return;
      case TX.coopClose:
        this.#closing.onUndone(tx.channel, step);
        return;
      case TX.send:
        this.#fees.onSendUndone(tx);
        return;
      case TX.anchor:
        this.#onchain.bids.onAnchorUndone(tx);
        return;
      case TX.commitment:
        this.#onchain.onCommitmentUndone(tx.channel, step);
        return;
      default:
        this.#onchain.onClaimUndone(tx);
    }
  }

  /** Whether a transaction cannot stay in the mempool. */
  #leaves(tx: Tx): boolean {
    const { outputs, height } = this.#w.chain;
    if (tx.output < 0) return false;
    const output = outputs[tx.output];
    return output === undefined || (TIMED.has(tx.kind) && output.matureAt > height + 1);
  }
}

function confirmed(steps: UndoneBlock['steps']): ConfirmedTx[] {
  return steps.filter((step) => typeof step !== 'number');
}
