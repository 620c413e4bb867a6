/** What there was at the end of a run: every node and channel by its name, and the chain. */
import type { Backend, ChainObservation, ChannelObservation, NodeObservation } from '../backends/backend.ts';
import type { Timeline } from '../timeline/timeline.ts';

export interface Observed {
  readonly nodes: ReadonlyMap<string, NodeObservation>;
  readonly channels: ReadonlyMap<string, ChannelObservation>;
  readonly chain: ChainObservation;
}

/** Asks a backend that is still there for everything. */
export async function observeAll(timeline: Timeline, backend: Backend): Promise<Observed> {
  const nodes = new Map<string, NodeObservation>();
  for (const [index, { name }] of timeline.network.nodes.entries()) nodes.set(name, await backend.node(index));
  const channels = new Map<string, ChannelObservation>();
  for (const [index, name] of timeline.channelNames.entries()) channels.set(name, await backend.channel(index));
  return { nodes, channels, chain: await backend.chain() };
}
