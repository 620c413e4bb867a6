/** What BLAST's protocol has no call for, or does not tell. */
import type { BackendLimits } from '../../timeline/backend-limits.ts';

/** As `blast model serve` has it; BLAST's own models had a hundred. */
const MOST_NODES = 10_000;

const MSAT_PER_SAT = 1000;

const PRIVATE = 'opens announced channels only';
const FRACTION = 'gives whole numbers of sat away';

const HIDDEN = [
  'channel.announced',
  'channel.balance0_msat',
  'channel.balance1_msat',
  'channel.htlcs',
  'node.remote_balance_msat',
  'node.forwards',
  'node.fees_earned_msat',
  'node.htlcs_refused',
];

export const BLAST_LIMITS: BackendLimits = {
  backend: 'rpc',
  mostNodes: MOST_NODES,
  keepsStates: false,
  leastHeight: 0,
  models: new Set(['lnd', 'cln', 'eclair', 'ldk']),
  events: new Set(['open_channel', 'close_channel', 'connect_peer', 'disconnect_peer', 'partition', 'heal']),
  behaviours: new Set(),
  methods: new Set(),
  paymentOptions: new Set(),
  policyFields: new Set(),
  refuseChannel: (_, balance0Msat) =>
    balance0Msat % MSAT_PER_SAT === 0 ? null : 'what its opener gives away is no whole number of sat',
  privateChannels: false,
  refuseAction: ({ kind, args }) => {
    if (kind === 'close_channel' && args.force === true) {
      return { key: 'force', reason: 'cannot close a channel by force' };
    }
    if (kind === 'open_channel' && args.announced === false) return { key: 'announced', reason: PRIVATE };
    if (kind === 'open_channel' && Number(args.pushMsat) % MSAT_PER_SAT !== 0) return { key: 'push', reason: FRACTION };
    return null;
  },
  hidden: new Set([...HIDDEN, 'chain']),
  untold: new Map([
    [
      'refused_opening',
      'the protocol of BLAST has no word for it: OpenChannel may say yes before the node decides, and what was refused is never listed',
    ],
  ]),
};

/** The same beside the chain that the processes watch: blocks can be found and undone, and nodes funded. */
export const BLAST_CHAIN_LIMITS: BackendLimits = {
  ...BLAST_LIMITS,
  events: new Set([...BLAST_LIMITS.events, 'fund', 'mine', 'reorg']),
  hidden: new Set([
    ...HIDDEN,
    'chain.mempool',
    'chain.fees_sat',
    'chain.feerate',
    'chain.feerate_6',
    'chain.minimum_feerate',
    'chain.backlog',
  ]),
};
