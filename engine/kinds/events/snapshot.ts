/** Event `snapshot`: the state of the network is kept as a file. */
import { captureName } from '../../timeline/captures.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { EventKind } from '../kind.ts';

export const snapshot: EventKind = {
  name: 'snapshot',
  summary: 'Keeps the state of the network as a file',
  phase: PHASE.observe,
  schema: {
    title: 'Keep the state',
    description:
      'The state is kept as it is after everything else of the instant, in snapshots/NAME.snap.json beside the results. An event that happens more than once adds the time to the name.',
    type: 'object',
    additionalProperties: false,
    properties: {
      name: {
        $ref: '#/$defs/snapshotName',
        description: 'Name of the file. Default: `at`, with the time.',
        examples: ['before-attack'],
      },
    },
  },
  example: `at: 20s
snapshot: { name: before-attack }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const named = args.has('name');
    const { value } = use.schedule;
    const once = value.kind === 'when' ? value.once : value.kind === 'at' && value.atUs.length === 1;
    return { name: named ? args.text('name') : 'at', timed: !named || !once };
  },

  keepsStates: true,

  apply(args, _backend, run) {
    run.capture((timeUs) => captureName(args.name as string, args.timed === true ? timeUs : null));
  },
};
