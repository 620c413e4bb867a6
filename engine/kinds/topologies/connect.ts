/** Joins what a random graph left in pieces: one channel from every smaller piece to the largest one. */
import type { RandomStream } from '../../base/random.ts';
import type { ChannelList } from './topology.ts';

/** Adds the channels that make the graph connected; nodes at both ends are drawn. */
export function connectPieces(nodes: number, channels: ChannelList, stream: RandomStream): void {
  const parent = Int32Array.from({ length: nodes }, (_, i) => i);
  const rootOf = (node: number): number => {
    let at = node;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  for (let i = 0; i < channels.length; i++) {
    const a = rootOf(channels.from[i] as number);
    const b = rootOf(channels.to[i] as number);
    if (a < b) parent[b] = a;
    else if (b < a) parent[a] = b;
  }
  const pieces = new Map<number, number[]>();
  for (let node = 0; node < nodes; node++) {
    const root = rootOf(node);
    const piece = pieces.get(root);
    if (piece === undefined) pieces.set(root, [node]);
    else piece.push(node);
  }
  if (pieces.size < 2) return;
  let largest: readonly number[] = [];
  for (const piece of pieces.values()) if (piece.length > largest.length) largest = piece;
  for (const piece of pieces.values()) {
    if (piece === largest) continue;
    const own = piece[stream.integer(0, piece.length - 1)] as number;
    channels.push(own, largest[stream.integer(0, largest.length - 1)] as number);
  }
}
