/** How much of a channel is on the node's side. */
import type { OwnChannel } from '../../backends/backend.ts';

/** Share of a channel's balance that is local; 0.5 while everything is in flight (charge-lnd: get_ratio). */
export function localRatio({ localMsat, remoteMsat }: OwnChannel): number {
  const total = localMsat + remoteMsat;
  return total === 0 ? 0.5 : localMsat / total;
}
