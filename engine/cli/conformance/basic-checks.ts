/** What is expected of nodes in channels, payments, stops and blocks: the checks that most backends can play. */
import type { CheckGroup } from './check-group.ts';

/** The first one is all that BLAST's protocol can play, since its processes end with a run. */
export const BASIC_CHECKS: readonly CheckGroup[] = [
  {
    name: 'channels',
    duration: '16s',
    body: `events:
  - { at: 2s, disconnect_peer: { a: bob, b: carol } }
  - { at: 5s, connect_peer: { a: bob, b: carol } }
  - { at: 9s, close_channel: { channel: ab } }
  - { at: 12s, open_channel: { channel: ac, from: alice, to: carol, capacity: 500_000 sat } }
  - { at: 13s, open_channel: { channel: tiny, from: alice, to: bob, capacity: 900 sat } }
`,
    checks: [
      {
        name: 'channels of the network are open and can be used',
        at: '1s',
        that: "channel('ab').active && channel('bc').active",
      },
      {
        name: 'a channel has its capacity and its two nodes',
        at: '1s',
        that: "channel('ab').capacity == 1000000.0 && channel('ab').node0 == 'alice' && channel('ab').node1 == 'bob'",
      },
      {
        name: 'what is in a channel is its opener’s',
        at: '1s',
        that: "node('alice').local_balance_msat > 900000000.0",
      },
      {
        name: 'peers that part cannot use their channel',
        at: '4s',
        that: "!channel('bc').active && channel('bc').state == 'open'",
      },
      { name: 'peers that meet again can', at: '8s', that: "channel('bc').active" },
      {
        name: 'a channel closes by agreement',
        at: '11s',
        that: "channel('ab').state == 'closing' || channel('ab').state == 'closed'",
      },
      {
        name: 'a channel is opened',
        that: "channel('ac').state == 'pending' || channel('ac').state == 'open'",
      },
      {
        name: 'a channel that is too small is refused',
        that: "channel('tiny').state == 'none'",
        needs: 'refused_opening',
      },
      {
        name: 'and never comes to be',
        that: "!channel('tiny').active && (channel('tiny').state == 'none' || channel('tiny').state == 'pending')",
      },
    ],
  },
  {
    name: 'payments',
    duration: '10s',
    body: `activity:
  direct: { source: alice, destination: bob, start: 1s, count: 1, interval: 1s, amount: 2_000_000 msat }
  routed: { source: alice, destination: carol, start: 2s, count: 3, interval: 1s, amount: 1_000_000 msat }
`,
    checks: [
      {
        name: 'a payment to a peer costs no fee',
        that: "payments('direct').succeeded == 1.0 && payments('direct').fee_msat == 0.0",
      },
      { name: 'payments find their way over a third node', that: "payments('routed').succeeded == 3.0" },
      { name: 'the recipient has what was paid', that: "channel('bc').balance1_msat == 3000000.0" },
      {
        name: 'the forwarder has the fees that were paid',
        that: "node('bob').forwards == 3.0 && payments('routed').fee_msat > 0.0 && node('bob').fees_earned_msat == payments('routed').fee_msat",
      },
      { name: 'no HTLC is left', that: "channel('ab').htlcs == 0.0 && channel('bc').htlcs == 0.0" },
    ],
  },
  {
    name: 'invoices',
    duration: '6s',
    body: `activity:
  bill: { source: alice, destination: carol, start: 1s, count: 1, interval: 1s, amount: 5_000_000 msat, method: invoice }
`,
    checks: [
      {
        name: 'an invoice is paid',
        that: "payments('bill').succeeded == 1.0 && channel('bc').balance1_msat == 5000000.0",
      },
    ],
  },
  {
    name: 'failures',
    duration: '8s',
    body: `activity:
  large: { source: alice, destination: bob, start: 1s, count: 1, interval: 1s, amount: 2_000_000_000 msat }
  stingy: { source: alice, destination: carol, start: 2s, count: 1, interval: 1s, amount: 1_000_000 msat, fee_limit: 0 msat }
  good: { source: alice, destination: carol, start: 4s, count: 1, interval: 1s, amount: 1_000_000 msat }
`,
    checks: [
      { name: 'more than there is cannot be paid', that: "payments('large').failed == 1.0" },
      { name: 'a fee limit is kept', that: "payments('stingy').failed == 1.0" },
      {
        name: 'failures take nothing, and do not stand in the way',
        that: "payments('good').succeeded == 1.0 && channel('bc').balance1_msat == 1000000.0",
      },
    ],
  },
  {
    name: 'holding',
    duration: '9s',
    body: `activity:
  held: { source: alice, destination: carol, start: 1s, count: 1, interval: 1s, amount: 1_000_000 msat, hold: 4s }
`,
    checks: [
      {
        name: 'a payment that is held waits as HTLCs',
        at: '4s',
        that: "channel('ab').htlcs == 1.0 && payments('held').pending == 1.0",
      },
      {
        name: 'and arrives when it is settled',
        that: "payments('held').succeeded == 1.0 && channel('ab').htlcs == 0.0",
      },
    ],
  },
  {
    name: 'policies',
    duration: '14s',
    body: `latency: { gossip: 1s }
activity:
  before: { source: alice, destination: carol, start: 1s, count: 1, interval: 1s, amount: 1_000_000 msat }
  after: { source: alice, destination: carol, start: 10s, count: 1, interval: 1s, amount: 1_000_000 msat, fee_limit: 100_000 msat }
events:
  - { at: 3s, set_policy: { channel: bc, node: bob, policy: { fee_base: 50_000 msat, fee_rate: 0 ppm } } }
`,
    checks: [
      {
        name: 'payments pay the fee that is asked',
        that: "payments('before').succeeded == 1.0 && payments('before').fee_msat < 50000.0",
      },
      {
        name: 'another fee is asked, and known to others',
        that: "payments('after').succeeded == 1.0 && payments('after').fee_msat == 50000.0",
      },
    ],
  },
  {
    name: 'stops',
    duration: '14s',
    body: `activity:
  away: { source: alice, destination: carol, start: 3s, count: 1, interval: 1s, amount: 1_000_000 msat }
  back: { source: bob, destination: carol, start: 11s, count: 1, interval: 1s, amount: 1_000_000 msat }
events:
  - { at: 1s, stop_node: { node: carol } }
  - { at: 5s, start_node: { node: carol } }
`,
    checks: [
      {
        name: 'a node stops, and its channel with it',
        at: '3s',
        that: "!node('carol').running && !channel('bc').active",
      },
      { name: 'it is not paid meanwhile', at: '5s', that: "payments('away').succeeded == 0.0" },
      { name: 'a node starts again', at: '10s', that: "node('carol').running && channel('bc').active" },
      { name: 'and is paid', that: "payments('back').succeeded == 1.0" },
    ],
  },
  {
    name: 'blocks',
    duration: '12s',
    body: `events:
  - { at: 1s, close_channel: { channel: ab } }
  - { at: 3s, mine: { blocks: 10 } }
  - { at: 6s, close_channel: { channel: bc, force: true, by: carol } }
  - { at: 7s, mine: { blocks: 1 } }
  - { at: 9s, mine: { blocks: 800 } }
`,
    checks: [
      { name: 'blocks are found', at: '4s', that: 'chain.height == 210.0' },
      { name: 'a close is final after some', at: '5s', that: "channel('ab').state == 'closed'" },
      { name: 'and gives the coins back', at: '5s', that: "node('alice').wallet > 100900000.0" },
      { name: 'a channel closes by force', at: '8s', that: "channel('bc').state == 'resolving'" },
      {
        name: 'and gives the coins back after its delay',
        that: "channel('bc').state == 'closed' && node('bob').wallet > 100900000.0",
      },
    ],
  },
  {
    name: 'funding',
    duration: '10s',
    body: `events:
  - { at: 1s, fund: { node: dave, amount: 3_000_000 sat } }
  - { at: 3s, open_channel: { channel: da, from: dave, to: alice, capacity: 1_000_000 sat, push: 100_000 sat } }
  - { at: 5s, mine: { blocks: 10 } }
`,
    checks: [
      { name: 'coins come into a wallet', at: '2s', that: "node('dave').wallet == 3000000.0" },
      {
        name: 'they pay for a channel',
        at: '4s',
        that: "channel('da').state == 'pending' && node('dave').wallet < 2000000.0 && node('dave').wallet > 1900000.0",
      },
      { name: 'which opens with the blocks', that: "channel('da').active" },
      { name: 'what was pushed is the peer’s', that: "channel('da').balance1_msat == 100000000.0" },
    ],
  },
];
