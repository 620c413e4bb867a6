/** Checks the expectations of a scenario and places them in time. */
import { checkExpectation, type ExpectationNames, type ExpectationProblem } from '../kinds/expectation.ts';
import type { ExpectationSpec, Placed, Scenario } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { captureName } from '../timeline/captures.ts';
import type { PlannedCapture, PlannedExpectation } from '../timeline/timeline.ts';
import { inside, type Place, type Reporter } from './stage.ts';

/** Reports expectations that are no valid conditions, whatever the names in them mean. */
export function checkExpressions(scenario: Scenario, index: SourceIndex, reporter: Reporter): void {
  const conditions = scenario.events.flatMap(({ schedule }) =>
    schedule.value.kind === 'when' ? [{ that: schedule.value.condition }] : [],
  );
  for (const { that } of [...conditions, ...scenario.expect]) {
    const problem = checkExpectation(that.value);
    if (problem === null) continue;
    // An expression that can be compared with itself is well-formed; what it lacks is to be true or false.
    const wellFormed = checkExpectation(`(${that.value}) == (${that.value})`) === null;
    reporter.report(wellFormed ? 'E506' : 'E503', placeOf(that, problem, index), problem.message);
  }
}

/** The expectations in order of time (then of the file); those after the end of the run are left out with a warning. */
export function planExpectations(
  scenario: Scenario,
  names: ExpectationNames,
  index: SourceIndex,
  reporter: Reporter,
): readonly PlannedExpectation[] {
  const planned: PlannedExpectation[] = [];
  for (const expectation of scenario.expect) {
    if (checkExpectation(expectation.that.value) !== null) continue; // reported by checkExpressions
    const problem = checkExpectation(expectation.that.value, names);
    if (problem !== null) {
      reporter.report('E503', placeOf(expectation.that, problem, index), problem.message);
      continue;
    }
    const { atUs } = expectation;
    if (atUs !== undefined && atUs.value > scenario.durationUs) {
      reporter.report('W601', atUs, 'the expectation would be checked after the end of the run, and is left out');
      continue;
    }
    planned.push(plan(expectation, scenario.durationUs));
  }
  return planned.sort((a, b) => a.atUs - b.atUs);
}

/** The states to keep, in order of time; those after the end of the run are left out with a warning. */
export function planCaptures(scenario: Scenario, reporter: Reporter): readonly PlannedCapture[] {
  const names = new Set<string>();
  const planned: PlannedCapture[] = [];
  for (const { atUs, name } of scenario.snapshots ?? []) {
    const time = atUs.value;
    if (time !== null && time > scenario.durationUs) {
      reporter.report('W601', atUs, 'the snapshot would be taken after the end of the run, and is left out');
      continue;
    }
    const called = name?.value ?? (time === null ? 'end' : captureName('at', time));
    if (names.has(called)) reporter.report('E405', name ?? atUs, `two snapshots are called \`${called}\``);
    names.add(called);
    planned.push({ atUs: time ?? scenario.durationUs, atEnd: time === null, name: called });
  }
  return planned.sort((a, b) => a.atUs - b.atUs || Number(a.atEnd) - Number(b.atEnd));
}

/** Where in an expression a problem is. */
export function placeOf(that: Placed<string>, problem: ExpectationProblem, index: SourceIndex): Place {
  return problem.offset === undefined ? that : inside(that, index, problem.offset);
}

function plan(expectation: ExpectationSpec, durationUs: number): PlannedExpectation {
  const { that, atUs, message } = expectation;
  return {
    atUs: atUs?.value ?? durationUs,
    atEnd: atUs === undefined,
    that: that.value,
    message: message ?? that.value,
    line: that.range.line,
    column: that.range.column,
  };
}
