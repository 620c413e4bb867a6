/**
 * HTLCs hop by hop: offering them, forwarding or failing what was committed, receiving, and carrying preimages and
 * failures back to the sender. Which checks a node makes and which failure it returns is its model's business.
 */
import { keyedU32, keyedUnit } from '../base/random.ts';
import { STATE } from './channel-lifecycle.ts';
import { FAILURE, type FailureCode } from './failure.ts';
import { blankPolicy } from './gossip.ts';
import { HTLC } from './htlcs.ts';
import type { Links } from './links.ts';
import { blankView, type ForwardRequest, MAX_HOPS, type ReceiveRequest } from './node-model.ts';
import { PAYMENT, RECEIPT } from './payments.ts';
import { RECORD } from './records.ts';
import { PHYSICS, type World } from './world.ts';

export interface ForwardingHost {
  /** The sender's own part of the outcome: `hop` 0 is the sender, n the recipient. */
  attemptSucceeded(attempt: number): void;
  attemptFailed(attempt: number, hop: number, code: number): void;
  /** The receiving side of an HTLC learnt the preimage while the channel is on-chain. */
  preimageOnChain(htlc: number): void;
  /** An HTLC left a channel that is shutting down. */
  drained(channel: number): void;
}

export class Forwarding {
  readonly #w: World;
  readonly #links: Links;
  readonly #host: ForwardingHost;
  readonly #forward: ForwardRequest = {
    node: 0,
    incomingEdge: 0,
    incomingAmountMsat: 0,
    incomingExpiry: 0,
    outgoingEdge: 0,
    outgoingAmountMsat: 0,
    outgoingExpiry: 0,
    height: 0,
    usable: false,
    connected: false,
    policy: blankPolicy(),
    inboundFeeBaseMsat: 0,
    inboundFeeRatePpm: 0,
    view: blankView(),
  };
  readonly #receive: ReceiveRequest = {
    node: 0,
    amountMsat: 0,
    expiry: 0,
    height: 0,
    onionAmountMsat: 0,
    onionExpiry: 0,
    totalMsat: 0,
    method: 'keysend',
    payable: true,
    invoiceCltvDelta: -1,
    partial: false,
  };
  #passing = new Int32Array(64);

  constructor(world: World, links: Links, host: ForwardingHost) {
    this.#w = world;
    this.#links = links;
    this.#host = host;
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
    const hop = w.htlcs.hop[h]!;
    w.record(RECORD.htlcCommitted, w.attempts.serial[attempt]!, w.htlcs.edge[h]!, 0, w.htlcs.amountMsat[h]!);
    if (hop + 1 === w.attempts.length[attempt]!) this.#accept(h);
    else this.#relay(h, attempt, hop);
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

  /** Removes an HTLC; `creditEdge` is the side that gets the amount, −1 when the money went on-chain. */
  drop(h: number, creditEdge: number): void {
    const w = this.#w;
    const attempt = w.htlcs.attempt[h]!;
    const channel = w.htlcs.edge[h]! >> 1;
    if (w.htlcs.hop[h]! + 1 === w.attempts.length[attempt]!) this.#lose(h, w.attempts.payment[attempt]!);
    w.attempts.htlc[attempt * MAX_HOPS + w.htlcs.hop[h]!] = -1;
    w.htlcs.remove(w.channels, h, creditEdge);
    w.attempts.liveHtlcs[attempt]!--;
    w.attempts.release(attempt);
    if (w.channels.state[channel] === STATE.shutting_down) this.#host.drained(channel);
  }

  /** A part was held too long while the rest did not come. */
  onMppTimeout(h: number, generation: number): void {
    const w = this.#w;
    if (w.htlcs.generation[h] !== generation || w.htlcs.state[h] !== HTLC.committed) return;
    const payment = w.attempts.payment[w.htlcs.attempt[h]!]!;
    if (w.payments.receipt[payment] !== RECEIPT.open || !this.#unhold(payment, h)) return;
    w.payments.receivedMsat[payment]! -= w.htlcs.amountMsat[h]!;
    this.fail(h, w.htlcs.hop[h]! + 1, FAILURE.mpp_timeout);
  }

  onHoldOver(payment: number): void {
    if (this.#w.payments.receipt[payment] === RECEIPT.complete) this.#settle(payment);
  }

  /** The recipient gives a held payment back when its HTLCs come near their expiry. */
  onBlock(): void {
    const w = this.#w;
    for (let h = 0; h < w.htlcs.used; h++) {
      if (w.htlcs.state[h] !== HTLC.committed) continue;
      const attempt = w.htlcs.attempt[h]!;
      if (w.htlcs.hop[h]! + 1 !== w.attempts.length[attempt]!) continue;
      const node = w.to(w.htlcs.edge[h]!);
      const payment = w.attempts.payment[attempt]!;
      if (w.running[node] === 0 || w.payments.receipt[payment] !== RECEIPT.complete) continue;
      if (w.chain.height >= w.htlcs.expiry[h]! - w.modelOf(node).holdExpiryDelta) this.#giveBack(payment);
    }
  }

  /** Failure code with which this node answers for `attempt`'s HTLC at `hop`, handed to the node before it. */
  #failBack(attempt: number, hop: number, reporter: number, code: number): void {
    const w = this.#w;
    if (hop === 0) {
      this.#host.attemptFailed(attempt, reporter, code);
      return;
    }
    const upstream = w.attempts.htlc[attempt * MAX_HOPS + hop - 1]!;
    if (upstream >= 0) this.fail(upstream, reporter, code);
  }

  #relay(h: number, attempt: number, hop: number): void {
    const w = this.#w;
    const at = attempt * MAX_HOPS + hop + 1;
    const requested = w.attempts.edge[at]!;
    const node = w.from(requested);
    const peer = w.to(requested);
    const model = w.modelOf(node);
    const requestedCode = this.#check(h, node, requested, at);
    let count = 0;
    const edges = w.localEdges[node]!;
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i]!;
      if (w.to(edge) !== peer) continue;
      if (edge === requested ? requestedCode !== 0 : this.#check(h, node, edge, at) !== 0) continue;
      if (count === this.#passing.length) {
        const bigger = new Int32Array(2 * count);
        bigger.set(this.#passing);
        this.#passing = bigger;
      }
      this.#passing[count++] = edge;
    }
    if (count === 0) {
      this.fail(h, hop + 1, requestedCode);
      return;
    }
    let edge = this.#passing[0]!;
    if (count > 1) {
      const draw = this.draw(w.attempts.payment[attempt]!, (w.attempts.ordinal[attempt]! << 5) + hop);
      edge = this.#passing[model.chooseForward(this.#passing, count, requested, draw)]!;
    }
    w.attempts.edge[at] = edge;
    this.offer(attempt, hop + 1);
  }

  #check(h: number, node: number, edge: number, at: number): FailureCode {
    const w = this.#w;
    const r = this.#forward;
    const incoming = w.htlcs.edge[h]!;
    r.node = node;
    r.incomingEdge = incoming;
    r.incomingAmountMsat = w.htlcs.amountMsat[h]!;
    r.incomingExpiry = w.htlcs.expiry[h]!;
    r.outgoingEdge = edge;
    r.outgoingAmountMsat = w.attempts.amountMsat[at]!;
    r.outgoingExpiry = w.attempts.expiry[at]!;
    r.height = w.chain.height;
    r.usable = w.channels.state[edge >> 1] === STATE.open;
    r.connected = w.channels.connected[edge >> 1] === 1;
    w.channels.getPolicy(edge, r.policy);
    r.inboundFeeBaseMsat = w.channels.inboundFeeBaseMsat[incoming ^ 1]!;
    r.inboundFeeRatePpm = w.channels.inboundFeeRatePpm[incoming ^ 1]!;
    w.channels.view(edge, r.view);
    return w.modelOf(node).checkForward(r);
  }

  #accept(h: number): void {
    const w = this.#w;
    const attempt = w.htlcs.attempt[h]!;
    const payment = w.attempts.payment[attempt]!;
    const node = w.to(w.htlcs.edge[h]!);
    const model = w.modelOf(node);
    const total = w.timeline.payments.amountMsat[payment]!;
    const options = w.timeline.activities[w.timeline.payments.activity[payment]!]!.profile;
    const last = attempt * MAX_HOPS + w.attempts.length[attempt]! - 1;
    const r = this.#receive;
    r.node = node;
    r.amountMsat = w.htlcs.amountMsat[h]!;
    r.expiry = w.htlcs.expiry[h]!;
    r.height = w.chain.height;
    r.onionAmountMsat = w.attempts.amountMsat[last]!;
    r.onionExpiry = w.attempts.expiry[last]!;
    r.totalMsat = total;
    r.method = options.method;
    r.partial = r.onionAmountMsat < total;
    r.invoiceCltvDelta = options.method === 'invoice' ? model.invoiceCltvDelta : -1;
    r.payable =
      w.payments.receipt[payment] === RECEIPT.open &&
      (options.method === 'keysend' || w.nowUs <= w.payments.startedUs[payment]! + model.invoiceExpiryUs);
    const code = model.checkReceive(r);
    if (code !== 0) {
      this.fail(h, w.htlcs.hop[h]! + 1, code);
      return;
    }
    w.htlcs.next[h] = w.payments.heldHtlc[payment]!;
    w.payments.heldHtlc[payment] = h;
    w.payments.receivedMsat[payment]! += w.htlcs.amountMsat[h]!;
    if (w.payments.receivedMsat[payment]! < total) {
      w.after(model.timing.mppTimeoutUs, PHYSICS.mppTimeout, h, w.htlcs.generation[h]!);
      return;
    }
    w.payments.receipt[payment] = RECEIPT.complete;
    if (options.holdUs > 0) w.after(options.holdUs, PHYSICS.holdOver, payment, 0);
    else this.#settle(payment);
  }

  #settle(payment: number): void {
    this.#w.payments.receipt[payment] = RECEIPT.settled;
    this.#release(payment, (h) => this.fulfil(h));
  }

  #giveBack(payment: number): void {
    const w = this.#w;
    w.payments.receipt[payment] = RECEIPT.cancelled;
    this.#release(payment, (h) => this.fail(h, w.htlcs.hop[h]! + 1, FAILURE.incorrect_or_unknown_payment_details));
  }

  /** Empties the list of held parts. */
  #release(payment: number, act: (htlc: number) => void): void {
    const w = this.#w;
    let h = w.payments.heldHtlc[payment]!;
    w.payments.heldHtlc[payment] = -1;
    while (h >= 0) {
      const next = w.htlcs.next[h]!;
      w.htlcs.next[h] = -1;
      act(h);
      h = next;
    }
  }

  /** A part that its recipient still held is gone (timed out on-chain); a complete set is complete no more. */
  #lose(h: number, payment: number): void {
    const w = this.#w;
    const receipt = w.payments.receipt[payment]!;
    if (receipt !== RECEIPT.open && receipt !== RECEIPT.complete) return;
    if (!this.#unhold(payment, h)) return;
    w.payments.receivedMsat[payment]! -= w.htlcs.amountMsat[h]!;
    if (receipt === RECEIPT.complete) this.#giveBack(payment);
  }

  /** Takes one part out of the held list; false when it is not in it. */
  #unhold(payment: number, htlc: number): boolean {
    const { heldHtlc } = this.#w.payments;
    const next = this.#w.htlcs.next;
    let before = -1;
    for (let h = heldHtlc[payment]!; h >= 0; before = h, h = next[h]!) {
      if (h !== htlc) continue;
      if (before < 0) heldHtlc[payment] = next[h]!;
      else next[before] = next[h]!;
      next[h] = -1;
      return true;
    }
    return false;
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
