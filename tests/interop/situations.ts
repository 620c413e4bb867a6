/**
 * What can go wrong at a forwarder or a recipient, how it is brought about, and the failure that each implementation
 * answers. Codes are those of the sources (the forwarding code named at each implementation's model), by implementation:
 * `none` where it forwards or accepts all the same.
 */
import { HTLC } from '../../engine/simulate/htlcs.ts';
import { MAX_HOPS } from '../../engine/simulate/node-model.ts';
import { RECEIPT } from '../../engine/simulate/payments.ts';
import { AMOUNT_MSAT, F, R, type Story, TO_FORWARDER, TO_RECIPIENT, Triple, type TripleSetting } from './triple.ts';

/** Failure name by implementation. */
export type Codes = Readonly<Record<string, string>>;

export interface Situation {
  readonly name: string;
  /** Who notices it. */
  readonly at: 'forwarder' | 'recipient';
  readonly code: Codes;
  readonly setting?: Partial<TripleSetting>;
  /** Who can bring it about; any unless said. */
  readonly senders?: readonly string[];
  /** What happens before the sender pays. */
  readonly before?: (triple: Triple) => void;
  /** What happens to an HTLC on its way to the node that notices. */
  readonly tamper?: (triple: Triple, htlc: number, attempt: number) => void;
  /** What happens between the beginning and the end of a payment. */
  readonly meanwhile?: () => (triple: Triple) => void;
  /** Coins moved on-chain, so that balances of channels do not tell who has what. */
  readonly onchain?: boolean;
}

const all = (code: string): Codes => ({ cln: code, eclair: code, ldk: code, lnd: code });

const HOUR = 3600;
/** Longer than any implementation goes by its former policy (10 min). */
const LATER_S = 700;

/** Writes another expiry into the onion for the forwarder, and with it on the HTLC that it came with. */
function expiries(
  incoming: (triple: Triple) => number,
  outgoing: (triple: Triple) => number,
): (triple: Triple, htlc: number, attempt: number) => void {
  return (triple, htlc, attempt) => {
    const { htlcs, attempts } = triple.world;
    htlcs.expiry[htlc] = incoming(triple);
    attempts.expiry[attempt * MAX_HOPS] = incoming(triple);
    attempts.expiry[attempt * MAX_HOPS + 1] = outgoing(triple);
  };
}

const height = (triple: Triple): number => triple.world.chain.height;

