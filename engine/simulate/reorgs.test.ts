/**
 * Reorganisations at every point of what happens on-chain, on every model. What must come out is either what comes out
 * without them, to the satoshi, or a table here of who lost by them.
 */
import { describe, expect, it } from 'vitest';
import { STATE } from './channel-lifecycle.ts';
import { HTLC } from './htlcs.ts';
import { OUTCOME, RECORD, TX } from './records.ts';
import { type TestNetwork, TestRun } from './testing/network.ts';

const MODELS = ['lnd', 'cln', 'eclair', 'ldk'] as const;
const DEEPEST = 16;

const world = (run: TestRun) => run.simulation.world;
const state = (run: TestRun, channel = 0): number => world(run).channels.state[channel]!;
const money = (run: TestRun): readonly number[] => {
  const { walletSat, feesSat, abandonedSat } = world(run).chain;
  return [...walletSat, feesSat, abandonedSat];
};

/** Blocks one by one, until a channel is closed; how many it took. */
function mineUntilClosed(run: TestRun, channel = 0): number {
  let blocks = 0;
  for (; state(run, channel) !== STATE.closed && blocks < 3000; blocks++) run.simulation.mine(1);
  return blocks;
}

/** A channel that is force closed with an HTLC of 50,000 sat on it, of which the receiver has the preimage or not. */
function forceClosed(model: string, settled: boolean, closer: number): TestRun {
  const run = new TestRun({
    nodes: [0, 1].map(() => ({ model, walletSat: 100_000 })),
    channels: [{ node0: 0, node1: 1 }],
    payments: [{ source: 0, destination: 1, amountMsat: 50_000_000 }],
    profiles: [{ method: 'invoice', holdUs: settled ? 500_000 : -1 }],
    reorgDepth: DEEPEST,
  });
  run.simulation.pay(0);
  const wanted = settled ? HTLC.fulfilling : HTLC.committed;
  for (let i = 0; i < 100 && world(run).htlcs.state[0] !== wanted; i++) run.simulation.advance(60_000_000, true, 1);
  expect(world(run).htlcs.state[0]).toBe(wanted);
  run.simulation.closeChannel({ channel: 0, force: true, by: closer });
  return run;
}

describe.each(MODELS)('a reorganisation in the life of a force close among nodes of %s', (model) => {
  for (const settled of [true, false]) {
    for (const closer of [0, 1]) {
      it(`changes nothing in the end: HTLC ${settled ? 'claimed' : 'timed out'}, ${closer === 0 ? 'offerer' : 'receiver'} closes`, () => {
        const plain = forceClosed(model, settled, closer);
        const lasts = mineUntilClosed(plain);
        expect(state(plain)).toBe(STATE.closed);
        // The heights at which something is confirmed, those next to them, and some beyond the end.
        const heights = plain.of(RECORD.txConfirmed).map((r) => r[4] - 100);
        const points = new Set([...heights, lasts].flatMap((at) => [at, at + 1, at + 3, at + 8]));
        const seen = new Set<number>();
        for (const at of points) {
          for (const depth of [1, 4, DEEPEST]) {
            for (const empty of [false, true]) {
              const run = forceClosed(model, settled, closer);
              for (let i = 0; i < at; i++) run.simulation.mine(1);
              run.simulation.reorg({ depth, blocks: empty ? depth : 0, empty });
              seen.add(state(run));
              mineUntilClosed(run);
              run.simulation.mine(DEEPEST);
              const what = `after ${at} blocks, ${depth} undone`;
              expect(money(run), what).toEqual(money(plain));
              expect(state(run), what).toBe(STATE.closed);
              expect(world(run).htlcs.live, what).toBe(0);
              expect(run.results.map(({ outcome }) => outcome)).toEqual(plain.results.map(({ outcome }) => outcome));
              expect(run.simulation.brokenInvariant(), what).toBeNull();
            }
          }
        }
        expect([...seen].sort()).toEqual(expect.arrayContaining([STATE.force_closing, STATE.resolving]));
      }, 60_000);
    }
  }
});

/**
 * Node 0 pays node 2 by way of node 1. Node 2 releases the preimage to nobody, and is away when its HTLC expires: node 1
 * closes the channel and takes the HTLC back.
 */
