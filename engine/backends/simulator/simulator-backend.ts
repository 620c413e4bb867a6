/** The control plane over the simulator: virtual time, everything at once, every answer without a promise. */
import type { Json } from '../../base/json.ts';
import { observedState, STATE } from '../../simulate/channel-lifecycle.ts';
import type { ModelKind } from '../../simulate/node-model.ts';
import type { RecordSink } from '../../simulate/records.ts';
import type { RoutingTraceSink } from '../../simulate/routing-trace.ts';
import { Simulation } from '../../simulate/simulation.ts';
import type { SimulationStart, SimulationState } from '../../simulate/state.ts';
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
import type { OldStateRequest } from '../../timeline/old-states.ts';
import type { ReorgRequest } from '../../timeline/reorgs.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type {
  Backend,
  ChainObservation,
  ChannelGossip,
  ChannelObservation,
  InvoiceObservation,
  NodeObservation,
  OwnChannel,
} from '../backend.ts';
import { channelGossip, observedInvoice, ownChannels } from './node-knowledge.ts';

/** sat per 1000 weight units in 1 sat/vB, and weight units in a million virtual bytes (BIP 141: four a virtual byte). */
const PER_KW_OF_SAT_VB = 250;
const WEIGHT_OF_VMB = 4_000_000;

export interface SimulatorOptions {
  /** Implementations that nodes may have. */
  readonly models: readonly ModelKind[];
  /** Check every invariant after each event (slow). */
  readonly check?: boolean;
  /** Gets the steps of routing of the payments that it wants to know about. */
  readonly trace?: RoutingTraceSink;
}

export class SimulatorBackend implements Backend {
  readonly name = 'simulator';
  readonly clock = 'virtual' as const;
  readonly #options: SimulatorOptions;
  #simulation: Simulation | null = null;

  constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  start(timeline: Timeline, sink: RecordSink, from?: SimulationStart): void {
    const { check = false, trace } = this.#options;
    const options = { check, ...(trace === undefined ? {} : { trace }) };
    this.#simulation = new Simulation(timeline, this.#options.models, sink, options, from ?? null);
  }

  capture(): SimulationState {
    return this.simulation.capture();
  }

