/** Event `congest_mempool`: transactions of strangers fill the mempool. */
import { parseFeerateRange, property, sizeWeight } from '../../spec/values.ts';
import type { CongestMempoolRequest } from '../../timeline/control.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const congestMempool: EventKind = {
  name: 'congest_mempool',
  summary: 'Fills the mempool with transactions of strangers, who compete for block space',
  phase: PHASE.control,
  schema: {
    title: 'Congest the mempool',
    description:
      'Strangers’ transactions wait for blocks; those that pay more than a node’s come before it. They drain with every block that has room for them, and nodes estimate feerates from what is left of them.',
    type: 'object',
    additionalProperties: false,
    required: ['backlog', 'feerate'],
    'x-needs': { blocks: ['inflow'] },
    properties: {
      backlog: {
        $ref: '#/$defs/size',
        title: 'Backlog',
        description: 'What is there at once.',
        examples: ['50 vMB'],
      },
      feerate: {
        $ref: '#/$defs/feerateRange',
        title: 'Feerates',
        description: 'What they pay. As much of a range waits between 10 and 20 sat/vB as between 100 and 200.',
        examples: [['5 sat/vB', '200 sat/vB']],
      },
      inflow: {
        $ref: '#/$defs/size',
        title: 'Inflow',
        description: 'What comes with each block from then on, at the same feerates. Default: nothing.',
        examples: ['1.2 vMB'],
      },
      blocks: {
        title: 'Blocks',
        description: 'For how many blocks the inflow lasts.',
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000,
        default: 144,
        examples: [36],
      },
    },
  },
  example: `at: 1h
congest_mempool: { backlog: 30 vMB, feerate: [5 sat/vB, 200 sat/vB], inflow: 1.2 vMB, blocks: 36 }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const { low, high } = parseFeerateRange(args.place('feerate').value);
    const inflow = property(use.args.value, 'inflow');
    return {
      lowPerKw: low,
      highPerKw: high,
      weight: sizeWeight(args.place('backlog').value),
      inflowWeight: inflow === undefined ? 0 : sizeWeight(inflow),
      blocks: inflow === undefined ? 0 : args.number('blocks', 144),
    };
  },

  apply(args, backend) {
    return backend.congestMempool(args as unknown as CongestMempoolRequest);
  },
};
