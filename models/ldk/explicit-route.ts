/**
 * Routes that the scenario gives: what each hop carries, computed from the payee backwards with the public policies, as a
 * path of the same form as those that are found. Looks for nothing and sends nothing.
 *
 * ldk:routing/router.rs:build_route_from_hops: LDK searches with all other channels shut out, so what path finding demands
 * of channels holds here, too.
 */
import {
  blankView,
  type CommitmentView,
  type ModelHost,
  type PaymentRequest,
} from '../../engine/simulate/node-model.ts';
import { smallest, spendable } from './commitment.ts';
import { hopLimit, type PathHop, PaymentPath } from './payment-path.ts';
import type { RemovedFromGraph } from './removed-from-graph.ts';

export class RouteBuilder {
  readonly #host: ModelHost;
  readonly #view: CommitmentView = blankView();

  constructor(host: ModelHost) {
    this.#host = host;
  }

  /** The path over the request's channels, or null when one is not there or cannot carry what it would have to. */
  build(request: PaymentRequest, removed: RemovedFromGraph): PaymentPath | null {
    const { route, source, destination, amountMsat } = request;
    const { graph } = this.#host;
    if (route === null || route.some((edge) => edge < 0) || amountMsat <= 0) return null;
    if (graph.from(route[0] as number) !== source || graph.to(route[route.length - 1] as number) !== destination) {
      return null;
    }
    // ldk:ln/outbound_payment.rs:pay_route_internal: a path may end at the payer, and not lead through it.
    if (route.some((edge, i) => i > 0 && graph.from(edge) === source)) return null;
    const hops: PathHop[] = [];
    for (let i = 0; i < route.length; i++) {
      const edge = route[i] as number;
      const hop = i === 0 ? this.#ownHop(edge) : this.#publicHop(edge, removed);
      if (hop === null) return null;
      hops.push(hop);
    }
    const path = new PaymentPath(hops);
    path.update(amountMsat);
    for (let i = 0; i < hops.length; i++) {
      const hop = hops[i] as PathHop;
      if (path.carried(i) > hopLimit(hop.own, hop.capacityMsat, hop.maxHtlcMsat, 1)) return null;
    }
    return path.valueMsat === amountMsat ? path : null;
  }

  #ownHop(edge: number): PathHop | null {
    if (!this.#host.eligible(edge)) return null;
    this.#host.view(edge, this.#view);
    const limit = spendable(this.#view);
    return hopOf(edge, true, 0, 0, 0, smallest(this.#view), limit, limit);
  }

  #publicHop(edge: number, removed: RemovedFromGraph): PathHop | null {
    const { graph } = this.#host;
    const now = this.#host.nowUs();
    if (graph.known[edge] === 0 || graph.disabled[edge] === 1 || removed.channel(edge >> 1, now)) return null;
    if (removed.node(graph.from(edge), now) || removed.node(graph.to(edge), now)) return null;
    const capacity = graph.capacityMsat[edge >> 1] as number;
    return hopOf(
      edge,
      false,
      graph.feeBaseMsat[edge] as number,
      graph.feeRatePpm[edge] as number,
      graph.cltvDelta[edge] as number,
      graph.minHtlcMsat[edge] as number,
      capacity,
      Math.min(graph.maxHtlcMsat[edge] as number, capacity),
    );
  }
}

function hopOf(
  edge: number,
  own: boolean,
  baseMsat: number,
  ppm: number,
  cltvDelta: number,
  minHtlcMsat: number,
  capacityMsat: number,
  maxHtlcMsat: number,
): PathHop {
  const fees = { penaltyMsat: 0, useFeeMsat: 0, nextFeesMsat: 0, feeMsat: 0 };
  return { edge, own, baseMsat, ppm, cltvDelta, minHtlcMsat, capacityMsat, maxHtlcMsat, ...fees };
}
