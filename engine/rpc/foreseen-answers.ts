/**
 * Answers that depend on nothing but the question and the options of a node: asked many at a time where they are known to
 * come, and once where they come again.
 */
import type { ChannelFacts, ChannelOffer, ChannelTerms, OpeningQuestion } from '../simulate/node-model.ts';
import { offerMessage, termsMessage } from './messages.ts';
import type { Answer, Message } from './wire.ts';

/** Questions of one turn, so that its bytes stay below a megabyte. */
const QUESTIONS_PER_TURN = 8192;

/** Answers that are kept at most; the questions about the channels that are foreseen at a time are fewer. */
const KEPT_ANSWERS = 65_536;

type Ask = (ask: string, payload: Message) => Answer;

export class ForeseenAnswers {
  readonly #ask: Ask;
  readonly #known = new Map<string, Answer>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Asks what is not known yet. */
  ask(questions: readonly OpeningQuestion[]): void {
    if (this.#known.size + questions.length > KEPT_ANSWERS) this.#known.clear();
    const unknown = new Map<string, Message>();
    for (const question of questions) {
      const [ask, payload] = questionMessage(question);
      const key = keyOf(ask, payload);
      if (!this.#known.has(key)) unknown.set(key, { [ask]: payload });
    }
    const entries = [...unknown];
    for (let i = 0; i < entries.length; i += QUESTIONS_PER_TURN) {
      const part = entries.slice(i, i + QUESTIONS_PER_TURN);
      const { answers } = this.#ask('questions', { questions: part.map(([, question]) => question) });
      for (const [j, [key]] of part.entries()) this.#known.set(key, answers?.answers[j] as Answer);
    }
  }

  /** The answer to a question, asked unless it is known. */
  answer(ask: string, payload: Message): Answer {
    const key = keyOf(ask, payload);
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.#ask(ask, payload);
      if (this.#known.size >= KEPT_ANSWERS) this.#known.clear();
      this.#known.set(key, answer);
    }
    return answer;
  }
}

export function answerOpeningMessage(node: number, offer: ChannelOffer, openerTerms: ChannelTerms): Message {
  return { node, offer: offerMessage(offer), opener_terms: termsMessage(openerTerms) };
}

export function defaultPolicyMessage(node: number, facts: ChannelFacts): Message {
  return {
    node,
    capacity_sat: facts.capacitySat,
    peer_terms: termsMessage(facts.peerTerms),
    announced: facts.announced,
  };
}

/** Field of Question and what it holds. */
function questionMessage(q: OpeningQuestion): readonly [string, Message] {
  switch (q.ask) {
    case 'commitmentFeerate':
      return ['commitment_feerate', { node: q.node, estimate_per_kw: q.estimatePerKw }];
    case 'openingTerms':
      return ['opening_terms', { node: q.node, offer: offerMessage(q.offer) }];
    case 'answerOpening':
      return ['answer_opening', answerOpeningMessage(q.node, q.offer, q.openerTerms)];
    case 'defaultPolicy':
      return ['default_policy', defaultPolicyMessage(q.node, q.facts)];
  }
}

/** The fields of a message of ours always come in the same order. */
function keyOf(ask: string, payload: Message): string {
  return ask + JSON.stringify(payload);
}
