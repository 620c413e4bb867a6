/**
 * Real nodes behind calls that are plain data, so that they can live in a thread of their own: what is asked, what came of
 * it, and everything that happened meanwhile, in order.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Json } from '../../base/json.ts';
import { observedState, STATE } from '../../simulate/channel-lifecycle.ts';
import type { PaymentResult, RecordCode } from '../../simulate/records.ts';
import type {
  CloseChannelRequest,
  CongestMempoolRequest,
  LoseDataRequest,
  OpenChannelRequest,
  RebalanceRequest,
  SendOnchainRequest,
  SetLatencyRequest,
  SetPolicyRequest,
} from '../../timeline/control.ts';
import { JOURNAL_CALLS, type JournalCall, type JournalCallName, type JournalState } from '../../timeline/journal.ts';
import type { OldStateRequest } from '../../timeline/old-states.ts';
import { fillPayment, type MadePayment } from '../../timeline/own-payments.ts';
import type { ReorgRequest } from '../../timeline/reorgs.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type {
  ChainObservation,
  ChannelGossip,
  ChannelObservation,
  InvoiceObservation,
  NodeObservation,
  OwnChannel,
} from '../backend.ts';
import { loadBinding } from './binding.ts';
import { keptState, LDK_SOFTWARE } from './kept-state.ts';
import { channelGossip, ownChannels } from './node-knowledge.ts';
import type { RealChannel } from './real-channels.ts';
import { RealWorld } from './real-world.ts';
import { concat } from './transaction.ts';

/** sat per 1000 weight units in 1 sat/vB, and weight units in a million virtual bytes (BIP 141: four a virtual byte). */
const PER_KW_OF_SAT_VB = 250;
const WEIGHT_OF_VMB = 4_000_000;

/** Something that happened, for a RecordSink. */
export type Happening =
  | readonly ['record', RecordCode, number, number, number, number, number]
  | readonly ['payment', PaymentResult]
  | readonly ['text', number, string];

export interface HostAnswer<T> {
  readonly value: T;
  readonly happened: readonly Happening[];
}

/** What can be asked; every method is a call with plain data. */
export class LdkCalls {
  readonly #world: RealWorld;
  readonly #resolved: () => number;
  readonly #journal: readonly JournalCall[];

  constructor(world: RealWorld, resolved: () => number, journal: readonly JournalCall[]) {
    this.#world = world;
    this.#resolved = resolved;
    this.#journal = journal;
  }

  /** Stops after an event in which a payment ended: something may be due then. */
  advance(untilUs: number, inclusive: boolean, maxEvents: number): boolean {
    const before = this.#resolved();
    return this.#world.advance(untilUs, inclusive, maxEvents, () => this.#resolved() > before);
  }

