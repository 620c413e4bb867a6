/**
 * The control plane over processes that have nodes (see driver.ts), in wall-clock time: what a run asks is asked at once,
 * and what happens there is looked at several times a second. One process has all nodes of a model.
 *
 * The clock is handed in, and so is how the processes are had. Records have the time at which something was seen.
 */
import { sha256Json } from '../../base/digest.ts';
import type { Json } from '../../base/json.ts';
import { WEIGHT } from '../../simulate/chain.ts';
import { EVENT, observedState, STATE } from '../../simulate/channel-lifecycle.ts';
import { OUTCOME, RECORD, type RecordSink } from '../../simulate/records.ts';
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
import { ChannelBook, type Instance, isLive } from './channel-book.ts';
import {
  type Driver,
  type DriverChannel,
  DriverFailure,
  type DriverNode,
  type DriverPaid,
  DriverRefusal,
} from './driver.ts';

/** Pause between two looks at what has become of channels, ms. */
const POLL_MS = 200;

/** How long the channels that a network begins with may take until they are open, ms. */
const OPENING_MS = 120_000;

/** What an opener must have left, sat (lnd: 10,000 for each channel with anchors, 100,000 at most). */
const OPENER_KEEPS_SAT = 100_000;

/** Blocks that are found, where they can be, for what is to be confirmed before time 0, and looks between two such. */
const CONFIRMATIONS = 6;
const LOOKS_FOR_BLOCKS = 10;

/** How long calls may still take when a run is interrupted, ms. */
const GRACE_MS = 2000;
const LEFT = 'the run was interrupted before the answer came';

const MSAT_PER_SAT = 1000;
const US_PER_MS = 1000;

export interface RpcSettings {
  /** Has the processes of these models; all of them are gone after close(). @throws Error that says why not */
  processes(models: readonly string[], timeline: Timeline): Promise<RpcProcesses>;
  readonly clock: { now(): number; sleep(ms: number): Promise<void> };
  /** How many times faster than the clock the scenario's time goes. */
  readonly speed: number;
  /** Names of saved networks to begin with, and to keep at the end; null: none. */
  readonly load: string | null;
  readonly save: string | null;
  /** Set when nobody waits for the run any more. */
  readonly stop?: AbortSignal;
}

export interface RpcProcesses {
  /** In the order of the models. */
  readonly drivers: readonly Driver[];
  close(): Promise<void>;
}

/** A node and the process that has it. */
interface Seat {
  readonly name: string;
  readonly driver: Driver;
  node: DriverNode;
  running: boolean;
}

export class RpcBackend implements Backend {
  readonly name = 'rpc';
  readonly clock = 'wall' as const;
  readonly #settings: RpcSettings;
  readonly #book: ChannelBook;
  readonly #texts = new Map<string, number>();
  readonly #apart = new Set<string>();
  #timeline: Timeline | null = null;
  #sink: RecordSink | null = null;
  #processes: RpcProcesses | null = null;
  #seats: readonly Seat[] = [];
  /** The scenario's time up to which everything has been seen, µs, and the clock then, ms. */
  #nowUs = 0;
  #nowMs = 0;
  #polledMs = Number.NEGATIVE_INFINITY;
  readonly #paying = new Set<number>();
  /** What has come of payments since the last look. */
  readonly #paid: (() => void)[] = [];
  #failure: unknown = null;
  /** Those whose nodes are of this run; the nodes of a process that refused to begin are another's. */
  readonly #begun = new Set<Driver>();
  /** Calls that wait for an answer, and whether nobody waits for the run any more. */
  readonly #leaving = new Set<(error: Error) => void>();
  #left = false;
  readonly #figures = { calls: 0, refused: 0, longest_call_ms: 0 };

