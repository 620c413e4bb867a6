/** Archives: what is taken out of them, and everything that somebody might put into one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, type Zippable, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { isArchive, MOST_ARCHIVE, unpackArchives } from './archive.ts';
import { zipTexts } from './zip.ts';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const zip = (files: Zippable): string => latin1(zipSync(files, { mtime: '1980-01-02T12:00:00' }));
const MEMBERS = ['export.json'];

async function unpack(archive: string): Promise<ReadonlyMap<string, string> | string> {
  const unpacked = await unpackArchives(new Map([['n.zip', archive]]), MEMBERS);
  if (unpacked.ok) return unpacked.files;
  expect(unpacked.diagnostics.map(({ code, file, excerpt }) => [code, file, excerpt])).toEqual([['E709', 'n.zip', []]]);
  return unpacked.diagnostics[0]?.message ?? '';
}

describe('archives', () => {
  const fixture = readFileSync(join(import.meta.dirname, 'golden/shop.polar.zip'), 'latin1');

  test('give the wanted files, also of the folder that they were packed with', async () => {
    const text = readFileSync(join(import.meta.dirname, 'golden/polar.json'), 'utf8');
    expect(await unpack(fixture)).toEqual(new Map([['n.zip/export.json', text]]));
    const names = { 'shop/export.json': strToU8('grün'), 'a/b/export.json': strToU8('1'), 'x.json': strToU8('2') };
    expect(await unpack(zip(names))).toEqual(new Map([['n.zip/shop/export.json', 'grün']]));
  });

  test('are known by their content; everything else stays as it is', async () => {
    expect([isArchive(fixture), isArchive(zip({})), isArchive('PK'), isArchive('{}')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const files = new Map([['export.json', '{}']]);
    expect(await unpackArchives(files, MEMBERS)).toEqual({ ok: true, files });
  });

  test.each([
    ['has nothing', {}, 'none of the files export.json'],
    ['leads out', { '../export.json': strToU8('{}') }, 'leads out'],
    ['leads out on another system', { 'a\\..\\..\\x': strToU8('{}') }, 'leads out'],
    ['begins at the root', { '/etc/export.json': strToU8('{}') }, 'leads out'],
    ['begins at a drive', { 'C:export.json': strToU8('{}') }, 'leads out'],
    ['is a bomb', { 'export.json': new Uint8Array(8 << 20) }, 'more than a network needs'],
  ] as const)('are refused when one %s', async (_, files, message) => {
    expect(await unpack(zip(files))).toContain(message);
  });

  test('are refused when one says that a file is larger than it is', async () => {
    const archive = zip({ 'export.json': strToU8('{}') });
    const at = archive.indexOf('PK\u0001\u0002') + 24;
    expect(await unpack(`${archive.slice(0, at)}\u00ff\u00ff\u00ff\u007f${archive.slice(at + 4)}`)).toContain(
      '2147483647',
    );
  });

  test('are refused when there are too many entries, and when they are too large', async () => {
    const archive = zip({ 'export.json': strToU8('{}') });
    const entry = archive.slice(archive.indexOf('PK\u0001\u0002'), archive.indexOf('PK\u0005\u0006'));
    // The end of a zip64 archive, which may tell of four thousand million entries.
    const start = archive.length - 22;
    const many = `${archive.slice(0, start - entry.length)}${entry}`;
    const directory = String.fromCharCode((many.length - entry.length) & 255, (many.length - entry.length) >> 8, 0, 0);
    const end = `PK\u0006\u0006${'\0'.repeat(28)}\u00ff\u00ff\u00ff\u007f${'\0'.repeat(12)}${directory}${'\0'.repeat(4)}`;
    const place = String.fromCharCode(many.length & 255, many.length >> 8, 0, 0);
    const locator = `PK\u0006\u0007${'\0'.repeat(4)}${place}${'\0'.repeat(8)}`;
    expect(await unpack(`${many}${end}${locator}${archive.slice(start)}`)).toContain('entries');
    expect(await unpack(`PK\u0003\u0004${'\0'.repeat(MOST_ARCHIVE)}`)).toContain('128 MiB');
  });

  test('never make anything but diagnostics when they are damaged', async () => {
    const edit = fc.tuple(fc.nat(), fc.nat(12), fc.string({ unit: 'binary-ascii', maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let damaged = fixture;
        for (const [position, length, put] of edits) {
          const at = 4 + (position % (damaged.length - 4));
          damaged = damaged.slice(0, at) + put + damaged.slice(at + length);
        }
        const result = await unpack(damaged);
        expect(typeof result === 'string' || result.size > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('that are written are read again, and are the same in every time zone', async () => {
    const files = new Map([['export.json', '{"grün": "✓"}']]);
    const archive = zipTexts(files);
    expect(await unpack(archive)).toEqual(new Map([['n.zip/export.json', '{"grün": "✓"}']]));
    const zone = process.env.TZ;
    try {
      for (const TZ of ['Asia/Kathmandu', 'America/Anchorage']) {
        process.env.TZ = TZ;
        expect(zipTexts(files)).toBe(archive);
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});
