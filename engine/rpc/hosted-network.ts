/**
 * Simulated nodes of one implementation that live in wall-clock time: a process hosts them for whoever drives it from
 * outside (blast-service.ts). Virtual time follows the clock that is handed in; blocks come at a fixed rhythm, since the
 * driver's own chain is not seen from here.
 *
 * An operation that cannot be done throws a HostError, whose message is a plain sentence for the caller.
 */

import { SimulatorBackend } from '../backends/simulator/simulator-backend.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import { RECORD, type RecordCode, type RecordSink } from '../simulate/records.ts';
import type { NodePlan } from '../timeline/network.ts';
import { pubkeyOf } from '../timeline/pubkey.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Channels that one process can have opened in its life. */
const MAX_CHANNELS = 65_536;

/** One-way delay of every link, µs: as a scenario's default for `latency.link`. */
const LINK_US = 30_000;

/** From open_channel to funding_signed: four messages. */
const NEGOTIATION_US = 4 * LINK_US;

/** Delay of gossip, µs: as a scenario's default for `latency.gossip`. */
const GOSSIP_US = 30_000_000;

/** Answer of a call that was asked for something impossible. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

export interface HostedSettings {
  readonly model: ModelKind;
  /** Coins of each node when it is made, sat. */
  readonly walletSat: number;
  /** Blocks are mined this often, µs, and so many at once. */
  readonly blockEveryUs: number;
  readonly blocks: number;
  readonly height: number;
  /** sat per 1000 weight units. */
  readonly feeratePerKw: number;
  /** Time since the process began, µs, never going back. */
  nowUs(): number;
}

/** A channel as it was asked for. */
export interface HostedChannel {
  readonly id: number;
  readonly source: number;
  readonly destination: number;
}

/** What a network was made of, to make it again. */
export interface HostedNetworkState {
  readonly nodes: number;
  readonly channels: readonly (HostedChannel & { readonly slot: number })[];
  /** Pairs of peers that connect() named, and those that disconnect() keeps apart. */
  readonly connected: readonly (readonly [number, number])[];
  readonly apart: readonly (readonly [number, number])[];
  readonly simulation: ReturnType<SimulatorBackend['capture']>;
}

export class HostedNetwork {
  readonly #settings: HostedSettings;
  readonly #plans: readonly NodePlan[];
  readonly #backend: SimulatorBackend;
  readonly #byKey = new Map<string, number>();
  readonly #byName = new Map<string, number>();
  /** Channels of the protocol by their id, with the number of the name that the simulator knows them by. */
  readonly #channels = new Map<number, { readonly channel: HostedChannel; readonly slot: number }>();
  /** Pairs of peers that connect() named, and those that disconnect() keeps apart. */
  readonly #connected = new Pairs();
  readonly #apart = new Pairs();
  readonly #refusals = new Refusals();
  /** Wall-clock time at which the simulator's time was 0, µs. */
  readonly #beganUs: number;
  #slots = 0;
  #minedUs: number;

