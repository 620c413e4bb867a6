/** Questions that are known to come are asked together, and none is asked twice. */
import { expect, it } from 'vitest';
import type { OpeningQuestion } from '../simulate/node-model.ts';
import { ForeseenAnswers } from './foreseen-answers.ts';
import type { Answer, Message } from './wire.ts';

const feerate = (node: number): OpeningQuestion => ({ ask: 'commitmentFeerate', node, estimatePerKw: 2500 });

function recording(answer: (ask: string, payload: Message) => Answer): {
  readonly asked: string[];
  readonly answers: ForeseenAnswers;
} {
  const asked: string[] = [];
  const answers = new ForeseenAnswers((ask, payload) => {
    asked.push(ask);
    return answer(ask, payload);
  });
  return { asked, answers };
}

/** Feerate of a node: its number. */
const right = (_: string, { questions, node }: Message): Answer => {
  const feerateOf = (question: Message): Answer => ({
    number: 0,
    value: (question.commitment_feerate as { readonly node: number }).node,
  });
  return questions === undefined
    ? { number: 1, value: node as number }
    : { number: 1, answers: { answers: (questions as readonly Message[]).map(feerateOf) } };
};

it('asks many at a time, and nothing again', () => {
  const { asked, answers } = recording(right);
  answers.ask([7, 8, 7].map(feerate));
  answers.ask([8, 9].map(feerate));
  expect(asked).toEqual(['questions', 'questions']);
  const feerates = [9, 8, 7].map((node) => answers.answer('commitment_feerate', { node, estimate_per_kw: 2500 }));
  expect(feerates.map(({ value }) => value)).toEqual([9, 8, 7]);
  expect(asked).toHaveLength(2);
  answers.answer('commitment_feerate', { node: 9, estimate_per_kw: 2501 });
  answers.answer('commitment_feerate', { node: 9, estimate_per_kw: 2501 });
  expect(asked).toEqual(['questions', 'questions', 'commitment_feerate']);
});

it('splits what is too much for one turn', () => {
  const { asked, answers } = recording(right);
  answers.ask(Array.from({ length: 8193 }, (_, node) => feerate(node)));
  expect(asked).toHaveLength(2);
  expect(answers.answer('commitment_feerate', { node: 8192, estimate_per_kw: 2500 }).value).toBe(8192);
});
