/** What the events have in common that are about an old state of a channel. */
import type { Json } from '../../base/json.ts';
import type { EventSpec, ScheduleSpec } from '../../spec/scenario.ts';
import { formatDuration } from '../../spec/units.ts';
import { durationUs, property } from '../../spec/values.ts';
import type { OldStateRequest } from '../../timeline/old-states.ts';
import { Arguments } from '../arguments.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';

/** Schema of the arguments that say which state. */
export const OLD_STATE_PROPERTIES: { readonly [key: string]: JsonSchema } = {
  channel: { $ref: '#/$defs/channelName', description: 'Name of the channel.' },
  by: { $ref: '#/$defs/nodeName', description: 'The node with the old state, an end of the channel.' },
  state: {
    title: 'State',
    description:
      'Which of its old commitments: `oldest`, the first; `best`, the first of those on which it had most; `{ at: 10m }`, the one in force at that time; `{ number: 3 }`, the one after three others. A commitment is old once the node has a newer one.',
    default: 'best',
    oneOf: [
      { enum: ['oldest', 'best'] },
      {
        type: 'object',
        additionalProperties: false,
        required: ['at'],
        properties: { at: { $ref: '#/$defs/duration', description: 'An instant of the scenario.' } },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['number'],
        properties: {
          number: { type: 'integer', minimum: 0, maximum: 1_000_000_000, description: 'Commitments before it.' },
        },
      },
    ],
    examples: ['oldest', { at: '10m' }, { number: 3 }],
  },
};

/** The state that an event is about; null after reporting why there is none. */
export function planOldState(use: EventSpec, context: PlanContext): OldStateRequest | null {
  const args = new Arguments(use.args, context);
  const channel = args.channel('channel');
  const by = args.node('by');
  if (args.failed) return null;
  const plan = context.network.channels[channel];
  if (plan !== undefined && plan.node0 !== by && plan.node1 !== by) {
    args.report('E607', ['by'], `${args.text('channel')} is not a channel of ${args.text('by')}`);
  }
  const state = property(use.args.value, 'state');
  const at = property(state, 'at');
  if (at !== undefined && isNever(durationUs(at), use.schedule.value)) {
    const message = `the commitment of ${formatDuration(durationUs(at))} is not old yet when this happens`;
    args.report('E607', ['state', 'at'], message, 'name an earlier time, or let it happen later');
  }
  if (args.failed) return null;
  return { channel, by, ...choiceOf(state, at) };
}

function choiceOf(state: Json | undefined, at: Json | undefined): Pick<OldStateRequest, 'oldState' | 'value'> {
  if (at !== undefined) return { oldState: 'at', value: durationUs(at) };
  const number = property(state, 'number');
  if (number !== undefined) return { oldState: 'number', value: Number(number) };
  return { oldState: state === 'oldest' ? 'oldest' : 'best', value: -1 };
}

/** Whether a state of that time can never be old when the event happens. */
function isNever(atUs: number, schedule: ScheduleSpec): boolean {
  return schedule.kind === 'at' && schedule.atUs.some((us) => us <= atUs);
}
