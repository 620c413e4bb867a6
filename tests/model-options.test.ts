/**
 * Options of models: docs/models.md names every one of them, by model, and none that does not exist; and each changes the
 * settings that the model works with, so that none is accepted and forgotten.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Json } from '../engine/base/json.ts';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { readSettings as clnSettings } from '../models/cln/options.ts';
import { readSettings as eclairSettings } from '../models/eclair/options.ts';
import { readSettings as ldkSettings } from '../models/ldk/options.ts';
import { readSettings as lndSettings } from '../models/lnd/options.ts';
import { ROOT } from './testing/command.ts';

type Section = Readonly<Record<string, Json>>;

const READERS: Readonly<Record<string, (options: Section) => object>> = {
  cln: clnSettings,
  eclair: eclairSettings,
  ldk: ldkSettings,
  lnd: lndSettings,
};

/** Schemas of a model's options by path; `defence` is the simulator's. */
function leaves(schema: Section, before = ''): readonly (readonly [string, Section])[] {
  return Object.entries(schema.properties as Readonly<Record<string, Section>>).flatMap(([key, property]) => {
    if (before === '' && key === 'defence') return [];
    const at = `${before}${key}`;
    return property.type === 'object' ? leaves(property, `${at}.`) : [[at, property] as const];
  });
}

/** `a.b` with a value as nested mappings. */
function nested(at: string, value: Json): Section {
  const [key = '', ...rest] = at.split('.');
  return { [key]: rest.length === 0 ? value : nested(rest.join('.'), value) };
}

/** Other values than the default, the limits first. */
function others({ type, default: fallback, minimum, maximum, enum: words }: Section): readonly Json[] {
  const all: readonly Json[] =
    type === 'boolean' ? [true, false] : Array.isArray(words) ? words : [maximum as Json, minimum as Json];
  return all.filter((value) => value !== undefined && value !== fallback);
}

/** Keys in the table of the documentation, by model. */
function documented(): Readonly<Record<string, readonly string[]>> {
  const text = readFileSync(path.join(ROOT, 'docs/models.md'), 'utf8');
  const section = text.slice(text.indexOf('\n## Options\n'), text.indexOf('\n## Adding one\n'));
  const [head = [], , ...rows] = [...section.matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) => row.split('|'));
  const keysOf = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key);
  return Object.fromEntries(
    head.slice(1).map((cell, i) => [keysOf(cell)[0] ?? '', rows.flatMap((row) => keysOf(row[i + 1] ?? ''))]),
  );
}

it('every model has a column and a reader here', () => {
  const names = MODEL_KINDS.map(({ name }) => name).sort();
  expect(Object.keys(documented()).sort()).toEqual(names);
  expect(Object.keys(READERS).sort()).toEqual(names);
});

describe.each(MODEL_KINDS.map((kind) => [kind.name, kind] as const))('options of %s', (name, { optionsSchema }) => {
  const options = leaves(optionsSchema as Section);
  const read = READERS[name] as (options: Section) => object;

  it('are all in docs/models.md, once, and nothing else is', () => {
    expect([...(documented()[name] ?? [])].sort()).toEqual(options.map(([at]) => at).sort());
  });

  it('are described, with a default that the schema takes', () => {
    const validate = new Ajv2020({ strict: false }).compile(optionsSchema);
    for (const [at, schema] of options) {
      expect(String(schema.description ?? '').length, at).toBeGreaterThan(10);
      if (schema.default !== undefined) expect(validate(nested(at, schema.default)), at).toBe(true);
      expect(others(schema).length, at).toBeGreaterThan(0);
      for (const value of others(schema)) expect(validate(nested(at, value)), `${at}: ${value}`).toBe(true);
    }
  });

  it.each(options)('%s changes what the model works with', (at, schema) => {
    const plain = read({});
    const changed = others(schema).map((value) => read(nested(at, value)));
    for (const settings of changed) expect(settings).not.toEqual(plain);
    if (schema.default !== undefined) expect(read(nested(at, schema.default))).toEqual(plain);
  });
});
