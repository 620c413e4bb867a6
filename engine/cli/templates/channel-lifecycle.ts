/** Template `channel-lifecycle`: a channel from its funding to its end. */
import type { Template } from './template.ts';

export const channelLifecycle: Template = {
  name: 'channel-lifecycle',
  summary: 'a channel is opened on-chain, used, closed by both, opened again and force-closed',
  text: `version: 1
name: channel-lifecycle
description: A channel is opened during the run, closed by agreement, opened again, and force-closed.
seed: 1
duration: 4h

chain:
  mining: { every: 1m, blocks: 1 }

defaults:
  node: { model: lnd, wallet: 1 BTC }

nodes:
  alice: {}
  bob: {}

events:
  - at: 1m
    open_channel: { channel: alice-bob, from: alice, to: bob, capacity: 1_000_000 sat }
  - at: 1h
    close_channel: { channel: alice-bob }
  - at: 1h30m
    open_channel: { channel: alice-bob, from: alice, to: bob, capacity: 2_000_000 sat }
  - at: 3h
    close_channel: { channel: alice-bob, by: bob, force: true }

activity:
  alice-pays-bob:
    source: alice
    destination: bob
    start: 30m
    interval: 30s
    amount: 1_000 sat

expect:
  - at: 30m
    that: channel('alice-bob').state == 'open'
  - at: 80m
    that: channel('alice-bob').state == 'closed'
  - at: 2h30m
    that: channel('alice-bob').state == 'open'
  - at: 3h1s
    that: channel('alice-bob').state == 'force_closing'
  - that: payments('alice-pays-bob').succeeded > 150
`,
};
