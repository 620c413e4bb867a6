/**
 * From the section `sweep` and the parameters of the scenario to the combinations that are run:
 *
 * 1. Every combination of the entries of `matrix`; with `sample` the ranges together are one entry, of drawn points.
 * 2. `exclude` takes away those that have all values of an entry.
 * 3. Each entry of `include`, in order, is put into every combination of step 2 of which it changes no value of the
 *    matrix; values that an earlier entry put in may change. Where there is none it makes a combination of its own.
 * 4. Parameters that a combination leaves open take their defaults; combinations that are equal then are one.
 *
 * The result is in order of the values and does not depend on the order in the file, but for step 3. Mistakes are handed
 * to `report`.
 */
import { compareText } from '../../base/order.ts';
import { didYouMean } from '../cel.ts';
import type { SourceRange } from '../diagnostic.ts';
import type { DiagnosticCode } from '../diagnostic-codes.ts';
import type { ParamSet, ParamValue, Placed, SweepAxis, SweepSpec, WrittenValue } from '../scenario.ts';
import { listWords } from '../suggest.ts';
import { groupDigits, quoteText } from '../units.ts';
import { drawShares } from './draw-points.ts';
import { compareLevels, type Level, type LevelRange, levelOf, levelRange, readLevel } from './levels.ts';

/** Runs that one sweep may make. */
export const CELL_LIMIT = 100_000;

export type SweepReport = (
  code: DiagnosticCode,
  at: { readonly path: string; readonly range: SourceRange },
  message: string,
  hint?: string,
) => void;

export interface SweptParam {
  readonly name: string;
  readonly type: ParamValue['type'];
}

/** Levels of the swept parameters, in their order. */
export type Combination = readonly Level[];

export interface ResolvedSweep {
  /** Parameters that differ between combinations, by name. */
  readonly params: readonly SweptParam[];
  /** In order. */
  readonly combinations: readonly Combination[];
  /** For each combination the index of the one that it is compared with; null: none. */
  readonly baselines: readonly (number | null)[];
  /** Seeds as listed, in order. */
  readonly seeds: readonly number[];
}

/** Parameters with their levels. */
type LevelSet = ReadonlyMap<string, Level>;

/** The combinations of a sweep; null after a report. `seed` is that of the scenario. */
export function resolveSweep(
  spec: SweepSpec,
  params: readonly ParamValue[],
  seed: number,
  report: SweepReport,
): ResolvedSweep | null {
  return new Resolver(spec, params, report).resolve(seed);
}

class Resolver {
  readonly #spec: SweepSpec;
  readonly #params: ReadonlyMap<string, ParamValue>;
  readonly #report: SweepReport;
  #failed = false;

  constructor(spec: SweepSpec, params: readonly ParamValue[], report: SweepReport) {
    this.#spec = spec;
    this.#params = new Map(params.map((param) => [param.name, param]));
    this.#report = report;
  }

  resolve(seed: number): ResolvedSweep | null {
    const spec = this.#spec;
    const seeds = [...(spec.seeds ?? [seed])].sort((a, b) => a - b);
    const axes = this.#axes();
    const exclude = spec.exclude.map((entry) => this.#levels(entry));
    const include = spec.include.map((entry) => this.#levels(entry));
    const baseline = spec.baseline === undefined ? null : this.#levels(spec.baseline);
    if (this.#failed) return null;

    const size = axes.reduce((product, axis) => product * axis.length, 1) * seeds.length;
    if (size > CELL_LIMIT) return this.#tooMany(size);
    const inMatrix = new Set(axes.flatMap((axis) => axis.flatMap((set) => [...set.keys()])));
    // Without a matrix there is the scenario as it is, unless `include` says what there is.
    const crossed = spec.axes.length === 0 && include.length > 0 ? [] : cross(axes);
    const kept = this.#exclude(crossed, exclude, inMatrix);
    const all = this.#include(kept, include, inMatrix);
    const names = [...new Set([...inMatrix, ...include.flatMap((set) => [...set.keys()])])].sort(compareText);
    const swept = names.map((name) => this.#params.get(name) as ParamValue);
    const combinations = distinct(
      all.map((set) => swept.map((param) => set.get(param.name) ?? levelOf(param.type, param.value))),
    );
    if (combinations.length === 0) {
      const hint = 'exclude less, or add a combination under `include`';
      return this.#fail('E647', spec.place, 'the sweep has no combination left', hint);
    }
    if (combinations.length * seeds.length > CELL_LIMIT) return this.#tooMany(combinations.length * seeds.length);
    const baselines = this.#baselines(combinations, names, baseline);
    if (this.#failed) return null;
    return { params: swept.map(({ name, type }) => ({ name, type })), combinations, baselines, seeds };
  }

  #fail(code: DiagnosticCode, at: Parameters<SweepReport>[1], message: string, hint?: string): null {
    this.#failed = true;
    this.#report(code, at, message, hint);
    return null;
  }

  #tooMany(cells: number): null {
    const hint = 'take fewer values or seeds, or draw from the ranges with `sample`';
    return this.#fail(
      'E644',
      this.#spec.place,
      `the sweep would make ${groupDigits(cells)} runs; there may be ${groupDigits(CELL_LIMIT)}`,
      hint,
    );
  }

  /** The declared parameter of a name; null after a report. */
  #param(name: Placed<string>): ParamValue | null {
    const param = this.#params.get(name.value);
    if (param !== undefined) return param;
    const known = [...this.#params.keys()];
    const hint = didYouMean(name.value, known, 'parameters');
    return this.#fail('E641', name, `the scenario has no parameter ${quoteText(name.value)}`, hint);
  }

  #level(param: ParamValue, at: Placed<WrittenValue>): Level | null {
    const reading = readLevel(param.type, at.value);
    if (reading.ok) return reading.level;
    return this.#fail('E642', at, `parameter \`${param.name}\`: ${reading.reason}`, reading.hint);
  }

  #levels(set: Placed<ParamSet>): LevelSet {
    const levels = new Map<string, Level>();
    if (set.value.length === 0) {
      this.#fail('E203', set, 'expected a mapping of parameters like the other entries, got a single value');
    }
    for (const { name, value } of set.value) {
      const param = this.#param(name);
      const level = param === null ? null : this.#level(param, value);
      if (level !== null) levels.set(name.value, level);
    }
    return levels;
  }

