/**
 * lnd as a NodeModel: hands each question to the file that answers it and keeps the nodes' state. No rule of lnd is
 * decided here.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_MS, US_PER_SECOND } from '../../engine/base/numbers.ts';
import type { FailureCode } from '../../engine/simulate/failure.ts';
import type {
  ChannelFacts,
  ChannelOffer,
  ChannelTerms,
  ClaimView,
  CommitmentView,
  ConfirmationTargets,
  ForwardRequest,
  ModelHost,
  NodeModel,
  NodeTiming,
  OpeningAnswer,
  PaymentRequest,
  Policy,
  ReceiveRequest,
} from '../../engine/simulate/node-model.ts';
import { NodeTable } from '../shared/node-table.ts';
import {
  answerOpening,
  channelTerms,
  closeConfs,
  commitmentFeerate,
  defaultPolicy,
  refuseTerms,
  refuseToOpen,
  walletReserveSat,
} from './channel-opening.ts';
import { checkOffer, spendable } from './commitment.ts';
import { claimFeerate, TARGETS } from './fee-bumping.ts';
import { checkForward, chooseForward } from './forwarding.ts';
import { LearntPolicies } from './learnt-policies.ts';
import { MissionControl } from './mission-control.ts';
import type { LndNode } from './node-state.ts';
import { DEFAULT_SETTINGS, type LndSettings, readSettings } from './options.ts';
import { Payments } from './payments.ts';
import type { ProbabilityEstimator } from './probability.ts';
import { AprioriEstimator } from './probability-apriori.ts';
import { BimodalEstimator } from './probability-bimodal.ts';
import { checkReceive } from './receiving.ts';

/** lnd:lncfg/config.go:DefaultIncomingBroadcastDelta, DefaultOutgoingBroadcastDelta, blocks. */
const INCOMING_BROADCAST_DELTA = 16;
/** lnd:contractcourt/htlc_timeout_resolver.go:watchHtlcSpend waits for the spend in a block and no longer. */
const TIMEOUT_CONFS = 1;
const OUTGOING_BROADCAST_DELTA = 0;

export class LndModel implements NodeModel {
  readonly name = 'lnd';
  /**
   * lnd:config.go:defaultChannelCommitInterval, defaultChannelCommitBatchSize, defaultMinBackoff, defaultPendingCommitInterval,
   * defaultChanDisableTimeout, defaultChanEnableTimeout; lnd:htlcswitch/switch.go:DefaultMailboxDeliveryTimeout;
   * lnd:invoices/invoiceregistry.go:DefaultHtlcHoldDuration.
   */
  readonly timing: NodeTiming = {
    commitDelayUs: 50 * US_PER_MS,
    commitBatch: 10,
    reconnectDelayUs: US_PER_SECOND,
    peerTimeoutUs: 60 * US_PER_SECOND,
    mailboxUs: 60 * US_PER_SECOND,
    disableAfterUs: 20 * 60 * US_PER_SECOND,
    enableAfterUs: 19 * 60 * US_PER_SECOND,
    mppTimeoutUs: 120 * US_PER_SECOND,
  };
  /** lnd:chainreg/chainregistry.go:DefaultBitcoinTimeLockDelta; lnd:invoices/invoices.go:DefaultInvoiceExpiry. */
  readonly invoiceCltvDelta: number = 80;
  readonly invoiceExpiryUs: number = 24 * 3600 * US_PER_SECOND;
  /** lnd:lncfg/invoices.go:DefaultHoldInvoiceExpiryDelta: DefaultIncomingBroadcastDelta + 2. */
  readonly holdExpiryDelta: number = 18;

  readonly targets: ConfirmationTargets = TARGETS;
  /** lnd:contractcourt/htlc_timeout_resolver.go:waitForMempoolOrBlockSpend. */
  readonly readsMempool = true;
  /** lnd:contractcourt/breach_arbitrator.go:createJusticeTx. */
  readonly justice = 'one';

