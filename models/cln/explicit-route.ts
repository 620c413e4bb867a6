/**
 * Routes that the scenario gives, as one would hand them to sendpay: what each hop carries, computed from the recipient
 * backwards with the public policies. Neither limits nor liquidity are looked at, and nothing is sent.
 *
 * cln:lightningd/pay.c:json_sendpay takes amounts and delays as they come; who calls it computes them like this.
 */
import { MAX_HOPS, type ModelHost, type PaymentRequest } from '../../engine/simulate/node-model.ts';
import { channelFee } from './fees.ts';
import type { FoundRoute } from './route-finding.ts';

/** The route of a request, or null when a channel of it is not there or it costs more than the request allows. */
export function explicitRoute(host: ModelHost, request: PaymentRequest, finalCltv: number): FoundRoute | null {
  const { graph } = host;
  const { route, source, destination } = request;
  if (route === null || route.length === 0 || route.length > MAX_HOPS || request.amountMsat <= 0) return null;
  const last = route.length - 1;
  const amountsMsat: number[] = [];
  const cltvs: number[] = [];
  let amount = request.amountMsat;
  let cltv = finalCltv;
  for (let i = last; i >= 0; i--) {
    const edge = route[i] as number;
    if (edge < 0) return null;
    const node = i === last ? destination : graph.from(route[i + 1] as number);
    if (graph.to(edge) !== node || (i > 0 && graph.known[edge] !== 1)) return null;
    amountsMsat[i] = amount;
    cltvs[i] = cltv;
    if (i === 0) break;
    amount += channelFee(amount, graph.feeBaseMsat[edge] as number, graph.feeRatePpm[edge] as number);
    cltv += graph.cltvDelta[edge] as number;
  }
  if (!isOwn(host, source, route[0] as number)) return null;
  if (request.feeLimitMsat >= 0 && amount - request.amountMsat > request.feeLimitMsat) return null;
  return { edges: [...route], amountsMsat, cltvs };
}

function isOwn(host: ModelHost, source: number, edge: number): boolean {
  const edges = host.localEdges(source);
  for (let i = 0; i < host.localEdgeCount(source); i++) if (edges[i] === edge) return true;
  return false;
}
