/** The key `on_failure`: what an activity does when its payments fail one after the other. */
import type { Json } from '../../base/json.ts';
import { durationUs, property } from '../../spec/values.ts';
import type { FailureReaction } from '../../timeline/timeline.ts';
import type { Arguments } from '../arguments.ts';
import type { JsonSchema } from '../kind.ts';

const DEFAULT_FACTOR = 2;

export const REACTION_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  on_failure: {
    title: 'On failure',
    description:
      'What follows failed payments of this activity; a success begins the count anew. Payments in flight go on.',
    type: 'object',
    additionalProperties: false,
    properties: {
      stop_after: {
        title: 'Stop after',
        description: 'No further payment is made after so many failures in a row.',
        type: 'integer',
        minimum: 1,
        examples: [3],
      },
      back_off: {
        title: 'Back off',
        description:
          'After each failure nothing is paid for a while, the longer the more failures came in a row. Payments due meanwhile are left out; those of a loop are put off.',
        type: 'object',
        additionalProperties: false,
        required: ['first'],
        properties: {
          first: { $ref: '#/$defs/positiveDuration', description: 'Pause after the first failure.', examples: ['1s'] },
          factor: {
            type: 'number',
            minimum: 1,
            maximum: 1000,
            description: 'Each pause is this many times as long as the one before.',
            default: DEFAULT_FACTOR,
          },
          max: {
            $ref: '#/$defs/positiveDuration',
            description: 'Longest pause. Default: no limit.',
            examples: ['1m'],
          },
        },
      },
    },
    'x-exactly-one': { keys: ['stop_after', 'back_off'], what: 'reaction' },
    oneOf: [{ required: ['stop_after'] }, { required: ['back_off'] }],
    examples: [{ stop_after: 3 }, { back_off: { first: '1s', factor: 2, max: '1m' } }],
  },
};

/** The reaction of an activity's arguments. */
export function readReaction(args: Arguments): { readonly onFailure?: FailureReaction } {
  const written = args.place('on_failure').value;
  const after = property(written, 'stop_after');
  if (after !== undefined) return { onFailure: { kind: 'stop', after: Number(after) } };
  const backOff = property(written, 'back_off');
  if (backOff === undefined) return {};
  const read = (key: string, absent: number): number => {
    const value: Json | undefined = property(backOff, key);
    return value === undefined ? absent : durationUs(value);
  };
  return {
    onFailure: {
      kind: 'back_off',
      firstUs: read('first', 1),
      factor: Number(property(backOff, 'factor') ?? DEFAULT_FACTOR),
      maxUs: read('max', Number.MAX_SAFE_INTEGER),
    },
  };
}
