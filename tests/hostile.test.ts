/**
 * Files that are made to hurt end in a coded diagnostic, through the whole command. How long each takes and how much
 * memory is measured by bench/hostile.mjs, since a busy machine must not fail a test.
 */
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blast, temporaryFolder } from './testing/command.ts';
import { HOSTILE_FILES } from './testing/hostile.ts';

const folder = temporaryFolder();
/** Where the files are kept for bench/hostile.mjs, if they are. */
const kept = process.env.HOSTILE_OUT;

interface Answer {
  readonly code: string;
  readonly line: number;
  readonly severity: string;
}

async function validate(...args: string[]): Promise<{ code: number; found: Answer[]; err: string }> {
  const { code, out, err } = await blast(['validate', '--format', 'json', ...args], { cwd: folder });
  const found = (JSON.parse(out) as { diagnostics: Answer[] }[]).flatMap(({ diagnostics }) => diagnostics);
  return { code, found, err };
}

describe('hostile files', () => {
  it.each(HOSTILE_FILES.map((file) => [file.name, file] as const))('%s', async (_, file) => {
    writeFileSync(join(folder, 's.yml'), file.make());
    if (kept !== undefined) copyFileSync(join(folder, 's.yml'), join(kept, `${file.name.replace(/\W+/g, '-')}.yml`));
    const { code, found, err } = await validate('s.yml');
    rmSync(join(folder, 's.yml'));
    expect(err).toBe('');
    const first = found.find(({ severity }) => severity === 'error');
    expect(first?.code ?? null).toBe(file.code);
    if (file.line !== undefined) expect(first?.line).toBe(file.line);
    expect(code).toBe(file.code === null ? 0 : 3);
  });
});

describe('files outside the scenario’s folder', () => {
  const network = '{ "format": "blast-network/1", "nodes": [], "channels": [] }\n';
  const scenario = (file: string): string => `version: 1\nduration: 10s\nnetwork:\n  import: { file: ${file} }\n`;
  mkdirSync(join(folder, 'inside/below'), { recursive: true });
  writeFileSync(join(folder, 'network.json'), network);
  writeFileSync(join(folder, 'inside/below/network.json'), network);
  symlinkSync(join(folder, 'network.json'), join(folder, 'inside/out.json'));
  symlinkSync(folder, join(folder, 'inside/up'));
  symlinkSync('below/network.json', join(folder, 'inside/in.json'));
  symlinkSync('loop.json', join(folder, 'inside/loop.json'));

  const cases: readonly (readonly [file: string, refused: string | null, allowed: string | null])[] = [
    ['../network.json', 'E705', null],
    ['below/../../network.json', 'E705', null],
    [join(folder, 'network.json'), 'E705', null],
    ['out.json', 'E705', null],
    ['up/network.json', 'E705', null],
    ['in.json', null, null],
    ['below/network.json', null, null],
    ['./below/../in.json', null, null],
    ['loop.json', 'E701', 'E701'],
    ['/dev/null', 'E705', 'E702'],
    ['file:///etc/passwd', 'E705', 'E701'],
    ['below', 'E701', 'E701'],
  ];
  it.each(cases)('%s', async (file, refused, allowed) => {
    writeFileSync(join(folder, 'inside/s.yml'), scenario(file));
    const codes = async (...args: string[]): Promise<string | null> =>
      (await validate(...args)).found.find(({ severity }) => severity === 'error')?.code ?? null;
    expect(await codes('inside/s.yml')).toBe(refused);
    expect(await codes('inside/s.yml', '--allow-outside')).toBe(allowed);
  });

  it('a scenario that is itself a link is read, with the folder of the link', async () => {
    writeFileSync(join(folder, 'inside/below/real.yml'), scenario('in.json'));
    symlinkSync('below/real.yml', join(folder, 'inside/linked.yml'));
    expect((await validate('inside/linked.yml')).code).toBe(0);
  });

  it('what cannot be read is said, not thrown', async () => {
    for (const file of ['inside', 'inside/loop.json', 'none.yml']) {
      const { code, err } = await blast(['validate', file], { cwd: folder });
      expect(code).toBe(3);
      expect(err).toMatch(/there is no file|cannot read/);
    }
  });
});
