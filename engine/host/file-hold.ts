/** Files that tell which process works on a folder. A process that is gone holds nothing. */
import fs from 'node:fs';
import os from 'node:os';
import type { Holding } from '../run/files.ts';

/** Takes hold of a path that no other living process holds. The folder must exist. */
export function holdFile(file: string): Holding {
  const own = `${process.pid} ${os.hostname()}\n`;
  // A link appears with its content, so that nobody reads half a name.
  const mine = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(mine, own);
  try {
    for (;;) {
      try {
        fs.linkSync(mine, file);
        return { by: null, release: () => fs.rmSync(file, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const found = contentOf(file);
      if (found === null) continue;
      const [, pid, host = ''] = /^(\d+) (.*)\n$/.exec(found) ?? [];
      const elsewhere = host !== os.hostname();
      if (pid === undefined) return { by: 'an unknown process' };
      if (elsewhere || isAlive(Number(pid))) return { by: elsewhere ? `process ${pid} on ${host}` : `process ${pid}` };
      takeAway(file, found, `${mine}.gone`);
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/** Removes what a process left that is gone, but not what another one has put there since. */
function takeAway(file: string, content: string, aside: string): void {
  try {
    fs.renameSync(file, aside);
    if (contentOf(aside) !== content) fs.linkSync(aside, file);
    fs.rmSync(aside, { force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
}

function contentOf(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
