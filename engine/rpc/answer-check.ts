/**
 * Whether what a process answers is an answer to what it was asked, with numbers that can be what they stand for. The
 * simulator trusts its models; what comes from elsewhere passes here first.
 */
import { FAILURE } from '../simulate/failure.ts';
import type { Answer, Message, PolicyMessage, TermsMessage } from './wire.ts';

/** Field of Answer that holds the result, by field of Turn. Stimuli have none, and a text may be absent. */
const RESULTS: Readonly<Record<string, keyof Answer>> = {
  check_offer: 'code',
  check_forward: 'code',
  check_receive: 'code',
  check_incoming: 'code',
  choose_forward: 'value',
  batch_at: 'value',
  spendable: 'value',
  maximum_for: 'value',
  offered_deadline: 'value',
  received_deadline: 'value',
  close_depth: 'value',
  wallet_reserve: 'value',
  commitment_feerate: 'value',
  opener_depth: 'value',
  claim_feerate: 'value',
  claim_depth: 'value',
  loss_depth: 'value',
  fails_back_at: 'value',
  opening_terms: 'terms',
  answer_opening: 'opening',
  default_policy: 'policy',
  capture: 'memories',
  questions: 'answers',
};

const U16 = 2 ** 16 - 1;
const I32 = 2 ** 31 - 1;
const U32 = 2 ** 32 - 1;

/** max_accepted_htlcs of BOLT 2. */
const MOST_HTLCS = 483;

export type Range = readonly [least: number, most: number];

export const COUNT: Range = [0, Number.MAX_SAFE_INTEGER];
const SIGNED: Range = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
export const BLOCKS: Range = [0, I32];
export const FEERATE: Range = [0, U32];

const VALUES: Readonly<Record<string, Range>> = {
  batch_at: COUNT,
  maximum_for: COUNT,
  close_depth: BLOCKS,
  claim_depth: BLOCKS,
  loss_depth: BLOCKS,
  opener_depth: BLOCKS,
  wallet_reserve: COUNT,
  commitment_feerate: FEERATE,
  claim_feerate: FEERATE,
};

/** Fields of update_add_htlc's and channel_update's messages have the sizes of BOLT 2 and BOLT 7. */
const TERMS: Readonly<Record<keyof TermsMessage, Range>> = {
  dust_limit_sat: COUNT,
  reserve_sat: COUNT,
  max_accepted_htlcs: [0, MOST_HTLCS],
  max_in_flight_msat: COUNT,
  htlc_minimum_msat: COUNT,
  to_self_delay: [0, U16],
};

const POLICY: Readonly<Record<Exclude<keyof PolicyMessage, 'disabled'>, Range>> = {
  fee_base_msat: [0, U32],
  fee_rate_ppm: [0, U32],
  cltv_delta: [0, U16],
  min_htlc_msat: COUNT,
  max_htlc_msat: COUNT,
  inbound_fee_base_msat: [-I32 - 1, I32],
  inbound_fee_rate_ppm: [-I32 - 1, I32],
};

/** Failure codes that there are (BOLT 4), and 0. */
export const CODES: ReadonlySet<number> = new Set<number>(Object.values(FAILURE));

/**
 * @param ask field of Turn
 * @param payload what it held
 * @returns what is wrong with the answer, or null
 */
export function answerProblem(ask: string, payload: Message, answer: Answer): string | null {
  const field = RESULTS[ask];
  if (field === undefined) return null;
  const result = answer[field];
  if (answer.result !== field || result === undefined || result === null) return `the answer has no ${field}`;
  switch (field) {
    case 'code':
      return CODES.has(result as number) ? null : `there is no failure code ${result}`;
    case 'value':
      return valueProblem(ask, payload, result as number);
    case 'terms':
      return rangeProblem(TERMS, result as TermsMessage);
    case 'policy':
      return rangeProblem(POLICY, result as PolicyMessage);
    case 'opening':
      return openingProblem(result as NonNullable<Answer['opening']>);
    case 'answers':
      return answersProblem(
        payload.questions as readonly Message[],
        (result as NonNullable<Answer['answers']>).answers,
      );
    default:
      return null;
  }
}

function valueProblem(ask: string, payload: Message, value: number): string | null {
  if (ask === 'choose_forward') {
    const { length } = payload.passing as readonly number[];
    return value >= 0 && value < length ? null : `${value} is no index into ${length} channels`;
  }
  return isWithin(value, VALUES[ask] ?? SIGNED) ? null : `${value} cannot be an answer`;
}

function openingProblem({ terms, minimum_depth }: NonNullable<Answer['opening']>): string | null {
  if (terms === undefined || terms === null) return null;
  if (!isWithin(minimum_depth, BLOCKS)) return `minimum_depth cannot be ${minimum_depth}`;
  return rangeProblem(TERMS, terms);
}

function answersProblem(questions: readonly Message[], answers: readonly Answer[]): string | null {
  if (answers.length !== questions.length) return `${answers.length} answers came for ${questions.length} questions`;
  for (const [i, question] of questions.entries()) {
    const [ask = ''] = Object.keys(question);
    const problem = answerProblem(ask, question[ask] as Message, answers[i] as Answer);
    if (problem !== null) return `question ${i}, ${ask}: ${problem}`;
  }
  return null;
}

/** The first field that is not within its range, or null. */
export function rangeProblem<T extends object>(
  ranges: Readonly<Partial<Record<keyof T, Range>>>,
  message: T,
): string | null {
  for (const field of Object.keys(ranges) as (keyof T & string)[]) {
    const value = message[field] as number;
    if (!isWithin(value, ranges[field] as Range)) return `${field} cannot be ${value}`;
  }
  return null;
}

function isWithin(value: number, [least, most]: Range): boolean {
  return value >= least && value <= most;
}
