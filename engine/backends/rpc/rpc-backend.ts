/**
 * The control plane over processes that have nodes (see driver.ts), in wall-clock time: what a run asks is asked at once,
 * and what happens there is looked at several times a second. One process has all nodes of a model.
 *
 * The clock is handed in, and so is how the processes are had. Records have the time at which something was seen.
 */
import { sha256Json } from '../../base/digest.ts';
import type { Json } from '../../base/json.ts';
import { EVENT, observedState, STATE } from '../../simulate/channel-lifecycle.ts';
import { RECORD, type RecordSink } from '../../simulate/records.ts';
import type {
  CloseChannelRequest,
  CongestMempoolRequest,
  OpenChannelRequest,
  RebalanceRequest,
  SendOnchainRequest,
  SetLatencyRequest,
  SetPolicyRequest,
} from '../../timeline/control.ts';
import type { ReorgRequest } from '../../timeline/reorgs.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type {
  Backend,
  BackendStart,
  ChainObservation,
  ChannelGossip,
  ChannelObservation,
  InvoiceObservation,
  NodeObservation,
  OwnChannel,
} from '../backend.ts';
import { findBlocks, oncePerChain } from './chain-blocks.ts';
import { ChannelBook, isLive, type WriteRecord } from './channel-book.ts';
import { ChannelWatch } from './channel-watch.ts';
import type { Driver, DriverChain, DriverNode } from './driver.ts';
import { NamedInvoices } from './named-invoices.ts';
import { askToOpen, NetworkOpening } from './network-opening.ts';
import { PaymentCalls } from './payment-calls.ts';
import { PeerLinks } from './peer-links.ts';
import { need, ProcessCalls, refused } from './process-calls.ts';
import type { RpcProcesses, RpcSettings, Seat } from './seat.ts';
import { type Knowledge, toldGossip, toldOwnChannels } from './told-channels.ts';

const US_PER_MS = 1000;

/** sat per 1000 weight units in 1 sat/vB, and weight units in a million virtual bytes (BIP 141: four a virtual byte). */
const PER_KW_OF_SAT_VB = 250;
const WEIGHT_OF_VMB = 4_000_000;

/** What there is once the processes have their nodes. */
interface Running {
  readonly links: PeerLinks;
  readonly invoices: NamedInvoices;
  readonly payments: PaymentCalls;
}

export class RpcBackend implements Backend {
  readonly name = 'rpc';
  readonly clock = 'wall' as const;
  readonly #settings: RpcSettings;
  readonly #book: ChannelBook;
  readonly #texts = new Map<string, number>();
  readonly #calls: ProcessCalls;
  readonly #watch: ChannelWatch;
  #timeline: Timeline | null = null;
  #sink: RecordSink | null = null;
  #processes: RpcProcesses | null = null;
  #running: Running | null = null;
  #seats: readonly Seat[] = [];
  /** The scenario's time up to which everything has been seen, µs, and the clock then, ms. */
  #nowUs = 0;
  #nowMs = 0;
  /** Those whose nodes are of this run; the nodes of a process that refused to begin are another's. */
  readonly #begun = new Set<Driver>();

  /** As its protocol does. */
  get tellsPolicies(): boolean {
    return this.#seats.every(({ driver }) => driver.ownChannels !== undefined);
  }

