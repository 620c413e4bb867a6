/**
 * Force closes at block granularity: the commitment transaction, the outputs it leaves, who claims them and when (BOLT 3
 * and 5, anchors with zero-fee HTLC transactions). What a commitment holds is in commitment.ts, who claims its HTLCs in
 * htlc-claims.ts, what becomes of a revoked one in justice.ts; what upstream hears of HTLCs, and when, in losses.ts.
 *
 * The broadcaster's balance waits for to_self_delay, the other side's for one confirmation. An HTLC output goes to the
 * receiver who knows the preimage, or after its expiry back to the offerer; on the broadcaster's own commitment through
 * a second-level transaction whose output waits for to_self_delay again. Of two claims the first in the mempool wins.
 * The channel is closed when all of it is as deep as the node that broadcast the commitment wants it.
 */

import type { NumberHasher } from '../base/digest.ts';
import { type ChainOutput, feeAt, type Tx } from './chain.ts';
import { EVENT, STATE } from './channel-lifecycle.ts';
import { ANCHOR_SAT } from './channels.ts';
import { type Commitment, planCommitment, planRevoked } from './commitment.ts';
import { FeeBumping } from './fee-bumping.ts';
import type { Forwarding } from './forwarding.ts';
import { HtlcClaims, isSecondLevel } from './htlc-claims.ts';
import { HTLC } from './htlcs.ts';
import { type ClaimsHost, Justice } from './justice.ts';
import type { Links } from './links.ts';
import { ENDING, Losses } from './losses.ts';
import { RECORD, TX } from './records.ts';
import { digestOldHtlcs, type RevokedState } from './revoked-states.ts';
import { weightOf } from './tx-weight.ts';
import type { ConfirmedTx } from './undo-log.ts';
import type { World } from './world.ts';

export class OnChain {
  readonly #w: World;
  readonly #links: Links;
  readonly #forwarding: Forwarding;
  /** Commitments that were broadcast, by channel, until the channel is closed for good. */
  readonly commitments: Map<number, Commitment> = new Map();
  /** Height at which nothing was left to claim of them, by channel. */
  readonly done: Map<number, number> = new Map();
  /** Outputs of channels in the state resolving that are not spent yet, in order. */
  readonly open: number[] = [];
  /** What nodes bid for block space. */
  readonly bids: FeeBumping;
  readonly losses: Losses;
  readonly #htlcs: HtlcClaims;
  readonly #justice: Justice;

  constructor(world: World, links: Links, forwarding: Forwarding) {
    this.#w = world;
    this.#links = links;
    this.#forwarding = forwarding;
    this.bids = new FeeBumping(world, this.commitments);
    this.losses = new Losses(world, forwarding);
    const host: ClaimsHost = {
      claims: (node, channel) => this.#claims(node, channel),
      abandon: (output) => this.#abandon(output),
    };
    this.#htlcs = new HtlcClaims(world, this.bids, this.losses, host);
    this.#justice = new Justice(world, this.bids, host);
  }

  /** `side` broadcasts its commitment. False when the channel's state does not allow it. */
  forceClose(channel: number, side: number): boolean {
    const w = this.#w;
    if (!w.advance(channel, EVENT.force)) return false;
    const on = this.#links.giveUp(channel, side);
    this.#publish(channel, planCommitment(w, channel, side, on));
    return true;
  }

