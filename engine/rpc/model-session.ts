/**
 * The model process's end of one call of Play, for models of ours: keeps a picture of the world from what the turns tell,
 * shows it to the models as their host (world-picture.ts), and writes down what they want done.
 */
import type { Json } from '../base/json.ts';
import { canonicalJson } from '../base/json.ts';
import { blankPolicy } from '../simulate/channel-terms.ts';
import type { FailureCode } from '../simulate/failure.ts';
import {
  blankForward,
  blankView,
  type CommitmentView,
  type ForwardRequest,
  type ModelKind,
  type NodeModel,
} from '../simulate/node-model.ts';
import { OUTCOME } from '../simulate/records.ts';
import {
  policyMessage,
  readClaim,
  readForward,
  readOffer,
  readPayment,
  readPolicy,
  readReceive,
  readTerms,
  readView,
  termsMessage,
} from './messages.ts';
import { type Answer, type Message, type PolicyMessage, parseState, type TermsMessage, type Turn } from './wire.ts';
import { WorldPicture } from './world-picture.ts';

type Result = Omit<Answer, 'number' | 'actions'>;

interface Played {
  readonly model: NodeModel;
  readonly nodes: number[];
}

export class ModelSession {
  readonly #kinds: readonly ModelKind[];
  readonly #played = new Map<string, Played>();
  readonly #modelOf = new Map<number, NodeModel>();
  #world: WorldPicture | null = null;
  readonly #forward: ForwardRequest = blankForward();
  readonly #view = blankView();

  constructor(kinds: readonly ModelKind[]) {
    this.#kinds = kinds;
  }

  /** @throws Error when the turn asks for something that there is not */
  take(turn: Turn): Answer {
    if (turn.ask === 'begin')
      this.#world ??= new WorldPicture((turn.begin as Message).node_count as number, this.#modelOf);
    const world = this.#world;
    if (world === null) throw new Error('the first turn must be begin');
    const { ask } = turn;
    if (ask === undefined) throw new Error(`turn ${turn.number} asks nothing`);
    if (ask === 'begin') this.#begin(turn.model, world);
    const begin = (): void =>
      world.begin(turn.now_us, turn.height, (turn[ask] as Message).next_attempt as number | undefined);
    begin();
    for (const change of turn.changes) {
      this.#change(change, world);
      if (change.change === 'succeeded') begin();
    }
    const payload = turn[ask] as Message;
    const result =
      ask === 'questions'
        ? this.#several(payload.questions as readonly Message[], turn)
        : this.#result(ask, payload, turn.model, turn.height);
    return { number: turn.number, actions: world.wanted, ...result };
  }

  #result(ask: string, m: Message, name: string, height: number): Result {
    const answers = ANSWERS[ask];
    if (answers === undefined) throw new Error(`there is no question called ${ask}`);
    const { model, nodes } = this.#of(name);
    const world = this.#world as WorldPicture;
    return answers({ model, nodes, world, m, height, forward: this.#forward, view: this.#view });
  }

  #several(questions: readonly Message[], { model, height }: Turn): Result {
    const answers = questions.map((question) => {
      const ask = question.ask as string;
      return { number: 0, ...this.#result(ask, question[ask] as Message, (question.model as string) || model, height) };
    });
    return { answers: { answers } };
  }

  #begin(name: string, world: WorldPicture): void {
    const kind = this.#kinds.find((one) => one.name === name);
    if (kind === undefined) throw new Error(`there is no model called ${name}`);
    this.#played.set(name, { model: kind.create(world, world), nodes: [] });
  }

  #of(name: string): Played {
    const played = this.#played.get(name);
    if (played === undefined) throw new Error(`model ${name} has not begun`);
    return played;
  }

  #change(change: Message, world: WorldPicture): void {
    const what = change.change as string;
    const m = change[what] as Message;
    if (what === 'node_added') {
      const played = this.#of(m.model as string);
      played.nodes.push(m.node as number);
      this.#modelOf.set(m.node as number, played.model);
      played.model.addNode(m.node as number, parseState(m.options as string) as Readonly<Record<string, Json>>);
    } else if (what === 'channel_update') {
      const { model } = this.#of(m.model as string);
      const policy = readPolicy(m.policy as PolicyMessage, blankPolicy());
      model.channelUpdate(m.node as number, m.edge as number, policy, m.version as number);
    } else if (what === 'succeeded') {
      this.#succeeded(m, world);
    } else {
      world.change(what, change[what]);
    }
  }

  /** What the model wants now the engine has done by itself. */
  #succeeded(m: Message, world: WorldPicture): void {
    const [payment, attempt] = [m.payment as number, m.attempt as number];
    world.begin(m.now_us as number, m.height as number, undefined);
    this.#of(m.model as string).model.attemptSucceeded(payment, attempt);
    const isExpected = world.wanted.every(({ resolve }) => resolve?.outcome === OUTCOME.Success);
    if (!isExpected) throw new Error(`payment ${payment} does not end with its attempt ${attempt}, which succeeded`);
  }
}

interface Asked extends Played {
  readonly world: WorldPicture;
  readonly m: Message;
  readonly height: number;
  readonly forward: ForwardRequest;
  readonly view: CommitmentView;
}

const number = (value: number | undefined, ask: string): Result => {
  if (value === undefined) throw new Error(`the model does not answer ${ask}`);
  return { value };
};