  constructor(settings: RpcSettings) {
    this.#settings = settings;
    const backend = this;
    this.#calls = new ProcessCalls(settings.clock, {
      time: () => this.#time(),
      get seats() {
        return backend.#seats;
      },
    });
    this.#book = new ChannelBook((...args) => this.#record(...args));
    this.#watch = new ChannelWatch(this.#book, this.#calls, settings.clock, () => this.#drivers());
    const leave = (): void => void this.#calls.leave(() => this.#processes === null);
    settings.stop?.addEventListener('abort', leave, { once: true });
  }

  async start(timeline: Timeline, sink: RecordSink, from?: BackendStart): Promise<void> {
    if (from !== undefined) throw new Error('the backend rpc does not begin in a snapshot');
    this.#timeline = timeline;
    const { nodes } = timeline.network;
    const models = [...new Set(nodes.map(({ model }) => model))];
    this.#processes = await this.#settings.processes(models, timeline);
    const { load, clock, stop } = this.#settings;
    const seats: Seat[] = new Array(nodes.length);
    for (const [i, model] of models.entries()) {
      const driver = this.#processes.drivers[i] as Driver;
      const own = [...nodes.keys()].filter((node) => nodes[node]?.model === model);
      const plans = own.map((node) => nodes[node]!);
      const started = await this.#calls.orUnfit(driver, load === null ? 'start its nodes' : `load ${load}`, () =>
        driver.start({ nodes: plans, chain: timeline.chain, gossipUs: timeline.gossipUs, load }),
      );
      this.#begun.add(driver);
      own.forEach((node, k) => {
        seats[node] = { name: nodes[node]!.name, driver, node: started[k] as DriverNode, running: true };
      });
    }
    this.#seats = seats;
    const [drivers, book, watch, calls] = [this.#drivers(), this.#book, this.#watch, this.#calls];
    const opening = new NetworkOpening({ timeline, seats, drivers, book, watch, calls, clock, stop });
    if (load === null) {
      await opening.fillWallets();
      await opening.openChannels();
    } else await opening.findChannels();
    this.#running = this.#prepared(timeline, sink);
    this.#sink = sink;
    this.#nowMs = clock.now();
    for (const { active, index, name } of book.all) {
      if (active && index >= timeline.network.channels.length) sink.record(RECORD.channelActive, 0, index, name, 1, 0);
    }
  }

  async advance(untilUs: number): Promise<boolean> {
    this.#calls.throwFailure();
    const { clock, speed } = this.#settings;
    const seenUs = this.#nowUs + Math.round((clock.now() - this.#nowMs) * US_PER_MS * speed);
    this.#nowUs = Math.min(Math.max(seenUs, this.#nowUs), untilUs);
    if (!this.#run.payments.tell(this.#nowUs)) return false;
    this.#nowUs = untilUs;
    this.#nowMs = clock.now();
    await this.#watch.lookInTurn();
    await this.#run.invoices.lookInTurn();
    return true;
  }

  pay(row: number): void {
    this.#run.payments.begin(row, this.#nowUs);
  }

  async startNode(node: number): Promise<void> {
    const seat = this.#seats[node]!;
    if (seat.running) return;
    await this.#calls.ask(seat, () => need(seat.driver.startNode, 'start_node').call(seat.driver, seat.node));
    seat.running = true;
    this.#sink?.record(RECORD.nodeStarted, this.#nowUs, node, -1, -1, 0);
  }

  stopNode(node: number): Promise<void> {
    return this.#stopNode(node, false);
  }

  crashNode(node: number): Promise<void> {
    return this.#stopNode(node, true);
  }

  async #stopNode(node: number, crash: boolean): Promise<void> {
    const seat = this.#seats[node]!;
    if (!seat.running) return;
    await this.#calls.ask(seat, () => need(seat.driver.stopNode, 'stop_node').call(seat.driver, seat.node, crash));
    seat.running = false;
    this.#sink?.record(RECORD.nodeStopped, this.#nowUs, node, crash ? 1 : 0, -1, 0);
  }

  async openChannel(request: OpenChannelRequest): Promise<void> {
    const { channel, from, to, capacitySat, announced } = request;
    const old = this.#book.named(channel);
    if (old !== undefined && isLive(old.state)) {
      const reason = this.#text('a channel of this name is still there');
      this.#sink?.record(RECORD.openRejected, this.#nowUs, -1, channel, reason, capacitySat);
      return;
    }
    const state = STATE.negotiating;
    const instance = this.#book.add({ name: channel, nodes: [from, to], capacitySat, announced, state });
    const refusal = this.#run.links.reachable(from, to)
      ? await this.#calls.refusal(this.#seats[from]!, () => askToOpen(this.#seats, request))
      : 'the peer cannot be reached';
    if (refusal === null) {
      this.#book.step(instance, EVENT.broadcast);
      this.#book.connect(instance, this.#run.links.reachable(from, to));
      return;
    }
    this.#sink?.record(
      RECORD.openRejected,
      this.#nowUs,
      instance.index,
      channel,
      this.#text(refusal),
      instance.capacitySat,
    );
    this.#book.step(instance, EVENT.reject);
  }

  async closeChannel({ channel, force, by }: CloseChannelRequest): Promise<void> {
    const instance = this.#book.named(channel);
    const closer = by < 0 ? instance?.nodes[0] : by;
    const refusal =
      instance === undefined || closer === undefined || !isLive(instance.state)
        ? 'there is no channel of this name'
        : await this.#calls.refusal(this.#seats[closer]!, ({ driver, node }) =>
            driver.closeChannel({ id: channel, node, force }),
          );
    if (refusal !== null) {
      const reason = this.#text(refusal);
      this.#sink?.record(RECORD.closeRejected, this.#nowUs, instance?.index ?? -1, channel, reason, 0);
    } else {
      this.#book.step(instance!, force ? EVENT.force : EVENT.shutdown);
    }
  }

  async setPolicy({ channel, node, policy }: SetPolicyRequest): Promise<void> {
    const instance = this.#book.named(channel);
    if (instance === undefined) return;
    for (const one of node < 0 ? instance.nodes : [node]) {
      const seat = this.#seats[one]!;
      await this.#calls.ask(seat, () =>
        need(seat.driver.setPolicy, 'set_policy').call(seat.driver, channel, seat.node, policy),
      );
    }
  }

  async fund(node: number, sat: number): Promise<void> {
    const seat = this.#seats[node]!;
    await this.#calls.ask(seat, () => need(seat.driver.fund, 'fund').call(seat.driver, seat.node, sat));
    // Coins that come from outside are confirmed at once; they are a transaction where the chain is not the process's own.
    if (seat.driver.chain !== undefined) await this.mine(1);
    this.#sink?.record(RECORD.funded, this.#nowUs, node, -1, -1, sat);
  }

  connectPeer(a: number, b: number): Promise<void> {
    return this.#run.links.connect(a, b);
  }

  disconnectPeer(a: number, b: number): Promise<void> {
    return this.#run.links.disconnect(a, b);
  }

  partition(groups: readonly (readonly number[])[]): Promise<void> {
    return this.#run.links.partition(groups);
  }

  heal(): Promise<void> {
    return this.#run.links.heal();
  }

  async sendOnchain({ from, to, sat }: SendOnchainRequest): Promise<void> {
    const peer = this.#seats[to]!;
    const refusal = await this.#calls.refusal(this.#seats[from]!, ({ driver, node }) =>
      need(driver.sendCoins, 'send_onchain').call(driver, node, peer.node, sat),
    );
    if (refusal !== null) this.#record(RECORD.sendRejected, from, to, this.#text(refusal), sat);
  }

  async setLatency({ channels, latencyUs }: SetLatencyRequest): Promise<void> {
    const live = channels.flatMap((name) => this.#book.named(name) ?? []).filter(({ state }) => isLive(state));
    for (const driver of this.#drivers()) {
      const ids = live.filter(({ nodes: [opener] }) => this.#seats[opener]!.driver === driver).map(({ name }) => name);
      if (ids.length === 0) continue;
      await this.#calls.ask({ driver }, () => need(driver.setLatency, 'set_latency').call(driver, ids, latencyUs));
    }
    for (const { index } of live) this.#record(RECORD.latency, index, -1, -1, latencyUs);
  }

  async setFeerate(feeratePerKw: number): Promise<void> {
    for (const driver of this.#drivers()) {
      const before = (await this.#chainOf(driver))?.feeratePerKw ?? 0;
      await this.#calls.ask({ driver }, () => need(driver.setFeerate, 'set_feerate').call(driver, feeratePerKw));
      this.#record(RECORD.feerate, -1, Math.round(before), feeratePerKw, 0);
    }
  }

  async congestMempool(request: CongestMempoolRequest): Promise<void> {
    for (const driver of this.#drivers()) {
      await this.#calls.ask({ driver }, () => need(driver.congestMempool, 'congest_mempool').call(driver, request));
      const chain = await this.#chainOf(driver);
      if (chain === null) continue;
      const { backlogWeight, minimumPerKw, feeratePerKw } = chain;
      this.#record(RECORD.mempool, backlogWeight, Math.round(minimumPerKw), Math.round(feeratePerKw), 0);
    }
  }

  async reorg(request: ReorgRequest): Promise<void> {
    for (const driver of oncePerChain(this.#drivers())) {
      const before = await this.#heightOf(driver);
      await this.#calls.ask({ driver }, () => need(driver.reorg, 'reorg').call(driver, request));
      const height = await this.#heightOf(driver);
      // What was undone is told by nobody: as many blocks are missing as the height has not grown.
      this.#record(RECORD.reorg, before + request.blocks - height, 0, height - request.blocks, request.depth);
      if (request.blocks > 0) this.#record(RECORD.block, request.blocks, 0, height, 0);
    }
  }

  rebalance(request: RebalanceRequest): void {
    this.#run.payments.rebalance(request, this.#nowUs);
  }

  createInvoice(invoice: number): Promise<void> {
    return this.#run.invoices.create(invoice);
  }

  settleInvoice(invoice: number): Promise<void> {
    return this.#run.invoices.settle(invoice);
  }

  cancelInvoice(invoice: number): Promise<void> {
    return this.#run.invoices.cancel(invoice);
  }

  invoice(invoice: number): Promise<InvoiceObservation> {
    return this.#run.invoices.observe(invoice);
  }

  cheat(): never {
    throw refused('cheat');
  }

  loseData(): never {
    throw refused('lose_data');
  }

  mine(blocks: number): Promise<void> {
    return findBlocks(this.#drivers(), blocks, this.#calls, (height) =>
      this.#sink?.record(RECORD.block, this.#nowUs, blocks, 0, height, 0),
    );
  }

  async node(index: number): Promise<NodeObservation> {
    const seat = this.#seats[index]!;
    const told = await this.#calls.ask(seat, () => seat.driver.figures(seat.node));
    const open = this.#book.all.filter(({ state, nodes }) => state === STATE.open && nodes.includes(index));
    return {
      name: seat.name,
      model: this.#timeline!.network.nodes[index]!.model,
      running: seat.running,
      walletSat: told.walletSat,
      channels: open.length,
      localBalanceMsat: told.localMsat,
      remoteBalanceMsat: told.remoteMsat ?? 0,
      forwards: told.forwards ?? 0,
      feesEarnedMsat: told.feesEarnedMsat ?? 0,
      htlcsRefused: told.htlcsRefused ?? 0,
    };
  }

  async channel(name: number): Promise<ChannelObservation> {
    await this.#watch.look();
    const instance = this.#book.named(name);
    const common = { name: this.#timeline!.channelNames[name]! };
    if (instance === undefined) {
      const nobody = { node0: '', node1: '', capacitySat: 0, balance0Msat: 0, balance1Msat: 0, htlcs: 0 };
      return { ...common, state: 'none', active: false, announced: false, ...nobody };
    }
    const [balance0Msat, balance1Msat] = instance.balancesMsat ?? [0, 0];
    return {
      ...common,
      state: observedState(instance.state),
      active: instance.active,
      announced: instance.state === STATE.open && instance.announced,
      node0: this.#seats[instance.nodes[0]]!.name,
      node1: this.#seats[instance.nodes[1]]!.name,
      capacitySat: instance.capacitySat,
      balance0Msat,
      balance1Msat,
      htlcs: instance.htlcs,
    };
  }

  async chain(): Promise<ChainObservation> {
    const { chain } = this.#timeline!;
    const driver = this.#seats[0]?.driver;
    const told = driver === undefined ? null : await this.#chainOf(driver);
    const perKw = told?.feeratePerKw ?? chain.feeratePerKw;
    return {
      height: told?.height ?? (driver === undefined ? chain.height : await this.#heightOf(driver)),
      mempool: told?.mempool ?? 0,
      feesSat: told?.feesSat ?? 0,
      feerate: perKw / PER_KW_OF_SAT_VB,
      feerate6: (told?.feerate6PerKw ?? perKw) / PER_KW_OF_SAT_VB,
      minimumFeerate: (told?.minimumPerKw ?? 0) / PER_KW_OF_SAT_VB,
      backlog: (told?.backlogWeight ?? 0) / WEIGHT_OF_VMB,
    };
  }

  ownChannels(node: number): Promise<readonly OwnChannel[]> {
    return toldOwnChannels(this.#knowledge, node);
  }

  gossip(node: number): Promise<readonly ChannelGossip[]> {
    return toldGossip(this.#knowledge, node);
  }

  get #knowledge(): Knowledge {
    return { seats: this.#seats, calls: this.#calls, channelNames: this.#timeline!.channelNames };
  }

  inFlight(): number {
    this.#calls.throwFailure();
    return this.#run.payments.inFlight;
  }

  check(): null {
    return null;
  }

  /** Over what can be seen: the states of channels, and the balances of nodes. */
  async stateDigest(): Promise<string> {
    await this.#watch.look();
    const nodes: Json[] = [];
    for (const seat of this.#seats) {
      const told = await this.#calls.ask(seat, () => seat.driver.figures(seat.node));
      nodes.push({ name: seat.name, running: seat.running, wallet_sat: told.walletSat, local_msat: told.localMsat });
    }
    const channels = this.#book.all.map(({ name, state }) => ({ name, state }));
    return sha256Json({ channels, nodes });
  }

  metrics(): { readonly [key: string]: Json } {
    return this.#calls.figures;
  }

  /** Keeps the network where that is asked for and nothing has failed, and ends the nodes and what was started. */
  async stop(): Promise<void> {
    const processes = this.#processes;
    if (processes === null) return;
    this.#processes = null;
    try {
      if (this.#calls.failure === null) {
        const save = this.#sink === null ? null : this.#settings.save;
        for (const driver of this.#begun) {
          if (save !== null) await this.#calls.orUnfit(driver, `save ${save}`, () => driver.save(save));
          await this.#calls.orUnfit(driver, 'stop its nodes', () => driver.stop());
        }
      }
    } finally {
      await processes.close();
    }
  }

  get #run(): Running {
    if (this.#running === null) throw new Error('start() comes first');
    return this.#running;
  }

  #prepared(timeline: Timeline, sink: RecordSink): Running {
    const seats = this.#seats;
    const calls = this.#calls;
    const write: WriteRecord = (...args) => this.#record(...args);
    const links = new PeerLinks({ seats, book: this.#book, calls, write, time: () => this.#time() });
    const invoices = new NamedInvoices({
      plans: timeline.invoices ?? [],
      seats,
      calls,
      clock: this.#settings.clock,
      write,
      paymentOf: (invoice, payer) => this.#run.payments.paying(invoice, payer),
    });
    return { links, invoices, payments: new PaymentCalls({ timeline, seats, sink, calls, invoices }) };
  }

  #record(...[code, a, b, c, amount]: Parameters<WriteRecord>): void {
    this.#sink?.record(code, this.#nowUs, a, b, c, amount);
  }

  /** All that a process tells of its chain; null where it tells the height at most. */
  async #chainOf(driver: Driver): Promise<DriverChain | null> {
    const { chainFigures } = driver;
    return chainFigures === undefined ? null : await this.#calls.ask({ driver }, () => chainFigures.call(driver));
  }

  /** As its process tells it; where nobody tells, the scenario's own. */
  async #heightOf(driver: Driver): Promise<number> {
    const { height } = driver;
    return height === undefined
      ? this.#timeline!.chain.height
      : await this.#calls.ask({ driver }, () => height.call(driver));
  }

  #drivers(): readonly Driver[] {
    return [...new Set(this.#processes?.drivers)];
  }

  #time(): string {
    return this.#sink === null ? 'its start' : `${(this.#nowUs / 1_000_000).toFixed(3)} s`;
  }

  #text(text: string): number {
    let number = this.#texts.get(text);
    if (number === undefined) {
      number = this.#texts.size;
      this.#texts.set(text, number);
      this.#sink?.text(number, text);
    }
    return number;
  }
}
