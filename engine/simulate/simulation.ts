/**
 * A simulated network in virtual time: wires the parts of the physics together, runs the event queue, and offers the
 * operations of the control plane. It reads nothing but its timeline and its models.
 */

import { NumberHasher } from '../base/digest.ts';
import { canonicalJson } from '../base/json.ts';
import { US_PER_SECOND } from '../base/numbers.ts';
import type {
  CloseChannelRequest,
  CongestMempoolRequest,
  LoseDataRequest,
  OpenChannelRequest,
  RebalanceRequest,
  SendOnchainRequest,
  SetLatencyRequest,
  SetPolicyRequest,
} from '../timeline/control.ts';
import { type OldStateRequest, oldStateRequests } from '../timeline/old-states.ts';
import type { ReorgRequest } from '../timeline/reorgs.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { AnnouncedMaximum } from './announced-maximum.ts';
import { captureState, type StatefulParts } from './capture.ts';
import { STATE } from './channel-lifecycle.ts';
import { Cheating } from './cheating.ts';
import { ClosingFlow } from './closing.ts';
import { Fees } from './fees.ts';
import { FORESEEN_CHANNELS } from './foreseen-openings.ts';
import { Forwarding } from './forwarding.ts';
import { Gossip } from './gossip.ts';
import { brokenInvariant, InvariantError, InvariantWatch } from './invariants.ts';
import { Links } from './links.ts';
import { Liveness } from './liveness.ts';
import type { Tx } from './mempool.ts';
import type { ModelKind } from './node-model.ts';
import { OnChain } from './onchain.ts';
import { Opening } from './opening.ts';
import { PaymentFlow } from './payment-flow.ts';
import { mostAtOnce, NoProgressError } from './progress.ts';
import { RECORD, type RecordSink, TX } from './records.ts';
import { Reorgs } from './reorgs.ts';
import { restoreState } from './restore.ts';
import { RevokedStates } from './revoked-states.ts';
import type { RoutingTraceSink } from './routing-trace.ts';
import { ShiftedSink } from './shifted-sink.ts';
import type { SimulationStart, SimulationState } from './state.ts';
import { digestWorld } from './state-digest.ts';
import type { ConfirmedTx } from './undo-log.ts';
import { PHYSICS, PHYSICS_NAMES, World } from './world.ts';
import { factsFor, hostFor } from './world-for-models.ts';

export interface SimulationOptions {
  /** Check every invariant after each event; the first one broken ends the run by an InvariantError. */
  readonly check: boolean;
  /** Gets every step of the payments that it wants to know about; changes nothing. */
  readonly trace?: RoutingTraceSink;
}

export class Simulation {
  readonly world: World;
  readonly #originUs: number;
  readonly #links: Links;
  readonly #forwarding: Forwarding;
  readonly #gossip: Gossip;
  readonly #opening: Opening;
  readonly #closing: ClosingFlow;
  readonly #onchain: OnChain;
  readonly #liveness: Liveness;
  readonly #payments: PaymentFlow;
  readonly #fees: Fees;
  readonly #maximum: AnnouncedMaximum;
  readonly #cheating: Cheating;
  readonly #reorgs: Reorgs;
  /** Events at the present instant, and how many there may be. */
  #atOnce = 0;
  readonly #mostAtOnce: number;
  /** Present when every event is to be checked. */
  #watch: InvariantWatch | null = null;