  constructor(settings: RpcSettings) {
    this.#settings = settings;
    settings.stop?.addEventListener('abort', () => void this.#leave(), { once: true });
    this.#book = new ChannelBook((code, a, b, c, amount) => this.#sink?.record(code, this.#nowUs, a, b, c, amount));
  }

  async start(timeline: Timeline, sink: RecordSink, from?: BackendStart): Promise<void> {
    if (from !== undefined) throw new Error('the backend rpc does not begin in a snapshot');
    this.#timeline = timeline;
    const { nodes } = timeline.network;
    const models = [...new Set(nodes.map(({ model }) => model))];
    this.#processes = await this.#settings.processes(models, timeline);
    const seats: Seat[] = new Array(nodes.length);
    for (const [i, model] of models.entries()) {
      const driver = this.#processes.drivers[i] as Driver;
      const own = [...nodes.keys()].filter((node) => nodes[node]?.model === model);
      const plans = own.map((node) => nodes[node]!);
      const { load } = this.#settings;
      const started = await this.#orUnfit(driver, load === null ? 'start its nodes' : `load ${load}`, () =>
        driver.start({ nodes: plans, chain: timeline.chain, gossipUs: timeline.gossipUs, load }),
      );
      this.#begun.add(driver);
      own.forEach((node, k) => {
        seats[node] = { name: nodes[node]!.name, driver, node: started[k] as DriverNode, running: true };
      });
    }
    this.#seats = seats;
    if (this.#settings.load === null) {
      await this.#wallets();
      await this.#openNetwork();
    } else {
      await this.#findNetwork();
    }
    this.#sink = sink;
    this.#nowMs = this.#settings.clock.now();
    for (const { active, index, name } of this.#book.all) {
      if (active && index >= timeline.network.channels.length) sink.record(RECORD.channelActive, 0, index, name, 1, 0);
    }
  }

  async advance(untilUs: number): Promise<boolean> {
    this.#throwFailure();
    const { clock } = this.#settings;
    const fromUs = this.#nowUs;
    const seenUs = fromUs + Math.round((clock.now() - this.#nowMs) * US_PER_MS * this.#settings.speed);
    this.#nowUs = Math.min(Math.max(seenUs, fromUs), untilUs);
    for (let paid = this.#paid.shift(); paid !== undefined; paid = this.#paid.shift()) {
      paid();
      // Something may be due at this very instant.
      if (this.#sink?.interrupt === true) return false;
    }
    this.#nowUs = untilUs;
    this.#nowMs = clock.now();
    if (this.#nowMs - this.#polledMs >= POLL_MS) await this.#poll();
    return true;
  }

  async pay(row: number): Promise<void> {
    const timeline = this.#timeline!;
    const { payments } = timeline;
    const [source, destination] = [payments.source[row]!, payments.destination[row]!];
    const amountMsat = payments.amountMsat[row]!;
    const startedUs = this.#nowUs;
    this.#sink?.record(RECORD.paymentStarted, startedUs, row, source, destination, amountMsat);
    this.#paying.add(row);
    this.#pay(row).then(
      (paid) => this.#paid.push(() => this.#resolve(row, startedUs, paid)),
      (error: unknown) => {
        if (error instanceof DriverRefusal) this.#paid.push(() => this.#resolve(row, startedUs, NOT_PAID));
        else this.#failure ??= error;
      },
    );
  }

  async #pay(row: number): Promise<DriverPaid> {
    const { payments, activities } = this.#timeline!;
    const { profile } = activities[payments.activity[row]!]!;
    const [from, to] = [this.#seats[payments.source[row]!]!, this.#seats[payments.destination[row]!]!];
    const amountMsat = payments.amountMsat[row]!;
    const expiryUs = profile.invoiceExpiryUs;
    const invoice =
      profile.method === 'keysend' || to.driver.makeInvoice === undefined
        ? null
        : await this.#call(to, () =>
            need(to.driver.makeInvoice, 'create_invoice').call(to.driver, {
              node: to.node,
              amountMsat,
              ...(expiryUs === undefined ? {} : { expiryUs }),
            }),
          );
    const payment = { node: from.node, destination: to.node, invoice, amountMsat, profile };
    return this.#call(from, () => need(from.driver.pay, 'pay').call(from.driver, payment));
  }

  #resolve(row: number, startedUs: number, paid: DriverPaid): void {
    this.#paying.delete(row);
    const route = paid.route.map((key) => this.#seats.findIndex(({ node }) => node.pubkey === key));
    this.#sink?.record(RECORD.paymentResolved, this.#nowUs, row, paid.outcome, paid.attempts, paid.feeMsat);
    this.#sink?.payment({
      payment: row,
      startedUs,
      resolvedUs: this.#nowUs,
      outcome: paid.outcome,
      attempts: paid.attempts,
      parts: paid.parts,
      feeMsat: paid.feeMsat,
      route: route.includes(-1) ? [] : route,
      channels: [],
      failureCode: paid.failureCode,
      failureHop: paid.failureHop,
    });
  }

