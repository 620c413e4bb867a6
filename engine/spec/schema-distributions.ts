/** The definitions of distributions in the schema; what they mean is said in distributions.ts. */
import type { JsonSchema } from './schema-types.ts';

type Of = 'duration' | 'amount' | 'number';

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

interface Wording {
  readonly value: JsonSchema;
  readonly positive: JsonSchema;
  readonly title: string;
  readonly one: string;
  /** Units that a column of plain numbers may be in. */
  readonly units: readonly string[];
  readonly low: unknown;
  readonly middle: unknown;
  readonly high: unknown;
}

const NUMBER: JsonSchema = { title: 'Number', type: 'number' };

const WORDINGS: Readonly<Record<Of, Wording>> = {
  duration: {
    value: ref('duration'),
    positive: ref('positiveDuration'),
    title: 'Duration or distribution',
    one: 'One duration',
    units: ['us', 'ms', 's', 'm', 'h', 'd', 'w'],
    low: '1s',
    middle: '10s',
    high: '1m',
  },
  amount: {
    value: ref('amount'),
    positive: ref('positiveAmount'),
    title: 'Amount or distribution',
    one: 'One amount',
    units: ['msat', 'sat', 'BTC'],
    low: '1_000 sat',
    middle: '20_000 sat',
    high: '1_000_000 sat',
  },
  number: {
    value: NUMBER,
    positive: { ...NUMBER, exclusiveMinimum: 0 },
    title: 'Number or distribution',
    one: 'One number',
    units: [],
    low: 1,
    middle: 3,
    high: 10,
  },
};

function object(title: string, description: string, properties: JsonSchema, more: JsonSchema): JsonSchema {
  return { title, description, type: 'object', properties, additionalProperties: false, ...more };
}

/** Schema of a distribution of durations, amounts or numbers. */
export function distributionSchema(of: Of): JsonSchema {
  const { value, positive, title, one, units, low, middle, high } = WORDINGS[of];
  const range = {
    title: 'Range',
    description: 'Every value between these two is equally likely.',
    type: 'array',
    items: value,
    minItems: 2,
    maxItems: 2,
    'x-range': of,
  };
  const bounds: JsonSchema = {
    min: { ...value, description: 'Smaller values become this one.' },
    max: { ...value, description: 'Larger values become this one.' },
  };
  const form = (key: string, name: string, description: string, shape: JsonSchema, example: unknown): JsonSchema =>
    object(
      name,
      description,
      { [key]: shape, ...bounds },
      {
        required: [key],
        'x-min-max': of,
        examples: [{ [key]: example }],
      },
    );
  return {
    title,
    description: `${one}, \`[min, max]\`, or a distribution to draw from: uniform, exponential, log_normal or empirical.`,
    oneOf: [
      value,
      { ...range, title: 'range' },
      form('uniform', 'uniform distribution', 'Every value between the two is equally likely.', range, [low, high]),
      form(
        'exponential',
        'exponential distribution',
        'Times between independent happenings; most values are below the mean.',
        object(
          'Exponential',
          'An exponential distribution by its mean.',
          { mean: { ...positive, description: 'Mean of the values.', examples: [middle] } },
          { required: ['mean'] },
        ),
        { mean: middle },
      ),
      form(
        'log_normal',
        'log-normal distribution',
        'Most values are small and few are very large, as amounts and capacities are.',
        object(
          'Log-normal',
          'A log-normal distribution by its median or its mean, and its spread.',
          {
            median: { ...positive, description: 'Half of the values are below this one.', examples: [middle] },
            mean: { ...positive, description: 'Mean of the values.', examples: [middle] },
            sigma: {
              title: 'Sigma',
              description: 'Standard deviation of the logarithm: 0 none, 0.5 little, 1 much, 2 very much.',
              type: 'number',
              minimum: 0,
              maximum: 10,
              examples: [1],
            },
          },
          {
            required: ['sigma'],
            'x-exactly-one': { keys: ['median', 'mean'], what: 'centre' },
            oneOf: [{ required: ['median'] }, { required: ['mean'] }],
          },
        ),
        { median: middle, sigma: 1 },
      ),
      form(
        'empirical',
        'empirical distribution',
        'Values of a CSV file; each row is equally likely.',
        object(
          'Empirical',
          'A column of a CSV file with a header line.',
          {
            file: {
              title: 'File',
              description: 'Path relative to the scenario’s folder, in it or below.',
              type: 'string',
              minLength: 1,
              examples: ['observed.csv'],
            },
            column: {
              title: 'Column',
              description: 'Name of the column in the header, or its index from 0.',
              type: ['string', 'integer'],
              examples: ['value', 0],
            },
            ...(units.length === 0
              ? {}
              : {
                  unit: {
                    title: 'Unit',
                    description: 'Unit of the column when its values are written without one.',
                    type: 'string',
                    enum: units,
                    examples: [units[1]],
                  },
                }),
          },
          { required: ['file', 'column'] },
        ),
        { file: 'observed.csv', column: 'value' },
      ),
    ],
    examples: [middle, [low, high], { exponential: { mean: middle } }, { log_normal: { median: middle, sigma: 1 } }],
  };
}

export const DISTRIBUTION_DEFINITIONS: { readonly [name: string]: JsonSchema } = {
  durationDistribution: distributionSchema('duration'),
  amountDistribution: distributionSchema('amount'),
  numberDistribution: distributionSchema('number'),
};
