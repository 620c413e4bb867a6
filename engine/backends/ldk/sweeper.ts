/** Brings what closed channels leave to a node into its wallet, at the going feerate. */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Ldk } from './binding.ts';
import type { RealNode } from './real-node.ts';
import { outpointOf } from './transaction.ts';
import type { World } from './world-contract.ts';

export class Sweeper {
  readonly #w: World;

  constructor(world: World) {
    this.#w = world;
  }

  /** Each output by itself, so that none waits for another. */
  sweep(node: RealNode, { outputs }: Ldk.Event_SpendableOutputs): void {
    const { ldk } = this.#w.binding;
    const { chain } = this.#w;
    for (const output of outputs) {
      // It pays to the wallet already.
      if (output instanceof ldk.SpendableOutputDescriptor_StaticOutput) continue;
      const made = node.spender.spend_spendable_outputs(
        [output],
        [],
        node.walletScript,
        Math.max(chain.feeratePerKw, 253),
        ldk.Option_u32Z.constructor_none(),
      );
      if (made.is_ok()) chain.submit((made as unknown as { res: Uint8Array }).res);
      else chain.leave(outpointOf(bytesToHex(this.#outpoint(output).get_txid()), this.#outpoint(output).get_index()));
    }
  }

  #outpoint(output: Ldk.SpendableOutputDescriptor): Ldk.OutPoint {
    const { ldk } = this.#w.binding;
    if (output instanceof ldk.SpendableOutputDescriptor_DelayedPaymentOutput) {
      return output.delayed_payment_output.get_outpoint();
    }
    return (output as Ldk.SpendableOutputDescriptor_StaticPaymentOutput).static_payment_output.get_outpoint();
  }
}