  async startNode(node: number): Promise<void> {
    const seat = this.#seats[node]!;
    if (seat.running) return;
    await this.#ask(seat, () => need(seat.driver.startNode, 'start_node').call(seat.driver, seat.node));
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
    await this.#ask(seat, () => need(seat.driver.stopNode, 'stop_node').call(seat.driver, seat.node, crash));
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
    const refusal = await this.#refusal(this.#seats[from]!, () => this.#open(request));
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
        : await this.#refusal(this.#seats[closer]!, ({ driver, node }) =>
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
      await this.#ask(seat, () =>
        need(seat.driver.setPolicy, 'set_policy').call(seat.driver, channel, seat.node, policy),
      );
    }
  }

  async fund(node: number, sat: number): Promise<void> {
    const seat = this.#seats[node]!;
    await this.#ask(seat, () => need(seat.driver.fund, 'fund').call(seat.driver, seat.node, sat));
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
    const refusal = await this.#refusal(seat, ({ driver, node }) =>
      connect ? driver.connect(node, peer.node) : driver.disconnect(node, peer.node),
    );
    if (refusal !== null) {
      const connected = await this.#ask(seat, () => seat.driver.connected(seat.node, peer.node));
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

  async mine(blocks: number): Promise<void> {
    const found = new Set<object>();
    for (const driver of this.#drivers()) {
      if (driver.chain !== undefined && found.has(driver.chain)) continue;
      found.add(driver.chain ?? driver);
      await this.#ask({ driver }, () => need(driver.mine, 'mine').call(driver, blocks));
      const { height } = driver;
      if (height === undefined) continue;
      const reached = await this.#ask({ driver }, () => height.call(driver));
      this.#sink?.record(RECORD.block, this.#nowUs, blocks, 0, reached, 0);
    }
  }

  async node(index: number): Promise<NodeObservation> {
    const seat = this.#seats[index]!;
    const told = await this.#ask(seat, () => seat.driver.figures(seat.node));
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
    await this.#poll();
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
          : await this.#ask({ driver }, () => height.call(driver)),
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
    this.#throwFailure();
    return this.#paying.size;
  }

  check(): null {
    return null;
  }

  /** Over what can be seen: the states of channels, and the balances of nodes. */
  async stateDigest(): Promise<string> {
    await this.#poll();
    const nodes: Json[] = [];
    for (const seat of this.#seats) {
      const told = await this.#ask(seat, () => seat.driver.figures(seat.node));
      nodes.push({ name: seat.name, running: seat.running, wallet_sat: told.walletSat, local_msat: told.localMsat });
    }
    const channels = this.#book.all.map(({ name, state }) => ({ name, state }));
    return sha256Json({ channels, nodes });
  }

  metrics(): { readonly [key: string]: Json } {
    return { ...this.#figures };
  }

  /** Keeps the network where that is asked for and nothing has failed, and ends the nodes and what was started. */
  async stop(): Promise<void> {
    const processes = this.#processes;
    if (processes === null) return;
    this.#processes = null;
    try {
      if (this.#failure === null) {
        const save = this.#sink === null ? null : this.#settings.save;
        for (const driver of this.#begun) {
          if (save !== null) await this.#orUnfit(driver, `save ${save}`, () => driver.save(save));
          await this.#orUnfit(driver, 'stop its nodes', () => driver.stop());
        }
      }
    } finally {
      await processes.close();
    }
  }

  /** A scenario's wallets are what its nodes have at least; what they lack they are given, where that can be done. */
  async #wallets(): Promise<void> {
    let gave = false;
    for (const [i, { driver, node, name }] of this.#seats.entries()) {
      const { fund, chain } = driver;
      const coins = this.#coinsBefore(i);
      if (coins === 0 || fund === undefined || chain === undefined) continue;
      await this.#orUnfit(driver, `fund ${name}`, async () => {
        const lacking = coins - (await driver.figures(node)).walletSat;
        if (lacking <= 0) return;
        await fund.call(driver, node, lacking);
        gave = true;
      });
    }
    if (gave) await this.#findBlocks(CONFIRMATIONS);
    const { clock } = this.#settings;
    const deadlineMs = clock.now() + OPENING_MS;
    while (gave && (await this.#isAnyPoor()) && clock.now() < deadlineMs) await clock.sleep(POLL_MS);
    for (const [i, { walletSat }] of this.#timeline!.network.nodes.entries()) {
      if (walletSat === 0) continue;
      const seat = this.#seats[i]!;
      const told = await this.#ask(seat, () => seat.driver.figures(seat.node));
      if (told.walletSat >= walletSat) continue;
      const has = `${seat.name} (${seat.node.name}) has ${told.walletSat} sat and is to have ${walletSat} sat`;
      throw this.#unfit(seat.driver, `${has}; start the process with as many`);
    }
  }

  /** What a node needs before the network's channels are opened, which have cost nobody anything; sat. */
  #coinsBefore(node: number): number {
    const { nodes, channels } = this.#timeline!.network;
    return channels.reduce(
      (sat, { node0, capacitySat }) => (node0 === node ? sat + this.#cost(capacitySat) : sat),
      nodes[node]!.walletSat,
    );
  }

  /** What an opener must have for a channel, sat. */
  #cost(capacitySat: number): number {
    const { feeratePerKw } = this.#timeline!.chain;
    return capacitySat + Math.ceil((WEIGHT.funding * feeratePerKw) / 1000) + OPENER_KEEPS_SAT;
  }

  async #isAnyPoor(): Promise<boolean> {
    for (const [i, seat] of this.#seats.entries()) {
      const walletSat = this.#coinsBefore(i);
      if (walletSat > 0 && (await this.#ask(seat, () => seat.driver.figures(seat.node))).walletSat < walletSat)
        return true;
    }
    return false;
  }

  /** Finds blocks before time 0, where they can be found. */
  async #findBlocks(blocks: number): Promise<void> {
    const [driver] = this.#drivers();
    if (driver?.chain !== undefined) await this.#orUnfit(driver, 'find blocks', () => this.mine(blocks));
  }

  /** Opens the channels that the network begins with, and waits until they can be used. */
  async #openNetwork(): Promise<void> {
    const { channels } = this.#timeline!.network;
    for (const [name, plan] of channels.entries()) {
      const { node0, node1, capacitySat, balance0Msat, announced, latencyUs } = plan;
      const instance = this.#book.add({
        name,
        nodes: [node0, node1],
        capacitySat,
        announced,
        state: STATE.negotiating,
      });
      const opener = this.#seats[node0]!;
      const { fund } = opener.driver;
      // What a scenario's network begins with has cost nobody anything.
      if (fund !== undefined && opener.driver.chain === undefined) {
        const coins = this.#cost(capacitySat);
        await this.#orUnfit(opener.driver, `fund ${opener.name}`, () => fund.call(opener.driver, opener.node, coins));
      }
      const refusal = await this.#refusal(opener, () =>
        this.#open({
          channel: name,
          from: node0,
          to: node1,
          capacitySat,
          pushMsat: capacitySat * MSAT_PER_SAT - balance0Msat,
          announced,
          policy: plan.policy0,
          reversePolicy: plan.policy1,
          latencyUs,
        }),
      );
      if (refusal !== null) throw this.#unfit(this.#seats[node0]!.driver, `it does not open ${plan.name}: ${refusal}`);
      this.#book.step(instance, EVENT.broadcast);
    }
    const { clock } = this.#settings;
    for (const driver of this.#drivers()) {
      if (driver.settle !== undefined)
        await this.#orUnfit(driver, 'open the channels', () => need(driver.settle, 'mine').call(driver));
    }
    const deadlineMs = clock.now() + OPENING_MS;
    for (let looks = 0; ; looks++) {
      if (looks % LOOKS_FOR_BLOCKS === 0 && channels.length > 0) await this.#findBlocks(CONFIRMATIONS);
      await this.#poll();
      const waiting = this.#book.all.filter(({ state }) => state !== STATE.open);
      const [first] = waiting;
      if (first === undefined || this.#settings.stop?.aborted === true) return;
      if (clock.now() >= deadlineMs) {
        const names = waiting.map(({ name }) => channels[name]!.name).join(', ');
        const why = `${names} cannot be used ${OPENING_MS / 1000} s after the opening; are there blocks?`;
        throw this.#unfit(this.#seats[first.nodes[0]]!.driver, why);
      }
      await clock.sleep(POLL_MS);
    }
  }

  /** Finds the channels of a saved network by their numbers, which are those of the scenario's names. */
  async #findNetwork(): Promise<void> {
    const { network, channelNames, actions } = this.#timeline!;
    const told = await this.#told();
    for (const [name, { node0, node1, capacitySat, announced }] of network.channels.entries()) {
      const state = told.get(name) === undefined ? STATE.closed : STATE.open;
      this.#book.add({ name, nodes: [node0, node1], capacitySat, announced, state });
    }
    for (let name = network.channels.length; name < channelNames.length; name++) {
      const opening = actions.find(({ kind, args }) => kind === 'open_channel' && args.channel === name);
      if (!told.has(name) || opening === undefined) continue;
      const { from, to, capacitySat, announced } = opening.args as unknown as OpenChannelRequest;
      this.#book.add({ name, nodes: [from, to], capacitySat, announced, state: STATE.open });
    }
    await this.#poll();
  }

  #open(request: OpenChannelRequest): Promise<void> {
    const [from, to] = [this.#seats[request.from]!, this.#seats[request.to]!];
    const { channel: id, capacitySat, pushMsat, announced, policy, reversePolicy, latencyUs } = request;
    return from.driver.openChannel({
      id,
      node: from.node,
      peer: to.node,
      capacitySat,
      pushMsat,
      announced,
      policy,
      reversePolicy,
      latencyUs,
    });
  }

  /** Looks at what has become of all channels. */
  async #poll(): Promise<void> {
    if (!this.#book.all.some(({ state }) => isLive(state))) return;
    const told = await this.#told();
    this.#polledMs = this.#settings.clock.now();
    for (const instance of this.#book.all)
      if (this.#isLast(instance)) this.#book.observe(instance, told.get(instance.name));
  }

  #drivers(): readonly Driver[] {
    return [...new Set(this.#processes?.drivers)];
  }

  #isLast(instance: Instance): boolean {
    return this.#book.named(instance.name) === instance;
  }

  async #told(): Promise<ReadonlyMap<number, DriverChannel>> {
    const told = new Map<number, DriverChannel>();
    for (const driver of this.#drivers()) {
      for (const channel of await this.#ask({ driver }, () => driver.channels())) told.set(channel.id, channel);
    }
    return told;
  }

  /** Why a process does not do something; null when it does. */
  async #refusal(seat: Seat, work: (seat: Seat) => Promise<void>): Promise<string | null> {
    try {
      await this.#call(seat, () => work(seat));
      return null;
    } catch (error) {
      if (!(error instanceof DriverRefusal)) throw error;
      this.#figures.refused++;
      return error.message;
    }
  }

  /** A call; a failure of the process is told with the node, the call and the time. */
  async #call<T>({ driver }: Pick<Seat, 'driver'>, work: () => Promise<T>): Promise<T> {
    const { clock } = this.#settings;
    const beganMs = clock.now();
    this.#figures.calls++;
    try {
      return await this.#orLeft(work);
    } catch (error) {
      if (!(error instanceof DriverFailure)) throw error;
      this.#failure ??= new Error(this.#failureText(driver.target, error));
      throw this.#failure;
    } finally {
      this.#figures.longest_call_ms = Math.max(this.#figures.longest_call_ms, Math.round(clock.now() - beganMs));
    }
  }

  /** Waits for an answer, but not for one that does not come when nobody waits for the run any more. */
  async #orLeft<T>(work: () => Promise<T>): Promise<T> {
    if (this.#left) throw new Error(LEFT);
    let leave: (error: Error) => void = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = reject;
    });
    this.#leaving.add(leave);
    try {
      return await Promise.race([work(), left]);
    } finally {
      this.#leaving.delete(leave);
    }
  }

  async #leave(): Promise<void> {
    await this.#settings.clock.sleep(GRACE_MS);
    // A network that is being kept may take its time.
    if (this.#leaving.size === 0 || this.#processes === null) return;
    this.#left = true;
    this.#failure ??= new Error(LEFT);
    for (const leave of this.#leaving) leave(new Error(LEFT));
  }

  /** A call without which there is no run: a refusal ends it, too. */
  async #orUnfit<T>(driver: Driver, what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#call({ driver }, work);
    } catch (error) {
      if (error instanceof DriverRefusal) throw this.#unfit(driver, `it does not ${what}: ${error.message}`);
      throw error;
    }
  }

  /** The same for what a run needs once it goes. */
  #ask<T>({ driver }: Pick<Seat, 'driver'>, work: () => Promise<T>): Promise<T> {
    return this.#orUnfit(driver, `do what is needed at ${this.#time()}`, work);
  }

  #failureText(target: string, { call, node, at, message }: DriverFailure): string {
    const seat = this.#seats.find((one) => one?.node?.name === node);
    const isKnown = seat === undefined || seat.name === node;
    const of = node === '' ? '' : isKnown ? ` for ${node}` : ` for ${seat.name} (${node})`;
    return `E812 ${at ?? target} has failed at ${this.#time()}, ${call}${of}: ${message}`;
  }

  #unfit(driver: Driver, why: string): Error {
    return new Error(`E813 ${driver.target} cannot play the scenario: ${why}`);
  }

  #time(): string {
    return this.#sink === null ? 'its start' : `${(this.#nowUs / 1_000_000).toFixed(3)} s`;
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
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

/** A payment that its process did not take. */
const NOT_PAID: DriverPaid = {
  outcome: OUTCOME.UnexpectedError,
  attempts: 0,
  parts: 0,
  feeMsat: 0,
  route: [],
  failureCode: 0,
  failureHop: -1,
};

const pair = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;

/** Scenarios with these events are refused before they are played (see BackendLimits). */
function refused(event: string): Error {
  return new Error(`the backend rpc has no event ${event}`);
}

function need<T>(method: T | undefined, event: string): T {
  if (method === undefined) throw refused(event);
  return method;
}
