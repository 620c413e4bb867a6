/** Template `fee-change`: a policy changes and spreads. */
import type { Template } from './template.ts';

export const feeChange: Template = {
  name: 'fee-change',
  summary: 'a router raises its fee and loses its traffic once the news has spread',
  text: `version: 1
name: fee-change
description: Two routers compete. One raises its fee; when the news has spread, the payments take the other way.
seed: 1
duration: 20m

latency:
  gossip: 30s

defaults:
  channel: { capacity: 2_000_000 sat, push: 1_000_000 sat }

nodes:
  alice: {}
  left: {}
  right: {}
  shop: {}

channels:
  alice-left: { from: alice, to: left }
  alice-right: { from: alice, to: right }
  left-shop: { from: left, to: shop, policy: { fee_base: 0 sat, fee_rate: 10 ppm } }
  right-shop: { from: right, to: shop, policy: { fee_base: 0 sat, fee_rate: 200 ppm } }

activity:
  shopping:
    source: alice
    destination: shop
    interval: 5s
    amount: 2_000 sat

events:
  - at: 10m
    set_policy: { channel: left-shop, node: left, policy: { fee_base: 300 sat, fee_rate: 10 ppm } }

expect:
  - at: 10m
    that: node('right').forwards == 0
    message: the cheap way is taken first
  - that: node('left').forwards > 100 && node('right').forwards > 80
    message: both had their time
`,
};
