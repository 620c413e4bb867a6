/**
 * The plan of a sweep: its combinations times its seeds, in key order (parameters by name, values by size, then seeds).
 * A cell is computed from its index when it is asked for. What a cell is, and its seed, follow from its key alone, so
 * that adding a value to the matrix changes no other cell.
 */
import { NumberHasher, sha256Json } from '../base/digest.ts';
import { RandomStream } from '../base/random.ts';
import { levelOf } from '../spec/sweep/levels.ts';
import type { Combination, ResolvedSweep, SweptParam } from '../spec/sweep/resolve.ts';
import { cellKey, combinationKey } from './cell-key.ts';
import type { Cell, SweepJob } from './job.ts';

/** What a plan is made of besides the scenario's texts. */
export interface PlanContent {
  readonly params: readonly SweptParam[];
  readonly combinations: readonly Combination[];
  readonly baselines: readonly (number | null)[];
  readonly seeds: readonly number[];
  readonly seedsVary: boolean;
  /** Names of the metrics in the order of the file. */
  readonly metrics: readonly string[];
}

export class SweepPlan implements PlanContent {
  readonly params: readonly SweptParam[];
  readonly combinations: readonly Combination[];
  readonly baselines: readonly (number | null)[];
  readonly seeds: readonly number[];
  readonly seedsVary: boolean;
  readonly metrics: readonly string[];
  /** Number of cells. */
  readonly size: number;

  constructor(content: PlanContent) {
    this.params = content.params;
    this.combinations = content.combinations;
    this.baselines = content.baselines;
    this.seeds = content.seeds;
    this.seedsVary = content.seedsVary;
    this.metrics = content.metrics;
    this.size = content.combinations.length * content.seeds.length;
  }

  /** Key of a combination, which is also its name. */
  combinationKey(index: number): string {
    return combinationKey(this.params, this.combinations[index] as Combination);
  }

  /** The cell at a place in key order: those of a combination follow each other. */
  cell(index: number): Cell {
    const combination = Math.floor(index / this.seeds.length);
    const seed = this.seeds[index % this.seeds.length] as number;
    const name = this.combinationKey(combination);
    const levels = this.combinations[combination] as Combination;
    return {
      key: cellKey(name, seed),
      params: Object.fromEntries(this.params.map((param, i) => [param.name, levels[i]?.text ?? ''])),
      seed,
      run_seed: this.seedsVary ? ownSeed(seed, name) : seed,
    };
  }

  /** Cells at these places, made as they are asked for. */
  *cells(indexes: Iterable<number>): Generator<Cell, void, undefined> {
    for (const index of indexes) yield this.cell(index);
  }
}

/** The seed of a combination's run where every combination has its own. */
function ownSeed(seed: number, combination: string): number {
  return RandomStream.named(seed, 'sweep', combination, 'seed').integer(0, Number.MAX_SAFE_INTEGER - 1);
}

/** Only the combinations with these values of swept parameters, which are canonical texts. */
export function narrowed(sweep: ResolvedSweep, swept: ReadonlyMap<string, string>): ResolvedSweep {
  if (swept.size === 0) return sweep;
  const kept = sweep.combinations.flatMap((combination, i) =>
    sweep.params.every(({ name }, at) => (swept.get(name) ?? combination[at]?.text) === combination[at]?.text)
      ? [i]
      : [],
  );
  const place = new Map(kept.map((index, at) => [index, at]));
  return {
    ...sweep,
    combinations: kept.map((index) => sweep.combinations[index] as Combination),
    baselines: kept.map((index) => place.get(sweep.baselines[index] ?? -1) ?? null),
  };
}

/** Digest of everything that decides which cells there are and what comes of them. */
export function planDigest(plan: SweepPlan, job: Omit<SweepJob, 'plan'>): string {
  const cells = new NumberHasher();
  for (let i = 0; i < plan.size; i++) {
    const { key, run_seed } = plan.cell(i);
    cells.text(key);
    cells.f64(run_seed);
  }
  return sha256Json({
    format: job.format,
    engine: job.engine,
    text: job.text,
    files: job.files.map(({ path, sha256 }) => [path, sha256]),
    allow_outside: job.allow_outside,
    params: { ...job.params },
    baselines: [...plan.baselines],
    cells: cells.digest(),
    ...(job.backend === undefined ? {} : { backend: job.backend }),
    ...(job.models === undefined ? {} : { models: [...job.models.words] }),
  });
}

/** A combination from its texts. */
export function combinationOf(params: readonly SweptParam[], texts: readonly string[]): Combination {
  return params.map(({ type }, i) => levelOf(type, texts[i] ?? ''));
}