  /** The funding transaction of an open channel is not confirmed any more, and the node of `edge`'s side trusts it no longer. */
  onFundingUndone(edge: number): void {
    if (this.#w.lostData.has(edge)) return;
    this.forceClose(edge >> 1, edge & 1);
  }

  /** `side` broadcasts a commitment that it has revoked. False when the channel's state does not allow it. */
  cheat(channel: number, side: number, state: RevokedState): boolean {
    const w = this.#w;
    if (!w.advance(channel, EVENT.force)) return false;
    this.#links.giveUp(channel, side);
    const plan = planRevoked(w, channel, side, state);
    w.record(RECORD.cheat, 2 * channel + side, state.number, 0, plan.localSat);
    w.cheats.commitments++;
    w.revoked?.published.set(channel, plan.revoked ?? []);
    this.#publish(channel, plan);
    return true;
  }

  #publish(channel: number, commitment: Commitment): void {
    const w = this.#w;
    const { side, outputs, revoked } = commitment;
    this.#links.disconnect(channel);
    w.record(RECORD.channelActive, channel, w.channels.name[channel]!, 0, 0);
    w.channels.broadcaster[channel] = side;
    this.commitments.set(channel, commitment);
    const capacity = w.channels.capacityMsat[channel]! / 1000;
    const weight = w.channels.commitmentWeight(revoked?.length ?? outputs.length);
    const node = w.from(2 * channel + side);
    w.chain.broadcast(w.nowUs, TX.commitment, channel, node, -1, commitment.feeSat, capacity, weight);
    if (this.bids.congested) this.bids.commitment(channel);
  }

  onCommitmentConfirmed(channel: number): void {
    const w = this.#w;
    const ch = w.channels;
    const plan = this.commitments.get(channel)!;
    const height = w.chain.height;
    w.advance(channel, EVENT.commitment_confirmed);
    ch.closedAt[channel] = height;
    w.graph.forget(channel);
    const local = 2 * channel + plan.side;
    const remote = local ^ 1;
    w.chain.feesSat += plan.feeSat;
    w.chain.abandonedSat += plan.anchors * ANCHOR_SAT;
    if (plan.localSat > 0)
      this.#output(channel, 'local', w.from(local), plan.localSat, height + ch.toSelfDelay[local]!, -1);
    if (plan.remoteSat > 0) this.#output(channel, 'remote', w.from(remote), plan.remoteSat, height + 1, -1);
    for (const h of plan.outputs) {
      const edge = w.htlcs.edge[h]!;
      const sat = Math.floor(w.htlcs.amountMsat[h]! / 1000);
      this.#output(channel, 'htlc', w.from(edge), sat, Math.max(height, w.htlcs.expiry[h]!) + 1, h);
    }
    plan.revoked?.forEach(({ edge, amountMsat, expiry }, place) => {
      this.#output(
        channel,
        'revoked',
        w.from(edge),
        Math.floor(amountMsat / 1000),
        Math.max(height, expiry) + 1,
        place,
      );
    });
    ch.balanceMsat[local] = 0;
    ch.balanceMsat[remote] = 0;
    for (let h = ch.firstHtlc[channel]!; h >= 0; h = w.htlcs.right[h]!) w.htlcs.state[h] = HTLC.onchain;
    for (const h of plan.fulfilled) this.losses.end(h, ENDING.preimage);
    for (const h of plan.dust) {
      w.record(RECORD.htlcOnChain, w.htlcs.edge[h]!, this.#serial(h), 3, w.htlcs.amountMsat[h]!);
      this.losses.end(h, ENDING.none);
    }
    for (const h of plan.returned) this.losses.end(h, ENDING.none);
    this.#finish(channel);
  }

  /** The commitment is not confirmed any more; what spent it was undone before. */
  onCommitmentUndone(channel: number, { balanceMsat }: ConfirmedTx): void {
    const w = this.#w;
    const plan = this.commitments.get(channel)!;
    w.advance(channel, EVENT.ending_undone);
    w.advance(channel, EVENT.commitment_undone);
    w.channels.closedAt[channel] = -1;
    w.chain.feesSat -= plan.feeSat;
    w.chain.abandonedSat -= plan.anchors * ANCHOR_SAT;
    for (const side of [0, 1] as const) w.channels.balanceMsat[2 * channel + side] = balanceMsat![side];
  }

