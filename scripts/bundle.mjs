/**
 * Bundles the command into chunks, which dist/blast.mjs (launcher.mjs) loads, so that a cold start reads a few files and
 * not hundreds: `node scripts/bundle.mjs` after tsc, which `npm run build` does. What only some commands need stays in
 * chunks of its own (see the dynamic imports). Nothing here needs the network.
 *
 * Checks of documents are compiled here and not at every start: the modules that compile them with ajv are replaced by
 * what ajv generates, and ajv itself stays out. dist/engine, the library, is not changed.
 */
import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { compiledModules } from './compiled-checks.mjs';
import { thirdPartyNotices } from './third-party.mjs';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const CHUNKS = path.join(DIST, 'blast-chunks');

const compiled = await compiledModules(DIST);

/** Puts the generated modules in the place of those that call ajv. */
const precompiled = {
  name: 'precompiled-checks',
  load: (id) => compiled.get(path.normalize(id)) ?? null,
};

rmSync(CHUNKS, { recursive: true, force: true });
const bundle = await rolldown({
  input: { blast: path.join(DIST, 'engine/cli/main.js') },
  platform: 'node',
  // Only sweeps over many machines and models over gRPC need them (ajv: the options of models of others), and they are installed with the package.
  external: ['bullmq', 'ioredis', '@grpc/grpc-js', '@grpc/proto-loader', '@grpc/reflection', 'grpc-health-check', 'protobufjs', 'ajv/dist/2020.js'],
  plugins: [precompiled],
  treeshake: { moduleSideEffects: (id) => id.endsWith('/cli/main.js') },
});

/** V8 reads a text of ASCII quicker than one with a single other character; escapes mean the same in texts and patterns. */
const ascii = (code) =>
  code.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
const { output } = await bundle.write({
  dir: CHUNKS,
  // Compiled code can be kept of scripts only.
  format: 'cjs',
  minify: true,
  comments: { legal: true },
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
});
await bundle.close();

for (const chunk of output) {
  if (chunk.type !== 'chunk') continue;
  if (chunk.code.includes('String.raw')) throw new Error(`${chunk.fileName} holds a raw text, which must not be escaped`);
  writeFileSync(path.join(CHUNKS, chunk.fileName), ascii(chunk.code.replace(/^#!.*/, '')));
}

const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
for (const id of compiled.keys()) {
  if (!modules.some((one) => path.normalize(one) === id)) throw new Error(`${id} is not part of the command any more`);
}
copyFileSync(new URL('./launcher.mjs', import.meta.url), path.join(DIST, 'blast.mjs'));
chmodSync(path.join(DIST, 'blast.mjs'), 0o755);
writeFileSync(path.join(DIST, 'THIRD-PARTY.txt'), thirdPartyNotices(modules));
