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
    'cancel_invoice',
    'close_channel',
    'congest_mempool',
    'connect_peer',
    'crash_node',
    'create_invoice',
    'disconnect_peer',
    'fund',
    'heal',
    'mine',
    'open_channel',
    'partition',
    'pay',
    'rebalance',
    'reorg',
    'send_onchain',
    'set_feerate',
    'set_latency',
    'set_policy',
    'settle_invoice',
    'start_node',
    'stop_node',
  ]),
  behaviours: new Set(['churn', 'fee_policy', 'probing', 'rebalancer']),
  methods: new Set(['keysend', 'invoice', 'amp']),
  paymentOptions: new Set([
    'method',
    'feeLimitMsat',
    'timeoutUs',
    'maxParts',
    'holdUs',
    'settles',
    'maxCltv',
    'outgoingChannels',
    'lastHop',
    'invoiceExpiryUs',
    'invoice',
    'probe',
    'route',
    'routes',
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
};
