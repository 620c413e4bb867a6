/** All scenarios of the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './command.ts';

/**
 * Paths of the scenario files under scenarios/ and snapshots/ whose locks were made on a backend, relative to the root, in
 * order; those without a lock count as the simulator's.
 */
export function scenarioFiles(backend = 'simulator'): string[] {
  return ['scenarios', 'snapshots'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yml'))
      .map((name) => path.join(folder, name))
      .filter((file) => backendOf(file) === backend)
      .sort(),
  );
}

function backendOf(file: string): string {
  // Played by the clock, and so never locked.
  if (file.startsWith(path.join('scenarios', 'rpc-backend'))) return 'rpc';
  const lock = path.join(ROOT, file.replace(/\.yml$/, '.lock.json'));
  return existsSync(lock) ? (JSON.parse(readFileSync(lock, 'utf8')).backend ?? 'simulator') : 'simulator';
}
