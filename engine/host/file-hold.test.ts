import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeFiles } from './node-files.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'blast-hold-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const files = nodeFiles(folder);
const put = (name: string, text: string): void => fs.writeFileSync(path.join(folder, name), text);

describe('a file that is held', () => {
  it('is held once, until it is released', () => {
    const first = files.hold('a');
    expect(first.by).toBeNull();
    expect(files.hold('a').by).toBe(`process ${process.pid}`);
    if (first.by === null) first.release();
    expect(files.list('.')).toEqual([]);
    const again = files.hold('a');
    expect(again.by).toBeNull();
    if (again.by === null) again.release();
  });

  it('is not held by a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    put('b', `${pid} ${os.hostname()}\n`);
    const held = files.hold('b');
    expect(held.by).toBeNull();
    expect(fs.readFileSync(path.join(folder, 'b'), 'utf8')).toBe(`${process.pid} ${os.hostname()}\n`);
    if (held.by === null) held.release();
    expect(files.list('.')).toEqual([]);
  });

  it('is held by whoever cannot be asked: another machine, and what is no process at all', () => {
    put('c', '1 another-machine\n');
    expect(files.hold('c').by).toBe('process 1 on another-machine');
    put('d', 'what?');
    expect(files.hold('d').by).toBe('an unknown process');
    expect(files.list('.')).toEqual(['c', 'd']);
  });
});
