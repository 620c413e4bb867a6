import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChannelEvent, EVENT, STATE } from './channel-lifecycle.ts';
import { TestRun } from './testing/network.ts';
import { World } from './world.ts';

const NODES = 4;

/** A channel between two of the nodes that goes as far as these events bring it, or what happens to one of those there are. */
const step = fc.oneof(
  fc.record({ from: fc.nat(NODES - 1), to: fc.nat(NODES - 1) }).filter(({ from, to }) => from !== to),
  fc.record({
    channel: fc.nat(),
    event: fc.constantFrom<ChannelEvent>(EVENT.depth, EVENT.ready, EVENT.shutdown, EVENT.close_broadcast, EVENT.force),
  }),
);

describe('the only open channel between two nodes', () => {
  it('is known as such while channels come and go, whenever it is asked for', () => {
    const names = Array.from({ length: 200 }, (_, i) => `x${i}`);
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 100 }), (steps) => {
        const run = new TestRun({ nodes: Array.from({ length: NODES }, () => ({})), channels: [], later: names });
        const world = new World(run.simulation.world.timeline, run);
        const { channels } = world;
        for (const what of steps) {
          if ('event' in what) {
            if (channels.count === 0) continue;
            world.advance(what.channel % channels.count, what.event);
          } else {
            const channel = world.addChannel(channels.count, what.from, what.to, 1_000_000);
            for (const event of [EVENT.broadcast, EVENT.depth, EVENT.ready]) world.advance(channel, event);
          }
          const edges = Array.from({ length: 2 * channels.count }, (_, edge) => edge);
          const open = edges.filter((edge) => channels.state[edge >> 1] === STATE.open);
          const pairOf = (edge: number): number => NODES * world.from(edge) + world.to(edge);
          const sole = open.filter((edge) => open.filter((other) => pairOf(other) === pairOf(edge)).length === 1);
          expect(edges.filter((edge) => world.isSole(edge))).toEqual(sole);
        }
      }),
    );
  });
});