  /** A claim is not confirmed any more; what spent its output was undone before. */
  onClaimUndone(tx: Tx): void {
    const w = this.#w;
    const output = w.chain.outputs[tx.output]!;
    this.#reopen(tx.output);
    const plan = this.commitments.get(output.channel)!;
    const justice = plan.revoked !== undefined && output.kind !== 'remote';
    if (justice) this.#justice.takeBack(output, plan, tx);
    const isHtlc = output.kind === 'htlc' || (output.kind === 'revoked' && tx.kind !== TX.penalty);
    if (isHtlc && isSecondLevel(w, output, tx.node)) return;
    w.chain.takeBack(tx.node, output.valueSat - tx.feeSat);
    w.chain.feesSat -= tx.feeSat;
  }

  /** An output was given up in a block that is undone, or after it. */
  takeUp(i: number): void {
    this.#w.chain.abandonedSat -= this.#w.chain.outputs[i]!.valueSat;
    this.#reopen(i);
  }

  /** The transactions of all outputs but the first `count` are undone. */
  forgetOutputs(count: number): void {
    this.#w.chain.outputs.length = count;
    while (this.open.length > 0 && this.open[this.open.length - 1]! >= count) this.open.pop();
  }

  /** Blocks were undone: what had ended in them has not. */
  onReorg(): void {
    const w = this.#w;
    const { height } = w.chain;
    this.losses.undo(height);
    for (const [channel, since] of [...this.done]) {
      if (since <= height) continue;
      this.done.delete(channel);
      w.advance(channel, EVENT.ending_undone);
    }
  }

  /** The receiving side learnt the preimage: its claim goes out with the next look at the outputs. */
  preimageKnown(): void {
    this.claim();
  }

  /** Adds the commitments in progress to a digest. */
  digestInto(hash: NumberHasher): void {
    for (const [channel, c] of byChannel(this.commitments)) {
      for (const v of [channel, c.side, c.localSat, c.remoteSat, c.anchors, c.feeSat]) hash.f64(v);
      for (const list of [c.outputs, c.dust, c.returned, c.fulfilled]) {
        hash.u32(list.length);
        for (const h of list) hash.f64(h);
      }
      if (c.revoked !== undefined) digestOldHtlcs(c.revoked, hash);
    }
    for (const i of this.open) hash.f64(i);
    for (const [channel, height] of byChannel(this.done)) for (const v of [channel, height]) hash.f64(v);
    this.losses.digestInto(hash);
  }

  /** HTLCs of a channel that are not resolved. */
  unresolvedHtlcs(channel: number): number {
    const ch = this.#w.channels;
    const all = ch.offeredCount[2 * channel]! + ch.offeredCount[2 * channel + 1]!;
    return all === 0 || ch.closedAt[channel]! < 0 ? all : all - this.losses.kept(channel);
  }

  /** Deadlines of HTLCs on channels that are still off-chain, claims, endings. Called after each block and each start. */
  onBlock(): void {
    this.#readMempool();
    this.bids.onBlock();
    this.#deadlines();
    this.claim();
    this.losses.review(byChannel(this.commitments));
    this.#conclude();
  }

  /** Broadcasts every claim that is possible now. */
  claim(): void {
    const w = this.#w;
    this.#justice.beginRound();
    for (const i of [...this.open]) {
      const output = w.chain.outputs[i]!;
      if (output.spent) continue;
      const plan = this.commitments.get(output.channel);
      if (plan?.revoked !== undefined && output.kind !== 'remote') {
        this.#justice.claim(i, output, plan);
      } else if (output.spender >= 0) {
        if (output.kind === 'htlc' && this.bids.congested) this.#htlcs.compete(i, output);
      } else if (output.kind === 'htlc') this.#htlcs.claim(i, output);
      else this.#sweep(i, output);
    }
  }

