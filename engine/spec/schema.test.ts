// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the scenario file
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { composeSchema, type JsonSchema, sourceSchema } from './schema.ts';
import { DEFINITIONS } from './schema-definitions.ts';
import { mapSubschemas } from './schema-walk.ts';
import { FIXTURE_PARTS } from './testing/parts.ts';
import { parseUnit, type UnitName } from './units.ts';

const published = composeSchema(FIXTURE_PARTS);
const ajv = new Ajv2020({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  allErrors: true,
  logger: false,
});
const check = ajv.compile(published);

const HEAD = 'version: 1\nduration: 10s\nparams: { n: 5 }\n';

function accepts(text: string): boolean {
  return check(parse(HEAD + text)) as boolean;
}

describe('the published schema', () => {
  it('is plain JSON Schema, draft 2020-12', () => {
    expect(published.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(JSON.stringify(published)).not.toContain('"x-');
    expect(JSON.parse(JSON.stringify(published))).toEqual(published);
  });

  it.each([
    ['nodes: { alice: { wallet: 1 BTC, labels: { tier: 1 } }, bob: }'],
    ['channels: { ab: { from: 007, to: [bob, { labels: { role: x } }], capacity: 5 sat } }'],
    ['activity: { a: { source: alice, destination: bob, interval: [1s, 2s], amount: 5 sat } }'],
    ['activity: { a: { random: { expected_amount: 5 sat } } }'],
    ['events: [{ at: [1s, 2s], mine: { blocks: 1 } }, { every: 1s, until: 5s, close_channel: { channel: ab } }]'],
    ["events: [{ at: '${{ params.n * duration(\"1s\") }}', mine: { blocks: '${{ params.n }}' } }]"],
    ["seed: '${{ params.n }}'\nchain: { height: '${{ params.n }}' }\nexpect: [\"1 == 1\", { at: 1s, that: 'true' }]"],
  ])('accepts %s', (text) => {
    expect(accepts(text), JSON.stringify(check.errors)).toBe(true);
  });

  it.each([
    ['nodes: { alice: { wallet: 1 } }'],
    ['nodes: { alice: { wallets: 1 BTC } }'],
    ['nodes: { alice: { model: lndd } }'],
    ['nodes: { alice: { model: cln, options: { x: 1 } } }'],
    ['channels: { ab: { from: a, capacity: 5 sat } }'],
    ['events: [{ at: 1s }]'],
    ['events: [{ at: 1s, every: 1s, mine: { blocks: 1 } }]'],
    ['events: [{ at: 1s, mine: { blocks: 0 } }]'],
    ['activity: { a: { amount: 5 sat } }'],
    ['snapshoots: []'],
  ])('refuses %s', (text) => {
    expect(accepts(text)).toBe(false);
  });

  it('has a title and a description for every definition, and examples that are right', () => {
    const definitions = published.$defs as { readonly [name: string]: JsonSchema };
    for (const [name, schema] of Object.entries(definitions)) {
      expect(schema.title, name).toBeTypeOf('string');
      expect(schema.description, name).toBeTypeOf('string');
      const valid = ajv.compile({ $ref: `${String(published.$id)}#/$defs/${name}` });
      for (const example of (schema.examples as readonly unknown[] | undefined) ?? []) {
        expect(valid(example), `${name}: ${JSON.stringify(example)}`).toBe(true);
      }
    }
  });

  it('has a title and a description for every section', () => {
    for (const [name, schema] of Object.entries(published.properties as { readonly [name: string]: JsonSchema })) {
      expect(schema.title, name).toBeTypeOf('string');
      expect(schema.description, name).toBeTypeOf('string');
    }
  });
});

it('forbids unknown keys in every mapping', () => {
  const open: string[] = [];
  const visit = (schema: JsonSchema, path: string): JsonSchema => {
    if (
      'properties' in schema &&
      !('additionalProperties' in schema) &&
      !path.endsWith('/if') &&
      !path.endsWith('/then')
    )
      open.push(path);
    mapSubschemas(schema, (sub, keyword) => visit(sub, `${path}/${keyword}`));
    return schema;
  };
  visit(sourceSchema(FIXTURE_PARTS), '#');
  expect(open).toEqual([]);
});

it('gives examples of units that the units themselves accept', () => {
  for (const [name, schema] of Object.entries(DEFINITIONS)) {
    const rule = schema['x-unit'] as { readonly unit: UnitName; readonly negative?: boolean } | undefined;
    if (rule === undefined) continue;
    for (const example of schema.examples as readonly string[]) {
      expect(parseUnit(rule.unit, example, { negative: rule.negative === true }).ok, `${name}: ${example}`).toBe(true);
      expect(new RegExp(schema.pattern as string).test(example), `${name}: ${example}`).toBe(true);
    }
  }
});
