/** Template `random-traffic`: random payments between many nodes. */
import type { Template } from './template.ts';

export const randomTraffic: Template = {
  name: 'random-traffic',
  summary: 'twenty nodes around three hubs pay each other at random for a day',
  text: `version: 1
name: random-traffic
description: Twenty users around three hubs pay each other for a day, the more the larger their channels are.
seed: 1
duration: 1d

chain:
  mining: { every: 10m, blocks: 1 }

defaults:
  channel: { capacity: 5_000_000 sat, push: 2_500_000 sat }

nodes:
  hub: { count: 3 }
  user: { count: 20, labels: { role: user } }

channels:
  hubs-01: { from: hub-0, to: hub-1, capacity: 16_000_000 sat, push: 8_000_000 sat }
  hubs-12: { from: hub-1, to: hub-2, capacity: 16_000_000 sat, push: 8_000_000 sat }
  hubs-20: { from: hub-2, to: hub-0, capacity: 16_000_000 sat, push: 8_000_000 sat }
  users-near: { from: user, to: hub-0 }
  users-far: { from: user, to: hub-2 }

activity:
  background:
    random: { expected_amount: 50_000 sat, capacity_multiplier: 2 }
    among: { labels: { role: user } }

expect:
  - that: payments('background').count > 50
  - that: payments('background').success_rate > 0.8
`,
};
