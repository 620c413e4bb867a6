/** All scenarios of the repository. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './command.ts';

/** Paths of the scenario files under scenarios/ and snapshots/, relative to the root, in order. */
export function scenarioFiles(): string[] {
  return ['scenarios', 'snapshots'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yml'))
      .map((name) => path.join(folder, name))
      .sort(),
  );
}
