import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EdgeLists, NONE } from './edge-lists.ts';

const NODES = 4;

it('hold the edges that were added and not taken out, the newest first', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(NODES - 1), fc.nat(30)), { maxLength: 60 }), (steps) => {
      const lists = new EdgeLists();
      const plain: number[][] = Array.from({ length: NODES }, () => []);
      let room = 0;
      for (const [node, edge] of steps) {
        // More edges come to be while there are some in the lists.
        if (edge >= room) {
          room = edge + 1;
          lists.room(NODES, room);
        }
        const at = plain.findIndex((list) => list.includes(edge));
        if (at < 0) {
          plain[node]?.unshift(edge);
          lists.add(node, edge);
        } else {
          const list = plain[at] as number[];
          list.splice(list.indexOf(edge), 1);
          lists.remove(at, edge);
        }
      }
      for (let node = 0; room > 0 && node < NODES; node++) {
        const read: number[] = [];
        for (let e = lists.head[node] as number; e !== NONE; e = lists.next[e] as number) read.push(e);
        expect(read).toEqual(plain[node]);
      }
    }),
  );
});
