/**
 * The argument `route`: channels that a payment must take, in order. Says whether they are a path from the payer to the
 * recipient, as far as the network at the start tells; a channel that an event opens later is looked at when the payment
 * is made. Chooses nothing: fees, time locks and whether the route can be used are the model's business.
 */
import type { Arguments } from './arguments.ts';
import type { JsonSchema, PlanContext } from './kind.ts';

/** Channels that a route may have: an onion holds that many hops, however large their payloads are here. */
const MOST_HOPS = 20;

export const ROUTE_PROPERTY: JsonSchema = {
  route: {
    title: 'Route',
    description:
      'Channels that the payment takes, from the payer to the recipient. It is tried once, as with lnd’s BuildRoute and SendToRouteV2; `timeout`, `max_parts`, `max_cltv`, `outgoing_channel` and `last_hop` have no place beside it. Default: the sender’s model looks for a route.',
    type: 'array',
    minItems: 1,
    maxItems: MOST_HOPS,
    uniqueItems: true,
    items: { $ref: '#/$defs/channelName' },
    examples: [['alice-bob', 'bob-carol']],
  },
};

/** Options of payments that only mean something while the sender looks for routes itself. */
const SEARCH_OPTIONS = ['timeout', 'max_parts', 'max_cltv', 'outgoing_channel', 'last_hop'];

/** The ends of a payment, of which a selector may select several. */
export interface RouteEnds {
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
}

/** Indexes of the names of the route's channels; undefined where there is no route, or after a report. */
export function readRoute(args: Arguments, context: PlanContext, ends: RouteEnds): readonly number[] | undefined {
  if (!args.has('route')) return undefined;
  for (const key of SEARCH_OPTIONS) {
    if (args.has(key)) args.report('E607', [key], `\`${key}\` has no meaning with \`route\`, which is tried once`);
  }
  const [source] = ends.sources;
  const [destination] = ends.destinations;
  if (!isSingle(args, 'source', ends.sources) || !isSingle(args, 'destination', ends.destinations)) return undefined;
  if (source === undefined || destination === undefined) return undefined;
  const written = args.place('route').value;
  const names = (Array.isArray(written) ? written : []).map((_, i) => args.channelAt('route', i));
  if (names.some((name) => name === null)) return undefined;
  const route = names as readonly number[];
  return isPath(route, source, destination, args, context) ? route : undefined;
}

function isSingle(args: Arguments, key: string, nodes: readonly number[]): boolean {
  if (nodes.length === 1) return true;
  const what = `\`${key}\` selects ${nodes.length} nodes, and a route leads from one node to one other`;
  args.report('E607', ['route'], what, `name one node as the ${key}, or leave \`route\` out`);
  return false;
}

/** Walks the route. Where a channel does not exist yet its ends are unknown, and so is where the next one begins. */
function isPath(
  route: readonly number[],
  source: number,
  destination: number,
  args: Arguments,
  context: PlanContext,
): boolean {
  const { nodes, channels } = context.network;
  const name = (node: number | undefined): string => nodes[node ?? -1]?.name ?? '';
  /** Nodes where the next channel may begin; null for any. */
  let here: readonly number[] | null = [source];
  for (const [i, index] of route.entries()) {
    const channel = channels[index];
    if (channel === undefined) {
      here = null;
      continue;
    }
    const ends = [channel.node0, channel.node1];
    const from: readonly number[] = here === null ? ends : ends.filter((end) => here?.includes(end));
    if (from.length === 0) {
      const joins = `${channel.name} joins ${name(channel.node0)} and ${name(channel.node1)}`;
      const at = here?.map(name).join(' or ') ?? '';
      const what = i === 0 ? `the route starts at ${at}` : `the route has come to ${at}`;
      args.report('E608', ['route', i], `${what}, and ${joins}`, hintFrom(here ?? [], context));
      return false;
    }
    here = from.map((end) => (end === channel.node0 ? channel.node1 : channel.node0));
  }
  if (here === null || here.includes(destination)) return true;
  const what = `the route ends at ${here.map(name).join(' or ')}, and ${name(destination)} is paid`;
  args.report('E608', ['route', route.length - 1], what, hintFrom(here, context));
  return false;
}

/** Some channels that lead on. */
function hintFrom(here: readonly number[], context: PlanContext): string | undefined {
  const { nodes, channels } = context.network;
  const own = channels.filter(({ node0, node1 }) => here.includes(node0) || here.includes(node1));
  if (own.length === 0) return undefined;
  const at = here.map((node) => nodes[node]?.name ?? '').join(' or ');
  const shown = own.slice(0, 5).map(({ name }) => name);
  return `channels of ${at}: ${shown.join(', ')}${own.length > shown.length ? ', …' : ''}`;
}
