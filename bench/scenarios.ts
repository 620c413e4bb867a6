/** Scenarios of the repository, and texts, for benchmarks: compiled and played as the command does it. */
import { readFileSync } from 'node:fs';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { type CompileResult, compileScenario } from '../engine/compile/compile.ts';
import { nativeSha256 } from '../engine/host/native-sha256.ts';
import { MODEL_KINDS, RUN_KINDS } from '../engine/kinds/registry.ts';
import { type RunResult, runTimeline } from '../engine/run/runner.ts';

export type Compiled = Extract<CompileResult, { ok: true }>;

/** Compiles a scenario of scenarios/. */
export function compileNamed(name: string): Promise<Compiled> {
  // dist/bench/scenarios.js stands two folders below the root.
  return compileText(readFileSync(new URL(`../../scenarios/${name}.yml`, import.meta.url), 'utf8'), `${name}.yml`);
}

export async function compileText(text: string, file: string): Promise<Compiled> {
  const compiled = await compileScenario({ text, file, readFile: async () => null });
  if (!compiled.ok) throw new Error(`${file} is not valid`);
  return compiled;
}

/** @param ownHash with the engine's hash, as where a state may be kept; else with the host's */
export function play(compiled: Compiled, check: boolean, ownHash = false): Promise<RunResult> {
  return runTimeline({
    timeline: compiled.timeline,
    timelineDigest: compiled.timelineDigest,
    backend: createSimulatorBackend({ models: MODEL_KINDS, check }),
    kinds: RUN_KINDS,
    ...(ownHash ? {} : { sha256: nativeSha256 }),
    clock: { now: () => performance.now(), sleep: () => new Promise((resolve) => setImmediate(resolve)) },
  });
}
