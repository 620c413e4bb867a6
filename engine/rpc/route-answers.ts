/**
 * What nodes of a model process will be asked about an HTLC on its route, answered when the route is sent: Send.check_codes
 * of model.proto, where it says what is taken for granted.
 */

import type { GossipGraph } from '../simulate/graph.ts';
import {
  blankForward,
  blankReceive,
  type CommitmentView,
  type NodeModel,
  type PaymentRequest,
  type RouteBuffer,
} from '../simulate/node-model.ts';

const UNKNOWN = -1;

export class RouteAnswers {
  readonly #graph: GossipGraph;
  readonly #models: ReadonlyMap<number, NodeModel>;
  /** By edge. */
  readonly #views: ReadonlyMap<number, CommitmentView>;
  /** Payments that go on, as far as they began here. */
  readonly #payments = new Map<number, PaymentRequest>();
  readonly #forward = blankForward();
  readonly #receive = blankReceive();

  constructor(graph: GossipGraph, models: ReadonlyMap<number, NodeModel>, views: ReadonlyMap<number, CommitmentView>) {
    this.#graph = graph;
    this.#models = models;
    this.#views = views;
  }

  started(request: PaymentRequest): void {
    this.#payments.set(request.payment, request);
  }

  resolved(payment: number): void {
    this.#payments.delete(payment);
  }

  /** A code for each hop, of the node that it leads to. */
  codes(payment: number, route: RouteBuffer, height: number): number[] {
    const codes: number[] = [];
    for (let hop = 1; hop < route.length; hop++) codes.push(this.#forwarded(route, hop, height));
    codes.push(this.#received(payment, route, height));
    return codes;
  }

  #forwarded(route: RouteBuffer, hop: number, height: number): number {
    const edge = route.edge[hop] as number;
    const incoming = route.edge[hop - 1] as number;
    const node = this.#graph.from(edge);
    const model = this.#models.get(node);
    const view = this.#views.get(edge);
    if (model === undefined || view === undefined || this.#graph.known[edge] !== 1) return UNKNOWN;
    const r = this.#forward;
    r.node = node;
    r.incomingEdge = incoming;
    r.incomingAmountMsat = route.amountMsat[hop - 1] as number;
    r.incomingExpiry = route.expiry[hop - 1] as number;
    r.outgoingEdge = edge;
    r.requestedEdge = edge;
    r.outgoingAmountMsat = route.amountMsat[hop] as number;
    r.outgoingExpiry = route.expiry[hop] as number;
    r.height = height;
    r.exists = true;
    r.usable = true;
    r.connected = true;
    r.announced = true;
    this.#graph.getPolicy(edge, r.policy);
    r.former = null;
    r.inboundFeeBaseMsat = this.#graph.inboundFeeBaseMsat[incoming] as number;
    r.inboundFeeRatePpm = this.#graph.inboundFeeRatePpm[incoming] as number;
    Object.assign(r.view, view);
    return model.checkForward(r);
  }

  #received(payment: number, route: RouteBuffer, height: number): number {
    const last = route.length - 1;
    const node = this.#graph.to(route.edge[last] as number);
    const model = this.#models.get(node);
    const request = this.#payments.get(payment);
    if (model === undefined || request === undefined) return UNKNOWN;
    const r = this.#receive;
    r.node = node;
    r.amountMsat = route.amountMsat[last] as number;
    r.expiry = route.expiry[last] as number;
    r.height = height;
    r.onionAmountMsat = r.amountMsat;
    r.onionExpiry = r.expiry;
    r.totalMsat = request.amountMsat;
    r.method = request.method;
    r.payable = !request.probe;
    r.invoiceCltvDelta = request.finalCltvDelta;
    r.invoiceAmountMsat = UNKNOWN;
    r.setTotalMsat = UNKNOWN;
    r.partial = r.amountMsat < request.amountMsat;
    return model.checkReceive(r);
  }
}
