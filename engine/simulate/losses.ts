/**
 * What upstream hears of HTLCs whose channel is on-chain, and when: a preimage as soon as the claim that shows it is in a
 * block; a loss when the offering node's model takes it for final, or must not wait any longer. What a node has passed
 * on stays passed on, whatever the chain does afterwards.
 *
 * An HTLC keeps its slot until upstream has heard of it, and as long as a reorganisation may undo its ending.
 */
import type { NumberHasher } from '../base/digest.ts';
import { STATE } from './channel-lifecycle.ts';
import type { Commitment } from './commitment.ts';
import type { Forwarding } from './forwarding.ts';
import { MAX_HOPS } from './node-model.ts';
import type { World } from './world.ts';

/** How an HTLC has ended on-chain: its receiver showed the preimage, it timed out, or it never had an output. */
export const ENDING = { preimage: 0, timeout: 1, none: 2 } as const;
export type Ending = (typeof ENDING)[keyof typeof ENDING];

export interface Ended {
  readonly htlc: number;
  readonly how: Ending;
  /** Height of the block that ended it. */
  readonly since: number;
}

export class Losses {
  readonly #w: World;
  readonly #forwarding: Forwarding;
  /** In the order in which they ended. */
  ended: Ended[] = [];
  /** Those of which upstream has heard, as long as their endings may be undone. */
  settled: Ended[] = [];

  constructor(world: World, forwarding: Forwarding) {
    this.#w = world;
    this.#forwarding = forwarding;
  }

  /** An HTLC has ended in the present block. */
  end(htlc: number, how: Ending): void {
    // Its recipient, if it still holds it, has lost it.
    if (how !== ENDING.preimage) this.#forwarding.lose(htlc);
    const one = { htlc, how, since: this.#w.chain.height };
    this.ended.push(one);
    this.#tell(one);
    if (this.#isOver(one)) this.#bury();
  }

  /** Tells upstream what has become final; called after each block and each start. */
  review(commitments: Iterable<readonly [channel: number, Commitment]>): void {
    for (const one of [...this.ended]) this.#tell(one);
    for (const [channel, plan] of commitments) this.#hurry(channel, plan);
    this.#bury();
  }

  /** The blocks above a height were undone: what had ended in them has not. What upstream has heard stays so. */
  undo(height: number): void {
    const stays = ({ since }: Ended): boolean => since <= height;
    this.ended = this.ended.filter(stays);
    this.settled = this.settled.filter(stays);
  }

  /** HTLCs of a channel that are kept although upstream has heard of their ending. */
  kept(channel: number): number {
    const { edge, settledUpstream } = this.#w.htlcs;
    const isKept = ({ htlc }: Ended): boolean => edge[htlc]! >> 1 === channel && settledUpstream[htlc] === 1;
    return this.ended.filter(isKept).length + this.settled.filter(isKept).length;
  }

  digestInto(hash: NumberHasher): void {
    for (const { htlc, how, since } of this.ended) for (const v of [htlc, how, since]) hash.f64(v);
    for (const { htlc, how, since } of this.settled) for (const v of [-1, htlc, how, since]) hash.f64(v);
  }

  #tell({ htlc: h, how, since }: Ended): void {
    const w = this.#w;
    const edge = w.htlcs.edge[h]!;
    const offerer = w.from(edge);
    if (w.running[offerer] === 0) return;
    if (how === ENDING.preimage) {
      // A node that lost data does not know of the HTLC any more.
      if (w.lostData.has(edge)) this.#forwarding.failUpstream(h);
      else this.#shown(h);
      return;
    }
    if (w.htlcs.settledUpstream[h] === 1) return;
    const model = w.modelOf(offerer);
    const capacity = w.channels.capacityMsat[edge >> 1]! / 1000;
    const needed = model.lossDepth?.(how === ENDING.timeout, capacity) ?? model.closeDepth(capacity);
    if (w.chain.height - since + 1 >= needed) this.#forwarding.failUpstream(h);
  }

  /** A claim has shown the preimage. */
  #shown(h: number): void {
    const w = this.#w;
    if (w.htlcs.settledUpstream[h] === 0) {
      this.#forwarding.onPreimage(h);
      return;
    }
    // After a loss that was passed on the preimage is of use only where the incoming HTLC is on-chain and unclaimed.
    const incoming = this.#incoming(h);
    if (incoming < 0 || w.htlcs.preimage[incoming] === 1) return;
    if (w.channels.state[w.htlcs.edge[incoming]! >> 1]! >= STATE.force_closing) this.#forwarding.fulfil(incoming);
  }

  /** Some nodes do not wait for an ending until the incoming HTLC endangers its channel, too. */
  #hurry(channel: number, plan: Commitment): void {
    const w = this.#w;
    const { htlcs } = w;
    const closed = w.channels.closedAt[channel]! >= 0;
    for (const list of [plan.outputs, plan.dust, plan.returned]) {
      for (const h of list) {
        const edge = htlcs.edge[h]!;
        // HTLCs leave one by one, and their slots are used again.
        if (edge >> 1 !== channel || htlcs.settledUpstream[h] === 1 || !(closed || (edge & 1) === plan.side)) continue;
        const offerer = w.from(edge);
        const model = w.modelOf(offerer);
        const incoming = model.failsBackAt === undefined ? -1 : this.#incoming(h);
        if (incoming < 0 || w.running[offerer] === 0) continue;
        if (w.channels.state[htlcs.edge[incoming]! >> 1]! >= STATE.force_closing) continue;
        const at = model.failsBackAt!(htlcs.expiry[incoming]!, htlcs.expiry[h]!);
        if (w.chain.height >= at) this.#forwarding.failUpstream(h);
      }
    }
  }

  #isOver({ htlc }: Ended): boolean {
    return this.#w.htlcs.settledUpstream[htlc] === 1;
  }

  #bury(): void {
    const over = this.ended.filter((one) => this.#isOver(one));
    if (over.length === 0 && this.settled.length === 0) return;
    this.ended = this.ended.filter((one) => !over.includes(one));
    const final = ({ since }: Ended): boolean => since <= this.#w.chain.finalHeight;
    const gone = [...this.settled.filter(final), ...over.filter(final)];
    const kept = over.filter((one) => !final(one));
    this.settled = [...this.settled.filter((one) => !final(one)), ...kept];
    for (const { htlc } of kept) this.#forwarding.defences?.dropped(htlc);
    for (const { htlc } of gone) this.#forwarding.drop(htlc, -1);
  }

  /** The HTLC that was forwarded as `h`; −1 when its node sent it itself, or it is gone. */
  #incoming(h: number): number {
    const w = this.#w;
    const hop = w.htlcs.hop[h]!;
    return hop === 0 ? -1 : w.attempts.htlc[w.htlcs.attempt[h]! * MAX_HOPS + hop - 1]!;
  }
}
