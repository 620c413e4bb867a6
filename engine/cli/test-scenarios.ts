/** `blast test`: runs scenarios for CI, with their expectations and the locks that they have, and reports on all of them. */
import { ENGINE_VERSION } from '../base/version.ts';
import type { Compiled } from '../host/engine.ts';
import { writeWhole } from '../run/files.ts';
import { lockPath, readLock } from '../run/lock.ts';
import type { RunResult } from '../run/run-contract.ts';
import { Verifier } from '../run/verify.ts';
import { differenceText } from '../run/verify-text.ts';
import { diagnosticJson, formatDiagnostics } from '../spec/format-diagnostic.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { MODELS_OPTIONS, modelsSettings, type OpenedModels, refuseModels, withAnnounced } from './models-option.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues } from './options.ts';
import { chosenBackend, exitCodeOf, play } from './play.ts';
import { compileFile, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';
import {
  expectationCase,
  type TestCase,
  type TestedScenario,
  testedAnnotations,
  testedJunit,
  testedLine,
  testedSummary,
} from './tested.ts';

/** The check that a scenario has without expectations and lock, too. */
const RUNS = 'runs to its end';
const LOCKED = 'is the locked run';

export const testCommand: CommandEntry = {
  name: 'test',
  summary: 'run scenarios and report on their expectations and locks, for CI',
  details:
    'Each scenario must be valid, run to its end, meet its expectations, and be the run of its lock file, where it has one. ' +
    'Goes on after a failure. Writes no results; --junit writes a report that CI systems read.',
  arguments: [{ syntax: '<file...>', summary: 'scenarios' }],
  options: [
    { flags: '--locked', summary: 'a scenario without a lock file fails' },
    { flags: '--junit <file>', summary: 'write a report in the form of JUnit' },
    ...MODELS_OPTIONS,
    OPTION.allowOutside,
    {
      flags: '--format <format>',
      summary: 'text, json or github (annotations)',
      defaultValue: 'text',
      choices: ['text', 'json', 'github'],
    },
    OPTION.quiet,
  ],
  examples: [
    ['blast test scenarios/*.yml', 'all of them'],
    ['blast test scenarios/*.yml --locked --junit report.xml', 'with locks, and a report'],
    ['blast test scenarios/*.yml --format github', 'annotations in a workflow of GitHub Actions'],
  ],
  async run(context, files, options) {
    const { io } = context;
    const quiet = options.quiet === true;
    const style = styleFor(io, io.stdout);
    const tested: TestedScenario[] = [];
    for (const file of files) {
      const settings = modelsSettings(io, options);
      refuseModels(chosenBackend(context, file, undefined).name, settings);
      const one = await withAnnounced(context, settings, (models) => testOne(context, file, options, models));
      tested.push(one);
      if (options.format === 'text') {
        printDiagnostics(io, one.diagnostics);
        if (!quiet || one.code !== EXIT.ok) io.stdout.write(testedLine(one, style));
      } else if (options.format === 'github') io.stdout.write(testedAnnotations(one));
      if (one.code === EXIT.interrupted) break;
    }
    if (options.format === 'json') io.stdout.write(`${JSON.stringify(tested.map(testedJson), null, 2)}\n`);
    else if (!quiet) io.stdout.write(testedSummary(tested, style));
    if (options.junit !== undefined) writeWhole(io.files, options.junit as string, testedJunit(tested));
    return tested.reduce((worst, { code }) => Math.max(worst, code), EXIT.ok as number);
  },
};

function testedJson({ file, cases, diagnostics, run, code }: TestedScenario): unknown {
  return { file, passed: code === EXIT.ok, run, cases, diagnostics: diagnostics.map(diagnosticJson) };
}

async function testOne(
  context: CommandContext,
  file: string,
  options: OptionValues,
  models: OpenedModels,
): Promise<TestedScenario> {
  const invalid = {
    file,
    cases: [{ name: 'is valid', status: 'error', detail: '' }],
    run: null,
    code: EXIT.invalid,
  } as const;
  const backend = chosenBackend(context, file, undefined);
  let answer: Awaited<ReturnType<typeof compileFile>>;
  try {
    answer = await compileFile(context, file, {
      allowOutside: options.allowOutside === true,
      ...(models.announced === undefined ? {} : { models: models.announced }),
      ...(backend.limits === undefined ? {} : { limits: backend.limits }),
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const detail = error.message;
    return { ...invalid, cases: [{ name: 'can be read', status: 'error', detail }], diagnostics: [] };
  }
  if (!answer.ok) return { ...invalid, diagnostics: answer.diagnostics };
  const lock = lockOf(context, file, options.locked === true);
  const verifier = lock !== null && 'lock' in lock ? new Verifier(answer.timeline, lock.lock, null) : null;
  const result = await play(context, answer, {
    quiet: options.quiet === true || options.format !== 'text',
    observers: () => verifier?.observers ?? [],
    backend: backend.name,
    models: models.open,
  });
  const cases = casesOf(result);
  if (lock !== null && 'problem' in lock) cases.push({ name: LOCKED, status: 'error', detail: lock.problem });
  else if (verifier !== null && result.state === 'completed') cases.push(lockCase(file, answer, verifier, result));
  return { file, cases, diagnostics: answer.diagnostics, run: result.runDigest, code: codeOf(cases, result) };
}

function casesOf(result: RunResult): TestCase[] {
  const why = result.failure?.message ?? (result.state === 'aborted' ? 'interrupted' : '');
  const runs: TestCase = { name: RUNS, status: why === '' ? 'passed' : 'error', detail: why };
  return [runs, ...result.expectations.map(expectationCase)];
}

function lockCase(file: string, compiled: Compiled, verifier: Verifier, result: RunResult): TestCase {
  const digests = { spec: compiled.specDigest, timeline: compiled.timelineDigest };
  const found = verifier.verdict(digests, result, ENGINE_VERSION);
  if (found.identical) return { name: LOCKED, status: 'passed', detail: '' };
  return { name: LOCKED, status: 'failed', detail: differenceText(file, found, result) };
}

/** The lock of a scenario, what is wrong with it, or null when it has none and needs none. */
function lockOf({ io }: CommandContext, file: string, needed: boolean) {
  const path = lockPath(file);
  const text = io.files.read(path);
  if (text === null && !needed) return null;
  const reading = readLock(text, path);
  return reading.ok ? { lock: reading.lock } : { problem: formatDiagnostics(reading.diagnostics) };
}

function codeOf(cases: readonly TestCase[], result: RunResult): number {
  const locked = cases.find(({ name }) => name === LOCKED)?.status;
  if (result.state !== 'completed') return exitCodeOf(result);
  if (locked === 'failed') return EXIT.replayDiffers;
  return locked === 'error' ? EXIT.invalid : exitCodeOf(result);
}