  onClaimed(tx: Tx): void {
    const w = this.#w;
    const output = w.chain.outputs[tx.output]!;
    this.#spend(tx.output);
    const plan = this.commitments.get(output.channel);
    if (plan?.revoked !== undefined && output.kind !== 'remote') {
      this.#justice.record(output, plan, tx);
      if (output.kind === 'revoked') {
        this.#onRevokedHtlc(tx, output, plan);
        return;
      }
    }
    if (output.kind !== 'htlc') {
      w.chain.credit(tx.node, output.valueSat - tx.feeSat);
      w.chain.feesSat += tx.feeSat;
      this.#finish(output.channel);
      return;
    }
    const h = output.htlc;
    const success = tx.kind === TX.htlcSuccess;
    w.record(RECORD.htlcOnChain, w.htlcs.edge[h]!, this.#serial(h), success ? 1 : 2, w.htlcs.amountMsat[h]!);
    if (isSecondLevel(w, output, tx.node)) {
      const edge = 2 * output.channel + w.channels.broadcaster[output.channel]!;
      this.#output(
        output.channel,
        'delayed',
        tx.node,
        output.valueSat,
        w.chain.height + w.channels.toSelfDelay[edge]!,
        -1,
      );
    } else {
      w.chain.credit(tx.node, output.valueSat - tx.feeSat);
      w.chain.feesSat += tx.feeSat;
    }
    this.losses.end(h, success ? ENDING.preimage : ENDING.timeout);
    this.#finish(output.channel);
  }