  /** `made` is what an agent pays: nobody knew of it when the timeline was handed over. */
  pay(row: number, made?: MadePayment): void {
    if (made !== undefined) fillPayment(this.#world.timeline.payments, row, made);
    this.#world.control(() => this.#world.payments.start(row));
  }

  rebalance(request: RebalanceRequest): void {
    const { node, row, amountMsat } = request;
    fillPayment(this.#world.timeline.payments, row, { source: node, destination: node, amountMsat });
    this.#world.control(() => this.#world.payments.start(row, request));
  }

  startNode(node: number): void {
    this.#world.control(() => this.#world.startNode(this.#world.nodes[node]!));
  }

  stopNode(node: number): void {
    this.#world.control(() => this.#world.stopNode(this.#world.nodes[node]!, false));
  }

  crashNode(node: number): void {
    this.#world.control(() => this.#world.stopNode(this.#world.nodes[node]!, true));
  }

  openChannel(request: OpenChannelRequest): void {
    this.#world.control(() => this.#world.channels.open(request));
  }

  closeChannel(request: CloseChannelRequest): void {
    this.#world.control(() => this.#world.channels.close(request));
  }

  setPolicy(request: SetPolicyRequest): void {
    this.#world.control(() => this.#world.setPolicy(request));
  }

  fund(node: number, sat: number): void {
    this.#world.control(() => this.#world.fund(node, sat));
  }

  connectPeer(a: number, b: number): void {
    this.#world.control(() => this.#world.peering.connect(a, b));
  }

  disconnectPeer(a: number, b: number): void {
    this.#world.control(() => this.#world.peering.disconnect(a, b));
  }

  partition(groups: readonly (readonly number[])[]): void {
    this.#world.control(() => this.#world.peering.partition(groups));
  }

  heal(): void {
    this.#world.control(() => this.#world.peering.heal());
  }

  sendOnchain(request: SendOnchainRequest): void {
    this.#world.control(() => this.#world.sendOnchain(request));
  }

  setLatency(request: SetLatencyRequest): void {
    this.#world.control(() => this.#world.setLatency(request));
  }

  setFeerate(feeratePerKw: number): void {
    this.#world.control(() => this.#world.setFeerate(feeratePerKw));
  }

  congestMempool(request: CongestMempoolRequest): void {
    this.#world.control(() => this.#world.congestMempool(request));
  }

  createInvoice(invoice: number): void {
    this.#world.control(() => this.#world.invoices.create(invoice));
  }

  settleInvoice(invoice: number): void {
    this.#world.control(() => this.#world.invoices.settle(invoice));
  }

  cancelInvoice(invoice: number): void {
    this.#world.control(() => this.#world.invoices.cancel(invoice));
  }

  invoice(invoice: number): InvoiceObservation {
    return this.#world.invoices.observe(invoice);
  }

  mine(blocks: number): void {
    this.#world.blocks.mine(blocks);
  }

  cheat(request: OldStateRequest): void {
    this.#world.control(() => this.#world.cheating.cheat(request));
  }

  loseData(request: LoseDataRequest): void {
    this.#world.control(() => this.#world.cheating.loseData(request));
  }

  reorg(request: ReorgRequest): void {
    this.#world.blocks.reorg(request);
  }

  node(index: number): NodeObservation {
    const w = this.#world;
    return w.binding.scope(() => {
      const node = w.nodes[index]!;
      const open = w.channels.of(node).filter(({ state }) => state === STATE.open);
      let [localBalanceMsat, remoteBalanceMsat] = [0, 0];
      for (const channel of open) {
        const { balances } = w.channels.money(channel);
        const side = channel.nodes[0] === node ? 0 : 1;
        localBalanceMsat += balances[side];
        remoteBalanceMsat += balances[1 - side]!;
      }
      return {
        name: node.name,
        model: w.timeline.network.nodes[index]!.model,
        running: node.running,
        walletSat: w.chain.walletSat[index] ?? 0,
        channels: open.length,
        localBalanceMsat,
        remoteBalanceMsat,
        forwards: w.payments.forwards[index] ?? 0,
        feesEarnedMsat: w.payments.feesEarnedMsat[index] ?? 0,
        htlcsRefused: 0,
      };
    });
  }

  channel(name: number): ChannelObservation {
    const w = this.#world;
    const channel = w.channels.byName.get(name);
    const common = { name: w.timeline.channelNames[name]! };
    if (channel === undefined) {
      const nobody = { node0: '', node1: '', capacitySat: 0, balance0Msat: 0, balance1Msat: 0, htlcs: 0 };
      return { ...common, state: 'none', active: false, announced: false, ...nobody };
    }
    return w.binding.scope(() => {
      const { balances, htlcs } = w.channels.money(channel);
      return {
        ...common,
        state: observedState(channel.state),
        active: channel.active,
        announced: channel.state === STATE.open && this.#isAnnounced(channel),
        node0: channel.nodes[0].name,
        node1: channel.nodes[1].name,
        capacitySat: channel.capacitySat,
        balance0Msat: balances[0],
        balance1Msat: balances[1],
        htlcs,
      };
    });
  }

  #isAnnounced(channel: RealChannel): boolean {
    const graph = channel.nodes[0].graph.read_only();
    const known = graph.channel(channel.scid) !== null;
    graph.free();
    return known && channel.announced;
  }

  chain(): ChainObservation {
    const { chain } = this.#world;
    const { backlog } = chain;
    return {
      height: chain.height,
      mempool: chain.waiting.length,
      feesSat: chain.feesSat,
      feerate: chain.estimatePerKw(1) / PER_KW_OF_SAT_VB,
      feerate6: chain.estimatePerKw(6) / PER_KW_OF_SAT_VB,
      minimumFeerate: backlog.minimumPerKw / PER_KW_OF_SAT_VB,
      backlog: backlog.weight / WEIGHT_OF_VMB,
    };
  }

  ownChannels(node: number): readonly OwnChannel[] {
    return this.#world.binding.scope(() => ownChannels(this.#world, this.#world.nodes[node]!));
  }

  gossip(node: number): readonly ChannelGossip[] {
    return this.#world.binding.scope(() => channelGossip(this.#world, this.#world.nodes[node]!));
  }

  inFlight(): number {
    return this.#world.payments.inFlight;
  }

  check(): string | null {
    const w = this.#world;
    return w.chain.check() ?? w.binding.scope(() => w.channels.check());
  }

  /** SHA-256 over the clock, the chain, the wallets, invoices with a name, and every byte that LDK would write of its nodes. */
  stateDigest(): string {
    const w = this.#world;
    const parts: Uint8Array[] = [];
    const put = (bytes: Uint8Array): void => void parts.push(sha256(bytes));
    const { chain } = w;
    const tail = [w.nowUs(), chain.height, chain.feeratePerKw, chain.feesSat, chain.mintedSat, ...chain.walletSat];
    put(utf8ToBytes(JSON.stringify([...tail, ...chain.waiting.map(({ tx }) => tx.txid), ...chain.coins.keys()])));
    const { bands, inflows, minimumPerKw, present } = chain.backlog;
    if (present) put(utf8ToBytes(JSON.stringify([bands, inflows, minimumPerKw])));
    const old = w.oldStates.text();
    if (old !== '') put(utf8ToBytes(old));
    if (chain.blocksUndone > 0) put(utf8ToBytes(JSON.stringify([chain.blocksUndone, chain.owedSat, chain.held])));
    put(chain.tip);
    if (w.timeline.invoices !== undefined) put(utf8ToBytes(w.invoices.text()));
    for (const node of w.nodes) {
      put(Uint8Array.of(node.running ? 1 : 0));
      const { manager, monitors } = w.diskOf(node);
      put(manager);
      for (const monitor of monitors) put(monitor);
      put(node.graph.write());
      put(node.scorer.write());
    }
    return bytesToHex(sha256(concat(...parts)));
  }

  capture(): JournalState {
    return keptState(this.#world, this.#journal, this.stateDigest());
  }

  #cheats(): { readonly [key: string]: number } {
    const { commitments, takenSat, keptSat } = this.#world.cheating;
    if (commitments === 0) return {};
    return { revoked_commitments: commitments, penalties_sat: takenSat, stolen_sat: keptSat };
  }

  metrics(): { readonly [key: string]: number } {
    const w = this.#world;
    const undone = w.chain.blocksUndone === 0 ? {} : { blocks_undone: w.chain.blocksUndone };
    return {
      bytes_on_the_wire: w.wires.bytes,
      blocks: w.chain.height,
      fees_sat: w.chain.feesSat,
      ...undone,
      ...this.#cheats(),
    };
  }
}

const CHANGES: ReadonlySet<string> = new Set(JOURNAL_CALLS);

/** Real nodes for one timeline. What changes them is written down, so that the same can be asked again. */
export class LdkHost {
  readonly #world: RealWorld;
  readonly #calls: LdkCalls;
  readonly #happened: Happening[];
  readonly #journal: JournalCall[] = [];

