/** Template `quick-start`: the main sections in one file. */
import type { Template } from './template.ts';

export const quickStart: Template = {
  name: 'quick-start',
  summary: 'three nodes, a channel that closes and comes back, expectations',
  text: `version: 1
name: first
description: Alice pays a shop. While their channel is closed, the payments go through a hub and cost a fee.
seed: 1
duration: 2m

params:
  amount: { type: amount, default: 10 sat, description: what one payment is worth }

chain:
  mining: { every: 10s, blocks: 6 }

defaults:
  node: { model: lnd, wallet: 1 BTC }

nodes:
  alice: {}
  hub: {}
  shop: { labels: { role: merchant } }

channels:
  alice-shop: { from: alice, to: shop, capacity: 500_000 sat }
  alice-hub: { from: alice, to: hub, capacity: 1_000_000 sat }
  hub-shop: { from: hub, to: shop, capacity: 1_000_000 sat }

activity:
  alice-buys:
    source: alice
    destination: shop
    start: 1s
    interval: 1s
    amount: \${{ params.amount }}

events:
  - at: 40s
    close_channel: { channel: alice-shop }
  - at: 60s
    open_channel: { channel: alice-shop, from: alice, to: shop, capacity: 500_000 sat }

expect:
  - at: 39s
    that: payments('alice-buys').fee_msat == 0
    message: a direct payment costs nothing
  - at: 59s
    that: channel('alice-shop').state == 'closed' && payments('alice-buys').fee_msat > 0
  - that: payments('alice-buys').success_rate > 0.9
    message: the payments arrive all the same
`,
};
