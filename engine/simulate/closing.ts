/**
 * Cooperative closes (BOLT 2): shutdown, the HTLCs resolve, closing_signed, and the closing transaction confirms.
 * The opener pays its fee. A close that cannot begin is recorded as closeRejected with the reason.
 */
import type { NumberHasher } from '../base/digest.ts';
import type { CloseChannelRequest } from '../timeline/control.ts';
import { feeAt, WEIGHT } from './chain.ts';
import { EVENT, STATE } from './channel-lifecycle.ts';
import type { Gossip } from './gossip.ts';
import type { OnChain } from './onchain.ts';
import { RECORD, TX } from './records.ts';
import type { ConfirmedTx, SignedClose } from './undo-log.ts';
import { PHYSICS, type World } from './world.ts';

/** Outputs below this are left out of the closing transaction (P2WPKH dust, BOLT 3). */
const DUST_SAT = 294;

export class ClosingFlow {
  readonly #w: World;
  readonly #gossip: Gossip;
  readonly #onchain: OnChain;
  readonly closings: Map<number, SignedClose> = new Map();
  /** Channels whose closing transaction is confirmed but not deep enough. */
  readonly waiting: number[] = [];

  constructor(world: World, gossip: Gossip, onchain: OnChain) {
    this.#w = world;
    this.#gossip = gossip;
    this.#onchain = onchain;
  }

  close(request: CloseChannelRequest): void {
    const w = this.#w;
    const c = w.byName[request.channel]!;
    const reason = c < 0 ? 'there is no channel of this name' : this.#refusal(c, request);
    if (reason !== null) {
      w.record(RECORD.closeRejected, c, request.channel, w.text(reason), 0);
      return;
    }
    const side = request.by >= 0 && w.from(2 * c + 1) === request.by ? 1 : 0;
    if (request.force) {
      this.#onchain.forceClose(c, side);
      return;
    }
    w.advance(c, EVENT.shutdown);
    w.record(RECORD.channelActive, c, w.channels.name[c]!, 0, 0);
    for (const edge of [2 * c, 2 * c + 1]) if (w.graph.isKnown(edge)) this.#gossip.setPolicy(edge, { disabled: true });
    this.negotiate(c);
  }

  /** Goes on with a close once no HTLC is left: shutdown both ways and closing_signed. */
  negotiate(c: number): void {
    const w = this.#w;
    const ch = w.channels;
    if (ch.state[c] !== STATE.shutting_down || ch.connected[c] === 0 || ch.firstHtlc[c]! >= 0) return;
    w.after(3 * ch.latencyUs[c]!, PHYSICS.closingSigned, c, ch.connection[c]!);
  }

  onClosingSigned(c: number, connection: number): void {
    const w = this.#w;
    const ch = w.channels;
    if (ch.connection[c] !== connection || !w.advance(c, EVENT.close_broadcast)) return;
    const capacity = ch.capacityMsat[c]! / 1000;
    const funder = Math.floor(ch.balanceMsat[2 * c]! / 1000);
    const other = Math.floor(ch.balanceMsat[2 * c + 1]! / 1000);
    const fee = Math.min(this.#feeSat(c), funder);
    const keep = (sat: number): number => (sat >= DUST_SAT ? sat : 0);
    const toSat = [keep(funder - fee), keep(other)] as const;
    const feeSat = capacity - toSat[0] - toSat[1];
    this.closings.set(c, { toSat, feeSat });
    w.chain.broadcast(w.nowUs, TX.coopClose, c, w.from(2 * c), -1, feeSat, capacity, WEIGHT.coopClose);
  }

  /** What both ends come to: the opener's estimate, or the end of its range where both ends go by ranges. */
  #feeSat(c: number): number {
    const w = this.#w;
    const range = w.modelOf(w.from(2 * c)).closingRange;
    if (range === undefined || w.modelOf(w.from(2 * c + 1)).closingRange === undefined) {
      return feeAt(WEIGHT.coopClose, w.estimateFor(w.from(2 * c), 'cooperativeClose'));
    }
    const perKw = Math.max(w.chain.estimatePerKw(range.blocks), range.leastPerKw);
    return Math.floor((perKw * range.weight) / 1000) + range.addSat;
  }

  onConfirmed(c: number): void {
    const w = this.#w;
    const closing = this.closings.get(c)!;
    this.closings.delete(c);
    w.channels.closedAt[c] = w.chain.height;
    w.graph.forget(c);
    w.chain.feesSat += closing.feeSat;
    for (const side of [0, 1] as const) {
      w.chain.credit(w.from(2 * c + side), closing.toSat[side]);
      w.channels.balanceMsat[2 * c + side] = 0;
    }
    this.waiting.push(c);
  }

  /** The closing transaction is not confirmed any more. */
  onUndone(c: number, { close, balanceMsat }: ConfirmedTx): void {
    const w = this.#w;
    const { toSat, feeSat } = close!;
    for (const side of [0, 1] as const) {
      w.chain.takeBack(w.from(2 * c + side), toSat[side]);
      w.channels.balanceMsat[2 * c + side] = balanceMsat![side];
    }
    w.chain.feesSat -= feeSat;
    w.channels.closedAt[c] = -1;
    this.closings.set(c, close!);
    const at = this.waiting.indexOf(c);
    if (at >= 0) this.waiting.splice(at, 1);
    w.advance(c, EVENT.close_undone);
  }

  onBlock(): void {
    const w = this.#w;
    let kept = 0;
    for (const c of this.waiting) {
      const depth = w.chain.height - w.channels.closedAt[c]! + 1;
      const opener = w.from(2 * c);
      const needed = w.modelOf(opener).closeDepth(w.channels.capacityMsat[c]! / 1000);
      if (depth >= needed) w.advance(c, EVENT.close_confirmed);
      else this.waiting[kept++] = c;
    }
    this.waiting.length = kept;
  }

  /** Adds the closes in progress to a digest. */
  digestInto(hash: NumberHasher): void {
    for (const [c, { toSat, feeSat }] of this.closings) for (const v of [c, toSat[0], toSat[1], feeSat]) hash.f64(v);
    for (const c of this.waiting) hash.f64(c);
  }

  #refusal(c: number, request: CloseChannelRequest): string | null {
    const w = this.#w;
    const ch = w.channels;
    const state = ch.state[c]!;
    if (request.force) {
      const by = request.by >= 0 ? request.by : w.from(2 * c);
      if (by !== w.from(2 * c) && by !== w.from(2 * c + 1)) return 'the node is not an end of the channel';
      if (w.running[by] === 0) return 'the node is not running';
      if (w.lostData.has(by === w.from(2 * c) ? 2 * c : 2 * c + 1)) return 'the node has lost the newest state';
      if (state === STATE.negotiating || state >= STATE.closing) return 'the channel is not open';
      return null;
    }
    if (state !== STATE.open) return 'the channel is not open';
    if (ch.connected[c] === 0) return 'the peer is not connected';
    return null;
  }
}
