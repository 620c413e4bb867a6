/**
 * The schema of version 0, the draft of the file format: bare numbers with their unit in the name of the key, lists
 * instead of mappings by name, no parameters and no expressions. It does not change any more.
 */
import { DEFINITIONS } from '../schema-definitions.ts';
import type { JsonSchema } from '../schema-types.ts';
import { mapSubschemas } from '../schema-walk.ts';

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

function whole(title: string, minimum: number, more: JsonSchema = {}): JsonSchema {
  return { title, type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER, ...more };
}

function mapping(title: string, properties: JsonSchema, required: readonly string[]): JsonSchema {
  return { title, type: 'object', properties, required, additionalProperties: false };
}

/** A number, or the least and the greatest one. */
function range(title: string, one: JsonSchema): JsonSchema {
  return { title, oneOf: [one, { title: 'range', type: 'array', items: one, minItems: 2, maxItems: 2 }] };
}

const seconds = (title: string): JsonSchema => ({ title, type: 'number', minimum: 0, maximum: 1e9 });
const text = (title: string): JsonSchema => ({ title, type: ['string', 'number', 'boolean'], 'x-text': 'label' });
const node = ref('nodeName');
const channel = ref('channelName');

/** Events by their type, with their own keys. */
const EVENTS: readonly (readonly [type: string, properties: JsonSchema, required: readonly string[]])[] = [
  ['StartNode', { node }, ['node']],
  ['StopNode', { node }, ['node']],
  [
    'OpenChannel',
    { id: channel, node_1: node, node_2: node, capacity_sat: ref('sat'), push_sat: ref('sat') },
    ['id', 'node_1', 'node_2', 'capacity_sat'],
  ],
  ['CloseChannel', { id: channel, force: { title: 'Force', type: 'boolean' } }, ['id']],
  ['Fund', { node, amount_sat: ref('sat') }, ['node', 'amount_sat']],
  ['Mine', { blocks: whole('Blocks', 1, { maximum: 1000 }) }, ['blocks']],
];

const schedule: JsonSchema = { at_secs: seconds('Time') };

function event(type: string, properties: JsonSchema, required: readonly string[]): JsonSchema {
  return {
    if: { properties: { type: { const: type } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: mapping(type, { ...schedule, type: { const: type }, ...properties }, ['at_secs', 'type', ...required]),
  };
}

/** With the engine’s own keywords. */
export const V0_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:blast-ln:schema:scenario:0',
  title: 'BLAST scenario, version 0',
  description: 'The draft of the scenario format. `blast migrate` rewrites a file to the present version.',
  type: 'object',
  properties: {
    version: { title: 'Version', const: 0 },
    name: text('Name'),
    description: text('Description'),
    seed: whole('Seed', 0),
    total_time_secs: { title: 'Length of the run', type: 'number', exclusiveMinimum: 0, maximum: 1e9 },
    block_interval_secs: { title: 'Time between blocks', type: 'number', exclusiveMinimum: 0, maximum: 1e9 },
    nodes: {
      title: 'Nodes',
      type: 'array',
      items: mapping(
        'Node',
        {
          alias: node,
          implementation: { title: 'Implementation', type: 'string', enum: ['LND', 'CLN', 'Eclair', 'LDK'] },
          balance_sat: ref('sat'),
          labels: ref('labels'),
        },
        ['alias'],
      ),
    },
    channels: {
      title: 'Channels',
      type: 'array',
      items: mapping(
        'Channel',
        {
          id: channel,
          node_1: node,
          node_2: node,
          capacity_sat: ref('sat'),
          push_sat: ref('sat'),
          private: { title: 'Private', type: 'boolean' },
          node_1_policy: ref('policy'),
          node_2_policy: ref('policy'),
        },
        ['id', 'node_1', 'node_2', 'capacity_sat'],
      ),
    },
    activity: {
      title: 'Activity',
      type: 'array',
      items: mapping(
        'Activity',
        {
          name: node,
          source: node,
          destination: node,
          start_secs: seconds('Start'),
          count: whole('Count', 1),
          interval_secs: range('Interval', seconds('Interval')),
          amount_msat: range('Amount', ref('msat')),
        },
        ['source', 'destination', 'interval_secs', 'amount_msat'],
      ),
    },
    events: {
      title: 'Events',
      type: 'array',
      items: {
        title: 'Event',
        type: 'object',
        properties: { type: { title: 'Type', type: 'string', enum: EVENTS.map(([type]) => type) } },
        required: ['type', 'at_secs'],
        allOf: EVENTS.map(([type, properties, required]) => event(type, properties, required)),
      },
    },
  },
  required: ['version', 'total_time_secs'],
  additionalProperties: false,
  $defs: {
    nodeName: DEFINITIONS.nodeName,
    channelName: DEFINITIONS.channelName,
    label: DEFINITIONS.label,
    labels: DEFINITIONS.labels,
    sat: whole('Amount in satoshi', 0),
    msat: whole('Amount in millisatoshi', 0),
    policy: mapping(
      'Policy',
      {
        base_fee_msat: whole('Base fee', 0),
        fee_rate_ppm: whole('Fee rate', 0),
        cltv_expiry_delta: whole('CLTV expiry delta', 1, { maximum: 65_535 }),
        min_htlc_msat: whole('Smallest HTLC', 0),
        max_htlc_msat: whole('Largest HTLC', 0),
      },
      [],
    ),
  },
};

/** For editors: plain JSON Schema. */
export function publishedV0Schema(): JsonSchema {
  const plain = (schema: JsonSchema): JsonSchema => {
    const inner = mapSubschemas(schema, plain);
    return Object.fromEntries(Object.entries(inner).filter(([key]) => !key.startsWith('x-')));
  };
  return plain(V0_SCHEMA);
}
