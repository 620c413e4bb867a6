/**
 * Eclair as a NodeModel: hands each question to the file that answers it and keeps the nodes' state. No rule of Eclair is
 * decided here.
 */
import type { Json } from '../../engine/base/json.ts';
import { US_PER_SECOND } from '../../engine/base/numbers.ts';
import type { FailureCode } from '../../engine/simulate/failure.ts';
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
import { BalanceEstimates } from './balance-estimates.ts';
import {
  answerOpening,
  channelTerms,
  commitmentFeerate,
  defaultPolicy,
  maxInFlightMsat,
  refuseTerms,
  refuseToOpen,
} from './channel-opening.ts';

import { checkIncoming, checkOffer, type OwnLimits, spendable } from './commitment.ts';

import { claimFeerate, TARGETS } from './fee-bumping.ts';

import { checkForward, preferred } from './forwarding.ts';
import { maximumFor } from './htlc-maximum.ts';
import type { EclairNode } from './node-state.ts';
import { DEFAULT_SETTINGS, type EclairSettings, readSettings } from './options.ts';
import { Payments } from './payments.ts';
import { checkReceive, MIN_FINAL_EXPIRY_DELTA } from './receiving.ts';

/** eclair:resources/reference.conf:channel.fulfill-safety-before-timeout-blocks. */
const FULFILL_SAFETY = 24;
/** eclair:resources/reference.conf:channel.min-depth-blocks. */
const MIN_DEPTH = 8;

export class EclairModel implements NodeModel {
  readonly name = 'eclair';
  /**
   * eclair:channel/fsm/Channel.scala (commit = true: signs every update at once; DisconnectedBeforeSigned: fails back at
   * once; handleAddDisconnected: disables a channel only when it is used; re-enables 10 s after a reconnection);
   * eclair:resources/reference.conf:initial-random-reconnect-delay (up to 5 s; here its mean), channel.revocation-timeout,
   * multi-part-payment-expiry, channel.channel-update.min-time-between-updates, relay.fees.enforcement-delay.
   */
  readonly timing: NodeTiming = {
    commitDelayUs: 0,
    commitBatch: 1,
    reconnectDelayUs: 2.5 * US_PER_SECOND,
    peerTimeoutUs: 60 * US_PER_SECOND,
    mailboxUs: 0,
    disableAfterUs: Infinity,
    enableAfterUs: 10 * US_PER_SECOND,
    mppTimeoutUs: 60 * US_PER_SECOND,
    maximumIntervalUs: 3600 * US_PER_SECOND,
    formerPolicyUs: 600 * US_PER_SECOND,
  };
  readonly invoiceCltvDelta: number = MIN_FINAL_EXPIRY_DELTA;
  /** eclair:resources/reference.conf:invoice-expiry. */
  readonly invoiceExpiryUs: number = 3600 * US_PER_SECOND;
  /** Eclair itself knows no held invoices; a preimage that comes later than this closes the channel. */
  readonly holdExpiryDelta: number = FULFILL_SAFETY;

  readonly targets: ConfirmationTargets = TARGETS;
  /** eclair:blockchain/bitcoind/ZmqWatcher.scala watches unconfirmed transactions, too. */
  readonly readsMempool = true;

  readonly #host: ModelHost;
  readonly #nodes = new NodeTable<EclairNode>('an Eclair node');
  readonly #payments: Payments;
  readonly #view: CommitmentView = blankView();

  constructor(host: ModelHost) {
    this.#host = host;
    this.#payments = new Payments(host, this.#nodes);
  }

  addNode(node: number, options: Readonly<Record<string, Json>>): void {
    const settings = Object.keys(options).length === 0 ? DEFAULT_SETTINGS : readSettings(options);
    this.#nodes.add(node, { settings, excluded: null, estimates: null });
  }