/** By the field of Turn: what the model says. */
const ANSWERS: Readonly<Record<string, (asked: Asked) => Result>> = {
  begin: () => ({}),
  start_payment: ({ model, m, world }) =>
    done(() => {
      const request = readPayment(m);
      world.answers.started(request);
      model.startPayment(request);
    }),
  attempt_succeeded: ({ model, m }) => done(() => model.attemptSucceeded(m.payment as number, m.attempt as number)),
  attempt_failed: ({ model, m }) =>
    done(() => model.attemptFailed(m.payment as number, m.attempt as number, m.hop as number, m.code as FailureCode)),
  payment_timer: ({ model, m }) => done(() => model.paymentTimer(m.payment as number)),
  check_offer: ({ model, m, view }) => ({
    code: model.checkOffer(readView(m.view as Message, view), m.amount_msat as number),
  }),
  check_incoming: ({ model, m, view }) => ({
    code: model.checkIncoming?.(readView(m.view as Message, view), m.amount_msat as number) ?? 0,
  }),
  check_forward: ({ model, m, height, forward }) => ({ code: model.checkForward(readForward(m, height, forward)) }),
  check_receive: ({ model, m, height }) => ({ code: model.checkReceive(readReceive(m, height)) }),
  choose_forward: ({ model, m }) => {
    const passing = m.passing as readonly number[];
    return { value: model.chooseForward(passing, passing.length, m.requested_edge as number, m.draw as number) };
  },
  batch_at: ({ model, m }) => number(model.batchAt?.(m.node as number, m.draw as number), 'batch_at'),
  spendable: ({ model, m, view }) => ({ value: model.spendable(readView(m.view as Message, view)) }),
  maximum_for: ({ model, m, view }) => {
    const policy = readPolicy(m.policy as PolicyMessage, blankPolicy());
    return number(model.maximumFor?.(readView(m.view as Message, view), policy, m.announced as boolean), 'maximum_for');
  },
  offered_deadline: ({ model, m }) => ({ value: model.offeredDeadline(m.expiry as number) }),
  received_deadline: ({ model, m }) => ({ value: model.receivedDeadline(m.expiry as number) }),
  close_depth: ({ model, m }) => ({ value: model.closeDepth(m.capacity_sat as number) }),
  claim_depth: ({ model, m }) => number(model.claimDepth?.(m.capacity_sat as number), 'claim_depth'),
  loss_depth: ({ model, m }) =>
    number(model.lossDepth?.(m.by_timeout as boolean, m.capacity_sat as number), 'loss_depth'),
  fails_back_at: ({ model, m }) =>
    number(model.failsBackAt?.(m.incoming_expiry as number, m.outgoing_expiry as number), 'fails_back_at'),
  wallet_reserve: ({ model, m }) => ({ value: model.walletReserveSat(m.channels as number) }),
  commitment_feerate: ({ model, m }) => ({
    value: model.commitmentFeerate(m.node as number, m.estimate_per_kw as number),
  }),
  opener_depth: ({ model, m }) => number(model.openerDepth?.(m.node as number), 'opener_depth'),
  claim_feerate: ({ model, m, height }) => number(model.claimFeerate?.(readClaim(m, height)), 'claim_feerate'),
  opening_terms: ({ model, m }) => ({
    terms: termsMessage(model.openingTerms(m.node as number, readOffer(m.offer as Message))),
  }),
  answer_opening: ({ model, m }) => {
    const openerTerms = readTerms(m.opener_terms as TermsMessage);
    const answer = model.answerOpening(m.node as number, readOffer(m.offer as Message), openerTerms);
    if (!answer.accept) return { opening: { minimum_depth: 0, reason: answer.reason } };
    return { opening: { terms: termsMessage(answer.terms), minimum_depth: answer.minimumDepth, reason: '' } };
  },
  refuse_to_open: ({ model, m }) => ({
    text: model.refuseToOpen(m.node as number, readOffer(m.offer as Message)) ?? '',
  }),
  refuse_terms: ({ model, m }) => {
    const terms = readTerms(m.terms as TermsMessage);
    const offer = readOffer(m.offer as Message);
    return { text: model.refuseTerms(m.node as number, offer, terms, m.minimum_depth as number) ?? '' };
  },
  default_policy: ({ model, m }) => {
    const policy = blankPolicy();
    const peerTerms = readTerms(m.peer_terms as TermsMessage);
    const facts = { capacitySat: m.capacity_sat as number, peerTerms, announced: m.announced as boolean };
    model.defaultPolicy(m.node as number, facts, policy);
    return { policy: policyMessage(policy) };
  },
  capture: ({ model, nodes }) => ({
    memories: { memories: nodes.map((node) => ({ node, state: canonicalJson(model.capture(node)) })) },
  }),
  restore: ({ model, m }) => {
    const memory = m.memory as { readonly node: number; readonly state: string };
    const pairs = m.payments as readonly { readonly was: number; readonly is: number }[];
    const rows = new Map(pairs.map(({ was, is }) => [was, is]));
    const rowOf = Object.assign((row: number) => rows.get(row) ?? row, { payments: [...rows.keys()] });
    return done(() => model.restore(memory.node, parseState(memory.state), rowOf));
  },
};

/** A stimulus has no result. */
function done(act: () => void): Result {
  act();
  return {};
}
