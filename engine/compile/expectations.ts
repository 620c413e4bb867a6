/**
 * Places the expectations of a scenario and the states that it keeps in time; what expectations say is checked elsewhere
 * (see expressions.ts).
 */
import type { ExpectationSpec, Scenario } from '../spec/scenario.ts';
import { captureName } from '../timeline/captures.ts';
import type { PlannedCapture, PlannedExpectation } from '../timeline/timeline.ts';
import type { Reporter } from './stage.ts';

/** The expectations in order of time (then of the file); those after the end of the run are left out with a warning. */
export function planExpectations(scenario: Scenario, reporter: Reporter): readonly PlannedExpectation[] {
  const planned: PlannedExpectation[] = [];
  for (const expectation of scenario.expect) {
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
