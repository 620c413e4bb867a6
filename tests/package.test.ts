/**
 * The package as a user gets it: packed, installed into an empty folder, its types checked and its example run there, with
 * the locks written, compared and updated by the real vitest.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { available, ROOT, temporaryFolder } from './testing/command.ts';

const example = path.join(ROOT, 'examples/testing');
const folder = temporaryFolder();
const app = path.join(folder, 'app');
const vitestVersion = (createRequire(import.meta.url)('vitest/package.json') as { readonly version: string }).version;

/** Without what would tell vitest that it runs in CI. */
const desk = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status, output: `${stdout}${stderr}` };
}

/** Packs and installs; answers what went wrong, or null. */
function install(): string | null {
  const packed = run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], ROOT);
  if (packed.status !== 0) return packed.output;
  mkdirSync(app);
  writeFileSync(path.join(app, 'package.json'), '{ "private": true, "type": "module" }');
  const tarball = path.join(folder, packed.output.trim().split('\n').at(-1) ?? '');
  const settings = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  const installed = run('npm', ['install', ...settings, tarball, `vitest@${vitestVersion}`], app);
  return installed.status === 0 ? null : installed.output;
}

const hasNpm = available(run('npm', ['--version'], ROOT).status === 0, 'npm');
const failure = hasNpm ? install() : 'there is no npm';
if (hasNpm && failure !== null) process.stderr.write(`${failure}\n`);
const installed = hasNpm && available(failure === null, 'registry to install the package from');

describe.skipIf(!installed)('the packed package', () => {
  const lock = path.join(app, 'shop.lock.json');
  const scenario = path.join(app, 'shop.yml');
  const vitest = (...args: string[]) => run(path.join(app, 'node_modules/.bin/vitest'), ['run', ...args], app, desk);

  beforeAll(() => cpSync(example, app, { recursive: true }));

  it('runs the example', () => {
    const { status, output } = vitest();
    expect(output).toContain('4 passed');
    expect(status).toBe(0);
  }, 60_000);

  it('has types', () => {
    writeFileSync(
      path.join(app, 'types.ts'),
      [
        "import { loadScenario, type Run } from 'blast-ln';",
        "const run: Run = await (await loadScenario('x.yml')).run({ until: '3s' });",
        "export const rate: number = run.payments('x').successRate;",
        '// @ts-expect-error there is no such method',
        'run.nothing();',
      ].join('\n'),
    );
    const compilerOptions = { target: 'ES2022', module: 'NodeNext', strict: true, noEmit: true, types: [] };
    writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const { status, output } = run(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', app], app);
    expect(output).toBe('');
    expect(status).toBe(0);
  }, 60_000);

  it('names no file that it does not hold', () => {
    const root = path.join(app, 'node_modules/blast-ln');
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const own = names.filter((name) => !name.startsWith('node_modules'));
    expect(own.length).toBeGreaterThan(500);
    // Maps would lead to sources that are not in the package.
    expect(own.filter((name) => name.endsWith('.map'))).toEqual([]);
    const code = own.filter((name) => /\.(js|cjs|mjs)$/.test(name));
    expect(code.filter((name) => readFileSync(path.join(root, name), 'utf8').includes('//# sourceMappingURL'))).toEqual(
      [],
    );
    const { bin, exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
      exports: Record<string, string | Record<string, string>>;
    };
    const targets = [bin, ...Object.values(exports)].flatMap((to) =>
      typeof to === 'string' ? [to] : Object.values(to),
    );
    for (const target of targets)
      expect(existsSync(path.join(root, target.replace('*', 'scenario.v1.schema.json'))), target).toBe(true);
  });

  it('has the command', () => {
    const { status, output } = run(path.join(app, 'node_modules/.bin/blast'), ['verify', 'shop.yml'], app);
    expect(output).toMatch(/^shop\.yml: identical, run /);
    expect(status).toBe(0);
  }, 60_000);

  it('fails without a lock in CI and writes it on a desk', () => {
    const text = readFileSync(lock, 'utf8');
    rmSync(lock);
    const ci = run(path.join(app, 'node_modules/.bin/vitest'), ['run'], app, { ...desk, CI: 'true' });
    expect(ci.status).toBe(1);
    expect(ci.output).toContain('shop.lock.json:1:1 error E801 there is no lock file');
    expect(existsSync(lock)).toBe(false);
    expect(vitest().status).toBe(0);
    expect(readFileSync(lock, 'utf8')).toBe(text);
  }, 60_000);

  it('says what blast verify says when the run differs, until it is updated', () => {
    writeFileSync(scenario, readFileSync(scenario, 'utf8').replace('[500 sat, 2_000 sat]', '[600 sat, 2_000 sat]'));
    const told = run(path.join(app, 'node_modules/.bin/blast'), ['verify', 'shop.yml'], app, {
      ...desk,
      NO_COLOR: '1',
    });
    expect(told.status).toBe(5);
    expect(told.output).toContain('is not the locked one; in this run:');
    const differs = vitest();
    expect(differs.status).toBe(1);
    for (const line of told.output.trimEnd().split('\n')) expect(differs.output).toContain(line);
    expect(vitest('-u').status).toBe(0);
    expect(vitest().status).toBe(0);
  }, 60_000);
});

it('docs/testing.md shows the example as it is', () => {
  const page = readFileSync(path.join(ROOT, 'docs/testing.md'), 'utf8');
  for (const [language, name] of [
    ['ts', 'shop.test.ts'],
    ['yaml', 'shop.yml'],
  ]) {
    expect(page).toContain(`\`\`\`${language}\n${readFileSync(path.join(example, name ?? ''), 'utf8')}\`\`\`\n`);
  }
});
