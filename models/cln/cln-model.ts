/**
 * Core Lightning as a NodeModel: hands each question to the file that answers it and keeps the nodes' state. No rule of
 * Core Lightning is decided here.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_MS, US_PER_SECOND } from '../../engine/base/numbers.ts';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import {
  blankView,
  type ChannelFacts,
  type ChannelOffer,
  type ChannelTerms,
  type ClaimView,
  type CommitmentView,
  type ConfirmationTargets,
  type ForwardRequest,
  type ModelHost,
  type NodeModel,
  type NodeTiming,
  type OpeningAnswer,
  type PaymentRequest,
  type Policy,
  type ReceiveRequest,
} from '../../engine/simulate/node-model.ts';
import { NodeTable } from '../shared/node-table.ts';
import {
  answerOpening,
  channelTerms,
  commitmentFeerate,
  DUST_LIMIT_SAT,
  defaultPolicy,
  refuseTerms,
  refuseToOpen,
  walletReserveSat,
} from './channel-opening.ts';
import { checkIncoming, checkOffer, spendable } from './commitment.ts';
import { claimFeerate } from './fee-bumping.ts';
import { checkForward } from './forwarding.ts';
import { KnowledgeLayer } from './knowledge-layer.ts';
import type { ClnNode } from './node-state.ts';
import { type ClnSettings, DEFAULT_SETTINGS, readSettings } from './options.ts';
import { Payments } from './payments.ts';
import { checkReceive } from './receiving.ts';

/** cln:lightningd/peer_htlcs.c:htlc_out_deadline, htlc_in_deadline: half of the default delta of 34, blocks. */
const OUT_DEADLINE = 1;
const IN_DEADLINE = 17;
/** cln:onchaind/onchaind.c:reasonable_depth. */
const REASONABLE_DEPTH = 3;

/** cln:lightningd/peer_htlcs.c:consider_failing_incoming, blocks before the incoming HTLC expires. */
const ABANDON_BEFORE = 3;

export class ClnModel implements NodeModel {
  readonly name = 'cln';
  /**
   * cln:lightningd/options.c:mainnet_config (commit_time_ms); cln:lightningd/connect_control.c (first back-off of 1 s);
   * cln:lightningd/peer_htlcs.c:send_htlc_out (a connection on which an HTLC is not committed within 30 s is given up),
   * destroy_hout_subd_died (what was not committed when the peer went is failed at once);
   * cln:lightningd/channel_gossip.c:channel_gossip_update_for_error (a channel is disabled only when it is used without its
   * peer), channel_should_enable; cln:lightningd/htlc_set.c:new_htlc_set; cln:lightningd/peer_control.c:json_setchannel
   * (enforcedelay: for higher fees and for a lower htlcmax).
   */
  readonly timing: NodeTiming = {
    commitDelayUs: 10 * US_PER_MS,
    // Never at once for their number: only the timer signs.
    commitBatch: 966,
    reconnectDelayUs: US_PER_SECOND,
    peerTimeoutUs: 30 * US_PER_SECOND,
    mailboxUs: 0,
    disableAfterUs: Infinity,
    enableAfterUs: 0,
    mppTimeoutUs: 70 * US_PER_SECOND,
    formerPolicyUs: 600 * US_PER_SECOND,
    formerMaximum: true,
  };
  /** cln:lightningd/options.c:mainnet_config (cltv_final); cln:lightningd/invoice.c:json_invoice (7 days). */
  readonly invoiceCltvDelta: number = 18;
  readonly invoiceExpiryUs: number = 7 * 24 * 3600 * US_PER_SECOND;
  /** Holding is a plugin's business; a preimage that comes later than this closes the channel. */
  readonly holdExpiryDelta: number = IN_DEADLINE;

  /** cln:lightningd/chaintopology.c:unilateral_feerate with anchors, conversions (mutual_close 100 blocks, opening 12). */
  readonly targets: ConfirmationTargets = { funding: 12, cooperativeClose: 100, commitment: 100, send: 12 };

  /** cln:lightningd/channel_control.c:funding_depth_cb: a node trusts fundings of its own. */
  readonly fundingReorg = 'close_accepted';

  readonly #host: ModelHost;
  readonly #nodes = new NodeTable<ClnNode>('a Core Lightning node');
  readonly #payments: Payments;
  readonly #view: CommitmentView = blankView();
  /** Fees of the channel that the onion names, which is asked about first. */
  #requestedBaseMsat = 0;
  #requestedPpm = 0;

  constructor(host: ModelHost) {
    this.#host = host;
    this.#payments = new Payments(host, this.#nodes);
  }

  addNode(node: number, options: Readonly<Record<string, Json>>): void {
    const settings = Object.keys(options).length === 0 ? DEFAULT_SETTINGS : readSettings(options);
    this.#nodes.add(node, { settings, layer: null, reservations: null });
  }

