/**
 * Path finders against the plainly written searches of the same rules (models/NAME/testing), over neighbourhoods of the
 * real network that BLAST_LN_GRAPH names. The models' own tests do the same over random networks.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../engine/base/random.ts';
import { MODEL_KINDS } from '../../engine/kinds/registry.ts';
import { COMPARISONS } from './comparisons.ts';
import { GRAPH_FOLDER, RealGraph } from './real-graph.ts';

const QUERIES = Number(process.env.BLAST_PATH_QUERIES ?? 200);
const AMOUNTS_MSAT = [1000, 100_000, 10_000_000, 100_000_000, 500_000_000] as const;

it('every model has a search to be compared with', () => {
  // A name may go on with what is special: `lnd, bimodal`.
  const compared = new Set(Object.keys(COMPARISONS).map((name) => name.split(',')[0]));
  expect([...compared].sort()).toEqual(MODEL_KINDS.map(({ name }) => name).sort());
});

describe.skipIf(GRAPH_FOLDER === null)(
  GRAPH_FOLDER === null ? 'skipped: set BLAST_LN_GRAPH to a folder with the CLoTH graph' : 'over the real graph',
  () => {
    it.each(Object.entries(COMPARISONS))(
      `%s finds what the textbook finds, in ${QUERIES} queries`,
      (name, compare) => {
        const graph = new RealGraph(GRAPH_FOLDER!);
        const random = RandomStream.named(1, 'test', `${name}-real-graph`, 'queries');
        let found = 0;
        let hops = 0;
        let paths = 0;
        for (let i = 0; i < QUERIES; ) {
          // Now and then a large one, which takes the textbook long.
          const large = random.integer(1, 20) === 1;
          const host = graph.neighbourhood(random, large ? 250 : random.integer(20, 80));
          const nodes = host.graph.nodeCount;
          if (nodes < 3) continue;
          // Several queries over one neighbourhood: what a search leaves behind must not show in the next one.
          for (let k = 0; k < 5 && i < QUERIES; k++, i++) {
            const source = random.integer(0, nodes - 1);
            const destination = (source + random.integer(1, nodes - 1)) % nodes;
            const amountMsat = AMOUNTS_MSAT[random.integer(0, AMOUNTS_MSAT.length - 1)]!;
            const answers = compare(host, { source, destination, amountMsat }, random);
            expect(answers.fast, `query ${i}`).toEqual(answers.plain);
            if (answers.paths > 0) found++;
            hops += answers.hops;
            paths += answers.paths;
          }
        }
        expect(found).toBeGreaterThan(QUERIES / 4);
        expect(hops / paths).toBeGreaterThan(1.5);
      },
      3_600_000,
    );
  },
);
