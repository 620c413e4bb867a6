/**
 * HTLCs hop by hop: offering them, forwarding or failing what was committed, and carrying preimages and failures back to
 * the sender; what the recipient does is in receiving.ts. Which checks a node makes and which failure it returns is its
 * model's business.
 */
import { keyedU32, keyedUnit } from '../base/random.ts';
import { STATE } from './channel-lifecycle.ts';
import { checksFrom, fillForward } from './check-questions.ts';
import { grow } from './columns.ts';
import { Defences } from './defences/defences.ts';
import { FAILURE, type FailureCode } from './failure.ts';
import { HTLC } from './htlcs.ts';
import type { Links } from './links.ts';
import { blankForward, type CheckQuestion, type ForwardRequest, MAX_HOPS } from './node-model.ts';
import { PAYMENT } from './payments.ts';
import { Receiving } from './receiving.ts';
import { RECORD } from './records.ts';
import { forwardRefusal } from './refusal-trace.ts';
import type { TraceStep } from './routing-trace.ts';
import { PHYSICS, type World } from './world.ts';

export interface ForwardingHost {
  /** The sender's own part of the outcome: `hop` 0 is the sender, n the recipient. */
  attemptSucceeded(attempt: number): void;
  attemptFailed(attempt: number, hop: number, code: number): void;
  /** The receiving side of an HTLC learnt the preimage while the channel is on-chain. */
  preimageOnChain(htlc: number): void;
  /** An HTLC left a channel that is shutting down. */
  drained(channel: number): void;
  /** The node announces its side of a channel as disabled. */
  disable(edge: number): void;
  /** An HTLC was committed or removed. */
  balanceChanged(channel: number): void;
}

export class Forwarding {
  readonly #w: World;
  readonly #links: Links;
  readonly #host: ForwardingHost;
  readonly #forward: ForwardRequest = blankForward();
  /** The recipient's part. */
  readonly receiving: Receiving;
  /** The defences against jamming that nodes run; null where none does. */
  readonly defences: Defences | null;
  #passing = new Int32Array(64);
  /** HTLC that a node was asked about last. */
  #asked = -1;

  constructor(world: World, links: Links, host: ForwardingHost) {
    this.#w = world;
    this.#links = links;
    this.#host = host;
    this.receiving = new Receiving(world, this);
    this.defences = Defences.of(world, {
      fail: (h, hop, code) => this.fail(h, hop, code),
      relay: (h) => this.#relay(h, world.htlcs.attempt[h]!, world.htlcs.hop[h]!),
    });
  }

  /** Offers the HTLC of `attempt` (slot) at `hop`; the caller has made sure that the channel takes it. */
  offer(attempt: number, hop: number): void {
    const w = this.#w;
    const at = attempt * MAX_HOPS + hop;
    const edge = w.attempts.edge[at]!;
    const amount = w.attempts.amountMsat[at]!;
    const h = w.htlcs.add(w.channels, edge, amount, w.attempts.expiry[at]!, attempt, hop);
    w.attempts.htlc[at] = h;
    w.attempts.liveHtlcs[attempt]!++;
    w.record(RECORD.htlcOffered, w.attempts.serial[attempt]!, edge, w.htlcs.expiry[h]!, amount);
    this.#links.update(edge, h);
  }

