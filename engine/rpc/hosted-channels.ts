/** The channels of a hosted network by the numbers that clients know them by: opening, closing, policies. */
import type { PolicyObservation } from '../backends/backend.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { HostError } from './host-error.ts';
import type { HostedChannel } from './hosted-channel.ts';
import type { HostedNodes } from './hosted-nodes.ts';
import type { HostedRecords } from './hosted-records.ts';
import type { HostedSimulation } from './hosted-simulation.ts';

/** Most channels that one network can have had. */
const MAX_CHANNELS = 1 << 20;

/** A channel's capacity in msat is a safe integer. */
export const MAX_CAPACITY_SAT: number = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** One-way delay of every link, µs: as a scenario's default for `latency.link`. */
export const LINK_US = 30_000;

/** Messages from open_channel to funding_signed. */
const NEGOTIATION_MESSAGES = 4;

export interface HostedOpening {
  /** Absent: a new one. */
  readonly id?: number;
  readonly source: number;
  readonly destination: number;
  readonly capacitySat: number;
  readonly pushMsat: number;
  readonly announced: boolean;
  readonly policy: PolicyPlan;
  readonly peerPolicy: PolicyPlan;
  readonly latencyUs: number;
}

/** Channels as they were asked for; the simulator knows them by the numbers of their names. */
export class HostedChannelTable {
  /** The latest channel of each number, and all of them by the number of the name. */
  readonly byId: Map<number, HostedChannel> = new Map();
  readonly bySlot: Map<number, HostedChannel> = new Map();
  nextId = 0;

  constructor(channels: readonly HostedChannel[]) {
    for (const channel of channels) this.add(channel);
  }

  add(channel: HostedChannel): void {
    this.byId.set(channel.id, channel);
    this.bySlot.set(channel.slot, channel);
    this.nextId = Math.max(this.nextId, channel.id + 1);
  }
}

export class HostedChannels {
  readonly #table: HostedChannelTable;
  readonly #simulation: HostedSimulation;
  readonly #records: HostedRecords;
  readonly #nodes: HostedNodes;

  constructor(table: HostedChannelTable, simulation: HostedSimulation, records: HostedRecords, nodes: HostedNodes) {
    this.#table = table;
    this.#simulation = simulation;
    this.#records = records;
    this.#nodes = nodes;
  }

  /** Channels that are neither closed nor closing, in the order in which they were opened. */
  live(): readonly HostedChannel[] {
    return [...this.#table.bySlot.values()].filter((channel) => this.#isLive(channel));
  }

  /** Those of them that are confirmed, and so can be used: what lnd's ListChannels lists. */
  open(): readonly HostedChannel[] {
    return this.live().filter((channel) => this.stateOf(channel) === 'open');
  }

  /** All channels that there are or were, in the order in which they were opened. */
  every(): readonly HostedChannel[] {
    return [...this.#table.bySlot.values()].filter((channel) => this.stateOf(channel) !== 'none');
  }

  /** The latest channel of this number. @throws HostError when there was none */
  ofId(id: number): HostedChannel {
    const found = this.#table.byId.get(id);
    if (found === undefined) {
      throw new HostError(`could not find channel ${id}`, 'unknown_channel', { subject: String(id) });
    }
    return found;
  }

  capacitySat({ slot }: HostedChannel): number {
    return this.#simulation.backend.channel(slot).capacitySat;
  }

  /** As observedState() tells it. */
  stateOf({ slot }: HostedChannel): string {
    return this.#simulation.backend.channel(slot).state;
  }

  /** The direction of a channel that leaves one of its ends. @throws HostError when the node is none of them */
  edgeOf(channel: HostedChannel, node: number): number {
    const instance = this.#simulation.world.byName[channel.slot] as number;
    if (node === channel.source) return 2 * instance;
    if (node === channel.destination) return 2 * instance + 1;
    const what = `channel ${channel.id} is not a channel of ${this.#nodes.name(node)}`;
    throw new HostError(what, 'invalid_value', { field: 'node', subject: this.#nodes.name(node) });
  }

  /**
   * Opens a channel and plays its negotiation, up to the funding transaction, at once: the caller's clock waits for it.
   * @throws HostError with the reason when it is refused, or its number is in use
   */
  create(opening: HostedOpening): HostedChannel {
    const { source, destination, capacitySat, pushMsat, announced, policy, peerPolicy, latencyUs } = opening;
    const id = opening.id ?? this.#table.nextId;
    this.#check(id, opening);
    const { timeline } = this.#simulation;
    const channel: HostedChannel = { id, source, destination, slot: timeline.addChannel() };
    this.#simulation.sync();
    this.#table.bySlot.set(channel.slot, channel);
    try {
      this.#records.orRefused('could not open the channel', () => {
        this.#simulation.backend.openChannel({
          channel: channel.slot,
          from: source,
          to: destination,
          capacitySat,
          pushMsat,
          announced,
          policy,
          reversePolicy: peerPolicy,
          latencyUs,
        });
        this.#simulation.advance(this.#simulation.timeUs + NEGOTIATION_MESSAGES * latencyUs);
      });
    } catch (error) {
      this.#table.bySlot.delete(channel.slot);
      throw error;
    }
    this.#table.add(channel);
    return channel;
  }