  /** The simulation behind the control plane. */
  get simulation(): Simulation {
    if (this.#simulation === null) throw new Error('start() comes first');
    return this.#simulation;
  }

  advance(untilUs: number, inclusive: boolean, maxEvents: number): boolean {
    return this.simulation.advance(untilUs, inclusive, maxEvents);
  }

  pay(row: number): void {
    this.simulation.pay(row);
  }

  startNode(node: number): void {
    this.simulation.startNode(node);
  }

  stopNode(node: number): void {
    this.simulation.stopNode(node);
  }

  openChannel(request: OpenChannelRequest): void {
    this.simulation.openChannel(request);
  }

  closeChannel(request: CloseChannelRequest): void {
    this.simulation.closeChannel(request);
  }

  cheat(request: OldStateRequest): void {
    this.simulation.cheat(request);
  }

  loseData(request: LoseDataRequest): void {
    this.simulation.loseData(request);
  }

  setPolicy(request: SetPolicyRequest): void {
    this.simulation.setPolicy(request);
  }

  crashNode(node: number): void {
    this.simulation.crashNode(node);
  }

  connectPeer(a: number, b: number): void {
    this.simulation.connectPeer(a, b);
  }

  disconnectPeer(a: number, b: number): void {
    this.simulation.disconnectPeer(a, b);
  }

  partition(groups: readonly (readonly number[])[]): void {
    this.simulation.partition(groups);
  }

  heal(): void {
    this.simulation.heal();
  }

  sendOnchain(request: SendOnchainRequest): void {
    this.simulation.sendOnchain(request);
  }

  setLatency(request: SetLatencyRequest): void {
    this.simulation.setLatency(request);
  }

  setFeerate(feeratePerKw: number): void {
    this.simulation.setFeerate(feeratePerKw);
  }

  congestMempool(request: CongestMempoolRequest): void {
    this.simulation.congestMempool(request);
  }

  rebalance(request: RebalanceRequest): void {
    this.simulation.rebalance(request);
  }

  createInvoice(invoice: number): void {
    this.simulation.createInvoice(invoice);
  }

  settleInvoice(invoice: number): void {
    this.simulation.settleInvoice(invoice);
  }

  cancelInvoice(invoice: number): void {
    this.simulation.cancelInvoice(invoice);
  }

  invoice(invoice: number): InvoiceObservation {
    return observedInvoice(this.simulation.world, invoice);
  }

  fund(node: number, sat: number): void {
    this.simulation.fund(node, sat);
  }

  mine(blocks: number): void {
    this.simulation.mine(blocks);
  }

  reorg(request: ReorgRequest): void {
    this.simulation.reorg(request);
  }

  node(node: number): NodeObservation {
    const w = this.simulation.world;
    const plan = w.timeline.network.nodes[node]!;
    let localBalanceMsat = 0;
    let remoteBalanceMsat = 0;
    for (const edge of w.localEdges[node]!) {
      localBalanceMsat += w.channels.balanceMsat[edge]!;
      remoteBalanceMsat += w.channels.balanceMsat[edge ^ 1]!;
    }
    return {
      name: plan.name,
      model: plan.model,
      running: w.running[node] === 1,
      walletSat: w.chain.walletSat[node]!,
      channels: w.localEdges[node]!.length,
      localBalanceMsat,
      remoteBalanceMsat,
      forwards: w.forwards[node]!,
      feesEarnedMsat: w.feesEarnedMsat[node]!,
      htlcsRefused: this.simulation.refused(node),
    };
  }

  channel(channel: number): ChannelObservation {
    const w = this.simulation.world;
    const nodes = w.timeline.network.nodes;
    const name = w.timeline.channelNames[channel]!;
    const c = w.byName[channel]!;
    if (c < 0) {
      return {
        name,
        state: 'none',
        active: false,
        announced: false,
        node0: '',
        node1: '',
        capacitySat: 0,
        balance0Msat: 0,
        balance1Msat: 0,
        htlcs: 0,
      };
    }
    return {
      name,
      state: observedState(w.channels.state[c]!),
      active: w.channels.usable(c),
      announced: w.channels.state[c] === STATE.open && w.graph.isKnown(2 * c),
      node0: nodes[w.from(2 * c)]!.name,
      node1: nodes[w.from(2 * c + 1)]!.name,
      capacitySat: w.channels.capacityMsat[c]! / 1000,
      balance0Msat: w.channels.balanceMsat[2 * c]!,
      balance1Msat: w.channels.balanceMsat[2 * c + 1]!,
      htlcs: this.simulation.unresolvedHtlcs(c),
    };
  }

  chain(): ChainObservation {
    const { chain } = this.simulation.world;
    const { backlog, waiting } = chain.mempool;
    return {
      height: chain.height,
      mempool: waiting.length,
      feesSat: chain.feesSat,
      feerate: chain.estimatePerKw(1) / PER_KW_OF_SAT_VB,
      feerate6: chain.estimatePerKw(6) / PER_KW_OF_SAT_VB,
      minimumFeerate: backlog.minimumPerKw / PER_KW_OF_SAT_VB,
      backlog: backlog.weight / WEIGHT_OF_VMB,
    };
  }

  ownChannels(node: number): readonly OwnChannel[] {
    return ownChannels(this.simulation.world, node);
  }

  gossip(node: number): readonly ChannelGossip[] {
    return channelGossip(this.simulation.world, node);
  }

  inFlight(): number {
    return this.simulation.world.payments.running;
  }

  check(): string | null {
    return this.simulation.brokenInvariant();
  }

  stateDigest(): string {
    return this.simulation.stateDigest();
  }

  metrics(): { readonly [key: string]: Json } {
    const w = this.simulation.world;
    return {
      physics_events: w.events,
      attempts: w.attempts.made,
      channels: w.channels.count,
      height: w.chain.height,
      transactions: w.chain.transactions,
      on_chain_fees_sat: w.chain.feesSat,
      forwards: w.forwards.reduce((sum, n) => sum + n, 0),
      forwarding_fees_msat: w.feesEarnedMsat.reduce((sum, n) => sum + n, 0),
      ...(w.cheats.commitments === 0
        ? {}
        : {
            revoked_commitments: w.cheats.commitments,
            penalties_sat: w.cheats.takenSat,
            stolen_sat: w.cheats.keptSat,
          }),
      ...(w.chain.blocksUndone === 0 ? {} : { blocks_undone: w.chain.blocksUndone }),
      ...this.simulation.defenceMetrics(),
    };
  }

  stop(): void {
    this.#simulation = null;
  }
}

/** A simulator ready to be started with a timeline. */
export function createSimulatorBackend(options: SimulatorOptions): SimulatorBackend {
  return new SimulatorBackend(options);
}
