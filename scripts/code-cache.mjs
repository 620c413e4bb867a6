/**
 * Writes beside the chunks of the bundled command what V8 made of them, for the Node that builds: `node
 * scripts/code-cache.mjs` runs a scenario with the command, so that the functions that a start needs are among it: with its
 * models in the process, and in another one, on both sides. Each process begins with what the ones before have written, and
 * adds to it. With another version of Node, or on another platform, the command starts without.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OWN = fileURLToPath(import.meta.url);
const BLAST = fileURLToPath(new URL('../dist/blast.mjs', import.meta.url));
const CHUNKS = fileURLToPath(new URL('../dist/blast-chunks/', import.meta.url));
const SCENARIO = fileURLToPath(new URL('../scenarios/quick-start.yml', import.meta.url));
const [as, ...words] = process.argv.slice(2);

if (as === 'as') {
  // The command, which leaves behind what its process has compiled.
  process.argv.splice(1, Number.POSITIVE_INFINITY, BLAST, ...words);
  const { scripts } = await import('../dist/blast.mjs');
  process.on('exit', () => {
    const ending = `${process.platform}-${process.arch}-${process.versions.v8}.code`;
    for (const [name, script] of scripts) writeFileSync(path.join(CHUNKS, `${name}.${ending}`), script.createCachedData());
  });
} else {
  for (const name of readdirSync(CHUNKS)) if (name.endsWith('.code')) rmSync(path.join(CHUNKS, name));
  const out = mkdtempSync(path.join(tmpdir(), 'blast-code-'));
  const run = ['run', SCENARIO, '--quiet', '--out', out];
  command(OWN, 'as', ...run);
  const host = spawn(process.execPath, [OWN, 'as', 'model', 'host', '--until-input-ends', '--quiet'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  for await (const data of host.stdout) {
    said += data;
    if (said.endsWith('\n')) break;
  }
  command(BLAST, ...run, '--models', /listens on (\S+)/.exec(said)[1]);
  host.stdin.end();
  await once(host, 'close');
  command(OWN, 'as', ...run, '--models', 'rpc');
  rmSync(out, { recursive: true });
}

function command(...words) {
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the command ended with ${status}: ${stderr}`);
}
