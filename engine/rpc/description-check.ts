/** Whether what a process says of a model (Describe) can be: the simulator schedules by it without looking again. */
import { BLOCKS, COUNT, FEERATE, type Range, rangeProblem } from './answer-check.ts';
import type { Message } from './wire.ts';

/** 100 years, µs: added to any time of a scenario it is still a whole number exactly. */
const LONGEST_US = 100 * 365 * 86_400 * 1_000_000;

const DELAY: Range = [0, LONGEST_US];

/** A change of htlc_maximum a second is more than any node makes, and few enough to play. */
const LEAST_MAXIMUM_INTERVAL_US = 1_000_000;

/** Expiries from 500,000,000 on are times (BOLT 2, cltv_expiry). */
const DELTA: Range = [0, 499_999_999];

/** Longest target for which nodes estimate feerates (Bitcoin Core's estimatesmartfee). */
const TARGET: Range = [1, 1008];

/** MAX_STANDARD_TX_WEIGHT of Bitcoin Core. */
const WEIGHT: Range = [1, 400_000];

const MODEL: Readonly<Record<string, Range>> = {
  invoice_cltv_delta: DELTA,
  invoice_expiry_us: DELAY,
  hold_expiry_delta: DELTA,
};

const TIMING: Readonly<Record<string, Range>> = {
  commit_delay_us: DELAY,
  commit_batch: BLOCKS,
  reconnect_delay_us: DELAY,
  peer_timeout_us: DELAY,
  mailbox_us: DELAY,
  mpp_timeout_us: DELAY,
};

/** Fields of Timing that may be absent. */
const OPTIONAL_TIMING: Readonly<Record<string, Range>> = {
  disable_after_us: DELAY,
  enable_after_us: DELAY,
  tick_us: [1, LONGEST_US],
  maximum_interval_us: [LEAST_MAXIMUM_INTERVAL_US, LONGEST_US],
  first_batch_us: DELAY,
  former_policy_us: DELAY,
};

/** Fields of Timing that are counted in ticks. */
const TICKED = ['disable_after_us', 'enable_after_us', 'mpp_timeout_us', 'former_policy_us'];

const TARGETS: Readonly<Record<string, Range>> = {
  funding: TARGET,
  cooperative_close: TARGET,
  commitment: TARGET,
  send: TARGET,
};

const CLOSING_RANGE: Readonly<Record<string, Range>> = {
  weight: WEIGHT,
  blocks: TARGET,
  least_per_kw: FEERATE,
  add_sat: COUNT,
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  justice: ['', 'one', 'clusters', 'each'],
  funding_reorg: ['', 'keep', 'close', 'close_accepted'],
};

/**
 * @param model ModelDescription of model.proto
 * @returns what is wrong with it, or null
 */
export function descriptionProblem(model: Message): string | null {
  for (const [field, words] of Object.entries(WORDS)) {
    const word = model[field] as string;
    if (!words.includes(word)) return `${field} cannot be ${JSON.stringify(word)}`;
  }
  return (
    rangeProblem(MODEL, model) ??
    timingProblem(model.timing as Message | null | undefined) ??
    partProblem(TARGETS, 'targets', model.targets) ??
    partProblem(CLOSING_RANGE, 'closing_range', model.closing_range)
  );
}

function timingProblem(timing: Message | null | undefined): string | null {
  if (timing === null || timing === undefined) return 'timing is absent';
  const given = Object.entries(OPTIONAL_TIMING).filter(([field]) => isGiven(timing, field));
  const problem = rangeProblem(TIMING, timing) ?? rangeProblem(Object.fromEntries(given), timing);
  if (problem !== null) return `timing: ${problem}`;
  if (!isGiven(timing, 'tick_us')) return null;
  const tick = timing.tick_us as number;
  const shorter = TICKED.find((field) => isGiven(timing, field) && (timing[field] as number) < tick);
  return shorter === undefined
    ? null
    : `timing: ${shorter} is counted in ticks of ${tick} µs and is ${timing[shorter]} µs`;
}

/** An optional field that is absent reads as its default, so that only its presence tells. */
const isGiven = (message: Message, field: string): boolean =>
  Object.hasOwn(message, field) && message[field] !== null && message[field] !== undefined;

function partProblem(ranges: Readonly<Record<string, Range>>, name: string, part: unknown): string | null {
  if (part === null || part === undefined) return null;
  const problem = rangeProblem(ranges, part as Message);
  return problem === null ? null : `${name}: ${problem}`;
}
