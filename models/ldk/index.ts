/** The LDK model as it is registered. */
import type { ModelKind } from '../../engine/simulate/node-model.ts';
import { LdkModel } from './ldk-model.ts';
import { LDK_OPTIONS } from './options.ts';

export const ldkKind: ModelKind = {
  name: 'ldk',
  version: 'ldk 0.3',
  summary:
    'Lightning Development Kit: backward search with the probabilistic scorer, several paths at once, 10 s to pay.',
  optionsSchema: LDK_OPTIONS,
  senderOptions: ['max_cltv', 'outgoing_channel', 'last_hop'],
  create: (host) => new LdkModel(host),
};
