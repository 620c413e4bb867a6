/**
 * JSON Schema of BLAST's own network file, format `blast-network/1`. schemas/network.v1.schema.json is this value as a
 * file; a test keeps the two equal.
 */

const MAX_SAFE = 9007199254740991;
/** Whole sat of which the msat are still exact. */
const MAX_CAPACITY_SAT = 9007199254740;

const policy = {
  title: 'Policy',
  description: 'Policy of one direction of a channel. What is absent is decided by the model of the node.',
  type: 'object',
  additionalProperties: false,
  properties: {
    fee_base_msat: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Base fee, msat.' },
    fee_rate_ppm: {
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
      description: 'Proportional fee, parts per million.',
    },
    cltv_expiry_delta: { type: 'integer', minimum: 0, maximum: 65535, description: 'Blocks added to the expiry.' },
    min_htlc_msat: { type: 'integer', minimum: 0, maximum: MAX_SAFE, description: 'Smallest HTLC, msat.' },
    max_htlc_msat: { type: 'integer', minimum: 0, maximum: MAX_SAFE, description: 'Largest HTLC, msat.' },
    disabled: { type: 'boolean', description: 'The direction is announced as disabled.' },
    inbound_fee_base_msat: {
      type: 'integer',
      minimum: -2147483648,
      maximum: 2147483647,
      description: 'Inbound base fee (lnd), msat; negative is a discount.',
    },
    inbound_fee_rate_ppm: {
      type: 'integer',
      minimum: -2147483648,
      maximum: 2147483647,
      description: 'Inbound proportional fee (lnd), parts per million; negative is a discount.',
    },
  },
};

const name = {
  type: 'string',
  pattern: '^[A-Za-z0-9_.-]+$',
  description: 'Letters, digits, hyphens, underscores and dots; unique.',
};

/** The schema; units are in the names of the fields, so values are plain numbers. */
export const NETWORK_SCHEMA: { readonly [key: string]: unknown } = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://blast-ln.dev/schemas/network.v1.schema.json',
  title: 'BLAST network file, version 1',
  description: 'Nodes and channels of a network, for network.import of a scenario file. One line a node and a channel.',
  type: 'object',
  additionalProperties: false,
  required: ['format', 'nodes', 'channels'],
  properties: {
    $schema: { type: 'string', description: 'Where editors find this schema.' },
    format: { const: 'blast-network/1' },
    description: { type: 'string', description: 'Where the network comes from.' },
    nodes: {
      type: 'array',
      items: {
        title: 'Node',
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name,
          pubkey: {
            type: 'string',
            pattern: '^0[23][0-9a-fA-F]{64}$',
            description: 'Compressed public key in hex. Absent: derived from the name.',
          },
          labels: {
            type: 'object',
            additionalProperties: { type: 'string' },
            description: 'Labels for selectors, and the alias where the source had one.',
          },
        },
      },
    },
    channels: {
      type: 'array',
      items: {
        title: 'Channel',
        type: 'object',
        additionalProperties: false,
        required: ['from', 'to', 'capacity_sat'],
        properties: {
          name: { ...name, description: 'Unique name. Absent: the short channel id as 700000x12x0, else from-to.' },
          scid: {
            type: 'string',
            pattern: '^(\\d{1,20}|\\d{1,8}x\\d{1,8}x\\d{1,5})$',
            description: 'Short channel id as text, decimal or 700000x12x0: it does not fit a JSON number.',
          },
          from: { ...name, description: 'Name of the node that opened the channel.' },
          to: { ...name, description: 'Name of the other node.' },
          capacity_sat: { type: 'integer', minimum: 1, maximum: MAX_CAPACITY_SAT, description: 'Capacity, sat.' },
          balance_msat: {
            type: 'integer',
            minimum: 0,
            maximum: MAX_SAFE,
            description: 'Balance of `from`, msat; `to` has the rest. Absent: all of the capacity.',
          },
          announced: { type: 'boolean', default: true, description: 'False for a private channel.' },
          policy: { $ref: '#/$defs/policy', description: 'Policy of the direction from → to.' },
          reverse_policy: { $ref: '#/$defs/policy', description: 'Policy of the direction to → from.' },
        },
      },
    },
  },
  $defs: { policy },
};
