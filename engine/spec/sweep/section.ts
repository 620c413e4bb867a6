/** Schema of the section `sweep`: which runs of a scenario are compared. What it means is said in docs/sweeps.md. */
import type { JsonSchema } from '../schema-types.ts';

const SCALAR = ['string', 'number', 'boolean'];

function object(title: string, description: string, properties: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { title, description, type: 'object', properties, additionalProperties: false, ...more };
}

const VALUE: JsonSchema = { title: 'Value', description: 'A value of the parameter.', type: SCALAR };

/** Parameters with a value each. */
function parameterSet(title: string, description: string, more: JsonSchema = {}): JsonSchema {
  return { title, description, type: 'object', minProperties: 1, additionalProperties: VALUE, ...more };
}

const COUNT: JsonSchema = {
  title: 'Count',
  description: 'Number of values, both ends included.',
  type: 'integer',
  minimum: 2,
  maximum: 100_000,
  examples: [5],
};

function interval(key: string, title: string, description: string, more: JsonSchema, example: unknown): JsonSchema {
  return object(
    title,
    description,
    {
      [key]: object(
        title,
        description,
        {
          from: { title: 'From', description: 'First value.', type: SCALAR, examples: ['1s'] },
          to: { title: 'To', description: 'Last value.', type: SCALAR, examples: ['10s'] },
          ...more,
        },
        { required: ['from', 'to'] },
      ),
    },
    { required: [key], examples: [{ [key]: example }] },
  );
}

const AXIS: JsonSchema = {
  title: 'Values of a parameter',
  description:
    'A list of values, a range, or a list of mappings that set several parameters together (the key is then only a name).',
  oneOf: [
    {
      title: 'list of values',
      type: 'array',
      minItems: 1,
      items: {
        title: 'Value',
        oneOf: [VALUE, parameterSet('parameters set together', 'Parameters and their values.')],
      },
    },
    interval(
      'range',
      'Range',
      'Values at equal distances: with `step` up to `to` at most, with `count` so many. With `sample`: neither, the values are drawn.',
      {
        step: { title: 'Step', description: 'Distance between two values.', type: SCALAR, examples: ['1s'] },
        count: COUNT,
      },
      { from: '1s', to: '10s', step: '1s' },
    ),
    interval(
      'log_range',
      'Logarithmic range',
      'Values at equal ratios. With `sample`: without `count`, the values are drawn.',
      { count: COUNT },
      { from: '1_000 sat', to: '1_000_000 sat', count: 4 },
    ),
  ],
  examples: [['1s', '13s', '30s']],
};

/** The section. */
export const SWEEP_SECTION: JsonSchema = object(
  'Sweep',
  'Runs of the scenario that `blast sweep` makes and compares: every combination of parameter values with every seed. A single run does not depend on it.',
  {
    matrix: {
      title: 'Matrix',
      description: 'Values by the name of a parameter; every combination of them is run.',
      type: ['object', 'null'],
      additionalProperties: AXIS,
      'x-literal': true,
    },
    exclude: {
      title: 'Exclude',
      description: 'Combinations of the matrix that are left out: those that have all values of an entry.',
      type: 'array',
      items: parameterSet('Excluded', 'Parameters of the matrix with the values to leave out.'),
      examples: [[{ gap: '30s', amount: '2 sat' }]],
      'x-literal': true,
    },
    include: {
      title: 'Include',
      description:
        'An entry is added to every combination of the matrix of which it changes no value of the matrix; where there is none it is a combination of its own, the other parameters at their defaults.',
      type: 'array',
      items: parameterSet('Included', 'Parameters and their values.'),
      examples: [[{ gap: '2m' }]],
      'x-literal': true,
    },
    seeds: {
      title: 'Seeds',
      description: 'A number n for the seeds 1 to n, or a list. Default: the seed of the scenario.',
      oneOf: [
        { title: 'number of seeds', type: 'integer', minimum: 1, maximum: 100_000 },
        {
          title: 'list of seeds',
          type: 'array',
          minItems: 1,
          uniqueItems: true,
          items: { title: 'Seed', type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        },
      ],
      examples: [10, [1, 7, 42]],
      'x-literal': true,
    },
    seeds_vary: {
      title: 'Own seed for each combination',
      description:
        'false: every combination is run with the same seeds, so that all of them see the same traffic (common random numbers). true: each combination draws its own seed from its name and the listed seed.',
      type: 'boolean',
      default: false,
      'x-literal': true,
    },
    sample: object(
      'Sample',
      'Draws combinations from the ranges of the matrix instead of taking every value; lists are still taken whole.',
      {
        method: {
          title: 'Method',
          description:
            'latin-hypercube: each range is cut into n equal parts, and each part has one value. random: every value is drawn by itself.',
          type: 'string',
          enum: ['latin-hypercube', 'random'],
          examples: ['latin-hypercube'],
        },
        n: {
          title: 'Number',
          description: 'Number of points drawn.',
          type: 'integer',
          minimum: 1,
          maximum: 100_000,
          examples: [50],
        },
        seed: {
          title: 'Seed',
          description: 'Seed of the draws.',
          type: 'integer',
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
          default: 1,
        },
      },
      { required: ['method', 'n'], examples: [{ method: 'latin-hypercube', n: 50 }], 'x-literal': true },
    ),
    baseline: parameterSet(
      'Baseline',
      'What the others are compared with, seed by seed: the combination that differs from theirs in these values only.',
      { examples: [{ gap: '13s' }], 'x-literal': true },
    ),
    metrics: {
      title: 'Metrics',
      description:
        'What is measured at the end of each run: expressions as in `expect` that give a number, by name. Default: success_rate, payments, delivered_msat, fees_msat, mean_attempts, mean_time and p95_time.',
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        title: 'Metric',
        description: 'A CEL expression that gives a number.',
        type: 'string',
        'x-text': 'metric',
        examples: ["payments('coffee').success_rate"],
      },
      examples: [{ success: "payments('coffee').success_rate" }],
      'x-names': 'metric',
    },
    from: {
      title: 'From',
      description:
        'Where the runs of one seed part: a time, or the name of a snapshot. What comes before must not depend on the parameters.',
      type: ['string', 'number'],
      'x-text': 'branch-point',
      examples: ['1h', 'warmed-up'],
      'x-literal': true,
    },
  },
);