/** The forwarder changes its policy, and nobody hears of it. */
function policy(
  change: { feeBaseMsat?: number; cltvDelta?: number; minHtlcMsat?: number; maxHtlcMsat?: number },
  agoS = LATER_S,
) {
  return (triple: Triple): void => {
    triple.simulation.setPolicy({ channel: 1, node: F, policy: change });
    triple.wait(agoS);
  };
}

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'the outgoing channel is force closing',
    at: 'forwarder',
    code: all('unknown_next_peer'),
    before: (triple) => triple.simulation.closeChannel({ channel: 1, force: true, by: F }),
    onchain: true,
  },
  {
    name: 'the outgoing channel is shutting down',
    at: 'forwarder',
    code: { ...all('unknown_next_peer'), ldk: 'channel_disabled' },
    setting: { held: [50_000_000] },
    before: (triple) => {
      triple.hold();
      triple.simulation.closeChannel({ channel: 1, force: false, by: R });
      triple.wait(5);
    },
  },
  {
    name: 'the recipient is not connected',
    at: 'forwarder',
    code: {
      cln: 'temporary_channel_failure',
      eclair: 'channel_disabled',
      ldk: 'temporary_channel_failure',
      lnd: 'unknown_next_peer',
    },
    before: (triple) => triple.simulation.disconnectPeer(F, R),
  },
  {
    name: 'the recipient has not been connected for an hour',
    at: 'forwarder',
    code: {
      cln: 'temporary_channel_failure',
      eclair: 'channel_disabled',
      ldk: 'channel_disabled',
      lnd: 'unknown_next_peer',
    },
    before: (triple) => {
      triple.simulation.disconnectPeer(F, R);
      triple.wait(HOUR);
    },
  },
  {
    name: 'the forwarder says that the channel is disabled, and it is not',
    at: 'forwarder',
    code: { ...all('none'), eclair: 'channel_disabled' },
    before: (triple) => triple.simulation.setPolicy({ channel: 1, node: F, policy: { disabled: true } }),
  },
  {
    name: 'the fee rose a minute ago',
    at: 'forwarder',
    code: { ...all('none'), lnd: 'fee_insufficient' },
    before: policy({ feeBaseMsat: 150_000 }, 60),
  },
  {
    name: 'the fee rose',
    at: 'forwarder',
    code: all('fee_insufficient'),
    before: policy({ feeBaseMsat: 150_000 }),
  },
  {
    name: 'the delta rose',
    at: 'forwarder',
    code: all('incorrect_cltv_expiry'),
    before: policy({ cltvDelta: 200 }),
  },
  {
    name: 'the amount is below the minimum announced now',
    at: 'forwarder',
    code: {
      cln: 'temporary_channel_failure',
      eclair: 'amount_below_minimum',
      ldk: 'none',
      lnd: 'amount_below_minimum',
    },
    before: policy({ minHtlcMsat: 200_000_000 }),
  },
  {
    name: 'the amount is below the minimum of the recipient, which the forwarder does not announce',
    at: 'forwarder',
    code: {
      cln: 'amount_below_minimum',
      eclair: 'temporary_node_failure',
      ldk: 'amount_below_minimum',
      lnd: 'temporary_channel_failure',
    },
    before: ({ world }) => {
      world.channels.peerHtlcMinimumMsat[TO_RECIPIENT] = 200_000_000;
    },
  },
  {
    name: 'the amount is above the maximum announced now',
    at: 'forwarder',
    code: { cln: 'temporary_channel_failure', eclair: 'none', ldk: 'none', lnd: 'temporary_channel_failure' },
    before: policy({ maxHtlcMsat: 50_000_000 }),
  },
  {
    name: 'the outgoing HTLC would have expired',
    at: 'forwarder',
    code: all('expiry_too_soon'),
    tamper: expiries((t) => height(t) + 300, height),
  },
  {
    name: 'the outgoing HTLC would expire in three blocks',
    at: 'forwarder',
    code: { cln: 'none', eclair: 'none', ldk: 'expiry_too_soon', lnd: 'expiry_too_soon' },
    tamper: expiries(
      (t) => height(t) + 300,
      (t) => height(t) + 3,
    ),
  },
  {
    name: 'the incoming HTLC expires in 40 blocks',
    at: 'forwarder',
    code: { cln: 'none', eclair: 'none', ldk: 'expiry_too_soon', lnd: 'none' },
    setting: { policyOfForwarder: { cltvDelta: 2 } },
    tamper: expiries(
      (t) => height(t) + 40,
      (t) => height(t) + 38,
    ),
  },
  {
    name: 'the outgoing HTLC would expire in 2020 blocks',
    at: 'forwarder',
    code: all('expiry_too_far'),
    tamper: expiries(
      (t) => height(t) + 2300,
      (t) => height(t) + 2020,
    ),
  },
  {
    name: 'only the incoming HTLC expires in 2020 blocks',
    at: 'forwarder',
    code: { cln: 'none', eclair: 'expiry_too_far', ldk: 'expiry_too_far', lnd: 'none' },
    tamper: expiries(
      (t) => height(t) + 2020,
      (t) => height(t) + 1000,
    ),
  },
  {
    name: 'the forwarder’s balance is too small',
    at: 'forwarder',
    code: all('temporary_channel_failure'),
    setting: { channels: [{}, { balance0Msat: 120_000_000 }] },
  },
  {
    name: 'the recipient has no free slots',
    at: 'forwarder',
    code: all('temporary_channel_failure'),
    before: ({ world }) => {
      world.channels.maxAcceptedHtlcs[TO_RECIPIENT] = 0;
    },
  },
  {
    name: 'the recipient takes less in flight',
    at: 'forwarder',
    code: { ...all('temporary_channel_failure'), cln: 'required_node_feature_missing' },
    before: ({ world }) => {
      world.channels.maxInFlightMsat[TO_RECIPIENT] = 99_999_999;
    },
  },
  {
    name: 'there is too much dust on the way to the recipient',
    at: 'forwarder',
    code: all('temporary_channel_failure'),
    setting: { amountMsat: 300_000 },
    before: ({ world }) => {
      world.channels.trimmedMsat[TO_RECIPIENT] = 600_000_000;
    },
  },
  {
    name: 'there is too much dust on the way from the sender',
    at: 'forwarder',
    // lnd keeps to its limit when it offers; a peer that goes beyond it is disconnected.
    code: {
      cln: 'temporary_node_failure',
      eclair: 'temporary_channel_failure',
      ldk: 'temporary_channel_failure',
      lnd: 'none',
    },
    setting: { amountMsat: 300_000 },
    tamper: ({ world }) => {
      world.channels.trimmedMsat[TO_FORWARDER] = 600_000_000;
    },
  },
  {
    name: 'the recipient funded the channel and cannot pay for another HTLC',
    at: 'forwarder',
    code: { ...all('temporary_channel_failure'), eclair: 'temporary_node_failure' },
    setting: {
      channels: [
        {},
        { node0: R, node1: F, balance0Msat: 40_500_000, policy0: { minHtlcMsat: 1, maxHtlcMsat: 900_000_000 } },
      ],
    },
  },
  {
    name: 'the outgoing HTLC timed out on-chain',
    at: 'forwarder',
    code: all('permanent_channel_failure'),
    setting: { policyOfForwarder: { cltvDelta: 144 } },
    tamper: ({ world }, _, attempt) => {
      world.timeline.payments.amountMsat[world.attempts.payment[attempt]!] = 2 * AMOUNT_MSAT;
    },
    meanwhile: stuckAtRecipient,
    onchain: true,
  },
  {
    name: 'the invoice is unknown, paid or cancelled',
    at: 'recipient',
    code: all('incorrect_or_unknown_payment_details'),
    tamper: ({ world }, _, attempt) => {
      world.payments.receipt[world.attempts.payment[attempt]!] = RECEIPT.cancelled;
    },
  },
  {
    name: 'a keysend where none are taken',
    at: 'recipient',
    // Core Lightning takes keysends by default; its option of the same name turns the plugin off.
    code: all('incorrect_or_unknown_payment_details'),
    setting: { profile: { method: 'keysend' }, nodes: { recipient: { options: { accept_keysend: false } } } },
  },
  {
    name: 'an AMP payment',
    at: 'recipient',
    // lnd has accept-amp off; the others cannot read the record.
    code: { ...all('invalid_onion_payload'), lnd: 'incorrect_or_unknown_payment_details' },
    setting: { profile: { method: 'amp' } },
    senders: ['lnd'],
  },
  {
    name: 'the HTLC expires in 17 blocks',
    at: 'recipient',
    code: all('incorrect_or_unknown_payment_details'),
    tamper: ({ world }, htlc, attempt) => {
      const hop = world.htlcs.hop[htlc]!;
      world.htlcs.expiry[htlc] = world.chain.height + 17;
      world.attempts.expiry[attempt * MAX_HOPS + hop] = world.chain.height + 17;
    },
  },
  {
    name: 'the HTLC carries less than the onion says',
    at: 'recipient',
    code: all('final_incorrect_htlc_amount'),
    tamper: ({ world }, htlc, attempt) => {
      world.attempts.amountMsat[attempt * MAX_HOPS + world.htlcs.hop[htlc]!]! += 1;
    },
  },
  {
    name: 'the HTLC expires before the onion says',
    at: 'recipient',
    code: all('final_incorrect_cltv_expiry'),
    tamper: ({ world }, htlc, attempt) => {
      world.attempts.expiry[attempt * MAX_HOPS + world.htlcs.hop[htlc]!]! += 1;
    },
  },
  {
    name: 'the rest of the payment does not come',
    at: 'recipient',
    code: all('mpp_timeout'),
    // Nobody gives up while the recipient waits, and the next attempt brings all of it.
    setting: { profile: { timeoutUs: 400_000_000 } },
    tamper: ({ world }, _, attempt) => {
      const missing = world.attempts.ordinal[attempt] === 0 ? AMOUNT_MSAT : 0;
      world.timeline.payments.amountMsat[world.attempts.payment[attempt]!] = AMOUNT_MSAT + missing;
    },
  },
];