  openingTerms(node: number, offer: ChannelOffer): ChannelTerms {
    return channelTerms(this.#settings(node), offer.capacitySat);
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

  openerDepth(node: number): number {
    return this.#settings(node).minDepth;
  }

  /** Eclair keeps nothing back in its wallet. */
  walletReserveSat(): number {
    return 0;
  }

  commitmentFeerate(node: number, estimatePerKw: number): number {
    return commitmentFeerate(this.#settings(node), estimatePerKw);
  }

  defaultPolicy(node: number, facts: ChannelFacts, out: Policy): void {
    defaultPolicy(this.#settings(node), facts, out);
  }

  maximumFor(view: CommitmentView, policy: Policy, announced: boolean): number {
    const settings = this.#settings(this.#host.graph.from(view.edge));
    const capacitySat = (this.#host.graph.capacityMsat[view.edge >> 1] as number) / 1000;
    return announced ? maximumFor(settings, view, policy, capacitySat) : policy.maxHtlcMsat;
  }

  spendable(view: CommitmentView): number {
    return spendable(view);
  }

  checkOffer(view: CommitmentView, amountMsat: number): FailureCode {
    return checkOffer(view, amountMsat, this.#ownLimits(view.edge));
  }

  checkIncoming(view: CommitmentView, amountMsat: number): FailureCode {
    return checkIncoming(view, amountMsat);
  }

  checkForward(request: ForwardRequest): FailureCode {
    const { maxExpiryDelta } = this.#settings(request.node);
    return checkForward(request, maxExpiryDelta, this.#ownLimits(request.outgoingEdge));
  }

  chooseForward(passing: ArrayLike<number>, count: number): number {
    const { graph } = this.#host;
    const candidates = Array.from({ length: count }, (_, i) => {
      const edge = passing[i] as number;
      this.#host.view(edge, this.#view);
      return {
        announced: graph.known[edge] === 1,
        capacityMsat: graph.capacityMsat[edge >> 1] as number,
        spendableMsat: spendable(this.#view),
      };
    });
    return preferred(candidates);
  }

  checkReceive(request: ReceiveRequest): FailureCode {
    const { acceptKeysend, maxExpiryDelta } = this.#settings(request.node);
    return checkReceive(request, acceptKeysend, maxExpiryDelta);
  }

  offeredDeadline(expiry: number): number {
    return expiry;
  }

  receivedDeadline(expiry: number): number {
    return expiry - FULFILL_SAFETY;
  }

  claimFeerate(claim: ClaimView): number {
    return claimFeerate(this.#host, claim);
  }

  closeDepth(): number {
    return MIN_DEPTH;
  }

  startPayment(request: PaymentRequest): void {
    this.#payments.start(request);
  }

  channelUpdate(_node: number, edge: number, policy: Policy): void {
    this.#payments.channelUpdate(edge, policy);
  }

  attemptSucceeded(payment: number, attempt: number): void {
    this.#payments.succeeded(payment, attempt);
  }

  attemptFailed(payment: number, attempt: number, hop: number, code: FailureCode): void {
    this.#payments.failed(payment, attempt, hop, code);
  }

  /** Eclair's payments wait for nothing but results. */
  paymentTimer(): void {}

  capture(node: number): Json {
    const { excluded, estimates } = this.#nodes.of(node);
    return {
      excluded: excluded === null ? null : [...excluded].sort((a, b) => a[0] - b[0]),
      balances: estimates === null ? null : estimates.capture(),
      payments: this.#payments.capture(node),
    };
  }

  restore(node: number, state: Json, rowOf: (payment: number) => number): void {
    const { excluded, balances, payments } = state as Readonly<Record<string, Json>>;
    const own = this.#nodes.of(node);
    own.excluded = excluded === null ? null : new Map(excluded as unknown as readonly (readonly [number, number])[]);
    own.estimates = null;
    if (balances !== null) {
      own.estimates = new BalanceEstimates(this.#host.graph, own.settings.search.halfLifeS);
      own.estimates.restore(balances as Json);
    }
    this.#payments.restore(payments as Json, rowOf);
  }

  /** What this node asked for when the channel was opened. */
  #ownLimits(edge: number): OwnLimits {
    const settings = this.#settings(this.#host.graph.from(edge));
    const capacitySat = (this.#host.graph.capacityMsat[edge >> 1] as number) / 1000;
    return { maxAcceptedHtlcs: settings.maxAcceptedHtlcs, maxInFlightMsat: maxInFlightMsat(settings, capacitySat) };
  }

  #settings(index: number): EclairSettings {
    return this.#nodes.of(index).settings;
  }
}
