/** JSON Schema of lock files; schemas/lock.v1.schema.json is written from this and checked against it by a test. */

const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;
const count = { type: 'integer', minimum: 0 } as const;

export const LOCK_SCHEMA: { readonly [key: string]: unknown } = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://blast-ln.dev/schemas/lock.v1.schema.json',
  title: 'BLAST lock file, version 1',
  description: 'Pins what a scenario compiles to and what happens when it runs. Written by `blast lock`.',
  type: 'object',
  additionalProperties: false,
  required: ['format', 'engine', 'scenario', 'seed', 'digests', 'counts', 'expectations', 'checkpoints', 'trace'],
  properties: {
    format: { const: 'blast-lock/1' },
    engine: { type: 'string', description: 'Version of the engine that wrote the file.' },
    backend: { type: 'string', description: 'What it was played on; absent for the simulator.' },
    scenario: { type: 'string' },
    seed: { type: 'integer', minimum: 0 },
    digests: {
      type: 'object',
      description:
        'SHA-256 of the scenario, of its timeline, and of what happened (its records, the final state, both).',
      additionalProperties: false,
      required: ['spec', 'timeline', 'run', 'records', 'state'],
      properties: { spec: digest, timeline: digest, run: digest, records: digest, state: digest },
    },
    counts: {
      type: 'object',
      additionalProperties: false,
      required: ['records', 'payments', 'succeeded', 'failed', 'pending'],
      properties: { records: count, payments: count, succeeded: count, failed: count, pending: count },
    },
    expectations: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['that', 'status', 'measured'],
        properties: {
          that: { type: 'string' },
          message: { type: 'string' },
          at_us: count,
          status: { enum: ['passed', 'failed', 'skipped'] },
          measured: { type: 'string' },
        },
      },
    },
    checkpoints: {
      type: 'array',
      description: 'The log before an instant of virtual time (µs): how many records it has, and their SHA-256.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['at_us', 'records', 'digest'],
        properties: { at_us: count, records: count, digest },
      },
    },
    trace: {
      type: 'object',
      description:
        'Fingerprints of 24 bits (four base64 digits) of groups of `stride` records, to find the first difference.',
      additionalProperties: false,
      required: ['records', 'stride', 'fingerprints'],
      properties: {
        records: count,
        stride: { type: 'integer', minimum: 1 },
        fingerprints: { type: 'array', items: { type: 'string', pattern: '^([A-Za-z0-9+/]{4}){1,16}$' } },
      },
    },
  },
};
