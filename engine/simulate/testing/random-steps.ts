/** What is done to random small networks, for properties of the physics. */
import fc from 'fast-check';
import type { PolicyPlan } from '../../timeline/network.ts';
import { DEEPEST_REORG, NODES } from './random-network.ts';

/** One step of a random scenario; numbers are reduced to what exists. */
export type Step =
  | { readonly do: 'pay'; readonly n: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'stop' | 'start'; readonly node: number }
  | { readonly do: 'mine'; readonly blocks: number }
  | { readonly do: 'open'; readonly from: number; readonly to: number; readonly sat: number; readonly push: number }
  | { readonly do: 'close'; readonly channel: number; readonly force: boolean; readonly side: number }
  | { readonly do: 'fund'; readonly node: number; readonly sat: number }
  | { readonly do: 'crash'; readonly node: number }
  | { readonly do: 'connect' | 'disconnect'; readonly a: number; readonly b: number }
  | { readonly do: 'partition'; readonly mask: number }
  | { readonly do: 'heal' }
  | { readonly do: 'send'; readonly from: number; readonly to: number; readonly sat: number }
  | { readonly do: 'latency'; readonly channel: number; readonly us: number }
  | { readonly do: 'feerate'; readonly perKw: number }
  | {
      readonly do: 'congest';
      readonly low: number;
      readonly factor: number;
      /** In thousandths of a block. */
      readonly backlog: number;
      readonly inflow: number;
      readonly blocks: number;
    }
  | { readonly do: 'cheat'; readonly n: number; readonly away: boolean; readonly blocks: number }
  | { readonly do: 'lose'; readonly n: number; readonly broadcast: boolean }
  | {
      readonly do: 'reorg';
      /** Blocks that are found before it. */
      readonly found: number;
      readonly depth: number;
      /** New blocks beyond those that are undone. */
      readonly more: number;
      readonly empty: boolean;
    }
  | { readonly do: 'create' | 'settle' | 'cancel'; readonly invoice: number }
  | {
      readonly do: 'rebalance';
      readonly out: number;
      readonly into: number;
      readonly msat: number;
      readonly given: boolean;
    }
  | { readonly do: 'policy'; readonly channel: number; readonly policy: PolicyPlan };

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('pay' as const), n: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'start' as const), node: fc.nat(NODES - 1) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mine' as const), blocks: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('create' as const, 'settle' as const, 'cancel' as const),
      invoice: fc.nat(NODES - 1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mine' as const), blocks: fc.integer({ min: 4, max: 160 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      from: fc.nat(NODES - 1),
      to: fc.nat(NODES - 1),
      sat: fc.integer({ min: 10_000, max: 2_000_000 }),
      push: fc.integer({ min: 0, max: 10_000_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      channel: fc.nat(13),
      force: fc.boolean(),
      side: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fund' as const),
      node: fc.nat(NODES - 1),
      sat: fc.integer({ min: 1, max: 1e8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), node: fc.nat(NODES - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('connect' as const, 'disconnect' as const),
      a: fc.nat(NODES - 1),
      b: fc.nat(NODES - 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('partition' as const), mask: fc.nat(63) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      from: fc.nat(NODES - 1),
      to: fc.nat(NODES - 1),
      sat: fc.integer({ min: 1, max: 3_000_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('latency' as const), channel: fc.nat(13), us: fc.nat(300_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('feerate' as const), perKw: fc.integer({ min: 250, max: 5000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('congest' as const),
      low: fc.integer({ min: 250, max: 5000 }),
      factor: fc.constantFrom(1, 3, 50),
      backlog: fc.integer({ min: 0, max: 10_000 }),
      inflow: fc.integer({ min: 0, max: 1500 }),
      blocks: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cheat' as const),
      n: fc.nat(7),
      away: fc.boolean(),
      blocks: fc.constantFrom(0, 1, 200, 2500),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose' as const), n: fc.nat(7), broadcast: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('reorg' as const),
      found: fc.nat(4),
      depth: fc.integer({ min: 1, max: DEEPEST_REORG }),
      more: fc.integer({ min: -DEEPEST_REORG, max: 3 }),
      empty: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rebalance' as const),
      out: fc.nat(13),
      into: fc.nat(13),
      msat: fc.integer({ min: 1000, max: 200_000_000 }),
      given: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('policy' as const),
      channel: fc.nat(30),
      policy: fc.record(
        {
          feeBaseMsat: fc.nat(10_000),
          feeRatePpm: fc.nat(20_000),
          cltvDelta: fc.integer({ min: 1, max: 200 }),
          minHtlcMsat: fc.nat(1_000_000),
          maxHtlcMsat: fc.integer({ min: 1_000_000, max: 1_000_000_000 }),
          disabled: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);