  /** Makes `count` nodes, or those of a state, whose time goes on now. */
  constructor(settings: HostedSettings, count: number, from: HostedNetworkState | null = null) {
    this.#settings = settings;
    this.#plans = Array.from({ length: count }, (_, i) => ({
      name: `${settings.model.name}-${String(i).padStart(4, '0')}`,
      model: settings.model.name,
      options: {},
      walletSat: settings.walletSat,
      labels: {},
    }));
    this.#plans.forEach((plan, i) => {
      this.#byName.set(plan.name, i);
      this.#byKey.set(pubkeyOf(plan), i);
    });
    for (const { slot, ...channel } of from?.channels ?? []) {
      this.#channels.set(channel.id, { channel, slot });
      this.#slots = Math.max(this.#slots, slot + 1);
    }
    this.#backend = new SimulatorBackend({ models: [settings.model] });
    for (const [a, b] of from?.connected ?? []) this.#connected.add(a, b);
    for (const [a, b] of from?.apart ?? []) this.#apart.add(a, b);
    const state = from?.simulation;
    this.#backend.start(
      emptyTimeline(this.#plans, settings),
      this.#refusals,
      state === undefined ? undefined : { state, anew: false, originUs: 0 },
    );
    this.#minedUs = this.#backend.simulation.nowUs;
    this.#beganUs = settings.nowUs() - this.#minedUs;
  }

  get size(): number {
    return this.#plans.length;
  }

  /** Plays everything that is due by now. */
  catchUp(): void {
    const nowUs = Math.max(this.#settings.nowUs() - this.#beganUs, this.#backend.simulation.nowUs);
    for (;;) {
      const nextUs = this.#minedUs + this.#settings.blockEveryUs;
      if (nextUs > nowUs) break;
      this.#backend.advance(nextUs, true, Number.POSITIVE_INFINITY);
      this.#backend.mine(this.#settings.blocks);
      this.#minedUs = nextUs;
    }
    this.#backend.advance(nowUs, true, Number.POSITIVE_INFINITY);
  }

  /** @throws HostError when no node has this name */
  node(name: string): number {
    const node = this.#byName.get(name);
    if (node === undefined) throw new HostError(`could not find node ${name}`);
    return node;
  }

  /** @throws HostError when no node has this key */
  nodeOfKey(key: string): number {
    const node = this.#byKey.get(key.toLowerCase());
    if (node === undefined) throw new HostError(`could not find a node with the public key ${key}`);
    return node;
  }

  name(node: number): string {
    return (this.#plans[node] as NodePlan).name;
  }

  /** 33 bytes in hex. */
  pubkey(node: number): string {
    return pubkeyOf(this.#plans[node] as NodePlan);
  }

  walletSat(node: number): number {
    return this.#backend.node(node).walletSat;
  }

  /** Own balance in open channels, rounded down, sat. */
  channelSat(node: number): number {
    return Math.floor(this.#backend.node(node).localBalanceMsat / 1000);
  }

  /** Channels that are not closed, in the order in which they were opened. */
  channels(): readonly HostedChannel[] {
    return [...this.#channels.values()].filter(({ slot }) => this.#live(slot)).map(({ channel }) => channel);
  }

  /** Those of them that are confirmed, and so can be used: what lnd's ListChannels lists. */
  openChannels(): readonly HostedChannel[] {
    return this.channels().filter(({ id }) => {
      const { slot } = this.#channels.get(id) as { readonly slot: number };
      return this.#backend.channel(slot).state === 'open';
    });
  }

  capacitySat(channel: HostedChannel): number {
    return this.#backend.channel((this.#channels.get(channel.id) as { readonly slot: number }).slot).capacitySat;
  }

  /** Nodes that this one is connected to, in order: those it has a channel with, and those that connect() named. */
  peers(node: number): readonly number[] {
    const peers = new Set(this.#connected.of(node));
    for (const { source, destination } of this.channels()) {
      if (source === node) peers.add(destination);
      else if (destination === node) peers.add(source);
    }
    return [...peers].filter((peer) => !this.#apart.has(node, peer)).sort((a, b) => a - b);
  }

  /** @throws HostError when it is the same node */
  connect(node: number, peer: number): void {
    if (node === peer) throw new HostError('a node cannot connect to itself');
    this.#connected.add(node, peer);
    this.#apart.delete(node, peer);
    this.#backend.connectPeer(node, peer);
  }

  /** @throws HostError when they are not connected */
  disconnect(node: number, peer: number): void {
    if (!this.peers(node).includes(peer)) throw new HostError(`${this.name(node)} is not connected to that node`);
    this.#connected.delete(node, peer);
    this.#apart.add(node, peer);
    this.#backend.disconnectPeer(node, peer);
  }

  /**
   * Opens a channel and plays its negotiation, up to the funding transaction, at once: the caller's clock waits for it.
   * @throws HostError with the reason when it is refused, or its id is in use
   */
  open(channel: HostedChannel, amountSat: number, pushSat: number): void {
    if (channel.source === channel.destination) throw new HostError('a node cannot open a channel to itself');
    if (!Number.isSafeInteger(channel.id)) throw new HostError('the channel id is too large');
    if (!Number.isSafeInteger(amountSat) || amountSat <= 0) throw new HostError('the amount must be larger than 0');
    if (!Number.isSafeInteger(pushSat) || pushSat < 0 || pushSat > amountSat) {
      throw new HostError('the amount to push must be from 0 to the amount of the channel');
    }
    const old = this.#channels.get(channel.id);
    if (old !== undefined && this.#live(old.slot)) throw new HostError(`channel ${channel.id} is open already`);
    if (this.#slots === MAX_CHANNELS) throw new HostError('this process has opened as many channels as it can');
    const slot = this.#slots++;
    this.#refusals.take();
    this.#backend.openChannel({
      channel: slot,
      from: channel.source,
      to: channel.destination,
      capacitySat: amountSat,
      pushMsat: pushSat * 1000,
      announced: true,
      policy: {},
      reversePolicy: {},
      latencyUs: LINK_US,
    });
    this.#play(NEGOTIATION_US);
    const refused = this.#refusals.take();
    if (refused !== null) throw new HostError(`could not open the channel: ${refused}`);
    this.#channels.set(channel.id, { channel, slot });
  }

  /** Closes a channel, cooperatively. @throws HostError when there is none, it is not this node's, or it is not open */
  close(id: number, node: number): void {
    const found = this.#channels.get(id);
    if (found === undefined || !this.#live(found.slot)) throw new HostError('could not find open channel');
    if (found.channel.source !== node && found.channel.destination !== node) {
      throw new HostError(`channel ${id} is not a channel of ${this.name(node)}`);
    }
    this.#refusals.take();
    this.#backend.closeChannel({ channel: found.slot, force: false, by: node });
    const refused = this.#refusals.take();
    if (refused !== null) throw new HostError(`could not close the channel: ${refused}`);
  }

  /** Everything, to be made again by the constructor. */
  capture(): HostedNetworkState {
    return {
      nodes: this.size,
      channels: [...this.#channels.values()].map(({ channel, slot }) => ({ ...channel, slot })),
      connected: this.#connected.list(),
      apart: this.#apart.list(),
      simulation: this.#backend.capture(),
    };
  }

  /** What is broken in the network, or null. */
  check(): string | null {
    return this.#backend.check();
  }

  #live(slot: number): boolean {
    return !['none', 'closed', 'closing', 'force_closing', 'resolving'].includes(this.#backend.channel(slot).state);
  }

  /** Lets virtual time run ahead of the clock, which catches up later. */
  #play(us: number): void {
    this.#backend.advance(this.#backend.simulation.nowUs + us, true, Number.POSITIVE_INFINITY);
  }
}

/** Pairs of nodes, the same in either order. */
class Pairs {
  readonly #pairs = new Map<string, readonly [number, number]>();

  has(a: number, b: number): boolean {
    return this.#pairs.has(this.#key(a, b));
  }

  add(a: number, b: number): void {
    this.#pairs.set(this.#key(a, b), [Math.min(a, b), Math.max(a, b)]);
  }

  delete(a: number, b: number): void {
    this.#pairs.delete(this.#key(a, b));
  }

  /** The others of the pairs that a node is in. */
  of(node: number): readonly number[] {
    return this.list().flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : []));
  }

  list(): readonly (readonly [number, number])[] {
    return [...this.#pairs.values()];
  }

  #key(a: number, b: number): string {
    return `${Math.min(a, b)}-${Math.max(a, b)}`;
  }
}

/** Hears why something was refused. */
class Refusals implements RecordSink {
  readonly #texts: string[] = [];
  /** Reason of the last opening or close that was refused; null once it was asked for. */
  #last: string | null = null;

  record(code: RecordCode, _timeUs: number, _a: number, _b: number, c: number): void {
    if (code === RECORD.openRejected || code === RECORD.closeRejected) this.#last = this.#texts[c] ?? 'refused';
  }

  payment(): void {}

  text(number: number, text: string): void {
    this.#texts[number] = text;
  }

  take(): string | null {
    const last = this.#last;
    this.#last = null;
    return last;
  }
}

/** A timeline of nodes in which nothing is planned, with room for channels that are opened later. */
function emptyTimeline(nodes: readonly NodePlan[], { height, feeratePerKw }: HostedSettings): Timeline {
  return {
    format: 'blast-timeline/1',
    name: 'hosted',
    seed: 1,
    durationUs: Number.MAX_SAFE_INTEGER,
    epochMs: 0,
    chain: { height, feeratePerKw },
    gossipUs: GOSSIP_US,
    network: { nodes, channels: [] },
    channelNames: Array.from({ length: MAX_CHANNELS }, (_, i) => `channel-${i}`),
    activities: [],
    expectations: [],
    length: 0,
    timeUs: new Float64Array(0),
    phase: new Uint8Array(0),
    ref: new Int32Array(0),
    payments: {
      length: 0,
      source: new Int32Array(0),
      destination: new Int32Array(0),
      amountMsat: new Float64Array(0),
      activity: new Int32Array(0),
      nth: new Int32Array(0),
    },
    actions: [],
  };
}
