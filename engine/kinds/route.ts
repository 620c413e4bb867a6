/**
 * The argument `route`: channels that a payment must take, in order. Says whether they are a path from the payer to the
 * recipient, or of a rebalance a circle, as far as the network at the start tells; a channel that an event opens later is looked at when the payment
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

export const CIRCLE_PROPERTY: JsonSchema = {
  route: {
    title: 'Route',
    description:
      'Channels that the payment takes, from `out` around to `in`, which may then be left out. It is tried once, as with lnd’s SendToRouteV2, Core Lightning’s sendpay, Eclair’s sendtoroute and LDK’s send_payment_with_route. LDK and Eclair find no way from a node to itself and need it. Default: the node’s model looks for a way.',
    type: 'array',
    minItems: 2,
    maxItems: MOST_HOPS,
    uniqueItems: true,
    items: { $ref: '#/$defs/channelName' },
    examples: [['alice-bob', 'bob-carol', 'carol-alice']],
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
  const route = readNames(args);
  if (route === undefined) return undefined;
  const problem = walk(route, source, destination, context);
  if (problem === null) return route;
  args.report('E608', ['route', problem.at], problem.what, problem.hint);
  return undefined;
}

/**
 * Indexes of the names of the channels that lead a node's money around to itself; undefined where there is no route, or
 * after a report. Where `out` and `in` are written, too, they must be its ends.
 */
export function readCircle(args: Arguments, context: PlanContext, node: number): readonly number[] | undefined {
  if (!args.has('route')) return undefined;
  const route = readNames(args);
  if (route === undefined) return undefined;
  const problem = walk(route, node, node, context) ?? passesThrough(route, node, context);
  if (problem !== null) {
    args.report('E615', ['route', problem.at], problem.what, problem.hint);
    return undefined;
  }
  const last = route.length - 1;
  for (const [key, at, is] of [
    ['out', 0, 'begins'],
    ['in', last, 'ends'],
  ] as const) {
    if (!args.has(key) || args.channel(key) === route[at]) continue;
    const name = String(args.place('route', at).value);
    const what = `the route ${is} with ${name}, and \`${key}\` is ${args.text(key)}`;
    args.report('E615', [key], what, `remove \`${key}\`, or write ${name}`);
  }
  return args.failed ? undefined : route;
}

/** The channels that are named; undefined after a report. */
function readNames(args: Arguments): readonly number[] | undefined {
  const written = args.place('route').value;
  const names = (Array.isArray(written) ? written : []).map((_, i) => args.channelAt('route', i));
  return names.some((name) => name === null) ? undefined : (names as readonly number[]);
}

/** Why channels are no path: which of them, and what to say of it. */
interface Problem {
  readonly at: number;
  readonly what: string;
  readonly hint: string | undefined;
}

function isSingle(args: Arguments, key: string, nodes: readonly number[]): boolean {
  if (nodes.length === 1) return true;
  const what = `\`${key}\` selects ${nodes.length} nodes, and a route leads from one node to one other`;
  args.report('E607', ['route'], what, `name one node as the ${key}, or leave \`route\` out`);
  return false;
}

/** Walks the route. Where a channel does not exist yet its ends are unknown, and so is where the next one begins. */
function walk(route: readonly number[], source: number, destination: number, context: PlanContext): Problem | null {
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
      return { at: i, what: `${what}, and ${joins}`, hint: hintFrom(here ?? [], context) };
    }
    here = from.map((end) => (end === channel.node0 ? channel.node1 : channel.node0));
  }
  if (here === null || here.includes(destination)) return null;
  const ends = `the route ends at ${here.map(name).join(' or ')}`;
  const what =
    source === destination
      ? `${ends} and does not come back to ${name(source)}`
      : `${ends}, and ${name(destination)} is paid`;
  return { at: route.length - 1, what, hint: hintFrom(here, context) };
}

/**
 * Says so where a circle comes through its node before its end, which LDK sends nobody on
 * (ldk:ln/outbound_payment.rs:pay_route_internal): it is two circles.
 */
function passesThrough(route: readonly number[], node: number, context: PlanContext): Problem | null {
  const at = route.findIndex((index, i) => {
    const channel = context.network.channels[index];
    const isInside = i > 0 && i < route.length - 1;
    return isInside && channel !== undefined && (channel.node0 === node || channel.node1 === node);
  });
  if (at < 0) return null;
  const { channels, nodes } = context.network;
  const what = `${channels[route[at] ?? -1]?.name} leads through ${nodes[node]?.name} in the middle of the route`;
  return { at, what, hint: 'make it two rebalances' };
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
