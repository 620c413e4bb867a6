/**
 * Routes that the scenario gives: what each hop carries, computed from the recipient backwards with the policies that the
 * sender knows. Looks for nothing and sends nothing.
 *
 * lnd:routing/router.go:BuildRoute, senderAmtBackwardPass, and lnd:routing/pathfind.go:newRoute. lnd names the nodes and
 * takes the best channel of each pair; here each pair has the one channel that the scenario names. As there, no blocks of
 * padding are added, and neither a probability nor a limit on time locks is looked at. SendToRoute has no fee limit; where
 * the scenario gives one it is that of who called BuildRoute, and looks at the result before it sends it.
 */
import {
  blankView,
  type CommitmentView,
  type ModelHost,
  type PaymentRequest,
  type RouteBuffer,
} from '../../engine/simulate/node-model.ts';
import { cappedInboundFee, outboundFee } from './fees.ts';
import type { LearntPolicies } from './learnt-policies.ts';
import { bandwidth, inRange } from './own-channels.ts';

export class RouteBuilder {
  readonly #host: ModelHost;
  readonly #view: CommitmentView = blankView();

  constructor(host: ModelHost) {
    this.#host = host;
  }

  /** Writes the route of a payment; false when a channel is not there, or cannot carry what it would have to. */
  build(request: PaymentRequest, finalCltvDelta: number, learnt: LearntPolicies | null, route: RouteBuffer): boolean {
    const { graph } = this.#host;
    learnt?.layOver(graph);
    const built = this.#backwards(request, this.#host.height() + finalCltvDelta, route);
    learnt?.takeOff(graph);
    if (!built) return false;
    const feeMsat = (route.amountMsat[0] as number) - request.amountMsat;
    return request.feeLimitMsat < 0 || feeMsat <= request.feeLimitMsat;
  }

  #backwards(
    { route: edges, source, destination, amountMsat }: PaymentRequest,
    height: number,
    out: RouteBuffer,
  ): boolean {
    const { graph } = this.#host;
    if (edges === null || edges.some((edge) => edge < 0)) return false;
    const last = edges.length - 1;
    if (graph.from(edges[0] as number) !== source || graph.to(edges[last] as number) !== destination) return false;
    let amount = amountMsat;
    let expiry = height;
    out.length = edges.length;
    for (let i = last; i >= 0; i--) {
      const edge = edges[i] as number;
      let net = amount;
      let fee = 0;
      if (i < last) {
        const next = edges[i + 1] as number;
        fee = outboundFee(amount, graph.feeBaseMsat[next] as number, graph.feeRatePpm[next] as number);
        net += fee;
        expiry += graph.cltvDelta[next] as number;
      }
      amount = i < last ? net + cappedInboundFee(graph, edge, net, fee) : net;
      if (!(i === 0 ? this.#ownCarries(edge, amount) : this.#carries(edge, amount))) return false;
      out.edge[i] = edge;
      out.amountMsat[i] = amount;
      out.expiry[i] = expiry;
    }
    return true;
  }

  /** lnd:routing/unified_edges.go:getEdgeLocal, of one channel. */
  #ownCarries(edge: number, amountMsat: number): boolean {
    return (
      inRange(this.#host.graph, edge, amountMsat) && bandwidth(this.#host, edge, amountMsat, this.#view) >= amountMsat
    );
  }

  /** lnd:routing/unified_edges.go:getEdgeNetwork, of one channel. */
  #carries(edge: number, amountMsat: number): boolean {
    const { graph } = this.#host;
    return graph.known[edge] === 1 && graph.disabled[edge] === 0 && inRange(graph, edge, amountMsat);
  }
}
