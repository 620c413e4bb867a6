/**
 * Writes the files that are made from the code's own tables, so that they cannot drift: `node scripts/generate-docs.ts`
 * (Node 22.18 or later runs it as it stands; with an older one `npx vitest run -u` writes the same files). Tests
 * compare each file with what is made here.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandsMarkdown } from '../engine/cli/commands-markdown.ts';
import { LOCK_SCHEMA } from '../engine/run/lock-schema.ts';

/** Path from the root of the repository, and the text that belongs there. */
export const GENERATED: readonly (readonly [path: string, make: () => string])[] = [
  ['docs/commands.md', commandsMarkdown],
  ['schemas/lock.v1.schema.json', () => `${JSON.stringify(LOCK_SCHEMA, null, 2)}\n`],
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, make] of GENERATED) writeFileSync(new URL(`../${path}`, import.meta.url), make());
}
