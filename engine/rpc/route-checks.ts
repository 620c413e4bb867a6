/**
 * What a model process has said of the routes that it sent: what its nodes on the way would answer (Send.check_codes of
 * model.proto). It has said so by what it had been told of the world; an answer counts only where the question whose time has
 * come is the very same one. So that this is often the case, the process is told of the channels over which HTLCs have gone.
 */
import type {
  CommitmentView,
  ForwardRequest,
  GraphView,
  ModelHost,
  PaymentRequest,
  ReceiveRequest,
  WorldFacts,
} from '../simulate/node-model.ts';
import { equalViews, type ToldViews } from './told-views.ts';
import type { Change, Message, Send } from './wire.ts';

/** Networks with more channels are told of only where HTLCs go: about 200 bytes a channel, here and there. */
const MOST_CHANNELS = 20_000;

/**
 * How long the channels of a route are looked at after its attempt has begun, and again after it has ended, µs. What changes
 * later is asked about.
 */
const LOOKED_AT_US = 5_000_000;

/** Channels that are looked at before a turn at most. */
const MOST_LOOKED_AT = 256;

interface Route extends Send {
  readonly height: number;
  readonly revision: number;
  /** Of each hop, as the process had it. */
  readonly views: readonly (CommitmentView | undefined)[];
}

export class RouteChecks {
  /** A model of the process wants to know the channels of all nodes, and says what becomes of its routes. */
  wanted = false;
  readonly #host: ModelHost;
  readonly #facts: WorldFacts;
  readonly #told: ToldViews;
  #isBegun = false;
  /** By number of the attempt, while it lasts. */
  readonly #routes = new Map<number, Route>();
  readonly #payments = new Map<number, PaymentRequest>();
  /** Channels that may be others by now, and until when they are looked at; next those that were not for the longest time. */
  readonly #moving = new Map<number, number>();

  constructor(host: ModelHost, facts: WorldFacts, told: ToldViews) {
    this.#host = host;
    this.#facts = facts;
    this.#told = told;
  }

  started(request: PaymentRequest): void {
    if (this.wanted) this.#payments.set(request.payment, request);
  }

  resolved(payment: number): void {
    this.#payments.delete(payment);
  }

