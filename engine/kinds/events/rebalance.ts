/**
 * Event `rebalance`: a node pays itself in a circle, out over one channel and in over another. It shows in the results as
 * a payment of an activity that is named after the event.
 */

import { parsePaymentOptions } from '../../spec/values.ts';
import type { RebalanceRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind, PlanContext } from '../kind.ts';
import { CIRCLE_PROPERTY, readCircle } from '../route.ts';

export const rebalance: EventKind = {
  name: 'rebalance',
  summary: 'Moves balance from one channel of a node to another by a circular payment',
  phase: PHASE.payment,
  schema: {
    title: 'Rebalance',
    description:
      'The payment leaves by the channel `out` and comes back by the channel `in`. The payments of the n-th entry of `events` are those of the activity `event-n` in results and expectations.',
    type: 'object',
    additionalProperties: false,
    required: ['node', 'amount'],
    properties: {
      node: { $ref: '#/$defs/nodeName', description: 'The node, an end of both channels.' },
      out: { $ref: '#/$defs/channelName', description: 'The channel that gives. Required without `route`.' },
      in: { $ref: '#/$defs/channelName', description: 'The channel that receives. Required without `route`.' },
      ...CIRCLE_PROPERTY,
      amount: { $ref: '#/$defs/positiveAmount', description: 'What comes back.' },
      max_fee: {
        $ref: '#/$defs/amount',
        description: 'Most that the circle may cost. Default: the node’s model decides; with `route`, no limit.',
        examples: ['10 sat'],
      },
    },
  },
  example: `at: 10s
rebalance: { node: alice, out: alice-bob, in: users-0, amount: 1_000 sat, max_fee: 10 sat }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const node = args.node('node');
    if (args.has('route')) {
      if (args.failed) return null;
      const route = readCircle(args, context, node);
      if (route === undefined) return null;
      const ends = { outChannel: route[0] ?? -1, inChannel: route[route.length - 1] ?? -1 };
      return { node, ...ends, ...amounts(args), route };
    }
    for (const key of ['out', 'in']) {
      if (!args.has(key)) args.report('E202', [], `the key \`${key}\` is missing`, `add \`${key}\`, or \`route\``);
    }
    if (args.failed) return null;
    const outChannel = args.channel('out');
    const inChannel = args.channel('in');
    if (args.failed) return null;
    if (outChannel === inChannel) args.report('E607', ['in'], '`out` and `in` are the same channel');
    for (const [key, channel] of [
      ['out', outChannel],
      ['in', inChannel],
    ] as const) {
      if (isForeign(channel, node, context)) {
        args.report('E607', [key], `${args.text(key)} is not a channel of ${args.text('node')}`);
      }
    }
    if (args.failed) return null;
    const { name, model } = context.network.nodes[node] ?? { name: '', model: '' };
    if (!context.findsCircles(model)) {
      const what = `${name} runs ${model}, which finds no way from a node to itself: the payment ends as RouteNotFound`;
      args.warn(
        'W607',
        ['node'],
        what,
        `add \`route\`, the channels from ${args.text('out')} around to ${args.text('in')}`,
      );
    }
    return { node, outChannel, inChannel, ...amounts(args) };
  },

  payment(args) {
    const node = args.node as number;
    const options = { ...parsePaymentOptions({}), feeLimitMsat: args.maxFeeMsat as number };
    return { source: node, destination: node, amountMsat: args.amountMsat as number, options };
  },

  needs(args) {
    return [args.node as number];
  },

  apply(args, backend) {
    return backend.rebalance(args as unknown as RebalanceRequest);
  },
};

function amounts(args: Arguments): { readonly amountMsat: number; readonly maxFeeMsat: number } {
  return { amountMsat: args.amountMsat('amount', 0), maxFeeMsat: args.amountMsat('max_fee', -1) };
}

/** Whether a channel that exists at the start belongs to others. */
function isForeign(channel: number, node: number, context: PlanContext): boolean {
  const plan = context.network.channels[channel];
  return plan !== undefined && plan.node0 !== node && plan.node1 !== node;
}
