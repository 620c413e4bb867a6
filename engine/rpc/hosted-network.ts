/**
 * Simulated nodes that live in wall-clock time: a process hosts them for whoever drives it from outside, in BLAST's
 * protocol (blast-service.ts) or in that of the control plane (control-service.ts). Virtual time follows the clock that is
 * handed in; blocks come at a rhythm, since the driver's own chain is not seen from here, and when they are asked for.
 *
 * An operation that cannot be done throws a HostError.
 */

import type { ChainObservation } from '../backends/backend.ts';
import { US_PER_SECOND } from '../base/numbers.ts';
import { PAYMENT } from '../simulate/payments.ts';
import type { SimulationState } from '../simulate/state.ts';
import type { World } from '../simulate/world.ts';
import type { CongestMempoolRequest, RebalanceRequest } from '../timeline/control.ts';
import type { ReorgRequest } from '../timeline/reorgs.ts';
import type { PaymentProfile } from '../timeline/timeline.ts';
import { HostError } from './host-error.ts';
import type { HostedChannel } from './hosted-channel.ts';
import { HostedChannels, HostedChannelTable } from './hosted-channels.ts';
import type { HostedListener } from './hosted-events.ts';
import { HostedInvoices } from './hosted-invoices.ts';
import { type HostedModels, HostedNodes, kindOf } from './hosted-nodes.ts';
import { type HostedPayment, HostedPayments } from './hosted-payments.ts';
import { HostedPeers, type HostedPeersState } from './hosted-peers.ts';
import { HostedRecords } from './hosted-records.ts';
import { HostedSimulation } from './hosted-simulation.ts';
import { type HostedPaymentPlan, type HostedSettings, HostedTimeline } from './hosted-timeline.ts';

/** Most payments that one network can have had. */
const MAX_PAYMENTS = 1 << 20;

/** Delay of gossip, µs: as a scenario's default for `latency.gossip`. */
const GOSSIP_US = 30 * US_PER_SECOND;

/** So many blocks whenever so much time has passed, µs; 0: none by themselves. */
export interface HostedMining {
  readonly blocks: number;
  readonly everyUs: number;
}

export interface HostedNetworkSettings extends HostedModels {
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

/** What a network was made of, to make it again. */
export interface HostedNetworkState extends HostedPeersState {
  readonly channels: readonly HostedChannel[];
  readonly settings: HostedSettings;
  readonly mining: HostedMining;
  /** Virtual time of the last blocks that came by themselves. */
  readonly minedUs: number;
  /** Payments that were ever made. */
  readonly payments: number;
  readonly simulation: SimulationState;
}

/** A payment of a node to itself. */
export interface HostedCircle {
  readonly node: number;
  /** The channel that gives, and the one that receives. */
  readonly outgoing: HostedChannel;
  readonly incoming: HostedChannel;
  readonly amountMsat: number;
  /** −1: the model decides. */
  readonly maxFeeMsat: number;
  /** The whole way; empty: the model looks for one. */
  readonly route: readonly HostedChannel[];
}

export class HostedNetwork {
  readonly nodes: HostedNodes;
  readonly peers: HostedPeers;
  readonly channels: HostedChannels;
  readonly invoices: HostedInvoices;
  readonly #settings: HostedNetworkSettings;
  readonly #simulation: HostedSimulation;
  readonly #payments = new HostedPayments();
  /** Wall-clock time at which the simulator's time was 0, µs. */
  #beganUs: number;
  #mining: HostedMining;
  #minedUs: number;

