/**
 * What one payment found out for itself: channels that it does not take any more, policies that failures told it, and a
 * bias against their channels. Gone with the payment.
 *
 * cln:plugins/xpay/xpay.c:private_layer; cln:plugins/askrene/layer.c:add_update_channel, set_bias.
 */
import type { Json } from '../../engine/base/json.ts';
import type { Policy } from '../../engine/simulate/node-model.ts';

/** What is changed of an edge. A field that is null is left as it is. */
export interface LocalUpdate {
  enabled: boolean;
  policy: Readonly<Policy> | null;
  /** −100 to 100; negative is against it. */
  bias: number;
}

/** cln:plugins/askrene/layer.c:set_bias. */
const LARGEST_BIAS = 100;

export class PrivateLayer {
  readonly updates: Map<number, LocalUpdate> = new Map();

  disable(edge: number): void {
    this.#of(edge).enabled = false;
  }

  /** A channel_update inside a failure; the node that sent it may be stuck or track the payer, so a bias of −1 is added. */
  learn(edge: number, policy: Readonly<Policy>): void {
    const update = this.#of(edge);
    update.policy = policy;
    update.enabled = !policy.disabled;
    update.bias = Math.max(-LARGEST_BIAS, update.bias - 1);
  }

  #of(edge: number): LocalUpdate {
    let update = this.updates.get(edge);
    if (update === undefined) {
      update = { enabled: true, policy: null, bias: 0 };
      this.updates.set(edge, update);
    }
    return update;
  }

  capture(): Json {
    return [...this.updates]
      .sort((a, b) => a[0] - b[0])
      .map(([edge, { enabled, policy, bias }]) => ({
        edge,
        enabled,
        bias,
        policy: policy === null ? null : { ...policy },
      }));
  }

  static restore(state: Json): PrivateLayer {
    const layer = new PrivateLayer();
    for (const { edge, ...update } of state as unknown as readonly (LocalUpdate & { edge: number })[]) {
      layer.updates.set(edge, update);
    }
    return layer;
  }
}
