/**
 * What the public learns, and when: announcements of channels and policies reach the shared graph after the scenario's
 * gossip delay; a spent channel leaves it with the block that spends it (lnd: graph/builder).
 */
import type { NumberHasher } from '../base/digest.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { STATE } from './channel-lifecycle.ts';
import { blankPolicy } from './channel-terms.ts';
import { changesTerms } from './former-policies.ts';
import type { Policy } from './node-model.ts';
import { RECORD } from './records.ts';
import { PHYSICS, type World } from './world.ts';

export class Gossip {
  readonly #w: World;
  /** Announcements on their way, by number. */
  readonly pending: Map<number, { readonly edge: number; readonly policy: Policy; readonly version: number }> =
    new Map();
  /** Announcements so far. */
  made = 0;
  readonly #scratch: Policy = blankPolicy();

  constructor(world: World) {
    this.#w = world;
  }

  /** Announces both directions of a channel; with `atOnce` the public knows it already. */
  announceChannel(channel: number, atOnce: boolean): void {
    for (const edge of [2 * channel, 2 * channel + 1]) {
      if (atOnce) {
        this.#w.channels.getPolicy(edge, this.#scratch);
        this.#w.graph.learn(edge, this.#scratch, this.#w.channels.policyVersion[edge]!);
      } else {
        this.#announce(edge);
      }
    }
  }

  /** Changes some fields of the policy of `edge`'s side, which is in force at once, and announces it. */
  setPolicy(edge: number, change: PolicyPlan): void {
    const w = this.#w;
    const policy = this.#scratch;
    w.channels.getPolicy(edge, policy);
    const { formerPolicyUs, formerMaximum = false, tickUs } = w.modelOf(w.from(edge)).timing;
    if (formerPolicyUs !== undefined && changesTerms(policy, change, formerMaximum)) {
      w.former.keep(edge, { ...policy }, w.endOf(formerPolicyUs, tickUs));
    }
    Object.assign(policy, change);
    w.channels.setPolicy(edge, policy);
    w.record(RECORD.policy, edge, policy.feeBaseMsat, policy.feeRatePpm, policy.maxHtlcMsat);
    if (w.graph.isKnown(edge)) this.#announce(edge);
  }

  onGossip(number: number): void {
    const w = this.#w;
    const announcement = this.pending.get(number);
    if (announcement === undefined) return;
    this.pending.delete(number);
    const channel = announcement.edge >> 1;
    const state = w.channels.state[channel]!;
    // Undone meanwhile: it is announced again.
    if (w.channels.fundedAt[channel]! < 0) return;
    if (w.channels.closedAt[channel]! >= 0 || state === STATE.closed || state === STATE.abandoned) return;
    w.graph.learn(announcement.edge, announcement.policy, announcement.version);
  }

  /** Adds what is on its way to a digest. */
  digestInto(hash: NumberHasher): void {
    for (const [number, { edge, policy, version }] of this.pending) {
      for (const v of [number, edge, version, policy.feeBaseMsat, policy.feeRatePpm, policy.cltvDelta]) hash.f64(v);
      for (const v of [policy.minHtlcMsat, policy.maxHtlcMsat, policy.disabled ? 1 : 0]) hash.f64(v);
      for (const v of [policy.inboundFeeBaseMsat, policy.inboundFeeRatePpm]) hash.f64(v);
    }
  }

  #announce(edge: number): void {
    const policy = blankPolicy();
    this.#w.channels.getPolicy(edge, policy);
    const number = this.made++;
    this.pending.set(number, { edge, policy, version: this.#w.channels.policyVersion[edge]! });
    this.#w.after(this.#w.timeline.gossipUs, PHYSICS.gossip, number, 0);
  }
}
