/**
 * Lock files: `<scenario>.lock.json` beside a scenario pins what it compiles to and what happens when it runs, small
 * enough to commit and laid out so that a diff of two reads well. Reading reports problems as diagnostics.
 */
import type { ErrorObject } from 'ajv';
import type { Json } from '../base/json.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import { makeDiagnostic } from '../spec/problems.ts';
import { SourceText } from '../spec/source-text.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { MAX_GROUPS, type Trace } from './fingerprints.ts';
import { lockCheck } from './lock-check.ts';
import { expectationJson, runCounts } from './manifest.ts';
import type { Checkpoint } from './record-digest.ts';
import type { RunResult } from './runner.ts';

export const LOCK_FORMAT = 'blast-lock/1';

export interface LockDigests {
  readonly spec: string;
  readonly timeline: string;
  readonly run: string;
  readonly records: string;
  readonly state: string;
}

export interface Lock {
  readonly engine: string;
  /** What it was played on; absent for the simulator. */
  readonly backend?: string;
  readonly scenario: string;
  readonly seed: number;
  readonly digests: LockDigests;
  readonly counts: { readonly [key: string]: number };
  readonly expectations: readonly { readonly [key: string]: Json }[];
  readonly checkpoints: readonly Checkpoint[];
  readonly trace: Trace;
}

/** Where the lock of a scenario stands: `x.yml` → `x.lock.json`. */
export function lockPath(scenarioPath: string): string {
  return `${scenarioPath.replace(/\.(ya?ml|json)$/i, '')}.lock.json`;
}

/** The lock of a run; null when the run was not whole or the backend could not tell its state. */
export function lockOf(
  timeline: Timeline,
  digests: { readonly spec: string; readonly timeline: string },
  result: RunResult,
  backend?: string,
): Lock | null {
  if (!result.whole || result.runDigest === null || result.stateDigest === null) return null;
  return {
    engine: ENGINE_VERSION,
    ...(backend === undefined ? {} : { backend }),
    scenario: timeline.name,
    seed: timeline.seed,
    digests: { ...digests, run: result.runDigest, records: result.recordsDigest, state: result.stateDigest },
    counts: runCounts(result),
    expectations: result.expectations.map(expectationJson),
    checkpoints: result.checkpoints,
    trace: result.trace,
  };
}

const FINGERPRINTS_PER_LINE = 16;

/** The file's text. The same lock always gives the same bytes. */
export function writeLock(lock: Lock): string {
  const lines = (items: readonly Json[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const block = (value: { readonly [key: string]: Json }): string =>
    JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
  const chunks: string[] = [];
  const { fingerprints, records, stride } = lock.trace;
  const width = 4 * FINGERPRINTS_PER_LINE;
  for (let at = 0; at < fingerprints.length; at += width) chunks.push(fingerprints.slice(at, at + width));
  const fields: readonly [string, string][] = [
    ['format', JSON.stringify(LOCK_FORMAT)],
    ['engine', JSON.stringify(lock.engine)],
    ...(lock.backend === undefined ? [] : [['backend', JSON.stringify(lock.backend)] satisfies [string, string]]),
    ['scenario', JSON.stringify(lock.scenario)],
    ['seed', String(lock.seed)],
    ['digests', block({ ...lock.digests })],
    ['counts', block(lock.counts)],
    ['expectations', lines(lock.expectations)],
    [
      'checkpoints',
      lines(lock.checkpoints.map(({ atUs, records: n, digest }) => ({ at_us: atUs, records: n, digest }))),
    ],
    ['trace', block({ records, stride, fingerprints: chunks })],
  ];
  return `{\n${fields.map(([name, text]) => `  "${name}": ${text}`).join(',\n')}\n}\n`;
}

export type LockReading =
  | { readonly ok: true; readonly lock: Lock }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

interface LockJson extends Omit<Lock, 'checkpoints' | 'trace'> {
  readonly checkpoints: readonly { readonly at_us: number; readonly records: number; readonly digest: string }[];
  readonly trace: { readonly records: number; readonly stride: number; readonly fingerprints: readonly string[] };
}

/** Reads a lock file; `text` is null when there is none. */
export function readLock(text: string | null, file: string): LockReading {
  const fail = (code: DiagnosticCode, message: string, path = '', hint?: string): LockReading => {
    const source = new SourceText(file, text ?? '');
    return { ok: false, diagnostics: [makeDiagnostic(source, code, source.range(0, 0), path, message, hint)] };
  };
  if (text === null) return fail('E801', 'there is no lock file', '', 'write one with `blast lock`');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail('E802', `the lock file is not JSON: ${(error as Error).message}`);
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'string' && format.startsWith('blast-lock/') && format !== LOCK_FORMAT) {
    return fail('E803', `the lock file has the format '${format}', this engine reads '${LOCK_FORMAT}'`, 'format');
  }
  const validate = lockCheck();
  if (!validate(json)) {
    const problem = validate.errors?.[0];
    const path = problem === undefined ? '' : pathOf(problem);
    return fail(
      'E802',
      `the lock file is malformed: ${path === '' ? 'it' : path} ${problem?.message ?? 'is not valid'}`,
      path,
    );
  }
  const { engine, backend, scenario, seed, digests, counts, expectations, checkpoints, trace } =
    json as unknown as LockJson;
  const fingerprints = trace.fingerprints.join('');
  // A stride is only doubled when there are too many groups, so it cannot be large for a small log.
  const strideFits = trace.stride === 1 || trace.records > (trace.stride / 2) * MAX_GROUPS;
  if (!strideFits || fingerprints.length !== 4 * Math.ceil(trace.records / trace.stride)) {
    return fail(
      'E802',
      'the lock file is malformed: trace.fingerprints does not fit the number of records',
      'trace.fingerprints',
    );
  }
  return {
    ok: true,
    lock: {
      engine,
      ...(backend === undefined ? {} : { backend }),
      scenario,
      seed,
      digests,
      counts,
      expectations,
      checkpoints: checkpoints.map(({ at_us: atUs, records, digest }) => ({ atUs, records, digest })),
      trace: { records: trace.records, stride: trace.stride, fingerprints },
    },
  };
}

/** `/checkpoints/3/digest` → `checkpoints[3].digest`. */
/** Where in a document a schema is broken, as `trace.fingerprints[3]`; empty: the document itself. */
export function pathOf(problem: ErrorObject): string {
  return problem.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
