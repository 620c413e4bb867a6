/**
 * The section `sweep` of a validated document, typed as far as it can be without its parameters: what their values are is
 * said in resolve.ts.
 */
import type { Path } from '../path.ts';
import type { ParamSet, Placed, SweepAxis, SweepSpec, WrittenValue } from '../scenario.ts';
import type { SourceIndex } from '../source-index.ts';
import { childOf, follow, type MapEntry, type SpecTree } from '../tree.ts';
import { parseDuration } from '../units.ts';

const SECTION: Path = ['sweep'];

/** The section, or undefined where the document has none. */
export function buildSweep(index: SourceIndex): SweepSpec | undefined {
  const section = childOf(index.tree, 'sweep');
  return section?.kind === 'map' ? new SweepBuilder(index).sweep() : undefined;
}

class SweepBuilder {
  readonly #index: SourceIndex;

  constructor(index: SourceIndex) {
    this.#index = index;
  }

  sweep(): SweepSpec {
    const seeds = this.#seeds();
    const sample = this.#node('sample');
    const from = this.#node('from');
    return {
      axes: this.#entries('matrix').map((entry) => this.#axis(entry)),
      exclude: this.#items('exclude').map((path) => this.#set(path)),
      include: this.#items('include').map((path) => this.#set(path)),
      ...(seeds === undefined ? {} : { seeds }),
      seedsVary: this.#plain(...SECTION, 'seeds_vary') === true,
      ...(sample === undefined
        ? {}
        : {
            sample: this.#index.placed([...SECTION, 'sample'], {
              method: this.#plain(...SECTION, 'sample', 'method') === 'random' ? 'random' : 'latin-hypercube',
              n: Number(this.#plain(...SECTION, 'sample', 'n')),
              seed: Number(this.#plain(...SECTION, 'sample', 'seed') ?? 1),
            }),
          }),
      ...(this.#node('baseline') === undefined ? {} : { baseline: this.#set([...SECTION, 'baseline']) }),
      metrics: this.#entries('metrics').map(({ key }) => {
        const path = [...SECTION, 'metrics', key];
        return { name: key, expression: this.#index.placed(path, String(this.#plain(...path))) };
      }),
      ...(from === undefined ? {} : { from: this.#from() }),
      place: this.#index.placed(SECTION, null),
    };
  }

  #node(...path: Path): SpecTree | undefined {
    const found = follow(this.#index.tree, [...SECTION, ...path]);
    return found.complete ? found.node : undefined;
  }

  #plain(...path: Path): unknown {
    const { node, complete } = follow(this.#index.tree, path);
    return complete && node.kind === 'scalar' ? node.value : undefined;
  }

  #entries(...path: Path): readonly MapEntry[] {
    const node = this.#node(...path);
    return node?.kind === 'map' ? node.entries : [];
  }

  /** Paths of the entries of a list. */
  #items(key: string): readonly Path[] {
    const node = this.#node(key);
    return node?.kind === 'seq' ? node.items.map((_, i) => [...SECTION, key, i]) : [];
  }

  #seeds(): readonly number[] | undefined {
    const node = this.#node('seeds');
    if (node?.kind === 'seq') return node.items.map((item) => (item.kind === 'scalar' ? Number(item.value) : 0));
    return node?.kind === 'scalar' ? Array.from({ length: Number(node.value) }, (_, i) => i + 1) : undefined;
  }

  #name(path: Path, entry: MapEntry): Placed<string> {
    const { source } = this.#index;
    const range = source.range(entry.keySpan.start, entry.keySpan.end);
    return { value: entry.key, path: this.#index.placed(path, null).path, range };
  }

  #written(path: Path): Placed<WrittenValue> {
    const { node } = follow(this.#index.tree, path);
    const written = node.kind === 'scalar' ? { value: node.value, source: node.source } : { value: null, source: '' };
    return this.#index.placed(path, written);
  }

  #set(path: Path): Placed<ParamSet> {
    const { node } = follow(this.#index.tree, path);
    const entries = node.kind === 'map' ? node.entries : [];
    const set = entries.map((entry) => {
      const own = [...path, entry.key];
      return { name: this.#name(own, entry), value: this.#written(own) };
    });
    return this.#index.placed(path, set);
  }

  #axis(entry: MapEntry): SweepAxis {
    const path = [...SECTION, 'matrix', entry.key];
    const name = this.#name(path, entry);
    const { value: node } = entry;
    if (node.kind === 'seq') {
      const places = node.items.map((_, i) => [...path, i]);
      if (node.items.every((item) => item.kind === 'scalar')) {
        return { kind: 'values', name, values: places.map((place) => this.#written(place)) };
      }
      return { kind: 'sets', name, sets: places.map((place) => this.#set(place)) };
    }
    const log = childOf(node, 'log_range') !== undefined;
    const base = [...path, log ? 'log_range' : 'range'];
    const count = this.#plain(...base, 'count');
    return {
      kind: 'range',
      name,
      log,
      from: this.#written([...base, 'from']),
      to: this.#written([...base, 'to']),
      ...(this.#plain(...base, 'step') === undefined ? {} : { step: this.#written([...base, 'step']) }),
      ...(count === undefined ? {} : { count: this.#index.placed([...base, 'count'], Number(count)) }),
    };
  }

  #from(): NonNullable<SweepSpec['from']> {
    const path = [...SECTION, 'from'];
    const text = this.#written(path).value.source;
    const time = parseDuration(text);
    return this.#index.placed(
      path,
      time.ok ? { kind: 'time' as const, atUs: time.value } : { kind: 'snapshot' as const, name: text },
    );
  }
}
