/**
 * A NodeModel whose decisions are made in another process: every question of the simulator becomes a turn of the session.
 * What cannot change is asked once: deadlines, depths and reserves are functions of one number.
 */
import { canonicalJson, type Json } from '../base/json.ts';
import type { FailureCode } from '../simulate/failure.ts';
import type {
  ChannelFacts,
  ChannelOffer,
  ChannelTerms,
  ClaimView,
  ClosingRange,
  CommitmentView,
  ConfirmationTargets,
  ForwardRequest,
  FundingReorg,
  JusticeStyle,
  NodeModel,
  NodeTiming,
  OpeningAnswer,
  OpeningQuestion,
  Policy,
  ReceiveRequest,
  RowOf,
  WorldFacts,
} from '../simulate/node-model.ts';
import type { PaymentRequest } from '../simulate/payment-request.ts';
import { ForeseenAnswers } from './foreseen-answers.ts';
import {
  claimMessage,
  forwardMessage,
  offerMessage,
  paymentMessage,
  policyMessage,
  readPolicy,
  readTerms,
  receiveMessage,
  termsMessage,
  viewMessage,
} from './messages.ts';
import type { ModelProcessError } from './model-process-error.ts';
import type { RemoteSession } from './remote-session.ts';
import { type Answer, type Message, type PolicyMessage, parseState, type TermsMessage } from './wire.ts';

/** What a process said of a model (Describe). */
export interface RemoteDescription {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly timing: NodeTiming;
  readonly invoiceCltvDelta: number;
  readonly invoiceExpiryUs: number;
  readonly holdExpiryDelta: number;
  readonly omitsUpdates: boolean;
  readonly readsMempool: boolean;
  readonly fundingReorg: FundingReorg;
  readonly justice: JusticeStyle;
  /** Null: the simulator's own. */
  readonly targets: ConfirmationTargets | null;
  readonly closingRange: ClosingRange | null;
  /** Questions beyond the usual ones that it answers. */
  readonly answers: readonly string[];
  /** Questions about HTLCs that it may be asked before their time. */
  readonly foreseeable: readonly string[];
  /** It says of each route what its nodes on the way will answer. */
  readonly checksRoutes: boolean;
}

export class RemoteModel implements NodeModel {
  readonly name: string;
  readonly timing: NodeTiming;
  readonly invoiceCltvDelta: number;
  readonly invoiceExpiryUs: number;
  readonly holdExpiryDelta: number;
  readonly omitsUpdates: boolean;
  readonly readsMempool: boolean;
  readonly fundingReorg: FundingReorg;
  readonly justice: JusticeStyle;
  readonly targets?: ConfirmationTargets;
  readonly closingRange?: ClosingRange;
  readonly claimFeerate?: (claim: ClaimView) => number;
  readonly claimDepth?: (capacitySat: number) => number;
  readonly lossDepth?: (byTimeout: boolean, capacitySat: number) => number;
  readonly failsBackAt?: (incomingExpiry: number, outgoingExpiry: number) => number;
  readonly openerDepth?: (node: number) => number;
  readonly maximumFor?: (view: CommitmentView, policy: Policy, announced: boolean) => number;
  readonly batchAt?: (node: number, draw: number) => number;
  readonly checkIncoming?: (view: CommitmentView, amountMsat: number) => FailureCode;

  readonly #session: RemoteSession;
  readonly #facts: WorldFacts;
  readonly #constants = new Map<string, number>();
  readonly #foreseen: ForeseenAnswers;
  /** Options of its nodes, as text. */
  readonly #options = new Map<number, string>();
  readonly #foreseeable: ReadonlySet<string>;
  /** What each node remembers, as it was told last; empty when something may have changed it. */
  readonly #memories = new Map<number, Json>();