function timedOut(forwarder: string): TestRun {
  const run = new TestRun({
    nodes: ['lnd', forwarder, 'ldk'].map((model) => ({ model, walletSat: 100_000 })),
    channels: [
      { node0: 0, node1: 1, policy1: { cltvDelta: 200 } },
      { node0: 1, node1: 2, policy0: { cltvDelta: 200 } },
    ],
    payments: [{ source: 0, destination: 2, amountMsat: 50_000_000 }],
    profiles: [{ method: 'invoice', invoice: 0 }],
    invoices: [{ name: 'held', node: 2, amountMsat: 50_000_000, hold: true }],
    reorgDepth: DEEPEST,
  });
  run.simulation.createInvoice(0);
  run.simulation.pay(0);
  run.until(10);
  run.simulation.disconnectPeer(1, 2);
  run.simulation.settleInvoice(0);
  run.simulation.stopNode(2);
  const confirmed = (): boolean => run.of(RECORD.txConfirmed).some(([, , kind]) => kind === TX.htlcTimeout);
  for (let i = 0; i < 400 && !confirmed(); i++) run.simulation.mine(1);
  expect(confirmed()).toBe(true);
  expect(run.results).toEqual([]);
  return run;
}

/** Confirmations of the timeout transaction after which each fails the HTLC upstream (losses.ts). */
const FINAL = { lnd: 1, cln: 3, eclair: 8, ldk: 6 } as const;

describe.each(MODELS)('an HTLC that timed out, and whose receiver is back when %s has its timeout undone', (model) => {
  for (let depth = 1; depth <= 9; depth++) {
    const lost = depth >= FINAL[model];
    it(`at ${depth} confirmations: ${lost ? 'it has failed it upstream, and pays' : 'it gets the preimage, and the money'}`, () => {
      const run = timedOut(model);
      run.simulation.mine(depth - 1);
      run.until(20);
      expect(run.results).toHaveLength(lost ? 1 : 0);
      run.simulation.startNode(2);
      const commitment = run.of(RECORD.txConfirmed).find(([, , kind]) => kind === TX.commitment)!;
      const undone = world(run).chain.height - commitment[4] + 1;
      run.simulation.reorg({ depth: undone, blocks: undone + 1, empty: false });
      expect(run.of(RECORD.reorg).map((r) => r.slice(2))).toEqual([[undone, 2, commitment[4] - 1, undone]]);
      run.until(30);
      mineUntilClosed(run, 1);
      run.until(40);
      const kinds = run.of(RECORD.htlcOnChain).map((r) => r[4]);
      expect(kinds).toEqual([2, 1]);
      expect(run.results.map(({ outcome }) => outcome === OUTCOME.Success)).toEqual([!lost]);
      // What it has of the channel with the payer: it is paid there, or it is not.
      const before = 500_000_000;
      const paid = world(run).channels.balanceMsat[1]! - before;
      expect(paid > 50_000_000).toBe(!lost);
      if (lost) expect(paid).toBe(0);
      expect(run.simulation.brokenInvariant()).toBeNull();
    });
  }
});

describe.each(MODELS)('a reorganisation that undoes the funding of a channel of %s', (model) => {
  function opened(opener: string, acceptor: string, blocks: number): TestRun {
    const run = new TestRun({
      nodes: [opener, acceptor].map((name) => ({ model: name, walletSat: 2_000_000 })),
      channels: [],
      later: ['x'],
      reorgDepth: DEEPEST,
    });
    run.simulation.openChannel({
      channel: 0,
      from: 0,
      to: 1,
      capacitySat: 1_000_000,
      pushMsat: 0,
      announced: true,
      policy: {},
      reversePolicy: {},
      latencyUs: 20_000,
    });
    run.until(1);
    for (let i = 0; i < blocks; i++) run.simulation.mine(1);
    run.until(10);
    return run;
  }

  it('counts its depth anew before it is open', () => {
    const run = opened(model, model, 0);
    const { minimumDepth } = world(run).channels;
    const depth = minimumDepth[0]!;
    for (let i = 1; i < depth; i++) run.simulation.mine(1);
    run.simulation.reorg({ depth: depth - 1, blocks: 0, empty: false });
    for (let i = 1; i < depth; i++) run.simulation.mine(1);
    expect(state(run)).toBe(STATE.pending);
    run.simulation.mine(1);
    run.until(11);
    expect(state(run)).toBe(STATE.open);
  });

  // What the others do is beside the point: they are lnd, which goes on.
  const CLOSES = { lnd: [false, false], cln: [false, true], eclair: [false, false], ldk: [true, true] } as const;
  for (const side of [0, 1] as const) {
    const closes = CLOSES[model][side];
    it(`${closes ? 'makes it close' : 'leaves it open'} when it ${side === 0 ? 'opened' : 'accepted'} it`, () => {
      const run = opened(side === 0 ? model : 'lnd', side === 0 ? 'lnd' : model, 12);
      expect(state(run)).toBe(STATE.open);
      expect(world(run).graph.isKnown(0)).toBe(true);
      run.simulation.reorg({ depth: 12, blocks: 0, empty: false });
      expect(world(run).graph.isKnown(0)).toBe(false);
      expect(run.of(RECORD.txUndone).map((r) => r.slice(2))).toEqual([[TX.funding, 0, 1, 1_000_000]]);
      run.until(11);
      expect(state(run)).toBe(closes ? STATE.force_closing : STATE.open);
      if (closes) {
        expect(world(run).channels.broadcaster[0]).toBe(side);
        // The commitment is in the same block as what it spends.
        run.simulation.mine(1);
        expect(state(run)).toBe(STATE.resolving);
      } else {
        run.simulation.mine(5);
        run.until(20);
        expect(world(run).graph.isKnown(0)).toBe(false);
        run.simulation.mine(1);
        run.until(30);
        expect(world(run).graph.isKnown(0)).toBe(true);
      }
      expect(run.simulation.brokenInvariant()).toBeNull();
    });
  }
});

