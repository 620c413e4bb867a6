/** The Eclair model as it is registered. */
import type { ModelKind } from '../../engine/simulate/node-model.ts';
import { EclairModel } from './eclair-model.ts';
import { ECLAIR_OPTIONS } from './options.ts';

export const eclairKind: ModelKind = {
  name: 'eclair',
  version: 'eclair 0.15',
  summary: 'Eclair: k-shortest paths by cost and success probability, parts that fill their routes, five attempts.',
  optionsSchema: ECLAIR_OPTIONS,
  senderOptions: [],
  create: (host) => new EclairModel(host),
};