  /** The entries of the matrix, each a list of what it sets; sampled ranges are one entry. */
  #axes(): readonly (readonly LevelSet[])[] {
    const { axes, sample } = this.#spec;
    const setBy = new Map<string, string>();
    const claim = (axis: SweepAxis, names: Iterable<Placed<string>>): void => {
      for (const name of new Map([...names].map((one) => [one.value, one])).values()) {
        const other = setBy.get(name.value);
        if (other !== undefined) {
          const message = `the parameter ${quoteText(name.value)} is also set by ${quoteText(other)}`;
          this.#fail('E643', name, message, 'let one entry of the matrix set it');
        }
        setBy.set(name.value, axis.name.value);
      }
    };
    const listed: (readonly LevelSet[])[] = [];
    const drawn: { readonly name: string; readonly range: LevelRange }[] = [];
    for (const axis of axes) {
      if (axis.kind === 'sets') {
        claim(
          axis,
          axis.sets.flatMap((set) => set.value.map(({ name }) => name)),
        );
        listed.push(axis.sets.map((set) => this.#levels(set)));
        continue;
      }
      const param = this.#param(axis.name);
      if (param === null) continue;
      claim(axis, [axis.name]);
      if (axis.kind === 'values') {
        listed.push(single(param.name, this.#values(param, axis.values)));
        continue;
      }
      const range = this.#range(param, axis);
      if (range === null) continue;
      if (sample !== undefined) drawn.push({ name: param.name, range });
      else listed.push(single(param.name, this.#steps(axis, range)));
    }
    if (sample === undefined) return listed;
    if (drawn.length === 0 && !this.#failed) {
      const hint = 'add a `range` or `log_range` to the matrix, or remove `sample`';
      this.#fail('E645', sample, 'there is no range to draw from', hint);
    }
    const shares = drawn.map(({ name }) => drawShares(name, sample.value));
    const points = Array.from(
      { length: sample.value.n },
      (_, i) => new Map(drawn.map(({ name, range }, at) => [name, range.at(shares[at]?.[i] ?? 0)])),
    );
    return [...listed, points];
  }

  #values(param: ParamValue, values: readonly Placed<WrittenValue>[]): readonly Level[] {
    const levels: Level[] = [];
    const seen = new Set<string>();
    for (const at of values) {
      const level = this.#level(param, at);
      if (level === null) continue;
      if (seen.has(level.text))
        this.#fail('E643', at, `the value ${quoteText(level.text)} is listed twice`, 'remove one');
      seen.add(level.text);
      levels.push(level);
    }
    return levels;
  }

  /** The range of an axis; null after a report. */
  #range(param: ParamValue, axis: Extract<SweepAxis, { kind: 'range' }>): LevelRange | null {
    const from = this.#level(param, axis.from);
    const to = this.#level(param, axis.to);
    if (from === null || to === null) return null;
    const range = levelRange(param.type, axis.log, from.text, to.text);
    if (range === null) {
      const hint = 'list its values';
      return this.#fail(
        'E645',
        axis.name,
        `the parameter \`${param.name}\` has no ranges: its values are no quantities`,
        hint,
      );
    }
    if (range.from >= range.to) {
      const message = `the range ends before it begins: ${quoteText(from.text)} is not less than ${quoteText(to.text)}`;
      return this.#fail('E604', axis.from, message, 'write the smaller value first');
    }
    if (axis.log && range.from <= 0) {
      const message = `a logarithmic range begins above 0, got ${quoteText(from.text)}`;
      return this.#fail('E303', axis.from, message, 'write a value above 0, or use `range`');
    }
    const given = axis.step ?? axis.count;
    if (this.#spec.sample !== undefined && given !== undefined) {
      const message = 'with `sample` the values of a range are drawn, not counted';
      return this.#fail('E645', given, message, 'remove `step` or `count`, or `sample`');
    }
    if (
      this.#spec.sample === undefined &&
      (given === undefined || (axis.step !== undefined && axis.count !== undefined))
    ) {
      const wanted = axis.log ? '`count`' : '`step` or `count`';
      const message = given === undefined ? `the range needs ${wanted}` : 'the range has both `step` and `count`';
      return this.#fail(
        'E645',
        given ?? axis.from,
        message,
        given === undefined ? `add ${wanted}` : 'keep one of them',
      );
    }
    return range;
  }

  #steps(axis: Extract<SweepAxis, { kind: 'range' }>, range: LevelRange): readonly Level[] {
    const { step, count } = axis;
    if (step === undefined) {
      const n = count?.value ?? 2;
      return unique(Array.from({ length: n }, (_, i) => range.at(i / (n - 1))));
    }
    const size = range.step(step.value.source);
    if (size === null || size <= 0) {
      this.#fail('E642', step, `expected a step above 0 in the unit of the range, got ${quoteText(step.value.source)}`);
      return [];
    }
    // A step that fits a whole number of times must not miss the end for a rounding error.
    const n = Math.floor((range.to - range.from) / size + 1e-9) + 1;
    if (n > CELL_LIMIT) {
      this.#fail('E644', step, `the range would have ${groupDigits(n)} values`, 'take a larger step');
      return [];
    }
    return unique(Array.from({ length: n }, (_, i) => range.after(i * size)));
  }

