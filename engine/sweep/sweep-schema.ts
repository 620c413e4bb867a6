/**
 * JSON Schemas of what a sweep leaves for programs: sweep.json and summary.json. Those in schemas/ are written from these
 * and checked against them by a test.
 */

const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const texts = { type: 'object', additionalProperties: { type: 'string' } } as const;
const key = {
  type: 'string',
  description: 'A combination: its parameters and their values; empty where there are none.',
};

export const SWEEP_SCHEMA: { readonly [key: string]: unknown } = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://blast-ln.dev/schemas/sweep.v1.schema.json',
  title: 'BLAST sweep, version 1',
  description: 'What a sweep is: sweep.json in its folder. Written by `blast sweep`.',
  type: 'object',
  additionalProperties: false,
  required: [
    'format',
    'engine',
    'scenario',
    'file',
    'state',
    'plan',
    'cells',
    'text_sha256',
    'files',
    'allow_outside',
    'fixed',
    'params',
    'metrics',
    'seeds',
    'seeds_vary',
    'combinations',
    'baselines',
  ],
  properties: {
    format: { const: 'blast-sweep/1' },
    engine: { type: 'string', description: 'Version of the engine that wrote the file.' },
    scenario: { type: 'string' },
    file: { type: 'string', description: 'Path of the scenario as it was given.' },
    state: { enum: ['running', 'complete'] },
    plan: { ...digest, description: 'SHA-256 of the scenario, its files, the cells, the parameters and the version.' },
    shard: {
      type: 'object',
      description: 'The part of the sweep that the folder holds; absent: all of it.',
      additionalProperties: false,
      required: ['index', 'count'],
      properties: { index: { type: 'integer', minimum: 1 }, count: { type: 'integer', minimum: 1 } },
    },
    cells: { ...count, description: 'Cells of the whole sweep: combinations times seeds.' },
    text_sha256: { ...digest, description: "SHA-256 of the scenario's text." },
    files: {
      type: 'array',
      description: 'The files that the scenario names.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['path', 'sha256'],
        properties: { path: { type: 'string' }, sha256: digest },
      },
    },
    allow_outside: { type: 'boolean', description: 'Whether files outside the folder of the scenario were allowed.' },
    backend: { type: 'string', description: 'What the cells were played on; absent: the simulator.' },
    models: {
      type: 'array',
      description: 'Options of the command that say where models decided; absent: in its own process.',
      items: { type: 'string' },
    },
    fixed: { ...texts, description: 'Parameters that are the same in every cell.' },
    params: {
      type: 'array',
      description: 'Parameters that the sweep sets.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'type'],
        properties: {
          name: { type: 'string' },
          type: { enum: ['duration', 'amount', 'int', 'number', 'string', 'bool'] },
        },
      },
    },
    metrics: { type: 'array', items: { type: 'string' } },
    seeds: { type: 'array', minItems: 1, items: count },
    seeds_vary: { type: 'boolean', description: 'Whether seeds are part of the keys of cells.' },
    combinations: {
      type: 'array',
      description: 'Values of the parameters, in their order.',
      items: { type: 'array', items: { type: 'string' } },
    },
    baselines: {
      type: 'array',
      description: 'For each combination the place of the one that it is compared with; null: none.',
      items: { type: ['integer', 'null'], minimum: 0 },
    },
  },
};

const value = { type: ['number', 'null'] } as const;
const figures = {
  n: { ...count, description: 'Cells that have a value.' },
  mean: value,
  sd: { ...value, description: 'Of a sample: divided by n − 1.' },
  ci95: {
    description: 'Ends of the confidence interval of the mean.',
    anyOf: [
      { type: 'null' },
      { type: 'array', minItems: 2, maxItems: 2, items: [{ type: 'number' }, { type: 'number' }] },
    ],
  },
  min: value,
  max: value,
} as const;
const figureNames = Object.keys(figures);

export const SUMMARY_SCHEMA: { readonly [key: string]: unknown } = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://blast-ln.dev/schemas/summary.v1.schema.json',
  title: 'BLAST summary of a sweep, version 1',
  description: 'Metrics of each combination over its seeds: summary.json of a sweep. Written by `blast sweep`.',
  type: 'object',
  additionalProperties: false,
  required: ['format', 'scenario', 'plan', 'cells', 'seeds', 'confidence', 'combinations'],
  properties: {
    format: { const: 'blast-sweep-summary/1' },
    scenario: { type: 'string' },
    plan: { ...digest, description: 'That of sweep.json.' },
    cells: count,
    seeds: { type: 'array', minItems: 1, items: count },
    confidence: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    combinations: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['combination', 'params', 'cells', 'failed', 'unmet', 'baseline', 'metrics'],
        properties: {
          combination: key,
          params: texts,
          cells: count,
          failed: { ...count, description: 'Cells that failed.' },
          unmet: { ...count, description: 'Cells of which an expectation failed.' },
          baseline: { type: ['string', 'null'], description: 'The combination that this one is compared with.' },
          metrics: {
            type: 'object',
            additionalProperties: {
              type: 'object',
              additionalProperties: false,
              required: figureNames,
              properties: {
                ...figures,
                difference: {
                  type: 'object',
                  description: 'Differences from the baseline, seed by seed.',
                  additionalProperties: false,
                  required: figureNames,
                  properties: figures,
                },
              },
            },
          },
        },
      },
    },
  },
};