it('a node that was stopped closes when it starts', () => {
  const run = new TestRun({
    nodes: [{ walletSat: 2_000_000 }, { model: 'ldk' }],
    channels: [],
    later: ['x'],
    reorgDepth: DEEPEST,
  });
  const request = {
    capacitySat: 1_000_000,
    pushMsat: 0,
    announced: true,
    policy: {},
    reversePolicy: {},
    latencyUs: 1000,
  };
  run.simulation.openChannel({ channel: 0, from: 0, to: 1, ...request });
  run.until(1);
  run.simulation.mine(6);
  run.until(2);
  expect(state(run)).toBe(STATE.open);
  run.simulation.stopNode(1);
  run.simulation.reorg({ depth: 6, blocks: 7, empty: false });
  run.until(100);
  expect(state(run)).toBe(STATE.open);
  run.simulation.startNode(1);
  run.until(101);
  expect(state(run)).toBe(STATE.force_closing);
});

describe.each(MODELS)('a penalty of %s that is undone', (model) => {
  const cheat = { channel: 0, by: 1, oldState: 'oldest', value: -1 } as const;
  function cheated(): TestRun {
    const run = new TestRun({
      nodes: [0, 1].map(() => ({ model, walletSat: 100_000 })),
      channels: [{ node0: 0, node1: 1 }],
      payments: Array.from({ length: 3 }, () => ({ source: 1, destination: 0, amountMsat: 20_000_000 })),
      oldStates: [cheat],
      reorgDepth: DEEPEST,
    });
    for (let row = 0; row < 3; row++) {
      run.simulation.pay(row);
      run.until(5 * (row + 1));
    }
    run.simulation.cheat(cheat);
    for (let i = 0; i < 30 && world(run).cheats.takenSat === 0; i++) run.simulation.mine(1);
    expect(world(run).cheats).toEqual({ commitments: 1, takenSat: 500_000, keptSat: 0 });
    return run;
  }

  it('counts as taken no more, and is won again', () => {
    const run = cheated();
    const before = money(run);
    run.simulation.reorg({ depth: 1, blocks: 0, empty: false });
    expect(world(run).cheats).toEqual({ commitments: 1, takenSat: 0, keptSat: 0 });
    run.simulation.mine(1);
    expect(world(run).cheats.takenSat).toBe(500_000);
    expect(money(run)).toEqual(before);
    expect(run.of(RECORD.revokedOutput)).toHaveLength(2);
  });

  it('goes with the commitment, and the cheater keeps all when its victim is away from then on', () => {
    const run = cheated();
    const commitment = run.of(RECORD.txConfirmed).find(([, , kind]) => kind === TX.commitment)!;
    run.simulation.stopNode(0);
    run.simulation.reorg({ depth: world(run).chain.height - commitment[4] + 1, blocks: 0, empty: false });
    expect(state(run)).toBe(STATE.force_closing);
    expect(run.of(RECORD.txUndone).some(([, , kind, , where]) => kind === TX.penalty && where === 0)).toBe(true);
    run.simulation.mine(2100);
    expect(world(run).cheats).toEqual({ commitments: 1, takenSat: 0, keptSat: 500_000 });
    expect(run.simulation.brokenInvariant()).toBeNull();
  });
});

