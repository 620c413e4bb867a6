/**
 * Every ordered pair of implementations opens channels: what they agree on, how small and how large a channel may be, and
 * what one of them refuses and why. Expected values are those of the sources that models/NAME/channel-opening.ts names.
 * docs/opening-matrix.md shows what was seen; after an intended change `npx vitest run -u tests/interop` writes it anew.
 */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../engine/base/json.ts';
import { MODEL_KINDS } from '../../engine/kinds/registry.ts';
import { STATE } from '../../engine/simulate/channel-lifecycle.ts';
import { brokenInvariant } from '../../engine/simulate/invariants.ts';
import { OUTCOME, RECORD } from '../../engine/simulate/records.ts';
import { TestRun } from '../../engine/simulate/testing/network.ts';
import { ROOT } from '../testing/command.ts';
import { table } from './document.ts';

const names = MODEL_KINDS.map(({ name }) => name);
const PAIRS = names.flatMap((opener) => names.map((acceptor) => [opener, acceptor] as const));

type Options = Readonly<Record<string, Json>>;

/** Tries to open a channel at once. */
function open(
  opener: string,
  acceptor: string,
  sat: number,
  of: { opener?: Options; acceptor?: Options } = {},
): TestRun {
  const run = new TestRun({
    nodes: [
      { model: opener, walletSat: 100_000_000_000, options: of.opener ?? {} },
      { model: acceptor, walletSat: 100_000_000_000, options: of.acceptor ?? {} },
    ],
    channels: [],
    later: ['new'],
    payments: [{ source: 0, destination: 1, amountMsat: 50_000_000 }],
    gossipUs: 1000,
  });
  const request = { channel: 0, from: 0, to: 1, capacitySat: sat, pushMsat: 0, announced: true, latencyUs: 1000 };
  run.simulation.openChannel({ ...request, policy: {}, reversePolicy: {} });
  run.until(1);
  return run;
}

function refusal(run: TestRun): string | null {
  const [record] = run.of(RECORD.openRejected);
  return record === undefined ? null : run.texts[record[4]]!;
}

/** What an implementation demands of its peer. */
interface Demand {
  readonly dustSat: number;
  readonly reserveSat: number;
  readonly slots: number;
  readonly inFlightMsat: number;
  readonly minimumMsat: number;
  readonly delay: number;
}

const SIZES = [1_000_000, 5_000_000, 16_000_000] as const;

/** By implementation and size; what is said once does not depend on the size. */
const DEMANDS: Readonly<Record<string, (size: 0 | 1 | 2) => Demand>> = {
  cln: (i) => ({
    dustSat: 546,
    reserveSat: [10_000, 50_000, 160_000][i]!,
    slots: 30,
    inFlightMsat: Infinity,
    minimumMsat: 0,
    delay: 144,
  }),
  eclair: (i) => ({
    dustSat: 546,
    reserveSat: [10_000, 50_000, 160_000][i]!,
    slots: 30,
    inFlightMsat: [450_000_000, 2_250_000_000, 5_000_000_000][i]!,
    minimumMsat: 1,
    delay: 720,
  }),
  ldk: (i) => ({
    dustSat: 354,
    reserveSat: [10_000, 50_000, 160_000][i]!,
    slots: 50,
    inFlightMsat: [250_000_000, 1_250_000_000, 4_000_000_000][i]!,
    minimumMsat: 1,
    delay: 144,
  }),
  lnd: (i) => ({
    dustSat: 354,
    reserveSat: [10_000, 50_000, 160_000][i]!,
    slots: 483,
    inFlightMsat: [990_000_000, 4_950_000_000, 15_840_000_000][i]!,
    minimumMsat: 1,
    delay: [144, 600, 1922][i]!,
  }),
};

/** Confirmations that an implementation asks of a channel that is opened to it, by size. */
const DEPTHS: Readonly<Record<string, readonly [number, number, number]>> = {
  cln: [3, 3, 3],
  eclair: [8, 8, 8],
  ldk: [6, 6, 6],
  lnd: [1, 1, 5],
};

