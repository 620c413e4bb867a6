#!/usr/bin/env node
/**
 * What `blast` starts with: dist/blast.mjs is this file. It keeps V8's heap of young objects small and loads the chunks of
 * the bundled command, with code that V8 compiled when they were built where this is the same V8 (see code-cache.mjs). It
 * decides nothing else.
 */
import module from 'node:module';

const ENTRY = 'blast.cjs';
// Importing a module of Node costs more than requiring it.
const require = module.createRequire(new URL(`./blast-chunks/${ENTRY}`, import.meta.url));
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

/**
 * V8 doubles the semi-spaces of young objects from 1 to 16 MiB or more when much survives, as the plan of a large network
 * does, and keeps them. A run makes little garbage: with 1 MiB it takes the same CPU time, and some 40 MiB less. Here
 * and not later, since V8 refuses code that was compiled under other flags.
 */
const OWN_CHOICE = /semi[-_]space|scavenger[-_]max/;
if (!OWN_CHOICE.test(`${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`)) {
  setFlagsFromString('--semi-space-growth-factor=1');
}

const CHUNKS = dirname(require.resolve(`./${ENTRY}`));
/** Compiled code is of use to the very V8 that made it. */
const CODE = `.${process.platform}-${process.arch}-${process.versions.v8}.code`;

/** Scripts that were loaded, by the name of their chunk. */
export const scripts = new Map();

const modules = new Map();

/** What a chunk exports. */
function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const filename = join(CHUNKS, name);
  // The chunks are ASCII (see bundle.mjs), which is read quicker as what it is.
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
  const cachedData = existsSync(filename + CODE) ? readFileSync(filename + CODE) : undefined;
  // The name goes into what is compiled, which is not to tell where it was built.
  const script = new Script(text, { filename: `blast-chunks/${name}`, cachedData });
  scripts.set(name, script);
  const made = { exports: {} };
  modules.set(name, made);
  const requireHere = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
  script.runInThisContext()(made.exports, requireHere, made, filename, CHUNKS);
  return made.exports;
}

if (process.argv[2] === 'profile') {
  // A profile names functions and their places, which the chunks have lost.
  await import('./engine/cli/main.js');
} else if (module.enableCompileCache !== undefined && !existsSync(join(CHUNKS, ENTRY + CODE))) {
  // Node 22.1 and later keep compiled code between runs themselves.
  module.enableCompileCache();
  require(`./${ENTRY}`);
} else {
  load(ENTRY);
}