  readonly #host: ModelHost;
  readonly #nodes = new NodeTable<LndNode>('an lnd node');
  readonly #payments: Payments;
  /** Nodes without options share one object each. */
  readonly #defaultEstimator = new AprioriEstimator(DEFAULT_SETTINGS.apriori);

  constructor(host: ModelHost) {
    this.#host = host;
    this.#payments = new Payments(host, this.#nodes);
  }

  addNode(node: number, options: Readonly<Record<string, Json>>): void {
    const plain = Object.keys(options).length === 0;
    const settings = plain ? DEFAULT_SETTINGS : readSettings(options);
    const estimator = plain ? this.#defaultEstimator : estimatorOf(settings);
    this.#nodes.add(node, { settings, estimator, results: null, learnt: null });
  }

  openingTerms(node: number, offer: ChannelOffer): ChannelTerms {
    return channelTerms(this.#settings(node), offer.capacitySat, 0);
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

  walletReserveSat(channels: number): number {
    return walletReserveSat(channels);
  }

  commitmentFeerate(node: number, estimatePerKw: number): number {
    return commitmentFeerate(this.#settings(node), estimatePerKw);
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

  checkForward(request: ForwardRequest): FailureCode {
    return checkForward(request, this.#settings(request.node).maxCltv);
  }

  chooseForward(_passing: ArrayLike<number>, count: number, _requestedEdge: number, draw: number): number {
    return chooseForward(count, draw);
  }

  checkReceive(request: ReceiveRequest): FailureCode {
    const { acceptKeysend, acceptAmp } = this.#settings(request.node);
    return checkReceive(request, acceptKeysend, acceptAmp);
  }

  offeredDeadline(expiry: number): number {
    return expiry - OUTGOING_BROADCAST_DELTA;
  }

  receivedDeadline(expiry: number): number {
    return expiry - INCOMING_BROADCAST_DELTA;
  }

  claimFeerate(claim: ClaimView): number {
    return claimFeerate(this.#host, claim);
  }

  closeDepth(capacitySat: number): number {
    return closeConfs(capacitySat);
  }

  /** lnd:contractcourt/chain_watcher.go:requiredConfsForSpend: nothing begins before the commitment is that deep. */
  claimDepth(capacitySat: number): number {
    return closeConfs(capacitySat);
  }

  /** lnd:contractcourt/htlc_timeout_resolver.go:checkpointStageOne fails upstream with the first confirmation. */
  lossDepth(byTimeout: boolean, capacitySat: number): number {
    return byTimeout ? TIMEOUT_CONFS : closeConfs(capacitySat);
  }

  startPayment(request: PaymentRequest): void {
    this.#payments.start(request);
  }

  channelUpdate(node: number, edge: number, policy: Policy, version: number): void {
    const state = this.#nodes.of(node);
    state.learnt ??= new LearntPolicies();
    state.learnt.learn(edge, policy, version);
    this.#payments.channelUpdate(edge, policy);
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
    const { results, learnt } = this.#nodes.of(node);
    return {
      learnt_policies: learnt === null ? null : learnt.capture(),
      mission_control: results === null ? null : results.capture(),
      payments: this.#payments.capture(node),
    };
  }

  restore(node: number, state: Json, rowOf: (payment: number) => number): void {
    const { mission_control, learnt_policies, payments } = state as Readonly<Record<string, Json>>;
    const own = this.#nodes.of(node);
    own.results = mission_control === null ? null : MissionControl.restore(mission_control as Json);
    own.learnt = learnt_policies === null ? null : LearntPolicies.restore(learnt_policies as Json);
    this.#payments.restore(payments as Json, rowOf);
  }

  #settings(index: number): LndSettings {
    return this.#nodes.of(index).settings;
  }
}

/** lnd:server.go:newServer: the estimator that routerrpc.estimator names. */
function estimatorOf({ estimator, apriori, bimodal }: LndSettings): ProbabilityEstimator {
  return estimator === 'bimodal' ? new BimodalEstimator(bimodal) : new AprioriEstimator(apriori);
}
