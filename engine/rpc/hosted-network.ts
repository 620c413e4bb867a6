/**
 * Simulated nodes that live in wall-clock time: a process hosts them for whoever drives it from outside, in BLAST's
 * protocol (blast-service.ts) or in that of the control plane (control-service.ts). Virtual time follows the clock that is
 * handed in; blocks come at a rhythm, since the driver's own chain is not seen from here, and when they are asked for.
 *
 * An operation that cannot be done throws a HostError.
 */

import type { NodeObservation, PolicyObservation } from '../backends/backend.ts';
import { SimulatorBackend } from '../backends/simulator/simulator-backend.ts';
import { US_PER_SECOND } from '../base/numbers.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import { PAYMENT } from '../simulate/payments.ts';
import type { SimulationState } from '../simulate/state.ts';
import type { World } from '../simulate/world.ts';
import type { NodePlan, PolicyPlan } from '../timeline/network.ts';
import { pubkeyOf } from '../timeline/pubkey.ts';
import type { InvoicePlan } from '../timeline/timeline.ts';
import { HostError, within } from './host-error.ts';
import type { HostedChannel } from './hosted-channel.ts';
import type { HostedListener } from './hosted-events.ts';
import { type HostedPayment, HostedPayments } from './hosted-payments.ts';
import { HostedRecords } from './hosted-records.ts';
import { type HostedPaymentPlan, type HostedSettings, HostedTimeline } from './hosted-timeline.ts';
import { NodePairs } from './node-pairs.ts';

/** Most nodes, channels, invoices and payments that one network can have had. */
export const MAX_NODES = 10_000;
const MAX_CHANNELS = 1 << 20;
const MAX_INVOICES = 1 << 16;
const MAX_PAYMENTS = 1 << 20;

/** All coins there are, sat: so many can be in wallets and channels together. */
const MAX_SUPPLY_SAT = 21_000_000 * 100_000_000;

/** A channel's capacity in msat is a safe integer. */
export const MAX_CAPACITY_SAT: number = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** One-way delay of every link, µs: as a scenario's default for `latency.link`. */
export const LINK_US = 30_000;

/** Delay of gossip, µs: as a scenario's default for `latency.gossip`. */
const GOSSIP_US = 30 * US_PER_SECOND;

/** Messages from open_channel to funding_signed. */
const NEGOTIATION_MESSAGES = 4;

/** Label that holds a node's alias where it is not the name. */
const ALIAS = 'alias';

const NODE_NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** So many blocks whenever so much time has passed, µs; 0: none by themselves. */
export interface HostedMining {
  readonly blocks: number;
  readonly everyUs: number;
}

export interface HostedNetworkSettings {
  readonly models: readonly ModelKind[];
  /** Name of the model of nodes for which nobody says one. */
  readonly defaultModel: string;
  /** Coins of each node when it is made, sat. */
  readonly walletSat: number;
  readonly mining: HostedMining;
  readonly height: number;
  /** sat per 1000 weight units. */
  readonly feeratePerKw: number;
  /** Delay of gossip, µs; absent: 30 s. */
  readonly gossipUs?: number;
  /** Time since the process began, µs, never going back. */
  nowUs(): number;
}

export interface NewHostedNode {
  /** Empty: made of the model and a number. */
  readonly name: string;
  /** Empty: the name. */
  readonly alias: string;
  readonly model: string;
  readonly options: NodePlan['options'];
  readonly walletSat: number;
}

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

/** What a network was made of, to make it again. */
export interface HostedNetworkState {
  readonly channels: readonly HostedChannel[];
  /** Pairs of peers that connect() named, and those that disconnect() keeps apart. */
  readonly connected: readonly (readonly [number, number])[];
  readonly apart: readonly (readonly [number, number])[];
  readonly settings: HostedSettings;
  readonly mining: HostedMining;
  /** Virtual time of the last blocks that came by themselves. */
  readonly minedUs: number;
  /** Payments that were ever made. */
  readonly payments: number;
  readonly simulation: SimulationState;
}

