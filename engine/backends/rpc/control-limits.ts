/** What the control plane (proto/blast/v1/control.proto) has no call for, or what its driver does not use. */
import type { BackendLimits } from '../../timeline/backend-limits.ts';

const MOST_NODES = 10_000;

/** Blocks in which the channels that a network begins with are opened and announced. */
export const OPENING_BLOCKS = 6;

export const CONTROL_LIMITS: BackendLimits = {
  backend: 'rpc',
  mostNodes: MOST_NODES,
  leastHeight: OPENING_BLOCKS + 1,
  models: new Set(['lnd', 'cln', 'eclair', 'ldk']),
  keepsStates: false,
  nodeOptions: true,
  events: new Set([
    'close_channel',
    'connect_peer',
    'crash_node',
    'disconnect_peer',
    'fund',
    'mine',
    'open_channel',
    'pay',
    'set_policy',
    'start_node',
    'stop_node',
  ]),
  behaviours: new Set(['churn']),
  methods: new Set(['keysend', 'invoice']),
  paymentOptions: new Set([
    'method',
    'feeLimitMsat',
    'timeoutUs',
    'maxParts',
    'holdUs',
    'settles',
    'maxCltv',
    'outgoingChannels',
    'probe',
    'route',
  ]),
  policyFields: new Set([
    'feeBaseMsat',
    'feeRatePpm',
    'cltvDelta',
    'minHtlcMsat',
    'maxHtlcMsat',
    'disabled',
    'inboundFeeBaseMsat',
    'inboundFeeRatePpm',
  ]),
  // The process says what it does not open.
  refuseChannel: () => null,
  hidden: new Set([
    'node.htlcs_refused',
    'chain.mempool',
    'chain.fees_sat',
    'chain.feerate',
    'chain.feerate_6',
    'chain.minimum_feerate',
    'chain.backlog',
  ]),
};
