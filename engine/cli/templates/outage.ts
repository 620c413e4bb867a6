/** Template `outage`: a routing node fails. */
import type { Template } from './template.ts';

export const outage: Template = {
  name: 'outage',
  summary: 'a routing node fails; senders learn it and pay over a detour',
  text: `version: 1
name: outage
description: The cheap routing node fails for ten minutes. Senders learn that it does not forward and pay over a dearer one.
seed: 1
duration: 40m

params:
  fails_at: { type: duration, default: 10m, description: when the routing node stops }

chain:
  mining: { every: 10m, blocks: 1 }

defaults:
  channel: { capacity: 5_000_000 sat, push: 2_500_000 sat }

nodes:
  sender: { count: 5 } # sender-0 to sender-4
  cheap: {}
  dear: {}
  shop: {}

channels:
  senders-cheap: { from: sender, to: cheap }
  senders-dear: { from: sender, to: dear }
  cheap-shop: { from: cheap, to: shop }
  dear-shop: { from: dear, to: shop, policy: { fee_rate: 500 ppm } }

activity:
  shopping:
    source: sender
    destination: shop
    interval: [5s, 15s]
    amount: [1_000 sat, 5_000 sat]

events:
  - at: \${{ params.fails_at }}
    stop_node: cheap
  - at: \${{ params.fails_at + duration('10m') }}
    start_node: cheap

expect:
  - at: \${{ params.fails_at }}
    that: node('dear').forwards == 0
    message: nobody pays more than needed
  - that: node('dear').forwards > 10
    message: the detour was used
  - that: payments('shopping').success_rate > 0.95
`,
};
