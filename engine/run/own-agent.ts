/** An agent while it is awake: what its node can know and do, by the backend. */
import type { Awaitable, Backend, ChannelGossip, NodeObservation, OwnChannel } from '../backends/backend.ts';
import type { Json } from '../base/json.ts';
import { RandomStream } from '../base/random.ts';
import type { Agent, BehaviourKind, OwnPayment, RebalanceOrder } from '../kinds/behaviour.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { fillPayment } from '../timeline/own-payments.ts';
import type { BehaviourPlan, Timeline } from '../timeline/timeline.ts';

/** What one agent is between two wakes. */
export interface AgentMemory {
  readonly node: number;
  /** First row that it may fill, and how many rows it has filled. */
  readonly firstRow: number;
  paid: number;
  memory: Json;
  ended: OwnPayment[];
  readonly inFlight: Set<number>;
  readonly figures: Map<string, number>;
}

/** What agents need of the run. */
export interface AgentSurroundings {
  /** With payment columns of its own. */
  readonly timeline: Timeline;
  readonly backend: Backend;
  readonly kinds: (kind: string) => Pick<BehaviourKind, 'wake'> | undefined;
  /** Tells everybody that a payment is about to start. */
  readonly dispatched: (row: number, timeUs: number) => void;
}

/** Figure that counts changes of policies. */
const POLICY_CHANGES = 'policy_changes';

export class OwnAgent implements Agent {
  readonly #around: AgentSurroundings;
  readonly #plan: BehaviourPlan;
  readonly #memory: AgentMemory;
  readonly #wanted: ReadonlySet<number> | null;
  readonly timeUs: number;
  readonly wake: number;
  readonly ended: readonly OwnPayment[];

  constructor(
    around: AgentSurroundings,
    plan: BehaviourPlan,
    memory: AgentMemory,
    wake: {
      readonly timeUs: number;
      readonly number: number;
      readonly ended: readonly OwnPayment[];
      readonly wanted: ReadonlySet<number> | null;
    },
  ) {
    this.#around = around;
    this.#plan = plan;
    this.#memory = memory;
    this.timeUs = wake.timeUs;
    this.wake = wake.number;
    this.ended = wake.ended;
    this.#wanted = wake.wanted;
  }

  get node(): number {
    return this.#memory.node;
  }

  get inFlight(): number {
    return this.#memory.inFlight.size;
  }

  stream(purpose: string): RandomStream {
    const { timeline } = this.#around;
    const name = `${this.#plan.name}/${timeline.network.nodes[this.node]?.name ?? ''}`;
    return RandomStream.named(timeline.seed, 'behaviour', name, `${purpose} ${this.wake}`);
  }

  self(): Awaitable<NodeObservation> {
    return this.#around.backend.node(this.node);
  }

  channels(): Awaitable<readonly OwnChannel[]> {
    const wanted = this.#wanted;
    const all = this.#around.backend.ownChannels(this.node);
    if (wanted === null) return all;
    const chosen = (channels: readonly OwnChannel[]): readonly OwnChannel[] =>
      channels.filter(({ channel }) => wanted.has(channel));
    return all instanceof Promise ? all.then(chosen) : chosen(all);
  }

  gossip(node: number): Awaitable<readonly ChannelGossip[]> {
    return this.#around.backend.gossip(node);
  }

  setPolicy(channel: number, policy: PolicyPlan): Awaitable<void> {
    this.count(POLICY_CHANGES);
    return this.#around.backend.setPolicy({ channel, node: this.node, policy });
  }

  pay(destination: number, amountMsat: number, lane = 0): Awaitable<number | null> {
    return this.#make(destination, amountMsat, (row) => this.#around.backend.pay(row), lane);
  }

  rebalance(order: RebalanceOrder): Awaitable<number | null> {
    const { node } = this;
    return this.#make(node, order.amountMsat, (row) => this.#around.backend.rebalance({ ...order, node, row }));
  }

  count(figure: string, by = 1): void {
    const { figures } = this.#memory;
    figures.set(figure, (figures.get(figure) ?? 0) + by);
  }

  /** Fills the next row and starts its payment. */
  #make(
    destination: number,
    amountMsat: number,
    start: (row: number) => Awaitable<void>,
    lane = 0,
  ): Awaitable<number | null> {
    const memory = this.#memory;
    const number = memory.paid;
    if (number >= (this.#plan.payments?.count ?? 0)) return null;
    memory.paid++;
    memory.inFlight.add(number);
    const row = memory.firstRow + number;
    fillPayment(this.#around.timeline.payments, row, { source: this.node, destination, amountMsat, lane });
    this.#around.dispatched(row, this.timeUs);
    const started = start(row);
    return started instanceof Promise ? started.then(() => number) : number;
  }
}
