/**
 * The engine's end of one call of Play: numbers the turns, keeps the model process's picture of the world up to date, and
 * carries out what comes back. The picture is compared with the world only when it may have changed and only where the
 * process needs it: the public graph when its revision is another one, a node's own channels when a payment of the node
 * is concerned.
 */
import { US_PER_SECOND } from '../base/numbers.ts';
import { type ModelHost, RouteBuffer, type WorldFacts } from '../simulate/node-model.ts';
import { NoProgressError } from '../simulate/progress.ts';
import { OUTCOME, OUTCOME_NAMES, type Outcome } from '../simulate/records.ts';
import { answerProblem, CODES } from './answer-check.ts';
import { ForeseenChecks } from './foreseen-checks.ts';
import { ModelProcessError } from './model-process-error.ts';
import { RouteChecks } from './route-checks.ts';
import { ToldViews } from './told-views.ts';
import { type Action, type Answer, type Change, decodeAnswer, encodeTurn, type Message, type Send } from './wire.ts';

/** Longest target for which nodes estimate feerates, blocks (Bitcoin Core's estimatesmartfee). */
const LONGEST_TARGET = 1008;

/** Hands bytes over and waits for the answer. @throws Error that says what went wrong with the process */
export interface TurnLink {
  exchange(turn: Uint8Array): Uint8Array;
}

export class RemoteSession {
  /** What nodes of this process were asked about HTLCs before these came to them. */
  readonly checks: ForeseenChecks;
  /** What the process has said of routes that it sent. */
  readonly routes: RouteChecks;
  readonly #link: TurnLink;
  readonly #host: ModelHost;
  readonly #facts: WorldFacts;
  readonly #route = new RouteBuffer();
  readonly #graph: GraphPicture;
  readonly #locals = new Map<number, LocalPicture>();
  #changes: Change[] = [];
  /** Both ends of a channel tell it of the same views. */
  readonly #told: ToldViews;
  #number = 0;
  /** What the process was told of the mempool, as text. */
  #fees = '';
  /** Answer of check_offer that came with the route that is being sent; −1 when none did. */
  offerCode = -1;

