/**
 * `blast explain`: what a diagnostic code means and how to mend it, from the one table of codes; or what a kind of event,
 * activity, behaviour, topology, model or format is, from the registries.
 */
import type { ChalkInstance } from 'chalk';
import { DIAGNOSTIC_CODES, type DiagnosticCode, diagnosticInfo } from '../spec/diagnostic-codes.ts';
import type { JsonSchema } from '../spec/schema-types.ts';
import { nearest } from '../spec/suggest.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { explainPaymentCommand } from './explain-payment.ts';
import type { CliIo } from './io.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { styleFor } from './style.ts';
import { wrapped } from './wrap.ts';

/** A registered kind as it is explained. */
interface KindEntry {
  readonly kind: string;
  readonly name: string;
  readonly summary: string;
  readonly keys: readonly KeyEntry[];
  readonly example?: string;
}

interface KeyEntry {
  readonly key: string;
  readonly required: boolean;
  readonly meaning: string;
}

/** Every kind there is, in the order of the registries, which are loaded only when they are asked for. */
async function allKinds(): Promise<readonly KindEntry[]> {
  const { ACTIVITY_KINDS, BEHAVIOUR_KINDS, EVENT_KINDS, FORMAT_KINDS, MODEL_KINDS, TOPOLOGY_KINDS } = await import(
    '../kinds/registry.ts'
  );
  const { exportFormat } = await import('../interop/export-formats.ts');
  const withDirections = ({ name, summary }: Described): Described => {
    const written = exportFormat(name) === undefined ? '' : ' `blast export` writes it.';
    return { name, summary: `${summary}. \`network.import\` and \`blast import\` read it.${written}` };
  };
  const of = (kind: string, list: readonly Described[]): readonly KindEntry[] =>
    list.map((one) => {
      const { name, summary, example } = one;
      const keys = keysOf(one.schema ?? one.optionsSchema ?? {});
      return { kind, name, summary, keys, ...(example === undefined ? {} : { example }) };
    });
  return [
    ...of('event', EVENT_KINDS),
    ...of('activity', ACTIVITY_KINDS),
    ...of('behaviour', BEHAVIOUR_KINDS),
    ...of('topology', TOPOLOGY_KINDS),
    ...of('model', MODEL_KINDS),
    ...of('format', FORMAT_KINDS.map(withDirections)),
  ];
}

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly example?: string;
  readonly schema?: JsonSchema;
  readonly optionsSchema?: JsonSchema;
}

/** The keys of a schema, required ones first, with the first sentence of what each means. */
function keysOf({ properties, required }: JsonSchema): readonly KeyEntry[] {
  const needed = Array.isArray(required) ? (required as readonly string[]) : [];
  const keys = Object.entries((properties ?? {}) as { readonly [key: string]: JsonSchema }).map(([key, schema]) => {
    const text = String(schema.description ?? schema.title ?? '');
    return { key, required: needed.includes(key), meaning: /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text };
  });
  return [...keys.filter((one) => one.required), ...keys.filter((one) => !one.required)];
}

export const explainCommand: CommandEntry = {
  name: 'explain',
  summary:
    'explain a diagnostic code, a kind of event, activity, behaviour, topology, model or format, or a payment of a run',
  details: 'Without a topic it lists all codes and kinds.',
  arguments: [
    {
      syntax: '[topic]',
      summary: 'a code such as E301, or a kind such as open_channel',
      completions: DIAGNOSTIC_CODES,
    },
  ],
  options: [OPTION.format],
  examples: [
    ['blast explain E301', 'what the code means and how to mend it'],
    ['blast explain open_channel', 'what the event does, its keys, and an example'],
    ['blast explain', 'all codes and kinds'],
    ['blast explain payment out/shop coffee/3', 'the story of one payment of a run'],
  ],
  commands: [explainPaymentCommand],
  async run({ io }, [wanted], options) {
    const json = options.format === 'json';
    const kinds = await allKinds();
    if (wanted === undefined) {
      const list = { codes: DIAGNOSTIC_CODES.map(entry), kinds };
      io.stdout.write(json ? jsonText(list) : `${overview(kinds).join('\n')}\n`);
      return EXIT.ok;
    }
    // A model and a format may have the same name.
    const named = kinds.filter(({ name }) => name === wanted);
    if (named.length > 0) {
      const texts = named.map((kind) => `${kindText(kind, io, styleFor(io, io.stdout)).join('\n')}\n`);
      io.stdout.write(json ? jsonText(named.length === 1 ? named[0] : named) : texts.join('\n'));
      return EXIT.ok;
    }
    const code = codeNamed(wanted, kinds);
    io.stdout.write(json ? jsonText(entry(code)) : `${codeText(code, io, styleFor(io, io.stdout)).join('\n')}\n`);
    return EXIT.ok;
  },
};

function overview(kinds: readonly KindEntry[]): readonly string[] {
  const width = Math.max(...kinds.map(({ name }) => name.length));
  return [
    ...DIAGNOSTIC_CODES.map((code) => `${code}  ${diagnosticInfo(code).title}`),
    '',
    ...kinds.map(({ kind, name, summary }) => `${kind.padEnd(9)}  ${name.padEnd(width)}  ${summary}`),
  ];
}

function kindText({ kind, name, summary, keys, example }: KindEntry, io: CliIo, style: ChalkInstance): string[] {
  const width = Math.max(0, ...keys.map(({ key }) => key.length));
  const indent = ' '.repeat(width + 4);
  const lines = keys.flatMap(({ key, required, meaning }) => {
    const text = required ? `(required) ${meaning}` : meaning;
    const [first = '', ...more] = wrapped(text, Math.max(30, Math.min(io.columns, 100) - width - 4));
    return [`  ${key.padEnd(width)}  ${first}`.trimEnd(), ...more.map((line) => `${indent}${line}`)];
  });
  const head = [`${kind} ${style.bold(name)}`, '', summary, ...(lines.length === 0 ? [] : ['', 'Keys:', ...lines])];
  return example === undefined ? head : [...head, '', 'Example:', ...example.split('\n').map((line) => `  ${line}`)];
}

function codeText(code: DiagnosticCode, io: CliIo, style: ChalkInstance): readonly string[] {
  const { severity, title, explanation, fix } = diagnosticInfo(code);
  const width = Math.min(io.columns, 100);
  const paint = severity === 'error' ? style.red : style.yellow;
  return [
    `${paint(`${severity} ${code}`)} ${style.bold(title)}`,
    '',
    ...wrapped(explanation, width),
    '',
    ...wrapped(`Fix: ${fix}`, width),
  ];
}

/** @throws CliError (usage) with the nearest topic */
function codeNamed(text: string, kinds: readonly KindEntry[]): DiagnosticCode {
  const upper = text.toUpperCase();
  const code = DIAGNOSTIC_CODES.find((one) => one === upper);
  if (code !== undefined) return code;
  const near = nearest(upper, DIAGNOSTIC_CODES);
  const kind = nearest(
    text,
    kinds.map(({ name }) => name),
  );
  const meant = near === undefined ? kind : `${near} (${diagnosticInfo(near as DiagnosticCode).title})`;
  const hint = meant === undefined ? '' : `did you mean ${meant}? `;
  throw new CliError(EXIT.usage, `there is no code or kind ${text}`, `${hint}\`blast explain\` lists all of them`);
}

function entry(code: DiagnosticCode): object {
  const { severity, title, explanation, fix } = diagnosticInfo(code);
  return { code, severity, title, explanation, fix };
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
