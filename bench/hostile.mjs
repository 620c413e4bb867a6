/**
 * Time and memory of `blast validate` on every hostile file, each in a process of its own: `npm run build`, then
 * `node bench/hostile.mjs`. Ends with 1 when one took longer than 10 s or more than 1 GB, which is a generous bound
 * for the aim of 1 s and 500 MB on a quiet machine. The files are written by `HOSTILE_OUT=FOLDER npx vitest run
 * tests/hostile.test.ts`; give that folder as the argument.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: node bench/hostile.mjs FOLDER\n');
  process.exit(2);
}
const main = fileURLToPath(new URL('../dist/blast.mjs', import.meta.url));
const measure = `process.on('exit', () => process.stderr.write('\\nRSS ' + process.resourceUsage().maxRSS));`;
const preload = `data:text/javascript,${encodeURIComponent(measure)}`;

let failed = false;
const rows = [];
for (const name of readdirSync(folder).sort()) {
  const started = performance.now();
  const child = spawnSync(process.execPath, ['--import', preload, main, 'validate', '--quiet', join(folder, name)], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  const seconds = (performance.now() - started) / 1000;
  const megabytes = Number(/RSS (\d+)/.exec(child.stderr)?.[1] ?? Number.NaN) / 1024;
  const code = / error (E\d+)/.exec(child.stderr)?.[1] ?? (child.status === 0 ? 'valid' : `exit ${child.status}`);
  if (!(seconds < 10) || !(megabytes < 1024)) failed = true;
  rows.push({ name, code, seconds, megabytes });
}
rows.sort((a, b) => b.seconds - a.seconds);
for (const { name, code, seconds, megabytes } of rows) {
  process.stdout.write(`${seconds.toFixed(2).padStart(7)} s ${megabytes.toFixed(0).padStart(6)} MB  ${code}  ${name}\n`);
}
process.exit(failed ? 1 : 0);