/**
 * The recipient waits for more parts and stops. It is back when the forwarder has gone on-chain, and blocks come until
 * the forwarder has taken the HTLC back.
 */
function stuckAtRecipient(): (triple: Triple) => void {
  let seconds = 0;
  let resume = 2;
  return ({ world, simulation }) => {
    const held = (): boolean =>
      [...Array(world.htlcs.used).keys()].some(
        (h) => world.htlcs.edge[h] === TO_RECIPIENT && world.htlcs.state[h] !== HTLC.free,
      );
    if (++seconds === 2 && held()) simulation.stopNode(R);
    // Many blocks at a time: senders give up after a minute or less.
    for (let blocks = 0; seconds > resume && blocks < 300 && held(); blocks++) {
      if (world.channels.closedAt[1]! >= 0 && world.running[R] === 0) {
        world.timeline.payments.amountMsat[0] = AMOUNT_MSAT;
        simulation.startNode(R);
        // It takes a while to connect.
        resume = seconds + 4;
        break;
      }
      simulation.mine(1);
    }
  };
}

/** Plays a situation for three implementations: two payments, one after the other, while it lasts. */
export function playSituation(
  situation: Situation,
  models: Pick<TripleSetting, 'sender' | 'forwarder' | 'recipient'>,
): { readonly triple: Triple; readonly first: Story; readonly second: Story } {
  const { tamper, at } = situation;
  const triple = new Triple({ ...models, ...situation.setting, check: false }, (self, htlc, attempt, hop) => {
    const edge = self.world.htlcs.edge[htlc]!;
    if (at === 'forwarder' ? edge === TO_FORWARDER : hop === 1) tamper?.(self, htlc, attempt);
  });
  situation.before?.(triple);
  const first = triple.pay(0, situation.meanwhile?.());
  const second = triple.pay(1, situation.meanwhile?.());
  return { triple, first, second };
}
