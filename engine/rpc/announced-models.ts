/**
 * Models that a process offers and this one does not know: their names and the schemas of their options come from what it
 * says of itself (Describe). Compiling a schema takes ajv, which the command needs for nothing else: load this on demand.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type ModelKind, SENDER_OPTIONS, type SenderOption } from '../simulate/node-model.ts';
import type { AnnouncedModel, JsonSchema } from '../spec/schema-types.ts';
import type { DescribeResponse, Message } from './wire.ts';

export interface AnnouncedKind {
  readonly model: AnnouncedModel;
  readonly kind: ModelKind;
}

/** Names as of the models of this repository. */
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

/**
 * @param own names of implementations that this process knows
 * @throws Error that says which process announces a model that cannot be used
 */
export function announcedKinds(
  processes: readonly { readonly from: string; readonly description: DescribeResponse }[],
  own: ReadonlySet<string>,
): readonly AnnouncedKind[] {
  const found = new Map<string, AnnouncedKind>();
  for (const { from, description } of processes) {
    for (const m of description.models) {
      const name = m.name as string;
      if (own.has(name) || found.has(name)) continue;
      if (!NAME.test(name))
        throw new Error(`${from} announces a model called ${JSON.stringify(name)}, which is no name`);
      found.set(name, announcedKind(name, from, m));
    }
  }
  return [...found.values()];
}

/** Models of which nothing is known but their names. */
export function announcedNames(names: readonly string[], from: string): readonly AnnouncedModel[] {
  return names.map((name) => ({ name, from, ...compiled(name, from, ''), senderOptions: [], findsCircles: false }));
}

function announcedKind(name: string, from: string, m: Message): AnnouncedKind {
  const { optionsSchema, check } = compiled(name, from, m.options_schema as string);
  const told = m.sender_options as readonly string[];
  const senderOptions = SENDER_OPTIONS.filter((option): option is SenderOption => told.includes(option));
  const findsCircles = m.finds_circles as boolean;
  const kind: ModelKind = {
    name,
    version: m.version as string,
    summary: m.summary as string,
    optionsSchema,
    senderOptions,
    ...(findsCircles ? { findsCircles } : {}),
    create: () => {
      throw new Error(`${name} decides in another process`);
    },
  };
  return { kind, model: { name, from, optionsSchema, check, senderOptions, findsCircles } };
}

function compiled(
  name: string,
  from: string,
  text: string,
): { readonly optionsSchema: JsonSchema; readonly check: ValidateFunction } {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    ownProperties: true,
    logger: false,
    validateFormats: false,
  });
  try {
    // No options at all where nothing is said of them.
    const optionsSchema = (
      text === '' ? { type: 'object', additionalProperties: false } : JSON.parse(text)
    ) as JsonSchema;
    if (optionsSchema.type !== 'object') throw new Error('it is no schema of an object');
    return { optionsSchema, check: ajv.compile(optionsSchema) };
  } catch (error) {
    throw new Error(`${from} announces options of ${name} whose schema cannot be used: ${(error as Error).message}`);
  }
}
