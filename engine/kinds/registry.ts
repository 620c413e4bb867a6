/**
 * The registry: every event, activity, node model and import format there is. The schema, the documentation and the help
 * are made from these lists; adding a kind is one file and one line here.
 */

import { clnKind } from '../../models/cln/index.ts';
import { eclairKind } from '../../models/eclair/index.ts';
import { ldkKind } from '../../models/ldk/index.ts';
import { lndKind } from '../../models/lnd/index.ts';
import { IMPORT_FORMATS } from '../interop/formats.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import { defined } from './activities/defined.ts';
import { jam } from './activities/jam.ts';
import { loop } from './activities/loop.ts';
import { payments } from './activities/payments.ts';
import { phases } from './activities/phases.ts';
import { random } from './activities/random.ts';
import { rate } from './activities/rate.ts';
import type { BehaviourKind } from './behaviour.ts';
import { churn } from './behaviours/churn.ts';
import { feePolicy } from './behaviours/fee-policy.ts';
import { probing } from './behaviours/probing.ts';
import { rebalancer } from './behaviours/rebalancer.ts';
import { cancelInvoice } from './events/cancel-invoice.ts';
import { cheat } from './events/cheat.ts';
import { closeChannel } from './events/close-channel.ts';
import { congestMempool } from './events/congest-mempool.ts';
import { connectPeer } from './events/connect-peer.ts';
import { crashNode } from './events/crash-node.ts';
import { createInvoice } from './events/create-invoice.ts';
import { disconnectPeer } from './events/disconnect-peer.ts';
import { fund } from './events/fund.ts';
import { heal } from './events/heal.ts';
import { loseData } from './events/lose-data.ts';
import { mine } from './events/mine.ts';
import { openChannel } from './events/open-channel.ts';
import { partition } from './events/partition.ts';
import { pay } from './events/pay.ts';
import { rebalance } from './events/rebalance.ts';
import { reorg } from './events/reorg.ts';
import { sendOnchain } from './events/send-onchain.ts';
import { setFeerate } from './events/set-feerate.ts';
import { setLatency } from './events/set-latency.ts';
import { setPolicy } from './events/set-policy.ts';
import { settleInvoice } from './events/settle-invoice.ts';
import { snapshot } from './events/snapshot.ts';
import { startNode } from './events/start-node.ts';
import { stopNode } from './events/stop-node.ts';
import type { ActivityKind, EventKind, ImportFormat } from './kind.ts';
import { withDefence } from './node-defence.ts';
import { TOPOLOGY_KINDS } from './topologies/index.ts';
import type { TopologyKind } from './topologies/topology.ts';

export { TOPOLOGY_KINDS };

export const BEHAVIOUR_KINDS: readonly BehaviourKind[] = [feePolicy, rebalancer, churn, probing];

export const EVENT_KINDS: readonly EventKind[] = [
  startNode,
  stopNode,
  crashNode,
  connectPeer,
  disconnectPeer,
  partition,
  heal,
  openChannel,
  closeChannel,
  cheat,
  loseData,
  setPolicy,
  setLatency,
  fund,
  sendOnchain,
  setFeerate,
  congestMempool,
  mine,
  reorg,
  pay,
  createInvoice,
  settleInvoice,
  cancelInvoice,
  rebalance,
  snapshot,
];

export const ACTIVITY_KINDS: readonly ActivityKind[] = [defined, random, rate, phases, loop, payments, jam];

export const MODEL_KINDS: readonly ModelKind[] = [clnKind, eclairKind, ldkKind, lndKind].map(withDefence);

export const FORMAT_KINDS: readonly ImportFormat[] = IMPORT_FORMATS;

function byName<T extends { readonly name: string }>(kinds: readonly T[]): ReadonlyMap<string, T> {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}

const events = byName(EVENT_KINDS);
const activities = byName(ACTIVITY_KINDS);
const behaviours = byName(BEHAVIOUR_KINDS);
const models = byName(MODEL_KINDS);
const topologies = byName(TOPOLOGY_KINDS);

export function eventKind(name: string): EventKind | undefined {
  return events.get(name);
}

export function activityKind(name: string): ActivityKind | undefined {
  return activities.get(name);
}

export function behaviourKind(name: string): BehaviourKind | undefined {
  return behaviours.get(name);
}

/** What a run needs of the kinds. */
export const RUN_KINDS: {
  get(name: string): EventKind | undefined;
  behaviour(name: string): BehaviourKind | undefined;
} = { get: eventKind, behaviour: behaviourKind };

export function modelKind(name: string): ModelKind | undefined {
  return models.get(name);
}

export function topologyKind(name: string): TopologyKind | undefined {
  return topologies.get(name);
}
