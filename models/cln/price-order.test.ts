import { expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { allDearer, PriceOrder } from './price-order.ts';

const NODES = 40;
const EDGES = 30;

it('has every edge of a node once, the cheap ones before the dear ones, and says where to stop', () => {
  const random = RandomStream.named(1, 'test', 'price-order', 'prices');
  const order = new PriceOrder();
  for (let round = 0; round < 20; round++) {
    order.clear(NODES, NODES * EDGES);
    // Nothing, few msat, many, more than 32 bits, and no room at all.
    const prices = Array.from({ length: NODES * EDGES }, () =>
      [0, 1, random.integer(2, 100), random.integer(0, 0xffff_ffff), 2 ** random.integer(30, 40), -1].at(
        random.integer(0, 5),
      ),
    ) as number[];
    for (let node = 0; node < NODES; node++) {
      const [begin, end] = [node * EDGES, (node + 1) * EDGES];
      const price = (edge: number): number => prices[edge]!;
      expect(order.has(node, begin, end, price)).toBe(false);
      expect(order.has(node, begin, end, price)).toBe(true);
      const edges = [...order.order.subarray(begin, end)];
      expect([...edges].sort((a, b) => a - b)).toEqual(Array.from({ length: EDGES }, (_, i) => begin + i));
      for (const most of [-1, 0, 1, 50, 3_000_000_000, 2 ** 35, Infinity]) {
        const stop = edges.findIndex((edge) => (price(edge) < 0 || price(edge) > most) && allDearer(price(edge), most));
        const rest = stop < 0 ? [] : edges.slice(stop);
        expect(rest.every((edge) => price(edge) < 0 || price(edge) > most)).toBe(true);
        // At most one power of two is read in vain.
        const inVain = edges.slice(0, stop < 0 ? EDGES : stop).filter((edge) => price(edge) > most);
        if (most < 2 ** 30) for (const edge of inVain) expect(price(edge)).toBeLessThanOrEqual(2 * most + 1);
      }
      // Edges that cost the same stand in their order.
      edges.forEach((edge, i) => {
        const before = edges.slice(0, i).filter((other) => price(other) === price(edge));
        for (const other of before) expect(other).toBeLessThan(edge);
      });
    }
  }
});
