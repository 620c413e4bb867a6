/**
 * A JSON Schema as Markdown: tables of keys with their types, defaults and examples, for as many levels as the schema
 * has. Knows the engine's own keywords (`x-unit`, `x-text`, …); makes texts only.
 */
import { resolveRef } from '../../engine/spec/schema-walk.ts';

export type Schema = { readonly [key: string]: unknown };

/** Longest example in a table. */
const EXAMPLE_CHARS = 80;

const TEXTS: Readonly<Record<string, string>> = {
  name: 'name',
  pattern: 'name or pattern',
  cel: 'CEL expression',
  epoch: 'date and time',
};

/** Renders parts of one schema. */
export class SchemaMarkdown {
  readonly #root: Schema;
  /** Link of a definition's name, or null where it has no place of its own. */
  readonly #linkOf: (definition: string) => string | null;

  constructor(root: Schema, linkOf: (definition: string) => string | null) {
    this.#root = root;
    this.#linkOf = linkOf;
  }

  /** A mapping's keys as a table, and below it the mappings within, each under a heading of its path. */
  mapping(schema: Schema, path: string, level: number): string[] {
    const properties = recordOf(schema.properties);
    const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
    const keys = Object.keys(properties);
    if (keys.length === 0) return [];
    const rows = keys.map((key) => {
      const value = properties[key] as Schema;
      const [meaning, standard] = this.#meaning(value);
      const name = `\`${key}\`${required.has(key) ? ' (required)' : ''}`;
      return `| ${name} | ${cell(this.type(value))} | ${cell(standard)} | ${cell(meaning)} | ${this.example(value)} |`;
    });
    return [
      '| key | type | default | meaning | example |',
      '|---|---|---|---|---|',
      ...rows,
      '',
      ...keys.flatMap((key) => this.inner(properties[key] as Schema, join(path, key), level)),
    ];
  }

  /** The mappings inside a value that no definition describes, each under a heading of its own. */
  inner(schema: Schema, path: string, level: number): string[] {
    if (typeof schema.$ref === 'string') return [];
    const branches = [schema.oneOf, schema.anyOf].flatMap((list) => (Array.isArray(list) ? (list as Schema[]) : []));
    const items = recordOf(schema.items);
    const entries = recordOf(schema.additionalProperties);
    const lines: string[] = [];
    if (hasKeys(schema.properties)) {
      lines.push(heading(path, level), '', paragraph(this.description(schema)), '');
      lines.push(...this.mapping(schema, path, level));
    }
    if (hasKeys(items)) lines.push(...this.inner(items, `${path}[]`, level));
    if (hasKeys(entries)) lines.push(...this.inner(entries, join(path, 'NAME'), level));
    // The single value and the list of it are the same mapping.
    const seen = new Set<string>();
    for (const branch of branches) {
      const core = hasKeys(recordOf(branch.items)) && branch.type === 'array' ? recordOf(branch.items) : branch;
      const text = JSON.stringify(core);
      if (seen.has(text)) continue;
      seen.add(text);
      lines.push(...this.inner(core, path, level));
    }
    return lines;
  }

  /** Type of a value in a few words. */
  type(schema: Schema): string {
    if (typeof schema.$ref === 'string') {
      const name = schema.$ref.replace('#/$defs/', '');
      const link = this.#linkOf(name);
      return link === null ? this.type(resolveRef(schema, this.#root)) : `[${name}](${link})`;
    }
    const branches = (schema.oneOf ?? schema.anyOf) as readonly Schema[] | undefined;
    if (Array.isArray(branches) && branches.some((branch) => Object.keys(branch).join() !== 'required')) {
      return unique(branches.map((branch) => this.type(branch as Schema))).join(' or ');
    }
    if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
    if ('const' in schema) return `\`${JSON.stringify(schema.const)}\``;
    const unit = recordOf(schema['x-unit']).unit;
    if (typeof unit === 'string') return unit;
    const text = schema['x-text'];
    if (typeof text === 'string') return TEXTS[text] ?? 'text';
    const types = (Array.isArray(schema.type) ? schema.type : [schema.type ?? 'value']).filter((t) => t !== 'null');
    return types.map((type) => this.#plainType(String(type), schema)).join(' or ');
  }

  /** What a value means: its own description, or that of its definition. */
  description(schema: Schema): string {
    const { description, title } = this.#merged(schema);
    return typeof description === 'string' ? description : String(title ?? '');
  }

  /** The first example as code, empty where there is none. */
  example(schema: Schema): string {
    const { examples } = this.#merged(schema);
    const first = Array.isArray(examples) ? examples[0] : undefined;
    return first === undefined ? '' : `\`${cell(flowText(first))}\``;
  }

  /** Description and default; a default in words stands at the end of the description. */
  #meaning(schema: Schema): readonly [meaning: string, standard: string] {
    const text = this.description(schema);
    const { default: value } = this.#merged(schema);
    const inWords = / ?Default: ([^.]+)\.$/.exec(text);
    if (value !== undefined) return [text, `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``];
    return inWords === null ? [text, ''] : [text.slice(0, inWords.index), inWords[1] ?? ''];
  }

  #plainType(type: string, schema: Schema): string {
    if (type === 'string') return 'text';
    if (type === 'boolean') return '`true` or `false`';
    if (type === 'integer' || type === 'number') return `${type}${boundsText(schema)}`;
    if (type === 'array') return hasKeys(schema.items) ? `list of ${this.type(recordOf(schema.items))}` : 'list';
    if (type === 'object' && hasKeys(schema.additionalProperties) && !hasKeys(schema.properties)) {
      return `mapping of names to ${this.type(recordOf(schema.additionalProperties))}`;
    }
    return type === 'object' ? 'mapping' : type;
  }

  #merged(schema: Schema): Schema {
    return typeof schema.$ref === 'string' ? { ...resolveRef(schema, this.#root), ...schema } : schema;
  }
}

function recordOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

function hasKeys(value: unknown): boolean {
  return Object.keys(recordOf(value)).length > 0;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function heading(path: string, level: number): string {
  return `${'#'.repeat(Math.min(level, 6))} \`${path}\``;
}

function paragraph(text: string): string {
  return text.replaceAll('\n', '  \n');
}

function boundsText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const parts: string[] = [];
  if (minimum !== undefined) parts.push(`from ${grouped(minimum)}`);
  if (exclusiveMinimum !== undefined) parts.push(`above ${grouped(exclusiveMinimum)}`);
  if (maximum !== undefined) parts.push(`to ${grouped(maximum)}`);
  if (exclusiveMaximum !== undefined) parts.push(`below ${grouped(exclusiveMaximum)}`);
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`;
}

function grouped(value: unknown): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '_');
}

/** A value as YAML in one line. */
export function flowText(value: unknown): string {
  let text: string;
  if (Array.isArray(value)) text = `[${value.map(flowText).join(', ')}]`;
  else if (typeof value === 'object' && value !== null) {
    text = `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${flowText(inner)}`)
      .join(', ')} }`;
  } else text = String(value);
  return text.length > EXAMPLE_CHARS ? `${text.slice(0, EXAMPLE_CHARS)}…` : text;
}

/** A text within a table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', '<br>');
}
