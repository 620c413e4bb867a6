/** What a rule of the behaviour `fee_policy` is: what a channel should charge, and when a change is worth its gossip. */
import type { Awaitable, OwnChannel } from '../../backends/backend.ts';
import type { Json } from '../../base/json.ts';
import type { PolicyPlan } from '../../timeline/network.ts';
import type { Action } from '../../timeline/timeline.ts';
import type { Arguments } from '../arguments.ts';
import type { Agent } from '../behaviour.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';

/** What a rule remembers of the last change of a channel. */
export interface LastChange {
  readonly at_us: number;
  /** Share of the balance that was local. */
  readonly ratio: number;
}

export interface FeeRule {
  /** The key under `fee_policy`. */
  readonly name: string;
  readonly schema: JsonSchema;
  /** Arguments resolved; null after a report. */
  plan(args: Arguments, context: PlanContext): Action['args'] | null;
  /** The policy that a channel should have; fields that are absent stay as they are; null: nothing is to be changed. */
  policy(
    args: Action['args'],
    channel: OwnChannel,
    agent: Agent,
    last: LastChange | null,
  ): Awaitable<PolicyPlan | null>;
}

/** Keys of rules whose fees move: they keep gossip from being flooded. */
export const PATIENCE_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  min_change: {
    $ref: '#/$defs/rate',
    title: 'Smallest change',
    description:
      'Smaller changes of the rate are not made. Default: 10 ppm, as charge-lnd (min_fee_ppm_delta of its strategy proportional).',
    examples: ['10 ppm'],
  },
  min_interval: {
    $ref: '#/$defs/duration',
    title: 'Smallest interval',
    description: 'Time between two changes of one channel, at least. Default: 1h.',
    examples: ['1h'],
  },
};

/** charge-lnd:charge_lnd/strategy.py:strategy_proportional */
const MIN_CHANGE_PPM = 10;
const MIN_INTERVAL_US = 3_600_000_000;

export function patienceOf(args: Arguments): { readonly minChangePpm: number; readonly minIntervalUs: number } {
  return {
    minChangePpm: args.ratePpm('min_change', MIN_CHANGE_PPM),
    minIntervalUs: args.durationUs('min_interval', MIN_INTERVAL_US),
  };
}

/** Whether a change may be made now, and is large enough. */
export function isWorthwhile(
  args: Action['args'],
  { policy }: OwnChannel,
  wanted: PolicyPlan,
  timeUs: number,
  last: LastChange | null,
): boolean {
  const differs = (Object.keys(wanted) as (keyof PolicyPlan)[]).filter((key) => wanted[key] !== policy[key]);
  if (differs.length === 0) return false;
  if (last !== null && timeUs - last.at_us < Number(args.minIntervalUs ?? 0)) return false;
  if (differs.some((key) => key !== 'feeRatePpm')) return true;
  return Math.abs((wanted.feeRatePpm as number) - policy.feeRatePpm) >= Number(args.minChangePpm ?? 0);
}

/** The rule's memory of a channel. */
export function lastOf(memory: Json, channel: string): LastChange | null {
  if (typeof memory !== 'object' || memory === null || Array.isArray(memory)) return null;
  const found = (memory as { readonly [name: string]: Json })[channel];
  return (found as unknown as LastChange | undefined) ?? null;
}