export class HostedNetwork {
  readonly #settings: HostedNetworkSettings;
  readonly #listener: HostedListener;
  readonly #timeline: HostedTimeline;
  readonly #records: HostedRecords;
  readonly #payments = new HostedPayments();
  readonly #byKey = new Map<string, number>();
  readonly #byName = new Map<string, number>();
  /** The latest channel of each number, and all of them by the number of the name that the simulator knows them by. */
  readonly #channels = new Map<number, HostedChannel>();
  readonly #bySlot = new Map<number, HostedChannel>();
  /** Pairs of peers that connect() named, and those that disconnect() keeps apart. */
  readonly #connected = new NodePairs();
  readonly #apart = new NodePairs();
  #backend: SimulatorBackend;
  /** The timeline that the backend was started with. */
  #played: HostedTimeline['timeline'];
  /** Wall-clock time at which the simulator's time was 0, µs. */
  #beganUs: number;
  #mining: HostedMining;
  #minedUs: number;
  #nextId = 0;

  /** A network without nodes, or that of a state, whose time goes on now. @throws HostError when a model is not there */
  constructor(settings: HostedNetworkSettings, listener: HostedListener, from: HostedNetworkState | null = null) {
    this.#settings = settings;
    this.#listener = listener;
    const { height, feeratePerKw, gossipUs = GOSSIP_US, mining } = settings;
    this.#timeline =
      from === null
        ? new HostedTimeline({ height, feeratePerKw, gossipUs })
        : HostedTimeline.of(from.settings, from.simulation, from.payments);
    for (const { model } of this.#timeline.nodes) this.#kind(model);
    this.#timeline.nodes.forEach((plan, n) => {
      this.#index(plan, n);
    });
    for (const channel of from?.channels ?? []) this.#remember(channel);
    for (const [a, b] of from?.connected ?? []) this.#connected.add(a, b);
    for (const [a, b] of from?.apart ?? []) this.#apart.add(a, b);
    const network = this;
    this.#records = new HostedRecords(
      {
        get world() {
          return network.#world;
        },
        channelOf: (slot) => this.#bySlot.get(slot) ?? null,
      },
      this.#payments,
      listener,
      from?.simulation.texts ?? [],
    );
    this.#payments.restore(this.#timeline, from?.simulation.payments ?? [], PAYMENT.running);
    this.#played = this.#timeline.timeline;
    this.#backend = this.#started(from?.simulation ?? null);
    this.#mining = from?.mining ?? mining;
    this.#minedUs = from?.minedUs ?? 0;
    this.#beganUs = settings.nowUs() - this.timeUs;
  }

  get size(): number {
    return this.#timeline.nodes.length;
  }

  /** Virtual time, µs. */
  get timeUs(): number {
    return this.#backend.simulation.nowUs;
  }

  get mining(): HostedMining {
    return this.#mining;
  }

  /** The tables of the simulation, to be read. */
  get world(): World {
    return this.#backend.simulation.world;
  }

  /** Payments that somebody waits for. */
  get awaited(): number {
    return this.#payments.awaited;
  }

  /** Virtual time at which something happens next, µs. */
  get nextUs(): number {
    const { everyUs } = this.#mining;
    const blocksUs = everyUs === 0 ? Number.POSITIVE_INFINITY : this.#minedUs + everyUs;
    return Math.min(this.#backend.simulation.world.queue.peek(), blocksUs);
  }

  /** Virtual time by the clock, which the simulation may be ahead of. */
  get clockUs(): number {
    return this.#settings.nowUs() - this.#beganUs;
  }

  /** Plays everything that is due by now. */
  catchUp(): void {
    const nowUs = Math.max(this.clockUs, this.timeUs);
    const { blocks, everyUs } = this.#mining;
    for (; everyUs > 0 && this.#minedUs + everyUs <= nowUs; ) {
      const nextUs = this.#minedUs + everyUs;
      this.#advance(Math.max(nextUs, this.timeUs));
      this.#backend.mine(blocks);
      this.#minedUs = nextUs;
    }
    this.#advance(nowUs);
  }

  /** Lets so much time pass at once. @throws HostError when too many blocks would come by themselves */
  pass(us: number, mostBlocks: number): void {
    const untilUs = Math.max(this.clockUs, this.timeUs) + us;
    const { blocks, everyUs } = this.#mining;
    const coming = everyUs === 0 ? 0 : Math.floor((untilUs - this.#minedUs) / everyUs) * blocks;
    if (coming > mostBlocks || !Number.isSafeInteger(untilUs)) {
      throw new HostError(`more than ${mostBlocks} blocks would come by themselves`, 'limit');
    }
    this.#beganUs = this.#settings.nowUs() - untilUs;
    this.catchUp();
  }

  // Nodes

  /** Makes nodes: all or, on an error, none. @throws HostError */
  createNodes(wanted: readonly NewHostedNode[]): readonly number[] {
    if (this.size + wanted.length > MAX_NODES) {
      throw new HostError(`a network has ${MAX_NODES} nodes at most`, 'limit', { field: 'nodes' });
    }
    const taken = new Set<string>();
    const coins = wanted.reduce((sum, { walletSat }) => sum + walletSat, 0);
    this.#checkSupply(coins, 'nodes');
    const plans = wanted.map(({ name: wish, alias, model, options, walletSat }, i): NodePlan => {
      const { name: kind } = within(`nodes[${i}].model`, () => this.#kind(model));
      const name = wish === '' ? this.#freeName(kind, taken) : wish;
      const field = `nodes[${i}].name`;
      if (!NODE_NAME.test(name)) {
        throw new HostError('a name has 1 to 100 letters, digits and any of . _ -', 'invalid_value', { field });
      }
      if (this.#byName.has(name) || taken.has(name)) {
        throw new HostError(`there is a node called ${name} already`, 'node_exists', { field, subject: name });
      }
      taken.add(name);
      return {
        name,
        model: kind,
        options,
        walletSat,
        labels: alias === '' || alias === name ? {} : { [ALIAS]: alias },
      };
    });
    const first = this.size;
    for (const plan of plans) {
      this.#index(plan, this.size);
      this.#timeline.addNode(plan);
    }
    this.#sync();
    const made = plans.map((_, i) => first + i);
    for (const node of made) {
      this.#listener({ kind: 'node', node, change: 'created', amountSat: 0 }, this.timeUs);
    }
    return made;
  }

  /** @throws HostError when no node has this name */
  node(name: string): number {
    const node = this.#byName.get(name);
    if (node === undefined) throw new HostError(`could not find node ${name}`, 'unknown_node', { subject: name });
    return node;
  }

  /** @throws HostError when no node has this key */
  nodeOfKey(key: string): number {
    const node = this.#byKey.get(key.toLowerCase());
    if (node === undefined) {
      throw new HostError(`could not find a node with the public key ${key}`, 'unknown_node', { subject: key });
    }
    return node;
  }

  plan(node: number): NodePlan {
    return this.#timeline.nodes[node] as NodePlan;
  }

  name(node: number): string {
    return this.plan(node).name;
  }

  alias(node: number): string {
    const { name, labels } = this.plan(node);
    return labels[ALIAS] ?? name;
  }

  kind(node: number): ModelKind {
    return this.#kind(this.plan(node).model);
  }

  /** 33 bytes in hex. */
  pubkey(node: number): string {
    return pubkeyOf(this.plan(node));
  }

  figures(node: number): NodeObservation {
    return this.#backend.node(node);
  }

  isRunning(node: number): boolean {
    return this.world.running[node] === 1;
  }

  startNode(node: number): void {
    this.#backend.startNode(node);
  }

  stopNode(node: number, crash: boolean): void {
    if (crash) this.#backend.crashNode(node);
    else this.#backend.stopNode(node);
  }

  /** @throws HostError when there are not so many coins in the world */
  fund(node: number, sat: number): void {
    this.#checkSupply(sat, 'amount_sat');
    this.#backend.fund(node, sat);
  }

  /** @throws HostError with the reason when the wallet does not send them */
  sendCoins(from: number, to: number, sat: number): void {
    this.#needsRunning(from);
    this.#records.takeRefusal();
    this.#backend.sendOnchain({ from, to, sat });
    this.#refusal('could not send the coins');
  }

  // Peers

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
    if (node === peer) {
      throw new HostError('a node cannot connect to itself', 'invalid_value', {
        field: 'peer',
        subject: this.name(node),
      });
    }
    this.#connected.add(node, peer);
    this.#apart.delete(node, peer);
    this.#backend.connectPeer(node, peer);
  }

  /** @throws HostError when they are not connected */
  disconnect(node: number, peer: number): void {
    if (!this.peers(node).includes(peer)) {
      const what = `${this.name(node)} is not connected to that node`;
      throw new HostError(what, 'not_connected', { field: 'peer', subject: this.name(peer) });
    }
    this.#connected.delete(node, peer);
    this.#apart.add(node, peer);
    this.#backend.disconnectPeer(node, peer);
  }

  // Channels

  /** Channels that are neither closed nor closing, in the order in which they were opened. */
  channels(): readonly HostedChannel[] {
    return [...this.#bySlot.values()].filter((channel) => this.#live(channel));
  }

  /** Those of them that are confirmed, and so can be used: what lnd's ListChannels lists. */
  openChannels(): readonly HostedChannel[] {
    return this.channels().filter((channel) => this.stateOf(channel) === 'open');
  }

  /** All channels that there are or were, in the order in which they were opened. */
  everyChannel(): readonly HostedChannel[] {
    return [...this.#bySlot.values()].filter(({ slot }) => this.#backend.channel(slot).state !== 'none');
  }

  /** The latest channel of this number. @throws HostError when there was none */
  channel(id: number): HostedChannel {
    const found = this.#channels.get(id);
    if (found === undefined) {
      throw new HostError(`could not find channel ${id}`, 'unknown_channel', { subject: String(id) });
    }
    return found;
  }

  capacitySat({ slot }: HostedChannel): number {
    return this.#backend.channel(slot).capacitySat;
  }

  /** As observedState() tells it. */
  stateOf({ slot }: HostedChannel): string {
    return this.#backend.channel(slot).state;
  }

  /** The direction of a channel that leaves one of its ends. @throws HostError when the node is none of them */
  edgeOf(channel: HostedChannel, node: number): number {
    const instance = this.world.byName[channel.slot] as number;
    if (node === channel.source) return 2 * instance;
    if (node === channel.destination) return 2 * instance + 1;
    const what = `channel ${channel.id} is not a channel of ${this.name(node)}`;
    throw new HostError(what, 'invalid_value', { field: 'node', subject: this.name(node) });
  }

  /**
   * Opens a channel and plays its negotiation, up to the funding transaction, at once: the caller's clock waits for it.
   * @throws HostError with the reason when it is refused, or its number is in use
   */
  open(opening: HostedOpening): HostedChannel {
    const { source, destination, capacitySat, pushMsat, announced, policy, peerPolicy, latencyUs } = opening;
    if (source === destination) {
      throw new HostError('a node cannot open a channel to itself', 'invalid_value', { field: 'peer' });
    }
    const id = opening.id ?? this.#nextId;
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
    const old = this.#channels.get(id);
    if (old !== undefined && this.#live(old)) {
      throw new HostError(`channel ${id} is open already`, 'channel_exists', {
        field: 'channel_id',
        subject: String(id),
      });
    }
    if (this.#timeline.channels === MAX_CHANNELS) {
      throw new HostError('this process has opened as many channels as it can', 'limit');
    }
    const channel: HostedChannel = { id, source, destination, slot: this.#timeline.addChannel() };
    this.#sync();
    this.#bySlot.set(channel.slot, channel);
    this.#records.takeRefusal();
    this.#backend.openChannel({
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
    this.#advance(this.timeUs + NEGOTIATION_MESSAGES * latencyUs);
    try {
      this.#refusal('could not open the channel');
    } catch (error) {
      this.#bySlot.delete(channel.slot);
      throw error;
    }
    this.#remember(channel);
    return channel;
  }

  /** Begins to close a channel. @throws HostError when there is none, it is not this node's, or it is not open */
  close(id: number, node: number | null, force: boolean): HostedChannel {
    const channel = this.#channels.get(id);
    if (channel === undefined || !(force ? this.#isThere(channel) : this.#live(channel))) {
      const reason = channel === undefined ? 'unknown_channel' : 'refused';
      throw new HostError('could not find open channel', reason, { field: 'channel_id', subject: String(id) });
    }
    const by = node ?? channel.source;
    this.edgeOf(channel, by);
    this.#records.takeRefusal();
    this.#backend.closeChannel({ channel: channel.slot, force, by });
    this.#refusal('could not close the channel');
    return channel;
  }

  /** @throws HostError when the channel is closing or closed */
  setPolicy(channel: HostedChannel, node: number, policy: PolicyPlan): void {
    this.edgeOf(channel, node);
    this.#needsRunning(node);
    if (!this.#live(channel)) {
      throw new HostError(`channel ${channel.id} is closing or closed`, 'refused', { field: 'channel_id' });
    }
    this.#backend.setPolicy({ channel: channel.slot, node, policy });
  }

  /** The policy of a direction that is in force, or the one that the public knows: null when it knows none. */
  policy(edge: number, whose: 'in_force' | 'known'): PolicyObservation | null {
    const policy = { ...BLANK_POLICY };
    const { channels, graph } = this.world;
    if (whose === 'in_force') channels.getPolicy(edge, policy);
    else if (graph.isKnown(edge)) graph.getPolicy(edge, policy);
    else return null;
    return policy;
  }

  // Invoices and payments

  /** Answers its index. @throws HostError when the node is stopped */
  createInvoice(plan: Omit<InvoicePlan, 'name'>): number {
    this.#needsRunning(plan.node);
    if (this.#timeline.invoices === MAX_INVOICES) {
      throw new HostError('this network has made as many invoices as it can', 'limit');
    }
    const index = this.#timeline.addInvoice(plan);
    this.#sync();
    this.#backend.createInvoice(index);
    return index;
  }

  /** @throws HostError when there is none of this index */
  invoice(index: number): {
    readonly plan: InvoicePlan;
    readonly state: string;
    readonly payer: string;
    readonly createdUs: number;
    readonly expiresUs: number;
  } {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.#timeline.invoices) {
      throw new HostError(`could not find invoice ${index + 1}`, 'unknown_invoice', { subject: String(index + 1) });
    }
    const plan = this.#timeline.invoice(index);
    const { state, payer } = this.#backend.invoice(index);
    const { invoices, model } = this.world;
    const lifetimeUs = model[plan.node]?.invoiceExpiryUs ?? 0;
    const createdUs = invoices.createdUs[index] as number;
    return { plan, state, payer, createdUs, expiresUs: invoices.expiresUs(index, lifetimeUs) };
  }

  /** @throws HostError when its node holds no payment of it */
  settleInvoice(index: number): void {
    this.#decide(index, ['held'], 'has no payment to settle');
    this.#backend.settleInvoice(index);
  }

  /** @throws HostError when it is over */
  cancelInvoice(index: number): void {
    this.#decide(index, ['open', 'held', 'expired'], 'is over');
    this.#backend.cancelInvoice(index);
  }

  /** Starts a payment. @throws HostError when payer and recipient are the same */
  pay(plan: HostedPaymentPlan): HostedPayment {
    if (plan.source === plan.destination) {
      throw new HostError('a node cannot pay itself', 'invalid_value', { field: 'destination' });
    }
    if (this.#timeline.payments === MAX_PAYMENTS) {
      throw new HostError('this network has made as many payments as it can', 'limit');
    }
    const row = this.#timeline.addPayment(plan);
    const { invoice } = plan.profile;
    if (!this.#sync() && invoice !== undefined) this.world.invoices.name(invoice, row);
    const payment = this.#payments.begin(row, this.#timeline, this.timeUs);
    this.#backend.pay(row);
    return payment;
  }

  /** @throws HostError when there is none of this number, or it is forgotten */
  payment(id: number): HostedPayment {
    return this.#payments.find(id);
  }

  /** The payment when it has ended. @throws HostError as payment() and when the network goes before */
  paymentEnded(id: number): Promise<HostedPayment> {
    return this.#payments.ended(id);
  }

  /** Key of the preimage of a payment. */
  paymentKey({ id }: HostedPayment): readonly [number, number] {
    return this.#timeline.key(id - 1);
  }

  // Chain

  chain(): ReturnType<SimulatorBackend['chain']> {
    return this.#backend.chain();
  }

  mine(blocks: number): void {
    this.#backend.mine(blocks);
  }

  setMining(mining: HostedMining): void {
    this.#mining = mining;
    this.#minedUs = this.timeUs;
  }

  setFeerate(feeratePerKw: number): void {
    this.#backend.setFeerate(feeratePerKw);
  }

  /** Everything, to be made again by the constructor. */
  capture(): HostedNetworkState {
    return {
      channels: [...this.#bySlot.values()],
      connected: this.#connected.list(),
      apart: this.#apart.list(),
      settings: this.#timeline.settings,
      mining: this.#mining,
      minedUs: this.#minedUs,
      payments: this.#timeline.payments,
      simulation: this.#backend.capture(),
    };
  }

  /** The network goes, and nobody needs to wait for its payments any more. */
  abandon(): void {
    this.#payments.abandon(new HostError('the network is gone', 'network_replaced'));
  }

  /** What is broken in the network, or null. */
  check(): string | null {
    return this.#backend.check();
  }

  get #world(): World | null {
    // Asked by the records, which may come while the backend is being made.
    return this.#backend?.simulation.world ?? null;
  }

  #started(state: SimulationState | null): SimulatorBackend {
    const backend = new SimulatorBackend({ models: this.#settings.models });
    this.#played = this.#timeline.timeline;
    backend.start(this.#played, this.#records, state === null ? undefined : { state, anew: false, originUs: 0 });
    return backend;
  }

  /** Makes the simulation again when the timeline has grown; false when it has not. */
  #sync(): boolean {
    if (this.#played === this.#timeline.timeline) return false;
    this.#backend = this.#started(this.#backend.capture());
    return true;
  }

  #advance(untilUs: number): void {
    this.#backend.advance(untilUs, true, Number.POSITIVE_INFINITY);
  }

  #index(plan: NodePlan, node: number): void {
    this.#byName.set(plan.name, node);
    this.#byKey.set(pubkeyOf(plan), node);
  }

  #remember(channel: HostedChannel): void {
    this.#channels.set(channel.id, channel);
    this.#bySlot.set(channel.slot, channel);
    this.#nextId = Math.max(this.#nextId, channel.id + 1);
  }

  #kind(name: string): ModelKind {
    const { models, defaultModel } = this.#settings;
    const wanted = name === '' ? defaultModel : name;
    const found = models.find((kind) => kind.name === wanted);
    if (found !== undefined) return found;
    throw new HostError(`there is no model called ${wanted}`, 'unknown_model', { subject: wanted });
  }

  #freeName(model: string, taken: ReadonlySet<string>): string {
    for (let i = this.size + taken.size; ; i++) {
      const name = `${model}-${String(i).padStart(4, '0')}`;
      if (!this.#byName.has(name) && !taken.has(name)) return name;
    }
  }

  #checkSupply(sat: number, field: string): void {
    if (this.world.chain.mintedSat + sat <= MAX_SUPPLY_SAT) return;
    throw new HostError('there are 21 million BTC in the world', 'limit', { field });
  }

  #needsRunning(node: number): void {
    if (this.isRunning(node)) return;
    throw new HostError(`${this.name(node)} is stopped`, 'node_stopped', { field: 'node', subject: this.name(node) });
  }

  #decide(index: number, states: readonly string[], what: string): void {
    const { plan, state } = this.invoice(index);
    this.#needsRunning(plan.node);
    if (states.includes(state)) return;
    throw new HostError(`invoice ${index + 1} ${what}`, 'invoice_state', { subject: String(index + 1) });
  }

  /** @throws HostError when what was asked for was refused */
  #refusal(what: string): void {
    const refused = this.#records.takeRefusal();
    if (refused !== null) throw new HostError(`${what}: ${refused}`, 'refused');
  }

  #live(channel: HostedChannel): boolean {
    return ['opening', 'pending', 'open'].includes(this.stateOf(channel));
  }

  /** It is not on-chain yet. */
  #isThere(channel: HostedChannel): boolean {
    return this.#live(channel) || this.stateOf(channel) === 'closing';
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
