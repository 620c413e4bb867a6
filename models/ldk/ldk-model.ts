/**
 * LDK as a NodeModel: hands each question to the file that answers it and keeps the nodes' state. No rule of LDK is decided
 * here.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_SECOND } from '../../engine/base/numbers.ts';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import {
  blankView,
  type ChannelFacts,
  type ChannelOffer,
  type ChannelTerms,
  type ClaimView,
  type ClosingRange,
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
import { batchDelayUs } from './batch-delay.ts';
import {
  answerOpening,
  channelTerms,
  commitmentFeerate,
  defaultPolicy,
  refuseTerms,
  refuseToOpen,
} from './channel-opening.ts';

import { checkIncoming, checkOffer, spendable } from './commitment.ts';

import { CLOSING_RANGE, claimFeerate, TARGETS } from './fee-bumping.ts';

import {
  CLTV_CLAIM_BUFFER,
  checkCarries,
  checkRequested,
  HTLC_FAIL_BACK_BUFFER,
  LATENCY_GRACE_PERIOD_BLOCKS,
} from './forwarding.ts';
import type { LdkNode } from './node-state.ts';
import { DEFAULT_SETTINGS, type LdkSettings, readSettings } from './options.ts';
import { MIN_FINAL_CLTV_EXPIRY_DELTA, Payments } from './payments.ts';
import { checkReceive } from './receiving.ts';
import { RemovedFromGraph } from './removed-from-graph.ts';
import { Scorer } from './scorer.ts';

/** ldk:chain/channelmonitor.rs:ANTI_REORG_DELAY, blocks. */
const ANTI_REORG_DELAY = 6;
/** ldk:lightning-background-processor/src/lib.rs:FRESHNESS_TIMER, PING_TIMER, s. */
const TICK_S = 60;
const PING_S = 10;

export class LdkModel implements NodeModel {
  readonly name = 'ldk';
  /**
   * Updates are signed when the batch that makes them is done, so at once and together. A channel is told as disabled one
   * tick and ldk:ln/channelmanager.rs:DISABLE_GOSSIP_TICKS after it was lost, as enabled one tick and ENABLE_GOSSIP_TICKS
   * after; parts are held for MPP_TIMEOUT_TICKS; the former policy counts for ldk:ln/channel.rs:EXPIRE_PREV_CONFIG_TICKS. A peer that does not answer a ping by the next one is gone. When to
   * reconnect is the application's choice; ldk:lightning-background-processor/src/fwd_batch.rs:INIT_FWD_DELAY leaves time
   * for it. LDK keeps unsigned HTLCs for a peer that went away; 60 s is lnd's time.
   */
  readonly timing: NodeTiming = {
    commitDelayUs: 0,
    commitBatch: 483,
    reconnectDelayUs: US_PER_SECOND,
    peerTimeoutUs: 2 * PING_S * US_PER_SECOND,
    mailboxUs: 60 * US_PER_SECOND,
    disableAfterUs: 11 * TICK_S * US_PER_SECOND,
    enableAfterUs: 6 * TICK_S * US_PER_SECOND,
    mppTimeoutUs: 3 * TICK_S * US_PER_SECOND,
    tickUs: TICK_S * US_PER_SECOND,
    firstBatchUs: 2 * US_PER_SECOND,
    formerPolicyUs: 5 * TICK_S * US_PER_SECOND,
  };
  /** ldk:ln/channelmanager.rs:MIN_FINAL_CLTV_EXPIRY_DELTA; BOLT 11's expiry where none is given. */
  readonly invoiceCltvDelta: number = MIN_FINAL_CLTV_EXPIRY_DELTA;
  readonly invoiceExpiryUs: number = 3600 * US_PER_SECOND;
  readonly holdExpiryDelta: number = HTLC_FAIL_BACK_BUFFER;
  /** ldk:ln/channelmanager.rs:htlc_failure_from_update_add_err, get_htlc_inbound_temp_fail_data: a length of zero. */
  readonly omitsUpdates: boolean = true;

  readonly targets: ConfirmationTargets = TARGETS;
  readonly closingRange: ClosingRange = CLOSING_RANGE;

  /** ldk:chain/package.rs:AggregationCluster: what the cheater could claim at once is kept apart. */
  readonly justice = 'clusters';

  /** ldk:ln/channel.rs:do_best_block_updated: closed once it has no confirmation, whatever comes after. */
  readonly fundingReorg = 'close';

  readonly #host: ModelHost;
  readonly #nodes = new NodeTable<LdkNode>('an LDK node');
  readonly #payments: Payments;
  readonly #view: CommitmentView = blankView();
  /** What was found about the channel that the onion names, which is asked about first. */
  #requestedCode: FailureCode = FAILURE.none;

