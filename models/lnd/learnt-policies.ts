/**
 * Policies that a sender learnt from the channel_update inside a failure, ahead of gossip. lnd writes them into its own
 * graph (lnd:routing/payment_lifecycle.go:handleFailureMessage, lnd:graph/builder.go:ApplyChannelUpdate). The graph here
 * is shared by all nodes, so they are laid over it for the time of a search and taken off again.
 */
import type { Json } from '../../engine/base/json.ts';
import type { GraphView, Policy } from '../../engine/simulate/node-model.ts';

/** A policy of an edge; `version` as in GraphView. */
interface Learnt {
  readonly edge: number;
  readonly version: number;
  feeBaseMsat: number;
  feeRatePpm: number;
  cltvDelta: number;
  minHtlcMsat: number;
  maxHtlcMsat: number;
  disabled: number;
  inboundFeeBaseMsat: number;
  inboundFeeRatePpm: number;
}

export class LearntPolicies {
  /** Ordered by edge. */
  #learnt: Learnt[] = [];

  get size(): number {
    return this.#learnt.length;
  }

  learn(edge: number, policy: Policy, version: number): void {
    const entry: Learnt = {
      edge,
      version,
      feeBaseMsat: policy.feeBaseMsat,
      feeRatePpm: policy.feeRatePpm,
      cltvDelta: policy.cltvDelta,
      minHtlcMsat: policy.minHtlcMsat,
      maxHtlcMsat: policy.maxHtlcMsat,
      disabled: policy.disabled ? 1 : 0,
      inboundFeeBaseMsat: policy.inboundFeeBaseMsat,
      inboundFeeRatePpm: policy.inboundFeeRatePpm,
    };
    this.#learnt = [...this.#learnt.filter((l) => l.edge !== edge), entry].sort((a, b) => a.edge - b.edge);
  }

  /** Lays the policies over the graph; those that gossip has caught up with are forgotten. Ended by takeOff. */
  layOver(graph: GraphView): void {
    if (this.#learnt.length === 0) return;
    this.#learnt = this.#learnt.filter(
      (l) => l.version > (graph.version[l.edge] as number) && graph.known[l.edge] === 1,
    );
    this.#swap(graph);
  }

  takeOff(graph: GraphView): void {
    this.#swap(graph);
  }

  capture(): Json {
    return this.#learnt.map((l) => ({ ...l }));
  }

  static restore(state: Json): LearntPolicies {
    const policies = new LearntPolicies();
    policies.#learnt = (state as unknown as readonly Learnt[]).map((l) => ({ ...l }));
    return policies;
  }

  /** Exchanges the entries' values with the graph's: twice is nothing. */
  #swap(graph: GraphView): void {
    for (const l of this.#learnt) {
      const e = l.edge;
      l.feeBaseMsat = exchange(graph.feeBaseMsat, e, l.feeBaseMsat);
      l.feeRatePpm = exchange(graph.feeRatePpm, e, l.feeRatePpm);
      l.cltvDelta = exchange(graph.cltvDelta, e, l.cltvDelta);
      l.minHtlcMsat = exchange(graph.minHtlcMsat, e, l.minHtlcMsat);
      l.maxHtlcMsat = exchange(graph.maxHtlcMsat, e, l.maxHtlcMsat);
      l.disabled = exchange(graph.disabled, e, l.disabled);
      // An inbound fee belongs to the direction that arrives at the policy's node.
      l.inboundFeeBaseMsat = exchange(graph.inboundFeeBaseMsat, e ^ 1, l.inboundFeeBaseMsat);
      l.inboundFeeRatePpm = exchange(graph.inboundFeeRatePpm, e ^ 1, l.inboundFeeRatePpm);
      graph.touch(e);
      graph.touch(e ^ 1);
    }
  }
}

function exchange(column: Float64Array | Int32Array | Uint8Array, at: number, value: number): number {
  const old = column[at] as number;
  column[at] = value;
  return old;
}
