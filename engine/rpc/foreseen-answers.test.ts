/** Questions that are known to come are asked together, and none is asked twice. */
import { expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import type { ChannelOffer, ChannelTerms, OpeningQuestion } from '../simulate/node-model.ts';
import { TestRun } from '../simulate/testing/network.ts';
import { ForeseenAnswers } from './foreseen-answers.ts';
import type { TurnLink } from './remote-session.ts';
import { type Loopback, loopbackKinds } from './testing/loopback.ts';
import { type Answer, decodeTurn, type Message } from './wire.ts';

const feerate = (node: number): OpeningQuestion => ({ ask: 'commitmentFeerate', node, estimatePerKw: 2500 });

function recording(
  answer: (ask: string, payload: Message) => Answer,
  whose: (ask: string, node: number) => string = (_, node) => `${node}`,
): {
  readonly asked: string[];
  readonly nodes: number[];
  readonly answers: ForeseenAnswers;
} {
  const asked: string[] = [];
  const nodes: number[] = [];
  const answers = new ForeseenAnswers((ask, payload) => {
    asked.push(ask);
    for (const question of (payload.questions as readonly Message[] | undefined) ?? []) {
      nodes.push((Object.values(question)[0] as { readonly node: number }).node);
    }
    return answer(ask, payload);
  }, whose);
  return { asked, nodes, answers };
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
  const feerates = [9, 8, 7].map((node) => answers.answer(feerate(node)));
  expect(feerates.map(({ value }) => value)).toEqual([9, 8, 7]);
  expect(asked).toHaveLength(2);
  answers.answer({ ...feerate(9), estimatePerKw: 2501 } as OpeningQuestion);
  answers.answer({ ...feerate(9), estimatePerKw: 2501 } as OpeningQuestion);
  expect(asked).toEqual(['questions', 'questions', 'commitment_feerate']);
});

it('splits what is too much for one turn', () => {
  const { asked, answers } = recording(right);
  answers.ask(Array.from({ length: 8193 }, (_, node) => feerate(node)));
  expect(asked).toHaveLength(2);
  expect(answers.answer(feerate(8192)).value).toBe(8192);
});

const OFFER: ChannelOffer = { capacitySat: 1_000_000, pushMsat: 0, announced: true, feeratePerKw: 253 };
const TERMS: ChannelTerms = {
  dustLimitSat: 354,
  reserveSat: 10_000,
  maxAcceptedHtlcs: 483,
  maxInFlightMsat: 990_000_000,
  htlcMinimumMsat: 1,
  toSelfDelay: 144,
};

/** Each differs from the first one of its kind in a single thing. */
const DIFFERENT: readonly OpeningQuestion[] = [
  feerate(0),
  { ...feerate(0), estimatePerKw: 2501 } as OpeningQuestion,
  ...[{}, { capacitySat: 1 }, { pushMsat: 1 }, { announced: false }, { feeratePerKw: 1 }].flatMap(
    (other): OpeningQuestion[] => {
      const offer = { ...OFFER, ...other };
      return [
        { ask: 'openingTerms', node: 0, offer },
        { ask: 'answerOpening', node: 0, offer, openerTerms: TERMS },
      ];
    },
  ),
  ...(Object.keys(TERMS) as (keyof ChannelTerms)[]).flatMap((field): OpeningQuestion[] => {
    const terms = { ...TERMS, [field]: TERMS[field] + 1 };
    return [
      { ask: 'answerOpening', node: 0, offer: OFFER, openerTerms: terms },
      { ask: 'defaultPolicy', node: 0, facts: { capacitySat: 1, announced: true, peerTerms: terms } },
    ];
  }),
  { ask: 'defaultPolicy', node: 0, facts: { capacitySat: 1, announced: true, peerTerms: TERMS } },
  { ask: 'defaultPolicy', node: 0, facts: { capacitySat: 2, announced: true, peerTerms: TERMS } },
  { ask: 'defaultPolicy', node: 0, facts: { capacitySat: 1, announced: false, peerTerms: TERMS } },
];

const numbered = (_: string, { questions }: Message): Answer => ({
  number: 1,
  answers: { answers: (questions as readonly Message[]).map((_question, value) => ({ number: 0, value })) },
});

it('takes no question for another one', () => {
  const { nodes, answers } = recording(numbered);
  answers.ask(DIFFERENT);
  expect(nodes).toHaveLength(DIFFERENT.length);
  expect(DIFFERENT.map((question) => answers.answer(question).value)).toEqual(DIFFERENT.map((_, i) => i));
});

it('asks one node for all that answer alike, and each of the others', () => {
  const { nodes, answers } = recording(right, (_, node) => (node < 10 ? 'alike' : `${node}`));
  answers.ask([3, 5, 12, 13].map(feerate));
  expect(nodes).toEqual([3, 12, 13]);
  expect([3, 5, 9, 12, 13].map((node) => answers.answer(feerate(node)).value)).toEqual([3, 3, 3, 12, 13]);
});

it('asks each node where a model says nothing of the kind', () => {
  const questionsOf = (about: Message): number => {
    let questions = 0;
    const counting = (link: Loopback): TurnLink => ({
      exchange: (bytes) => {
        const turn = decodeTurn(bytes) as Message & { readonly questions?: { readonly questions: readonly Message[] } };
        questions += turn.ask === 'questions' ? (turn.questions?.questions.length ?? 0) : 0;
        return link.exchange(bytes);
      },
    });
    new TestRun({
      nodes: Array.from({ length: 6 }, () => ({ model: 'lnd' })),
      channels: [0, 1, 2, 3, 4].map((node0) => ({ node0, node1: node0 + 1, capacitySat: 10_000_000 })),
      models: () => loopbackKinds(MODEL_KINDS, counting, about).kinds,
    });
    return questions;
  };
  // A feerate, the terms and the answer of an opening, a policy; else of each opener, each of both ends, each acceptor, each of both.
  expect(questionsOf({})).toBe(4);
  expect(questionsOf({ foreseeable: ['check_forward', 'check_receive', 'attempt_succeeded'] })).toBeGreaterThan(4 * 5);
});
