/**
 * The world as the turns of a session tell of it, for models of ours: their host in another process.
 *
 * Within one turn the picture goes on as the world will: a route that is sent takes its amount from the channel that it
 * leaves by, unless the model's own check refuses it.
 */

import { blankPolicy } from '../simulate/channel-terms.ts';
import { ChannelTable } from '../simulate/channels.ts';
import { GossipGraph } from '../simulate/graph.ts';
import {
  blankView,
  type CheckQuestion,
  type CommitmentView,
  type ModelHost,
  type NodeModel,
  type PaymentActions,
  type RouteBuffer,
  type WorldFacts,
} from '../simulate/node-model.ts';
import { readPolicy, readView } from './messages.ts';
import { RouteAnswers } from './route-answers.ts';
import type { Action, Message, PolicyMessage } from './wire.ts';

const MSAT_PER_SAT = 1000;

const NONE: readonly number[] = [];

/** For a confirmation within so many blocks or more, up to the next one. */
interface Estimate {
  readonly blocks: number;
  readonly per_kw: number;
}

export class WorldPicture implements ModelHost, WorldFacts {
  readonly graph: GossipGraph;
  /** Writes down what the models want done in this turn. */
  readonly actions: PaymentActions;
  /** What they wanted. */
  wanted: Action[] = [];
  /** What they would say of the routes that they send. */
  readonly answers: RouteAnswers;
  nextAttempt = 0;
  readonly originUs = 0;
  readonly #channels = new ChannelTable();
  readonly #models: ReadonlyMap<number, NodeModel>;
  /** Own channels of nodes, as edges in the order in which they were opened. */
  readonly #locals = new Map<number, readonly number[]>();
  readonly #views = new Map<number, CommitmentView>();
  readonly #eligible = new Set<number>();
  #nowUs = 0;
  #height = 0;
  #relayPerKw = 0;
  /** In order of their blocks. */
  #estimates: readonly Estimate[] = [];

