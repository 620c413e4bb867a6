/**
 * Blocks as real nodes come to know them: found, undone and found anew; a node that does not run hears of them when it starts.
 *
 * What LDK is told follows its trait `Confirm` (ldk:chain/mod.rs): of every block its transactions and then the new tip; of blocks that
 * are undone each of their transactions, the latest first, and then the tip that is left.
 */
import { RECORD } from '../../simulate/records.ts';
import type { ReorgRequest } from '../../timeline/reorgs.ts';
import type { Cheating } from './cheating.ts';
import type { RealChannels } from './real-channels.ts';
import type { RealInvoices } from './real-invoices.ts';
import type { RealNode } from './real-node.ts';
import type { Sweeper } from './sweeper.ts';
import type { World } from './world-contract.ts';

const BLOCK_S = 600;
/** Where a transaction is after a reorganisation, as in the simulator's records. */
const WHERE = { gone: 0, mempool: 1 } as const;

export interface BlocksWorld extends World {
  readonly channels: RealChannels;
  readonly invoices: RealInvoices;
  readonly sweeper: Sweeper;
  readonly cheating: Cheating;
  /** Seconds since 1970 by the run's clock. */
  seconds(): number;
  /** Lets something happen and the nodes work off what it brought them. */
  act(happen: () => void): void;
}

export class RealBlocks {
  readonly #w: BlocksWorld;
  /** What nodes that do not run are to hear. */
  readonly #missed: Map<RealNode, ((node: RealNode) => void)[]> = new Map();
  /** Time of the last block. */
  seconds: number;

  /** `seconds` is the time before the first block. */
  constructor(world: BlocksWorld, seconds: number) {
    this.#w = world;
    this.seconds = seconds;
  }

  /** With `empty` the blocks confirm nothing. */
  mine(blocks: number, empty = false): void {
    for (let i = 0; i < blocks; i++) this.#w.act(() => this.#block(empty));
  }

  reorg({ depth, blocks, empty }: ReorgRequest): void {
    this.#w.act(() => this.#undo(depth));
    this.mine(blocks, empty);
  }

  /** A node stops. */
  miss(node: RealNode): void {
    this.#missed.set(node, []);
  }

  /** A node runs again, and hears of the blocks that it has missed. */
  catchUp(node: RealNode): void {
    for (const hear of this.#missed.get(node) ?? []) hear(node);
    this.#missed.delete(node);
  }

  /** Records what strangers have in the mempool. */
  tellBacklog(): void {
    const { chain } = this.#w;
    const { weight, minimumPerKw } = chain.backlog;
    this.#w.record(RECORD.mempool, weight, minimumPerKw, chain.estimatePerKw(1), 0);
  }

  #block(empty: boolean): void {
    const w = this.#w;
    const congested = w.chain.backlog.present;
    this.seconds = Math.max(this.seconds + 1, w.isSettingUp ? this.seconds + BLOCK_S : w.seconds());
    const { header, height, confirmed } = w.chain.mine(this.seconds, empty);
    w.record(RECORD.block, 1, confirmed.length, height, 0);
    for (const { kind, channel, valueSat } of confirmed) w.record(RECORD.txConfirmed, kind, channel, height, valueSat);
    w.channels.confirmed(confirmed, height);
    for (const tx of confirmed) if (tx.revoked.length > 0) w.cheating.confirmed(tx);
    const transactions = confirmed.map(({ tx }) => tx.bytes);
    this.#tell((node) => node.connectBlock(header, height, transactions));
    if (congested) this.tellBacklog();
    w.soon(() => {
      w.channels.afterBlock(height);
      w.sweeper.afterBlock();
    });
    w.invoices.afterBlock();
  }

  #undo(depth: number): void {
    const w = this.#w;
    const { blocks, transactions, header, height, gone } = w.chain.undo(depth);
    w.record(RECORD.reorg, blocks, transactions.length, height, depth);
    for (const tx of [...transactions].reverse()) w.channels.undone(tx);
    const dropped = new Set(gone);
    for (const tx of [...gone, ...w.chain.waiting]) {
      if (!dropped.has(tx) && !transactions.includes(tx)) continue;
      const { kind, channel, valueSat } = tx;
      w.record(RECORD.txUndone, kind, channel, dropped.has(tx) ? WHERE.gone : WHERE.mempool, valueSat);
    }
    w.channels.afterReorg(height);
    if (w.chain.backlog.present) this.tellBacklog();
    if (blocks === 0) return;
    const txids = transactions.map(({ tx }) => tx.id).reverse();
    this.#tell((node) => node.disconnectBlocks(txids, header, height));
  }

  #tell(hear: (node: RealNode) => void): void {
    for (const node of this.#w.nodes) {
      if (!node.running) {
        this.#missed.get(node)?.push(hear);
        continue;
      }
      hear(node);
      this.#w.touch(node);
    }
  }
}
