/**
 * Neighbourhoods of a real network in CLoTH's format, as hosts that path finders can search: the textbook searches look at
 * every channel for every node, so that the whole network would take them minutes a query.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RandomStream } from '../../engine/base/random.ts';
import { type FakeChannel, FakeHost, type FakePolicy } from '../../models/lnd/testing/fake-host.ts';

/** One channel of the real network; `ab` is the policy of `a`. */
interface RealChannel extends FakeChannel {
  readonly ab: FakePolicy;
  readonly ba: FakePolicy;
}

export class RealGraph {
  readonly channels: readonly RealChannel[];
  readonly #of: readonly (readonly number[])[];

  /** Reads CLoTH's folder. */
  constructor(folder: string) {
    const rows = (file: string): readonly (readonly number[])[] =>
      readFileSync(path.join(folder, file), 'utf8')
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((line) => line.split(',').map(Number));
    const edges = new Map(rows('edges_ln.csv').map((row) => [row[0]!, row]));
    const policy = (edge: number): FakePolicy => {
      const [, , , , , , base, ppm, min, delta] = edges.get(edge)!;
      return { base: base!, ppm: ppm!, min: min!, delta: delta! };
    };
    this.channels = rows('channels_ln.csv').map(([, first, second, a, b, capacityMsat]) => ({
      a: a!,
      b: b!,
      capacitySat: capacityMsat! / 1000,
      balanceMsat: edges.get(first!)![5]!,
      ab: policy(first!),
      ba: policy(second!),
    }));
    const nodes = rows('nodes_ln.csv').length;
    const of: number[][] = Array.from({ length: nodes }, () => []);
    this.channels.forEach(({ a, b }, i) => {
      of[a]!.push(i);
      of[b]!.push(i);
    });
    this.#of = of;
  }

  /** All of it. */
  whole(): FakeHost {
    const host = new FakeHost(this.#of.length, this.channels);
    host.now = 10_000_000_000;
    return host;
  }

  /** Nodes within reach of a random one, gathered in random order up to `size`, and all channels between them. */
  neighbourhood(random: RandomStream, size: number): FakeHost {
    const start = random.integer(0, this.#of.length - 1);
    const numberOf = new Map([[start, 0]]);
    const border = [start];
    while (border.length > 0 && numberOf.size < size) {
      const node = border.splice(random.integer(0, border.length - 1), 1)[0]!;
      for (const channel of shuffled(this.#of[node]!, random).slice(0, 12)) {
        const { a, b } = this.channels[channel]!;
        const other = a === node ? b : a;
        if (numberOf.has(other) || numberOf.size === size) continue;
        numberOf.set(other, numberOf.size);
        border.push(other);
      }
    }
    const channels = this.channels
      .filter(({ a, b }) => numberOf.has(a) && numberOf.has(b))
      .map((channel) => ({ ...channel, a: numberOf.get(channel.a)!, b: numberOf.get(channel.b)! }));
    const host = new FakeHost(numberOf.size, channels);
    host.now = 10_000_000_000;
    return host;
  }
}

function shuffled(items: readonly number[], random: RandomStream): readonly number[] {
  return items
    .map((item) => [random.unit(), item] as const)
    .sort((x, y) => x[0] - y[0])
    .map(([, item]) => item);
}

/** The folder that BLAST_LN_GRAPH names, when there is a network in it. */
export const GRAPH_FOLDER: string | null = folderOf(process.env.BLAST_LN_GRAPH);

function folderOf(folder: string | undefined): string | null {
  return folder !== undefined && existsSync(path.join(folder, 'channels_ln.csv')) ? folder : null;
}
