/**
 * Reads the text of a snapshot file. Every mistake is a diagnostic: nothing is half read. What the digest proves is told
 * beside what else is wrong, since a file that was changed by hand is often wrong in both.
 */
import type { ErrorObject } from 'ajv';
import type { Json } from '../base/json.ts';
import { locateJson, parseJsonText } from '../base/json-text.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import { formatPath, type Path } from '../spec/path.ts';
import { makeDiagnostic } from '../spec/problems.ts';
import { SourceText } from '../spec/source-text.ts';
import { inconsistencies } from './consistency.ts';
import {
  isJournal,
  type KeptState,
  type RunState,
  SNAPSHOT_FORMAT,
  type SnapshotDocument,
  type SnapshotScenario,
} from './document.ts';
import { journalInconsistencies } from './journal.ts';
import { SNAPSHOT_MIGRATIONS } from './migrations.ts';
import { snapshotCheck } from './snapshot-check.ts';
import { digestOfJson, digestOfLayout } from './text.ts';

export type SnapshotReading =
  | {
      readonly ok: true;
      readonly document: SnapshotDocument;
      /** SHA-256 of the canonical form, 64 hex digits. */
      readonly digest: string;
      /** Format of the file, when it is an older one. */
      readonly migratedFrom?: string;
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

type JsonObject = { readonly [key: string]: Json };

const KNOWN: readonly string[] = [...SNAPSHOT_MIGRATIONS.map(({ from }) => from), SNAPSHOT_FORMAT];

/** @param file name for diagnostics */
export function readSnapshot(text: string, file: string): SnapshotReading {
  const report = reporter(text, file);
  const fail = (...diagnostics: readonly Diagnostic[]): SnapshotReading => ({ ok: false, diagnostics });
  const parsed = parse(text);
  if (!parsed.ok) {
    // A whole value before the place of the error is not cut: something stands behind it.
    const cut = !text.trimEnd().endsWith('}') && !parse(text.slice(0, parsed.offset)).ok;
    const message = cut ? 'the snapshot ends in the middle' : `the snapshot is not JSON: ${parsed.message}`;
    return fail(report('E822', parsed.offset, message, 'take it again, or copy it again from where it was taken'));
  }
  const json = parsed.value;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return fail(report('E822', 0, 'the snapshot is not a JSON object'));
  }
  const document = json as JsonObject;
  const format = document.format;
  if (typeof format !== 'string' || !KNOWN.includes(format)) {
    const message =
      format === undefined
        ? 'this is no snapshot: it has no `format`'
        : `the snapshot has the format ${JSON.stringify(format)}, this engine reads ${KNOWN.join(' and ')}`;
    return fail(report('E823', ['format'], message, 'take it again with this engine, or use the one that wrote it'));
  }
  const diagnostics: Diagnostic[] = [];
  const digest = digestProblem(document, text);
  if (digest !== null)
    diagnostics.push(report('E825', ['digest'], digest, 'take it again from the scenario that made it'));
  const { digest: _, ...migrated } = migrate(document, format);
  const shape = shapeProblem({ ...migrated, digest: '0'.repeat(64) });
  if (shape !== null) {
    diagnostics.push(report('E824', shape.path, `the snapshot is malformed: ${shape.message}`));
    return fail(...diagnostics);
  }
  const {
    engine,
    run,
    scenario,
    format: __,
    ...state
  } = migrated as unknown as {
    readonly engine: string;
    readonly format: string;
    readonly run?: RunState;
    readonly scenario: SnapshotScenario;
  } & KeptState;
  const wrong = isJournal(state) ? journalInconsistencies(state) : inconsistencies(state);
  for (const { path, message } of wrong) diagnostics.push(report('E826', path, message));
  if (diagnostics.length > 0) return fail(...diagnostics);
  const warnings =
    engine === ENGINE_VERSION
      ? []
      : [
          report(
            'W821',
            ['engine'],
            `version ${engine} of the engine wrote the snapshot, this is ${ENGINE_VERSION}`,
            'what follows may differ from what that version would have played',
          ),
        ];
  return {
    ok: true,
    document: { engine, ...(run === undefined ? {} : { run }), scenario, state },
    digest: document.digest as string,
    ...(format === SNAPSHOT_FORMAT ? {} : { migratedFrom: format }),
    warnings,
  };
}

/** The runtime's own parser is several times quicker; what it refuses is looked at closely. */
function parse(text: string): ReturnType<typeof parseJsonText> {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    return parseJsonText(text);
  }
}

type Report = (code: DiagnosticCode, at: number | Path, message: string, hint?: string) => Diagnostic;

function reporter(text: string, file: string): Report {
  let source: SourceText | undefined;
  return (code, at, message, hint) => {
    // The lines of a large file are counted only when something is wrong.
    source ??= new SourceText(file, text);
    const found = typeof at === 'number' ? { start: at, end: at + 1 } : locateJson(text, at);
    const start = found.start;
    // What is missing is missing in the whole, which needs no excerpt.
    const end = start === 0 ? 1 : found.end;
    const path = typeof at === 'number' ? '' : formatPath(at);
    return makeDiagnostic(source, code, source.range(start, end), path, message, hint);
  };
}

/** What is wrong with the digest, or null. */
function digestProblem(document: JsonObject, text: string): string | null {
  const said = document.digest;
  if (typeof said !== 'string' || !/^[0-9a-f]{64}$/.test(said)) return 'the snapshot has no SHA-256 of its own';
  if (digestOfLayout(text) === said || digestOfJson(document) === said) return null;
  return 'the snapshot was changed after it was taken: its content does not have the SHA-256 that it states';
}

function migrate(document: JsonObject, format: string): JsonObject {
  let migrated = document;
  const first = SNAPSHOT_MIGRATIONS.findIndex(({ from }) => from === format);
  for (const migration of first < 0 ? [] : SNAPSHOT_MIGRATIONS.slice(first)) migrated = migration.migrate(migrated);
  return migrated;
}

function shapeProblem(document: JsonObject): { readonly path: Path; readonly message: string } | null {
  const check = snapshotCheck();
  if (check(document)) return null;
  const [error] = (check.errors ?? []) as readonly ErrorObject[];
  if (error === undefined) return { path: [], message: 'it does not have the shape of a snapshot' };
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const extra = (error.params as { readonly additionalProperty?: string }).additionalProperty;
  return { path, message: extra === undefined ? (error.message ?? '') : `there is a key too many: \`${extra}\`` };
}
