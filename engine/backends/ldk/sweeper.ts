/**
 * Brings what closed channels leave to a node into its wallet, at the estimate for OutputSpendingFee. As ldk:util/sweep.rs it
 * makes what waits anew after a block: here where the estimate has risen, for nobody takes a replacement that pays no more.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Ldk } from './binding.ts';
import { TARGET_BLOCKS } from './fee-targets.ts';
import type { RealNode } from './real-node.ts';
import { outpointOf } from './transaction.ts';
import type { World } from './world-contract.ts';

/** An output that is being brought in. */
interface Sweep {
  readonly node: RealNode;
  readonly output: Ldk.SpendableOutputDescriptor;
  readonly outpoint: string;
  /** Feerate of the last transaction for it. */
  perKw: number;
}

export class Sweeper {
  readonly #w: World;
  #sweeps: Sweep[] = [];

  constructor(world: World) {
    this.#w = world;
  }

  /** Each output by itself, so that none waits for another. */
  sweep(node: RealNode, { outputs }: Ldk.Event_SpendableOutputs): void {
    const { binding, chain } = this.#w;
    for (const made of outputs) {
      // It pays to the wallet already.
      if (made instanceof binding.ldk.SpendableOutputDescriptor_StaticOutput) continue;
      const id = this.#outpoint(made);
      const outpoint = outpointOf(bytesToHex(id.get_txid()), id.get_index());
      const sweep = { node, output: binding.keep(() => made.clone()), outpoint, perKw: 0 };
      if (this.#spend(sweep)) this.#sweeps.push(sweep);
      else {
        chain.leave(outpoint);
        binding.free(sweep.output);
      }
    }
  }

  /** After the nodes have seen a block. */
  afterBlock(): void {
    const { binding, chain } = this.#w;
    this.#sweeps = this.#sweeps.filter((sweep) => {
      if (!chain.coins.has(sweep.outpoint)) {
        binding.free(sweep.output);
        return false;
      }
      if (sweep.node.running && this.#perKw() > sweep.perKw) this.#spend(sweep);
      return true;
    });
  }

  /** False where the output is not worth the fee. */
  #spend(sweep: Sweep): boolean {
    const { ldk } = this.#w.binding;
    const { node, output } = sweep;
    const perKw = this.#perKw();
    const none = ldk.Option_u32Z.constructor_none();
    const made = node.spender.spend_spendable_outputs([output], [], node.walletScript, perKw, none);
    if (!made.is_ok()) return false;
    sweep.perKw = perKw;
    this.#w.chain.submit((made as unknown as { res: Uint8Array }).res);
    return true;
  }

  #perKw(): number {
    return Math.max(this.#w.chain.estimatePerKw(TARGET_BLOCKS.outputSpending), 253);
  }

  #outpoint(output: Ldk.SpendableOutputDescriptor): Ldk.OutPoint {
    const { ldk } = this.#w.binding;
    if (output instanceof ldk.SpendableOutputDescriptor_DelayedPaymentOutput) {
      return output.delayed_payment_output.get_outpoint();
    }
    return (output as Ldk.SpendableOutputDescriptor_StaticPaymentOutput).static_payment_output.get_outpoint();
  }
}
