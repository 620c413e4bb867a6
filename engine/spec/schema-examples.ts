/** An example of each section, for editors and the reference. A test reads them all. */
export const SECTION_EXAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  description: ['Alice pays Bob while his channel closes and comes back.'],
  params: [{ gap: { type: 'duration', default: '13s', description: 'time without the channel' } }],
  chain: [{ height: 800_000, feerate: '5 sat/vB', mining: { every: '10m', blocks: 1 } }],
  latency: [{ link: ['10ms', '80ms'], gossip: '30s' }],
  defaults: [{ node: { model: 'lnd', wallet: '1 BTC' }, channel: { capacity: '1_000_000 sat' } }],
  network: [{ import: { file: 'network.json', model: 'lnd' } }],
  nodes: [{ alice: { wallet: '1 BTC' }, bob: {}, user: { count: 20, labels: { role: 'sender' } } }],
  channels: [{ 'alice-bob': { from: 'alice', to: 'bob', capacity: '1_000_000 sat', policy: { fee_rate: '20 ppm' } } }],
  activity: [{ coffee: { source: 'alice', destination: 'bob', interval: '1s', amount: '2_000 sat' } }],
  events: [[{ at: '30s', close_channel: { channel: 'alice-bob' } }]],
  sweep: [{ matrix: { gap: ['1s', '13s', '30s'] }, seeds: 10 }],
  expect: [["payments('coffee').success_rate > 0.9"]],
};
