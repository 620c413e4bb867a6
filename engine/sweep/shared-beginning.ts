/** Finds parameters whose values share no beginning although the sweep has a branch point: it saves nothing for them. */
import type { CompileInput, CompileResult } from '../compile/compile.ts';
import { formatDuration } from '../spec/units.ts';
import { pointAfter, prefixDifference, type TimelinePrefix, timelinePrefix } from '../timeline/prefix.ts';
import { branchTime } from './branches.ts';
import type { Cell } from './job.ts';
import type { PlannedSweep } from './plan-sweep.ts';

/** Cells that are looked at: beyond this it would take longer than it saves. */
const MOST_CELLS = 2000;
const MOST_PARAMS = 12;

const WHAT: Readonly<Record<keyof TimelinePrefix, string>> = {
  setting: 'seed, chain or gossip',
  network: 'the network',
  actions: 'events',
  payments: 'payments',
  loops: 'closed loops',
  behaviours: 'behaviours',
  conditions: 'events on a condition',
};

export interface Unshared {
  readonly param: string;
  readonly message: string;
}

/** Parameters of which two values, all else equal, differ in what happens up to the branch point. */
export async function unsharedParams(
  { plan, job }: PlannedSweep,
  compile: (input: CompileInput) => Promise<CompileResult>,
): Promise<readonly Unshared[]> {
  const texts = new Map(job.files.map(({ path, text }) => [path, text]));
  const compiled = new Map<string, Awaited<ReturnType<typeof prefixOf>>>();
  const found: Unshared[] = [];
  for (const { name } of plan.params.slice(0, MOST_PARAMS)) {
    const pair = pairThatDiffersIn(name);
    if (pair === null) continue;
    const [a, b] = [await prefixOf(pair[0]), await prefixOf(pair[1])];
    if (a === null || b === null || a.atUs !== b.atUs) continue;
    const parts = prefixDifference(a.prefix, b.prefix);
    if (parts.length === 0) continue;
    const what = parts.map((part) => WHAT[part]).join(', ');
    const at = formatDuration(a.atUs);
    found.push({ param: name, message: `\`${name}\` makes a difference at or before ${at} already: ${what}` });
  }
  return found;

  function pairThatDiffersIn(name: string): readonly [Cell, Cell] | null {
    const seeds = plan.seeds.length;
    const combinations = Math.min(plan.combinations.length, MOST_CELLS);
    const first = new Map<string, Cell>();
    for (let i = 0; i < combinations; i++) {
      const cell = plan.cell(i * seeds);
      const { [name]: _, ...others } = cell.params;
      const key = JSON.stringify([others, cell.run_seed]);
      const other = first.get(key);
      if (other !== undefined) return [other, cell];
      first.set(key, cell);
    }
    return null;
  }

  async function prefixOf(cell: Cell): Promise<{ readonly atUs: number; readonly prefix: TimelinePrefix } | null> {
    const known = compiled.get(cell.key);
    if (known !== undefined) return known;
    const answer = await compile({
      text: job.text,
      file: job.file,
      overrides: new Map(Object.entries({ ...job.params, ...cell.params })),
      seed: cell.run_seed,
      readFile: async (path) => texts.get(path) ?? null,
      allowOutside: job.allow_outside,
      ofSweep: true,
    });
    const atUs = answer.ok ? branchTime(answer.scenario) : null;
    const prefix =
      answer.ok && atUs !== null
        ? { atUs, prefix: timelinePrefix(answer.timeline, pointAfter(answer.timeline, atUs)) }
        : null;
    compiled.set(cell.key, prefix);
    return prefix;
  }
}
