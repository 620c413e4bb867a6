/** What is asked of a process for the agents of a node, and how its answers are read. */
import { describe, expect, it } from 'vitest';
import { gossipOf, ownChannelsOf } from './control-knowledge.ts';
import type { Message } from './unary-client.ts';

const NODE = { name: 'bob', pubkey: '02', address: '' };
const POLICY = {
  fee_base_msat: '1000',
  fee_rate_ppm: '5',
  cltv_expiry_delta_blocks: 80,
  htlc_minimum_msat: '1',
  htlc_maximum_msat: '990000000',
  disabled: false,
  inbound_fee_base_msat: '0',
  inbound_fee_rate_ppm: '-3',
};
const READ = {
  feeBaseMsat: 1000,
  feeRatePpm: 5,
  cltvDelta: 80,
  minHtlcMsat: 1,
  maxHtlcMsat: 990_000_000,
  disabled: false,
  inboundFeeBaseMsat: 0,
  inboundFeeRatePpm: -3,
};

const end = (node: string, balance: string, htlcs = 0): Message => ({
  node,
  balance_msat: balance,
  reserve_msat: '10000000',
  htlcs_offered: htlcs,
  policy: POLICY,
});
const channel = (id: string, ends: readonly Message[], more: Message = {}): Message => ({
  channel_id: id,
  state: 'CHANNEL_OPEN',
  active: true,
  announced: true,
  capacity_sat: '1000000',
  ends,
  ...more,
});
const CHANNELS = [
  channel('4', [end('alice', '300000000', 2), end('bob', '700000000', 1)]),
  channel('2', [end('bob', '900000000'), end('carol', '100000000')], { active: false, announced: false }),
  channel('7', [end('bob', '1'), end('dave', '2')], { state: 'CHANNEL_PENDING', active: false }),
];

/** Answers ListChannels, and GetPolicy with what is known of `CHANNEL NODE`. */
function asking(channels: readonly Message[], known: Readonly<Record<string, Message>> = {}) {
  const asked: string[] = [];
  const ask = async (call: string, node: string, request: object): Promise<Message> => {
    asked.push(`${call} ${JSON.stringify(request)}`);
    if (call === 'ListChannels') return { channels };
    const { channel_id } = request as { readonly channel_id: number };
    return { in_force: POLICY, known: known[`${channel_id} ${node}`] ?? null };
  };
  return { ask, asked };
}

describe('own channels', () => {
  it('are those that are open, seen from the node', async () => {
    const { ask, asked } = asking(CHANNELS);
    const common = { capacitySat: 1_000_000, reserveMsat: 10_000_000, policy: READ };
    expect(await ownChannelsOf(ask, NODE)).toEqual([
      {
        ...common,
        id: 4,
        peer: 'alice',
        active: true,
        announced: true,
        localMsat: 700_000_000,
        remoteMsat: 300_000_000,
        htlcs: 3,
      },
      {
        ...common,
        id: 2,
        peer: 'carol',
        active: false,
        announced: false,
        localMsat: 900_000_000,
        remoteMsat: 100_000_000,
        htlcs: 0,
      },
    ]);
    expect(asked).toEqual(['ListChannels {"node":"bob"}']);
  });

  it.each([
    [[channel('4', [end('alice', '1'), end('carol', '1')])], /a channel of others/],
    [[channel('4', [end('bob', '1')])], /a channel of others/],
    [[channel('4', [end('alice', '1'), { ...end('bob', '1'), policy: null }])], /channel 4 without a policy/],
  ])('are no answer as %j', async (channels, message) => {
    await expect(ownChannelsOf(asking(channels).ask, NODE)).rejects.toMatchObject({
      fault: 'nonsense',
      call: 'ListChannels',
      message: expect.stringMatching(message),
    });
  });
});

describe('gossip', () => {
  it('is what the public knows of each direction, and nothing of what it knows nothing of', async () => {
    const { ask, asked } = asking(CHANNELS, { '4 alice': { ...POLICY, fee_rate_ppm: '9' }, '7 bob': POLICY });
    expect(await gossipOf(ask, NODE)).toEqual([
      { id: 4, peer: 'alice', capacitySat: 1_000_000, policy: null, reverse: { ...READ, feeRatePpm: 9 } },
      { id: 7, peer: 'dave', capacitySat: 1_000_000, policy: READ, reverse: null },
    ]);
    expect(asked).toHaveLength(1 + 2 * CHANNELS.length);
  });
});
