/** Where a run was when it kept a snapshot, and what of its timeline had been played. */
import { count, flag, int, list, object, orNone, type Schema, sha256, text, tuple } from './words.ts';

const behaviour = object({
  agents: list(
    object({
      ended: list(
        object({
          amount_msat: count,
          attempts: count,
          failure: tuple(count, int),
          fee_msat: int,
          number: count,
          outcome: count,
          resolved_us: count,
        }),
      ),
      figures: { type: 'object', additionalProperties: { type: 'number' } },
      in_flight: list(object({ amount_msat: count, destination: text, number: count })),
      memory: {},
      node: text,
      paid: count,
    }),
  ),
  name: text,
  woken: count,
});

export const run: Schema = object(
  {
    activities: list(
      object({
        activity: text,
        amount_msat: count,
        attempts: count,
        fee_msat: int,
        max_us: count,
        outcomes: list(count),
        started: count,
        success_us: count,
      }),
    ),
    behaviours: list(behaviour),
    down: list(object({ down_us: count, downs: count, node: text, since_us: { oneOf: [count, { type: 'null' }] } })),
    ended_us: { oneOf: [count, { type: 'null' }] },
    expectations: list(
      object({
        at_us: count,
        measured: text,
        message: text,
        status: { enum: ['passed', 'failed', 'skipped'] },
        that: text,
      }),
    ),
    loops: list(object({ activity: text, due: list(tuple(count, count)), given: count })),
    origin_us: count,
    payments: object({
      outcome: list(orNone),
      resolved_us: list(orNone),
      row: list(count),
      started_us: list(count),
    }),
    reactions: list(object({ activity: text, failures: count, quiet_until_us: { oneOf: [count, { type: 'null' }] } })),
    records: object({
      checkpoints: list(object({ at_us: count, digest: sha256, records: count })),
      hash: object({
        bytes: count,
        tail: { type: 'string', pattern: '^([0-9a-f]{2}){0,63}$' },
        words: sha256,
      }),
      interval_us: { ...count, minimum: 1 },
      last_us: count,
      trace: object({
        fingerprints: { type: 'string', pattern: '^([A-Za-z0-9+/]{4}){0,2048}$' },
        records: count,
        stride: { ...count, minimum: 1 },
      }),
    }),
    rows: count,
    triggers: list(object({ fired: count, next_us: { oneOf: [count, { type: 'null' }] }, was: flag })),
  },
  ['behaviours', 'down'],
);

export const prefix: Schema = object(
  {
    actions: sha256,
    behaviours: sha256,
    conditions: sha256,
    loops: sha256,
    network: sha256,
    payments: sha256,
    setting: sha256,
  },
  ['behaviours'],
);
