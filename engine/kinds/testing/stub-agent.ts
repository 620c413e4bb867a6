/** An agent for tests: its channels and what it hears are given, what it does is noted. */
import type { ChannelGossip, NodeObservation, OwnChannel, PolicyObservation } from '../../backends/backend.ts';
import { RandomStream } from '../../base/random.ts';
import type { PolicyPlan } from '../../timeline/network.ts';
import type { Agent, OwnPayment, RebalanceOrder } from '../behaviour.ts';

export const POLICY: PolicyObservation = {
  feeBaseMsat: 1000,
  feeRatePpm: 1,
  cltvDelta: 80,
  minHtlcMsat: 1,
  maxHtlcMsat: 990_000_000,
  disabled: false,
  inboundFeeBaseMsat: 0,
  inboundFeeRatePpm: 0,
};

/** An open channel of 1,000,000 sat to node 10 + channel, with so many sat on its side. */
export function ownChannel(channel: number, localSat: number, more: Partial<OwnChannel> = {}): OwnChannel {
  return {
    channel,
    name: `c-${channel}`,
    peer: 10 + channel,
    active: true,
    announced: true,
    capacitySat: 1_000_000,
    localMsat: localSat * 1000,
    remoteMsat: (1_000_000 - localSat) * 1000,
    reserveMsat: 10_000_000,
    htlcs: 0,
    policy: POLICY,
    ...more,
  };
}

/** What is known of a channel from `peer` into the node that is asked about. */
export function competitor(peer: number, feeRatePpm: number, more: Partial<ChannelGossip> = {}): ChannelGossip {
  return {
    channel: 100 + peer,
    name: `c-${100 + peer}`,
    peer,
    capacitySat: 1_000_000,
    policy: POLICY,
    reverse: { ...POLICY, feeRatePpm },
    ...more,
  };
}

export class StubAgent implements Agent {
  readonly node = 0;
  timeUs = 0;
  wake = 0;
  ended: readonly OwnPayment[] = [];
  inFlight = 0;
  own: readonly OwnChannel[] = [];
  known: ReadonlyMap<number, readonly ChannelGossip[]> = new Map();
  readonly policies: [number, PolicyPlan][] = [];
  readonly orders: RebalanceOrder[] = [];
  /** Destination, amount and lane of each payment. */
  readonly payments: [number, number, number][] = [];
  readonly figures: Record<string, number> = {};

  stream(purpose: string): RandomStream {
    return RandomStream.named(1, 'behaviour', 'test/node', `${purpose} ${this.wake}`);
  }

  model = 'lnd';

  self(): NodeObservation {
    return { model: this.model } as NodeObservation;
  }

  channels(): readonly OwnChannel[] {
    return this.own;
  }

  gossip(node: number): readonly ChannelGossip[] {
    return this.known.get(node) ?? [];
  }

  /** The change is in force when the channels are looked at again. */
  setPolicy(channel: number, policy: PolicyPlan): void {
    this.policies.push([channel, policy]);
    this.own = this.own.map((one) =>
      one.channel === channel ? { ...one, policy: { ...one.policy, ...policy } } : one,
    );
  }

  pay(destination: number, amountMsat: number, lane = 0): number {
    this.payments.push([destination, amountMsat, lane]);
    return this.payments.length - 1;
  }

  rebalance(order: RebalanceOrder): number {
    this.orders.push(order);
    return this.orders.length - 1;
  }

  count(figure: string, by = 1): void {
    this.figures[figure] = (this.figures[figure] ?? 0) + by;
  }
}
