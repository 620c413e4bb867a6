/**
 * A network of real LDK nodes in virtual time: their clock, chain and wires, and what the control plane asks of them. Every
 * byte of it follows from the timeline: keys and delays are drawn from named streams, LDK has no clock but this one.
 *
 * The network of the plan is built before time 0, with channels that are really opened; blocks for it are mined below the
 * plan's height, and nothing of it is recorded but that the channels are there.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { RandomStream } from '../../base/random.ts';
import { EVENT, STATE } from '../../simulate/channel-lifecycle.ts';
import { type PaymentResult, RECORD, type RecordSink } from '../../simulate/records.ts';
import { WEIGHT } from '../../simulate/tx-weight.ts';
import type {
  CongestMempoolRequest,
  SendOnchainRequest,
  SetLatencyRequest,
  SetPolicyRequest,
} from '../../timeline/control.ts';
import { deepestReorg } from '../../timeline/reorgs.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { Agenda } from './agenda.ts';
import type { Binding, Ldk } from './binding.ts';
import { Cheating } from './cheating.ts';
import { TARGET_BLOCKS } from './fee-targets.ts';
import { bringsCommitment, OldStates } from './old-states.ts';
import { Peering } from './peering.ts';
import { RealBlocks } from './real-blocks.ts';
import { RealChain, type WaitingTx } from './real-chain.ts';
import { RealChannels } from './real-channels.ts';
import { RealInvoices } from './real-invoices.ts';
import { type Found, type NodeDisk, type NodeWorld, RealNode, type Search } from './real-node.ts';
import { type PaymentsWorld, RealPayments } from './real-payments.ts';
import { Sweeper } from './sweeper.ts';
import { walletTransaction } from './transaction.ts';
import { type Connection, Wires, type WiresWorld } from './wires.ts';

const US_PER_S = 1_000_000;
/** ldk:lightning-background-processor/src/lib.rs:FRESHNESS_TIMER, PING_TIMER, REBROADCAST_TIMER, scorer persistence; s. */
const TIMERS: readonly (readonly [seconds: number, tick: (node: RealNode) => void])[] = [
  [60, (node) => node.manager.timer_tick_occurred()],
  [10, (node) => node.peers.timer_tick_occurred()],
  [30, (node) => node.monitors.rebroadcast_pending_claims()],
  [300, (node) => node.timePasses()],
];
/** ldk:ln/channelmanager.rs:MIN_HTLC_RELAY_HOLDING_CELL_MILLIS; the application waits up to five times as long. */
const FORWARD_MS: readonly [number, number] = [100, 500];
/**
 * BOLT 7 and LDK's minimum_depth ask for 6. Two more, for LDK's invoices name routes of their own to a node whose announced
 * channels have fewer (`ldk:ln/invoice_utils.rs:sort_and_filter_channels`).
 */
export const SETUP_BLOCKS = 8;
const BLOCK_S = 600;

export class RealWorld implements PaymentsWorld, NodeWorld, WiresWorld {
  readonly timeline: Timeline;
  readonly binding: Binding;
  readonly chain: RealChain;
  readonly agenda: Agenda = new Agenda();
  readonly nodes: RealNode[] = [];
  readonly channels: RealChannels;
  readonly payments: RealPayments;
  readonly invoices: RealInvoices;
  readonly wires: Wires;
  readonly peering: Peering;
  readonly blocks: RealBlocks;
  readonly oldStates: OldStates;
  readonly cheating: Cheating;
  readonly sweeper: Sweeper;
  isSettingUp = true;
  /** Texts that records refer to, by number. */
  readonly texts: string[] = [];
  /** Events that have happened since time 0. */
  events = 0;
  readonly #sink: RecordSink;
  readonly #indexes: Map<string, number> = new Map();
  readonly #touched: Set<RealNode> = new Set();
  readonly #later: (() => void)[] = [];
  readonly #forwardsDue: Set<RealNode> = new Set();
  readonly #delays: RandomStream[] = [];
  readonly #disks: Map<RealNode, NodeDisk> = new Map();
  /** Starts of each node so far: timers of an earlier life end by it. */
  readonly #lives: number[] = [];
  #nowUs = 0;

