/** Schema of what makes large scenarios short: generated networks, defaults by model and label, references to other files. */
import type { JsonSchema, SchemaKind, SchemaModel } from './schema-types.ts';

const ref = (name: string, more: JsonSchema = {}): JsonSchema => ({ ...more, $ref: `#/$defs/${name}` });

function object(title: string, description: string, properties: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { title, description, type: 'object', properties, additionalProperties: false, ...more };
}

const FILE: JsonSchema = { title: 'File', type: 'string', minLength: 1 };

/** The sections that name other scenario files. */
export const REFERENCE_SECTIONS: JsonSchema = {
  extends: {
    ...FILE,
    title: 'Extends',
    description:
      'One scenario that this one changes: mappings are merged key by key, single values and lists of this file win, `events` and `expect` are appended, and `null` removes a key. Path relative to this file.',
    examples: ['base.yml'],
    'x-literal': true,
  },
  include: {
    title: 'Include',
    description:
      'Files with parts of the scenario (params, defaults, network, nodes, channels, activity, events, expect), merged into it in order, this file last. Paths relative to this file.',
    oneOf: [
      { ...FILE, title: 'file' },
      { title: 'list of files', type: 'array', minItems: 1, items: FILE },
    ],
    examples: [['merchants.yml', 'traffic.yml']],
    'x-literal': true,
  },
};

/** `network.generate`: nothing when no topology is registered. */
export function generateSection(
  topologies: readonly SchemaKind[],
  node: JsonSchema,
  channel: JsonSchema,
  withOptions: JsonSchema,
): JsonSchema {
  if (topologies.length === 0) return {};
  const names = topologies.map((kind) => kind.name);
  const { push: _push, capacity: _capacity, ...others } = channel;
  const fraction = { type: 'number', minimum: 0, maximum: 1 };
  const entry = object(
    'Generated network',
    'A topology, and what its nodes and channels have.',
    {
      ...Object.fromEntries(topologies.map((kind) => [kind.name, ref(`topology.${kind.name}`)])),
      name: ref('nameTemplate', {
        title: 'Names of the nodes',
        description:
          'A name with `{index}`, which counts from 0, or `{index:03}`. Channels are called FROM-TO. Entries need different names, which also name their random draws. Default: node-{index}.',
        default: 'node-{index}',
        examples: ['node-{index}'],
      }),
      ...node,
      capacity: ref('amountDistribution', {
        title: 'Capacity',
        description:
          'Capacity of each channel, or a distribution to draw from; rounded down to whole satoshi. Default: that of the topology, or of `defaults.channel`.',
        examples: ['1_000_000 sat', { log_normal: { median: '800_000 sat', sigma: 1.7 } }],
      }),
      balance: {
        title: 'Balance',
        description:
          'Share of the capacity that the opener has: a number of 0 … 1, `[min, max]`, or `random` (anything). Default: 0.5, or what the topology says.',
        oneOf: [
          { title: 'random', const: 'random' },
          { title: 'Share', ...fraction },
          { title: 'range', type: 'array', minItems: 2, maxItems: 2, items: fraction, 'x-range': 'number' },
        ],
        examples: [0.5, [0.2, 0.8], 'random'],
      },
      ...others,
    },
    {
      ...withOptions,
      'x-exactly-one': { keys: names, what: 'topology' },
      oneOf: names.map((name) => ({ required: [name] })),
    },
  );
  return {
    generate: {
      title: 'Generate',
      description: `One generated network or several.\n\n${topologies.map((kind) => `${kind.name}: ${kind.summary}`).join('\n')}`,
      oneOf: [entry, { title: 'list of networks', type: 'array', minItems: 1, items: entry }],
      examples: [{ barabasi_albert: { nodes: 200, channels_per_node: 2 }, capacity: '1_000_000 sat' }],
    },
  };
}

/** `defaults.models` and `defaults.labels`. */
export function moreDefaults(
  models: readonly SchemaModel[],
  node: { readonly model: JsonSchema; readonly wallet: JsonSchema; readonly options: JsonSchema },
  channel: JsonSchema,
  withOptions: JsonSchema,
): JsonSchema {
  return {
    models: object(
      'Defaults by model',
      'Wallet and options of the nodes of a model; they win over `defaults.node`.',
      Object.fromEntries(
        models.map((model) => [
          model.name,
          object(`Defaults of ${model.name} nodes`, model.summary, {
            wallet: node.wallet,
            options: ref(`model.${model.name}`),
          }),
        ]),
      ),
      { examples: models.slice(0, 1).map((model) => ({ [model.name]: { wallet: '1 BTC' } })) },
    ),
    labels: {
      title: 'Defaults by label',
      description:
        'What nodes with certain labels have, and the channels that they open. Later entries win over earlier ones and over `defaults.models`; the node or channel itself wins over all.',
      type: 'array',
      items: object(
        'Defaults of labelled nodes',
        'Applies to nodes that carry all labels of `match`.',
        {
          match: { ...ref('labels'), minProperties: 1 },
          node: object('Node', 'Defaults of these nodes.', { ...node }, withOptions),
          channel: object('Channel', 'Defaults of the channels that these nodes open.', channel),
        },
        { required: ['match'] },
      ),
      examples: [[{ match: { role: 'merchant' }, channel: { capacity: '5_000_000 sat' } }]],
    },
  };
}
