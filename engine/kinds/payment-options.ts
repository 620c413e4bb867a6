/**
 * Options of payments that only the network can check: channels and nodes by name, what the implementation of the payer
 * has at all, and what does not go together. Chooses nothing.
 */
import { SENDER_OPTIONS, type SenderOption } from '../simulate/node-model.ts';
import type { PaymentOptions } from '../spec/scenario.ts';
import type { Arguments } from './arguments.ts';
import type { PlanContext } from './kind.ts';

/** Options that say how a recipient deals with a payment that it knows: a probe has none. */
const RECEIVING_OPTIONS = ['method', 'max_parts', 'hold', 'settle', 'invoice_expiry'];

/** Options of the payer's side, by name; empty after a report. `sources` are the nodes that may pay. */
export function readSenderOptions(
  args: Arguments,
  context: PlanContext,
  sources: readonly number[],
): Partial<PaymentOptions> {
  for (const key of SENDER_OPTIONS) if (args.has(key)) reportUnsupported(key, args, context, sources);
  if (args.flag('probe', false)) {
    for (const key of RECEIVING_OPTIONS) {
      if (args.has(key)) args.report('E607', [key], `\`${key}\` has no meaning for a probe, which nobody receives`);
    }
  } else if (args.has('invoice_expiry') && args.text('method') !== 'invoice') {
    args.report('E607', ['invoice_expiry'], 'keysend has no invoice', 'add `method: invoice`');
  }
  const outgoingChannels = args.has('outgoing_channel') ? readOutgoing(args, context, sources) : undefined;
  const lastHop = args.has('last_hop') ? args.node('last_hop') : undefined;
  return {
    ...(outgoingChannels === undefined ? {} : { outgoingChannels }),
    ...(lastHop === undefined ? {} : { lastHop }),
  };
}

function reportUnsupported(key: SenderOption, args: Arguments, context: PlanContext, sources: readonly number[]): void {
  const { nodes } = context.network;
  const without = sources.filter((source) => {
    const node = nodes[source];
    return node !== undefined && context.senderOptions(node.model).includes(key) === false;
  });
  const first = nodes[without[0] ?? -1];
  if (first === undefined) return;
  const more = without.length > 1 ? ` and ${without.length - 1} more` : '';
  args.report(
    'E611',
    [key],
    `${first.name}${more} cannot pay with \`${key}\`: ${first.model} has no such option`,
    `remove \`${key}\`, or let other nodes pay`,
  );
}

/** The channels as indexes of names; undefined after a report. */
function readOutgoing(
  args: Arguments,
  context: PlanContext,
  sources: readonly number[],
): readonly number[] | undefined {
  const { nodes, channels } = context.network;
  const [source] = sources;
  if (sources.length !== 1 || source === undefined) {
    const what = `the source selects ${sources.length} nodes, and \`outgoing_channel\` names channels of one`;
    args.report('E607', ['outgoing_channel'], what, 'name one node as the source, or leave `outgoing_channel` out');
    return undefined;
  }
  const named = args.channels('outgoing_channel');
  for (const { path, channel: name } of named) {
    const channel = channels[name ?? -1];
    if (channel === undefined || channel.node0 === source || channel.node1 === source) continue;
    args.report('E607', path, `${channel.name} is not a channel of ${nodes[source]?.name ?? ''}`);
  }
  return named.flatMap(({ channel }) => (channel === null ? [] : [channel]));
}
