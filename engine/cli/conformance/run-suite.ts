/** Plays the suite on a backend and tells of each check what came of it. */
import type { BackendEntry } from '../../host/engine.ts';
import type { NodeProcessesRequest } from '../../rpc/contract.ts';
import type { AnnouncedModel } from '../../spec/schema-types.ts';
import type { BackendLimits } from '../../timeline/backend-limits.ts';
import type { CommandContext } from '../options.ts';
import { play } from '../play.ts';
import { type CheckGroup, checkScenario, SUITE } from './suite.ts';

export interface CheckResult {
  readonly model: string;
  readonly group: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped; empty when it passed. */
  readonly reason: string;
}

/** What nodes are checked on. */
export interface CheckTarget {
  readonly backend: BackendEntry;
  readonly models: readonly string[];
  readonly limits: BackendLimits | undefined;
  readonly announced: readonly AnnouncedModel[];
  readonly processes: NodeProcessesRequest | null;
}

/** What a backend cannot play, and a package that is not installed. */
const CANNOT_PLAY = 'E614';
const NOT_INSTALLED = 'E807';

const REPEATED = 'the same scenario gives the same digest again';

/** Calls `tell` with each result as it comes. */
export async function runSuite(
  context: CommandContext,
  target: CheckTarget,
  tell: (result: CheckResult) => void,
): Promise<void> {
  for (const model of target.models) {
    for (const group of SUITE) for (const result of await runGroup(context, target, model, group)) tell(result);
  }
}

async function runGroup(
  context: CommandContext,
  target: CheckTarget,
  model: string,
  group: CheckGroup,
): Promise<readonly CheckResult[]> {
  const { backend, limits, announced, processes } = target;
  const names = [...group.checks.map(({ name }) => name), REPEATED];
  const all = (status: CheckResult['status'], reason: string): readonly CheckResult[] =>
    names.map((name) => ({ model, group: group.name, name, status, reason }));
  const compiled = await context.engine.compile({
    text: checkScenario(group, model),
    file: `${group.name}.yml`,
    readFile: async () => null,
    ...(limits === undefined ? {} : { limits }),
    ...(announced.length === 0 ? {} : { models: announced }),
  });
  if (!compiled.ok) {
    const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
    const limit = errors.every(({ code }) => code === CANNOT_PLAY);
    return all(limit ? 'skipped' : 'failed', errors[0]?.message ?? 'it is no valid scenario');
  }
  const run = () => play(context, compiled, { backend: backend.name, processes, quiet: true });
  const first = await run();
  const failure = first.failure?.message ?? (first.state === 'aborted' ? 'interrupted' : null);
  if (failure?.includes(NOT_INSTALLED)) return all('skipped', failure);
  const results = first.expectations.map(({ message, status, measured }): CheckResult => {
    const passed = status === 'passed';
    const reason = passed ? '' : (failure ?? measured);
    return { model, group: group.name, name: message, status: passed ? 'passed' : 'failed', reason };
  });
  const repeated = { model, group: group.name, name: REPEATED };
  if (failure !== null) return [...results, { ...repeated, status: 'failed', reason: failure }];
  if (backend.inWallTime === true) {
    return [...results, { ...repeated, status: 'skipped', reason: 'its nodes live by the clock' }];
  }
  const second = await run();
  const same = first.runDigest !== null && first.runDigest === second.runDigest;
  const reason = same ? '' : `${first.runDigest} and ${second.runDigest}`;
  return [...results, { ...repeated, status: same ? 'passed' : 'failed', reason }];
}
