/**
 * Writes the files that are made from the code's own tables: `npm run generate`, from the root of the repository. A test
 * compares each of them with what is made here, so that they cannot drift. `--check` writes nothing and fails on drift.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { nodeFiles } from '../engine/host/node-files.ts';
import { GENERATED_FILES, type Repository } from './generated/files.ts';

const root = process.cwd();
const files = nodeFiles(root);
const repository: Repository = {
  list: (folder) => files.list(folder),
  read: (path) => readFileSync(path, 'utf8'),
};

for (const { path, make } of GENERATED_FILES) {
  const text = make(repository);
  if (files.read(path) === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${path} is out of date; run \`npm run generate\`\n`);
    process.exitCode = 1;
    continue;
  }
  writeFileSync(path, text);
  process.stdout.write(`wrote ${path}\n`);
}
