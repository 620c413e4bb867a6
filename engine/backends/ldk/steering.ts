/**
 * Ways that a scenario demands of a payment, as demands on LDK's own search: first hops that it does not get to see, and
 * channels that count as having failed. That is how ldk:routing/router.rs:build_route_from_hops finds a given route, too: by a
 * search in which everything else is shut out, so that what the search demands of channels holds.
 */
import type { Binding, Ldk } from './binding.ts';
import type { RealChannel, RealChannels } from './real-channels.ts';
import type { Found, Search } from './real-node.ts';

/** Names of channels. */
export interface Way {
  /** The whole route; null where LDK looks for one. */
  readonly route: readonly number[] | null;
  /** Channels of which a payment leaves by one; null for any. */
  readonly outgoing: readonly number[] | null;
}

export interface SteeringWorld {
  readonly binding: Binding;
  readonly channels: RealChannels;
}

/** Looks for a route that goes the demanded way; finds none where there is none. */
export function steered(
  w: SteeringWorld,
  { route, outgoing }: Way,
  parameters: Ldk.RouteParameters,
  first: Ldk.ChannelDetails[],
  search: Search,
): Found {
  const by = (names: readonly number[]): Ldk.ChannelDetails[] => {
    const channels = names.map((name) => w.channels.byName.get(name));
    return first.filter((details) => channels.includes(w.channels.byId(details.get_channel_id())));
  };
  if (route === null) return search(parameters, outgoing === null ? first : by(outgoing));
  const channels = route.map((name) => w.channels.byName.get(name));
  const { ldk } = w.binding;
  const narrowed = parameters.clone();
  const payee = narrowed.get_payment_params();
  const others = [...w.channels.byScid].filter(([, channel]) => !channels.includes(channel)).map(([scid]) => scid);
  payee.set_previously_failed_channels(others);
  payee.set_max_path_count(1);
  narrowed.set_payment_params(payee);
  const found = search(narrowed, by(route.slice(0, 1)));
  if (!found.is_ok()) return found;
  const paths = (found as unknown as { res: Ldk.Route }).res.get_paths();
  // A shorter way over some of the channels is another one.
  if (paths.length !== 1 || !isOver(w, paths[0]!, channels)) return search(parameters, []);
  return ldk.Result_RouteLightningErrorZ.constructor_ok(ldk.Route.constructor_new(paths, parameters));
}

function isOver(w: SteeringWorld, path: Ldk.Path, channels: readonly (RealChannel | undefined)[]): boolean {
  const taken = path.get_hops().map((hop) => w.channels.byScid.get(hop.get_short_channel_id()));
  return taken.length === channels.length && taken.every((channel, i) => channel === channels[i]);
}
