/**
 * Ways that a scenario demands of a payment, as demands on LDK's own search: first hops that it does not get to see, and
 * channels that count as having failed. That is how ldk:routing/router.rs:build_route_from_hops finds a given route, too: by a
 * search in which everything else is shut out, so that what the search demands of channels holds.
 *
 * A circle is found in the same way. ldk:routing/router.rs:get_route refuses to look for a way from a node to itself, though
 * ldk:ln/outbound_payment.rs:pay_route_internal sends along one. So the search is told that somebody unknown pays, over the node's
 * own first channel. That channel gets a number of its own for the search: else it could lead back at once.
 */
import { hexToBytes } from '@noble/hashes/utils.js';
import type { Binding, Ldk } from './binding.ts';
import type { RealChannel, RealChannels } from './real-channels.ts';
import type { Found, RealNode, Search } from './real-node.ts';

/** The public key of the private key 1, which no node has. */
const NOBODY = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
/** A short channel id that no channel has: that of the first transaction of the first block. */
const NO_SCID = 0n;

/** Names of channels. */
export interface Way {
  /** The whole route; null where LDK looks for one. */
  readonly route: readonly number[] | null;
  /** Channels of which a payment leaves by one; null for any. */
  readonly outgoing: readonly number[] | null;
  /** Index of the node from which it comes to the recipient; null for any. */
  readonly lastHop: number | null;
}

export interface SteeringWorld {
  readonly binding: Binding;
  readonly channels: RealChannels;
}

export interface Steered {
  readonly source: RealNode;
  readonly destination: RealNode;
  readonly way: Way;
}

/** Looks for a route that goes the demanded way; finds none where there is none. */
export function steered(
  w: SteeringWorld,
  { source, destination, way: { route, outgoing, lastHop } }: Steered,
  parameters: Ldk.RouteParameters,
  first: Ldk.ChannelDetails[],
  search: Search,
): Found {
  const by = (names: readonly number[]): Ldk.ChannelDetails[] => {
    const channels = names.map((name) => w.channels.byName.get(name));
    return first.filter((details) => channels.includes(w.channels.byId(details.get_channel_id())));
  };
  const { ldk } = w.binding;
  if (route === null) {
    const hops = outgoing === null ? first : by(outgoing);
    if (lastHop === null) return search(parameters, hops);
    const others = otherLastChannels(w, destination, lastHop);
    // LDK 0.1 finds no way at all where a first hop to the recipient counts as having failed.
    const seen = hops.filter((details) => !others.includes(w.channels.byId(details.get_channel_id())!));
    const found = search(shuttingOut(parameters, numbersOf(w, others)), seen);
    return found.is_ok() ? answer(ldk, pathsOf(found), parameters) : found;
  }
  const channels = route.map((name) => w.channels.byName.get(name));
  const isCircle = source === destination;
  const own = by(route.slice(0, 1));
  const found = isCircle
    ? search(narrowed(w, channels.slice(1), parameters), own.map(unnumbered(w)), hexToBytes(NOBODY))
    : search(narrowed(w, channels, parameters), own);
  if (!found.is_ok()) return found;
  const paths = pathsOf(found);
  const path = isCircle ? paths.map(numbered(w, channels[0])) : paths;
  // A shorter way over some of the channels is another one.
  if (path.length !== 1 || !isOver(w, path[0]!, channels)) return search(parameters, []);
  return answer(ldk, path, parameters);
}

function pathsOf(found: Found): Ldk.Path[] {
  return (found as unknown as { res: Ldk.Route }).res.get_paths();
}

/** A route says what was asked for (ldk:ln/outbound_payment.rs:find_initial_route), without the demands of the scenario. */
function answer(ldk: Binding['ldk'], paths: Ldk.Path[], parameters: Ldk.RouteParameters): Found {
  return ldk.Result_RouteLightningErrorZ.constructor_ok(ldk.Route.constructor_new(paths, parameters));
}

/** The channels by which others than the last hop come to the recipient. */
function otherLastChannels(w: SteeringWorld, recipient: RealNode, lastHop: number): readonly RealChannel[] {
  return w.channels.of(recipient).filter(({ nodes }) => nodes.every((node) => node.index !== lastHop));
}

/** Short channel ids of channels, and what else they are known by. */
function numbersOf(w: SteeringWorld, channels: readonly (RealChannel | undefined)[]): bigint[] {
  return [...w.channels.byScid].filter(([, channel]) => channels.includes(channel)).map(([scid]) => scid);
}

/** The parameters of a search to which more channels count as having failed. */
function shuttingOut(parameters: Ldk.RouteParameters, scids: readonly bigint[]): Ldk.RouteParameters {
  const asked = parameters.clone();
  const payee = asked.get_payment_params();
  payee.set_previously_failed_channels([...payee.get_previously_failed_channels(), ...scids]);
  asked.set_payment_params(payee);
  return asked;
}

/** The parameters of a search that sees only these channels of others. */
function narrowed(
  w: SteeringWorld,
  channels: readonly (RealChannel | undefined)[],
  parameters: Ldk.RouteParameters,
): Ldk.RouteParameters {
  const others = [...w.channels.byScid].filter(([, channel]) => !channels.includes(channel)).map(([scid]) => scid);
  const asked = shuttingOut(parameters, others);
  const payee = asked.get_payment_params();
  payee.set_max_path_count(1);
  asked.set_payment_params(payee);
  return asked;
}

function unnumbered({ binding: { ldk } }: SteeringWorld): (details: Ldk.ChannelDetails) => Ldk.ChannelDetails {
  return (details) => {
    const copy = details.clone();
    copy.set_short_channel_id(ldk.Option_u64Z.constructor_some(NO_SCID));
    return copy;
  };
}

/** The path with the first channel's own number. */
function numbered({ binding: { ldk } }: SteeringWorld, first: RealChannel | undefined): (path: Ldk.Path) => Ldk.Path {
  return (path) => {
    const hops = path.get_hops();
    if (first !== undefined) hops[0]?.set_short_channel_id(first.scid);
    return ldk.Path.constructor_new(hops, path.get_blinded_tail());
  };
}

function isOver(w: SteeringWorld, path: Ldk.Path, channels: readonly (RealChannel | undefined)[]): boolean {
  const taken = path.get_hops().map((hop) => w.channels.byScid.get(hop.get_short_channel_id()));
  return taken.length === channels.length && taken.every((channel, i) => channel === channels[i]);
}
