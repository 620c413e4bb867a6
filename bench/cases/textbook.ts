/** lnd's search beside the plainly written one that tests compare it with. */
import { RandomStream } from '../../engine/base/random.ts';
import { RouteBuffer } from '../../engine/simulate/node-model.ts';
import { DEFAULT_SETTINGS } from '../../models/lnd/options.ts';
import { PathFinder } from '../../models/lnd/path-finding.ts';
import { type FakeChannel, FakeHost } from '../../models/lnd/testing/fake-host.ts';
import { textbookSearch } from '../../models/lnd/testing/textbook-path-finding.ts';
import type { Benchmark } from '../case.ts';
import { spend } from '../measure.ts';
import { lndQuery } from '../searches.ts';

/** A network in which a few nodes have most of the channels. */
function network(nodes: number, seed: number): FakeChannel[] {
  const random = RandomStream.named(seed, 'bench', 'network', String(nodes));
  const ends: number[] = [0, 1];
  const channels: FakeChannel[] = [];
  for (let node = 1; node < nodes; node++) {
    for (let i = 0; i < Math.min(node, 4); i++) {
      const peer = node === 1 ? 0 : (ends[random.integer(0, ends.length - 1)] as number);
      if (peer === node) continue;
      const policy = () => ({ base: random.integer(0, 2000), ppm: random.integer(0, 1000), delta: 40 });
      const capacitySat = random.integer(100_000, 10_000_000);
      channels.push({ a: node, b: peer, capacitySat, balanceMsat: capacitySat * 500, ab: policy(), ba: policy() });
      ends.push(node, peer);
    }
  }
  return channels;
}

const run: Benchmark['run'] = async ({ repeats }, report) => {
  for (const nodes of [200, 10_000]) {
    const host = new FakeHost(nodes, network(nodes, 1));
    const random = RandomStream.named(1, 'bench', 'paths', String(nodes));
    const queries = Array.from({ length: 20 }, () =>
      lndQuery(random.integer(0, nodes - 1), random.integer(0, nodes - 1), 10_000_000),
    ).filter(({ source, destination }) => source !== destination);
    const finder = new PathFinder(host);
    const route = new RouteBuffer();
    const ours: number[] = [];
    const ratios: number[] = [];
    const rounds = 50;
    for (const query of queries) finder.find(query, route);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [, { cpuMs }] = await spend(() => {
        for (let i = 0; i < rounds; i++) for (const query of queries) finder.find(query, route);
      });
      ours.push((1000 * cpuMs) / (rounds * queries.length));
      if (nodes > 1000) continue;
      const [, { cpuMs: textbookMs }] = await spend(() => {
        for (const query of queries) textbookSearch(host, query, DEFAULT_SETTINGS);
      });
      ratios.push((textbookMs * rounds) / cpuMs);
    }
    report(`search, ${nodes} nodes, ${host.graph.channels.length} channels`, 'us', ours);
    if (ratios.length > 0) report(`the tests' textbook search by ours, ${nodes} nodes`, 'x', ratios);
  }
};

export const benchmark: Benchmark = { name: 'textbook', place: 5, run };
