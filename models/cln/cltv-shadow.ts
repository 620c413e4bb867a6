/**
 * Blocks added to all expiries of a route, as if it went on beyond the recipient.
 *
 * cln:plugins/xpay/xpay.c:add_cltv_shadow.
 */
import type { GraphView } from '../../engine/simulate/node-model.ts';
import type { OutEdges } from './out-edges.ts';

/** Coins thrown at most. */
const MOST_HOPS = 3;

/**
 * A walk over random channels that goes on with every second coin.
 * @param room blocks that may be added
 * @param draw uniform numbers in [0, 1): a coin, then a channel, for each hop
 */
export function cltvShadow(
  graph: GraphView,
  out: OutEdges,
  recipient: number,
  room: number,
  draw: () => number,
): number {
  let blocks = 0;
  let node = recipient;
  for (let i = 0; i < MOST_HOPS; i++) {
    if (draw() < 0.5) break;
    const first = out.start[node] as number;
    const channels = (out.start[node + 1] as number) - first;
    if (channels === 0) break;
    const edge = out.edge[first + Math.floor(draw() * channels)] as number;
    const delta = graph.cltvDelta[edge] as number;
    if (blocks + delta > room) break;
    blocks += delta;
    node = graph.to(edge);
  }
  return blocks;
}
