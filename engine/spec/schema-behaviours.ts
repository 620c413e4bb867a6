/** The section `behaviours` as JSON Schema: what nodes do by themselves. */
import type { BehaviourSchema, JsonSchema } from './schema-types.ts';
import { formatDuration } from './units.ts';

/** Name of the definition of a kind. */
export const behaviourDef = (name: string): string => `behaviour.${name}`;

const ref = (name: string, more: JsonSchema = {}): JsonSchema => ({ ...more, $ref: `#/$defs/${name}` });

/** The section; nothing when no behaviour is registered. */
export function behavioursSection(kinds: readonly BehaviourSchema[]): JsonSchema {
  if (kinds.length === 0) return {};
  const names = kinds.map(({ name }) => name);
  const defaults = kinds.flatMap(({ name, everyUs }) =>
    everyUs === null ? [] : [`${name} ${formatDuration(everyUs)}`],
  );
  const choosing = kinds.filter(({ choosesChannels }) => choosesChannels).map(({ name }) => name);
  return {
    behaviours: {
      title: 'Behaviours',
      description: 'What nodes do by themselves while the scenario plays, by names of your choice.',
      type: ['object', 'null'],
      'x-names': 'behaviour',
      additionalProperties: {
        title: 'Behaviour',
        description: `Nodes, when they act, and what they do.\n\n${kinds.map((kind) => `${kind.name}: ${kind.summary}`).join('\n')}`,
        type: 'object',
        additionalProperties: false,
        required: ['nodes'],
        properties: {
          nodes: ref('selector', { title: 'Nodes', description: 'The nodes that behave so, each by itself.' }),
          channels: ref('channelSelector', {
            description: `Channels that the nodes look after (${choosing.join(', ')}). Default: all that they have, also those opened later.`,
          }),
          start: ref('duration', {
            title: 'Start',
            description: 'When it begins. Default: with the run; who is woken is then woken first after one interval.',
          }),
          duration: ref('positiveDuration', {
            title: 'Duration',
            description: 'How long it goes on; nobody is woken at the end itself. Default: until the end of the run.',
          }),
          every: ref('positiveDuration', {
            title: 'Every',
            description: `Time between two looks of a node at its channels. Default: ${defaults.join(', ')}.`,
            examples: ['10m'],
          }),
          ...Object.fromEntries(names.map((name) => [name, ref(behaviourDef(name))])),
        },
        allOf: [
          {
            'x-exactly-one': { keys: names, what: 'behaviour' },
            oneOf: names.map((name) => ({ required: [name] })),
          },
        ],
      },
      examples: [{ 'cheap-routes': { nodes: 'alice', fee_policy: { static: { fee_rate: '10 ppm' } } } }],
    },
  };
}
