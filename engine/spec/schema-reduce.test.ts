/** A document gets the same diagnostics from the part of the schema that it needs as from the whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readScenario } from './read.ts';
import type { SchemaParts } from './schema.ts';
import { collectKeys, propertyNames, reduceSchema } from './schema-reduce.ts';
import { FIXTURE_PARTS } from './testing/parts.ts';

const texts = ['spec', 'compile'].flatMap((room) => {
  const folder = join(import.meta.dirname, '..', room, 'golden');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => [`${room}/${name}`, readFileSync(join(folder, name), 'utf8')] as const);
});

/** A registry whose whole schema is compiled already, because it has read different documents. */
function warmed(): SchemaParts {
  const parts = { ...FIXTURE_PARTS };
  for (const key of ['seed', 'name', 'epoch', 'chain', 'nodes']) {
    readScenario({ text: `version: 1\n${key}: 1\n`, file: 'x.yml', schemaParts: parts });
  }
  return parts;
}

const whole = warmed();

it.each(texts)('%s', (name, text) => {
  const read = (schemaParts: SchemaParts) => readScenario({ text, file: name, schemaParts }).diagnostics;
  expect(read({ ...FIXTURE_PARTS })).toEqual(read(whole));
});

it('leaves out what a document does not have, but for what is said about it', () => {
  const root = {
    properties: {
      a: { title: 'A', type: 'object', properties: { b: { $ref: '#/$defs/d' } } },
      c: { $ref: '#/$defs/d', description: 'own' },
    },
    $defs: { d: { title: 'D', description: 'shared', examples: ['5s'], pattern: '^5s$' } },
  };
  expect([...propertyNames(root)].sort()).toEqual(['a', 'b', 'c']);
  const keys = new Set<string>();
  collectKeys({ a: [{ x: 1 }] }, keys);
  expect([...keys]).toEqual(['a', 'x']);
  expect(reduceSchema(root, keys).properties).toEqual({
    a: { title: 'A', type: 'object', properties: { b: { title: 'D', description: 'shared', examples: ['5s'] } } },
    c: { title: 'D', description: 'own', examples: ['5s'] },
  });
});