  #exclude(all: readonly LevelSet[], entries: readonly LevelSet[], inMatrix: ReadonlySet<string>): readonly LevelSet[] {
    const used = entries.map(() => false);
    const kept = all.filter((set) => {
      let out = false;
      for (const [i, entry] of entries.entries()) {
        if (![...entry].every(([name, level]) => set.get(name)?.text === level.text)) continue;
        used[i] = true;
        out = true;
      }
      return !out;
    });
    for (const [i, place] of this.#spec.exclude.entries()) {
      if (used[i] === true) continue;
      const strange = place.value.find(({ name }) => !inMatrix.has(name.value));
      const hint =
        strange === undefined
          ? 'correct its values, or remove the entry'
          : `the matrix does not set ${quoteText(strange.name.value)}; it sets ${listWords([...inMatrix], 'and')}`;
      this.#fail('E646', place, 'no combination of the matrix has these values', hint);
    }
    return kept;
  }

  #include(
    kept: readonly LevelSet[],
    entries: readonly LevelSet[],
    inMatrix: ReadonlySet<string>,
  ): readonly LevelSet[] {
    const all = kept.map((set) => new Map(set));
    const own: LevelSet[] = [];
    for (const entry of entries) {
      let added = false;
      for (const set of all) {
        const fits = [...entry].every(([name, level]) => !inMatrix.has(name) || set.get(name)?.text === level.text);
        if (!fits) continue;
        added = true;
        for (const [name, level] of entry) set.set(name, level);
      }
      if (!added) own.push(entry);
    }
    return [...all, ...own];
  }

  #baselines(
    combinations: readonly Combination[],
    names: readonly string[],
    baseline: LevelSet | null,
  ): readonly (number | null)[] {
    if (baseline === null) return combinations.map(() => null);
    const place = this.#spec.baseline as Placed<ParamSet>;
    for (const { name } of place.value) {
      if (names.includes(name.value)) continue;
      const hint = `it sets ${listWords(names, 'and')}`;
      this.#fail('E648', name, `the sweep does not set ${quoteText(name.value)}`, hint);
    }
    const byText = new Map(combinations.map((combination, i) => [textOf(combination), i]));
    const found = combinations.map((combination) => {
      const same = names.map((name, i) => baseline.get(name) ?? (combination[i] as Level));
      return byText.get(textOf(same)) ?? null;
    });
    if (!this.#failed && found.every((index) => index === null)) {
      this.#fail('E648', place, 'no combination of the sweep has these values', 'name values that are run');
    }
    return found;
  }
}

function textOf(combination: Combination): string {
  return JSON.stringify(combination.map(({ text }) => text));
}

function single(name: string, levels: readonly Level[]): readonly LevelSet[] {
  return levels.map((level) => new Map([[name, level]]));
}

/** Values that fall together by rounding count once. */
function unique(levels: readonly Level[]): readonly Level[] {
  return [...new Map(levels.map((level) => [level.text, level])).values()];
}

function cross(axes: readonly (readonly LevelSet[])[]): readonly LevelSet[] {
  let all: LevelSet[] = [new Map()];
  for (const axis of axes) all = all.flatMap((set) => axis.map((more) => new Map([...set, ...more])));
  return all;
}

/** Each combination once, in order of the values. */
function distinct(combinations: readonly Combination[]): readonly Combination[] {
  const all = [...new Map(combinations.map((combination) => [textOf(combination), combination])).values()];
  return all.sort((a, b) => {
    for (const [i, level] of a.entries()) {
      const order = compareLevels(level, b[i] as Level);
      if (order !== 0) return order;
    }
    return 0;
  });
}
