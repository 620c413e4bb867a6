/**
 * Behaviour `rebalancer`: a node that moves balance from channels that have much of it to channels that have little, by
 * circular payments, one at a time.
 *
 * Which channels: a channel with less than `below` of its balance on the node's side is to be filled up to `target`, from
 * one that keeps `above` afterwards; the emptiest is filled from the fullest first. The defaults are those of rebalance-lnd
 * (a ratio of 50 % for both channels, nothing below 10,000 sat, at most 2,000 ppm; README of C-Otto/rebalance-lnd) and
 * CLBOSS (channels below 25 % are filled; clboss:Boss/Mod/EarningsRebalancer.cpp:max_spendable_percent, which fills them up
 * to 75 %, leaves 27.5 % in the others and pays at most 0.5 %).
 *
 * Nodes whose implementation finds no way from a node to itself (LDK, Eclair) are given the route, which the agent looks for
 * as a script beside such a node would (circle-search.ts).
 */
import type { OwnChannel } from '../../backends/backend.ts';
import type { Json } from '../../base/json.ts';
import { proportionalFee, US_PER_SECOND } from '../../base/numbers.ts';
import { compareText } from '../../base/order.ts';
import { OUTCOME } from '../../simulate/records.ts';
import type { Action } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { Agent, BehaviourKind } from '../behaviour.ts';
import type { PlanContext } from '../kind.ts';
import { type Circle, cheapestCircle } from './circle-search.ts';
import { localRatio } from './local-ratio.ts';

const HOUR_US = 3_600 * US_PER_SECOND;
const DAY_US = 24 * HOUR_US;

/** clboss:Boss/Mod/EarningsRebalancer.cpp, TimerRandomHourly */
const EVERY_US = HOUR_US;
/** clboss:Boss/Mod/EarningsRebalancer.cpp:max_spendable_percent */
const BELOW = 0.25;
/** README of rebalance-lnd, “Automatically determined amount” and “Safety Checks and Limitations” */
const HALF = 0.5;
const MIN_AMOUNT_MSAT = 10_000_000;
const MAX_FEE_PPM = 2_000;

const BACK_OFF = { firstUs: HOUR_US / 2, factor: 2, maxUs: DAY_US };

/** A payment that is under way; with the names of its channels where the agent has looked for the route itself. */
interface Paying {
  readonly number: number;
  readonly pair: string;
  readonly route?: readonly string[];
}

/** What an agent remembers. Pairs of channels are called `OUT>IN`, by name. */
interface Memory {
  /** Number of the day, and fees paid in it, msat. */
  readonly day: number;
  readonly spent_msat: number;
  /** The payment that was made last: its number and pair; null when nothing is in flight. */
  readonly paying: Paying | null;
  /** Pairs that failed: how often in a row, and until when they are left alone, µs. */
  readonly failed: { readonly [pair: string]: { readonly times: number; readonly until_us: number } };
  /** Channels of others that failed a payment, by name: until when the agent's own search leaves them out. */
  readonly avoided?: { readonly [channel: string]: number };
}

const share = { type: 'number', minimum: 0, maximum: 1 } as const;

