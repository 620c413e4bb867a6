/**
 * htlc_maximum that follows the balance: asks the models that change it by themselves, and keeps the least time between
 * two changes of a channel. What the maximum is, its model decides.
 */
import { STATE } from './channel-lifecycle.ts';
import { blankPolicy } from './channel-terms.ts';
import type { Gossip } from './gossip.ts';
import { blankView } from './node-model.ts';
import { PHYSICS, type World } from './world.ts';

export class AnnouncedMaximum {
  readonly #w: World;
  readonly #gossip: Gossip;
  /** Edges that were changed a short time ago: the event that ends it is in the queue. */
  readonly #quiet: Set<number> = new Set();
  /** Whether any node's maximum follows its balance; null before the first balance changed, when all nodes have their model. */
  #isFollowed: boolean | null = null;
  readonly #view = blankView();
  readonly #policy = blankPolicy();

  constructor(world: World, gossip: Gossip) {
    this.#w = world;
    this.#gossip = gossip;
  }

  /** The balance of a channel has changed. */
  balanceChanged(channel: number): void {
    this.#isFollowed ??= this.#w.model.some(({ maximumFor }) => maximumFor !== undefined);
    if (!this.#isFollowed) return;
    this.#review(2 * channel);
    this.#review(2 * channel + 1);
  }

  /** The maximum may be changed again. */
  onQuietOver(edge: number): void {
    this.#quiet.delete(edge);
    this.#review(edge);
  }

  /** Takes over what the queue tells. */
  restore(): void {
    for (const [, kind, edge] of this.#w.queue.entries()) if (kind === PHYSICS.maximumAgain) this.#quiet.add(edge);
  }

  #review(edge: number): void {
    const w = this.#w;
    const node = w.from(edge);
    const model = w.modelOf(node);
    if (model.maximumFor === undefined || this.#quiet.has(edge)) return;
    const ch = w.channels;
    if (ch.state[edge >> 1] !== STATE.open || ch.connected[edge >> 1] === 0 || w.running[node] === 0) return;
    ch.view(edge, this.#view);
    ch.getPolicy(edge, this.#policy);
    const maxHtlcMsat = model.maximumFor(this.#view, this.#policy, ch.announced[edge >> 1] === 1);
    if (maxHtlcMsat === this.#policy.maxHtlcMsat) return;
    this.#gossip.setPolicy(edge, { maxHtlcMsat });
    const quietUs = model.timing.maximumIntervalUs ?? 0;
    // Without an interval the next look is at the next balance: a look at this one would go on at one instant.
    if (quietUs === 0) return;
    this.#quiet.add(edge);
    w.after(quietUs, PHYSICS.maximumAgain, edge, 0);
  }
}
