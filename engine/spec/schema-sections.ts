/**
 * The sections of a scenario file as JSON Schema, with titles, descriptions and examples for editors. How the sections
 * and the registered kinds become one schema is the business of schema.ts.
 */
import { PARAM_TYPES } from './params.ts';
import { behavioursSection } from './schema-behaviours.ts';
import { eventsSection } from './schema-events.ts';
import { generateSection, moreDefaults, REFERENCE_SECTIONS } from './schema-network.ts';
import type { JsonSchema, SchemaModel, SchemaParts } from './schema-types.ts';
import { SWEEP_SECTION } from './sweep/section.ts';

/** Default of `defaults.node.model`. */
export const DEFAULT_MODEL = 'lnd';

/** Names of the definitions of registered things. */
export const activityDef = (name: string): string => `activity.${name}`;
export const modelDef = (name: string): string => `model.${name}`;
export const topologyDef = (name: string): string => `topology.${name}`;

const ref = (name: string, more: JsonSchema = {}): JsonSchema => ({ ...more, $ref: `#/$defs/${name}` });

function text(title: string, description: string, more: JsonSchema = {}): JsonSchema {
  return { title, description, type: ['string', 'number', 'boolean'], 'x-text': 'label', ...more };
}

function section(title: string, description: string, properties: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { title, description, type: 'object', properties, additionalProperties: false, ...more };
}

function knownName(
  parts: readonly { readonly name: string; readonly summary: string }[],
  code: string,
  what: string,
  more: JsonSchema,
): JsonSchema {
  const names = parts.map((p) => p.name);
  const list = parts.map((p) => `${p.name}: ${p.summary}`).join('\n');
  return {
    ...more,
    description: `${String(more.description)}\n\n${list}`,
    type: 'string',
    enum: names,
    'x-known': { code, what, names },
  };
}