  constructor(host: ModelHost) {
    this.#host = host;
    this.#payments = new Payments(host, this.#nodes, (node, draw) => this.batchAt(node, draw));
  }

  addNode(node: number, options: Readonly<Record<string, Json>>): void {
    const settings = Object.keys(options).length === 0 ? DEFAULT_SETTINGS : readSettings(options);
    this.#nodes.add(node, {
      settings,
      scorer: new Scorer(settings.scorer),
      removed: new RemovedFromGraph(),
      inFlight: new Map(),
      batchAtUs: 0,
    });
  }

  openingTerms(node: number, offer: ChannelOffer): ChannelTerms {
    return channelTerms(this.#settings(node), offer, 0);
  }

  refuseToOpen(node: number, offer: ChannelOffer): string | null {
    return refuseToOpen(this.#settings(node), offer);
  }

  answerOpening(node: number, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer {
    return answerOpening(this.#settings(node), offer, openerTerms);
  }

  refuseTerms(node: number, offer: ChannelOffer, terms: ChannelTerms, minimumDepth: number): string | null {
    return refuseTerms(this.#settings(node), offer, terms, minimumDepth);
  }

  /** What to keep for bumping fees is the application's choice. */
  walletReserveSat(_channels: number): number {
    return 0;
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
    return checkOffer(view, amountMsat);
  }

  checkIncoming(view: CommitmentView): FailureCode {
    return checkIncoming(view);
  }

  checkForward(request: ForwardRequest): FailureCode {
    if (request.outgoingEdge === request.requestedEdge) {
      this.#requestedCode = checkRequested(request, this.#settings(request.node).forwardToPrivate);
    }
    return this.#requestedCode === FAILURE.none ? checkCarries(request) : this.#requestedCode;
  }

  /** The channel with the smallest sufficient limit (min_by_key of next_outbound_htlc_limit_msat). */
  chooseForward(passing: ArrayLike<number>, count: number, _requestedEdge: number, _draw: number): number {
    let best = 0;
    let least = Infinity;
    for (let i = 0; i < count; i++) {
      this.#host.view(passing[i] as number, this.#view);
      const limit = spendable(this.#view);
      if (limit >= least) continue;
      least = limit;
      best = i;
    }
    return best;
  }

  batchAt(node: number, draw: number): number {
    const state = this.#nodes.of(node);
    const now = this.#host.nowUs();
    if (state.batchAtUs <= now) state.batchAtUs = now + batchDelayUs(draw);
    return state.batchAtUs;
  }

  checkReceive(request: ReceiveRequest): FailureCode {
    return checkReceive(request, this.#settings(request.node).acceptKeysend);
  }

  /** ldk:chain/channelmonitor.rs:should_broadcast_holder_commitment_txn. */
  offeredDeadline(expiry: number): number {
    return expiry + LATENCY_GRACE_PERIOD_BLOCKS;
  }

  receivedDeadline(expiry: number): number {
    return expiry - CLTV_CLAIM_BUFFER;
  }

  claimFeerate(claim: ClaimView): number {
    return claimFeerate(this.#host, claim);
  }

  closeDepth(_capacitySat: number): number {
    return ANTI_REORG_DELAY;
  }

  /** ldk:chain/channelmonitor.rs:block_confirmed, once no update can be made any more. */
  failsBackAt(incomingExpiry: number): number {
    return incomingExpiry - LATENCY_GRACE_PERIOD_BLOCKS;
  }

  startPayment(request: PaymentRequest): void {
    this.#payments.start(request);
  }

  /** LDK does not apply the channel_update inside a failure. */
  channelUpdate(_node: number, _edge: number, _policy: Policy, _version: number): void {}

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
    const { scorer, removed, batchAtUs } = this.#nodes.of(node);
    return {
      scorer: scorer.capture(),
      removed: removed.capture(),
      batch_at_us: batchAtUs,
      payments: this.#payments.capture(node),
    };
  }

  restore(node: number, state: Json, rowOf: (payment: number) => number): void {
    const { scorer, removed, batch_at_us, payments } = state as Readonly<Record<string, Json>>;
    const own = this.#nodes.of(node);
    own.scorer = Scorer.restore(own.settings.scorer, scorer as Json);
    own.removed = RemovedFromGraph.restore(removed as Json);
    own.batchAtUs = batch_at_us as number;
    this.#payments.restore(payments as Json, rowOf);
  }

  #settings(index: number): LdkSettings {
    return this.#nodes.of(index).settings;
  }
}
