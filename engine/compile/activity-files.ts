/** Reads the files that activities name, such as lists of payments, before anything is planned. */
import { sha256Text } from '../base/digest.ts';
import type { PlanFile } from '../kinds/kind.ts';
import { activityKind } from '../kinds/registry.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { type FileAccess, insideFolder } from './imports.ts';
import type { Reporter } from './stage.ts';

export interface ActivityFiles {
  /** By path as written. */
  readonly byPath: ReadonlyMap<string, PlanFile>;
  /** SHA-256 of every file read, by path. */
  readonly digests: readonly (readonly [string, string])[];
}

/** Reads all of them; what cannot be read is reported. */
export async function loadActivityFiles(
  scenario: Scenario,
  index: SourceIndex,
  access: FileAccess,
  reporter: Reporter,
): Promise<ActivityFiles> {
  const folder = /^.*[/\\]/.exec(index.source.file)?.[0] ?? '';
  const byPath = new Map<string, PlanFile>();
  const digests: (readonly [string, string])[] = [];
  for (const use of scenario.activity) {
    for (const place of activityKind(use.kind)?.files?.(use) ?? []) {
      const at = index.placeOf(use.args, ...place);
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
      digests.push([path, sha256Text(text)]);
    }
  }
  return { byPath, digests };
}