  /** An HTLC is irrevocably committed on both sides: its receiving node forwards, accepts or fails it. */
  onCommitted(h: number): void {
    const w = this.#w;
    w.htlcs.state[h] = HTLC.committed;
    const attempt = w.htlcs.attempt[h]!;
    w.record(RECORD.htlcCommitted, w.attempts.serial[attempt]!, w.htlcs.edge[h]!, 0, w.htlcs.amountMsat[h]!);
    if (!this.#batched(h, PHYSICS.batchedHtlc)) this.#act(h);
    this.#host.balanceChanged(w.htlcs.edge[h]! >> 1);
  }

  /** A batch is due that an HTLC, or the failure of what became of it, waited for. */
  onBatch(h: number, generation: number, kind: number): void {
    const w = this.#w;
    if (w.htlcs.generation[h] !== generation || w.htlcs.state[h] !== HTLC.committed) return;
    const attempt = w.htlcs.attempt[h]!;
    if (kind === PHYSICS.batchedFailure) {
      this.fail(h, w.attempts.failureHop[attempt]!, w.attempts.failureCode[attempt]!);
    } else if (w.channels.state[w.htlcs.edge[h]! >> 1]! < STATE.force_closing) {
      this.#act(h);
    }
  }

  /** The removal of an HTLC is irrevocably committed. */
  onRemoved(h: number): void {
    const w = this.#w;
    const edge = w.htlcs.edge[h]!;
    if (w.htlcs.state[h] === HTLC.fulfilling) {
      this.drop(h, edge ^ 1);
      return;
    }
    const attempt = w.htlcs.attempt[h]!;
    const hop = w.htlcs.hop[h]!;
    const code = w.attempts.failureCode[attempt]!;
    // Kept alive until the failure is handed on.
    w.attempts.liveHtlcs[attempt]!++;
    this.drop(h, edge);
    this.#failBack(attempt, hop, w.attempts.failureHop[attempt]!, code);
    w.attempts.liveHtlcs[attempt]!--;
    w.attempts.release(attempt);
  }

  /** The receiving node of `h` releases the preimage. */
  fulfil(h: number): void {
    const w = this.#w;
    if (w.htlcs.preimage[h] === 1) return;
    w.htlcs.preimage[h] = 1;
    const edge = w.htlcs.edge[h]!;
    w.record(RECORD.htlcFulfilled, w.attempts.serial[w.htlcs.attempt[h]!]!, edge, 0, w.htlcs.amountMsat[h]!);
    if (w.channels.state[edge >> 1]! >= STATE.force_closing) {
      this.#host.preimageOnChain(h);
      return;
    }
    w.htlcs.state[h] = HTLC.fulfilling;
    this.#links.sendPreimage(h);
    this.#links.update(edge ^ 1, h);
  }

  /** The receiving node of `h` fails it; `hop` is the node that reports `code`. On-chain there is nobody to tell. */
  fail(h: number, hop: number, code: number): void {
    const w = this.#w;
    const edge = w.htlcs.edge[h]!;
    if (w.channels.state[edge >> 1]! >= STATE.force_closing) return;
    const attempt = w.htlcs.attempt[h]!;
    w.attempts.failureCode[attempt] = code;
    w.attempts.failureHop[attempt] = hop;
    w.record(RECORD.htlcFailed, w.attempts.serial[attempt]!, edge, code, w.htlcs.amountMsat[h]!);
    w.htlcs.state[h] = HTLC.failing;
    this.#links.update(edge ^ 1, h);
  }

  /** The offering node of `h` learns the preimage: it settles upstream, or the payment's part has succeeded. */
  onPreimage(h: number): void {
    const w = this.#w;
    w.htlcs.settledUpstream[h] = 1;
    const attempt = w.htlcs.attempt[h]!;
    const hop = w.htlcs.hop[h]!;
    if (hop === 0) {
      this.#host.attemptSucceeded(attempt);
      return;
    }
    const upstream = w.attempts.htlc[attempt * MAX_HOPS + hop - 1]!;
    const node = w.from(w.htlcs.edge[h]!);
    w.forwards[node]!++;
    w.feesEarnedMsat[node]! += w.attempts.amountMsat[attempt * MAX_HOPS + hop - 1]! - w.htlcs.amountMsat[h]!;
    if (upstream >= 0) this.fulfil(upstream);
  }

  /** The offering node of `h` fails it upstream because of what happened on-chain (permanent_channel_failure). */
  failUpstream(h: number): void {
    const w = this.#w;
    if (w.htlcs.settledUpstream[h] === 1) return;
    w.htlcs.settledUpstream[h] = 1;
    const hop = w.htlcs.hop[h]!;
    this.#failBack(w.htlcs.attempt[h]!, hop, hop, FAILURE.permanent_channel_failure);
  }

  /** Fails an HTLC that was offered but never signed: it never left its node. */
  cancel(h: number): void {
    const w = this.#w;
    const attempt = w.htlcs.attempt[h]!;
    const hop = w.htlcs.hop[h]!;
    w.attempts.liveHtlcs[attempt]!++;
    this.drop(h, w.htlcs.edge[h]!);
    this.#failBack(attempt, hop, hop, FAILURE.temporary_channel_failure);
    w.attempts.liveHtlcs[attempt]!--;
    w.attempts.release(attempt);
  }

  /** An HTLC will not be paid: its recipient, if it holds it, has lost it. */
  lose(h: number): void {
    const w = this.#w;
    const attempt = w.htlcs.attempt[h]!;
    if (w.htlcs.hop[h]! + 1 === w.attempts.length[attempt]!) this.receiving.lose(h, w.attempts.payment[attempt]!);
  }

  /** Removes an HTLC; `creditEdge` is the side that gets the amount, −1 when the money went on-chain. */
  drop(h: number, creditEdge: number): void {
    const w = this.#w;
    const attempt = w.htlcs.attempt[h]!;
    const channel = w.htlcs.edge[h]! >> 1;
    this.lose(h);
    w.attempts.htlc[attempt * MAX_HOPS + w.htlcs.hop[h]!] = -1;
    this.defences?.dropped(h);
    w.revoked?.dropped(h);
    w.htlcs.remove(w.channels, h, creditEdge);
    w.attempts.liveHtlcs[attempt]!--;
    w.attempts.release(attempt);
    if (w.channels.state[channel] === STATE.shutting_down) this.#host.drained(channel);
    else this.#host.balanceChanged(channel);
  }

  /** A channel was to be used that may be open but without its peer: some nodes disable it then, and not before. */
  missed(edge: number): void {
    const ch = this.#w.channels;
    const channel = edge >> 1;
    if (ch.state[channel] !== STATE.open || ch.connected[channel] === 1 || ch.disabled[edge] === 1) return;
    if (this.#w.modelOf(this.#w.from(edge)).timing.disableAfterUs === Infinity) this.#host.disable(edge);
  }

  /** Failure code with which this node answers for `attempt`'s HTLC at `hop`, handed to the node before it. */
  #failBack(attempt: number, hop: number, reporter: number, code: number): void {
    const w = this.#w;
    if (hop === 0) {
      this.#host.attemptFailed(attempt, reporter, code);
      return;
    }
    const upstream = w.attempts.htlc[attempt * MAX_HOPS + hop - 1]!;
    if (upstream < 0) return;
    if (this.#batched(upstream, PHYSICS.batchedFailure)) {
      w.attempts.failureCode[attempt] = code;
      w.attempts.failureHop[attempt] = reporter;
    } else {
      this.fail(upstream, reporter, code);
    }
  }

  /** True when the receiving node of `h` acts later, in a batch. */
  #batched(h: number, kind: number): boolean {
    const w = this.#w;
    const node = w.to(w.htlcs.edge[h]!);
    const model = w.modelOf(node);
    if (model.batchAt === undefined) return false;
    const attempt = w.htlcs.attempt[h]!;
    const counter = (kind << 20) + (w.attempts.ordinal[attempt]! << 5) + w.htlcs.hop[h]!;
    const at = model.batchAt(node, this.draw(w.attempts.payment[attempt]!, counter));
    if (at > w.nowUs) w.queue.push(at, kind, h, w.htlcs.generation[h]!);
    return at > w.nowUs;
  }

