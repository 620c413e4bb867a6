/**
 * Older versions of the snapshot format, each with the step to the next one. The digest of a file is that of its own
 * version; it is checked before anything is changed.
 */
import type { Json } from '../base/json.ts';

type JsonObject = { readonly [key: string]: Json };

export interface SnapshotMigration {
  /** Format that it reads. */
  readonly from: string;
  readonly to: string;
  migrate(document: JsonObject): JsonObject;
}

/** Fields of a policy in the order in which version 1 lists them, with what is left out from the end. */
const POLICY: readonly (readonly [key: string, ordinary: number | null])[] = [
  ['fee_base_msat', null],
  ['fee_rate_ppm', null],
  ['cltv_expiry_delta', null],
  ['htlc_minimum_msat', null],
  ['htlc_maximum_msat', null],
  ['version', 1],
  ['disabled', 0],
  ['inbound_fee_base_msat', 0],
  ['inbound_fee_rate_ppm', 0],
];

/**
 * The draft of the format: policies were objects with a field for each number, and the ends of a channel two members of
 * its own. It kept networks only.
 */
const draft: SnapshotMigration = {
  from: 'blast-snapshot/0',
  to: 'blast-snapshot/1',
  migrate(document) {
    const channels = Array.isArray(document.channels) ? (document.channels as readonly Json[]) : [];
    const gossip = Array.isArray(document.gossip) ? (document.gossip as readonly Json[]) : [];
    return {
      ...document,
      format: 'blast-snapshot/1',
      channels: channels.map((channel) => {
        if (!isObject(channel)) return channel;
        const { node0 = null, node1 = null, policies = null, known, ...rest } = channel;
        return {
          ...rest,
          between: [node0, node1],
          policies: eachPolicy(policies),
          ...(known === undefined ? {} : { known: eachPolicy(known) }),
        };
      }),
      gossip: gossip.map((one) => (isObject(one) ? { ...one, policy: listed(one.policy ?? null) } : one)),
    };
  },
};

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function eachPolicy(value: Json): Json {
  return Array.isArray(value) ? (value as readonly Json[]).map(listed) : value;
}

function listed(policy: Json): Json {
  if (!isObject(policy)) return policy;
  const values = POLICY.map(([key, ordinary]) => policy[key] ?? ordinary);
  while (values.length > 5 && values[values.length - 1] === POLICY[values.length - 1]?.[1]) values.pop();
  return values;
}

/** In order, oldest first. */
export const SNAPSHOT_MIGRATIONS: readonly SnapshotMigration[] = [draft];
