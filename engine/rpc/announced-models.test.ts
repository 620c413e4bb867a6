/** Models that a process announces: scenarios may name them, and get diagnostics of what is wrong about them. */
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../compile/compile.ts';
import { announcedKinds } from './announced-models.ts';
import { decodeDescription, encodeDescription, PROTOCOL } from './wire.ts';

function announce(...models: object[]): ReturnType<typeof announcedKinds> {
  const bytes = encodeDescription({ protocol: PROTOCOL, software: 's', models: models as never });
  return announcedKinds([{ from: 'the process at h:1', description: decodeDescription(bytes) }], new Set(['lnd']));
}

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: { attempts: { type: 'integer', minimum: 1, maximum: 10 } },
};
const simple = { name: 'simple', version: 'simple 1', options_schema: JSON.stringify(schema) };

async function compiled(nodes: string, ...models: object[]): Promise<readonly string[]> {
  const text = `version: 1\nduration: 1s\nnodes:\n${nodes}`;
  const announced = announce(...models).map(({ model }) => model);
  const result = await compileScenario({ text, file: 's.yml', readFile: async () => null, models: announced });
  return result.diagnostics.map(({ range, code, path, message, hint = '' }) =>
    [`${range.line}:${range.column} ${code} ${path}`, message, hint].join('; '),
  );
}

describe('an announced model', () => {
  it('may be named, with options by its schema', async () => {
    expect(await compiled('  a: { model: simple, options: { attempts: 3 } }\n  b: { model: lnd }\n', simple)).toEqual(
      [],
    );
    expect(await compiled('  a: { model: simple }\n', { ...simple, options_schema: '' })).toEqual([]);
  });

  it('gets diagnostics of options that break its schema', async () => {
    const wrong =
      '  a: { model: simple, options: { attempts: 30, tries: 1 } }\n  b: { model: simple, options: { attempts: x } }\n';
    expect(await compiled(wrong, simple)).toMatchInlineSnapshot(`
      [
        "4:44 E303 nodes.a.options.attempts; expected at most 10, got \`30\`; ",
        "4:48 E201 nodes.a.options.tries; unknown key \`tries\`; known keys here: \`attempts\`",
        "5:44 E203 nodes.b.options.attempts; expected a whole number, got the text \`x\`; ",
      ]
    `);
    expect(await compiled('  a: { model: simple, options: { x: 1 } }\n', { name: 'simple' })).toMatchInlineSnapshot(`
      [
        "4:34 E201 nodes.a.options.x; unknown key \`x\`; there are no keys here",
      ]
    `);
  });

  it('finds ways from a node to itself if it says so', async () => {
    const file = `  a: { model: simple }
  b: {}
channels:
  one: { from: a, to: b, capacity: 1_000_000 sat }
  two: { from: b, to: a, capacity: 1_000_000 sat }
events:
  - { at: 0s, rebalance: { node: a, out: one, in: two, amount: 1 sat } }
`;
    expect(await compiled(file, { ...simple, finds_circles: true })).toEqual([]);
    expect(await compiled(file, simple)).toEqual([expect.stringContaining('W607 events[0].rebalance.node')]);
    expect(announce({ ...simple, finds_circles: true })[0]?.kind.findsCircles).toBe(true);
  });

  it('is unknown where no process, or another one, is there', async () => {
    expect(await compiled('  a: { model: simple }\n')).toMatchInlineSnapshot(`
      [
        "4:15 E407 nodes.a.model; unknown model \`simple\`; known models: \`cln\`, \`eclair\`, \`ldk\` and \`lnd\`",
      ]
    `);
    expect(await compiled('  a: { model: simple }\n', { ...simple, name: 'simpler' })).toMatchInlineSnapshot(`
      [
        "4:15 E407 nodes.a.model; unknown model \`simple\`; did you mean \`simpler\`?",
      ]
    `);
  });

  it('must have a name and a schema of options', () => {
    const problem = (model: object): string => {
      try {
        announce(model);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(problem({ name: 'No Name' })).toBe(
      'the process at h:1 announces a model called "No Name", which is no name',
    );
    expect(problem({ name: 'm', options_schema: '[]' })).toContain(
      'announces options of m whose schema cannot be used: ',
    );
    expect(problem({ name: 'm', options_schema: '{' })).toContain(
      'announces options of m whose schema cannot be used: ',
    );
    expect(problem({ name: 'm', options_schema: '{"type":"object","properties":{"a":{"type":"x"}}}' })).toContain(
      'announces options of m whose schema cannot be used: ',
    );
  });

  it('is no other one of a name that is known', () => {
    expect(
      announce({ name: 'lnd' }, simple, { ...simple, version: 'simple 2' }).map(({ kind }) => kind.version),
    ).toEqual(['simple 1']);
  });
});
