/** The Core Lightning model as it is registered. */
import type { ModelKind } from '../../engine/simulate/node-model.ts';
import { ClnModel } from './cln-model.ts';
import { CLN_OPTIONS } from './options.ts';

export const clnKind: ModelKind = {
  name: 'cln',
  version: 'cln 26.06',
  summary: 'Core Lightning: min-cost flow over known liquidity (askrene), parts placed anew as they fail (xpay), 60 s.',
  optionsSchema: CLN_OPTIONS,
  senderOptions: ['max_cltv', 'outgoing_channel', 'last_hop'],
  findsCircles: true,
  create: (host) => new ClnModel(host),
};