  constructor(binding: Binding, timeline: Timeline, sink: RecordSink) {
    this.binding = binding;
    this.timeline = timeline;
    this.#sink = sink;
    const { chain: plan } = timeline;
    this.chain = new RealChain(plan.height - SETUP_BLOCKS, plan, deepestReorg(timeline), {
      broadcast: (tx) => {
        this.#recordTx(RECORD.txBroadcast, tx, tx.feeSat);
        this.channels.broadcast(tx);
      },
      replaced: (tx) => this.#recordTx(RECORD.txReplaced, tx, tx.feeSat),
    });
    this.channels = new RealChannels(this);
    this.payments = new RealPayments(this);
    this.invoices = new RealInvoices(this);
    this.wires = new Wires(this);
    this.peering = new Peering(this);
    this.sweeper = new Sweeper(this);
    this.oldStates = new OldStates(timeline);
    this.cheating = new Cheating(this);
    this.blocks = new RealBlocks(this, Math.floor(timeline.epochMs / 1000) - (SETUP_BLOCKS + 1) * BLOCK_S);
  }

  nowUs(): number {
    return this.#nowUs;
  }

  seconds(): number {
    const clock = Math.floor(this.timeline.epochMs / 1000) + Math.floor(this.#nowUs / US_PER_S);
    return this.isSettingUp ? this.blocks.seconds : clock;
  }

  /** Builds the network of the plan. */
  build(): void {
    const { network, seed } = this.timeline;
    this.binding.scope(() => {
      network.nodes.forEach((plan, index) => {
        const stream = RandomStream.named(seed, 'ldk', plan.name, 'keys');
        const times = RandomStream.named(seed, 'ldk', plan.name, 'starts');
        const node = this.binding.keep(
          () => new RealNode(this, index, plan.name, stream.bytes(32), () => BigInt(times.u32())),
        );
        this.nodes.push(node);
        this.#indexes.set(node.idHex, index);
        this.#delays.push(RandomStream.named(seed, 'ldk', plan.name, 'forward-delays'));
        this.#lives.push(0);
        this.peering.add();
        this.chain.mint(index, plan.walletSat);
        this.payments.forwards.push(0);
        this.payments.feesEarnedMsat.push(0);
      });
    });
    for (const { node0, node1 } of network.channels) {
      if (this.wires.between(node0, node1) !== undefined) continue;
      this.act(() => this.wires.connect(this.nodes[node0]!, this.nodes[node1]!));
    }
    this.#quiet();
    network.channels.forEach((plan, name) => {
      this.act(() =>
        this.channels.open({
          channel: name,
          from: plan.node0,
          to: plan.node1,
          capacitySat: plan.capacitySat,
          pushMsat: plan.capacitySat * 1000 - plan.balance0Msat,
          announced: plan.announced,
          policy: plan.policy0,
          reversePolicy: plan.policy1,
          latencyUs: plan.latencyUs,
        }),
      );
    });
    this.#quiet();
    for (let i = 0; i < SETUP_BLOCKS; i++) {
      this.blocks.mine(1);
      this.#quiet();
    }
    for (const node of this.nodes) {
      this.act(() => {
        node.announce();
        this.touch(node);
      });
    }
    this.#quiet();
    for (const channel of this.channels.all) {
      if (channel.state === STATE.open && channel.active) continue;
      const name = this.timeline.channelNames[channel.name] ?? '';
      throw new Error(`LDK does not open the channel \`${name}\` as the scenario has it: ${this.#refusal}`);
    }
    this.isSettingUp = false;
    this.chain.settle();
    for (const channel of this.channels.all) {
      const { index, capacitySat } = channel;
      this.record(RECORD.channelState, index, STATE.pending, EVENT.broadcast, capacitySat);
      this.record(RECORD.channelState, index, STATE.awaiting_ready, EVENT.depth, capacitySat);
      this.record(RECORD.channelState, index, STATE.open, EVENT.ready, capacitySat);
    }
    for (const node of this.nodes) this.#startTimers(node);
  }

  #refusal = 'it did not become ready';

  /** Works off everything that is under way, while the network is built and no time passes. */
  #quiet(): void {
    while (this.agenda.nextUs < Number.POSITIVE_INFINITY) this.act(this.agenda.take());
  }

  record(code: Parameters<RecordSink['record']>[0], a: number, b: number, c: number, amount: number): void {
    if (!this.isSettingUp) this.#sink.record(code, this.#nowUs, a, b, c, amount);
  }

  text(text: string): number {
    if (this.isSettingUp) {
      this.#refusal = text;
      return 0;
    }
    const number = this.texts.push(text) - 1;
    this.#sink.text(number, text);
    return number;
  }

  paid(result: PaymentResult): void {
    this.#sink.payment(result);
  }

