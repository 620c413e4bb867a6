/** Clocks, statistics and the facts of the machine for benchmarks. Measures only; prints nothing. */
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

/** Wall and CPU time of one piece of work, ms. CPU time covers all threads of the process, so also garbage collection. */
export interface Spent {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Runs a piece of work and tells what it took. */
export async function spend<T>(work: () => T | Promise<T>): Promise<readonly [T, Spent]> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const value = await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return [value, { wallMs, cpuMs: (user + system) / 1000 }];
}

/** The middle of the values, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[half] as number;
  return ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2;
}

/** Largest memory that the process has had, MiB. */
export function peakRssMib(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Time spent in a method of all objects of a class, gathered while it is wrapped. */
export class MethodClock {
  calls = 0;
  ms = 0;
  readonly #restore: () => void;

  constructor(prototype: object, name: string) {
    const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
    const original = methods[name];
    if (original === undefined) throw new Error(`there is no method ${name}`);
    const clock = this;
    methods[name] = function (this: unknown, ...args: unknown[]): unknown {
      const started = performance.now();
      try {
        return original.apply(this, args);
      } finally {
        clock.ms += performance.now() - started;
        clock.calls++;
      }
    };
    this.#restore = () => {
      methods[name] = original;
    };
  }

  /** Takes the wrapping off. */
  release(): void {
    this.#restore();
  }
}

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gib: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** The checkout that was measured; empty outside of one. */
  readonly commit: string;
}

export function machineFacts(): MachineFacts {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memory_gib: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.platform()}-${os.arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    commit: commit(),
  };
}

/** The facts in one line. */
export function machineLine(facts: MachineFacts): string {
  const { cpu, cores, memory_gib: memory, system, node, commit: at } = facts;
  return `${cpu}, ${cores} cores, ${memory} GiB, ${system}, Node ${node}${at === '' ? '' : `, commit ${at}`}`;
}

function commit(): string {
  try {
    const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'ignore'];
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], {
      cwd,
      encoding: 'utf8',
      stdio,
    }).trim();
  } catch {
    return '';
  }
}

/** A number with at most so many digits after the point, as text. */
export function digits(value: number, after: number): string {
  return Number.isFinite(value) ? value.toFixed(after) : '-';
}