  /** A route that the process sends is about to go its way as this attempt. */
  sent(attempt: number, send: Send): void {
    if (!this.wanted) return;
    this.#routes.set(attempt, {
      ...send,
      // A message that was read has what is zero by its prototype.
      payment: send.payment,
      height: this.#host.height(),
      revision: this.#facts.graphRevision,
      views: send.edge.map((edge) => this.#told.of(edge)),
    });
    this.#watch(send.edge);
  }

  ended(attempt: number): void {
    const route = this.#routes.get(attempt);
    if (route === undefined) return;
    this.#routes.delete(attempt);
    this.#watch(route.edge);
  }

  /** Adds what the process is to know of channels, before it looks for a route. */
  tell(changes: Change[]): void {
    if (!this.wanted) return;
    const views: Message[] = [];
    const { channelCount } = this.#facts;
    if (!this.#isBegun && channelCount <= MOST_CHANNELS) {
      for (let channel = 0; channel < channelCount; channel++) this.#told.compare(2 * channel, views);
    }
    this.#isBegun = true;
    const now = this.#host.nowUs();
    let looks = Math.min(this.#moving.size, MOST_LOOKED_AT);
    for (const [channel, untilUs] of this.#moving) {
      if (looks-- === 0) break;
      this.#told.compare(2 * channel, views);
      this.#moving.delete(channel);
      if (untilUs >= now) this.#moving.set(channel, untilUs);
    }
    if (views.length > 0) changes.push({ channel_views: { views } });
  }

  /** What the process has said about forwarding an HTLC; −1 when nothing of this very question. */
  forward(r: ForwardRequest): number {
    const route = this.#routes.get(this.#facts.askedAttempt());
    if (route === undefined) return -1;
    const hop = route.edge.indexOf(r.outgoingEdge);
    const code = hop < 1 ? -1 : (route.check_codes?.[hop - 1] ?? -1);
    if (code >= 0 && this.#isSameForward(route, hop, r) && !this.#hasParallel(r)) return code;
    // What is told of the channel may be too old.
    this.#watch([r.outgoingEdge]);
    return -1;
  }

  /** What the process has said about taking an HTLC; −1 when nothing of this very question. */
  receive(r: ReceiveRequest): number {
    const route = this.#routes.get(this.#facts.askedAttempt());
    const payment = route === undefined ? undefined : this.#payments.get(route.payment);
    if (route === undefined || payment === undefined) return -1;
    const last = route.edge.length - 1;
    const amount = route.amount_msat[last] as number;
    const isSame =
      route.height === r.height &&
      this.#host.graph.to(route.edge[last] as number) === r.node &&
      amount === r.amountMsat &&
      amount === r.onionAmountMsat &&
      route.expiry[last] === r.expiry &&
      route.expiry[last] === r.onionExpiry &&
      payment.amountMsat === r.totalMsat &&
      payment.method === r.method &&
      payment.probe !== r.payable &&
      payment.finalCltvDelta === r.invoiceCltvDelta &&
      r.invoiceAmountMsat === -1 &&
      r.setTotalMsat === -1 &&
      r.partial === amount < payment.amountMsat;
    return isSame ? (route.check_codes?.[last] ?? -1) : -1;
  }

  #watch(edges: readonly number[]): void {
    const untilUs = this.#host.nowUs() + LOOKED_AT_US;
    for (const edge of edges) this.#moving.set(edge >> 1, untilUs);
  }

  #isSameForward(route: Route, hop: number, r: ForwardRequest): boolean {
    const view = route.views[hop];
    return (
      view !== undefined &&
      route.height === r.height &&
      route.revision === this.#facts.graphRevision &&
      r.requestedEdge === r.outgoingEdge &&
      r.incomingEdge === route.edge[hop - 1] &&
      r.incomingAmountMsat === route.amount_msat[hop - 1] &&
      r.incomingExpiry === route.expiry[hop - 1] &&
      r.outgoingAmountMsat === route.amount_msat[hop] &&
      r.outgoingExpiry === route.expiry[hop] &&
      r.exists &&
      r.usable &&
      r.connected &&
      r.announced &&
      (r.former === undefined || r.former === null) &&
      hasPublicPolicy(this.#host.graph, r) &&
      equalViews(view, r.view)
    );
  }

  /** Whether the node may choose another channel to the same peer: then it is asked about all of them together. */
  #hasParallel({ node, outgoingEdge }: ForwardRequest): boolean {
    const { graph } = this.#host;
    const peer = graph.to(outgoingEdge);
    const edges = this.#host.localEdges(node);
    for (let i = 0; i < edges.length; i++) {
      if (edges[i] !== outgoingEdge && graph.to(edges[i] as number) === peer) return true;
    }
    return false;
  }
}

/** Whether a node goes by the policies that the public knows. */
function hasPublicPolicy(graph: GraphView, r: ForwardRequest): boolean {
  const { outgoingEdge, incomingEdge, policy } = r;
  return (
    graph.known[outgoingEdge] === 1 &&
    graph.feeBaseMsat[outgoingEdge] === policy.feeBaseMsat &&
    graph.feeRatePpm[outgoingEdge] === policy.feeRatePpm &&
    graph.cltvDelta[outgoingEdge] === policy.cltvDelta &&
    graph.minHtlcMsat[outgoingEdge] === policy.minHtlcMsat &&
    graph.maxHtlcMsat[outgoingEdge] === policy.maxHtlcMsat &&
    (graph.disabled[outgoingEdge] === 1) === policy.disabled &&
    graph.inboundFeeBaseMsat[outgoingEdge ^ 1] === policy.inboundFeeBaseMsat &&
    graph.inboundFeeRatePpm[outgoingEdge ^ 1] === policy.inboundFeeRatePpm &&
    graph.inboundFeeBaseMsat[incomingEdge] === r.inboundFeeBaseMsat &&
    graph.inboundFeeRatePpm[incomingEdge] === r.inboundFeeRatePpm
  );
}
