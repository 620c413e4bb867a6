/** Kinds, models and formats for the tests of this folder, which must not depend on the real registry. */
import type { SchemaParts } from '../schema.ts';

const ref = (name: string): { readonly $ref: string } => ({ $ref: `#/$defs/${name}` });

/** A small registry. */
export const FIXTURE_PARTS: SchemaParts = {
  events: [
    {
      name: 'open_channel',
      summary: 'Opens a channel.',
      schema: {
        type: 'object',
        properties: {
          channel: ref('channelName'),
          from: ref('nodeName'),
          to: ref('nodeName'),
          capacity: ref('positiveSatAmount'),
          push: ref('amount'),
          policy: ref('policy'),
        },
        required: ['channel', 'from', 'to', 'capacity'],
        additionalProperties: false,
      },
    },
    {
      name: 'close_channel',
      summary: 'Closes a channel.',
      schema: {
        type: 'object',
        properties: { channel: ref('channelName'), force: { type: 'boolean', default: false } },
        required: ['channel'],
        additionalProperties: false,
      },
    },
    {
      name: 'mine',
      summary: 'Mines blocks.',
      schema: {
        type: 'object',
        properties: { blocks: { type: 'integer', minimum: 1, maximum: 1000 } },
        required: ['blocks'],
        additionalProperties: false,
      },
    },
  ],
  activities: [
    {
      name: 'defined',
      summary: 'Payments from one node to another at intervals.',
      schema: {
        type: 'object',
        properties: {
          source: ref('selector'),
          destination: ref('selector'),
          start: ref('duration'),
          duration: ref('positiveDuration'),
          count: { type: 'integer', minimum: 1 },
          interval: ref('durationRange'),
          amount: ref('amountRange'),
          payment: ref('payment'),
        },
        required: ['source', 'destination', 'interval', 'amount'],
        additionalProperties: false,
      },
    },
    {
      name: 'random',
      summary: 'Random payments among some nodes.',
      schema: {
        type: 'object',
        properties: {
          random: {
            type: 'object',
            properties: {
              expected_amount: ref('amount'),
              capacity_multiplier: { type: 'number', exclusiveMinimum: 0 },
            },
            required: ['expected_amount'],
            additionalProperties: false,
          },
          among: ref('selector'),
          payment: ref('payment'),
        },
        required: ['random'],
        additionalProperties: false,
      },
    },
  ],
  models: [
    {
      name: 'lnd',
      summary: 'Like lnd.',
      optionsSchema: {
        type: 'object',
        properties: { attempt_cost: ref('amount'), min_probability: { type: 'number', minimum: 0, maximum: 1 } },
        additionalProperties: false,
      },
    },
    {
      name: 'cln',
      summary: 'Like Core Lightning.',
      optionsSchema: { type: 'object', properties: {}, additionalProperties: false },
    },
  ],
  formats: [
    { name: 'lnd', summary: 'lncli describegraph' },
    { name: 'sim-ln', summary: 'sim.json of sim-ln' },
  ],
};