  constructor(link: TurnLink, host: ModelHost, facts: WorldFacts) {
    this.#link = link;
    this.#host = host;
    this.#facts = facts;
    this.#graph = new GraphPicture(host, facts);
    this.#told = new ToldViews(host);
    this.routes = new RouteChecks(host, facts, this.#told);
    this.checks = new ForeseenChecks({
      ask: (model, ask, payload) => this.ask(model, ask, payload, -1),
      height: () => host.height(),
      coming: () => facts.comingChecks(),
    });
  }

  /** Tells of something with the next turn, after what the graph has become by now. */
  note(change: Change): void {
    this.#graph.compare(this.#changes);
    this.#changes.push(change);
  }

  /** Tells with the next turn what the mempool asks, where that is another thing than before. */
  noteFees(): void {
    const { estimatePerKw, relayPerKw } = this.#host;
    const estimates: Message[] = [];
    let last = -1;
    for (let blocks = 1; blocks <= LONGEST_TARGET; blocks++) {
      const perKw = estimatePerKw(blocks);
      if (perKw !== last) estimates.push({ blocks, per_kw: perKw });
      last = perKw;
    }
    const fees = { relay_per_kw: relayPerKw(), estimates };
    const text = JSON.stringify(fees);
    if (text === this.#fees) return;
    this.#fees = text;
    this.note({ fees });
  }

  /**
   * An attempt of a model that needs not be asked about it has succeeded: it is told so with the next turn, and its payment
   * ends with the last part.
   */
  succeeded(model: string, payment: number, attempt: number): void {
    this.routes.ended(attempt);
    this.note({
      succeeded: { model, payment, attempt, now_us: this.#host.nowUs(), height: this.#host.height() },
    });
    if (this.#facts.partsInFlight(payment) === 0) this.#resolve(payment, OUTCOME.Success);
  }

  /**
   * Asks a model and carries out its actions.
   * @param ask field of Turn
   * @param node whose own channels the model must know; −1 where it need not
   * @throws ModelProcessError that names the model, the question and the time
   */
  ask(model: string, ask: string, payload: Message, node: number): Answer {
    this.#graph.compare(this.#changes);
    if (node >= 0) {
      this.routes.tell(this.#changes);
      this.#compareLocal(node);
    }
    const turn = {
      number: ++this.#number,
      now_us: this.#host.nowUs(),
      height: this.#host.height(),
      changes: this.#changes,
      model,
      [ask]: payload,
    };
    this.#changes = [];
    const failed = (reason: string): ModelProcessError => this.failure(model, ask, payload, node, reason);
    let bytes: Uint8Array;
    try {
      bytes = this.#link.exchange(encodeTurn(turn));
    } catch (error) {
      throw failed((error as Error).message);
    }
    let answer: Answer;
    try {
      answer = decodeAnswer(bytes);
    } catch (error) {
      throw failed(`the answer cannot be read: ${(error as Error).message}`);
    }
    if (answer.number !== turn.number) throw failed(`answer ${answer.number} came for turn ${turn.number}`);
    const wrong = answerProblem(ask, payload, answer);
    if (wrong !== null) throw failed(wrong);
    for (const action of answer.actions ?? []) {
      const problem = this.#tryOut(action);
      if (problem !== null) throw failed(problem);
    }
    return answer;
  }

  /** What is told of a process that failed: model, node, question and time. */
  failure(model: string, ask: string, payload: Message, node: number, reason: string): ModelProcessError {
    const about = node >= 0 ? node : this.#nodeOf(payload);
    const of = about < 0 ? '' : ` of ${this.#facts.nameOf(about)}`;
    const at = (this.#host.nowUs() - this.#facts.originUs) / US_PER_SECOND;
    return new ModelProcessError(`model ${model}, ${ask}${of} at ${at} s: ${reason}`);
  }

  /** Node that a question is about; −1 for one about the implementation. */
  #nodeOf(payload: Message): number {
    if (typeof payload.node === 'number') return payload.node;
    const { view, memory, questions } = payload as {
      readonly view?: Message;
      readonly memory?: Message;
      readonly questions?: readonly Message[];
    };
    const [first] = questions ?? [];
    if (first !== undefined) return this.#nodeOf(Object.values(first)[0] as Message);
    if (typeof view?.edge === 'number') return this.#facts.fromOf(view.edge);
    return typeof memory?.node === 'number' ? memory.node : -1;
  }

  /** As #carryOut; also answers that a model goes on and on. */
  #tryOut(action: Action): string | null {
    try {
      return this.#carryOut(action);
    } catch (error) {
      if (error instanceof NoProgressError) return error.message;
      throw error;
    }
  }

  /** Does what a model wants; answers why that cannot be. */
  #carryOut({ send, resolve, timer }: Action): string | null {
    const payment = send?.payment ?? resolve?.payment ?? timer?.payment ?? -1;
    if (this.#facts.sourceOf(payment) < 0) return `payment ${payment} does not go on`;
    if (send !== undefined && send !== null) return this.#problemOf(send) ?? this.#send(send);
    if (resolve !== undefined && resolve !== null) {
      if (resolve.outcome >= OUTCOME_NAMES.length) return `there is no outcome ${resolve.outcome}`;
      this.#resolve(payment, resolve.outcome as Outcome);
    } else if (timer !== undefined && timer !== null) {
      if (!(timer.at_us <= Number.MAX_SAFE_INTEGER)) return `there is no instant ${timer.at_us} for a timer`;
      this.#host.actions.timer(payment, timer.at_us);
    }
    return null;
  }

  #resolve(payment: number, outcome: Outcome): void {
    this.routes.resolved(payment);
    this.#host.actions.resolve(payment, outcome);
  }

  /** Why a route cannot be sent at all, whatever its amounts. */
  #problemOf({ payment, edge, amount_msat, expiry, offer_code, check_codes = [] }: Send): string | null {
    const hops = edge.length;
    const most = this.#route.edge.length;
    if (hops === 0 || hops > most || amount_msat.length !== hops || expiry.length !== hops) {
      return `a route has from 1 to ${most} hops, with an amount and an expiry each`;
    }
    const { graph } = this.#host;
    let at = this.#facts.sourceOf(payment);
    for (const [i, one] of edge.entries()) {
      if (one >= 2 * this.#facts.channelCount) return `there is no edge ${one}`;
      if (graph.from(one) !== at) return `edge ${one} does not begin where the route is at hop ${i}`;
      if ((amount_msat[i] as number) <= 0) return `hop ${i} carries ${amount_msat[i]} msat`;
      at = graph.to(one);
    }
    if (offer_code !== undefined && offer_code !== null && !CODES.has(offer_code)) {
      return `there is no failure code ${offer_code}`;
    }
    if (check_codes.length !== 0 && check_codes.length !== hops)
      return `${check_codes.length} check_codes for ${hops} hops`;
    const wrong = check_codes.find((code) => code !== -1 && !CODES.has(code));
    if (wrong !== undefined) return `there is no failure code ${wrong}`;
    return at === this.#facts.destinationOf(payment) ? null : 'the route does not lead to the recipient';
  }

  #send(send: Send): null {
    const route = this.#route;
    const hops = send.edge.length;
    route.length = hops;
    for (let i = 0; i < hops; i++) {
      route.edge[i] = send.edge[i] as number;
      route.amountMsat[i] = send.amount_msat[i] as number;
      route.expiry[i] = send.expiry[i] as number;
    }
    this.offerCode = Object.hasOwn(send, 'offer_code') ? (send.offer_code as number) : -1;
    this.routes.sent(this.#facts.nextAttempt, send);
    this.#host.actions.send(send.payment, route);
    this.offerCode = -1;
    // The process has gone on with its picture of the channel by itself.
    this.#told.doubt(send.edge[0] as number);
    return null;
  }

  #compareLocal(node: number): void {
    let local = this.#locals.get(node);
    if (local === undefined) {
      local = new LocalPicture(this.#host, node, this.#told);
      this.#locals.set(node, local);
    }
    const change = local.compare();
    if (change !== null) this.#changes.push({ local_channels: change });
  }
}

/** What the process knows of the public graph. */
class GraphPicture {
  readonly #host: ModelHost;
  readonly #facts: WorldFacts;
  #revision = -1;
  #channels = 0;
  /** By edge: 1 when known, and the number of the policy. */
  #known = new Uint8Array(0);
  #version = new Int32Array(0);

  constructor(host: ModelHost, facts: WorldFacts) {
    this.#host = host;
    this.#facts = facts;
  }

  /** Adds what the process does not know yet. */
  compare(changes: Change[]): void {
    const { graph } = this.#host;
    const { channelCount, graphRevision } = this.#facts;
    for (; this.#channels < channelCount; this.#channels++) {
      const edge = 2 * this.#channels;
      const capacity = graph.capacityMsat[this.#channels] as number;
      changes.push({
        channel_added: { node0: graph.from(edge), node1: graph.to(edge), capacity_msat: capacity },
      });
    }
    if (graphRevision === this.#revision) return;
    this.#revision = graphRevision;
    const edges = Math.min(2 * channelCount, graph.known.length);
    if (edges > this.#known.length) {
      this.#known = larger(this.#known, new Uint8Array(2 * edges));
      this.#version = larger(this.#version, new Int32Array(2 * edges));
    }
    for (let edge = 0; edge < edges; edge++) {
      const known = graph.known[edge] as number;
      if (known === 0) {
        if (this.#known[edge] === 1) this.#forget(edge >> 1, changes);
      } else if (this.#known[edge] === 0 || this.#version[edge] !== graph.version[edge]) {
        this.#known[edge] = 1;
        this.#version[edge] = graph.version[edge] as number;
        changes.push({ policy_known: { edge, policy: this.#policy(edge), version: graph.version[edge] } });
      }
    }
  }

  #policy(edge: number): Message {
    const { graph } = this.#host;
    return {
      fee_base_msat: graph.feeBaseMsat[edge],
      fee_rate_ppm: graph.feeRatePpm[edge],
      cltv_delta: graph.cltvDelta[edge],
      min_htlc_msat: graph.minHtlcMsat[edge],
      max_htlc_msat: graph.maxHtlcMsat[edge],
      disabled: graph.disabled[edge] === 1,
      // An inbound fee is announced by the node that receives over the opposite edge.
      inbound_fee_base_msat: graph.inboundFeeBaseMsat[edge ^ 1],
      inbound_fee_rate_ppm: graph.inboundFeeRatePpm[edge ^ 1],
    };
  }

  #forget(channel: number, changes: Change[]): void {
    this.#known[2 * channel] = 0;
    this.#known[2 * channel + 1] = 0;
    changes.push({ channel_forgotten: channel });
  }
}

function larger<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** What the process knows of a node's own channels. */
class LocalPicture {
  readonly #host: ModelHost;
  readonly #node: number;
  #edges: number[] = [];
  readonly #views: ToldViews;
  readonly #eligible = new Set<number>();

  /** @param views what the process was told last of each channel, by whichever of its two nodes */
  constructor(host: ModelHost, node: number, views: ToldViews) {
    this.#host = host;
    this.#node = node;
    this.#views = views;
  }

  /** What the process does not know; null when it knows all. */
  compare(): Message | null {
    const host = this.#host;
    const edges = Array.from({ length: host.localEdgeCount(this.#node) }, (_, i) => host.localEdges(this.#node)[i]);
    const changed = edges.length !== this.#edges.length || edges.some((edge, i) => edge !== this.#edges[i]);
    const views: Message[] = [];
    const eligible: number[] = [];
    const ineligible: number[] = [];
    for (const edge of edges as number[]) {
      this.#views.compare(edge, views);
      const usable = host.eligible(edge);
      if (usable === this.#eligible.has(edge)) continue;
      (usable ? eligible : ineligible).push(edge);
      if (usable) this.#eligible.add(edge);
      else this.#eligible.delete(edge);
    }
    // A channel that is closed is among them no more, and nothing goes over it.
    for (const edge of changed ? this.#edges : []) {
      if (!edges.includes(edge) && this.#eligible.delete(edge)) ineligible.push(edge);
    }
    if (!changed && views.length + eligible.length + ineligible.length === 0) return null;
    if (changed) this.#edges = edges as number[];
    return {
      node: this.#node,
      edges_changed: changed,
      ...(changed ? { edges } : {}),
      views,
      eligible,
      ineligible,
    };
  }
}
