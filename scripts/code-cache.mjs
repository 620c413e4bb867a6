/**
 * Writes beside the chunks of the bundled command what V8 made of them, for the Node that builds: `node
 * scripts/code-cache.mjs` runs a scenario with the command, so that the functions that a start needs are among it. With
 * another version of Node, or on another platform, the command starts without.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const CHUNKS = fileURLToPath(new URL('../dist/blast-chunks/', import.meta.url));
const SCENARIO = fileURLToPath(new URL('../scenarios/quick-start.yml', import.meta.url));

for (const name of readdirSync(CHUNKS)) if (name.endsWith('.code')) rmSync(path.join(CHUNKS, name));
const out = mkdtempSync(path.join(tmpdir(), 'blast-code-'));
process.argv.splice(1, Number.POSITIVE_INFINITY, 'blast', 'run', SCENARIO, '--quiet', '--out', out);
const { scripts } = await import('../dist/blast.mjs');

process.on('exit', (status) => {
  rmSync(out, { recursive: true });
  if (status !== 0) throw new Error(`the command ended with ${status}`);
  const ending = `${process.platform}-${process.arch}-${process.versions.v8}.code`;
  for (const [name, script] of scripts) writeFileSync(path.join(CHUNKS, `${name}.${ending}`), script.createCachedData());
});
