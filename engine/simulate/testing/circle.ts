/** Ways from a node of a test network around to itself. */

interface Ends {
  readonly node0: number;
  readonly node1: number;
}

/**
 * Indexes of channels that lead from `node` to itself: of its own channels out over number `out` and in over number `into`,
 * between them the fewest. Where these do not meet, just the two; where the node has no channel, none.
 */
export function circle(channels: readonly Ends[], node: number, out: number, into: number): readonly number[] {
  const other = (channel: number, end: number): number => {
    const { node0, node1 } = channels[channel]!;
    return node0 === end ? node1 : node1 === end ? node0 : -1;
  };
  const own = channels.flatMap((_, c) => (other(c, node) < 0 ? [] : [c]));
  if (own.length === 0) return [];
  const [first, last] = [own[out % own.length]!, own[into % own.length]!];
  const ways = new Map<number, readonly number[]>([[other(first, node), []]]);
  for (const [at, way] of ways) {
    if (at === other(last, node)) return [first, ...way, last];
    channels.forEach((_, c) => {
      const next = other(c, at);
      if (next >= 0 && next !== node && !ways.has(next)) ways.set(next, [...way, c]);
    });
  }
  return [first, last];
}
