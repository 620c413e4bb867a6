/**
 * Answers that depend on nothing but the question and the options of a node: asked many at a time where they are known to
 * come, and once where they come again.
 */
import type { ChannelOffer, ChannelTerms, OpeningQuestion } from '../simulate/node-model.ts';
import { offerMessage, termsMessage } from './messages.ts';
import type { Answer, Message } from './wire.ts';

/** Questions of one turn, so that its bytes stay below a megabyte. */
const QUESTIONS_PER_TURN = 8192;

/** Answers that are kept at most; the questions about the channels that are foreseen at a time are fewer. */
const KEPT_ANSWERS = 65_536;

type Ask = (ask: string, payload: Message) => Answer;

/** Whom a question is about, as far as the answer depends on it: a node, or all nodes with the same options. */
type Whose = (field: string, node: number) => string;

export class ForeseenAnswers {
  readonly #ask: Ask;
  readonly #whose: Whose;
  readonly #known = new Map<string, Answer>();

  constructor(ask: Ask, whose: Whose) {
    this.#ask = ask;
    this.#whose = whose;
  }

  /** Asks what is not known yet. */
  ask(questions: readonly OpeningQuestion[]): void {
    if (this.#known.size + questions.length > KEPT_ANSWERS) this.#known.clear();
    const unknown = new Map<string, OpeningQuestion>();
    for (const question of questions) {
      const key = this.#keyOf(question);
      if (!this.#known.has(key) && !unknown.has(key)) unknown.set(key, question);
    }
    const entries = [...unknown];
    for (let i = 0; i < entries.length; i += QUESTIONS_PER_TURN) {
      const part = entries.slice(i, i + QUESTIONS_PER_TURN);
      const asked = part.map(([, question]) => ({ [FIELDS[question.ask]]: payloadOf(question) }));
      const { answers } = this.#ask('questions', { questions: asked });
      for (const [j, [key]] of part.entries()) this.#known.set(key, answers?.answers[j] as Answer);
    }
  }

  /** The answer to a question, asked unless it is known. */
  answer(question: OpeningQuestion): Answer {
    const key = this.#keyOf(question);
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.#ask(FIELDS[question.ask], payloadOf(question));
      if (this.#known.size >= KEPT_ANSWERS) this.#known.clear();
      this.#known.set(key, answer);
    }
    return answer;
  }

  /** Equal for questions with the same answer. */
  #keyOf(q: OpeningQuestion): string {
    const whose = `${q.ask} ${this.#whose(FIELDS[q.ask], q.node)}`;
    switch (q.ask) {
      case 'commitmentFeerate':
        return `${whose} ${q.estimatePerKw}`;
      case 'openingTerms':
        return `${whose} ${offerKey(q.offer)}`;
      case 'answerOpening':
        return `${whose} ${offerKey(q.offer)} ${termsKey(q.openerTerms)}`;
      case 'defaultPolicy':
        return `${whose} ${q.facts.capacitySat} ${q.facts.announced} ${termsKey(q.facts.peerTerms)}`;
    }
  }
}

/** Fields of Turn and Question. */
const FIELDS: Readonly<Record<OpeningQuestion['ask'], string>> = {
  commitmentFeerate: 'commitment_feerate',
  openingTerms: 'opening_terms',
  answerOpening: 'answer_opening',
  defaultPolicy: 'default_policy',
};

/** What the field of a question holds. */
function payloadOf(q: OpeningQuestion): Message {
  switch (q.ask) {
    case 'commitmentFeerate':
      return { node: q.node, estimate_per_kw: q.estimatePerKw };
    case 'openingTerms':
      return { node: q.node, offer: offerMessage(q.offer) };
    case 'answerOpening':
      return { node: q.node, offer: offerMessage(q.offer), opener_terms: termsMessage(q.openerTerms) };
    case 'defaultPolicy':
      return {
        node: q.node,
        capacity_sat: q.facts.capacitySat,
        peer_terms: termsMessage(q.facts.peerTerms),
        announced: q.facts.announced,
      };
  }
}

function offerKey(o: ChannelOffer): string {
  return `${o.capacitySat} ${o.pushMsat} ${o.announced} ${o.feeratePerKw}`;
}

function termsKey(t: ChannelTerms): string {
  return `${t.dustLimitSat} ${t.reserveSat} ${t.maxAcceptedHtlcs} ${t.maxInFlightMsat} ${t.htlcMinimumMsat} ${t.toSelfDelay}`;
}
