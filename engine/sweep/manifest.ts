/**
 * sweep.json: what a sweep is, written before its first cell, and anew with another state at its end. Holds all that the
 * result files are made of besides the cells, so that shards can be merged without the scenario.
 */
import type { Json } from '../base/json.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import { type Files, writeWhole } from '../run/files.ts';
import { pathOf } from '../run/lock.ts';
import type { ParamValue } from '../spec/scenario.ts';
import { combinationOf, SweepPlan } from './plan.ts';
import { sweepCheck } from './sweep-check.ts';
import { SweepProblem } from './sweep-problem.ts';

export const SWEEP_FORMAT = 'blast-sweep/1';
export const SWEEP_FILE = 'sweep.json';

/** One of several parts of a sweep, `index` from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What a sweep is besides its plan. */
export interface SweepInfo {
  /** Name of the scenario. */
  readonly scenario: string;
  /** Path of the scenario as it was given. */
  readonly file: string;
  /** Digest of the plan. */
  readonly digest: string;
  readonly engine: string;
  /** Parameters that are the same in every cell. */
  readonly fixed: { readonly [name: string]: string };
  readonly allowOutside: boolean;
  /** Backend on which cells run; absent: the simulator. */
  readonly backend?: string;
  /** Options of the command line that say where models decide; absent: in this process. */
  readonly models?: readonly string[];
  /** SHA-256 of the scenario's text, and of the files that it names by their paths. */
  readonly textSha256: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

export interface SweepManifest {
  readonly info: SweepInfo;
  readonly plan: SweepPlan;
  readonly shard: Shard | null;
  readonly state: 'running' | 'complete';
}

/** Places of a shard's cells in key order: every count-th one, so that shards take about equally long. */
export function* shardIndexes(size: number, shard: Shard | null): Generator<number, void, undefined> {
  const { index, count } = shard ?? { index: 1, count: 1 };
  for (let i = index - 1; i < size; i += count) yield i;
}

/** Whether a cell's place belongs to a shard. */
export function isInShard(place: number, shard: Shard | null): boolean {
  return shard === null || place % shard.count === shard.index - 1;
}

/** Writes the manifest of a folder, whole or not at all. */
export function writeManifest(files: Files, folder: string, manifest: SweepManifest): void {
  writeWhole(files, `${folder}/${SWEEP_FILE}`, manifestText(manifest));
}

function manifestText({ info, plan, shard, state }: SweepManifest): string {
  const lines = (items: readonly Json[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const fields: readonly [string, string][] = [
    ['format', JSON.stringify(SWEEP_FORMAT)],
    ['engine', JSON.stringify(info.engine)],
    ['scenario', JSON.stringify(info.scenario)],
    ['file', JSON.stringify(info.file)],
    ['state', JSON.stringify(state)],
    ['plan', JSON.stringify(info.digest)],
    ...(shard === null ? [] : [['shard', JSON.stringify({ ...shard })] as [string, string]]),
    ['cells', String(plan.size)],
    ['text_sha256', JSON.stringify(info.textSha256)],
    ['files', lines(info.files.map(({ path, sha256 }) => ({ path, sha256 })))],
    ['allow_outside', String(info.allowOutside)],
    ...(info.backend === undefined ? [] : [['backend', JSON.stringify(info.backend)] as [string, string]]),
    ...(info.models === undefined ? [] : [['models', JSON.stringify(info.models)] as [string, string]]),
    ['fixed', JSON.stringify(info.fixed)],
    ['params', lines(plan.params.map(({ name, type }) => ({ name, type })))],
    ['metrics', JSON.stringify(plan.metrics)],
    ['seeds', JSON.stringify(plan.seeds)],
    ['seeds_vary', String(plan.seedsVary)],
    ['combinations', lines(plan.combinations.map((levels) => levels.map(({ text }) => text)))],
    ['baselines', JSON.stringify(plan.baselines)],
  ];
  return `{\n${fields.map(([name, text]) => `  "${name}": ${text}`).join(',\n')}\n}\n`;
}

interface ManifestJson {
  readonly format: string;
  readonly engine: string;
  readonly scenario: string;
  readonly file: string;
  readonly state: 'running' | 'complete';
  readonly plan: string;
  readonly shard?: Shard;
  readonly text_sha256: string;
  readonly files: SweepInfo['files'];
  readonly allow_outside: boolean;
  readonly backend?: string;
  readonly models?: readonly string[];
  readonly fixed: SweepInfo['fixed'];
  readonly params: readonly { readonly name: string; readonly type: ParamValue['type'] }[];
  readonly metrics: readonly string[];
  readonly seeds: readonly number[];
  readonly seeds_vary: boolean;
  readonly combinations: readonly (readonly string[])[];
  readonly baselines: readonly (number | null)[];
}

/** Reads the manifest of a folder. @throws SweepProblem (E842) when there is none that can be used. */
export function readManifest(files: Files, folder: string): SweepManifest {
  const path = `${folder}/${SWEEP_FILE}`;
  const text = files.read(path);
  const fail = (message: string): SweepProblem => new SweepProblem('E842', path, message);
  if (text === null) throw fail(`there is no ${SWEEP_FILE}`);
  let json: ManifestJson;
  try {
    json = JSON.parse(text) as ManifestJson;
  } catch (error) {
    throw fail(`it is not JSON: ${(error as Error).message}`);
  }
  if (json?.format !== SWEEP_FORMAT) {
    throw fail(
      `it has the format ${JSON.stringify(json?.format)}, this engine (${ENGINE_VERSION}) reads '${SWEEP_FORMAT}'`,
    );
  }
  const validate = sweepCheck();
  if (!validate(json)) {
    const [problem] = validate.errors ?? [];
    const at = problem === undefined ? '' : pathOf(problem);
    throw fail(`it is malformed: ${at === '' ? 'it' : at} ${problem?.message ?? 'is not valid'}`);
  }
  try {
    const plan = new SweepPlan({
      params: json.params,
      combinations: json.combinations.map((texts) => combinationOf(json.params, texts)),
      baselines: json.baselines,
      seeds: json.seeds,
      seedsVary: json.seeds_vary,
      metrics: json.metrics,
    });
    return {
      plan,
      info: {
        scenario: json.scenario,
        file: json.file,
        digest: json.plan,
        engine: json.engine,
        fixed: json.fixed,
        allowOutside: json.allow_outside,
        ...(json.backend === undefined ? {} : { backend: json.backend }),
        ...(json.models === undefined ? {} : { models: json.models }),
        textSha256: json.text_sha256,
        files: json.files,
      },
      shard: json.shard ?? null,
      state: json.state,
    };
  } catch (error) {
    throw fail(`it is malformed: ${(error as Error).message}`);
  }
}
