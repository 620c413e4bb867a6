/**
 * The pages as a newcomer takes them: every link leads somewhere, every command line is one that the command takes, every
 * piece of a scenario is right, and what a page says that a command prints is what it prints.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../engine/cli/cli.ts';
import { EXIT } from '../engine/cli/exit-codes.ts';
import { blast, ROOT, temporaryFolder } from './testing/command.ts';

const PAGES = ['README.md', ...pagesOf('docs'), ...pagesOf('models'), ...pagesOf('proto'), ...pagesOf('examples')];

function pagesOf(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => path.join(folder, name))
    .sort();
}

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a page. */
function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | null = null;
  for (const [index, text] of readFileSync(path.join(ROOT, page), 'utf8').split('\n').entries()) {
    const fence = /^```(\w*)\s*$/.exec(text);
    if (open === null && fence !== null) open = { line: index + 1, language: fence[1] ?? '', lines: [] };
    else if (open !== null && text === '```') {
      blocks.push({ page, line: open.line, language: open.language, text: `${open.lines.join('\n')}\n` });
      open = null;
    } else open?.lines.push(text);
  }
  expect(open, page).toBeNull();
  return blocks;
}

const BLOCKS = PAGES.flatMap(blocksOf);
const placeOf = ({ page, line }: Block): string => `${page}:${line}`;

/** As GitHub makes them of headings. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(path.join(ROOT, page), 'utf8').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('links', () => {
  it.each(PAGES)('of %s lead to what is there', (page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8').replaceAll(/^```.*?^```$/gms, '');
    const broken: string[] = [];
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? page : path.join(path.dirname(page), file);
      if (!existsSync(path.join(ROOT, full))) broken.push(target);
      else if (anchor !== undefined && full.endsWith('.md') && !anchorsOf(full).has(anchor)) broken.push(target);
    }
    expect(broken).toEqual([]);
  });
});

/** The words of a command line as a POSIX shell splits them; ends at what leads elsewhere (`&`, `|`, `#`, `>`). */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)) {
    if (/^(#|&|&&|\||>|;)/.test(match[0])) break;
    words.push(match[0].replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, (_all, one, two, three) => one ?? two ?? three));
  }
  return words;
}

/** What the command says against a line; null when it would run. */
async function refusal(line: string): Promise<string | null> {
  const said: string[] = [];
  const write = (text: string): void => void said.push(text);
  const stream = { write, isTty: false };
  const program = buildProgram({ stdout: stream, stderr: stream, columns: 100 }, async () => {});
  try {
    await program.parseAsync(wordsOf(line).slice(1), { from: 'user' });
    return null;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return null;
    return said.join('') || String(error);
  }
}

const COMMAND_LINES = BLOCKS.filter(({ language }) => language === '' || language === 'sh').flatMap((block) =>
  [...block.text.replaceAll('\\\n', ' ').matchAll(/^\s*(?:\$ |npx )*(blast [a-z].*)$/gm)]
    .map(([, line = '']): [string, string] => [placeOf(block), line])
    // Usage lines name what is to be filled in.
    .filter(([, line]) => !/ (\[options\]|<|\[[a-z])/.test(line)),
);

describe('command lines', () => {
  it('are found', () => expect(COMMAND_LINES.length).toBeGreaterThan(100));
  it.each(COMMAND_LINES)('%s: %s', async (_place, line) => expect(await refusal(line)).toBeNull());
  it('that are wrong are seen', async () => {
    expect(await refusal('blast run x.yml --sed 3')).toContain("unknown option '--sed'");
    expect(await refusal('blast rn x.yml')).toContain("unknown command 'rn'");
    expect(await refusal('blast verify   # nothing')).toContain('missing required argument');
  });
});

const folder = temporaryFolder();

/** Codes of names and files that a piece of a scenario leaves to its surroundings. */
const ELSEWHERE = /^(E40[1-4]|E40[79]|E421|E501|E503|E641|E701|W\d+)$/;
const HEAD = { version: 'version: 1', name: 'name: piece', duration: 'duration: 1h' };

describe('pieces of scenarios', () => {
  const pieces = BLOCKS.filter(({ language }) => language === 'yaml').map((block): [string, Block] => [
    placeOf(block),
    block,
  ]);
  it('are found', () => expect(pieces.length).toBeGreaterThan(50));
  it.each(pieces)('%s', async (_place, { text }) => {
    const missing = Object.entries(HEAD).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(text));
    const file = path.join(folder, 'piece.yml');
    writeFileSync(file, `${missing.map(([, line]) => `${line}\n`).join('')}${text}`);
    const { out } = await blast(['validate', file, '--format', 'json']);
    const [report] = JSON.parse(out) as [{ diagnostics: { code: string; message: string; range?: unknown }[] }];
    expect(report.diagnostics.filter(({ code }) => !ELSEWHERE.test(code))).toEqual([]);
  });
});