  openingTerms(node: number, offer: ChannelOffer): ChannelTerms {
    return channelTerms(this.#settings(node), offer.capacitySat, DUST_LIMIT_SAT);
  }

  refuseToOpen(node: number, offer: ChannelOffer): string | null {
    return refuseToOpen(this.#settings(node), offer);
  }

  answerOpening(node: number, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer {
    return answerOpening(this.#settings(node), offer, openerTerms);
  }

  refuseTerms(node: number, offer: ChannelOffer, terms: ChannelTerms): string | null {
    return refuseTerms(this.#settings(node), offer, terms);
  }

  walletReserveSat(channels: number): number {
    return walletReserveSat(channels);
  }

  commitmentFeerate(_node: number, estimatePerKw: number): number {
    return commitmentFeerate(estimatePerKw);
  }

  defaultPolicy(node: number, facts: ChannelFacts, out: Policy): void {
    defaultPolicy(this.#settings(node), facts, out);
  }

  spendable(view: CommitmentView): number {
    return spendable(view);
  }

  checkOffer(view: CommitmentView, amountMsat: number): FailureCode {
    return checkOffer(view, amountMsat, this.#settings(this.#host.graph.from(view.edge)));
  }

  checkIncoming(view: CommitmentView): FailureCode {
    return checkIncoming(view, this.#settings(this.#host.graph.from(view.edge)));
  }

  /**
   * cln:lightningd/peer_htlcs.c:best_channel: another channel to the same peer is taken only when it asks the same fees.
   */
  checkForward(request: ForwardRequest): FailureCode {
    const { feeBaseMsat, feeRatePpm } = request.policy;
    if (request.outgoingEdge === request.requestedEdge) {
      this.#requestedBaseMsat = feeBaseMsat;
      this.#requestedPpm = feeRatePpm;
    } else if (feeBaseMsat !== this.#requestedBaseMsat || feeRatePpm !== this.#requestedPpm) {
      return FAILURE.temporary_channel_failure;
    }
    const settings = this.#settings(request.node);
    return checkForward(request, settings.maxHtlcCltv, settings);
  }

  /** The channel with the most to spend, the first among equals. */
  chooseForward(passing: ArrayLike<number>, count: number): number {
    let best = 0;
    let most = -1;
    for (let i = 0; i < count; i++) {
      this.#host.view(passing[i] as number, this.#view);
      const amount = spendable(this.#view);
      if (amount <= most) continue;
      most = amount;
      best = i;
    }
    return best;
  }

  checkReceive(request: ReceiveRequest): FailureCode {
    const { acceptKeysend, cltvFinal } = this.#settings(request.node);
    return checkReceive(request, acceptKeysend, cltvFinal);
  }

  offeredDeadline(expiry: number): number {
    return expiry + OUT_DEADLINE;
  }

  receivedDeadline(expiry: number): number {
    return expiry - IN_DEADLINE;
  }

  claimFeerate(claim: ClaimView): number {
    return claimFeerate(this.#host, claim);
  }

  closeDepth(): number {
    return REASONABLE_DEPTH;
  }

  /** cln:lightningd/peer_htlcs.c:consider_failing_incoming, once the outgoing HTLC's own deadline is there. */
  failsBackAt(incomingExpiry: number, outgoingExpiry: number): number {
    return Math.max(incomingExpiry - ABANDON_BEFORE, outgoingExpiry + OUT_DEADLINE);
  }

  startPayment(request: PaymentRequest): void {
    this.#payments.start(request);
  }

  channelUpdate(node: number, edge: number, policy: Policy): void {
    this.#payments.channelUpdate(node, edge, policy);
  }

  attemptSucceeded(payment: number, attempt: number): void {
    this.#payments.succeeded(payment, attempt);
  }

  attemptFailed(payment: number, attempt: number, hop: number, code: FailureCode): void {
    this.#payments.failed(payment, attempt, hop, code);
  }

  paymentTimer(payment: number): void {
    this.#payments.resume(payment);
  }

  capture(node: number): Json {
    const { layer } = this.#nodes.of(node);
    return {
      layer: layer === null || layer.empty ? null : layer.capture(),
      payments: this.#payments.capture(node),
    };
  }

  restore(node: number, state: Json, rowOf: (payment: number) => number): void {
    const { layer, payments } = state as Readonly<Record<string, Json>>;
    const own = this.#nodes.of(node);
    own.layer = layer === null ? null : KnowledgeLayer.restore(layer as Json);
    this.#payments.restore(own, payments as Json, rowOf);
  }

  #settings(index: number): ClnSettings {
    return this.#nodes.of(index).settings;
  }
}
