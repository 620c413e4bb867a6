/**
 * The schema of a scenario file, composed from the sections and from the registered kinds, models and formats.
 * `sourceSchema` is what the engine validates with, `composeSchema` the form for editors (JSON Schema 2020-12), which
 * also accepts `${{ … }}` where a value stands. Both are pure functions of the registry.
 */

import { behaviourDef } from './schema-behaviours.ts';
import { DEFINITIONS } from './schema-definitions.ts';
import { eventDef } from './schema-events.ts';
import { SECTION_EXAMPLES } from './schema-examples.ts';
import { publish } from './schema-publish.ts';
import { activityDef, modelDef, sections, topologyDef } from './schema-sections.ts';
import type { JsonSchema, SchemaParts } from './schema-types.ts';

export type { JsonSchema, SchemaFormat, SchemaKind, SchemaModel, SchemaParts } from './schema-types.ts';

export const SCHEMA_ID = 'urn:blast-ln:schema:scenario:1';

/** The schema with the engine’s own keywords (see DEFINITIONS). */
export function sourceSchema(parts: SchemaParts): JsonSchema {
  const definitions: { [name: string]: JsonSchema } = {
    ...DEFINITIONS,
    expectation: {
      title: 'Condition',
      description: 'A CEL expression that gives true or false.',
      type: 'string',
      examples: ["channel('alice-bob').state == 'open'"],
      'x-text': 'cel',
    },
  };
  for (const kind of parts.events)
    definitions[eventDef(kind.name)] = { title: kind.name, description: kind.summary, ...kind.schema };
  for (const kind of parts.activities)
    definitions[activityDef(kind.name)] = { title: kind.name, description: kind.summary, ...kind.schema };
  for (const kind of parts.topologies ?? [])
    definitions[topologyDef(kind.name)] = { title: kind.name, description: kind.summary, ...kind.schema };
  for (const kind of parts.behaviours ?? [])
    definitions[behaviourDef(kind.name)] = { title: kind.name, description: kind.summary, ...kind.schema };
  for (const model of parts.models)
    definitions[modelDef(model.name)] = {
      title: `${model.name} options`,
      description: model.summary,
      ...model.optionsSchema,
    };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    title: 'BLAST scenario, version 1',
    description: 'A Lightning Network scenario: a network, what happens in it, and what is expected of it.',
    type: 'object',
    properties: withExamples(sections(parts)),
    required: ['version', 'duration'],
    additionalProperties: false,
    $defs: definitions,
  };
}

function withExamples(properties: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties as { readonly [name: string]: JsonSchema }).map(([name, schema]) => {
      const examples = SECTION_EXAMPLES[name];
      return [name, examples === undefined || 'examples' in schema ? schema : { ...schema, examples }];
    }),
  );
}

/** The schema for editors and other tools: plain JSON Schema, draft 2020-12. */
export function composeSchema(parts: SchemaParts): JsonSchema {
  return publish(sourceSchema(parts));
}

/** Path of a model’s options schema within the source schema. */
export function modelDefinition(name: string): string {
  return `#/$defs/${modelDef(name)}`;
}
