/** Installs the other versions of Node that the determinism test runs on, into .cache/ (npm package `node`). */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

for (const version of [22, 24, 26]) {
  const folder = fileURLToPath(new URL(`../.cache/node-${version}/`, import.meta.url));
  const binary = `${folder}node_modules/node/bin/node`;
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}package.json`, '{ "private": true }\n');
    execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', `node@${version}`], { cwd: folder, stdio: 'inherit' });
  }
  process.stdout.write(`${execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim()} in .cache/node-${version}\n`);
}
