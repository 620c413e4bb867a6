/** What is expected of options of payments, of invoices with a name and of links that change under payments. */
import type { CheckGroup } from './check-group.ts';

export const PAYMENT_CHECKS: readonly CheckGroup[] = [
  {
    name: 'last-hop',
    duration: '8s',
    channels: `  ad: { from: alice, to: dave, capacity: 1_000_000 sat }
  dc: { from: dave, to: carol, capacity: 1_000_000 sat }
`,
    body: `activity:
  by_bob: { source: alice, destination: carol, start: 1s, count: 1, interval: 1s, amount: 1_000_000 msat, last_hop: bob }
  by_dave: { source: alice, destination: carol, start: 3s, count: 2, interval: 1s, amount: 1_000_000 msat, last_hop: dave }
`,
    checks: [
      {
        name: 'payments come by the node that is asked for',
        that: "payments('by_bob').succeeded == 1.0 && channel('bc').balance1_msat == 1000000.0",
      },
      {
        name: 'whichever that is',
        that: "payments('by_dave').succeeded == 2.0 && channel('dc').balance1_msat == 2000000.0",
      },
    ],
  },
  {
    name: 'given-routes',
    duration: '8s',
    channels: '  ac: { from: alice, to: carol, capacity: 1_000_000 sat }\n',
    body: `activity:
  by_route: { source: alice, destination: carol, start: 1s, count: 1, interval: 1s, amount: 1_000_000 msat, route: [ab, bc] }
  too_much: { source: alice, destination: carol, start: 4s, count: 1, interval: 1s, amount: 999_000_000 msat, route: [ab, bc] }
`,
    checks: [
      {
        name: 'a payment takes the route that it is given, and pays the node on it',
        at: '3s',
        that: "payments('by_route').succeeded == 1.0 && payments('by_route').fee_msat > 0.0 && channel('bc').balance1_msat == 1000000.0",
      },
      {
        name: 'what a given route cannot carry takes no other',
        that: "payments('too_much').failed == 1.0 && channel('ac').balance1_msat == 0.0",
      },
    ],
  },
  {
    name: 'outgoing-channel',
    duration: '6s',
    channels: '  ac: { from: alice, to: carol, capacity: 1_000_000 sat }\n',
    body: `activity:
  by_ab: { source: alice, destination: carol, start: 1s, count: 2, interval: 1s, amount: 1_000_000 msat, outgoing_channel: ab }
`,
    checks: [
      {
        name: 'payments leave by the channel that they are given, though another is cheaper',
        that: "payments('by_ab').succeeded == 2.0 && channel('bc').balance1_msat == 2000000.0",
      },
    ],
  },
  {
    name: 'probes',
    duration: '8s',
    body: `activity:
  probe: { source: alice, destination: carol, start: 1s, count: 2, interval: 1s, amount: 1_000_000 msat, probe: true }
  after: { source: alice, destination: carol, start: 5s, count: 1, interval: 1s, amount: 1_000_000 msat }
`,
    checks: [
      {
        name: 'a probe comes back from the node that it goes to',
        at: '4s',
        that: "payments('probe').failed == 2.0 && payments('probe').outcome('IncorrectPaymentDetails') + payments('probe').outcome('RecipientRejected') == 2.0",
      },
      {
        name: 'and moves and locks nothing',
        at: '4s',
        that: "channel('bc').balance1_msat == 0.0 && channel('ab').htlcs == 0.0 && channel('bc').htlcs == 0.0",
      },
      {
        name: 'payments go on',
        that: "payments('after').succeeded == 1.0 && channel('bc').balance1_msat == 1000000.0",
      },
    ],
  },
  {
    name: 'expiry',
    duration: '24s',
    body: `latency: { link: 2s }
activity:
  soon: { source: alice, destination: bob, start: 1s, count: 1, interval: 1s, amount: 2_000_000 msat, method: invoice, invoice_expiry: 1h }
  late: { source: alice, destination: bob, start: 10s, count: 1, interval: 1s, amount: 1_000_000 msat, method: invoice, invoice_expiry: 1s }
`,
    checks: [
      {
        name: 'an invoice is paid within its lifetime, and not after it',
        that: "payments('soon').succeeded == 1.0 && payments('late').failed == 1.0 && channel('ab').balance1_msat == 2000000.0",
      },
    ],
    // ldk:ln/inbound_payment.rs:calculate_absolute_expiry and verify: until the timestamp of a block is two hours beyond the
    // lifetime. Here no block comes.
    on: {
      ldk: [
        {
          name: 'an invoice is paid within its lifetime, and by LDK also when its HTLC arrives up to two hours after it',
          that: "payments('soon').succeeded == 1.0 && payments('late').succeeded == 1.0",
        },
      ],
    },
  },
  {
    name: 'amp',
    options: { lnd: '{ accept_amp: true }' },
    duration: '6s',
    body: `activity:
  amp: { source: alice, destination: carol, start: 1s, count: 2, interval: 1s, amount: 3_000_000 msat, method: amp }
`,
    checks: [
      {
        name: 'payments by AMP arrive',
        that: "payments('amp').succeeded == 2.0 && channel('bc').balance1_msat == 6000000.0",
      },
    ],
  },
  {
    name: 'named-invoices',
    duration: '14s',
    body: `events:
  - { at: 1s, create_invoice: { invoice: bill, node: carol, amount: 2_000 sat } }
  - { at: 1s, create_invoice: { invoice: order, node: carol, amount: 3_000 sat, hold: true } }
  - { at: 1s, create_invoice: { invoice: refund, node: carol, amount: 4_000 sat, hold: true } }
  - { at: 3s, pay: { source: alice, invoice: bill } }
  - { at: 4s, pay: { source: alice, invoice: order } }
  - { at: 4s, pay: { source: alice, invoice: refund } }
  - { at: 8s, settle_invoice: order }
  - { at: 8s, cancel_invoice: refund }
`,
    checks: [
      { name: 'an invoice waits for its payment', at: '2s', that: "invoice('bill').state == 'open'" },
      { name: 'which settles it', at: '7s', that: "invoice('bill').state == 'settled'" },
      { name: 'and is known to be the payer’s', at: '7s', that: "invoice('bill').payer == 'alice'" },
      {
        name: 'a hold invoice keeps what arrives',
        at: '7s',
        that: "invoice('order').state == 'held' && invoice('refund').state == 'held' && channel('bc').htlcs == 2.0",
      },
      {
        name: 'until it is settled',
        that: "invoice('order').state == 'settled' && payments('event-5').succeeded == 1.0",
      },
      {
        name: 'or cancelled, and the payment given back',
        that: "invoice('refund').state == 'cancelled' && payments('event-6').failed == 1.0 && channel('bc').balance1_msat == 5000000.0",
      },
    ],
  },
  {
    name: 'circles',
    duration: '6s',
    channels: '  ca: { from: carol, to: alice, capacity: 1_000_000 sat }\n',
    body: `events:
  - { at: 1s, rebalance: { node: alice, route: [ab, bc, ca], amount: 100_000 sat } }
`,
    checks: [
      {
        name: 'a node pays itself in a circle',
        that: "payments('event-1').succeeded == 1.0 && channel('ca').balance1_msat == 100000000.0",
      },
      { name: 'for the fees of those between', that: "payments('event-1').fee_msat > 0.0" },
    ],
  },
  {
    name: 'partitions',
    duration: '16s',
    body: `activity:
  away: { source: alice, destination: carol, start: 4s, count: 1, interval: 1s, amount: 1_000_000 msat }
  back: { source: bob, destination: carol, start: 14s, count: 1, interval: 1s, amount: 1_000_000 msat }
events:
  - { at: 2s, partition: { groups: [[alice, bob], carol] } }
  - { at: 7s, heal: {} }
`,
    checks: [
      {
        name: 'groups keep their channels, and those between them stay open',
        at: '4s',
        that: "channel('ab').active && channel('bc').state == 'open'",
      },
      { name: 'but do not pay each other', at: '7s', that: "payments('away').succeeded == 0.0" },
      { name: 'they find each other again', at: '13s', that: "channel('bc').active" },
      { name: 'and pay', that: "payments('back').succeeded == 1.0" },
    ],
  },
  {
    name: 'latency',
    duration: '14s',
    body: `activity:
  quick: { source: alice, destination: bob, start: 1s, count: 1, interval: 1s, amount: 1_000_000 msat }
  slow: { source: alice, destination: bob, start: 4s, count: 1, interval: 1s, amount: 1_000_000 msat }
events:
  - { at: 3s, set_latency: { channel: ab, latency: 1s } }
`,
    checks: [
      {
        name: 'a link may become slower',
        that: "payments('slow').succeeded == 1.0 && payments('slow').mean_time > 2.0",
      },
      { name: 'than it was', that: "payments('quick').mean_time < 2.0" },
    ],
  },
];