/** Confirmations that an opener waits for whatever its peer asks. */
const OWN_DEPTH: Readonly<Record<string, number>> = { eclair: 8 };

/** Feerate of the commitment by its funder, at an estimate of 250 and of 5,000 sat a 1000 weight units. */
const FEERATES: Readonly<Record<string, readonly [number, number]>> = {
  cln: [1250, 5000],
  eclair: [316, 2500],
  ldk: [253, 5000],
  lnd: [253, 2500],
};

const seen: (readonly string[])[] = [];

describe.each(PAIRS)('%s opens a channel to %s', (opener, acceptor) => {
  it('on the terms of both', () => {
    SIZES.forEach((sat, i) => {
      const size = i as 0 | 1 | 2;
      const run = open(opener, acceptor, sat);
      expect(refusal(run), `${sat} sat`).toBeNull();
      const { channels } = run.simulation.world;
      // What a side demands binds the other one; its dust limit is its own.
      [opener, acceptor].forEach((name, side) => {
        const demand = DEMANDS[name]!(size);
        const other = 1 - side;
        const got: Demand = {
          dustSat: channels.dustMsat[side]! / 1000,
          reserveSat: channels.reserveMsat[other]! / 1000,
          slots: channels.maxAcceptedHtlcs[other]!,
          inFlightMsat: Math.min(demand.inFlightMsat, channels.maxInFlightMsat[other]!),
          minimumMsat: channels.peerHtlcMinimumMsat[other]!,
          delay: channels.toSelfDelay[other]!,
        };
        const expected = demand.inFlightMsat === Infinity ? { ...demand, inFlightMsat: got.inFlightMsat } : demand;
        expect(got, `${name} at ${sat} sat`).toEqual(expected);
        if (demand.inFlightMsat === Infinity) expect(got.inFlightMsat).toBeGreaterThanOrEqual(sat * 1000);
      });
      const depth = Math.max(DEPTHS[acceptor]![size], OWN_DEPTH[opener] ?? 0);
      expect(channels.minimumDepth[0], `depth at ${sat} sat`).toBe(depth);
      expect(channels.feeratePerKw[0]).toBe(FEERATES[opener]![0]);
    });
  });

  it('which is there after the depth, and pays', () => {
    const run = open(opener, acceptor, 5_000_000);
    const { simulation } = run;
    const { channels } = simulation.world;
    const depth = channels.minimumDepth[0]!;
    simulation.mine(depth - 1);
    run.until(10);
    expect(channels.state[0]).toBe(STATE.pending);
    simulation.mine(1);
    run.until(20);
    expect(channels.state[0]).toBe(STATE.open);
    // Gossip has it after six blocks; the own channel is used before.
    simulation.pay(0);
    run.until(100);
    expect(run.results).toMatchObject([{ outcome: OUTCOME.Success, parts: 1, feeMsat: 0 }]);
    simulation.mine(6);
    run.until(200);
    expect([...simulation.world.graph.known.subarray(0, 2)]).toEqual([1, 1]);
    expect(brokenInvariant(simulation.world)).toBeNull();
  });

  it('of these sizes, and says why not of others', () => {
    const fits = (sat: number): boolean => refusal(open(opener, acceptor, sat)) === null;
    const [least, tooSmall] = border(1_000_000, 0, fits);
    const [most, tooLarge] = border(1_000_000, LARGEST_TRIED, fits);
    const small = refusal(open(opener, acceptor, tooSmall))!;
    const large = most >= LARGEST_TRIED - 1 ? '' : refusal(open(opener, acceptor, tooLarge))!;
    expect([least, large === '' ? Infinity : most]).toEqual(LIMITS[opener]![acceptor]);
    seen.push([opener, acceptor, `${least}`, small, large === '' ? 'no limit found' : `${most}`, large]);
  });
});

