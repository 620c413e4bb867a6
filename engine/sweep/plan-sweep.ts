/** From a valid scenario to the plan of its sweep and the job of its cells. Reads files only through the source. */
import { sha256Text } from '../base/digest.ts';
import { compareText } from '../base/order.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { CompileInput, CompileResult } from '../compile/compile.ts';
import type { ParamValue, Scenario, SweepSpec } from '../spec/scenario.ts';
import { levelOf } from '../spec/sweep/levels.ts';
import { type ResolvedSweep, resolveSweep } from '../spec/sweep/resolve.ts';
import { metricsOf } from './default-metrics.ts';
import { JOB_FORMAT, type SweepJob, type SweepModels } from './job.ts';
import type { SweepInfo } from './manifest.ts';
import { narrowed, planDigest, SweepPlan } from './plan.ts';
import type { SweepSource } from './source.ts';
import { SweepProblem } from './sweep-problem.ts';

export interface PlannedSweep {
  readonly plan: SweepPlan;
  readonly info: SweepInfo;
  readonly job: SweepJob;
}

export interface PlanInput {
  compile(input: CompileInput): Promise<CompileResult>;
  /** What the scenario was compiled from. */
  readonly source: SweepSource;
  /** The scenario with the parameters of the command line. */
  readonly scenario: Scenario;
  /** Parameters of the command line as they were given. */
  readonly params: ReadonlyMap<string, string>;
  /** Backend on which cells run; absent: the simulator. */
  readonly backend?: string;
  /** Models of other processes; absent: none. */
  readonly models?: SweepModels;
}

/**
 * Plans a sweep. A parameter of the command line that the sweep sets leaves only the combinations that have its value;
 * any other has the value in every cell.
 * @throws SweepProblem (E640) without a section `sweep`, and (E647) when no combination has the values.
 */
export async function planSweep(input: PlanInput): Promise<PlannedSweep> {
  const { compile, source, scenario, params, backend, models } = input;
  const { sweep } = scenario;
  const texts = source.texts();
  if (sweep === undefined) {
    const hint = 'add `sweep: { matrix: { … }, seeds: 10 }`, or use `blast run`';
    throw new SweepProblem('E640', texts.file, 'the scenario has no section `sweep`', 1, hint);
  }
  const given = new Map(
    scenario.params.filter(({ overridden }) => overridden).map((param) => [param.name, textOf(param)]),
  );
  let resolved = resolve(sweep, scenario.params, scenario.seed);
  const swept = new Map([...given].filter(([name]) => resolved.params.some((param) => param.name === name)));
  const fixed = new Map([...given].filter(([name]) => !swept.has(name)).sort(([a], [b]) => compareText(a, b)));
  if (swept.size > 0) {
    // Combinations that leave a parameter open have the default of the file.
    const others = new Map([...params].filter(([name]) => !swept.has(name)));
    const plain = await source.again(compile, others);
    if (!plain.ok || plain.scenario.sweep === undefined) throw new Error('the scenario is not valid without --param');
    resolved = narrowed(resolve(plain.scenario.sweep, plain.scenario.params, plain.scenario.seed), swept);
    if (resolved.combinations.length === 0) {
      const values = [...swept].map(([name, text]) => `${name}=${text}`).join(' and ');
      throw new SweepProblem('E647', texts.file, `no combination of the sweep has ${values}`);
    }
  }
  const metrics = metricsOf(sweep).map(({ name }) => name);
  const plan = new SweepPlan({ ...resolved, seedsVary: sweep.seedsVary, metrics });
  await source.readNamed(compile, overridesOf(plan, fixed));
  const job = {
    format: JOB_FORMAT,
    engine: ENGINE_VERSION,
    ...source.texts(),
    params: Object.fromEntries(fixed),
    branches: sweep.from !== undefined,
    ...(backend === undefined ? {} : { backend }),
    ...(models === undefined ? {} : { models }),
  } as const;
  const digest = planDigest(plan, job);
  return {
    plan,
    job: { ...job, plan: digest },
    info: {
      scenario: scenario.name,
      file: job.file,
      digest,
      engine: ENGINE_VERSION,
      fixed: job.params,
      allowOutside: job.allow_outside,
      ...(backend === undefined ? {} : { backend }),
      ...(models === undefined ? {} : { models: models.words }),
      textSha256: sha256Text(job.text),
      files: job.files.map(({ path, sha256 }) => ({ path, sha256 })),
    },
  };
}

function textOf({ type, value }: ParamValue): string {
  return levelOf(type, value).text;
}

function resolve(sweep: SweepSpec, params: readonly ParamValue[], seed: number): ResolvedSweep {
  const resolved = resolveSweep(sweep, params, seed, (code, at, message) => {
    throw new Error(`not validated: ${code} at ${at.path}: ${message}`);
  });
  if (resolved === null) throw new Error('not validated: the sweep has no combinations');
  return resolved;
}

function* overridesOf(plan: SweepPlan, fixed: ReadonlyMap<string, string>): Generator<ReadonlyMap<string, string>> {
  for (const levels of plan.combinations) {
    yield new Map([...fixed, ...plan.params.map(({ name }, i) => [name, levels[i]?.text ?? ''] as const)]);
  }
}