  persists(node: RealNode, outpoint: string, former: () => Uint8Array, update: () => Uint8Array | null): void {
    const channel = this.channels.all[this.chain.fundedBy(outpoint.slice(0, outpoint.indexOf(':')))];
    if (channel === undefined || !this.oldStates.wants(channel, node)) return;
    const written = update();
    if (written === null || !bringsCommitment(written)) return;
    this.oldStates.revoked(channel, node, former, this.#nowUs);
  }

  look(id: string, parameters: Ldk.RouteParameters, first: Ldk.ChannelDetails[], search: Search): Found {
    return this.payments.look(id, parameters, first, search);
  }

  routed(node: RealNode, id: string, route: Ldk.Route): void {
    this.payments.routed(node, id, route);
  }

  indexOf(id: Uint8Array): number {
    return this.indexOfHex(bytesToHex(id));
  }

  indexOfHex(id: string): number {
    return this.#indexes.get(id) ?? -1;
  }

  delayUs(a: number, b: number): number {
    return this.isSettingUp ? 0 : (this.channels.between(a, b)?.latencyUs ?? 0);
  }

  after(delayUs: number, happen: () => void): void {
    this.agenda.add(this.#nowUs + (this.isSettingUp ? 0 : delayUs), happen);
  }

  /** After all that the nodes have to say now. */
  soon(happen: () => void): void {
    this.#later.push(happen);
  }

  touch(node: RealNode): void {
    this.#touched.add(node);
  }

  /** Lets something happen and the nodes work off what it brought them. */
  act(happen: () => void): void {
    this.binding.scope(() => {
      happen();
      this.#settle();
    });
  }

  #settle(): void {
    for (;;) {
      const [node] = this.#touched;
      if (node === undefined) {
        const next = this.#later.shift();
        if (next === undefined) break;
        next();
        continue;
      }
      this.#touched.delete(node);
      if (!node.running) continue;
      node.peers.process_events();
      this.binding.forget(node.peers);
      for (const event of node.takeEvents()) {
        this.#hear(node, event);
        this.touch(node);
      }
    }
    this.channels.look();
  }

  #hear(node: RealNode, event: Ldk.Event): void {
    const { ldk } = this.binding;
    if (event instanceof ldk.Event_PendingHTLCsForwardable) this.#forwardLater(node);
    else if (event instanceof ldk.Event_SpendableOutputs) this.sweeper.sweep(node, event);
    else if (!this.payments.hear(node, event)) this.channels.hear(node, event);
  }

  #forwardLater(node: RealNode): void {
    if (this.#forwardsDue.has(node)) return;
    this.#forwardsDue.add(node);
    const life = this.#lives[node.index];
    this.after(this.#delays[node.index]!.integer(...FORWARD_MS) * 1000, () => {
      if (this.#lives[node.index] !== life) return;
      this.#forwardsDue.delete(node);
      if (!node.running) return;
      node.manager.process_pending_htlc_forwards();
      this.touch(node);
    });
  }

  #startTimers(node: RealNode): void {
    const life = this.#lives[node.index];
    for (const [seconds, tick] of TIMERS) {
      const again = (): void => {
        if (!node.running || this.#lives[node.index] !== life) return;
        tick(node);
        this.touch(node);
        this.after(seconds * US_PER_S, again);
      };
      this.after(seconds * US_PER_S, again);
    }
  }

  /** As Backend.advance; stops after an event in which a payment ended, too. */
  advance(untilUs: number, inclusive: boolean, maxEvents: number, isDue: () => boolean): boolean {
    for (let events = 0; ; events++) {
      const next = this.agenda.nextUs;
      if (inclusive ? next > untilUs : next >= untilUs) break;
      if (events >= maxEvents) return false;
      this.#nowUs = next;
      this.act(this.agenda.take());
      this.events++;
      if (isDue()) return false;
    }
    this.#nowUs = Math.max(this.#nowUs, untilUs);
    return true;
  }

  /** Goes to where another world of the same timeline was: so many events since time 0, at this instant. @throws Error */
  goTo(timeUs: number, events: number): void {
    for (; this.events < events; this.events++) {
      if (this.agenda.nextUs > timeUs) throw new Error(`there is no event ${this.events} up to ${timeUs} µs`);
      this.#nowUs = this.agenda.nextUs;
      this.act(this.agenda.take());
    }
    if (this.events > events || this.agenda.nextUs < timeUs || timeUs < this.#nowUs) {
      throw new Error(`${events} events do not lead to ${timeUs} µs`);
    }
    this.#nowUs = timeUs;
  }