  /** An HTLC of a revoked commitment was taken. */
  #onRevokedHtlc(tx: Tx, output: ChainOutput, plan: Commitment): void {
    const w = this.#w;
    if (tx.kind === TX.penalty) {
      w.chain.credit(tx.node, output.valueSat - tx.feeSat);
      w.chain.feesSat += tx.feeSat;
    } else {
      const delay = w.channels.toSelfDelay[2 * output.channel + plan.side]!;
      this.#output(output.channel, 'delayed', tx.node, output.valueSat, w.chain.height + delay, -1);
      const slot = this.#revokedSlot(output);
      if (tx.kind === TX.htlcSuccess && slot >= 0 && w.htlcs.settledUpstream[slot] === 0)
        this.#forwarding.onPreimage(slot);
    }
    this.#finish(output.channel);
  }

  /** Slot of the HTLC of an output of a revoked commitment; −1 when it is not pending any more. */
  #revokedSlot(output: ChainOutput): number {
    return this.commitments.get(output.channel)!.revoked![output.htlc]!.slot;
  }

  /** Forces channels on-chain whose HTLCs have come to the deadline of a node's model. */
  #deadlines(): void {
    const w = this.#w;
    const height = w.chain.height;
    for (let h = 0; h < w.htlcs.used; h++) {
      const state = w.htlcs.state[h]!;
      if (state === HTLC.free || state === HTLC.onchain) continue;
      const edge = w.htlcs.edge[h]!;
      const channel = edge >> 1;
      if (w.channels.state[channel]! >= STATE.closing) continue;
      const offerer = w.from(edge);
      const receiver = w.to(edge);
      const expiry = w.htlcs.expiry[h]!;
      if (w.lostData.size > 0 && (w.lostData.has(edge) || w.lostData.has(edge ^ 1))) continue;
      if (w.running[offerer] === 1 && height >= w.modelOf(offerer).offeredDeadline(expiry)) {
        this.forceClose(channel, edge & 1);
      } else if (
        w.htlcs.preimage[h] === 1 &&
        w.running[receiver] === 1 &&
        height >= w.modelOf(receiver).receivedDeadline(expiry)
      ) {
        this.forceClose(channel, (edge & 1) ^ 1);
      }
    }
  }

  /** The node runs, and the commitment is as deep as its model wants it before it acts. */
  #claims(node: number, channel: number): boolean {
    const w = this.#w;
    if (w.running[node] === 0) return false;
    const needed = w.modelOf(node).claimDepth?.(w.channels.capacityMsat[channel]! / 1000) ?? 1;
    return w.chain.height - w.channels.closedAt[channel]! + 1 >= needed;
  }

  /** Nobody will claim an output. */
  #abandon(i: number): void {
    const w = this.#w;
    const output = w.chain.outputs[i]!;
    const plan = this.commitments.get(output.channel);
    if (plan?.revoked !== undefined && output.kind !== 'remote') this.#justice.record(output, plan, null);
    w.chain.abandonedSat += output.valueSat;
    w.chain.undo.note(i);
    this.#spend(i);
    this.#finish(output.channel);
  }

  /** Nodes that watch the mempool learn preimages from claims that the last block left behind. */
  #readMempool(): void {
    const w = this.#w;
    for (const tx of w.chain.mempool.waiting) {
      if (tx.kind !== TX.htlcSuccess) continue;
      const output = w.chain.outputs[tx.output]!;
      const { owner } = output;
      if (w.running[owner] === 0 || w.modelOf(owner).readsMempool !== true) continue;
      const h = output.kind === 'htlc' ? output.htlc : this.#revokedSlot(output);
      if (h >= 0 && w.htlcs.settledUpstream[h] === 0) this.#forwarding.onPreimage(h);
    }
  }

  #sweep(i: number, output: ChainOutput): void {
    const w = this.#w;
    if (w.chain.height + 1 < output.matureAt || !this.#claims(output.owner, output.channel)) return;
    const kind = output.kind === 'remote' ? TX.sweepRemote : output.kind === 'local' ? TX.sweepLocal : TX.htlcSweep;
    const weight = weightOf(kind, 0, false);
    const perKw = this.bids.firstFeerate(output, output.owner, 'sweep', weight, false);
    if (output.valueSat <= feeAt(weight, perKw)) {
      if (!this.bids.congested) this.#abandon(i);
      return;
    }
    if (perKw > 0) this.bids.spend(i, output.owner, kind, weight, perKw, false);
  }

  #serial(h: number): number {
    return this.#w.attempts.serial[this.#w.htlcs.attempt[h]!]!;
  }

  #output(
    channel: number,
    kind: ChainOutput['kind'],
    owner: number,
    valueSat: number,
    matureAt: number,
    htlc: number,
  ): void {
    this.open.push(this.#w.chain.addOutput({ channel, kind, owner, valueSat, matureAt, htlc }));
  }

  #spend(i: number): void {
    this.#w.chain.outputs[i]!.spent = true;
    const at = this.open.indexOf(i);
    if (at >= 0) this.open.splice(at, 1);
  }

  /** An output is there again, in its old place. */
  #reopen(i: number): void {
    this.#w.chain.outputs[i]!.spent = false;
    const after = this.open.findIndex((other) => other > i);
    this.open.splice(after < 0 ? this.open.length : after, 0, i);
  }

  /** Notes when nothing is left to claim of a channel. */
  #finish(channel: number): void {
    if (this.open.some((i) => this.#w.chain.outputs[i]!.channel === channel)) return;
    this.done.set(channel, this.#w.chain.height);
  }

  /** A closed channel can be undone no more. */
  #forget(channel: number): void {
    const w = this.#w;
    this.done.delete(channel);
    this.commitments.delete(channel);
    w.revoked?.published.delete(channel);
    for (const edge of [2 * channel, 2 * channel + 1]) w.lostData.delete(edge);
  }

  /** Closes channels whose ending is final, once upstream has heard of all their HTLCs. */
  #conclude(): void {
    const w = this.#w;
    for (const [channel, since] of byChannel(this.done)) {
      const node = w.from(2 * channel + w.channels.broadcaster[channel]!);
      const needed = w.modelOf(node).closeDepth(w.channels.capacityMsat[channel]! / 1000);
      const over = w.channels.state[channel] === STATE.closed;
      if (!over && (w.chain.height - since + 1 < needed || this.unresolvedHtlcs(channel) > 0)) continue;
      if (since <= w.chain.finalHeight && w.channels.firstHtlc[channel]! < 0) this.#forget(channel);
      if (!over) w.advance(channel, EVENT.resolved);
    }
  }
}

/** In an order that a state which was loaded has, too; that in which channels were closed is not kept. */
function byChannel<T>(of: ReadonlyMap<number, T>): readonly (readonly [channel: number, T])[] {
  return of.size === 0 ? [] : [...of].sort(([a], [b]) => a - b);
}