  constructor(description: RemoteDescription, session: RemoteSession, facts: WorldFacts, nodeCount: number) {
    this.name = description.name;
    this.timing = description.timing;
    this.invoiceCltvDelta = description.invoiceCltvDelta;
    this.invoiceExpiryUs = description.invoiceExpiryUs;
    this.holdExpiryDelta = description.holdExpiryDelta;
    this.omitsUpdates = description.omitsUpdates;
    this.readsMempool = description.readsMempool;
    this.fundingReorg = description.fundingReorg;
    this.justice = description.justice;
    if (description.targets !== null) this.targets = description.targets;
    if (description.closingRange !== null) this.closingRange = description.closingRange;
    this.#session = session;
    this.#facts = facts;
    this.#foreseeable = new Set(description.foreseeable);
    this.#foreseen = new ForeseenAnswers(
      (ask, payload) => this.#ask(ask, payload),
      (ask, node) => (this.#foreseeable.has(ask) ? (this.#options.get(node) ?? '') : `${node}`),
    );
    if (description.checksRoutes) session.routes.wanted = true;
    const answers = (ask: string): boolean => description.answers.includes(ask);
    if (answers('opener_depth')) this.openerDepth = (node) => this.#number('opener_depth', { node });
    if (answers('maximum_for')) {
      this.maximumFor = (view, policy, announced) =>
        this.#number('maximum_for', { view: viewMessage(view), policy: policyMessage(policy), announced });
    }
    if (answers('batch_at')) {
      this.batchAt = (node, draw) => {
        // It may draw a new batch, which is part of its memory.
        this.#memories.clear();
        return this.#number('batch_at', { node, draw });
      };
    }
    if (answers('check_incoming')) {
      this.checkIncoming = (view, amountMsat) =>
        this.#code('check_incoming', { view: viewMessage(view), amount_msat: amountMsat });
    }
    if (answers('claim_depth')) {
      this.claimDepth = (capacity) => this.#constant('claim_depth', `${capacity}`, { capacity_sat: capacity });
    }
    if (answers('loss_depth')) {
      this.lossDepth = (byTimeout, capacity) =>
        this.#constant('loss_depth', `${byTimeout} ${capacity}`, { by_timeout: byTimeout, capacity_sat: capacity });
    }
    if (answers('fails_back_at')) {
      this.failsBackAt = (incoming, outgoing) =>
        this.#constant('fails_back_at', `${incoming} ${outgoing}`, {
          incoming_expiry: incoming,
          outgoing_expiry: outgoing,
        });
    }
    if (answers('claim_feerate')) {
      this.claimFeerate = (claim) => {
        this.#session.noteFees();
        return this.#number('claim_feerate', claimMessage(claim));
      };
    }
    this.#ask('begin', { node_count: nodeCount });
  }

  addNode(node: number, options: Readonly<Record<string, Json>>): void {
    this.#memories.clear();
    this.#session.checks.place(node, this.name, this.#foreseeable);
    const text = canonicalJson(options as Json);
    this.#options.set(node, text);
    this.#session.note({ node_added: { model: this.name, node, options: text } });
  }

  foresee(questions: readonly OpeningQuestion[]): void {
    this.#foreseen.ask(questions);
  }

  openingTerms(node: number, offer: ChannelOffer): ChannelTerms {
    const { terms } = this.#foreseen.answer({ ask: 'openingTerms', node, offer });
    return readTerms(terms as TermsMessage);
  }

  refuseToOpen(node: number, offer: ChannelOffer): string | null {
    return this.#reason(this.#ask('refuse_to_open', { node, offer: offerMessage(offer) }));
  }

  answerOpening(node: number, offer: ChannelOffer, openerTerms: ChannelTerms): OpeningAnswer {
    const { opening } = this.#foreseen.answer({ ask: 'answerOpening', node, offer, openerTerms });
    const { terms, minimum_depth, reason } = opening as NonNullable<typeof opening>;
    if (terms === undefined || terms === null) return { accept: false, reason };
    return { accept: true, terms: readTerms(terms), minimumDepth: minimum_depth };
  }

  refuseTerms(node: number, offer: ChannelOffer, terms: ChannelTerms, minimumDepth: number): string | null {
    const payload = { node, offer: offerMessage(offer), terms: termsMessage(terms), minimum_depth: minimumDepth };
    return this.#reason(this.#ask('refuse_terms', payload));
  }

  walletReserveSat(channels: number): number {
    return this.#constant('wallet_reserve', channels, { channels });
  }

  commitmentFeerate(node: number, estimatePerKw: number): number {
    return this.#foreseen.answer({ ask: 'commitmentFeerate', node, estimatePerKw }).value as number;
  }

  defaultPolicy(node: number, facts: ChannelFacts, out: Policy): void {
    const { policy } = this.#foreseen.answer({ ask: 'defaultPolicy', node, facts });
    readPolicy(policy as PolicyMessage, out);
  }

  spendable(view: CommitmentView): number {
    return this.#number('spendable', { view: viewMessage(view) });
  }

  checkOffer(view: CommitmentView, amountMsat: number): FailureCode {
    const { offerCode } = this.#session;
    if (offerCode >= 0) return this.#offered('check_offer', offerCode as FailureCode, view, amountMsat);
    const code = this.#code('check_offer', { view: viewMessage(view), amount_msat: amountMsat });
    return this.#offered('check_offer', code, view, amountMsat);
  }

  checkForward(request: ForwardRequest): FailureCode {
    const said = this.#session.routes.forward(request);
    const code = said < 0 ? this.#check('check_forward', forwardMessage(request)) : (said as FailureCode);
    return this.#offered('check_forward', code, request.view, request.outgoingAmountMsat);
  }

  chooseForward(passing: ArrayLike<number>, count: number, requestedEdge: number, draw: number): number {
    const edges = Array.from({ length: count }, (_, i) => passing[i] as number);
    const payload = { passing: edges, requested_edge: requestedEdge, draw };
    // Implementations compare what the channels could carry.
    const node = this.#facts.fromOf(requestedEdge);
    return this.#session.ask(this.name, 'choose_forward', payload, node).value as number;
  }

  checkReceive(request: ReceiveRequest): FailureCode {
    const said = this.#session.routes.receive(request);
    if (said >= 0) return said as FailureCode;
    return this.#check('check_receive', receiveMessage(request));
  }

  offeredDeadline(expiry: number): number {
    return this.#constant('offered_deadline', expiry, { expiry });
  }

  receivedDeadline(expiry: number): number {
    return this.#constant('received_deadline', expiry, { expiry });
  }

  closeDepth(capacitySat: number): number {
    return this.#constant('close_depth', capacitySat, { capacity_sat: capacitySat });
  }

  startPayment(request: PaymentRequest): void {
    this.#session.routes.started(request);
    this.#stimulus('start_payment', paymentMessage(request, this.#facts.nextAttempt), request.source);
  }

  channelUpdate(node: number, edge: number, policy: Policy, version: number): void {
    this.#memories.clear();
    const update = { model: this.name, node, edge, policy: policyMessage(policy), version };
    this.#session.note({ channel_update: update });
  }

  attemptSucceeded(payment: number, attempt: number): void {
    if (this.#foreseeable.has('attempt_succeeded')) {
      this.#memories.clear();
      this.#session.succeeded(this.name, payment, attempt);
      return;
    }
    this.#session.routes.ended(attempt);
    const payload = { payment, attempt, next_attempt: this.#facts.nextAttempt };
    this.#stimulus('attempt_succeeded', payload, this.#facts.sourceOf(payment));
  }

  attemptFailed(payment: number, attempt: number, hop: number, code: FailureCode): void {
    this.#session.routes.ended(attempt);
    const payload = { payment, attempt, hop, code, next_attempt: this.#facts.nextAttempt };
    this.#stimulus('attempt_failed', payload, this.#facts.sourceOf(payment));
  }

  paymentTimer(payment: number): void {
    const payload = { payment, next_attempt: this.#facts.nextAttempt };
    this.#stimulus('payment_timer', payload, this.#facts.sourceOf(payment));
  }

  capture(node: number): Json {
    if (this.#memories.size === 0) {
      const { memories } = this.#ask('capture', {});
      for (const memory of memories?.memories ?? []) this.#memories.set(memory.node, this.#state(memory));
    }
    const memory = this.#memories.get(node);
    if (memory === undefined) {
      throw this.#failure('capture', 'nothing is said of the node', node);
    }
    return memory;
  }

  restore(node: number, state: Json, rowOf: RowOf): void {
    this.#memories.clear();
    const payments = rowOf.payments.map((was) => ({ was, is: rowOf(was) }));
    this.#ask('restore', { memory: { node, state: canonicalJson(state) }, payments });
  }

  #state({ node, state }: { readonly node: number; readonly state: string }): Json {
    try {
      return parseState(state);
    } catch {
      throw this.#failure('capture', 'what it remembers is no JSON', node);
    }
  }

  #stimulus(ask: string, payload: Message, source: number): void {
    this.#memories.clear();
    this.#session.ask(this.name, ask, payload, source);
  }

  #ask(ask: string, payload: Message): Answer {
    return this.#session.ask(this.name, ask, payload, -1);
  }

  #code(ask: string, payload: Message): FailureCode {
    return this.#ask(ask, payload).code as FailureCode;
  }

  #check(ask: string, payload: Message): FailureCode {
    if (!this.#foreseeable.has(ask)) return this.#code(ask, payload);
    return this.#session.checks.answer(this.name, ask, payload).code as FailureCode;
  }

  #number(ask: string, payload: Message): number {
    return this.#ask(ask, payload).value as number;
  }

  #constant(ask: string, of: number | string, payload: Message): number {
    const key = `${ask} ${of}`;
    let value = this.#constants.get(key);
    if (value === undefined) {
      value = this.#number(ask, payload);
      this.#constants.set(key, value);
    }
    return value;
  }

  #reason({ text }: Answer): string | null {
    return text === undefined || text === '' ? null : text;
  }

  /** The code, where what it allows can be: nobody offers what is not his. */
  #offered(ask: string, code: FailureCode, view: CommitmentView, amountMsat: number): FailureCode {
    if (code !== 0 || amountMsat <= view.localMsat) return code;
    const reason = `it offers ${amountMsat} msat where the node has ${view.localMsat} msat`;
    throw this.#failure(ask, reason, this.#facts.fromOf(view.edge));
  }

  #failure(ask: string, reason: string, node: number): ModelProcessError {
    return this.#session.failure(this.name, ask, {}, node, reason);
  }
}
