import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../base/json.ts';
import { keyedUnit } from '../base/random.ts';
import { DIAGNOSTIC_CODES, diagnosticInfo } from '../spec/diagnostic-codes.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import { readSnapshot } from './read.ts';
import { SNAPSHOT_SCHEMA } from './snapshot-schema.ts';
import { sampleDocument } from './testing/sample.ts';
import { digestOfJson, digestOfLayout, SNAPSHOT_MEMBERS, snapshotJson, snapshotText } from './text.ts';

const golden = join(import.meta.dirname, 'golden');
const document = sampleDocument();
const { text, digest } = snapshotText(document);

/** The file with one change, under the digest of its changed content. */
function resealed(from: string | RegExp, to: string): string {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing matches ${from}`);
  const json = JSON.parse(changed) as { readonly [key: string]: Json };
  return changed.replace(digest, digestOfJson(json));
}

/** Members of the files that these parts of the schema are about. */
function membersOf(...parts: readonly string[]): readonly string[] {
  const schemas = SNAPSHOT_SCHEMA as { readonly [part: string]: { readonly properties: object } };
  return [...new Set(parts.flatMap((part) => Object.keys(schemas[part]?.properties ?? {})))].sort();
}

describe('a snapshot file', () => {
  it('has a place for every member that its schema knows', () => {
    expect([...SNAPSHOT_MEMBERS].sort()).toEqual(membersOf('then', 'else'));
  });

  it('is read as it was written', () => {
    const reading = readSnapshot(text, 'x.snap.json');
    expect(reading).toMatchObject({ ok: true, digest, warnings: [] });
    expect(reading.ok && reading.document).toEqual(document);
  });

  it('has canonical lines, and the digest of the canonical form', () => {
    expect(digestOfLayout(text)).toBe(digest);
    expect(digestOfJson(JSON.parse(text))).toBe(digest);
    for (const line of text.split('\n')) {
      if (!/^[{[].*[}\]],?$/.test(line)) continue;
      const element = line.replace(/,$/, '');
      expect(element).toBe(canonicalJson(JSON.parse(element)));
    }
    expect(text).toMatchSnapshot();
  });

  it('may be laid out in another way', () => {
    const pretty = JSON.stringify(JSON.parse(text), null, 2);
    expect(digestOfLayout(pretty)).toBeNull();
    expect(readSnapshot(pretty, 'x')).toMatchObject({ ok: true, digest });
  });

  it('has lines for nodes, channels and what is in flight', () => {
    for (const name of ['alice', 'bob', 'carol'])
      expect(text).toMatch(new RegExp(`\\n\\{.*"name":"${name}".*\\},?\\n`));
    expect(document.state.htlcs.length).toBeGreaterThan(1);
    expect(document.state.chain.outputs.length).toBeGreaterThan(0);
  });

  it('of an older version is migrated', () => {
    const file = join(import.meta.dirname, '../../tests/fixtures/versions/snapshot.v0.snap.json');
    const reading = readSnapshot(readFileSync(file, 'utf8'), file);
    expect(reading).toMatchObject({ ok: true, migratedFrom: 'blast-snapshot/0' });
    if (!reading.ok) return;
    expect(snapshotText(reading.document).text).toMatchSnapshot();
  });
});

const CASES: Readonly<Record<string, string>> = {
  E822: text.slice(0, 700),
  'E822-syntax': text.replace('"time_us":', '"time_us":,'),
  'E822-list': '[]',
  'E822-behind': `${text}x`,
  E823: text.replace('blast-snapshot/1', 'blast-snapshot/7'),
  'E823-other': '{ "nodes": [] }',
  E824: resealed('"height":103', '"height":"103"'),
  'E824-extra': resealed('"height":103', '"height":103,"hight":103'),
  'E824-missing': resealed('"physics_events":', '"physics_event":'),
  E825: text.replace('"wallet_sat":0', '"wallet_sat":1'),
  'E825-none': text.replace(`"digest":"${digest}",\n`, ''),
  E826: resealed(/"balance_msat":\[(\d)/, '"balance_msat":[9$1'),
  'E826-references': resealed('"between":["bob","carol"]', '"between":["bob","caro"]'),
  'E826-minted': resealed('"wallet_sat":0', '"wallet_sat":1'),
  'E826-hand': text.replace(/"balance_msat":\[(\d)/, '"balance_msat":[9$1'),
  W821: resealed(/"engine":"[^"]+"/, '"engine":"0.0.1"'),
};

describe('diagnostics', () => {
  it.each(Object.entries(CASES))('%s', async (name, broken) => {
    const reading = readSnapshot(broken, 'broken.snap.json');
    const diagnostics = reading.ok ? reading.warnings : reading.diagnostics;
    expect(diagnostics.map(({ code }) => code)).toContain(name.slice(0, 4));
    await expect(`${formatDiagnostics(diagnostics)}\n`).toMatchFileSnapshot(join(golden, `${name}.txt`));
  });

  it('have a case for every code of this room', () => {
    const own = DIAGNOSTIC_CODES.filter((code) => diagnosticInfo(code).raisedBy === 'snapshot');
    for (const code of own) expect(existsSync(join(golden, `${code}.txt`)), code).toBe(true);
  });
});

describe('a damaged file', () => {
  const bytes = new TextEncoder().encode(text);
  const refuses = (damaged: Uint8Array): void => {
    const reading = readSnapshot(new TextDecoder().decode(damaged), 'damaged.snap.json');
    expect(reading.ok).toBe(false);
    if (!reading.ok) for (const { code } of reading.diagnostics) expect(code).toMatch(/^E82[2-6]$/);
  };

  it('with one bit flipped is refused, a thousand times', () => {
    for (let i = 0; i < 1000; i++) {
      const at = Math.floor(keyedUnit(1, 2, i) * bytes.length * 8);
      const damaged = Uint8Array.from(bytes);
      damaged[at >> 3] = (damaged[at >> 3] as number) ^ (1 << (at & 7));
      refuses(damaged);
    }
  });

  it('that is cut off is refused, a thousand times', () => {
    for (let i = 0; i < 1000; i++) {
      // Without its last line break a file is whole.
      refuses(bytes.subarray(0, Math.floor(keyedUnit(3, 4, i) * (bytes.length - 1))));
    }
  });

  it('whatever is changed in it, under a digest that fits, ends in a diagnostic or is read', () => {
    const json = snapshotJson(document);
    const paths = places(json, []);
    const value = fc.oneof(fc.integer(), fc.constantFrom(null, true, '', 'x', -1, [], {}, 9e15), fc.string());
    fc.assert(
      fc.property(fc.nat(paths.length - 1), value, (n, to) => {
        const changed = structuredClone(json) as { [key: string]: Json };
        put(changed, paths[n] as readonly (string | number)[], to as Json);
        const whole = { ...changed, digest: digestOfJson(changed) };
        const reading = readSnapshot(JSON.stringify(whole), 'changed.snap.json');
        if (!reading.ok) expect(reading.diagnostics.length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });
});

/** Places of all values within a document. */
function places(value: Json, path: readonly (string | number)[]): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => places((value as never)[key], [...path, key]))].filter(
    (one) => one.length > 0,
  );
}

function put(document: { [key: string]: Json }, path: readonly (string | number)[], value: Json): void {
  let at = document as never;
  for (const key of path.slice(0, -1)) at = at[key] as never;
  (at as { [key: string | number]: Json })[path[path.length - 1] as string] = value;
}