/** Above everything that an implementation names as its largest channel. */
const LARGEST_TRIED = 12_000_000_000;
/** 2^24 − 1 sat: the largest channel without option_support_large_channel. */
const NO_WUMBO = 16_777_215;
/** eclair:resources/reference.conf:channel.max-funding-satoshis: 50 BTC. */
const ECLAIR_MOST = 5_000_000_000;

/**
 * Smallest and largest channel by opener and acceptor, sat. lnd takes 20,000 and nothing large, Eclair 100,000 to 50 BTC of
 * others. An Eclair opener does not accept a reserve above 5 %, which LDK's 1000 sat are below 20,000. An LDK acceptor wants
 * the funder's balance to reach the reserve after anchors and the fee of four HTLCs. Core Lightning wants 10,000 sat
 * beyond reserves, anchors and fee, and no more than the peer takes in flight counts: 45 % of Eclair's, 25 % of LDK's. As
 * the acceptor it asks for 1 %, or the opener's dust limit; lnd wants both reserves above both dust limits, 546 sat.
 */
const LIMITS: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  cln: {
    cln: [10_000 + 2 * 546 + 660 + 1405, Infinity],
    eclair: [100_000, ECLAIR_MOST],
    ldk: [40_000, Infinity],
    lnd: [20_000, NO_WUMBO],
  },
  eclair: {
    cln: [22_223, ECLAIR_MOST],
    eclair: [100_000, ECLAIR_MOST],
    ldk: [20_000, ECLAIR_MOST],
    lnd: [20_000, NO_WUMBO],
  },
  ldk: {
    cln: [40_000, Infinity],
    eclair: [100_000, ECLAIR_MOST],
    ldk: [1000 + 660 + 458, Infinity],
    lnd: [20_000, NO_WUMBO],
  },
  lnd: {
    cln: [54_600, NO_WUMBO],
    eclair: [100_000, NO_WUMBO],
    ldk: [20_000, NO_WUMBO],
    lnd: [20_000, NO_WUMBO],
  },
};

