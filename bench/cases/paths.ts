/**
 * Path finding by model, on networks shaped like the public one and, where its folder is given, on the real graph. A
 * sender that has learnt nothing yet; a model is an entry of SEARCHES.
 */
import { RandomStream } from '../../engine/base/random.ts';
import type { ModelHost } from '../../engine/simulate/node-model.ts';
import type { Benchmark, Report, Settings } from '../case.ts';
import { compileGraph } from '../graph-run.ts';
import { spend } from '../measure.ts';
import { compileText } from '../scenarios.ts';
import { hostOf, SEARCHES } from '../searches.ts';

const GENERATED: readonly number[] = [6_000, 20_000, 50_000];
const SMALL = 6_006;
const AMOUNTS_SAT: readonly number[] = [100, 100_000];

async function measure(
  host: ModelHost,
  network: string,
  { repeats, models }: Pick<Settings, 'repeats' | 'models'>,
  report: Report,
): Promise<void> {
  const nodes = host.graph.nodeCount;
  for (const [model, { times: most, of }] of Object.entries(SEARCHES)) {
    if (models !== undefined && !models.includes(model)) continue;
    // In a large network a search takes longer.
    const times = Math.max(5, Math.ceil(most * Math.min(1, SMALL / nodes)));
    const search = of(host);
    for (const amountSat of AMOUNTS_SAT) {
      const values: number[] = [];
      const random = RandomStream.named(1, 'bench', 'paths', `${nodes}`);
      const pairs = Array.from({ length: times }, () => {
        const source = random.integer(0, nodes - 1);
        return [source, (source + random.integer(1, nodes - 1)) % nodes] as const;
      });
      for (let repeat = 0; repeat <= repeats; repeat++) {
        const [, { cpuMs }] = await spend(() => {
          for (const [source, destination] of pairs) search(source, destination, amountSat * 1000);
        });
        // The first turn is the engine's to compile.
        if (repeat > 0) values.push(times / (cpuMs / 1000));
      }
      report(`${model}, ${network}, ${amountSat} sat`, 'searches/s', values);
    }
  }
}

const run: Benchmark['run'] = async ({ repeats, graph, models }, report) => {
  if (graph !== undefined) {
    const { timeline } = await compileGraph({ folder: graph, payments: 1, amountSat: 1, method: 'keysend', seed: 1 });
    await measure(hostOf(timeline), 'real graph', { repeats, models }, report);
  }
  for (const nodes of GENERATED) {
    const text = `version: 1\nduration: 1s\nnetwork: { generate: { mainnet_like: { nodes: ${nodes} } } }\n`;
    const { timeline } = await compileText(text, 'paths.yml');
    await measure(hostOf(timeline), `${nodes} nodes`, { repeats: Math.min(repeats, 3), models }, report);
  }
};

export const benchmark: Benchmark = { name: 'paths', place: 6, run };
