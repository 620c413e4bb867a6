/**
 * Activity `random`: nodes pay each other in proportion to their capacity. The distribution is described in
 * random-draw.ts.
 */
import { MSAT_PER_SAT } from '../../base/numbers.ts';
import type { Selector } from '../../spec/scenario.ts';
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { formatAmount, groupDigits } from '../../spec/units.ts';
import { stableOrder } from '../../timeline/radix-sort.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind, PlanContext } from '../kind.ts';
import { paymentsOf } from './planned.ts';
import { drawRandom, isEligible, meanIntervalUs, type RandomNode } from './random-draw.ts';
import { REACTION_PROPERTIES } from './reaction.ts';
import { readWindow, WINDOW_PROPERTIES } from './window.ts';

const ALL: Selector = { kind: 'name', pattern: '*' };
const DEFAULT_EXPECTED_MSAT = 3_800_000;
const DEFAULT_MULTIPLIER = 2;
/** Names listed in the warning; the rest is counted. */
const NAMED = 5;

export const random: ActivityKind = {
  name: 'random',
  summary: 'Payments between random nodes, in proportion to their capacity',
  schema: {
    title: 'Random payments',
    description:
      'Every selected node sends payments at random times, the more the larger its channels are, to nodes drawn by the size of theirs.',
    type: 'object',
    additionalProperties: false,
    required: ['random'],
    properties: {
      random: {
        title: 'How much is paid',
        type: 'object',
        additionalProperties: false,
        properties: {
          expected_amount: {
            $ref: '#/$defs/positiveAmount',
            description: 'Mean amount of a payment.',
            default: '3_800_000 msat',
          },
          capacity_multiplier: {
            type: 'number',
            exclusiveMinimum: 0,
            description: 'How many times a node sends half of its capacity in 30 days.',
            default: DEFAULT_MULTIPLIER,
          },
          generator: {
            enum: ['balanced'],
            description: 'Distribution of times, destinations and amounts.',
            default: 'balanced',
          },
        },
      },
      among: { $ref: '#/$defs/selector', description: 'The nodes that send and receive. Default: all.' },
      ...WINDOW_PROPERTIES,
      ...REACTION_PROPERTIES,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `random: { expected_amount: 3_800_000 msat, capacity_multiplier: 2 }
among: { labels: { role: sender } }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const shape = new Arguments(args.place('random'), context);
    const expectedMsat = shape.amountMsat('expected_amount', DEFAULT_EXPECTED_MSAT);
    const multiplier = shape.number('capacity_multiplier', DEFAULT_MULTIPLIER);
    const window = readWindow(args, context);
    const selected = args.has('among') ? args.nodes('among') : context.nodes(ALL, args.place());
    if (args.failed || shape.failed || selected === null) return null;

    const nodes = withCapacities(selected, context);
    const eligible = nodes.filter((node) => isEligible(node.capacityMsat, expectedMsat));
    const at = args.has('among') ? ['among'] : [];
    if (eligible.length < 2) {
      const found = eligible.length === 1 ? 'only one of the nodes has' : 'none of the nodes has';
      args.report(
        'E602',
        at,
        `${found} channels of at least twice the expected amount (${formatAmount(2 * expectedMsat)}); two are needed`,
        'lower expected_amount, enlarge the channels, or select more nodes',
      );
      return null;
    }
    if (eligible.length < nodes.length) {
      const small = nodes.filter((node) => !isEligible(node.capacityMsat, expectedMsat)).map((node) => node.name);
      const more = small.length > NAMED ? ` and ${small.length - NAMED} more` : '';
      args.warn(
        'W602',
        at,
        `${small.slice(0, NAMED).join(', ')}${more} take no part: their channels hold less than ${formatAmount(2 * expectedMsat)}`,
      );
    }
    const startUs = window.startUs ?? window.originUs;
    const length = Math.max(0, window.endUs - startUs);
    const expectedCount = eligible.reduce(
      (sum, node) => sum + length / meanIntervalUs(node.capacityMsat, expectedMsat, multiplier),
      0,
    );
    // Refused by the expected number, with room for chance, before drawing for minutes.
    if (expectedCount <= 2 * context.rowLimit) {
      const payments = drawRandom(
        context.scenario.seed,
        { name: use.name.value, nodes: eligible, expectedMsat, multiplier, startUs, endUs: window.endUs },
        context.rowLimit,
      );
      if (payments.length <= context.rowLimit) {
        return paymentsOf(payments.columns(stableOrder(payments.times())), args, window.ends ? window.endUs : null);
      }
    }
    args.report('E603', ['random'], `this activity makes more than ${groupDigits(context.rowLimit)} payments`);
    return null;
  },
};

/** The nodes with the sum of the capacities of their channels in the whole network. */
function withCapacities(selected: readonly number[], context: PlanContext): RandomNode[] {
  const capacity = new Float64Array(context.network.nodes.length);
  for (const channel of context.network.channels) {
    const msat = channel.capacitySat * MSAT_PER_SAT;
    capacity[channel.node0] = (capacity[channel.node0] as number) + msat;
    capacity[channel.node1] = (capacity[channel.node1] as number) + msat;
  }
  return selected.map((index) => ({
    index,
    name: context.network.nodes[index]?.name ?? '',
    capacityMsat: capacity[index] as number,
  }));
}
