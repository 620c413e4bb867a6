/** Installs the other versions of Node that the determinism test runs on, into .cache/ (npm package `node`). */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

async function install(version) {
  const folder = fileURLToPath(new URL(`../.cache/node-${version}/`, import.meta.url));
  const binary = `${folder}node_modules/node/bin/node`;
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}package.json`, '{ "private": true }\n');
    const args = ['install', '--no-save', '--no-audit', '--no-fund', `node@${version}`];
    await promisify(execFile)('npm', args, { cwd: folder });
  }
  process.stdout.write(`${execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim()} in .cache/node-${version}\n`);
}

// Most of it is waiting for the registry.
await Promise.all([22, 24, 26].map(install));
