/** What a node of the simulator can know: its own channels as they are, all others as gossip tells them. */
import { blankPolicy } from '../../simulate/channel-terms.ts';
import { INVOICE, INVOICE_NAMES } from '../../simulate/invoices.ts';
import type { World } from '../../simulate/world.ts';
import type { ChannelGossip, InvoiceObservation, OwnChannel, PolicyObservation } from '../backend.ts';

export function ownChannels(w: World, node: number): readonly OwnChannel[] {
  const ch = w.channels;
  return w.localEdges[node]!.map((edge): OwnChannel => {
    const channel = edge >> 1;
    const policy = blankPolicy();
    ch.getPolicy(edge, policy);
    return {
      channel: ch.name[channel]!,
      name: w.timeline.channelNames[ch.name[channel]!]!,
      peer: w.to(edge),
      active: ch.usable(channel),
      announced: w.graph.isKnown(edge),
      capacitySat: ch.capacityMsat[channel]! / 1000,
      localMsat: ch.balanceMsat[edge]!,
      remoteMsat: ch.balanceMsat[edge ^ 1]!,
      reserveMsat: ch.reserveMsat[edge]!,
      htlcs: ch.offeredCount[edge]! + ch.offeredCount[edge ^ 1]!,
      policy,
    };
  }).sort((a, b) => a.channel - b.channel);
}

/** Channels into the node that are known, by peer and then by age. */
export function channelGossip(w: World, node: number): readonly ChannelGossip[] {
  const { start, edgeStart, edge } = w.graph.pairsInto();
  const known = (one: number): PolicyObservation | null => {
    if (!w.graph.isKnown(one)) return null;
    const policy = blankPolicy();
    w.graph.getPolicy(one, policy);
    return policy;
  };
  const found: ChannelGossip[] = [];
  for (let i = edgeStart[start[node]!]!; i < edgeStart[start[node + 1]!]!; i++) {
    const into = edge[i]!;
    const channel = w.channels.name[into >> 1]!;
    found.push({
      channel,
      name: w.timeline.channelNames[channel]!,
      peer: w.from(into),
      capacitySat: w.channels.capacityMsat[into >> 1]! / 1000,
      policy: known(into ^ 1),
      reverse: known(into),
    });
  }
  return found;
}

/** What the recipient of an invoice with a name would say of it. */
export function observedInvoice(w: World, invoice: number): InvoiceObservation {
  const { plans, state, payer } = w.invoices;
  const { name, node } = plans[invoice]!;
  const { nodes } = w.timeline.network;
  const of = state[invoice]!;
  const isExpired = of === INVOICE.open && w.nowUs > w.invoices.expiresUs(invoice, w.modelOf(node).invoiceExpiryUs);
  return {
    name,
    state: isExpired ? 'expired' : INVOICE_NAMES[of]!,
    node: nodes[node]!.name,
    payer: nodes[payer[invoice]!]?.name ?? '',
  };
}