describe('coins', () => {
  const closed = (change: Partial<TestNetwork> = {}): TestRun => {
    const run = new TestRun({
      nodes: [{ walletSat: 0 }, { walletSat: 0 }, { walletSat: 0 }],
      channels: [{ node0: 0, node1: 1 }],
      later: ['x'],
      reorgDepth: DEEPEST,
      ...change,
    });
    run.simulation.closeChannel({ channel: 0, force: false, by: 0 });
    run.until(1);
    return run;
  };

  it('of a cooperative close are there when it is confirmed again, and the channel is closed at its depth', () => {
    const run = closed();
    run.simulation.mine(3);
    expect(state(run)).toBe(STATE.closed);
    const after = money(run);
    run.simulation.reorg({ depth: 3, blocks: 0, empty: false });
    expect(state(run)).toBe(STATE.closing);
    expect(money(run)).toEqual([0, 0, 0, 0, 0]);
    expect(Array.from(world(run).channels.balanceMsat.subarray(0, 2))).toEqual([500_000_000, 500_000_000]);
    run.simulation.mine(2);
    expect(money(run)).toEqual(after);
    expect(state(run)).toBe(STATE.closing);
    run.simulation.mine(1);
    expect(state(run)).toBe(STATE.closed);
  });

  it('that were spent meanwhile are owed until their transaction is confirmed again', () => {
    const run = closed();
    run.simulation.mine(1);
    const [had] = money(run);
    run.simulation.sendOnchain({ from: 0, to: 2, sat: 400_000 });
    const left = money(run)[0]!;
    run.simulation.mine(1);
    run.simulation.reorg({ depth: 2, blocks: 0, empty: false });
    expect(Array.from(world(run).chain.walletSat)).toEqual([0, 0, 0]);
    expect(Array.from(world(run).chain.owedSat)).toEqual([had! - left, 0, 0]);
    expect(run.simulation.brokenInvariant()).toBeNull();
    // Both are in the mempool, in their order.
    run.simulation.mine(1);
    expect(Array.from(world(run).chain.owedSat)).toEqual([0, 0, 0]);
    expect(Array.from(world(run).chain.walletSat)).toEqual([left, 500_000, 400_000]);
  });

  it('of blocks that the run does not know how to undo stay', () => {
    const run = closed({ reorgDepth: 2 });
    run.simulation.mine(3);
    const after = money(run);
    run.simulation.reorg({ depth: 9, blocks: 0, empty: false });
    expect(run.of(RECORD.reorg).map((r) => r.slice(2))).toEqual([[2, 0, 101, 9]]);
    expect(money(run)).toEqual(after);
  });
});

describe('a congested mempool', () => {
  it('has again what strangers had in the blocks', () => {
    const run = new TestRun({
      nodes: [{ walletSat: 1_000_000 }, { walletSat: 0 }],
      channels: [{ node0: 0, node1: 1 }],
      blockWeight: 100_000,
      reorgDepth: DEEPEST,
    });
    run.simulation.congestMempool({ lowPerKw: 2000, highPerKw: 9000, weight: 500_000, inflowWeight: 0, blocks: 0 });
    run.simulation.mine(3);
    const { backlog } = world(run).chain.mempool;
    const bands = (): unknown => backlog.bands.map((band) => ({ ...band }));
    const before = bands();
    run.simulation.mine(2);
    expect(bands()).not.toEqual(before);
    run.simulation.reorg({ depth: 2, blocks: 0, empty: false });
    expect(bands()).toEqual(before);
    expect(backlog.weight).toBe(200_000);
    run.simulation.reorg({ depth: 0, blocks: 2, empty: true });
    expect(backlog.weight).toBe(200_000);
  });

  it('lets the two claims of an HTLC compete by fee again', () => {
    // lnd and Eclair would read the preimage in the mempool.
    const run = forceClosed('cln', true, 0);
    run.simulation.stopNode(0);
    const claimed = (): boolean => run.of(RECORD.htlcOnChain).length > 0;
    const expiry = world(run).htlcs.expiry[0]!;
    // The receiver is away, too, until the HTLC has expired.
    run.simulation.stopNode(1);
    run.simulation.mine(expiry - world(run).chain.height + 1);
    run.simulation.startNode(1);
    for (let i = 0; i < 5 && !claimed(); i++) run.simulation.mine(1);
    expect(run.of(RECORD.htlcOnChain).map((r) => r[4])).toEqual([1]);
    run.simulation.stopNode(1);
    run.simulation.congestMempool({ lowPerKw: 2000, highPerKw: 9000, weight: 40_000_000, inflowWeight: 0, blocks: 0 });
    run.simulation.reorg({ depth: 1, blocks: 0, empty: false });
    run.simulation.startNode(0);
    expect(run.of(RECORD.txReplaced).map((r) => r[2])).toEqual([TX.htlcSuccess]);
    for (let i = 0; i < 20 && run.of(RECORD.htlcOnChain).length < 2; i++) run.simulation.mine(1);
    expect(run.of(RECORD.htlcOnChain).map((r) => r[4])).toEqual([1, 2]);
    expect(run.simulation.brokenInvariant()).toBeNull();
  });
});