  /** Does what the control plane asks, at the present instant. */
  control(work: () => void): void {
    this.act(work);
  }

  #recordTx(code: Parameters<RecordSink['record']>[0], { kind, channel, valueSat }: WaitingTx, c: number): void {
    this.record(code, kind, channel, c, valueSat);
  }

  stopNode(node: RealNode, crashed: boolean): void {
    if (!node.running) return;
    for (const channel of this.channels.of(node)) {
      this.channels.remember(channel);
      this.channels.setActive(channel, false);
    }
    this.#disks.set(node, node.disk());
    node.running = false;
    this.#lives[node.index]!++;
    this.#forwardsDue.delete(node);
    this.blocks.miss(node);
    for (const connection of this.wires.of(node.index)) {
      const other = connection.a === node.index ? connection.b : connection.a;
      this.wires.cut(connection, crashed ? [] : [other]);
      // Who is not told finds out by itself: no answer to its pings.
    }
    this.record(RECORD.nodeStopped, node.index, crashed ? 1 : 0, 0, 0);
  }

  /** What the disk of a node holds. */
  diskOf(node: RealNode): NodeDisk {
    return this.#disks.get(node) ?? node.disk();
  }

  startNode(node: RealNode): void {
    const disk = this.#disks.get(node);
    if (node.running || disk === undefined) return;
    this.#disks.delete(node);
    node.running = true;
    this.binding.keep(() => node.restart(disk));
    this.blocks.catchUp(node);
    this.record(RECORD.nodeStarted, node.index, 0, 0, 0);
    this.invoices.afterBlock();
    this.touch(node);
    this.#startTimers(node);
    for (const channel of this.channels.of(node)) {
      const [a, b] = channel.nodes;
      this.peering.connectSoon(a, b, 0);
    }
  }

  canReach(a: number, b: number): boolean {
    return this.peering.canReach(a, b);
  }

  gone({ a, b }: Connection, _node: RealNode): void {
    this.peering.gone(this.nodes[a]!, this.nodes[b]!);
  }

  setPolicy({ channel: name, node, policy }: SetPolicyRequest): void {
    const channel = this.channels.byName.get(name);
    if (channel === undefined || channel.state !== STATE.open) return;
    channel.nodes.forEach((one, side) => {
      if (node >= 0 && one.index !== node) return;
      if (!one.running || !this.channels.setPolicy(channel, side, policy)) return;
      const config = this.channels.details(channel, side)!.get_config();
      const ppm = config.get_forwarding_fee_proportional_millionths();
      const base = config.get_forwarding_fee_base_msat();
      this.record(RECORD.policy, 2 * channel.index + side, base, ppm, this.channels.largestHtlc(channel));
    });
  }

  setLatency({ channels, latencyUs }: SetLatencyRequest): void {
    for (const name of channels) {
      const channel = this.channels.byName.get(name);
      if (channel === undefined) continue;
      channel.latencyUs = latencyUs;
      this.record(RECORD.latency, channel.index, 0, 0, latencyUs);
    }
  }

  setFeerate(perKw: number): void {
    this.record(RECORD.feerate, -1, this.chain.feeratePerKw, perKw, 0);
    this.chain.feeratePerKw = perKw;
  }

  congestMempool({ lowPerKw, highPerKw, weight, inflowWeight, blocks }: CongestMempoolRequest): void {
    const { backlog } = this.chain;
    if (inflowWeight > 0 && blocks > 0) backlog.inflows.push({ lowPerKw, highPerKw, weight: inflowWeight, blocks });
    backlog.add(lowPerKw, highPerKw, weight);
    this.blocks.tellBacklog();
  }

  fund(node: number, sat: number): void {
    this.chain.mint(node, sat);
    this.record(RECORD.funded, node, 0, 0, sat);
  }

  sendOnchain({ from, to, sat }: SendOnchainRequest): void {
    const fee = this.chain.feeFor(WEIGHT.send, TARGET_BLOCKS.onchainPayment);
    const source = this.nodes[from]!;
    const refuse = (why: string): void => this.record(RECORD.sendRejected, from, to, this.text(why), sat);
    if (!source.running) refuse('the node is not running');
    else if ((this.chain.walletSat[from] ?? 0) < sat + fee) refuse('not enough coins in the wallet');
    else {
      const script = bytesToHex(this.nodes[to]!.walletScript);
      this.chain.submit(walletTransaction([this.chain.coin(from, sat + fee)], [{ valueSat: sat, script }]));
    }
  }
}
