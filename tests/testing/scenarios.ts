/** All scenarios of the repository. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './command.ts';

/** Paths of the scenario files under scenarios/, relative to the root, in order. */
export function scenarioFiles(): string[] {
  return readdirSync(path.join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yml'))
    .map((name) => path.join('scenarios', name))
    .sort();
}
