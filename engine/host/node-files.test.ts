import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AtomicWriter, writeWhole } from '../run/files.ts';
import { nodeFiles } from './node-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'blast-files-'));
const files = nodeFiles(folder);
afterAll(() => rmSync(folder, { recursive: true }));

describe('files on the disk', () => {
  it('are written whole, read, listed and removed', () => {
    files.makeFolder('a/b');
    writeWhole(files, 'a/b/z.txt', 'grün\n');
    writeWhole(files, 'a/b/B.txt', '');
    expect(files.list('a/b')).toEqual(['B.txt', 'z.txt']);
    expect(files.read('a/b/z.txt')).toBe('grün\n');
    expect([files.kind('a'), files.kind('a/b/z.txt'), files.kind('a/x')]).toEqual(['folder', 'file', 'none']);
    files.remove('a/b/B.txt');
    files.remove('a/b/B.txt');
    expect(files.list('a/b')).toEqual(['z.txt']);
  });

  it('are one byte a character in an archive', () => {
    const every = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
    writeWhole(files, 'x.zip', every);
    expect([...(files.bytes('x.zip', 1000)?.bytes ?? [])]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    expect(files.read('x.zip')).toBe(every);
  });

  it('grow at their end', () => {
    files.append('log.txt', 'a\n');
    files.append('log.txt', 'b\n');
    expect(files.read('log.txt')).toBe('a\nb\n');
    expect(() => files.append('nowhere/log.txt', '')).toThrow('ENOENT');
  });

  it('go with their folder, but not those that a link leads to', () => {
    files.makeFolder('old/deep');
    files.makeFolder('kept');
    writeWhole(files, 'kept/a.txt', '');
    writeWhole(files, 'old/deep/a.txt', '');
    symlinkSync(join(folder, 'kept'), join(folder, 'old/link'));
    files.removeFolder('old');
    files.removeFolder('old');
    expect([files.kind('old'), files.kind('kept/a.txt')]).toEqual(['none', 'file']);
  });

  it('that are not there are null, not errors', () => {
    expect(files.read('none')).toBeNull();
    expect(files.read('a')).toBeNull();
    expect(files.lines('a')).toBeNull();
    expect(files.lines('none')).toBeNull();
    expect(files.list('none')).toEqual([]);
  });

  it('are read line by line across buffers', () => {
    const writer = new AtomicWriter(files, 'long.txt');
    const lines = Array.from({ length: 200_000 }, (_, i) => `zeile ü ${i}`);
    for (const line of lines) writer.write(`${line}\n`);
    writer.commit();
    expect([...(files.lines('long.txt') ?? [])]).toEqual(lines);
    writeWhole(files, 'open.txt', 'a\nb');
    expect([...(files.lines('open.txt') ?? [])]).toEqual(['a', 'b']);
    writeWhole(files, 'empty.txt', '');
    expect([...(files.lines('empty.txt') ?? [])]).toEqual([]);
  });

  it('are watched, also when they are replaced, appear or go', async () => {
    writeWhole(files, 'w.txt', '1');
    let changes = 0;
    const stop = files.watch(['w.txt', 'later.txt'], () => changes++);
    const changed = async (work: () => void): Promise<void> => {
      const before = changes;
      work();
      for (let i = 0; i < 200 && changes === before; i++) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(changes).toBeGreaterThan(before);
    };
    await changed(() => writeWhole(files, 'w.txt', '2'));
    await changed(() => writeWhole(files, 'later.txt', '1'));
    await changed(() => files.remove('w.txt'));
    stop();
    // A folder that is not there yet is no error.
    files.watch(['nowhere/x.txt'], () => {})();
  });
});
