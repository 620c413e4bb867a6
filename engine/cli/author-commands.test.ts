/** Commands around writing scenarios: explain, completion, fmt, and --watch. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultEngine } from '../host/default-engine.ts';
import { FakeClock } from '../run/testing/fixtures.ts';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { DIAGNOSTIC_CODES, diagnosticInfo } from '../spec/diagnostic-codes.ts';
import { runCli } from './cli.ts';
import { COMMANDS } from './commands.ts';
import { COMPLETIONS } from './completion.ts';
import { blast, FakeIo } from './testing/fake-io.ts';

const SMALL = 'version: 1\nduration: 10s\nnodes: { alice: {} }\n';

describe('blast explain', () => {
  it('lists the keys of a kind, required ones first', async () => {
    const { out } = await blast('explain rebalance');
    const keys = [...out.matchAll(/^ {2}(\w+) {2,}(\(required\))?/gm)].map(([, key, required]) => [
      key,
      required !== undefined,
    ]);
    expect(keys.slice(0, 4)).toEqual([
      ['node', true],
      ['amount', true],
      ['out', false],
      ['in', false],
    ]);
    expect(JSON.parse((await blast('explain heal --format json')).out)).toMatchObject({ name: 'heal', keys: [] });
  });

  it('explains a code, in either case', async () => {
    const { code, out } = await blast('explain e301');
    expect(code).toBe(0);
    expect(out).toContain(`error E301 ${diagnosticInfo('E301').title}\n\n`);
    expect(out.replaceAll('\n', ' ')).toContain(diagnosticInfo('E301').fix);
  });

  it('lists all codes', async () => {
    const { out } = await blast('explain');
    expect(out.split('\n\n')[0]?.split('\n')).toHaveLength(DIAGNOSTIC_CODES.length);
    expect(JSON.parse((await blast('explain --format json')).out).codes).toHaveLength(DIAGNOSTIC_CODES.length);
    expect(out).toMatch(/^event +open_channel +\S/m);
  });

  it('has a form for tools', async () => {
    expect(JSON.parse((await blast('explain W601 --format json')).out)).toMatchObject({
      code: 'W601',
      severity: 'warning',
      title: diagnosticInfo('W601').title,
    });
  });

  it('suggests the nearest code', async () => {
    expect(await blast('explain E3011')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean E301 ('),
    });
    expect(await blast('explain nonsense')).toMatchObject({ code: 2, err: expect.stringContaining('lists all') });
  });
});

describe('blast completion', () => {
  it.each(Object.keys(COMPLETIONS))('has every command and option for %s', async (shell) => {
    const { out, code } = await blast(`completion ${shell}`);
    expect(code).toBe(0);
    for (const { name, options } of COMMANDS) {
      expect(out).toContain(name);
      for (const { flags } of options) {
        const long = /--[a-z-]+/.exec(flags)?.[0] ?? '';
        expect(out).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
      }
    }
  });

  it.each(Object.entries(COMPLETIONS))('is well-formed for %s', (shell, make) => {
    if (spawnSync(shell, ['--version']).error !== undefined) return; // the shell is not there
    // From a file: fish does not read the socket that Node gives a child.
    const folder = mkdtempSync(join(tmpdir(), 'blast-completion-'));
    try {
      writeFileSync(join(folder, 'script'), make(COMMANDS));
      const { status, stderr } = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [['blast', 'va'], 'validate'],
    [['blast', 'run', '--sp'], '--speed'],
    [['blast', 'compile', '--format', 'g'], 'gantt'],
    [['blast', 'explain', 'E30'], 'E301 E302 E303'],
    [['blast', 'init', '--template', 'out'], 'outage'],
    [['blast', 'run', '--out', 'x'], ''],
    [['blast', 'run', 'x'], ''],
  ])('completes %j in bash', (words, expected) => {
    const script = [
      COMPLETIONS.bash?.(COMMANDS),
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`,
      '_blast; echo "${COMPREPLY[*]}"',
    ].join('\n');
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().startsWith(expected)).toBe(true);
    if (expected === '') expect(stdout.trim()).toBe('');
  });

  it('refuses other shells', async () => {
    expect(await blast('completion tcsh')).toMatchObject({ code: 2, err: expect.stringContaining('bash, zsh, fish') });
  });
});

describe('blast fmt', () => {
  const messy = 'version:   1\nduration: "10s"\nnodes: {alice: {}}\n';
  const files = (): MemoryFiles => new MemoryFiles({ 'a.yml': messy, 'b.yml': SMALL, 'c.yml': 'a: [1\n' });

  it('prints the canonical form', async () => {
    const io = files();
    expect(await blast('fmt a.yml', { files: io })).toMatchObject({ code: 0, out: SMALL, err: '' });
    expect(io.read('a.yml')).toBe(messy);
  });

  it('writes in place what is not formatted', async () => {
    const io = files();
    expect(await blast('fmt --write a.yml b.yml', { files: io })).toMatchObject({ code: 0, out: 'formatted a.yml\n' });
    expect(io.read('a.yml')).toBe(SMALL);
    expect(await blast('fmt a.yml -o d.yml', { files: io })).toMatchObject({ code: 0, out: '' });
    expect(io.read('d.yml')).toBe(SMALL);
  });

  it('checks', async () => {
    expect(await blast('fmt --check a.yml b.yml', { files: files() })).toMatchObject({ code: 3, out: 'a.yml\n' });
    expect(await blast('fmt --check b.yml', { files: files() })).toMatchObject({ code: 0, out: '' });
  });

  it.each([
    ['c.yml', 3, 'E102'],
    ['none.yml', 3, 'E113 there is no file'],
    ['a.yml b.yml', 2, 'several files need'],
    ['a.yml --write --check', 2, 'exclude each other'],
  ])('refuses %s', async (line, code, message) => {
    const io = files();
    expect(await blast(`fmt ${line}`, { files: io })).toMatchObject({ code, err: expect.stringContaining(message) });
    expect(io.read('c.yml')).toBe('a: [1\n');
  });
});

describe('blast compile --format gantt', () => {
  it('fits the terminal', async () => {
    const { out } = await blast('compile a.yml --format gantt', { files: new MemoryFiles({ 'a.yml': SMALL }) });
    expect(out).toContain('a: 10s, 0 payments, 0 events\n');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe('--watch', () => {
  // What is loaded at the first run takes longer than `settled` waits.
  beforeAll(() => import('../backends/simulator/simulator-backend.ts'));

  /** Lets everything happen that does not wait for a change. */
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const started = (line: string, files: MemoryFiles) => {
    const io = new FakeIo({ files, clock: new FakeClock() });
    return { io, done: runCli(line.split(' '), io, defaultEngine) };
  };
  const network = (nodes: number): string => {
    const names = Array.from({ length: nodes }, (_, i) => ({
      name: `n${i}`,
      pubkey: `02${String(i).padStart(64, '0')}`,
    }));
    return JSON.stringify({ format: 'blast-network', version: 1, nodes: names, channels: [] });
  };

  it('validates again when the file changes, until Ctrl-C', async () => {
    const files = new MemoryFiles({ 'a.yml': SMALL });
    const { io, done } = started('validate a.yml --watch', files);
    await settled();
    expect(io.out).toContain('a.yml: valid (1 node');
    expect(files.watched).toEqual(['a.yml']);

    files.change('a.yml', SMALL.replace('alice: {}', 'alice: {}, bob: {}'));
    files.change('a.yml', SMALL.replace('alice: {}', 'alice: {}, bob: {}, carol: {}'));
    await settled();
    expect(io.out.match(/valid \(/g)).toHaveLength(2);
    expect(io.out).toContain('valid (3 nodes');
    expect(io.err).toContain('a.yml changed');

    files.change('a.yml', 'version: 2\n');
    await settled();
    expect(io.out).toContain('a.yml: invalid');
    files.change('a.yml', null);
    await settled();
    expect(io.err).toContain('there is no file a.yml');
    files.change('a.yml', SMALL);
    await settled();
    expect(io.out.match(/valid \(1 node/g)).toHaveLength(2);

    io.interrupt();
    expect(await done).toBe(0);
    expect(files.watched).toEqual([]);
  });

  it('watches what the scenario imports, and forgets what it no longer does', async () => {
    const importing = `${SMALL}network: { import: { file: net.json } }\n`;
    const files = new MemoryFiles({ 's/a.yml': importing, 's/net.json': network(2) });
    const { io, done } = started('validate s/a.yml --watch', files);
    await settled();
    expect(files.watched).toEqual(['s/a.yml', 's/net.json']);
    files.change('s/net.json', network(5));
    await settled();
    expect(io.err).toContain('s/net.json changed');
    expect(io.out.match(/s\/a.yml: /g)).toHaveLength(2);
    files.change('s/a.yml', SMALL);
    await settled();
    expect(files.watched).toEqual(['s/a.yml']);
    io.interrupt();
    expect(await done).toBe(0);
  });

  it('runs again, and not for the results that it writes itself', async () => {
    const files = new MemoryFiles({ 'a.yml': SMALL });
    const { io, done } = started('run a.yml --watch', files);
    await settled();
    expect(io.out.match(/completed/g)).toHaveLength(1);
    files.change('a.yml', SMALL.replace('10s', '20s'));
    await settled();
    expect(io.out.match(/completed/g)).toHaveLength(2);
    expect(io.out).toContain('at 20s of 20s');
    expect(files.watched).toEqual(['a.yml']);
    io.interrupt();
    expect(await done).toBe(0);
  });

  it('waits for a file that is not there yet', async () => {
    const files = new MemoryFiles();
    const { io, done } = started('run a.yml --watch', files);
    await settled();
    expect(io.err).toContain('there is no file a.yml');
    files.change('a.yml', SMALL);
    await settled();
    expect(io.out).toContain('completed');
    io.interrupt();
    expect(await done).toBe(0);
  });
});
