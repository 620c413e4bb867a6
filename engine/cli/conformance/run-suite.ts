/** Plays the suite on a backend and tells of each check what came of it. */
import type { BackendEntry } from '../../host/engine.ts';
import type { NodeProcessesRequest } from '../../rpc/contract.ts';
import type { AnnouncedModel } from '../../spec/schema-types.ts';
import type { BackendLimits } from '../../timeline/backend-limits.ts';
import type { CommandContext } from '../options.ts';
import { play } from '../play.ts';
import type { CheckGroup } from './check-group.ts';
import { checkScenario, SUITE } from './suite.ts';

/**
 * `not_offered`: the backend, its protocol or the model declares that it has no such thing, so that nothing can be said of the
 * nodes. `skipped`: it could have been checked, but something else stood in the way.
 */
export type CheckStatus = 'passed' | 'failed' | 'not_offered' | 'skipped';

export interface CheckResult {
  readonly model: string;
  readonly group: string;
  readonly name: string;
  readonly status: CheckStatus;
  /** Why it did not pass; empty when it did. */
  readonly reason: string;
}

/** What nodes are checked on. */
export interface CheckTarget {
  readonly backend: BackendEntry;
  readonly models: readonly string[];
  readonly limits: BackendLimits | undefined;
  readonly announced: readonly AnnouncedModel[];
  readonly processes: NodeProcessesRequest | null;
  /** The process was there before, and is there for all scenarios; otherwise every scenario has one of its own. */
  readonly runsAlready: boolean;
}

/** What a backend cannot play, and payments that a model does not have. */
const CANNOT_PLAY: ReadonlySet<string> = new Set(['E614', 'E610', 'E611']);

/** The package of a backend. */
const NOT_INSTALLED = 'E807';

/** A process is gone, or of no use any more; whatever nodes it has left stand in the way of other scenarios. */
const PROCESS_FAILED = /\bE81[12]\b/;

const REPEATED = 'the same scenario gives the same digest again';

/** Calls `tell` with each result as it comes. */
export async function runSuite(
  context: CommandContext,
  target: CheckTarget,
  tell: (result: CheckResult) => void,
): Promise<void> {
  let ended: string | null = null;
  for (const model of target.models) {
    for (const each of SUITE) {
      const group = { ...each, checks: each.on?.[target.backend.name] ?? each.checks };
      if (ended !== null) {
        for (const result of every(model, group, 'skipped', `the process has failed before: ${ended}`)) tell(result);
        continue;
      }
      const { results, failure } = await runGroup(context, target, model, group);
      for (const result of results) tell(result);
      if (target.runsAlready && failure !== null && PROCESS_FAILED.test(failure)) ended = failure;
    }
  }
}

/** The same of every check of a group. */
function every(model: string, group: CheckGroup, status: CheckStatus, reason: string): readonly CheckResult[] {
  const names = [...group.checks.map(({ name }) => name), REPEATED];
  return names.map((name) => ({ model, group: group.name, name, status, reason }));
}

interface GroupResult {
  readonly results: readonly CheckResult[];
  /** Why its scenario has not come to its end; null when it has, or was not played. */
  readonly failure: string | null;
}

async function runGroup(
  context: CommandContext,
  target: CheckTarget,
  model: string,
  group: CheckGroup,
): Promise<GroupResult> {
  const { backend, limits, announced, processes } = target;
  const all = (status: CheckStatus, reason: string): GroupResult => ({
    results: every(model, group, status, reason),
    failure: null,
  });
  const compiled = await context.engine.compile({
    text: checkScenario(group, model),
    file: `${group.name}.yml`,
    readFile: async () => null,
    ...(limits === undefined ? {} : { limits }),
    ...(announced.length === 0 ? {} : { models: announced }),
  });
  if (!compiled.ok) {
    const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
    const limit = errors.every(({ code }) => CANNOT_PLAY.has(code));
    return all(limit ? 'not_offered' : 'failed', errors[0]?.message ?? 'it is no valid scenario');
  }
  const run = () => play(context, compiled, { backend: backend.name, processes, quiet: true });
  const first = await run();
  const failure = first.failure?.message ?? (first.state === 'aborted' ? 'interrupted' : null);
  if (failure?.includes(NOT_INSTALLED)) return all('skipped', failure);
  const result = (name: string, status: CheckStatus, reason: string): CheckResult => ({
    model,
    group: group.name,
    name,
    status,
    reason,
  });
  const seen = first.expectations
    .filter(({ status }) => status !== 'skipped')
    .map(({ message, status, measured }) => {
      if (status === 'passed') return result(message, 'passed', '');
      const needs = group.checks.find(({ name }) => name === message)?.needs;
      const untold = needs === undefined ? undefined : limits?.untold?.get(needs);
      return untold === undefined
        ? result(message, 'failed', measured)
        : result(message, 'not_offered', `${measured}; ${untold}`);
    });
  if (failure === null) return { results: [...seen, await repeated()], failure };
  // Told once: by the first check that it kept from being made.
  const names = new Set(seen.map(({ name }) => name));
  const [next = REPEATED, ...rest] = [...group.checks.map(({ name }) => name), REPEATED].filter(
    (name) => !names.has(name),
  );
  const unseen = rest.map((name) => result(name, 'skipped', 'the scenario did not come to its end'));
  return { results: [...seen, result(next, 'failed', failure), ...unseen], failure };

  /** Whether the same comes of it again, where that can be said. */
  async function repeated(): Promise<CheckResult> {
    if (backend.inWallTime === true) return result(REPEATED, 'not_offered', 'its nodes live by the clock');
    const second = await run();
    const same = first.runDigest !== null && first.runDigest === second.runDigest;
    return result(REPEATED, same ? 'passed' : 'failed', same ? '' : `${first.runDigest} and ${second.runDigest}`);
  }
}
