/** Networks as large as real ones, drawn from a stream: a few nodes have most of the channels, many have one. */
import type { RandomStream } from '../../engine/base/random.ts';
import { type FakeChannel, FakeHost, type FakePolicy } from '../../models/lnd/testing/fake-host.ts';

export interface NetworkShape {
  readonly nodes: number;
  /** Channels that are not announced, and policies with an inbound fee, in percent. */
  readonly hidden: number;
  readonly inbound: number;
  /** Policies with a minimum of their own, in percent; 10 unless given. */
  readonly minimums?: number;
}

export function generatedNetwork(random: RandomStream, shape: NetworkShape): FakeHost {
  const { nodes, hidden, inbound, minimums = 10 } = shape;
  const chance = (percent: number): boolean => random.integer(1, 100) <= percent;
  const policy = (): FakePolicy => ({
    // Half of the nodes keep the default of 1 sat and 1 ppm, as in the real network.
    ...(chance(50) ? { base: 1000, ppm: 1 } : { base: random.integer(0, 2000), ppm: random.integer(0, 1500) }),
    delta: [14, 40, 40, 80, 144][random.integer(0, 4)]!,
    min: chance(100 - minimums) ? 1000 : random.integer(1, 10_000_000),
    disabled: chance(3),
    ...(chance(inbound) ? { inboundBase: random.integer(-1500, 500), inboundPpm: random.integer(-300, 100) } : {}),
  });
  const ends: number[] = [0];
  const channels: FakeChannel[] = [];
  for (let node = 1; node < nodes; node++) {
    // Two in five open one channel only.
    const count = chance(40) ? 1 : random.integer(2, 9);
    for (let i = 0; i < count; i++) {
      const peer = ends[random.integer(0, ends.length - 1)]!;
      if (peer === node) continue;
      const capacitySat = random.integer(20_000, chance(20) ? 50_000_000 : 3_000_000);
      const balanceMsat = Math.floor(random.unit() * capacitySat) * 1000;
      channels.push({
        a: node,
        b: peer,
        capacitySat,
        balanceMsat,
        ab: policy(),
        ba: policy(),
        announced: !chance(hidden),
      });
      ends.push(node, peer);
    }
  }
  const host = new FakeHost(nodes, channels);
  host.now = 10_000_000_000;
  return host;
}
