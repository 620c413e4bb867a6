/** Reads the files that activities name, such as lists of payments, before anything is planned. */
import type { PlanFile } from '../kinds/kind.ts';
import { activityKind } from '../kinds/registry.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import type { FileAccess } from './imports.ts';
import { readNamedFiles } from './named-files.ts';
import type { Reporter } from './stage.ts';

export interface ActivityFiles {
  /** By path as written. */
  readonly byPath: ReadonlyMap<string, PlanFile>;
  /** Path and text of every file read. */
  readonly texts: readonly (readonly [string, string])[];
}

/** Reads all of them; what cannot be read is reported. */
export async function loadActivityFiles(
  scenario: Scenario,
  index: SourceIndex,
  access: FileAccess,
  reporter: Reporter,
): Promise<ActivityFiles> {
  const places = scenario.activity.flatMap((use) =>
    (activityKind(use.kind)?.files?.(use) ?? []).map((place) => index.placeOf(use.args, ...place)),
  );
  return readNamedFiles(places, index, access, reporter);
}
