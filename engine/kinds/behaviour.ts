/**
 * What a kind of behaviour is: one file in engine/kinds/behaviours with its schema fragment, its description, its plan
 * (compile time) and, unless everything can be planned, what its agents do when they are woken (run time).
 *
 * An agent belongs to one node. It sees what that node can know: its own channels and forwards, its own payments, and the
 * public graph. It acts by the control plane of the backend, so that it works on every backend. Whatever an agent
 * remembers is plain JSON that it gets when it is woken and answers when it is done; a snapshot keeps it. Objects in it
 * may come back with their keys in another order.
 */
import type { Awaitable, ChannelGossip, NodeObservation, OwnChannel } from '../backends/backend.ts';
import type { Json } from '../base/json.ts';
import type { RandomStream } from '../base/random.ts';
import type { PaymentOptions, Placed } from '../spec/scenario.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import type { TimedAction } from '../timeline/seal.ts';
import type { Action } from '../timeline/timeline.ts';
import type { KindDoc, PlanContext } from './kind.ts';

/** An entry of `behaviours` with what all kinds have in common resolved. Times µs, half open; nodes are indexes. */
export interface BehaviourUse {
  readonly name: Placed<string>;
  readonly args: Placed<Json>;
  /** In index order. */
  readonly nodes: readonly number[];
  /** Names of channels, as indexes; null where the file does not choose. */
  readonly channels: readonly number[] | null;
  readonly startUs: number;
  readonly endUs: number;
  /** The end of the run is the end of the behaviour, too: the file says no other. */
  readonly isOpen: boolean;
}

export interface PlannedBehaviour {
  /** What `wake` gets. */
  readonly args: Action['args'];
  /** What is planned; at one instant in this order, behind the events of the scenario. */
  readonly actions?: readonly TimedAction[];
  /** Most payments that one agent makes each time it is woken. Default: none. */
  readonly paymentsPerWake?: number;
  /** How the payments are made. Default: as those of activities that say nothing of it. */
  readonly options?: PaymentOptions;
}

/** What became of a payment that an agent has made. Amounts msat, times µs. */
export interface OwnPayment {
  /** Number that the agent got when it made the payment. */
  readonly number: number;
  /** OUTCOME. */
  readonly outcome: number;
  readonly amountMsat: number;
  readonly feeMsat: number;
  readonly attempts: number;
  readonly resolvedUs: number;
  /** Last failure (BOLT 4) and the hop that reported it, as in PaymentResult. */
  readonly failureCode: number;
  readonly failureHop: number;
}

/** What an agent may see and do while it is awake. Channels are named by index, as in the control plane. */
export interface Agent {
  readonly node: number;
  /** Virtual time, µs. */
  readonly timeUs: number;
  /** How often it was woken before, also while its node was down. */
  readonly wake: number;
  /** Payments of its own that have ended since it was last awake, in the order in which they ended. */
  readonly ended: readonly OwnPayment[];
  /** Own payments that are in flight. */
  readonly inFlight: number;
  /** Draws of this wake: the stream ('behaviour', NAME/NODE, 'PURPOSE WAKE'). */
  stream(purpose: string): RandomStream;

  self(): Awaitable<NodeObservation>;
  /** The channels that it looks after and that are open, in the order of their names' indexes. */
  channels(): Awaitable<readonly OwnChannel[]>;
  /** Channels of any node that the public knows, in no particular but always the same order. */
  gossip(node: number): Awaitable<readonly ChannelGossip[]>;

  /** Changes the policy of its own direction of a channel. */
  setPolicy(channel: number, policy: PolicyPlan): Awaitable<void>;
  /**
   * A payment; answers its number, or null when it has made as many as its plan said. Amounts msat. `lane` is the route of
   * the plan's options that it takes, where there are several.
   */
  pay(destination: number, amountMsat: number, lane?: number): Awaitable<number | null>;
  /** A circular payment, out by one channel and in by another; as pay(). */
  rebalance(request: RebalanceOrder): Awaitable<number | null>;
  /** Adds to a figure of the results. Names are those of metrics.json: `policy_changes`. */
  count(figure: string, by?: number): void;
}

export interface RebalanceOrder {
  readonly outChannel: number;
  readonly inChannel: number;
  readonly amountMsat: number;
  readonly maxFeeMsat: number;
  /** The whole way, from `outChannel` to `inChannel`. Absent: the node's model looks for one. */
  readonly route?: readonly number[];
}

export interface BehaviourKind extends KindDoc {
  /** Time between two wakes unless the file says `every`, µs; null: everything is planned, and nobody is woken. */
  readonly everyUs: number | null;
  /** Whether the file may choose `channels`. */
  readonly choosesChannels: boolean;
  /** Whether agents make payments, which then are those of an activity of the behaviour's name. */
  readonly pays: boolean;
  plan(use: BehaviourUse, context: PlanContext): PlannedBehaviour | null;
  /** What an agent does when it is woken; answers what it will remember. `memory` is null the first time. */
  wake?(args: Action['args'], agent: Agent, memory: Json): Awaitable<Json>;
}
