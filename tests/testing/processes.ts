/** Processes of this machine as tests look for them, by what the kernel says of them (Linux). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

interface Stat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

function stats(): readonly Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = statText(`/proc/${name}/stat`);
      // pid (name) state ppid pgrp: the name may hold spaces and brackets.
      const [state = '', parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat === '' ? [] : [{ pid: Number(name), state, parent: Number(parent), group: Number(group) }];
    });
}

/** Empty for a process that has ended in the meantime. */
function statText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Processes that a process has started and that are still there. */
export function childrenOf(pid: number | undefined): readonly number[] {
  return stats().flatMap((one) => (one.parent === pid ? [one.pid] : []));
}

/** Those that run or could: one that has ended and that nobody has asked about is not among them. */
export function groupOf(leader: number): readonly number[] {
  return stats().flatMap((one) => (one.group === leader && one.state !== 'Z' ? [one.pid] : []));
}

/** Processes with such a text among the words of their command. */
export function processesWith(text: string): readonly number[] {
  return stats().flatMap(({ pid }) => (statText(`/proc/${pid}/cmdline`).includes(text) ? [pid] : []));
}

export const isThere = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** Waits for something that comes about by itself. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(condition()).toBe(true);
}
