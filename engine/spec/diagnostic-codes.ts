/**
 * The one table of diagnostic codes. The documentation page and the tests are generated from it; a code is never used
 * again for something else. Hundreds are stages: 1 reading, 2 structure, 3 values and units, 4 names, 5 parameters and
 * expressions, 6 time and planning, 7 import files, 8 lock files, replays and snapshots. E is an error, W a warning.
 */
import { IMPORT_FILES } from './codes/import-files.ts';
import type { DiagnosticInfo } from './codes/info.ts';
import { KEPT_FILES } from './codes/kept-files.ts';
import { MEANING } from './codes/meaning.ts';
import { PLANNING } from './codes/planning.ts';
import { SCENARIO_TEXT } from './codes/scenario-text.ts';
import { WARNINGS } from './codes/warnings.ts';

export type { DiagnosticInfo, RaisedBy } from './codes/info.ts';

/** A part for each kind of fault, in the order of the documentation. */
export const DIAGNOSTIC_PARTS: readonly [
  typeof SCENARIO_TEXT,
  typeof MEANING,
  typeof PLANNING,
  typeof IMPORT_FILES,
  typeof KEPT_FILES,
  typeof WARNINGS,
] = [SCENARIO_TEXT, MEANING, PLANNING, IMPORT_FILES, KEPT_FILES, WARNINGS];

type CodesOf<Part> = Part extends unknown ? keyof Part & string : never;

export type DiagnosticCode = CodesOf<(typeof DIAGNOSTIC_PARTS)[number]>;

const DIAGNOSTICS: Readonly<Record<DiagnosticCode, DiagnosticInfo>> = {
  ...SCENARIO_TEXT,
  ...MEANING,
  ...PLANNING,
  ...IMPORT_FILES,
  ...KEPT_FILES,
  ...WARNINGS,
};

/** All codes in the order of the table. */
export const DIAGNOSTIC_CODES: readonly DiagnosticCode[] = Object.keys(DIAGNOSTICS) as DiagnosticCode[];

/** The table's entry of a code. */
export function diagnosticInfo(code: DiagnosticCode): DiagnosticInfo {
  return DIAGNOSTICS[code];
}
