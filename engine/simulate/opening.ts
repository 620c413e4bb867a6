/**
 * Opening channels: negotiation between two models, funding transaction, depth, channel_ready, announcement (BOLT 2, 7).
 * Channels of the scenario's network exist when time starts: their negotiation is done here, too, but no coins move.
 */

import type { NumberHasher } from '../base/digest.ts';
import type { OpenChannelRequest } from '../timeline/control.ts';
import type { ChannelPlan, PolicyPlan } from '../timeline/network.ts';
import { feeAt, WEIGHT } from './chain.ts';
import { EVENT, STATE } from './channel-lifecycle.ts';
import { blankPolicy } from './channel-terms.ts';
import { foreseeOpenings } from './foreseen-openings.ts';
import type { Gossip } from './gossip.ts';
import type { ChannelOffer, ChannelTerms, FundingReorg, OpeningAnswer } from './node-model.ts';
import { RECORD, TX } from './records.ts';
import { PHYSICS, type World } from './world.ts';

/** Announced channels are announced at this depth (BOLT 7). */
const ANNOUNCE_DEPTH = 6;

/** What the two models said to an opening. */
interface Negotiation {
  readonly offer: ChannelOffer;
  readonly opener: ChannelTerms;
  readonly answer: OpeningAnswer;
}

/** What was agreed. */
interface Agreement {
  readonly offer: ChannelOffer;
  readonly opener: ChannelTerms;
  readonly acceptor: ChannelTerms;
  readonly depth: number;
}

/** Whether a node closes a channel in this state when its funding transaction is not confirmed any more. */
function closesThen(style: FundingReorg, state: number, isOpener: boolean): boolean {
  if (state >= STATE.closing) return false;
  if (style === 'close') return state >= STATE.awaiting_ready;
  return style === 'close_accepted' && (state === STATE.shutting_down || (state === STATE.open && !isOpener));
}

export class Opening {
  readonly #w: World;
  readonly #gossip: Gossip;
  /** Channels whose funding or announcement waits for blocks, in the order they were opened. */
  readonly waiting: number[] = [];

  constructor(world: World, gossip: Gossip) {
    this.#w = world;
    this.#gossip = gossip;
  }