  /** @param models the model of each node that is played here */
  constructor(nodeCount: number, models: ReadonlyMap<number, NodeModel>) {
    this.graph = new GossipGraph(nodeCount, this.#channels);
    this.#models = models;
    this.answers = new RouteAnswers(this.graph, models, this.#views);
    this.actions = {
      send: (payment, route) => this.#send(payment, route),
      resolve: (payment, outcome) => {
        this.answers.resolved(payment);
        this.wanted.push({ resolve: { payment, outcome } });
      },
      timer: (payment, atUs) => void this.wanted.push({ timer: { payment, at_us: atUs } }),
    };
  }

  /** A turn begins. */
  begin(nowUs: number, height: number, nextAttempt: number | undefined): void {
    this.#nowUs = nowUs;
    this.#height = height;
    this.wanted = [];
    if (nextAttempt !== undefined) this.nextAttempt = nextAttempt;
  }

  /** Takes over a change of the world; see Change in model.proto. @throws Error for one that is not known */
  change(what: string, value: unknown): void {
    const m = value as Message;
    if (what === 'channel_added') {
      const [node0, node1, capacity] = [m.node0, m.node1, m.capacity_msat] as [number, number, number];
      this.#channels.add(-1, node0, node1, capacity / MSAT_PER_SAT);
    } else if (what === 'policy_known') {
      const policy = readPolicy(m.policy as PolicyMessage, blankPolicy());
      this.graph.learn(m.edge as number, policy, m.version as number);
    } else if (what === 'channel_forgotten') {
      this.graph.forget(value as number);
    } else if (what === 'local_channels') {
      this.#changeLocal(m);
    } else if (what === 'channel_views') {
      this.#readViews(m.views as readonly Message[]);
    } else if (what === 'fees') {
      this.#relayPerKw = m.relay_per_kw as number;
      this.#estimates = m.estimates as readonly Estimate[];
    } else {
      throw new Error(`there is no change called ${what}`);
    }
  }

  nowUs(): number {
    return this.#nowUs;
  }

  height(): number {
    return this.#height;
  }

  relayPerKw(): number {
    return this.#relayPerKw;
  }

  estimatePerKw(target: number): number {
    let perKw = 0;
    for (const estimate of this.#estimates) {
      if (estimate.blocks > target) break;
      perKw = estimate.per_kw;
    }
    return perKw;
  }

  localEdges(node: number): ArrayLike<number> {
    return this.#locals.get(node) ?? NONE;
  }

  localEdgeCount(node: number): number {
    return this.localEdges(node).length;
  }

  eligible(edge: number): boolean {
    return this.#eligible.has(edge);
  }

  view(edge: number, view: CommitmentView): void {
    Object.assign(view, this.#viewOf(edge));
  }

  get channelCount(): number {
    return this.#channels.count;
  }

  get graphRevision(): number {
    return this.graph.revision;
  }

  /** @throws Error: models in a process of their own need not be told */
  sourceOf(payment: number): number {
    throw new Error(`the source of payment ${payment} is not known here`);
  }

  /** @throws Error as sourceOf */
  destinationOf(payment: number): number {
    return this.sourceOf(payment);
  }

  fromOf(edge: number): number {
    return this.graph.from(edge);
  }

  nameOf(node: number): string {
    return `node ${node}`;
  }

  comingChecks(): readonly CheckQuestion[] {
    return [];
  }

  askedAttempt(): number {
    return -1;
  }

  partsInFlight(payment: number): number {
    return this.sourceOf(payment);
  }

  #changeLocal(m: Message): void {
    if (m.edges_changed === true) this.#locals.set(m.node as number, [...(m.edges as readonly number[])]);
    this.#readViews(m.views as readonly Message[]);
    for (const edge of m.eligible as readonly number[]) this.#eligible.add(edge);
    for (const edge of m.ineligible as readonly number[]) this.#eligible.delete(edge);
  }

  #readViews(views: readonly Message[]): void {
    for (const view of views) readView(view, this.#viewOf(view.edge as number));
  }

  #viewOf(edge: number): CommitmentView {
    let view = this.#views.get(edge);
    if (view === undefined) {
      view = blankView();
      this.#views.set(edge, view);
    }
    return view;
  }

  #send(payment: number, route: RouteBuffer): number {
    const hops = route.length;
    const edge = route.edge[0] as number;
    const amountMsat = route.amountMsat[0] as number;
    const send = {
      payment,
      edge: Array.from(route.edge.subarray(0, hops)),
      amount_msat: Array.from(route.amountMsat.subarray(0, hops)),
      expiry: Array.from(route.expiry.subarray(0, hops)),
      check_codes: this.answers.codes(payment, route, this.#height),
    };
    if (this.#eligible.has(edge)) {
      const view = this.#viewOf(edge);
      const code = this.#models.get(this.graph.from(edge))?.checkOffer(view, amountMsat) ?? 0;
      if (code === 0) takeOffer(view, this.#viewOf(edge ^ 1), amountMsat);
      this.wanted.push({ send: { ...send, offer_code: code } });
    } else {
      this.wanted.push({ send });
    }
    return this.nextAttempt++;
  }
}

/** What an HTLC of this amount does to the views of the side that offers it and of the other one (htlcs.ts:HtlcPool.add). */
function takeOffer(own: CommitmentView, other: CommitmentView, amountMsat: number): void {
  const wholeMsat = Math.floor(amountMsat / MSAT_PER_SAT) * MSAT_PER_SAT;
  own.localMsat -= amountMsat;
  own.offeredCount++;
  own.offeredMsat += amountMsat;
  if (wholeMsat < own.localDustMsat) own.localTrimmedMsat += amountMsat;
  else own.localUntrimmed++;
  if (wholeMsat < own.remoteDustMsat) own.remoteTrimmedMsat += amountMsat;
  else own.remoteUntrimmed++;
  other.remoteMsat = own.localMsat;
  other.localTrimmedMsat = own.remoteTrimmedMsat;
  other.localUntrimmed = own.remoteUntrimmed;
  other.remoteTrimmedMsat = own.localTrimmedMsat;
  other.remoteUntrimmed = own.localUntrimmed;
}
