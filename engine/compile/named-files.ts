/**
 * Reads the files that a scenario names in its values. Each is read once; a file outside the scenario's folder and one
 * that cannot be read are reported at every place that names them.
 */
import type { PlanFile } from '../kinds/kind.ts';
import type { Placed } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { type FileAccess, insideFolder } from './imports.ts';
import type { Reporter } from './stage.ts';

export interface NamedFiles {
  /** By path as written. */
  readonly byPath: ReadonlyMap<string, PlanFile>;
  /** Path and text of every file read. */
  readonly texts: readonly (readonly [string, string])[];
}

export async function readNamedFiles(
  places: readonly Placed<unknown>[],
  index: SourceIndex,
  access: FileAccess,
  reporter: Reporter,
): Promise<NamedFiles> {
  const folder = /^.*[/\\]/.exec(index.source.file)?.[0] ?? '';
  const byPath = new Map<string, PlanFile>();
  const texts: (readonly [string, string])[] = [];
  for (const at of places) {
    const written = String(at.value);
    if (byPath.has(written)) continue;
    const inside = insideFolder(written);
    const path = inside ?? written;
    if (access.allowOutside !== true && (inside === null || access.isOutside?.(path) === true)) {
      const hint = 'move the file next to the scenario, or allow it with --allow-outside';
      reporter.report('E705', at, `${written} is not in the scenario's folder`, hint);
      continue;
    }
    const text = await access.readFile(path);
    if (text === null) {
      reporter.report('E701', at, `cannot read ${written}`);
      continue;
    }
    byPath.set(written, { name: `${folder}${path}`, text });
    texts.push([path, text]);
  }
  return { byPath, texts };
}