  private constructor(world: RealWorld, resolved: () => number, happened: Happening[]) {
    this.#world = world;
    this.#calls = new LdkCalls(world, resolved, this.#journal);
    this.#happened = happened;
  }

  /**
   * Builds the network, and goes to a state of it where one is given.
   * @throws LdkMissing where the package is not installed, Error where LDK does not build the network or another state comes
   * of the journal
   */
  static async start(timeline: Timeline, from: JournalState | null = null): Promise<LdkHost> {
    const binding = await loadBinding();
    const happened: Happening[] = [];
    let resolved = 0;
    const world = new RealWorld(binding, timeline, {
      record: (...record) => void happened.push(['record', ...record]),
      payment: (result) => {
        resolved++;
        happened.push(['payment', result]);
      },
      text: (number, text) => void happened.push(['text', number, text]),
    });
    world.build();
    const host = new LdkHost(world, () => resolved, happened);
    if (from !== null) host.#replay(from);
    return host;
  }

  /** Does again what led to a state; nothing is told of it. */
  #replay({ journal, replay, time_us }: JournalState): void {
    const refuse = (why: string): Error => new Error(`E833 the state does not come out again: ${why}`);
    if (replay.software !== LDK_SOFTWARE) {
      throw refuse(`it was kept with ${replay.software}, and this is ${LDK_SOFTWARE}`);
    }
    try {
      for (const [timeUs, events, name, args] of journal) {
        this.#world.goTo(timeUs, events);
        this.call(name, args as never);
      }
      this.#world.goTo(time_us, replay.events);
    } catch (error) {
      throw refuse(error instanceof Error ? error.message : String(error));
    }
    this.#happened.length = 0;
    if (this.#calls.stateDigest() !== replay.state) {
      throw refuse(`after ${journal.length} calls and ${replay.events} events the nodes are not as they were`);
    }
  }

  /** What happened since it was asked last. */
  take(): readonly Happening[] {
    return this.#happened.splice(0);
  }

  call<M extends keyof LdkCalls>(method: M, args: Parameters<LdkCalls[M]>): HostAnswer<ReturnType<LdkCalls[M]>> {
    if (CHANGES.has(method)) {
      const { events } = this.#world;
      this.#journal.push([
        this.#world.nowUs(),
        events,
        method as JournalCallName,
        args as readonly unknown[] as Json[],
      ]);
    }
    const calls = this.#calls as unknown as Record<string, (...given: readonly unknown[]) => unknown>;
    const value = calls[method]!(...args) as ReturnType<LdkCalls[M]>;
    return { value, happened: this.take() };
  }
}