export const rebalancer: BehaviourKind = {
  name: 'rebalancer',
  summary: 'Nodes refill empty channels from full ones by circular payments, within a budget',
  everyUs: EVERY_US,
  choosesChannels: true,
  pays: true,
  schema: {
    title: 'Rebalancer',
    description:
      'At most one payment at a time for each node. They are those of an activity of the behaviour’s name in results and expectations.',
    type: 'object',
    additionalProperties: false,
    properties: {
      below: {
        ...share,
        title: 'Below',
        description: 'A channel with a smaller local share of its balance is refilled.',
        default: BELOW,
      },
      target: { ...share, title: 'Target', description: 'Local share up to which it is refilled.', default: HALF },
      above: {
        ...share,
        title: 'Above',
        description: 'A channel with a larger local share gives, and keeps that share.',
        default: HALF,
      },
      amount: {
        $ref: '#/$defs/positiveAmount',
        description: 'Most that one payment moves. Default: as much as needed.',
      },
      min_amount: {
        $ref: '#/$defs/positiveAmount',
        description: 'Least that is worth a payment. Default: 10_000 sat.',
        examples: ['10_000 sat'],
      },
      max_fee_rate: {
        $ref: '#/$defs/rate',
        description: 'Most that a payment may cost, by its amount. Default: 2_000 ppm.',
        examples: ['500 ppm'],
      },
      budget: {
        $ref: '#/$defs/amount',
        description: 'Most that a node pays in fees in a day of virtual time. Default: no limit.',
        examples: ['2_000 sat'],
      },
      back_off: {
        title: 'Back off',
        description: 'How long a pair of channels is left alone after a failure.',
        type: 'object',
        additionalProperties: false,
        required: ['first'],
        properties: {
          first: { $ref: '#/$defs/positiveDuration', description: 'After the first failure. Default: 30m.' },
          factor: {
            type: 'number',
            minimum: 1,
            maximum: 1000,
            description: 'Each time is this many times as long as the one before.',
            default: BACK_OFF.factor,
          },
          max: { $ref: '#/$defs/positiveDuration', description: 'Longest time. Default: 1d.', examples: ['1d'] },
        },
        examples: [{ first: '30m', factor: 2, max: '1d' }],
      },
    },
  },
  example: `nodes: alice
every: 10m
rebalancer: { below: 0.2, above: 0.6, amount: 200_000 sat, max_fee_rate: 500 ppm, budget: 2_000 sat }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const below = args.number('below', BELOW);
    const target = args.number('target', HALF);
    if (target < below) args.report('E607', [args.has('target') ? 'target' : 'below'], '`target` is less than `below`');
    if (args.failed) return null;
    const backOff = args.has('back_off') ? new Arguments(args.place('back_off'), context) : null;
    const searching = withoutCircles(use.nodes, context);
    return {
      args: {
        ...(searching.length === 0 ? {} : { searching }),
        below,
        target,
        above: args.number('above', HALF),
        amountMsat: args.amountMsat('amount', Number.MAX_SAFE_INTEGER),
        minAmountMsat: args.amountMsat('min_amount', MIN_AMOUNT_MSAT),
        maxFeePpm: args.ratePpm('max_fee_rate', MAX_FEE_PPM),
        budgetMsat: args.amountMsat('budget', Number.MAX_SAFE_INTEGER),
        firstUs: backOff?.durationUs('first', BACK_OFF.firstUs) ?? BACK_OFF.firstUs,
        factor: backOff?.number('factor', BACK_OFF.factor) ?? BACK_OFF.factor,
        maxUs: backOff?.durationUs('max', BACK_OFF.maxUs) ?? BACK_OFF.maxUs,
      },
      paymentsPerWake: 1,
    };
  },

  async wake(args, agent, known) {
    const memory = heard(args, agent, (known as unknown as Memory | null) ?? null);
    if (memory.paying !== null) return memory as unknown as Json;
    const channels = (await agent.channels()).filter(({ active }) => active);
    const there = new Set(channels.map(({ name }) => name));
    const failed = Object.fromEntries(
      Object.entries(memory.failed).filter(([pair]) => pair.split('>').every((name) => there.has(name))),
    );
    const order = choose(args, channels, { ...memory, failed }, agent.timeUs);
    if (order === null) return { ...memory, failed } as unknown as Json;
    const { out, into, amountMsat, maxFeeMsat } = order;
    const circle = await circleFor(args, agent, order, memory);
    const number = await agent.rebalance({
      outChannel: out.channel,
      inChannel: into.channel,
      amountMsat,
      maxFeeMsat,
      ...(circle === null ? {} : { route: circle.channels }),
    });
    const route = circle === null ? {} : { route: circle.names };
    const paying: Paying | null = number === null ? null : { number, pair: pairOf(out, into), ...route };
    return { ...memory, failed, paying } as unknown as Json;
  },
};

/** Models of the nodes that find no way from a node to itself, by name. */
function withoutCircles(nodes: readonly number[], context: PlanContext): readonly string[] {
  const models = new Set(nodes.map((node) => context.network.nodes[node]?.model ?? ''));
  return [...models].filter((model) => !context.findsCircles(model)).sort(compareText);
}

/**
 * The way of a payment, for a node that does not look for one itself; null for others. Where there is no way the node is
 * asked as it is, and the payment ends as RouteNotFound.
 */
async function circleFor(args: Action['args'], agent: Agent, order: Order, memory: Memory): Promise<Circle | null> {
  const searching = (args.searching ?? []) as readonly string[];
  if (searching.length === 0 || !searching.includes((await agent.self()).model)) return null;
  const avoided = new Set(Object.keys(memory.avoided ?? {}));
  return cheapestCircle(agent, { ...order, avoided });
}

function pairOf(out: OwnChannel, into: OwnChannel): string {
  return `${out.name}>${into.name}`;
}

/** The memory with what became of the last payment; a new day begins with nothing spent. */
function heard(args: Action['args'], agent: Agent, known: Memory | null): Memory {
  const day = Math.floor(agent.timeUs / DAY_US);
  const memory = present(known ?? { day, spent_msat: 0, paying: null, failed: {} }, agent.timeUs);
  const { paying } = memory;
  const ended = paying === null ? undefined : agent.ended.find(({ number }) => number === paying.number);
  const spent = (memory.day === day ? memory.spent_msat : 0) + (ended?.feeMsat ?? 0);
  if (paying === null || ended === undefined) return { ...memory, day, spent_msat: spent };
  const { [paying.pair]: before, ...failed } = memory.failed;
  const now = { ...memory, day, spent_msat: spent, paying: null, failed };
  if (ended.outcome === OUTCOME.Success) return now;
  const times = (before?.times ?? 0) + 1;
  const until_us = ended.resolvedUs + pauseUs(args, times);
  const next = { ...now, failed: { ...failed, [paying.pair]: { times, until_us } } };
  // The channel behind the node that reported the failure; the first one is the agent's own.
  const culprit = ended.failureHop > 0 ? paying.route?.[ended.failureHop] : undefined;
  if (culprit === undefined) return next;
  return { ...next, avoided: { ...memory.avoided, [culprit]: ended.resolvedUs + Number(args.maxUs) } };
}

/** The memory without what is over: channels that are taken again. */
function present(memory: Memory, timeUs: number): Memory {
  const { avoided, ...rest } = memory;
  const left = Object.entries(avoided ?? {}).filter(([, untilUs]) => untilUs > timeUs);
  return left.length === 0 ? rest : { ...rest, avoided: Object.fromEntries(left) };
}

/** How long a pair is left alone after so many failures in a row, µs. */
function pauseUs(args: Action['args'], times: number): number {
  const most = Number(args.maxUs);
  let pause = Number(args.firstUs);
  // A factor of 1 changes nothing, however often.
  for (let i = 1; i < times && args.factor !== 1 && pause < most; i++) pause *= Number(args.factor);
  return Math.floor(Math.min(pause, most));
}

interface Order {
  readonly out: OwnChannel;
  readonly into: OwnChannel;
  readonly amountMsat: number;
  readonly maxFeeMsat: number;
}

/** The first payment that is worth it: into the emptiest channel, out of the fullest. */
function choose(args: Action['args'], channels: readonly OwnChannel[], memory: Memory, timeUs: number): Order | null {
  const maxFeePpm = Number(args.maxFeePpm);
  const left = Math.max(0, Number(args.budgetMsat) - memory.spent_msat);
  // No more than can be paid for at the highest rate, as CLBOSS (EarningsRebalancer.cpp:run, fee_budget).
  const affordable = maxFeePpm === 0 ? Number.POSITIVE_INFINITY : (left / maxFeePpm) * 1_000_000;
  const total = ({ localMsat, remoteMsat }: OwnChannel): number => localMsat + remoteMsat;
  const byRatio = (a: OwnChannel, b: OwnChannel): number => localRatio(a) - localRatio(b) || a.channel - b.channel;
  const empty = channels.filter((one) => localRatio(one) < Number(args.below)).sort(byRatio);
  const full = channels.filter((one) => localRatio(one) > Number(args.above)).sort((a, b) => byRatio(b, a));
  for (const into of empty) {
    for (const out of full) {
      if (out.peer === into.peer || (memory.failed[pairOf(out, into)]?.until_us ?? 0) > timeUs) continue;
      const keeps = Math.max(Number(args.above) * total(out), out.reserveMsat);
      const wanted = Math.min(Number(args.target) * total(into) - into.localMsat, out.localMsat - keeps);
      const amountMsat = Math.floor(Math.min(wanted, Number(args.amountMsat), affordable));
      if (amountMsat < Number(args.minAmountMsat)) continue;
      return { out, into, amountMsat, maxFeeMsat: proportionalFee(amountMsat, maxFeePpm) };
    }
  }
  return null;
}
