/** What real LDK nodes cannot do, or this backend cannot ask of them. */
import type { BackendLimits } from '../../timeline/backend-limits.ts';

/** Measured: see docs/backends.md. */
const MOST_NODES = 100;
/** The blocks in which the network's channels are opened, and one before. */
const LEAST_HEIGHT = 10;
/** BOLT 3: weight of a commitment with anchors and of an HTLC in it, two anchors; ldk:ln/channel.rs asks for room for 4 HTLCs. */
const COMMITMENT_WEIGHT = 1124 + 4 * 172;
const ANCHORS_SAT = 660;
/** ldk:ln/channel.rs:get_holder_selected_channel_reserve_satoshis: 1 %, at least 1000 sat. */
const LEAST_RESERVE_SAT = 1000;

export const LDK_LIMITS: BackendLimits = {
  backend: 'ldk',
  mostNodes: MOST_NODES,
  keepsStates: true,
  leastHeight: LEAST_HEIGHT,
  blockSpace: true,
  models: new Set(['ldk']),
  events: new Set([
    'cancel_invoice',
    'cheat',
    'close_channel',
    'congest_mempool',
    'connect_peer',
    'crash_node',
    'create_invoice',
    'disconnect_peer',
    'fund',
    'heal',
    'lose_data',
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
    'snapshot',
    'start_node',
    'stop_node',
  ]),
  behaviours: new Set(['churn', 'fee_policy', 'probing', 'rebalancer']),
  methods: new Set(['keysend', 'invoice']),
  paymentOptions: new Set([
    'method',
    'feeLimitMsat',
    'timeoutUs',
    'maxParts',
    'holdUs',
    'settles',
    'maxCltv',
    'invoiceExpiryUs',
    'invoice',
    'route',
    'routes',
    'outgoingChannels',
    'lastHop',
    'probe',
  ]),
  policyFields: new Set(['feeBaseMsat', 'feeRatePpm', 'cltvDelta']),
  refuseChannel: (capacitySat, balance0Msat, feeratePerKw) => {
    const reserve = Math.max(Math.floor(capacitySat / 100), LEAST_RESERVE_SAT);
    const needs = reserve + ANCHORS_SAT + Math.ceil((COMMITMENT_WEIGHT * feeratePerKw) / 1000);
    if (balance0Msat >= needs * 1000) return null;
    return `its opener needs ${needs} sat for its reserve and the commitment fee, and would have ${Math.floor(balance0Msat / 1000)} sat`;
  },
};
