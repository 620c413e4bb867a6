/**
 * The blocks that LDK adds to the last hop so that nobody on the path can tell from the time locks who the payee is: those
 * of a random walk that goes on from the payee.
 *
 * ldk:routing/router.rs:add_random_cltv_offset. Random numbers are keyed draws of the payment. LDK seeds each path's stream
 * by the payee, so all paths of a route walk by the same numbers; so they do here.
 */
import { keyedU32 } from '../../engine/base/random.ts';
import type { GraphView } from '../../engine/simulate/node-model.ts';
import { MEDIAN_HOP_CLTV_DELTA } from './route-finding.ts';

/** ldk:routing/router.rs:MAX_SHADOW_CLTV_EXPIRY_DELTA_OFFSET, blocks. */
const MOST_OFFSET = 432;
/** Draws of one walk: its length and a channel for each step. */
const DRAWS = 4;

/**
 * @param nodes of the path, the payer first
 * @param roomBlocks what the limit on time locks leaves beyond the path's own
 * @param search number of the route within its payment
 */
export function cltvOffset(
  graph: GraphView,
  nodes: readonly number[],
  roomBlocks: number,
  key0: number,
  key1: number,
  search: number,
): number {
  const draw = (n: number): number => keyedU32(key0, key1, search * DRAWS + n);
  const pairs = graph.pairsInto();
  let at = nodes[nodes.length - 1] as number;
  // The last three nodes of the path, as far as it has so many without the payer.
  const avoid = [0, 1, 2].map((back) => nodes[Math.max(1, nodes.length - 1 - back)] as number);
  const steps = (draw(0) % 3) + 1;
  let offset = 0;
  for (let step = 0; step < steps; step++) {
    let delta = MEDIAN_HOP_CLTV_DELTA;
    const first = pairs.edgeStart[pairs.start[at] as number] as number;
    const count = (pairs.edgeStart[pairs.start[at + 1] as number] as number) - first;
    if (count > 0) {
      const onward = (pairs.edge[first + (draw(1 + step) % count)] as number) ^ 1;
      const next = graph.to(onward);
      if (graph.known[onward] === 1 && !avoid.includes(next)) {
        avoid[step] = next;
        delta = graph.cltvDelta[onward] as number;
        at = next;
      }
    }
    offset += delta;
  }
  const rest = roomBlocks % MEDIAN_HOP_CLTV_DELTA;
  return Math.min(offset, MOST_OFFSET, Math.max(roomBlocks - rest, rest));
}
