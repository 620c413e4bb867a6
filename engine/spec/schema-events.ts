/** The section `events` as JSON Schema: entries with a schedule and one event of a registered kind. */
import type { JsonSchema, SchemaParts } from './schema-types.ts';

/** Keys of an event that say when it happens; the other key is its kind. */
export const SCHEDULE_KEYS = ['at', 'every', 'cron', 'when'] as const;
/** Keys that go with `every` and `cron`. */
export const EVERY_KEYS = ['from', 'until', 'count'] as const;
/** Keys that go with `when`. */
export const WHEN_KEYS = ['once', 'check_every'] as const;

/** Keys of an event that need one of some others. */
const NEEDED: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...EVERY_KEYS.map((key) => [key, ['every', 'cron']] as const),
  ...WHEN_KEYS.map((key) => [key, ['when']] as const),
]);

/** Name of the definition of a kind. */
export const eventDef = (name: string): string => `event.${name}`;

const ref = (name: string, more: JsonSchema = {}): JsonSchema => ({ ...more, $ref: `#/$defs/${name}` });

const instant = (title: string, description: string): JsonSchema => ref('duration', { title, description });

/** The section. */
export function eventsSection(events: SchemaParts['events']): JsonSchema {
  const kinds: { [name: string]: JsonSchema } = {};
  for (const kind of events) kinds[kind.name] = ref(eventDef(kind.name));
  return {
    title: 'Events',
    description: 'What happens, and when: each entry has a schedule (`at`, `every`, `cron` or `when`) and one event.',
    type: ['array', 'null'],
    items: {
      title: 'Event',
      description: 'A schedule and one event.',
      type: 'object',
      'x-event': events.map((k) => k.name),
      properties: {
        at: {
          title: 'At',
          description: 'Time of the event, or a list of times.',
          oneOf: [
            instant('Time', 'Time since the start of the run.'),
            {
              title: 'list of times',
              type: 'array',
              minItems: 1,
              items: instant('Time', 'Time since the start of the run.'),
            },
          ],
          examples: ['10s', ['10s', '20s']],
        },
        every: ref('positiveDuration', {
          title: 'Every',
          description: 'Repeats the event at this interval.',
          examples: ['5s'],
        }),
        cron: {
          title: 'Cron',
          description:
            'Repeats the event on the virtual calendar (see `epoch`), in UTC: minute, hour, day of the month, month and day of the week, with seconds in front where there are six fields. Both kinds of day must match.',
          type: 'string',
          examples: ['*/5 * * * *', '0 9 * * mon-fri', '30 0 12 * * *'],
          'x-text': 'cron',
        },
        when: ref('expectation', {
          title: 'When',
          description:
            'The event happens when this condition becomes true: an expression as in `expect`. It counts as false before the first check.',
          examples: ["channel('alice-bob').balance0_msat < 1000000"],
        }),
        once: {
          title: 'Once',
          description: 'Only the first time that the condition becomes true; false: each time.',
          type: 'boolean',
          default: true,
        },
        check_every: ref('positiveDuration', {
          title: 'Check every',
          description: 'Time between two checks of the condition. Default: 1s.',
          examples: ['1s'],
        }),
        from: instant(
          'From',
          'First time of a repeated event. Default: after one interval, or the start of the run with `cron`.',
        ),
        until: instant('Until', 'Last time of a repeated event, included. Default: the end of the run.'),
        count: {
          title: 'Count',
          description: 'Largest number of repetitions.',
          type: 'integer',
          minimum: 1,
          maximum: 100_000_000,
        },
        ...kinds,
      },
      additionalProperties: false,
      'x-needs': NEEDED,
      dependentSchemas: Object.fromEntries(
        Object.entries(NEEDED).map(([key, others]) => [key, { anyOf: others.map((other) => ({ required: [other] })) }]),
      ),
      allOf: [
        {
          'x-exactly-one': { keys: SCHEDULE_KEYS, what: 'schedule' },
          oneOf: SCHEDULE_KEYS.map((key) => ({ required: [key] })),
        },
        ...(events.length === 0
          ? []
          : [
              {
                'x-exactly-one': { keys: Object.keys(kinds), what: 'event' },
                oneOf: Object.keys(kinds).map((key) => ({ required: [key] })),
              },
            ]),
      ],
    },
  };
}