/** The last size that fits and the first that does not, between one that does and one that does not. */
function border(fitting: number, not: number, fits: (sat: number) => boolean): readonly [number, number] {
  let [good, bad] = [fitting, not];
  while (Math.abs(good - bad) > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return [good, bad];
}

describe('feerates', () => {
  it.each(names)('of commitments that %s pays for', (name) => {
    for (const [i, estimate] of [250, 5000].entries()) {
      const nodes = [{ model: name, walletSat: 1e9 }, { model: name }];
      const run = new TestRun({ nodes, channels: [{ node0: 0, node1: 1 }], feeratePerKw: estimate });
      expect(run.simulation.world.channels.feeratePerKw[0]).toBe(FEERATES[name]![i]);
    }
  });
});

describe('what one side refuses', () => {
  /** Opener, its options, acceptor, its options, size, reason. */
  const REFUSALS: readonly (readonly [string, Options, string, Options, number, string])[] = [
    ['lnd', {}, 'lnd', { min_channel_sat: 500_000 }, 400_000, 'channel too small: 400000 sat, min 500000 sat'],
    ['lnd', {}, 'lnd', { max_channel_sat: 300_000 }, 400_000, 'channel too large: 400000 sat, max 300000 sat'],
    ['lnd', { wumbo: true }, 'lnd', {}, 20_000_000, 'channel too large: 20000000 sat, max 16777215 sat'],
    [
      'lnd',
      {},
      'lnd',
      { wumbo: true },
      20_000_000,
      'funding amount is too large, the max channel size is: 16777215 sat',
    ],
    [
      'lnd',
      { wumbo: true },
      'lnd',
      { wumbo: true },
      1_000_000_001,
      'channel too large: 1000000001 sat, max 1000000000 sat',
    ],
    ['eclair', { dust_limit_sat: 1063 }, 'lnd', {}, 1_000_000, 'invalid dust limit: 1063 sat'],
    ['lnd', {}, 'eclair', { dust_limit_sat: 1063 }, 1_000_000, 'invalid dust limit: 1063 sat'],
    ['lnd', {}, 'eclair', { min_depth_blocks: 145 }, 1_000_000, 'minimum depth of 145 is too large, max 144'],
    [
      'ldk',
      {},
      'eclair',
      { min_depth_blocks: 145 },
      1_000_000,
      'minimum depth of 145 is unreasonably large, at most 144',
    ],
    ['eclair', { reserve_ppm: 210_000 }, 'lnd', {}, 1_000_000, 'channel reserve too large: 210000 sat, max 200000 sat'],
    ['lnd', {}, 'eclair', { max_csv_delay_blocks: 143 }, 1_000_000, 'unreasonable to_self_delay=144 (max=143)'],
    ['eclair', { max_csv_delay_blocks: 143 }, 'lnd', {}, 1_000_000, 'unreasonable to_self_delay=144 (max=143)'],
    [
      'ldk',
      { reserve_ppm: 60_000 },
      'eclair',
      {},
      1_000_000,
      'channelReserve too high: reserve=60000 sat, max 50000 sat',
    ],
    [
      'ldk',
      {},
      'ldk',
      { min_channel_sat: 50_000 },
      49_999,
      'funding satoshis (49999) is less than the user specified limit (50000)',
    ],
    // LDK's reserve rises with the peer's dust limit.
    ['eclair', { dust_limit_sat: 4000 }, 'ldk', {}, 300_000, ''],
    ['lnd', { max_accepted_htlcs: 5 }, 'lnd', {}, 1_000_000, ''],
    ['eclair', { max_accepted_htlcs: 4 }, 'lnd', {}, 1_000_000, 'maxHtlcs too small: 4'],
    ['ldk', { max_accepted_htlcs: 4 }, 'lnd', {}, 1_000_000, 'maxHtlcs too small: 4'],
  ];

  it.each(REFUSALS)('%s %o to %s %o, %d sat: %s', (opener, ofOpener, acceptor, ofAcceptor, sat, reason) => {
    const run = open(opener, acceptor, sat, { opener: ofOpener, acceptor: ofAcceptor });
    expect(refusal(run) ?? '').toBe(reason);
    // Nobody is out of pocket.
    if (reason !== '') expect(run.simulation.world.chain.walletSat[0]).toBe(100_000_000_000);
  });
});

describe('docs/opening-matrix.md', () => {
  it('is up to date', async () => {
    const terms = names.flatMap((name) =>
      SIZES.map((sat, i) => {
        const d = DEMANDS[name]!(i as 0 | 1 | 2);
        const inFlight = d.inFlightMsat === Infinity ? 'all' : `${d.inFlightMsat / 1000}`;
        const depth = DEPTHS[name]![i]!;
        return [name, sat, d.dustSat, d.reserveSat, d.slots, inFlight, d.minimumMsat, d.delay, depth].map(String);
      }),
    );
    const text = `# What implementations agree on when they open a channel

<!-- Made by tests/interop/opening.test.ts from what the simulator plays. -->

With the options that each has by default; sources stand on the pages of the [models](models.md). All channels are of the
type that all of them prefer for announced channels: anchors, with HTLC transactions that pay no fee.

## What each demands of its peer

Sat, but for the smallest HTLC (msat), to_self_delay and depth (blocks). The dust limit is that of its own commitment, the
depth what it asks as the acceptor. An Eclair opener waits for its own 8 confirmations all the same.

${table(['Implementation', 'Channel', 'Dust limit', 'Reserve', 'HTLCs', 'In flight', 'Smallest HTLC', 'Delay', 'Depth'], terms)}

## How small and how large a channel may be

In sat, and what is said about the next smaller and the next larger one.

${table(['Opener', 'Acceptor', 'Smallest', 'below', 'Largest', 'above'], seen)}
`;
    await expect(text).toMatchFileSnapshot(path.join(ROOT, 'docs/opening-matrix.md'));
  });
});
