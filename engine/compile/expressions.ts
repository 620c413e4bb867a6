/**
 * Checks the expressions of a document: expectations, conditions of events, and metrics of a sweep. They are found in the document itself, so
 * that what is wrong with them is said together with everything else, also where the document is not valid.
 */
import type { Json } from '../base/json.ts';
import {
  checkExpectation,
  checkMetric,
  type ExpectationNames,
  type ExpectationProblem,
  unknownNames,
  usedFields,
} from '../kinds/expectation.ts';
import { BEHAVIOUR_KINDS, eventKind } from '../kinds/registry.ts';
import { expressionSyntax } from '../spec/cel.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import { type KnownNames, knownNames, type NetworkNames } from '../spec/name-uses.ts';
import type { Path } from '../spec/path.ts';
import type { Placed } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { follow } from '../spec/tree.ts';
import { property } from '../spec/values.ts';
import { inside, type Place, type Reporter } from './stage.ts';

/** Name of the activity whose payments the entry of `events` with this index makes. */
export function eventActivity(index: number): string {
  return `event-${index + 1}`;
}

/** What an expression must give. */
interface Form {
  check(source: string): ExpectationProblem | null;
  /** What is reported about a well-formed expression that gives something else. */
  readonly code: DiagnosticCode;
}

const CONDITION: Form = { check: checkExpectation, code: 'E506' };
const METRIC: Form = { check: checkMetric, code: 'E649' };

/** Reports expressions that do not give what they must, whatever the names in them mean. */
export function checkExpressions(index: SourceIndex, reporter: Reporter): void {
  for (const [that, form] of expressionsOf(index)) {
    const problem = form.check(that.value);
    if (problem === null) continue;
    // An expression that can be compared with itself is well-formed; what it lacks is to be of the right type.
    const wellFormed = checkExpectation(`(${that.value}) == (${that.value})`) === null;
    reporter.report(wellFormed ? form.code : 'E503', placeOf(that, problem, index), problem.message);
  }
}

/** Reports names in expressions that nothing has. Expressions that are not valid are left to checkExpressions. */
export function checkExpressionNames(
  index: SourceIndex,
  network: NetworkNames<KnownNames> | null,
  reporter: Reporter,
): void {
  const names: ExpectationNames = {
    nodes: network?.nodes ?? null,
    channels: network?.channels ?? null,
    invoices: network?.invoices ?? null,
    activities: activityNames(index.data),
    behaviours: behaviourNames(index.data),
  };
  for (const [that, form] of expressionsOf(index)) {
    if (form.check(that.value) !== null) continue;
    for (const problem of unknownNames(that.value, names)) {
      reporter.report('E503', placeOf(that, problem, index), problem.message);
    }
  }
}

/** What the valid expressions of a document read, each with its place. */
export function fieldsRead(index: SourceIndex): readonly (readonly [name: string, at: Place])[] {
  return expressionsOf(index)
    .filter(([that, form]) => form.check(that.value) === null)
    .flatMap(([that]) =>
      usedFields(that.value).map(({ name, offset }) => [name, inside(that, index, offset)] as const),
    );
}

/** Names of activities, also of those that events make; null where the document is not such that they can be told. */
function activityNames(data: Json): KnownNames | null {
  const written = property(data, 'activity') ?? {};
  if (typeof written !== 'object' || Array.isArray(written)) return null;
  const made = list(data, 'events').flatMap((event, i) => {
    const keys = typeof event === 'object' && event !== null ? Object.keys(event) : [];
    return keys.some((key) => eventKind(key)?.payment !== undefined) ? [eventActivity(i)] : [];
  });
  const behaviours = property(data, 'behaviours') ?? {};
  const paying = typeof behaviours === 'object' ? Object.entries(behaviours) : [];
  const agents = paying.flatMap(([name, entry]) =>
    BEHAVIOUR_KINDS.some((kind) => kind.pays && property(entry as Json, kind.name) !== undefined) ? [name] : [],
  );
  return knownNames([...Object.keys(written), ...made, ...agents]);
}

function behaviourNames(data: Json): KnownNames | null {
  const written = property(data, 'behaviours') ?? {};
  return typeof written !== 'object' || Array.isArray(written) ? null : knownNames(Object.keys(written));
}

/** The expressions of a document that are texts with a known value. */
function expressionsOf(index: SourceIndex): readonly (readonly [Placed<string>, Form])[] {
  const metrics = property(property(index.data, 'sweep'), 'metrics');
  const named = typeof metrics === 'object' && metrics !== null ? Object.keys(metrics) : [];
  const paths: (readonly [Path, Form])[] = [
    ...list(index.data, 'events').map((_, i) => [['events', i, 'when'], CONDITION] as const),
    ...list(index.data, 'expect').map(
      (one, i) => [typeof one === 'string' ? ['expect', i] : ['expect', i, 'that'], CONDITION] as const,
    ),
    ...named.map((name) => [['sweep', 'metrics', name], METRIC] as const),
  ];
  return paths.flatMap(([path, form]) => {
    const { node, complete } = follow(index.tree, path);
    if (!complete || node.kind !== 'scalar' || typeof node.value !== 'string' || index.unknown.has(node)) return [];
    // What is not well-formed was reported with the values of the document.
    if (expressionSyntax(node.value) !== null) return [];
    return [[index.placed(path, node.value), form] as const];
  });
}

function list(data: Json, key: string): readonly Json[] {
  const found = property(data, key);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

/** Where in an expression a problem is. */
function placeOf(that: Placed<string>, problem: ExpectationProblem, index: SourceIndex): Place {
  return problem.offset === undefined ? that : inside(that, index, problem.offset);
}
