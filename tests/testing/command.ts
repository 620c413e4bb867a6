/** The command in-process on real files, and where optional helpers of the tests are. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { runCli } from '../../engine/cli/cli.ts';
import { nodeCronClock } from '../../engine/cli/node-cron-clock.ts';
import { defaultEngine } from '../../engine/host/default-engine.ts';
import type { Engine } from '../../engine/host/engine.ts';
import { nodeFiles } from '../../engine/host/node-files.ts';
import { nodeMeter } from '../../engine/host/node-meter.ts';
import type { WallClock } from '../../engine/run/pacing.ts';

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly engine?: Partial<Engine>;
  readonly clock?: WallClock;
}

/** A clock that jumps over every sleep: pacing without waiting. */
export function jumpingClock(): WallClock & { readonly slept: () => number } {
  let now = 0;
  let slept = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      slept += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
    slept: () => slept,
  };
}

/** Runs `blast ARGS` on the files of the disk. */
export async function blast(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(
    args,
    {
      stdout: { write: (text) => void out.push(text), isTty: false },
      stderr: { write: (text) => void err.push(text), isTty: false },
      columns: 100,
      env: {},
      files: nodeFiles(options.cwd ?? ROOT),
      clock: options.clock ?? {
        now: () => performance.now(),
        sleep: () => new Promise((resolve) => setImmediate(resolve)),
      },
      calendar: async () => nodeCronClock,
      meter: async () => nodeMeter(),
      host: { node: process.versions.node, v8: process.versions.v8, platform: `${process.platform}-${process.arch}` },
      onInterrupt: () => () => {},
      onInputEnd: () => {},
      exit: (n) => {
        throw new Error(`exit ${n}`);
      },
    },
    { ...defaultEngine, ...options.engine },
  );
  return { code, out: out.join(''), err: err.join('') };
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'blast-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Whether something that a test needs is there. Where BLAST_REQUIRE_ALL is set it must be; otherwise the reason for
 * skipping is printed once.
 */
export function available(there: boolean, what: string): boolean {
  if (!there && process.env.BLAST_REQUIRE_ALL !== undefined)
    throw new Error(`BLAST_REQUIRE_ALL is set but there is no ${what}`);
  if (!there) process.stderr.write(`skipped: there is no ${what}\n`);
  return there;
}

/** Folder with recorded data in an environment variable, or null. */
export function dataFolder(variable: string): string | null {
  const folder = process.env[variable];
  return folder !== undefined && existsSync(folder) ? folder : null;
}