  /** The receiving node of an HTLC forwards, accepts or fails it. */
  #act(h: number): void {
    const attempt = this.#w.htlcs.attempt[h]!;
    const hop = this.#w.htlcs.hop[h]!;
    const code = this.#checkIncoming(h);
    if (code !== 0) this.fail(h, hop + 1, code);
    else if (hop + 1 === this.#w.attempts.length[attempt]!) {
      this.#asked = h;
      this.receiving.accept(h);
    } else if (this.defences === null || this.defences.admit(h)) this.#relay(h, attempt, hop);
  }

  #checkIncoming(h: number): FailureCode {
    const w = this.#w;
    const edge = w.htlcs.edge[h]!;
    const model = w.modelOf(w.to(edge));
    if (model.checkIncoming === undefined) return FAILURE.none;
    w.channels.view(edge ^ 1, this.#forward.view);
    return model.checkIncoming(this.#forward.view, w.htlcs.amountMsat[h]!);
  }

  #relay(h: number, attempt: number, hop: number): void {
    const w = this.#w;
    const at = attempt * MAX_HOPS + hop + 1;
    const requested = w.attempts.edge[at]!;
    const node = w.from(requested);
    const model = w.modelOf(node);
    this.#asked = h;
    const requestedCode = this.#check(h, node, requested, at);
    if (requestedCode !== 0) this.missed(requested);
    // A channel that has none beside it is the usual case, and the node may have thousands of others.
    const count = w.isSole(requested)
      ? this.#passes(requestedCode, requested)
      : this.#passParallel(h, requested, requestedCode, at);
    if (count === 0) {
      w.traceOf?.(w.attempts.payment[attempt]!)?.report(this.#refusal(h, hop + 1, requestedCode, at));
      this.fail(h, hop + 1, requestedCode);
      return;
    }
    let edge = this.#passing[0]!;
    if (count > 1) {
      const draw = this.draw(w.attempts.payment[attempt]!, (w.attempts.ordinal[attempt]! << 5) + hop);
      edge = this.#passing[model.chooseForward(this.#passing, count, requested, draw)]!;
    }
    const refusal = this.defences === null ? FAILURE.none : this.defences.check(h, edge, at);
    if (refusal !== FAILURE.none) {
      this.fail(h, hop + 1, refusal);
      return;
    }
    if (edge !== requested) {
      w.routes.keep(w.attempts.payment[attempt]!, attempt);
      w.attempts.edge[at] = edge;
    }
    this.offer(attempt, hop + 1);
    this.defences?.forwarded(h, w.attempts.htlc[at]!, edge, at);
  }

  /** Writes down the requested channel where it takes the HTLC; how many there are. */
  #passes(requestedCode: FailureCode, requested: number): number {
    this.#passing[0] = requested;
    return requestedCode === FAILURE.none ? 1 : 0;
  }

  /** Writes down the channels to the next node that take an HTLC, in the order they were opened; how many there are. */
  #passParallel(h: number, requested: number, requestedCode: FailureCode, at: number): number {
    const w = this.#w;
    const node = w.from(requested);
    const peer = w.to(requested);
    const edges = w.localEdges[node]!;
    let count = 0;
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i]!;
      if (w.to(edge) !== peer) continue;
      if (edge === requested ? requestedCode !== FAILURE.none : this.#check(h, node, edge, at) !== FAILURE.none)
        continue;
      if (count === this.#passing.length) this.#passing = grow(this.#passing, 2 * count);
      this.#passing[count++] = edge;
    }
    return count;
  }

  #check(h: number, node: number, edge: number, at: number): FailureCode {
    fillForward(this.#w, h, at, edge, this.#forward);
    return this.#w.modelOf(node).checkForward(this.#forward);
  }

  /** What a node that turned an HTLC down saw of the channel that it was to leave by. */
  #refusal(h: number, hop: number, code: number, at: number): TraceStep {
    const w = this.#w;
    const attempt = w.htlcs.attempt[h]!;
    const edge = w.attempts.edge[at]!;
    const node = w.from(edge);
    fillForward(w, h, at, edge, this.#forward);
    const spendable = w.modelOf(node).spendable(this.#forward.view);
    return forwardRefusal(w.attempts.serial[attempt]!, hop, code, this.#forward, spendable);
  }

  /** See WorldFacts. */
  comingChecks(): readonly CheckQuestion[] {
    return this.#asked < 0 ? [] : checksFrom(this.#w, this.#asked);
  }

  /** See WorldFacts. */
  askedAttempt(): number {
    const { attempts, htlcs } = this.#w;
    return this.#asked < 0 ? -1 : attempts.serial[htlcs.attempt[this.#asked]!]!;
  }

  /** A uniform draw in [0, 1) of a payment; `counter` tells its draws apart. */
  draw(payment: number, counter: number): number {
    const { payments, activities } = this.#w.timeline;
    const [k0, k1] = activities[payments.activity[payment]!]!.key;
    return keyedUnit(keyedU32(k0, k1, payments.nth[payment]!), k1, counter);
  }

  /** True while the payment's sender waits for its outcome. */
  running(payment: number): boolean {
    return this.#w.payments.state[payment] === PAYMENT.running;
  }
}