/** Without what of an output is of the machine or tells the progress. */
const withoutWallTime = (text: string): string =>
  text
    .replaceAll(/^\[\d+\/\d+\] .*\n/gm, '')
    .replaceAll(/\bin \d[\d.]* m?s, \d+x real time/g, 'in WALL')
    .replaceAll(/[ \t]+$/gm, '');

/** `…` on a line of its own stands for any lines. */
function expectOutput(actual: string, shown: string): void {
  const parts = withoutWallTime(shown).trim().split(/^…$/m);
  const text = withoutWallTime(actual).trim();
  if (parts.length === 1) {
    expect(text).toBe(parts[0]?.trim());
    return;
  }
  let rest = text;
  for (const [index, part] of parts.map((each) => each.trim()).entries()) {
    expect(rest).toContain(part);
    if (index === 0) expect(rest.startsWith(part)).toBe(true);
    rest = rest.slice(rest.indexOf(part) + part.length);
  }
  expect(rest).toBe('');
}

const BROKEN = `version: 1
name: broken
duration: 1m
nodes: { alice: {}, bob: {}, carol: {} }
channels:
  alice-bob: { from: alice, to: bob, capacity: 500_000 }
  bob-carol: { from: bob, to: carl, capacity: 200_000 sat }
activity:
  coffee: { source: alice, destination: carol, interval: 1s, amount: 1_000 sat }
events:
  - at: 30s
    stop_nod: bob
`;

/** Commands whose output is of one machine or needs another process. */
const NOT_PLAYED = /^blast (profile|model|run \S+ --models|run \S+ --rpc)/;
/** What a shown command needs to have been done before. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  'blast snapshot show out/quick-start/snapshots/at-30s.snap.json': [
    'run scenarios/quick-start.yml --snapshot-at 30s -q',
  ],
};

describe('shown outputs', () => {
  const home = path.join(folder, 'home');
  mkdirSync(home);
  for (const part of ['scenarios', 'snapshots'])
    cpSync(path.join(ROOT, part), path.join(home, part), { recursive: true });
  for (const name of ['quick-start.yml', 'quick-start.lock.json'])
    cpSync(path.join(ROOT, 'scenarios', name), path.join(home, name));
  writeFileSync(path.join(home, 'broken.yml'), BROKEN);

  const sessions = BLOCKS.flatMap((block): [string, string, string][] => {
    const session = /^\$ (blast [^\n]*)\n(.*)$/s.exec(block.text);
    if (session === null || NOT_PLAYED.test(session[1] ?? '')) return [];
    return [[placeOf(block), session[1] ?? '', session[2] ?? '']];
  });
  it('are found', () => expect(sessions.length).toBeGreaterThan(5));
  it.each(sessions)(
    '%s: %s',
    async (_place, line, shown) => {
      for (const before of BEFORE[line] ?? []) expect((await blast(wordsOf(before), { cwd: home })).code).toBe(0);
      const { out, err } = await blast(wordsOf(line).slice(1), { cwd: home });
      expectOutput(`${err}${out}`, shown);
    },
    120_000,
  );
});

describe('README.md, followed line by line', () => {
  const home = path.join(folder, 'follow');
  mkdirSync(home);
  for (const part of ['scenarios', 'snapshots'])
    cpSync(path.join(ROOT, part), path.join(home, part), { recursive: true });
  const lines = BLOCKS.filter(({ page, language }) => page === 'README.md' && language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.startsWith('blast ') && !/^blast (schedule|import|export)/.test(line));
  it('says enough to be followed', () => expect(lines.length).toBeGreaterThan(10));
  it.each(lines)(
    '%s',
    async (line) => {
      const { code, err } = await blast(wordsOf(line).slice(1), { cwd: home });
      expect(err).not.toMatch(/error/);
      expect(code).toBe(/^blast (snapshot )?diff/.test(line) ? EXIT.replayDiffers : EXIT.ok);
    },
    120_000,
  );
});
