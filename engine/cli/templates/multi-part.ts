/** Template `multi-part`: a payment in parts. */
import type { Template } from './template.ts';

export const multiPart: Template = {
  name: 'multi-part',
  summary: 'a payment that no single channel can carry arrives in parts',
  text: `version: 1
name: multi-part
description: Alice pays more than any of her channels can carry. In one part the payment fails, in several it arrives.
seed: 1
duration: 10m

chain:
  mining: { every: 1m, blocks: 1 }

defaults:
  channel: { capacity: 1_000_000 sat }

nodes:
  alice: {}
  hub: { count: 3 }
  shop: {}

channels:
  alice-hubs: { from: alice, to: hub }
  hubs-shop: { from: hub, to: shop }

activity:
  whole:
    source: alice
    destination: shop
    start: 1m
    count: 1
    interval: 1s
    amount: 950_000 sat
    method: invoice
    max_parts: 1
  in-parts:
    source: alice
    destination: shop
    start: 2m
    count: 1
    interval: 1s
    amount: 950_000 sat
    method: invoice
    max_parts: 16

expect:
  - that: payments('in-parts').succeeded == 1
`,
};
