/** The lnd model as it is registered. */
import type { ModelKind } from '../../engine/simulate/node-model.ts';
import { LndModel } from './lnd-model.ts';
import { LND_OPTIONS } from './options.ts';

export const lndKind: ModelKind = {
  name: 'lnd',
  version: 'lnd 0.21',
  summary: 'Lightning Network Daemon: backward Dijkstra with mission control, halving into parts, 60 s to pay.',
  optionsSchema: LND_OPTIONS,
  senderOptions: ['max_cltv', 'outgoing_channel', 'last_hop'],
  paysByAmp: true,
  findsCircles: true,
  create: (host) => new LndModel(host),
};
