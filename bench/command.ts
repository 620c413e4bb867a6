/** The command as it is packed, in processes of their own, for benchmarks of what is outside the engine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// dist/bench/command.js stands one folder below the bundle.
const MAIN = fileURLToPath(new URL('../blast.mjs', import.meta.url));

/** Says at its end the most memory that the process has had, KiB. */
const PEAK = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`;

/** Wall time of a process, ms, and the most memory it has had, MiB. */
export interface Process {
  readonly wallMs: number;
  readonly peakMib: number;
}

/** Runs the command, or Node alone without words. @throws Error unless it ends with 0 */
export function command(words: readonly string[], cwd: string): Process {
  const own = words.length === 0 ? ['-e', '0'] : [MAIN, ...words];
  const args = ['--import', `data:text/javascript,${encodeURIComponent(PEAK)}`, ...own];
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  const wallMs = performance.now() - started;
  const peak = /peak (\d+)$/.exec(stderr)?.[1];
  if (status !== 0 || peak === undefined) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  return { wallMs, peakMib: Number(peak) / 1024 };
}

/** Does something in a folder that is gone afterwards. */
export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'blast-bench-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