  /** @throws RangeError when a node's model is not among `models` (the compiler has refused such scenarios). */
  constructor(
    timeline: Timeline,
    models: readonly ModelKind[],
    sink: RecordSink,
    options: SimulationOptions,
    start: SimulationStart | null = null,
  ) {
    this.#originUs = start?.originUs ?? 0;
    const w = new World(timeline, this.#originUs === 0 ? sink : new ShiftedSink(sink, this.#originUs));
    this.world = w;
    const { network, payments } = timeline;
    this.#mostAtOnce = mostAtOnce(network.nodes.length + network.channels.length + payments.length);
    const wanted = oldStateRequests(timeline);
    if (wanted.length > 0) w.revoked = new RevokedStates(wanted, w.channels, w.htlcs, w.attempts, this.#originUs);
    this.#gossip = new Gossip(w);
    this.#links = new Links(w, {
      committed: (h) => this.#forwarding.onCommitted(h),
      removed: (h) => this.#forwarding.onRemoved(h),
      preimage: (h) => this.#forwarding.onPreimage(h),
    });
    this.#forwarding = new Forwarding(w, this.#links, {
      attemptSucceeded: (attempt) => this.#payments.succeeded(attempt),
      attemptFailed: (attempt, hop, code) => this.#payments.failed(attempt, hop, code),
      preimageOnChain: () => this.#onchain.preimageKnown(),
      drained: (channel) => this.#closing.negotiate(channel),
      disable: (edge) => this.#gossip.setPolicy(edge, { disabled: true }),
      balanceChanged: (channel) => this.#maximum.balanceChanged(channel),
    });
    this.#payments = new PaymentFlow(w, this.#forwarding);
    this.#fees = new Fees(w);
    this.#maximum = new AnnouncedMaximum(w, this.#gossip);
    this.#opening = new Opening(w, this.#gossip);
    this.#onchain = new OnChain(w, this.#links, this.#forwarding);
    this.#closing = new ClosingFlow(w, this.#gossip, this.#onchain);
    this.#liveness = new Liveness({
      world: w,
      links: this.#links,
      forwarding: this.#forwarding,
      gossip: this.#gossip,
      opening: this.#opening,
      closing: this.#closing,
      onchain: this.#onchain,
    });
    this.#reorgs = new Reorgs(w, this.#opening, this.#closing, this.#onchain, this.#fees);
    this.#cheating = new Cheating(w, this.#onchain, this.#liveness);
    this.#build(models, start, options.trace);
    if (options.check) this.#watch = new InvariantWatch(w);
  }

  /**
   * Runs what is due before `scenarioUs` (with `inclusive`: at it, too); false when `maxEvents` were run before the end, or
   * when the sink interrupts.
   * @throws NoProgressError when events go on and on at one instant
   */
  advance(scenarioUs: number, inclusive: boolean, maxEvents: number): boolean {
    const w = this.world;
    const q = w.queue;
    const untilUs = scenarioUs + this.#originUs;
    let left = maxEvents;
    for (;;) {
      const time = q.peek();
      if (inclusive ? time > untilUs : time >= untilUs) break;
      if (left-- === 0) return false;
      q.pop();
      if (time < w.nowUs) throw new InvariantError(`time went back from ${w.nowUs} to ${time}`);
      if (time > w.nowUs) this.#atOnce = 0;
      else if (++this.#atOnce > this.#mostAtOnce) throw this.#stuck(q.kind);
      w.nowUs = time;
      w.events++;
      this.#dispatch(q.kind, q.a, q.b);
      this.#watch?.check();
      if (w.sink.interrupt === true) return false;
    }
    if (untilUs > w.nowUs && Number.isFinite(untilUs)) w.nowUs = untilUs;
    return true;
  }

  #stuck(kind: number): NoProgressError {
    const at = `${this.nowUs / US_PER_SECOND} s of virtual time`;
    return new NoProgressError(
      `more than ${this.#mostAtOnce} events at ${at}, the last of which is ${PHYSICS_NAMES[kind]}`,
    );
  }

  pay(row: number): void {
    this.#payments.start(row);
    this.#watch?.check();
  }

  startNode(node: number): void {
    this.#liveness.start(node);
    this.#watch?.check();
  }

  stopNode(node: number): void {
    this.#liveness.stop(node);
    this.#watch?.check();
  }

  openChannel(request: OpenChannelRequest): void {
    this.#opening.open(request);
    this.#watch?.check();
  }

  closeChannel(request: CloseChannelRequest): void {
    this.#closing.close(request);
    this.#watch?.check();
  }

  /** Changes a channel's policy on one side or both; a channel that is gone is left alone. */
  setPolicy(request: SetPolicyRequest): void {
    const w = this.world;
    const channel = w.byName[request.channel]!;
    if (channel < 0 || w.channels.state[channel]! >= STATE.closing) return;
    for (const edge of [2 * channel, 2 * channel + 1]) {
      if (request.node < 0 || w.from(edge) === request.node) this.#gossip.setPolicy(edge, request.policy);
    }
  }

  cheat(request: OldStateRequest): void {
    this.#cheating.cheat(request);
    this.#watch?.check();
  }

  loseData(request: LoseDataRequest): void {
    this.#cheating.loseData(request);
    this.#watch?.check();
  }

  crashNode(node: number): void {
    this.#liveness.crash(node);
    this.#watch?.check();
  }

  connectPeer(a: number, b: number): void {
    this.#liveness.connect(a, b);
    this.#watch?.check();
  }

  disconnectPeer(a: number, b: number): void {
    this.#liveness.separate(a, b);
    this.#watch?.check();
  }

  partition(groups: readonly (readonly number[])[]): void {
    this.#liveness.partition(groups);
    this.#watch?.check();
  }

  heal(): void {
    this.#liveness.heal();
    this.#watch?.check();
  }

  sendOnchain(request: SendOnchainRequest): void {
    this.#fees.send(request);
    this.#watch?.check();
  }

  setLatency(request: SetLatencyRequest): void {
    const w = this.world;
    for (const name of request.channels) {
      const channel = w.byName[name]!;
      if (channel < 0) continue;
      w.channels.latencyUs[channel] = request.latencyUs;
      w.record(RECORD.latency, channel, -1, -1, request.latencyUs);
    }
  }

  setFeerate(feeratePerKw: number): void {
    this.#fees.setFeerate(feeratePerKw);
    this.#watch?.check();
  }

  congestMempool(request: CongestMempoolRequest): void {
    this.#fees.congest(request);
    this.#watch?.check();
  }

  /** Starts a circular payment; over a channel that is not open it finds no balance or no route. */
  rebalance(request: RebalanceRequest): void {
    const w = this.world;
    const edgeOf = (name: number): number => {
      const channel = w.byName[name]!;
      return [2 * channel, 2 * channel + 1].find((edge) => channel >= 0 && w.from(edge) === request.node) ?? -1;
    };
    const out = edgeOf(request.outChannel);
    const into = edgeOf(request.inChannel);
    this.#payments.start(request.row, {
      outgoingEdges: out < 0 ? [] : [out],
      lastHop: into < 0 ? w.nodeCount : w.to(into),
      maxFeeMsat: request.maxFeeMsat,
      route: request.route ?? null,
    });
    this.#watch?.check();
  }

  createInvoice(invoice: number): void {
    this.#forwarding.receiving.createInvoice(invoice);
  }

  settleInvoice(invoice: number): void {
    this.#forwarding.receiving.settleInvoice(invoice);
    this.#watch?.check();
  }

  cancelInvoice(invoice: number): void {
    this.#forwarding.receiving.cancelInvoice(invoice);
    this.#watch?.check();
  }

  fund(node: number, sat: number): void {
    this.world.chain.credit(node, sat);
    this.world.chain.mintedSat += sat;
    this.world.record(RECORD.funded, node, -1, -1, sat);
  }

  /** Undoes the last blocks and finds new ones in their place. */
  reorg(request: ReorgRequest): void {
    this.#reorgs.undo(request);
    this.#watch?.check();
    this.mine(request.blocks, request.empty);
  }

  /** With `empty` the blocks confirm nothing. */
  mine(blocks: number, empty = false): void {
    const w = this.world;
    for (let i = 0; i < blocks; i++) {
      const confirmed = w.chain.nextBlock(w.nowUs, empty);
      for (const tx of confirmed) {
        if (w.chain.undo.depth > 0) w.chain.undo.note(this.#undoing(tx));
        if (tx.kind === TX.funding) this.#opening.onFunded(tx.channel);
        else if (tx.kind === TX.coopClose) this.#closing.onConfirmed(tx.channel);
        else if (tx.kind === TX.send) this.#fees.onSent(tx);
        else if (tx.kind === TX.anchor) this.#onchain.bids.onAnchorSpent(tx);
        else if (tx.kind === TX.commitment) this.#onchain.onCommitmentConfirmed(tx.channel);
        else this.#onchain.onClaimed(tx);
      }
      this.#opening.onBlock();
      this.#closing.onBlock();
      this.#forwarding.receiving.onBlock();
      this.#forwarding.defences?.onBlock();
      this.#onchain.onBlock();
      this.#fees.onBlock();
      this.#watch?.check();
    }
  }

  /** What it takes to undo a transaction that is about to confirm. */
  #undoing(tx: Tx): ConfirmedTx {
    if (tx.kind !== TX.commitment && tx.kind !== TX.coopClose) return { tx };
    const { balanceMsat } = this.world.channels;
    const step = { tx, balanceMsat: [balanceMsat[2 * tx.channel]!, balanceMsat[2 * tx.channel + 1]!] as const };
    return tx.kind === TX.commitment ? step : { ...step, close: this.#closing.closings.get(tx.channel)! };
  }

  /** HTLCs of a channel that are not resolved. */
  unresolvedHtlcs(channel: number): number {
    return this.#onchain.unresolvedHtlcs(channel);
  }

  /** SHA-256 of the whole state. */
  stateDigest(): string {
    const hash = new NumberHasher();
    digestWorld(this.world, hash);
    for (const part of [this.#gossip, this.#opening, this.#closing, this.#onchain]) part.digestInto(hash);
    this.#forwarding.defences?.digestInto(hash);
    return hash.digest();
  }

  /** The whole state, to go on from. */
  capture(): SimulationState {
    return captureState(this.#parts());
  }

  /** The text of the first invariant broken, or null. */
  brokenInvariant(): string | null {
    return brokenInvariant(this.world) ?? this.#forwarding.defences?.broken() ?? null;
  }

  /** HTLCs that the defences of a node refused. */
  refused(node: number): number {
    return this.#forwarding.defences?.refused[node] ?? 0;
  }

  /** Figures of the defences; none where no node runs one. */
  defenceMetrics(): { readonly [key: string]: number } {
    const { defences } = this.#forwarding;
    if (defences === null) return {};
    const sum = (column: Float64Array): number => column.reduce((total, n) => total + n, 0);
    return { htlcs_refused: sum(defences.refused), htlcs_queued: sum(defences.queued) };
  }

  /** The scenario's time, µs. */
  get nowUs(): number {
    return this.world.nowUs - this.#originUs;
  }

  #parts(): StatefulParts {
    return {
      world: this.world,
      gossip: this.#gossip,
      opening: this.#opening,
      closing: this.#closing,
      onchain: this.#onchain,
      fees: this.#fees,
      defences: this.#forwarding.defences,
    };
  }

  #build(models: readonly ModelKind[], start: SimulationStart | null, trace: RoutingTraceSink | undefined): void {
    const w = this.world;
    const { nodes, channels } = w.timeline.network;
    if (trace !== undefined) {
      w.traceOf = (payment) =>
        trace.wants(payment) ? { report: (step) => trace.step(payment, this.nowUs, step) } : null;
    }
    const host = hostFor(w, this.#payments);
    const facts = factsFor(w, start?.originUs ?? 0, this.#forwarding);
    const made = new Map(models.map((kind) => [kind.name, kind.create(host, facts)]));
    nodes.forEach((plan, n) => {
      const model = made.get(plan.model);
      if (model === undefined) throw new RangeError(`no model is called ${plan.model}`);
      model.addNode(n, plan.options);
      w.model.push(model);
      if (!w.blankMemory.has(plan.model)) w.blankMemory.set(plan.model, canonicalJson(model.capture(n)));
      w.running[n] = 1;
    });
    const known = start?.state.nodes.length ?? 0;
    if (start !== null) {
      w.startsAnew = start.anew;
      restoreState(this.#parts(), start.state);
      this.#maximum.restore();
    }
    for (let n = known; n < nodes.length; n++) {
      w.chain.walletSat[n] = nodes[n]!.walletSat;
      w.chain.mintedSat += nodes[n]!.walletSat;
    }
    const { defences } = this.#forwarding;
    if (start !== null) defences?.restore(start.state.defences);
    channels.forEach((plan, i) => {
      if (i % FORESEEN_CHANNELS === 0) {
        this.#opening.foresee(channels.slice(i, i + FORESEEN_CHANNELS).filter((_, j) => w.byName[i + j]! < 0));
      }
      // What the state has a channel of is there, or was.
      if (w.byName[i]! < 0) this.#opening.existing(i, plan);
    });
    defences?.begin();
  }

  #dispatch(kind: number, a: number, b: number): void {
    switch (kind) {
      case PHYSICS.signTimer:
        this.#links.onSignTimer(a, b);
        return;
      case PHYSICS.signature:
        this.#links.onSignature(a, b);
        return;
      case PHYSICS.revocation:
        this.#links.onRevocation(a, b);
        return;
      case PHYSICS.preimage:
        this.#links.onPreimage(a, b);
        return;
      case PHYSICS.localFailure:
        this.#payments.failed(a, 0, b);
        return;
      case PHYSICS.paymentTimer:
        if (this.#asleep(this.world.timeline.payments.source[a]!, kind, a, b)) return;
        this.#payments.onTimer(a);
        return;
      case PHYSICS.mppTimeout:
        if (this.world.htlcs.generation[a] !== b) return;
        if (this.#asleep(this.world.to(this.world.htlcs.edge[a]!), kind, a, b)) return;
        this.#forwarding.receiving.onMppTimeout(a, b);
        return;
      case PHYSICS.holdOver:
        if (this.#asleep(this.world.timeline.payments.destination[a]!, kind, a, b)) return;
        this.#forwarding.receiving.onHoldOver(a);
        return;
      case PHYSICS.fundingSigned:
        this.#opening.onFundingSigned(a, b);
        return;
      case PHYSICS.channelReady:
        this.#opening.onChannelReady(a, b);
        return;
      case PHYSICS.gossip:
        this.#gossip.onGossip(a);
        return;
      case PHYSICS.closingSigned:
        this.#closing.onClosingSigned(a, b);
        return;
      case PHYSICS.connect:
        this.#liveness.onConnect(a, b);
        return;
      case PHYSICS.mailbox:
        this.#liveness.onMailbox(a, b);
        return;
      case PHYSICS.disable:
        this.#liveness.onDisable(a, b, true);
        return;
      case PHYSICS.enable:
        this.#liveness.onDisable(a, b, false);
        return;
      case PHYSICS.silent:
        this.#liveness.onSilent(a, b);
        return;
      case PHYSICS.lostData:
        this.#cheating.onReestablish(a, b);
        return;
      case PHYSICS.fundingUndone:
        if (this.#asleep(this.world.from(a), kind, a, b)) return;
        this.#onchain.onFundingUndone(a);
        return;
      case PHYSICS.updateFee:
        this.#fees.onUpdateFee(a);
        return;
      case PHYSICS.maximumAgain:
        this.#maximum.onQuietOver(a);
        return;
      case PHYSICS.defenceRelease:
        if (this.#asleep(a, kind, a, b)) return;
        this.#forwarding.defences?.onRelease(a, b);
        return;
      case PHYSICS.batchedHtlc:
      case PHYSICS.batchedFailure:
        if (this.world.htlcs.generation[a] !== b) return;
        if (this.#asleep(this.world.to(this.world.htlcs.edge[a]!), kind, a, b)) return;
        this.#forwarding.onBatch(a, b, kind);
        return;
      default:
        throw new InvariantError(`an event of unknown kind ${kind}`);
    }
  }

  /** A stopped node does not act: the event waits until it starts. */
  #asleep(node: number, kind: number, a: number, b: number): boolean {
    if (this.world.running[node] === 1) return false;
    this.world.deferred[node]!.push(kind, a, b);
    return true;
  }
}
