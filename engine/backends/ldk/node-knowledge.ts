/** What a real node can know: its own channels as LDK lists them, all others as its own graph has them. */
import { STATE } from '../../simulate/channel-lifecycle.ts';
import type { ChannelGossip, OwnChannel, PolicyObservation } from '../backend.ts';
import type { Ldk } from './binding.ts';
import type { RealNode } from './real-node.ts';
import type { RealWorld } from './real-world.ts';

export function ownChannels(w: RealWorld, node: RealNode): readonly OwnChannel[] {
  const found: OwnChannel[] = [];
  const graph = node.graph.read_only();
  for (const channel of w.channels.of(node)) {
    if (channel.state !== STATE.open) continue;
    const side = channel.nodes[0] === node ? 0 : 1;
    const details = w.channels.details(channel, side);
    if (details === null) continue;
    const { balances, htlcs } = w.channels.money(channel);
    const config = details.get_config();
    const reserve = details.get_unspendable_punishment_reserve() as unknown as { some?: bigint };
    const minimum = Number(details.get_next_outbound_htlc_minimum_msat());
    found.push({
      channel: channel.name,
      name: w.timeline.channelNames[channel.name]!,
      peer: channel.nodes[1 - side]!.index,
      active: channel.active,
      announced: channel.announced && graph.channel(channel.scid) !== null,
      capacitySat: channel.capacitySat,
      localMsat: balances[side]!,
      remoteMsat: balances[1 - side]!,
      reserveMsat: Number(reserve.some ?? 0n) * 1000,
      htlcs,
      policy: {
        feeBaseMsat: config.get_forwarding_fee_base_msat(),
        feeRatePpm: config.get_forwarding_fee_proportional_millionths(),
        cltvDelta: config.get_cltv_expiry_delta(),
        minHtlcMsat: minimum,
        maxHtlcMsat: w.channels.largestHtlc(channel),
        disabled: false,
        inboundFeeBaseMsat: 0,
        inboundFeeRatePpm: 0,
      },
    });
  }
  graph.free();
  return found.sort((a, b) => a.channel - b.channel);
}

/** Channels of the node that its own graph knows, by peer and then by age. */
export function channelGossip(w: RealWorld, node: RealNode): readonly ChannelGossip[] {
  const graph = node.graph.read_only();
  const found: ChannelGossip[] = [];
  for (const channel of w.channels.of(node)) {
    const info = graph.channel(channel.scid);
    if (info === null) continue;
    const peer = channel.nodes[channel.nodes[0] === node ? 1 : 0];
    // Direction one leaves the node of the lower key (BOLT 7).
    const out = info
      .get_node_one()
      .write()
      .every((byte, i) => byte === node.id[i]);
    const [one, two] = [policyOf(info.get_one_to_two()), policyOf(info.get_two_to_one())];
    found.push({
      channel: channel.name,
      name: w.timeline.channelNames[channel.name]!,
      peer: peer.index,
      capacitySat: channel.capacitySat,
      policy: out ? one : two,
      reverse: out ? two : one,
    });
  }
  graph.free();
  return found.sort((a, b) => a.peer - b.peer);
}

function policyOf(update: Ldk.ChannelUpdateInfo | null): PolicyObservation | null {
  if (update === null) return null;
  const fees = update.get_fees();
  return {
    feeBaseMsat: fees.get_base_msat(),
    feeRatePpm: fees.get_proportional_millionths(),
    cltvDelta: update.get_cltv_expiry_delta(),
    minHtlcMsat: Number(update.get_htlc_minimum_msat()),
    maxHtlcMsat: Number(update.get_htlc_maximum_msat()),
    disabled: !update.get_enabled(),
    inboundFeeBaseMsat: 0,
    inboundFeeRatePpm: 0,
  };
}
