/**
 * The implementations at a glance: what a node of each does without options, in one table that a reader can hold against
 * the sources (they stand at each number in models/NAME).
 */
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import type { NodeModel, Policy } from '../engine/simulate/node-model.ts';
import { TestRun } from '../engine/simulate/testing/network.ts';

interface Figures {
  /** Policy of a new channel of 10,000,000 sat with a peer of the same kind: msat, ppm, blocks, msat, msat. */
  readonly policy: readonly [base: number, ppm: number, delta: number, minimum: number, maximum: number];
  /** Blocks that its invoices ask for, and how long they are good for, s. */
  readonly invoice: readonly [delta: number, seconds: number];
  /** Blocks before the expiry at which a held payment is given back. */
  readonly holdBefore: number;
  /** How long an incomplete set is held, s. */
  readonly mppSeconds: number;
  /** Blocks after the expiry (before it: negative) at which it goes on-chain for an offered and for a received HTLC. */
  readonly deadlines: readonly [offered: number, received: number];
  /** Confirmations that make the close of a channel of 10,000,000 sat final. */
  readonly closeDepth: number;
  /** Longest wait before it signs, ms, and updates at which it signs at once. */
  readonly commit: readonly [ms: number, updates: number];
  /** Announces a channel as disabled so long after its peer has gone, s; Infinity: when somebody wants to use it. */
  readonly disableAfter: number;
  /** How long it takes payments by the policy before the present one, s. */
  readonly formerPolicy: number;
}

const FIGURES: Readonly<Record<string, Figures>> = {
  cln: {
    policy: [1000, 10, 34, 0, 9_900_000_000],
    invoice: [18, 604_800],
    holdBefore: 17,
    mppSeconds: 70,
    deadlines: [1, -17],
    closeDepth: 3,
    commit: [10, 966],
    disableAfter: Infinity,
    formerPolicy: 600,
  },
  eclair: {
    // Of 5,000,000 sat less the reserve no more than 4,500,000 may be in flight.
    policy: [1000, 200, 144, 1, 4_500_000_000],
    invoice: [30, 3600],
    holdBefore: 24,
    mppSeconds: 60,
    deadlines: [0, -24],
    closeDepth: 8,
    commit: [0, 1],
    disableAfter: Infinity,
    formerPolicy: 600,
  },
  ldk: {
    policy: [1000, 0, 72, 1, 2_500_000_000],
    invoice: [42, 3600],
    holdBefore: 39,
    mppSeconds: 180,
    deadlines: [3, -36],
    closeDepth: 6,
    commit: [0, 483],
    disableAfter: 660,
    formerPolicy: 300,
  },
  lnd: {
    policy: [1000, 1, 80, 1000, 9_900_000_000],
    invoice: [80, 86_400],
    holdBefore: 18,
    mppSeconds: 120,
    deadlines: [0, -16],
    closeDepth: 3,
    commit: [50, 10],
    disableAfter: 1200,
    formerPolicy: 0,
  },
};

function figuresOf(name: string): Figures {
  const { world } = new TestRun({
    nodes: [{ model: name }, { model: name }],
    channels: [{ node0: 0, node1: 1, capacitySat: 10_000_000 }],
  }).simulation;
  const model: NodeModel = world.modelOf(0);
  const { timing } = model;
  const policy = {} as Policy;
  world.channels.getPolicy(0, policy);
  const { feeBaseMsat, feeRatePpm, cltvDelta, minHtlcMsat, maxHtlcMsat } = policy;
  return {
    policy: [feeBaseMsat, feeRatePpm, cltvDelta, minHtlcMsat, maxHtlcMsat],
    invoice: [model.invoiceCltvDelta, model.invoiceExpiryUs / 1e6],
    holdBefore: model.holdExpiryDelta,
    mppSeconds: timing.mppTimeoutUs / 1e6,
    deadlines: [model.offeredDeadline(1000) - 1000, model.receivedDeadline(1000) - 1000],
    closeDepth: model.closeDepth(10_000_000),
    commit: [timing.commitDelayUs / 1000, timing.commitBatch],
    disableAfter: timing.disableAfterUs / 1e6,
    formerPolicy: (timing.formerPolicyUs ?? 0) / 1e6,
  };
}

describe('without options', () => {
  it.each(MODEL_KINDS.map(({ name }) => name))('%s', (name) => {
    expect(figuresOf(name)).toEqual(FIGURES[name]);
  });
});
