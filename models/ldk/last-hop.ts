/**
 * A demanded last hop. LDK has no such option; its application has PaymentParameters::previously_failed_channels, which the
 * search leaves out (ldk:routing/router.rs:get_route), and puts the channels there by which others come to the recipient.
 */
import type { ModelHost, PaymentRequest } from '../../engine/simulate/node-model.ts';

/** Channels to the recipient, the payer's own among them, that do not come from the demanded node. */
export function otherLastChannels(host: ModelHost, { source, destination, lastHop }: PaymentRequest): Set<number> {
  const { graph } = host;
  const channels = new Set<number>();
  const { start, from, edgeStart, edge } = graph.pairsInto();
  for (let pair = start[destination] as number; pair < (start[destination + 1] as number); pair++) {
    if (from[pair] === lastHop) continue;
    for (let i = edgeStart[pair] as number; i < (edgeStart[pair + 1] as number); i++)
      channels.add((edge[i] as number) >> 1);
  }
  if (source === lastHop) return channels;
  const own = host.localEdges(source);
  for (let i = 0; i < host.localEdgeCount(source); i++) {
    if (graph.to(own[i] as number) === destination) channels.add((own[i] as number) >> 1);
  }
  return channels;
}
