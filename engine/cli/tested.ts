/** What `blast test` found out about scenarios, for people, for CI systems and for annotations. Makes texts only. */
import type { ChalkInstance } from 'chalk';
import type { ExpectationResult } from '../run/run-contract.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import { githubAnnotation, githubCommand } from '../spec/format-github.ts';
import { formatDuration, groupDigits } from '../spec/units.ts';
import { xml, xmlText } from '../sweep/junit.ts';
import { counted } from './diagnostics-output.ts';

/** One thing that was tested of a scenario. */
export interface TestCase {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'error';
  /** Why it is not passed; empty where it is. */
  readonly detail: string;
  /** Where it stands in the scenario, when it stands there. */
  readonly place?: { readonly line: number; readonly column: number };
}

export interface TestedScenario {
  readonly file: string;
  readonly cases: readonly TestCase[];
  readonly diagnostics: readonly Diagnostic[];
  /** Digest of the run; null when there was none. */
  readonly run: string | null;
  readonly code: number;
}

/** The case of an expectation: its message, or what it says, with its instant. */
export function expectationCase({ that, message, atUs, line, column, status, measured }: ExpectationResult): TestCase {
  const name = `${message === '' ? that : message}${atUs === undefined ? '' : ` at ${formatDuration(atUs)}`}`;
  const detail = {
    passed: '',
    failed: name.startsWith(that) ? measured : `${measured}\n${that}`,
    skipped: 'the run ended before',
  }[status];
  return { name, status, detail, place: { line, column } };
}

const failed = (cases: readonly TestCase[]): number =>
  cases.filter(({ status }) => status === 'failed' || status === 'error').length;

/** A line for a scenario; those that did not pass have their failures below. */
export function testedLine({ file, cases }: TestedScenario, style: ChalkInstance): string {
  const wrong = failed(cases);
  const skipped = cases.filter(({ status }) => status === 'skipped').length;
  const notReached = skipped === 0 ? '' : `, ${skipped} not reached`;
  if (wrong === 0)
    return `${style.green('passed')}  ${file}  ${counted(cases.length - skipped, 'check')}${notReached}\n`;
  const lines = [`${style.red('failed')}  ${file}  ${wrong} of ${counted(cases.length, 'check')}${notReached}`];
  for (const { name, status, detail, place } of cases) {
    if (status !== 'failed' && status !== 'error') continue;
    lines.push(
      `        ${style.bold(`${file}${place === undefined ? '' : `:${place.line}:${place.column}`}`)} ${name}`,
    );
    if (detail !== '')
      lines.push(
        ...detail
          .trimEnd()
          .split('\n')
          .map((line) => `          ${line}`.trimEnd()),
      );
  }
  return `${lines.join('\n')}\n`;
}

/** `3 scenarios: 2 passed, 1 failed`. */
export function testedSummary(tested: readonly TestedScenario[], style: ChalkInstance): string {
  const wrong = tested.filter(({ cases }) => failed(cases) > 0).length;
  const parts = [
    ...(tested.length > wrong ? [style.green(`${groupDigits(tested.length - wrong)} passed`)] : []),
    ...(wrong > 0 ? [style.red(`${groupDigits(wrong)} failed`)] : []),
  ];
  return `\n${counted(tested.length, 'scenario')}: ${parts.join(', ')}\n`;
}

/** Annotations of GitHub Actions for everything that failed, and for warnings. */
export function testedAnnotations({ file, cases, diagnostics }: TestedScenario): string {
  const lines = diagnostics.map(githubAnnotation);
  for (const { name, status, detail, place } of cases) {
    // What is wrong with a file that is not valid is said by its diagnostics.
    if ((status !== 'failed' && status !== 'error') || detail === '') continue;
    const { line, column } = place ?? { line: 1, column: 1 };
    const at: [string, string][] = [
      ['file', file],
      ['line', String(line)],
      ['col', String(column)],
      ['title', name],
    ];
    lines.push(githubCommand('error', at, detail.trimEnd()));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** A report in the form of JUnit, a suite for each scenario. It holds no wall time: the same result has the same bytes. */
export function testedJunit(tested: readonly TestedScenario[]): string {
  const count = (cases: readonly TestCase[], status: TestCase['status']): number =>
    cases.filter((one) => one.status === status).length;
  const counts = (cases: readonly TestCase[]): string =>
    `tests="${cases.length}" failures="${count(cases, 'failed')}" errors="${count(cases, 'error')}" skipped="${count(cases, 'skipped')}"`;
  const all = tested.flatMap(({ cases }) => cases);
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites name="blast test" ${counts(all)}>`];
  for (const { file, cases, diagnostics } of tested) {
    lines.push(`  <testsuite name="${xml(file)}" ${counts(cases)}>`);
    for (const { name, status, detail, place } of cases) {
      const at = `file="${xml(file)}"${place === undefined ? '' : ` line="${place.line}"`}`;
      const open = `    <testcase classname="${xml(file)}" name="${xml(name)}" ${at}`;
      const text = detail === '' && status === 'error' ? formatDiagnostics(diagnostics) : detail.trimEnd();
      if (status === 'passed') lines.push(`${open}/>`);
      else if (status === 'skipped') lines.push(`${open}><skipped message="${xml(text)}"/></testcase>`);
      else {
        const tag = status === 'error' ? 'error' : 'failure';
        lines.push(
          `${open}>`,
          `      <${tag} message="${xml(text.split('\n', 1)[0] ?? '')}">${xmlText(text)}</${tag}>`,
        );
        lines.push('    </testcase>');
      }
    }
    lines.push('  </testsuite>');
  }
  return `${lines.join('\n')}\n</testsuites>\n`;
}
