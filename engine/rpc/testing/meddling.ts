/** A link whose process has somebody else answer for it. */
import type { ModelKind } from '../../simulate/node-model.ts';
import { type Answer, decodeAnswer, decodeTurn, encodeAnswer, type Message, type Turn } from '../wire.ts';
import { loopbackKinds } from './loopback.ts';

export interface Asked {
  /** Field of Turn, and what it holds. */
  readonly ask: string;
  readonly payload: Message;
  readonly turn: Turn;
  /** Asks the model, and gives what it answers. */
  honest(): Answer;
}

export function meddledKinds(
  kinds: readonly ModelKind[],
  meddler: (asked: Asked) => Partial<Answer>,
): readonly ModelKind[] {
  return loopbackKinds(kinds, (link) => ({
    exchange: (bytes) => {
      const turn = decodeTurn(bytes);
      const ask = turn.ask ?? '';
      const honest = (): Answer => decodeAnswer(link.exchange(bytes));
      const answer = meddler({ ask, payload: turn[ask] as Message, turn, honest });
      return encodeAnswer({ ...answer, number: turn.number });
    },
  })).kinds;
}
