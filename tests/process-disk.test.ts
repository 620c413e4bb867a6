/** Real processes on disks that do not do what is asked: an error that says so, the documented exit code, no stack. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './testing/command.ts';

const main = path.join(ROOT, 'dist/blast.mjs');
const scenario = path.join(ROOT, 'scenarios/quick-start.yml');
const folder = temporaryFolder();

/** The command in a shell: what is behind it says where its streams go. */
const shell = (command: string, streams = '') =>
  spawnSync('/bin/sh', ['-c', `"${process.execPath}" "${main}" ${command} ${streams}`], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
  });

const STACK = /^\s+at |internal error/m;

describe.skipIf(!existsSync('/dev/full'))('a disk that refuses', { timeout: 60_000 }, () => {
  writeFileSync(path.join(folder, 'a-file'), '');
  symlinkSync('loop-b', path.join(folder, 'loop-a'));
  symlinkSync('loop-a', path.join(folder, 'loop-b'));

  it.each([
    ['a-file/x', 'ENOTDIR'],
    ['loop-a', 'ELOOP'],
    ['/proc/blast', 'ENOENT'],
    ['x'.repeat(300), 'ENAMETOOLONG'],
  ])('to make the folder %s', (out, code) => {
    const { status, stdout, stderr } = shell(`run ${scenario} --quiet --out ${out}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^error: ${code}: .*\\n$`));
  });

  it('to take what is printed', () => {
    const { status, stderr } = shell(`validate ${scenario}`, '>/dev/full');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot write to standard output: ENOSPC.*\n$/);
  });

  it('to take what is said of errors, which the exit code still tells', () => {
    writeFileSync(path.join(folder, 'bad.yml'), 'version: 1\n');
    expect(shell('validate bad.yml', '2>/dev/full').status).toBe(3);
  });

  it('to say where the process was started', () => {
    mkdirSync(path.join(folder, 'gone'));
    const { status, stderr } = spawnSync(
      '/bin/sh',
      ['-c', `cd gone && rmdir ../gone && "${process.execPath}" "${main}" validate ${scenario}`],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: the folder that blast was started in cannot be used: /m);
    expect(stderr).not.toMatch(STACK);
  });
});
