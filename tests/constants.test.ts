/**
 * Every number in a model that is not a unit, a neutral element or arithmetic stands under a comment that names its source
 * (`lnd:path:symbol`, a BOLT) or says that it is none of the implementation's. That a reader cannot trace a number is found
 * here; whether the source says so is not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/command.ts';
import { unsourcedNumbers } from './testing/unsourced-numbers.ts';

/** Numbers in these stand beside the name that the implementation's own configuration gives them. */
const NAMED_BY_OPTION = /options\.ts$/;

const folders = readdirSync(path.join(ROOT, 'models'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const files = folders.flatMap(({ name: folder }) =>
  readdirSync(path.join(ROOT, 'models', folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !NAMED_BY_OPTION.test(name))
    .map((name) => `models/${folder}/${name}`),
);

describe('a number in a model', () => {
  it.each([
    ['const A = 144;', ['1: 144']],
    ['/** Blocks. */\nconst A = 144;', ['2: 144']],
    ['/** lnd:server.go:minRemoteDelay. */\nconst A = 144;\nconst B = 145;\n\nconst C = 7;', ['5: 7']],
    [
      '/** BOLT 4. */\nfunction f(): number {\n  const a = 1;\n\n  return 17 * 1000;\n}\nconst g = () => 18;',
      ['7: 18'],
    ],
    ['/** BOLT 4. */\nfunction f(): number {\n  return 17;\n}\n\nconst g = () => 18;', ['6: 18']],
    ['class A {\n  /** cln:x.c:y. */\n  readonly a = 70;\n\n  readonly b = 71;\n}', ['5: 71']],
    ["const a = f('144 blocks', x144); // BOLT 7\nconst b = 0x4b;", []],
    ['const a = 1.25; // of the floor', ['1: 1.25']],
  ])('%j has no source: %j', (text, found) => {
    expect(unsourcedNumbers(text)).toEqual(found);
  });

  it.each(files)('has one in %s', (file) => {
    expect(unsourcedNumbers(readFileSync(path.join(ROOT, file), 'utf8'))).toEqual([]);
  });
});