  /** Begins to close a channel. @throws HostError when there is none, it is not this node's, or it is not open */
  close(id: number, node: number | null, force: boolean): HostedChannel {
    const channel = this.#table.byId.get(id);
    if (channel === undefined || !(force ? this.#isThere(channel) : this.#isLive(channel))) {
      const reason = channel === undefined ? 'unknown_channel' : 'refused';
      throw new HostError('could not find open channel', reason, { field: 'channel_id', subject: String(id) });
    }
    const by = node ?? channel.source;
    this.edgeOf(channel, by);
    this.#records.orRefused('could not close the channel', () =>
      this.#simulation.backend.closeChannel({ channel: channel.slot, force, by }),
    );
    return channel;
  }

  /** @throws HostError when the channel is closing or closed */
  setPolicy(channel: HostedChannel, node: number, policy: PolicyPlan): void {
    this.edgeOf(channel, node);
    this.#nodes.checkRunning(node);
    if (!this.#isLive(channel)) {
      throw new HostError(`channel ${channel.id} is closing or closed`, 'refused', { field: 'channel_id' });
    }
    this.#simulation.backend.setPolicy({ channel: channel.slot, node, policy });
  }

  /** Changes the one-way delay of links, µs. */
  setLatency(channels: readonly HostedChannel[], latencyUs: number): void {
    this.#simulation.backend.setLatency({ channels: channels.map(({ slot }) => slot), latencyUs });
  }

  /** The policy of a direction that is in force, or the one that the public knows: null when it knows none. */
  policy(edge: number, whose: 'in_force' | 'known'): PolicyObservation | null {
    const policy = { ...BLANK_POLICY };
    const { channels, graph } = this.#simulation.world;
    if (whose === 'in_force') channels.getPolicy(edge, policy);
    else if (graph.isKnown(edge)) graph.getPolicy(edge, policy);
    else return null;
    return policy;
  }

  /** Those that are kept with the network. */
  capture(): readonly HostedChannel[] {
    return [...this.#table.bySlot.values()];
  }

  /** @throws HostError when there cannot be such a channel */
  #check(id: number, { source, destination, capacitySat, pushMsat }: HostedOpening): void {
    if (source === destination) {
      throw new HostError('a node cannot open a channel to itself', 'invalid_value', { field: 'peer' });
    }
    if (!Number.isSafeInteger(id) || id === Number.MAX_SAFE_INTEGER) {
      throw new HostError('the channel id is too large', 'invalid_value', { field: 'channel_id' });
    }
    if (!Number.isSafeInteger(capacitySat) || capacitySat <= 0 || capacitySat > MAX_CAPACITY_SAT) {
      const what = capacitySat > 0 ? 'the amount is too large' : 'the amount must be larger than 0';
      throw new HostError(what, 'invalid_value', { field: 'capacity_sat' });
    }
    if (!Number.isSafeInteger(pushMsat) || pushMsat < 0 || pushMsat > capacitySat * 1000) {
      const what = 'the amount to push must be from 0 to the amount of the channel';
      throw new HostError(what, 'invalid_value', { field: 'push_msat' });
    }
    const old = this.#table.byId.get(id);
    if (old !== undefined && this.#isLive(old)) {
      throw new HostError(`channel ${id} is open already`, 'channel_exists', {
        field: 'channel_id',
        subject: String(id),
      });
    }
    if (this.#simulation.timeline.channels === MAX_CHANNELS) {
      throw new HostError('this process has opened as many channels as it can', 'limit');
    }
  }

  #isLive(channel: HostedChannel): boolean {
    return ['opening', 'pending', 'open'].includes(this.stateOf(channel));
  }

  /** It is not on-chain yet. */
  #isThere(channel: HostedChannel): boolean {
    return this.#isLive(channel) || this.stateOf(channel) === 'closing';
  }
}

/** What a policy is read into. */
const BLANK_POLICY: { -readonly [K in keyof PolicyObservation]: PolicyObservation[K] } = {
  feeBaseMsat: 0,
  feeRatePpm: 0,
  cltvDelta: 0,
  minHtlcMsat: 0,
  maxHtlcMsat: 0,
  disabled: false,
  inboundFeeBaseMsat: 0,
  inboundFeeRatePpm: 0,
};