  /** A network without nodes, or that of a state, whose time goes on now. @throws HostError when a model is not there */
  constructor(settings: HostedNetworkSettings, listener: HostedListener, from: HostedNetworkState | null = null) {
    this.#settings = settings;
    const { height, feeratePerKw, gossipUs = GOSSIP_US, mining } = settings;
    const timeline =
      from === null
        ? new HostedTimeline({ height, feeratePerKw, gossipUs })
        : HostedTimeline.of(from.settings, from.simulation, from.payments);
    for (const { model } of timeline.nodes) kindOf(settings, model);
    const table = new HostedChannelTable(from?.channels ?? []);
    const network = this;
    const records = new HostedRecords(
      {
        get world() {
          return network.#worldIfMade;
        },
        channelOf: (slot) => table.bySlot.get(slot) ?? null,
      },
      this.#payments,
      listener,
      from?.simulation.texts ?? [],
    );
    this.#payments.restore(timeline, from?.simulation.payments ?? [], PAYMENT.running);
    this.#simulation = new HostedSimulation(settings.models, timeline, records, from?.simulation ?? null);
    this.nodes = new HostedNodes(settings, this.#simulation, records, listener);
    this.channels = new HostedChannels(table, this.#simulation, records, this.nodes);
    this.peers = new HostedPeers(this.#simulation, this.nodes, this.channels, from);
    this.invoices = new HostedInvoices(this.#simulation, this.nodes);
    this.#mining = from?.mining ?? mining;
    this.#minedUs = from?.minedUs ?? 0;
    this.#beganUs = settings.nowUs() - this.timeUs;
  }

  /** Virtual time, µs. */
  get timeUs(): number {
    return this.#simulation.timeUs;
  }

  get mining(): HostedMining {
    return this.#mining;
  }

  /** The tables of the simulation, to be read. */
  get world(): World {
    return this.#simulation.world;
  }

  /** Payments that somebody waits for. */
  get awaited(): number {
    return this.#payments.awaited;
  }

  /** Virtual time at which something happens next, µs. */
  get nextUs(): number {
    const { everyUs } = this.#mining;
    const blocksUs = everyUs === 0 ? Number.POSITIVE_INFINITY : this.#minedUs + everyUs;
    return Math.min(this.world.queue.peek(), blocksUs);
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
      this.#simulation.advance(Math.max(nextUs, this.timeUs));
      this.mine(blocks);
      this.#minedUs = nextUs;
    }
    this.#simulation.advance(nowUs);
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

  // Payments

  /** Starts a payment. @throws HostError when payer and recipient are the same */
  pay(plan: HostedPaymentPlan): HostedPayment {
    if (plan.source === plan.destination) {
      throw new HostError('a node cannot pay itself', 'invalid_value', { field: 'destination' });
    }
    return this.#begin(plan, (row) => this.#simulation.backend.pay(row));
  }

  /** Starts a payment of a node to itself. @throws HostError when one of the channels is not the node's */
  rebalance(circle: HostedCircle): HostedPayment {
    const { node, outgoing, incoming, amountMsat, maxFeeMsat, route } = circle;
    for (const [field, channel] of [
      ['out_channel_id', outgoing],
      ['in_channel_id', incoming],
    ] as const) {
      if (channel.source === node || channel.destination === node) continue;
      const what = `channel ${channel.id} is not a channel of ${this.nodes.name(node)}`;
      throw new HostError(what, 'invalid_value', { field, subject: String(channel.id) });
    }
    const request: Omit<RebalanceRequest, 'row'> = {
      node,
      outChannel: outgoing.slot,
      inChannel: incoming.slot,
      amountMsat,
      maxFeeMsat,
      ...(route.length === 0 ? {} : { route: route.map(({ slot }) => slot) }),
    };
    const plan = { source: node, destination: node, amountMsat, profile: circularProfile(maxFeeMsat) };
    return this.#begin(plan, (row) => this.#simulation.backend.rebalance({ ...request, row }));
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
    return this.#simulation.timeline.key(id - 1);
  }

  // Chain

  chain(): ChainObservation {
    return this.#simulation.backend.chain();
  }

  mine(blocks: number): void {
    this.#simulation.backend.mine(blocks);
  }

  setMining(mining: HostedMining): void {
    this.#mining = mining;
    this.#minedUs = this.timeUs;
  }

  setFeerate(feeratePerKw: number): void {
    this.#simulation.backend.setFeerate(feeratePerKw);
  }

  congestMempool(request: CongestMempoolRequest): void {
    this.#simulation.backend.congestMempool(request);
  }

  reorg(request: ReorgRequest): void {
    this.#simulation.backend.reorg(request);
  }

  /** Everything, to be made again by the constructor. */
  capture(): HostedNetworkState {
    const { timeline, backend } = this.#simulation;
    return {
      channels: this.channels.capture(),
      ...this.peers.capture(),
      settings: timeline.settings,
      mining: this.#mining,
      minedUs: this.#minedUs,
      payments: timeline.payments,
      simulation: backend.capture(),
    };
  }

  /** The network goes, and nobody needs to wait for its payments any more. */
  abandon(): void {
    this.#payments.abandon(new HostError('the network is gone', 'network_replaced'));
  }

  /** What is broken in the network, or null. */
  check(): string | null {
    return this.#simulation.backend.check();
  }

  #begin(plan: HostedPaymentPlan, start: (row: number) => void): HostedPayment {
    const { timeline } = this.#simulation;
    if (timeline.payments === MAX_PAYMENTS) {
      throw new HostError('this network has made as many payments as it can', 'limit');
    }
    const row = timeline.addPayment(plan);
    const { invoice } = plan.profile;
    if (!this.#simulation.sync() && invoice !== undefined) this.world.invoices.name(invoice, row);
    const payment = this.#payments.begin(row, timeline, this.timeUs);
    start(row);
    return payment;
  }

  /** Asked by the records, which may come while the simulation is being made. */
  get #worldIfMade(): World | null {
    return this.#simulation?.world ?? null;
  }
}

/** How a node pays itself. */
function circularProfile(feeLimitMsat: number): PaymentProfile {
  return { method: 'keysend', feeLimitMsat, timeoutUs: -1, maxParts: -1, holdUs: 0 };
}
