/**
 * docs/scenario-reference.md: every section, key, type, kind and definition of the scenario file. Made from the schema
 * and the registries, so that what is registered appears by itself.
 */
import { stringify } from 'yaml';
import { SCHEMA_PARTS } from '../../engine/compile/compile.ts';
import { sourceSchema } from '../../engine/spec/schema.ts';
import { expressionSections } from './expression-markdown.ts';
import { cell, flowText, type Schema, SchemaMarkdown } from './schema-markdown.ts';

interface Registered {
  readonly name: string;
  readonly summary: string;
  readonly schema?: Schema;
  readonly optionsSchema?: Schema;
  readonly example?: string;
}

/** How the kinds of one registry are presented; registries without an entry get their name as title. */
interface Group {
  readonly title: string;
  readonly noun: string;
  readonly text: string;
  /** Puts an example in its place in a file. */
  readonly place?: (example: string) => string;
}

const GROUPS: Readonly<Record<string, Group>> = {
  events: {
    title: 'Events',
    noun: 'event',
    text: 'An entry of `events` has one schedule and one of these keys.',
    place: (example) => `events:\n  - ${indented(example, 4).trimStart()}`,
  },
  activities: {
    title: 'Activities',
    noun: 'activity',
    text: 'An entry of `activity` is of one of these kinds, told apart by its keys.',
    place: (example) => `activity:\n  example:\n${indented(example, 4)}`,
  },
  behaviours: {
    title: 'Behaviours',
    noun: 'behaviour',
    text: 'An entry of `behaviours` says which nodes, and has one of these keys. What each does and where its rule comes from: [behaviours](behaviours.md).',
    place: (example) => `behaviours:\n  example:\n${indented(example, 4)}`,
  },
  models: { title: 'Models', noun: 'model', text: 'Values of the key `model`, with the keys of `options` of each.' },
  topologies: {
    title: 'Topologies',
    noun: 'topology',
    text: 'Networks that `network.generate` makes, each with its arguments.',
    place: (example) => `network:\n  generate:\n${indented(example, 4)}`,
  },
  formats: { title: 'Import formats', noun: 'format', text: 'Values of the key `format` of an import.' },
};

/** Sections of the example at the head of the page. */
const WHOLE: ReadonlySet<string> = new Set(['params', 'chain', 'nodes', 'channels', 'activity', 'events', 'expect']);

/** Definitions of registered kinds are called `noun.name`. */
const KIND_DEFINITION = /^([a-z]+)\.(.+)$/;

/** The whole page. */
export function scenarioMarkdown(): string {
  const root: Schema = sourceSchema(SCHEMA_PARTS);
  const definitions = root.$defs as { readonly [name: string]: Schema };
  const markdown = new SchemaMarkdown(root, (name) => {
    const [, noun, kind] = KIND_DEFINITION.exec(name) ?? [];
    return noun === undefined || kind === undefined ? anchor('type', name) : anchor(noun, kind);
  });
  const sections = root.properties as { readonly [name: string]: Schema };
  const example = Object.entries(sections)
    .flatMap(([key, { examples }]) => (WHOLE.has(key) ? [[key, (examples as unknown[])[0]] as const] : []))
    .map(([key, value]) => stringify({ [key]: value }, { lineWidth: 0 }));
  return [
    '# Scenario reference',
    '',
    '<!-- Made from the schema and the registries by `npm run generate`; changes here are lost. -->',
    '',
    'A scenario is one YAML file. Editors complete and check it with `schemas/scenario.v1.schema.json`: begin the file with',
    '',
    '```yaml',
    '# yaml-language-server: $schema=../schemas/scenario.v1.schema.json',
    '```',
    '',
    'Values with a unit are always written with it. Wherever a value stands, an expression over the parameters may stand,',
    'too: `${{ params.gap }}`, in quotes within `{ … }` ([expressions](#expressions-over-parameters)). What `expect` and `when`',
    'may say is under [expectations and conditions](#expectations-and-conditions).',
    '',
    'The sections that most scenarios have:',
    '',
    '```yaml',
    ['version: 1\nduration: 1m\n', ...example].join('\n').trimEnd(),
    '```',
    '',
    '## Sections',
    '',
    ...markdown.mapping({ ...root, properties: sections }, '', 3),
    ...Object.entries(SCHEMA_PARTS).flatMap(([key, kinds]) =>
      Array.isArray(kinds) ? groupSection(key, kinds as readonly Registered[], markdown) : [],
    ),
    ...expressionSections(),
    '## Types',
    '',
    ...Object.entries(definitions).flatMap(([name, schema]) =>
      KIND_DEFINITION.test(name) ? [] : typeSection(name, schema, markdown),
    ),
  ].join('\n');
}

function groupSection(key: string, kinds: readonly Registered[], markdown: SchemaMarkdown): string[] {
  const title = key.charAt(0).toUpperCase() + key.slice(1);
  const group: Group = GROUPS[key] ?? { title, noun: key.replace(/s$/, ''), text: `Registered ${key}.` };
  return [
    `## ${group.title}`,
    '',
    group.text,
    '',
    '| name | meaning |',
    '|---|---|',
    ...kinds.map(({ name, summary }) => `| [\`${name}\`](${anchor(group.noun, name)}) | ${cell(summary)} |`),
    '',
    ...kinds.flatMap((kind) => kindSection(group, kind, markdown)),
  ];
}

function kindSection(group: Group, kind: Registered, markdown: SchemaMarkdown): string[] {
  const schema = kind.schema ?? kind.optionsSchema ?? {};
  const noun = group.noun.charAt(0).toUpperCase() + group.noun.slice(1);
  const description = typeof schema.description === 'string' ? schema.description : '';
  const table = markdown.mapping(schema, kind.name, 4);
  return [
    `### ${noun} \`${kind.name}\``,
    '',
    sentence(kind.summary),
    '',
    ...(description === '' || description === kind.summary ? [] : [description, '']),
    ...(table.length > 0 ? table : markdown.inner(schema, kind.name, 4)),
    ...(kind.example === undefined
      ? []
      : ['```yaml', group.place?.(kind.example) ?? kind.example.trimEnd(), '```', '']),
  ];
}

function typeSection(name: string, schema: Schema, markdown: SchemaMarkdown): string[] {
  const examples = (schema.examples as readonly unknown[] | undefined) ?? [];
  const table = markdown.mapping(schema, name, 4);
  return [
    `### Type \`${name}\``,
    '',
    String(schema.description ?? schema.title ?? ''),
    '',
    ...(table.length > 0 ? table : [`Form: ${markdown.type(schema)}`, '', ...markdown.inner(schema, name, 4)]),
    ...(examples.length === 0 ? [] : [`Examples: ${examples.map((value) => `\`${flowText(value)}\``).join(', ')}`, '']),
  ];
}

/** Where GitHub puts the heading `Noun \`name\``. */
function anchor(noun: string, name: string): string {
  return `#${noun} ${name}`
    .toLowerCase()
    .replace(/[^#a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function indented(text: string, width: number): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(width) + line))
    .join('\n');
}