/** Schemas of all sections, by their keys. */
export function sections(parts: SchemaParts): JsonSchema {
  const model = knownName(parts.models, 'E407', 'model', {
    title: 'Model',
    description: 'Which implementation the node behaves like.',
  });
  const options: JsonSchema = { title: 'Model options', description: 'Options of the node’s model.', type: 'object' };
  const wallet = ref('satAmount', {
    title: 'Wallet',
    description: 'Confirmed coins in the on-chain wallet when time starts. Default: none.',
    examples: ['1 BTC'],
  });
  const withOptions = optionsByModel(parts.models);

  const channelParts: JsonSchema = {
    capacity: ref('positiveSatAmount', {
      title: 'Capacity',
      description: 'Size of the channel.',
      examples: ['1_000_000 sat'],
    }),
    push: ref('amount', {
      title: 'Push',
      description: 'What the opener gives to the other side. Default: nothing.',
      examples: ['0 sat'],
    }),
    announced: {
      title: 'Announced',
      description: 'Whether others may route through the channel.',
      type: 'boolean',
      default: true,
    },
    policy: ref('policy', { title: 'Policy', description: 'Policy of the direction from → to.' }),
    reverse_policy: ref('policy', {
      title: 'Reverse policy',
      description: 'Policy of the direction to → from. It is not derived from `policy`.',
    }),
  };

  const node = section(
    'Node',
    'One node, or a set of them with `count`.',
    {
      model,
      wallet,
      count: {
        title: 'Count',
        description: 'Number of nodes in the set; they are called NAME-0, NAME-1, … unless `name` says otherwise.',
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000,
        examples: [20],
      },
      name: ref('nameTemplate', {
        title: 'Name of each',
        description:
          'Names of the nodes of a set: `{index}` counts from 0, `{index:03}` with leading zeros. Default: NAME-{index}.',
      }),
      labels: ref('labels'),
      pubkey: {
        title: 'Public key',
        description: 'Compressed public key, 33 bytes in hex. Default: derived from the name.',
        type: 'string',
        pattern: '^0[23][0-9a-f]{64}$',
        'x-pattern-text': 'a compressed public key: 66 hex digits in lower case, starting with 02 or 03',
      },
      options,
    },
    { type: ['object', 'null'], dependentRequired: { name: ['count'] }, ...withOptions },
  );

  const importEntry = section(
    'Import',
    'A network in another tool’s format.',
    {
      file: {
        title: 'File',
        description: 'Path relative to the scenario’s folder, in it or below.',
        type: 'string',
        minLength: 1,
        examples: ['network.json'],
      },
      format: knownName(parts.formats, 'E408', 'format', {
        title: 'Format',
        description: 'Default: recognised by the content.',
      }),
      model,
      wallet,
      labels: ref('labels'),
      options,
    },
    { required: ['file'], ...withOptions },
  );

  const activityEntry: JsonSchema =
    parts.activities.length === 0
      ? { type: 'object' }
      : {
          title: 'Activity',
          description: parts.activities.map((k) => `${k.name}: ${k.summary}`).join('\n'),
          oneOf: parts.activities.map((k) => ref(activityDef(k.name))),
        };

  const instant = (title: string, description: string): JsonSchema => ref('duration', { title, description });

  return {
    version: { title: 'Version', description: 'Version of the file format.', const: 1, examples: [1] },
    name: text('Name', 'Name of the scenario. Default: the file’s name.', { examples: ['close-and-reopen'] }),
    description: text('Description', 'What the scenario shows.'),
    ...REFERENCE_SECTIONS,
    seed: {
      title: 'Seed',
      description: 'Seed of everything random. The same seed gives the same run.',
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 1,
      examples: [7],
    },
    duration: ref('positiveDuration', {
      title: 'Duration',
      description: 'Length of the run in virtual time.',
      examples: ['70s', '1h'],
    }),
    epoch: {
      title: 'Epoch',
      description: 'Date and time, UTC, at virtual time 0.',
      type: 'string',
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$',
      default: '2025-01-01T00:00:00Z',
      examples: ['2025-01-01T00:00:00Z'],
      'x-text': 'epoch',
    },
    params: {
      title: 'Parameters',
      description: 'Values that expressions use as `params.NAME` and that `--param NAME=VALUE` replaces.',
      type: ['object', 'null'],
      'x-literal': true,
      additionalProperties: {
        title: 'Parameter',
        description: 'A value, or a mapping with `type`, `default` and `description`.',
        oneOf: [
          { title: 'Single value', type: ['string', 'number', 'boolean', 'null'] },
          section(
            'Declaration with type and default',
            'A parameter with its type.',
            {
              type: {
                title: 'Type',
                description: 'Type of the value. Default: what the value looks like.',
                type: 'string',
                enum: PARAM_TYPES,
              },
              default: {
                title: 'Default',
                description: 'Value unless the command line gives another.',
                type: ['string', 'number', 'boolean', 'null'],
              },
              description: text('Description', 'What the parameter is for.'),
            },
            { required: ['default'] },
          ),
        ],
        examples: ['13s', { type: 'amount', default: '2000 msat' }],
      },
    },
    chain: section('Chain', 'The block chain.', {
      height: {
        title: 'Height',
        description: 'Height of the chain when time starts.',
        type: 'integer',
        minimum: 0,
        maximum: 100_000_000,
        default: 100,
      },
      feerate: ref('feerate', {
        title: 'Feerate',
        description: 'Feerate of on-chain transactions when time starts. Default: 1 sat/vB.',
      }),
      block_weight: {
        title: 'Block weight',
        description: 'Weight units of a block that are left for transactions. Default: 3992000.',
        type: 'integer',
        minimum: 10_000,
        maximum: 4_000_000,
        examples: [3_992_000],
      },
      mempool_limit: ref('size', {
        title: 'Mempool limit',
        description:
          'What a mempool holds before it drops what pays least. Default: 75 vMB, about what Bitcoin Core holds in 300 MB of memory.',
        examples: ['75 vMB'],
      }),
      mining: section(
        'Mining',
        'Blocks at regular times; without it only `mine` events make blocks.',
        {
          every: ref('positiveDuration', {
            title: 'Interval',
            description: 'Time between the blocks; the first come after one interval.',
            examples: ['10m'],
          }),
          blocks: {
            title: 'Blocks',
            description: 'Number of blocks each time.',
            type: 'integer',
            minimum: 1,
            maximum: 10_000,
            default: 1,
          },
        },
        { required: ['every'] },
      ),
    }),
    latency: section('Latency', 'Delays of the network.', {
      link: ref('durationDistribution', {
        title: 'Link',
        description:
          'One-way delay of a channel’s link; of a range or distribution one value is drawn for each channel. Default: 30ms.',
        examples: ['30ms', ['10ms', '80ms'], { log_normal: { median: '30ms', sigma: 0.5 } }],
      }),
      gossip: ref('duration', {
        title: 'Gossip',
        description: 'Delay until other nodes know of a new channel or policy. Default: 30s.',
        examples: ['30s'],
      }),
    }),
    defaults: section('Defaults', 'What nodes and channels have unless they say otherwise.', {
      node: section(
        'Node defaults',
        'The options apply to nodes of the same model.',
        { model, wallet, options },
        withOptions,
      ),
      channel: section('Channel defaults', 'A policy of a channel replaces the default one as a whole.', channelParts),
      ...moreDefaults(parts.models, { model, wallet, options }, channelParts, withOptions),
    }),
    network: section('Network', 'Networks that are imported or generated; `nodes` and `channels` are added to them.', {
      snapshot: text(
        'Snapshot',
        'A state that a run was in: the network begins in it, with all that is in flight, at time 0 of this scenario. Path of a file that `blast run` wrote, relative to this file; `.gz` is read, too.',
        { minLength: 1, examples: ['snapshots/warm.snap.json'] },
      ),
      import: {
        title: 'Import',
        description: 'One file or several.',
        oneOf: [importEntry, { title: 'list of imports', type: 'array', minItems: 1, items: importEntry }],
        examples: [{ file: 'network.json', model: 'lnd' }],
      },
      ...generateSection(
        parts.topologies ?? [],
        { model, wallet, labels: ref('labels'), options },
        channelParts,
        withOptions,
      ),
    }),
    nodes: {
      title: 'Nodes',
      description: 'Nodes and sets of nodes by their names.',
      type: ['object', 'null'],
      additionalProperties: node,
      'x-names': 'node',
    },
    channels: {
      title: 'Channels',
      description: 'Channels that exist when time starts, by their names.',
      type: ['object', 'null'],
      'x-names': 'channel',
      additionalProperties: section(
        'Channel',
        'A channel, or one for each pair of selected nodes.',
        {
          from: ref('selector', { title: 'From', description: 'The node that opened the channel.' }),
          to: ref('selector', { title: 'To', description: 'The other node.' }),
          ...channelParts,
        },
        { required: ['from', 'to'] },
      ),
    },
    activity: {
      title: 'Activity',
      description: 'Streams of payments by their names.',
      type: ['object', 'null'],
      additionalProperties: activityEntry,
      'x-names': 'activity',
    },
    events: eventsSection(parts.events),
    ...behavioursSection(parts.behaviours ?? []),
    snapshots: {
      title: 'Snapshots',
      description: 'States of the network to keep as files, beside the results of the run.',
      type: ['array', 'null'],
      items: section(
        'Snapshot',
        'An instant whose state is kept, after everything else of it.',
        {
          at: {
            title: 'At',
            description: 'Time of the snapshot, or `end`: when the run is over and what was in flight has resolved.',
            oneOf: [
              instant('Time', 'Time since the start of the run.'),
              { title: 'end', description: 'The end of the run.', const: 'end' },
            ],
            examples: ['20s', 'end'],
          },
          name: ref('snapshotName', {
            description: 'Name of the file, snapshots/NAME.snap.json. Default: at-TIME, or end.',
            examples: ['without-channel'],
          }),
        },
        { required: ['at'] },
      ),
      examples: [[{ at: '20s', name: 'without-channel' }]],
    },
    expect: {
      title: 'Expectations',
      description: 'What must be true at the end of the run, or at a given time.',
      type: ['array', 'null'],
      items: {
        title: 'Expectation',
        description: 'A CEL expression that must be true.',
        oneOf: [
          ref('expectation'),
          section(
            'Condition with time',
            'A CEL expression with its time and message.',
            {
              at: instant('At', 'Time of the check. Default: the end of the run.'),
              that: ref('expectation'),
              message: text('Message', 'Shown when the expectation fails.'),
            },
            { required: ['that'] },
          ),
        ],
        examples: ["payments('alice-pays-bob').success_rate > 0.7"],
      },
    },
    sweep: SWEEP_SECTION,
  };
}

/** For editors: a model’s own options once the model is named. The engine checks options in a second step. */
function optionsByModel(models: readonly SchemaModel[]): JsonSchema {
  if (models.length === 0) return {};
  return {
    'x-options': true,
    allOf: models.map((m) => ({
      if: { properties: { model: { const: m.name } }, required: ['model'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { options: ref(modelDef(m.name)) } },
    })),
  };
}
