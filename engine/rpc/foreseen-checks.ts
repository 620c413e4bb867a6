/**
 * Questions about an HTLC, asked of all nodes on its way in one turn when it comes to the first one. An answer counts only
 * for the very same question at the same height: where anything else has happened on the way, the node is asked again.
 */
import type { CheckQuestion } from '../simulate/node-model.ts';
import { forwardMessage, receiveMessage } from './messages.ts';
import type { Answer, Message } from './wire.ts';

/** Answers that are kept at most: most are used within the next moments, or never. */
const KEPT_ANSWERS = 16_384;

export interface CheckAsker {
  ask(model: string, ask: string, payload: Message): Answer;
  height(): number;
  /** See WorldFacts.comingChecks. */
  coming(): readonly CheckQuestion[];
}

interface Placed {
  readonly model: string;
  /** Questions, by the field of Turn, that it may be asked before their time. */
  readonly foreseeable: ReadonlySet<string>;
}

export class ForeseenChecks {
  readonly #asker: CheckAsker;
  /** Nodes of the process. */
  readonly #placed = new Map<number, Placed>();
  readonly #known = new Map<string, Answer>();
  #height = -1;

  constructor(asker: CheckAsker) {
    this.#asker = asker;
  }

  /** A node's model is in the process. */
  place(node: number, model: string, foreseeable: ReadonlySet<string>): void {
    this.#placed.set(node, { model, foreseeable });
  }

  /** The answer to a question whose time has come. */
  answer(model: string, ask: string, payload: Message): Answer {
    const height = this.#asker.height();
    if (height !== this.#height || this.#known.size > KEPT_ANSWERS) this.#known.clear();
    this.#height = height;
    const key = keyOf(ask, payload);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const coming = this.#coming();
    if (coming.length < 2 || !coming.some((one) => one.key === key)) return this.#asker.ask(model, ask, payload);
    const questions = coming.map((one) => ({ [one.ask]: one.payload, model: one.model }));
    const { answers } = this.#asker.ask(model, 'questions', { questions });
    for (const [i, one] of coming.entries()) this.#known.set(one.key, answers?.answers[i] as Answer);
    return this.#known.get(key) as Answer;
  }

  #coming(): readonly {
    readonly model: string;
    readonly ask: string;
    readonly payload: Message;
    readonly key: string;
  }[] {
    return this.#asker.coming().flatMap((question) => {
      const ask = question.ask === 'checkForward' ? 'check_forward' : 'check_receive';
      const placed = this.#placed.get(question.request.node);
      if (placed === undefined || !placed.foreseeable.has(ask)) return [];
      const payload =
        question.ask === 'checkForward' ? forwardMessage(question.request) : receiveMessage(question.request);
      return [{ model: placed.model, ask, payload, key: keyOf(ask, payload) }];
    });
  }
}

/** The fields of a message of ours always come in the same order. */
function keyOf(ask: string, payload: Message): string {
  return ask + JSON.stringify(payload);
}
