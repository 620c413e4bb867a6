/** Who is connected to whom at processes that are made up: what events and partitions ask for, and what is told of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATE } from '../../simulate/channel-lifecycle.ts';
import { RECORD } from '../../simulate/records.ts';
import { ChannelBook } from './channel-book.ts';
import { type Driver, DriverRefusal } from './driver.ts';
import { PeerLinks } from './peer-links.ts';
import { ProcessCalls } from './process-calls.ts';
import { stubDriver } from './testing/stub-driver.ts';

/** Nodes 0 to 3 in a line, with a channel each. */
const NODES = 4;
const CHANNELS = [
  [0, 1],
  [1, 2],
  [2, 3],
] as const;

const pair = (a: number | string, b: number | string): string => [a, b].sort().join('-');

function setUp(calls: Partial<Driver> = {}) {
  const asked: string[] = [];
  /** Pairs that the process has connected. */
  const connected = new Set(CHANNELS.map(([a, b]) => pair(a, b)));
  const driver = stubDriver({
    connect: async (node, peer) => {
      asked.push(`connect ${pair(node.name, peer.name)}`);
      connected.add(pair(node.name, peer.name));
    },
    disconnect: async (node, peer) => {
      asked.push(`disconnect ${pair(node.name, peer.name)}`);
      connected.delete(pair(node.name, peer.name));
    },
    connected: async (node, peer) => connected.has(pair(node.name, peer.name)),
    ...calls,
  });
  const seats = Array.from({ length: NODES }, (_, i) => ({
    name: `node-${i}`,
    driver,
    node: { name: String(i), pubkey: '', address: '' },
    running: true,
  }));
  const written: string[] = [];
  const write = (code: number, a: number, b: number, c: number): void => {
    if (code === RECORD.peers) written.push(`peers ${a} ${b} ${c}`);
    else if (code === RECORD.partition) written.push(`group ${a} of ${b}`);
  };
  const book = new ChannelBook(write);
  CHANNELS.forEach((nodes, name) => {
    book.add({ name, nodes, capacitySat: 1, announced: true, state: STATE.open });
  });
  const clock = { now: () => 0, sleep: async () => {} };
  const processes = new ProcessCalls(clock, { time: () => '2 s', seats });
  const links = new PeerLinks({ seats, book, calls: processes, write, time: () => '2 s' });
  const active = (): boolean[] => book.all.map((one) => one.active);
  return { links, book, asked, connected, written, active };
}

describe('two peers', () => {
  it('part and meet by events, with their channel', async () => {
    const { links, asked, written, active } = setUp();
    await links.disconnect(1, 0);
    expect([links.reachable(0, 1), links.reachable(1, 0), active()]).toEqual([false, false, [false, true, true]]);
    await links.connect(0, 1);
    expect([links.reachable(0, 1), active()]).toEqual([true, [true, true, true]]);
    expect(asked).toEqual(['disconnect 0-1', 'connect 0-1']);
    expect(written).toEqual(['peers 1 0 0', 'peers 0 1 1']);
  });

  it('may be as they are to be already, whatever the process says to it', async () => {
    const { links, active } = setUp({
      connect: async () => {
        throw new DriverRefusal('already connected to peer');
      },
    });
    await links.connect(0, 1);
    expect(active()).toEqual([true, true, true]);
  });

  it.each([
    ['connect', 'be connected to', false],
    ['disconnect', 'be disconnected from', true],
  ] as const)('end the run where a process does not %s them', async (call, words, isConnected) => {
    const { links } = setUp({
      [call]: async () => {
        throw new DriverRefusal('not today');
      },
      connected: async () => isConnected,
    });
    await expect(links[call](0, 1)).rejects.toThrow(
      `E813 fake at nowhere:1: node-0 cannot ${words} node-1 at 2 s: not today`,
    );
  });

  it('that are told to meet during a partition do so when it ends', async () => {
    const { links, asked, active } = setUp();
    await links.partition([[0], [1, 2, 3]]);
    await links.connect(0, 1);
    expect([asked, active()[0]]).toEqual([['disconnect 0-1'], false]);
    await links.heal();
    expect([asked.at(-1), active()[0]]).toEqual(['connect 0-1', true]);
  });

  it('that were parted before a partition stay so after it', async () => {
    const { links, asked } = setUp();
    await links.disconnect(0, 1);
    await links.partition([[0], [1]]);
    await links.heal();
    expect(asked).toEqual(['disconnect 0-1', 'disconnect 1-2', 'connect 1-2']);
    expect(links.reachable(0, 1)).toBe(false);
  });

  it('that are parted during a partition stay so after it', async () => {
    const { links, connected } = setUp();
    await links.partition([[0], [1, 2, 3]]);
    await links.disconnect(0, 1);
    await links.heal();
    expect([links.reachable(0, 1), connected.has('0-1')]).toEqual([false, false]);
  });
});

describe('a partition', () => {
  it('cuts the pairs between groups and the rest, and tells of them', async () => {
    const { links, asked, written, active } = setUp();
    await links.partition([[0, 1], [2]]);
    expect(asked).toEqual(['disconnect 1-2', 'disconnect 2-3']);
    expect(written).toEqual(['group 1 of 2', 'group 2 of 1']);
    expect(active()).toEqual([true, false, false]);
    expect([links.reachable(0, 1), links.reachable(0, 3), links.reachable(2, 3)]).toEqual([true, false, false]);
  });

  it('that follows another one connects what it does not cut', async () => {
    const { links, asked } = setUp();
    await links.partition([[0, 1]]);
    await links.partition([[0, 1, 2]]);
    expect(asked).toEqual(['disconnect 1-2', 'disconnect 2-3', 'connect 1-2']);
  });

  it('leaves channels alone that are over', async () => {
    const { links, asked, book } = setUp();
    book.observe(book.named(0)!, { id: 0, state: 'closed' });
    await links.partition([[0], [1, 2, 3]]);
    expect(asked).toEqual([]);
  });
});

describe('whatever events there are', () => {
  it('peers with a channel are connected just where nothing keeps them apart', async () => {
    const node = fc.integer({ min: 0, max: NODES - 1 });
    const channel = fc.constantFrom(...CHANNELS);
    const step = fc.oneof(
      fc.tuple(fc.constant('connect' as const), channel),
      fc.tuple(fc.constant('disconnect' as const), channel),
      fc.tuple(fc.constant('partition' as const), fc.uniqueArray(node, { maxLength: NODES })),
      fc.tuple(fc.constant('heal' as const), fc.constant(null)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { links, connected, active } = setUp();
        for (const [what, of] of steps) {
          if (what === 'heal') await links.heal();
          else if (what === 'partition') await links.partition([of]);
          else await links[what](...(of as readonly [number, number]));
        }
        const reachable = CHANNELS.map(([a, b]) => links.reachable(a, b));
        expect(CHANNELS.map(([a, b]) => connected.has(pair(a, b)))).toEqual(reachable);
        expect(active()).toEqual(reachable);
      }),
    );
  });
});
