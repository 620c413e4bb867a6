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
import type { CloseChannelRequest, OpenChannelRequest, SetPolicyRequest } from '../../timeline/control.ts';
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
import { findBlocks } from './chain-blocks.ts';
import { ChannelBook, isLive } from './channel-book.ts';
import { ChannelWatch } from './channel-watch.ts';
import type { Driver, DriverNode } from './driver.ts';
import { askToOpen, NetworkOpening } from './network-opening.ts';
import { PaymentCalls } from './payment-calls.ts';
import { need, ProcessCalls, refused } from './process-calls.ts';
import type { RpcProcesses, RpcSettings, Seat } from './seat.ts';

const US_PER_MS = 1000;

export class RpcBackend implements Backend {
  readonly name = 'rpc';
  readonly clock = 'wall' as const;
  readonly #settings: RpcSettings;
  readonly #book: ChannelBook;
  readonly #texts = new Map<string, number>();
  readonly #apart = new Set<string>();
  readonly #calls: ProcessCalls;
  readonly #watch: ChannelWatch;
  #timeline: Timeline | null = null;
  #sink: RecordSink | null = null;
  #processes: RpcProcesses | null = null;
  #payments: PaymentCalls | null = null;
  #seats: readonly Seat[] = [];
  /** The scenario's time up to which everything has been seen, µs, and the clock then, ms. */
  #nowUs = 0;
  #nowMs = 0;
  /** Those whose nodes are of this run; the nodes of a process that refused to begin are another's. */
  readonly #begun = new Set<Driver>();

  constructor(settings: RpcSettings) {
    this.#settings = settings;
    const backend = this;
    this.#calls = new ProcessCalls(settings.clock, {
      time: () => this.#time(),
      get seats() {
        return backend.#seats;
      },
    });
    this.#book = new ChannelBook((code, a, b, c, amount) => this.#sink?.record(code, this.#nowUs, a, b, c, amount));
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
    this.#payments = new PaymentCalls(timeline, seats, sink, calls);
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
    if (this.#payments?.tell(this.#nowUs) === false) return false;
    this.#nowUs = untilUs;
    this.#nowMs = clock.now();
    await this.#watch.lookInTurn();
    return true;
  }

  pay(row: number): void {
    this.#payments?.begin(row, this.#nowUs);
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
    const refusal = await this.#calls.refusal(this.#seats[from]!, () => askToOpen(this.#seats, request));
    if (refusal === null) {
      this.#book.step(instance, EVENT.broadcast);
      this.#book.connect(instance, !this.#apart.has(pair(from, to)));
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
    return this.#peers(a, b, true);
  }

  disconnectPeer(a: number, b: number): Promise<void> {
    return this.#peers(a, b, false);
  }

  /** A refusal is no failure where things are already as they are to be. */
  async #peers(a: number, b: number, connect: boolean): Promise<void> {
    const [seat, peer] = [this.#seats[a]!, this.#seats[b]!];
    const refusal = await this.#calls.refusal(seat, ({ driver, node }) =>
      connect ? driver.connect(node, peer.node) : driver.disconnect(node, peer.node),
    );
    if (refusal !== null) {
      const connected = await this.#calls.ask(seat, () => seat.driver.connected(seat.node, peer.node));
      if (connected !== connect) {
        const what = connect ? 'be connected to' : 'be disconnected from';
        throw new Error(
          `E813 ${seat.driver.target}: ${seat.name} cannot ${what} ${peer.name} at ${this.#time()}: ${refusal}`,
        );
      }
    }
    if (connect) this.#apart.delete(pair(a, b));
    else this.#apart.add(pair(a, b));
    this.#sink?.record(RECORD.peers, this.#nowUs, a, b, connect ? 1 : 0, 0);
    for (const instance of this.#book.all) {
      if (isLive(instance.state) && pair(...instance.nodes) === pair(a, b)) this.#book.connect(instance, connect);
    }
  }

  partition(): never {
    throw refused('partition');
  }

  heal(): never {
    throw refused('heal');
  }

  sendOnchain(): never {
    throw refused('send_onchain');
  }

  setLatency(): never {
    throw refused('set_latency');
  }

  cheat(): never {
    throw refused('cheat');
  }

  loseData(): never {
    throw refused('lose_data');
  }

  setFeerate(): never {
    throw refused('set_feerate');
  }

  reorg(): never {
    throw refused('reorg');
  }

  congestMempool(): never {
    throw refused('congest_mempool');
  }

  rebalance(): never {
    throw refused('rebalance');
  }

  createInvoice(): never {
    throw refused('create_invoice');
  }

  settleInvoice(): never {
    throw refused('settle_invoice');
  }

  cancelInvoice(): never {
    throw refused('cancel_invoice');
  }

  invoice(): Promise<InvoiceObservation> {
    throw refused('create_invoice');
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
      htlcsRefused: 0,
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
    const height = driver?.height;
    const feerate = chain.feeratePerKw / 250;
    return {
      height:
        driver === undefined || height === undefined
          ? chain.height
          : await this.#calls.ask({ driver }, () => height.call(driver)),
      mempool: 0,
      feesSat: 0,
      feerate,
      feerate6: feerate,
      minimumFeerate: 0,
      backlog: 0,
    };
  }

  ownChannels(): Promise<readonly OwnChannel[]> {
    throw new Error('the backend rpc has no behaviours');
  }

  gossip(): Promise<readonly ChannelGossip[]> {
    throw new Error('the backend rpc has no behaviours');
  }

  inFlight(): number {
    this.#calls.throwFailure();
    return this.#payments?.inFlight ?? 0;
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

const pair = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;