  /** Tells models that want to know what `existing` is going to ask them about these channels. */
  foresee(plans: readonly ChannelPlan[]): void {
    foreseeOpenings(this.#w, plans);
  }

  /** Opens a channel of the network plan, as it is when time starts: deep, announced and known to everybody. */
  existing(name: number, plan: ChannelPlan): void {
    const w = this.#w;
    const c = this.#create(name, {
      channel: name,
      from: plan.node0,
      to: plan.node1,
      capacitySat: plan.capacitySat,
      pushMsat: plan.capacitySat * 1000 - plan.balance0Msat,
      announced: plan.announced,
      policy: plan.policy0,
      reversePolicy: plan.policy1,
      latencyUs: plan.latencyUs,
    });
    const terms = this.#negotiate(c, plan.capacitySat * 1000 - plan.balance0Msat);
    // A channel that the scenario states exists even if today's limits would not allow to open it.
    const acceptor = w.modelOf(plan.node1).openingTerms(plan.node1, terms.offer);
    // Key by key: V8 gives each object that is spread and added to a hidden class of its own, which stays for a while.
    const { offer, opener, answer } = terms;
    const agreed = { offer, opener, acceptor: answer.accept ? answer.terms : acceptor, depth: 0 };
    this.#apply(c, agreed, plan.policy0, plan.policy1);
    w.chain.mintedSat += plan.capacitySat;
    w.channels.fundedAt[c] = 0;
    w.channels.connected[c] = 1;
    w.advance(c, EVENT.broadcast);
    w.advance(c, EVENT.depth);
    w.advance(c, EVENT.ready);
    if (plan.announced) this.#gossip.announceChannel(c, true);
  }

  /** Begins to open a channel. What stands against it is recorded as openRejected with the reason. */
  open(request: OpenChannelRequest): void {
    const w = this.#w;
    const old = w.byName[request.channel]!;
    if (old >= 0 && w.channels.state[old]! < STATE.closed) {
      w.record(
        RECORD.openRejected,
        -1,
        request.channel,
        w.text('a channel of this name is still there'),
        request.capacitySat,
      );
      return;
    }
    const c = this.#create(request.channel, request);
    const terms = this.#negotiate(c, request.pushMsat);
    const refused = this.#refusal(c, request, terms);
    if (refused !== null) {
      this.#reject(c, refused);
      return;
    }
    if (!terms.answer.accept) return;
    const acceptor = terms.answer.terms;
    const depth = Math.max(terms.answer.minimumDepth, w.modelOf(request.from).openerDepth?.(request.from) ?? 0);
    const { offer, opener } = terms;
    this.#apply(c, { offer, opener, acceptor, depth }, request.policy, request.reversePolicy);
    w.channels.connected[c] = 1;
    // open_channel, accept_channel, funding_created, funding_signed.
    w.after(4 * request.latencyUs, PHYSICS.fundingSigned, c, w.channels.connection[c]!);
  }

  onFundingSigned(c: number, connection: number): void {
    const w = this.#w;
    if (w.channels.state[c] !== STATE.negotiating || w.channels.connection[c] !== connection) return;
    const node = w.from(2 * c);
    const capacity = w.channels.capacityMsat[c]! / 1000;
    const fee = feeAt(WEIGHT.funding, w.estimateFor(node, 'funding'));
    if (w.chain.walletSat[node]! < capacity + fee) {
      this.#reject(c, 'not enough coins in the wallet');
      return;
    }
    w.chain.walletSat[node]! -= capacity + fee;
    w.chain.feesSat += fee;
    w.advance(c, EVENT.broadcast);
    w.chain.broadcast(w.nowUs, TX.funding, c, node, -1, fee, capacity, WEIGHT.funding);
    this.waiting.push(c);
  }

  onFunded(c: number): void {
    this.#w.channels.fundedAt[c] = this.#w.chain.height;
  }

  /**
   * The funding transaction is not confirmed any more: its depth counts anew, and the public forgets the channel until it is
   * announced again (lnd:graph/db:DisconnectBlockAtHeight). What becomes of a channel that is open already, its nodes decide.
   */
  onUndone(c: number): void {
    const w = this.#w;
    const state = w.channels.state[c]!;
    w.channels.fundedAt[c] = -1;
    w.graph.forget(c);
    const announces = w.channels.announced[c] === 1 && state < STATE.shutting_down;
    if (announces && !this.waiting.includes(c)) this.waiting.push(c);
    for (const edge of [2 * c, 2 * c + 1]) {
      if (closesThen(w.modelOf(w.from(edge)).fundingReorg ?? 'keep', state, (edge & 1) === 0))
        w.after(0, PHYSICS.fundingUndone, edge, 0);
    }
  }

  /** Looks at the depth of every channel that waits. */
  onBlock(): void {
    const w = this.#w;
    const ch = w.channels;
    let kept = 0;
    for (const c of this.waiting) {
      const state = ch.state[c]!;
      const depth = ch.fundedAt[c]! < 0 ? 0 : w.chain.height - ch.fundedAt[c]! + 1;
      if (state === STATE.pending && depth >= ch.minimumDepth[c]!) {
        w.advance(c, EVENT.depth);
        this.exchangeReady(c);
      }
      const announce = ch.announced[c] === 1 && ch.state[c]! < STATE.shutting_down;
      if (announce && depth >= ANNOUNCE_DEPTH && ch.state[c] === STATE.open) this.#gossip.announceChannel(c, false);
      else if (announce || ch.state[c]! < STATE.open) this.waiting[kept++] = c;
    }
    this.waiting.length = kept;
  }

  /** Sends channel_ready when both ends are connected (again). */
  exchangeReady(c: number): void {
    const w = this.#w;
    if (w.channels.state[c] !== STATE.awaiting_ready || w.channels.connected[c] === 0) return;
    w.after(w.channels.latencyUs[c]!, PHYSICS.channelReady, c, w.channels.connection[c]!);
  }

  onChannelReady(c: number, connection: number): void {
    const w = this.#w;
    if (w.channels.connection[c] !== connection || !w.advance(c, EVENT.ready)) return;
    w.record(RECORD.channelActive, c, w.channels.name[c]!, 1, 0);
    const funded = w.channels.fundedAt[c]!;
    const depth = funded < 0 ? 0 : w.chain.height - funded + 1;
    if (w.channels.announced[c] === 1 && depth >= ANNOUNCE_DEPTH) {
      this.#gossip.announceChannel(c, false);
      const at = this.waiting.indexOf(c);
      if (at >= 0) this.waiting.splice(at, 1);
    }
  }

  /** The connection broke before the funding transaction was sent: the opening is off (BOLT 2). */
  onDisconnect(c: number): void {
    if (this.#w.channels.state[c] === STATE.negotiating)
      this.#reject(c, 'the peer disconnected while the channel was negotiated');
  }

  /** Adds the channels that wait to a digest. */
  digestInto(hash: NumberHasher): void {
    for (const c of this.waiting) hash.f64(c);
  }

  #create(name: number, request: OpenChannelRequest): number {
    const w = this.#w;
    const c = w.addChannel(name, request.from, request.to, request.capacitySat);
    w.channels.announced[c] = request.announced ? 1 : 0;
    w.channels.latencyUs[c] = request.latencyUs;
    w.channels.balanceMsat[2 * c] = request.capacitySat * 1000 - request.pushMsat;
    w.channels.balanceMsat[2 * c + 1] = request.pushMsat;
    return c;
  }

  #negotiate(c: number, pushMsat: number): Negotiation {
    const w = this.#w;
    const from = w.from(2 * c);
    const to = w.from(2 * c + 1);
    const opener = w.modelOf(from);
    const offer: ChannelOffer = {
      capacitySat: w.channels.capacityMsat[c]! / 1000,
      pushMsat,
      announced: w.channels.announced[c] === 1,
      feeratePerKw: w.commitmentFeerate(from),
    };
    const openerTerms = opener.openingTerms(from, offer);
    return { offer, opener: openerTerms, answer: w.modelOf(to).answerOpening(to, offer, openerTerms) };
  }

  #refusal(c: number, request: OpenChannelRequest, terms: Negotiation): string | null {
    const w = this.#w;
    const opener = w.modelOf(request.from);
    if (w.running[request.from] === 0) return 'the opener is not running';
    if (w.running[request.to] === 0) return 'the peer is not running';
    if (!w.reachable(request.from, request.to)) return 'the peer cannot be reached';
    const own = opener.refuseToOpen(request.from, terms.offer);
    if (own !== null) return own;
    if (!terms.answer.accept) return terms.answer.reason;
    const { terms: demanded, minimumDepth } = terms.answer;
    const unacceptable = opener.refuseTerms(request.from, terms.offer, demanded, minimumDepth);
    if (unacceptable !== null) return unacceptable;
    // The channel being opened is in liveEdges already.
    const reserve = opener.walletReserveSat(w.liveEdges[request.from]!.length);
    const needed = request.capacitySat + feeAt(WEIGHT.funding, w.estimateFor(request.from, 'funding')) + reserve;
    if (w.chain.walletSat[request.from]! < needed) return 'not enough coins in the wallet';
    const fee = w.channels.commitmentFeeSat(c, 0);
    if (request.capacitySat * 1000 - request.pushMsat < fee * 1000) return 'the opener cannot pay the commitment fee';
    return null;
  }

  #apply(c: number, terms: Agreement, policy0: PolicyPlan, policy1: PolicyPlan): void {
    const w = this.#w;
    const ch = w.channels;
    ch.feeratePerKw[c] = terms.offer.feeratePerKw;
    ch.minimumDepth[c] = terms.depth;
    ch.setTerms(2 * c, terms.opener);
    ch.setTerms(2 * c + 1, terms.acceptor);
    const { capacitySat, announced } = terms.offer;
    const policy = blankPolicy();
    for (const side of [0, 1]) {
      const edge = 2 * c + side;
      const node = w.from(edge);
      const peerTerms = side === 0 ? terms.acceptor : terms.opener;
      const model = w.modelOf(node);
      model.defaultPolicy(node, { capacitySat, announced, peerTerms }, policy);
      const stated = side === 0 ? policy0 : policy1;
      if (model.maximumFor !== undefined && stated.maxHtlcMsat === undefined) {
        ch.view(edge, w.view);
        policy.maxHtlcMsat = model.maximumFor(w.view, policy, announced);
      }
      Object.assign(policy, stated);
      ch.setPolicy(edge, policy);
    }
  }

  #reject(c: number, reason: string): void {
    const w = this.#w;
    w.record(RECORD.openRejected, c, w.channels.name[c]!, w.text(reason), w.channels.capacityMsat[c]! / 1000);
    w.channels.connected[c] = 0;
    w.advance(c, EVENT.reject);
  }
}
