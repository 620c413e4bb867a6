/**
 * The going feerate, the commitment feerates that follow it (update_fee of BOLT 2), and coins sent between wallets.
 *
 * lnd reviews the feerate of each channel it funded at a random time 10 to 60 minutes after the last review, and sends
 * update_fee when the new rate differs by a tenth or more and costs at most half of its balance
 * (lnd:htlcswitch/link.go:DefaultMaxLinkFeeAllocation). Here a review is due once the estimate has changed.
 */
import { keyedUnit } from '../base/random.ts';
import type { CongestMempoolRequest, SendOnchainRequest } from '../timeline/control.ts';
import { feeAt, type Tx, WEIGHT } from './chain.ts';
import { STATE } from './channel-lifecycle.ts';
import { RECORD, TX } from './records.ts';
import { PHYSICS, type World } from './world.ts';

const REVIEW_FROM_US = 600_000_000;
const REVIEW_TO_US = 3_600_000_000;
/** Part of the funder's balance that the fee may take, and change worth an update. */
const MOST_OF_BALANCE = 0.5;
const WORTH_UPDATING = 0.1;

export class Fees {
  readonly #w: World;
  /** Changes of the going feerate, and of congestion, so far. */
  changes = 0;
  /** A backlog was there after the last block, or came since. */
  congested = false;

  constructor(world: World) {
    this.#w = world;
  }

  setFeerate(feeratePerKw: number): void {
    const w = this.#w;
    w.record(RECORD.feerate, -1, w.chain.feeratePerKw, feeratePerKw, 0);
    w.chain.feeratePerKw = feeratePerKw;
    this.#review();
  }

  /** Strangers fill the mempool. */
  congest(request: CongestMempoolRequest): void {
    const { lowPerKw, highPerKw, weight, inflowWeight, blocks } = request;
    const { backlog } = this.#w.chain.mempool;
    if (inflowWeight > 0 && blocks > 0) backlog.inflows.push({ lowPerKw, highPerKw, weight: inflowWeight, blocks });
    backlog.add(lowPerKw, highPerKw, weight);
    this.congested = backlog.present;
    this.#tell();
    this.#review();
  }

  /** The backlog after a block; when it is gone, estimates are the going rate again. */
  onBlock(): void {
    if (!this.congested) return;
    this.#tell();
    if (this.#w.chain.mempool.backlog.present) return;
    this.congested = false;
    this.#review();
  }

  #tell(): void {
    const w = this.#w;
    const { weight, minimumPerKw } = w.chain.mempool.backlog;
    w.record(RECORD.mempool, weight, minimumPerKw, w.chain.estimatePerKw(1), 0);
  }

  /** Funders will review the commitment feerates of their channels. */
  #review(): void {
    const w = this.#w;
    this.changes++;
    for (let c = 0; c < w.channels.count; c++) {
      if (w.channels.state[c]! > STATE.open) continue;
      const wait = keyedUnit(w.timeline.seed, c, this.changes) * (REVIEW_TO_US - REVIEW_FROM_US);
      w.after(REVIEW_FROM_US + Math.floor(wait), PHYSICS.updateFee, c, 0);
    }
  }

  onUpdateFee(channel: number): void {
    const w = this.#w;
    const ch = w.channels;
    const funder = w.from(2 * channel);
    if (ch.state[channel]! > STATE.open) return;
    if (!ch.usable(channel) || w.running[funder] === 0) {
      // Put off until the channel works.
      w.after(REVIEW_FROM_US, PHYSICS.updateFee, channel, 0);
      return;
    }
    const old = ch.feeratePerKw[channel]!;
    const wanted = w.commitmentFeerate(funder);
    const untrimmed = Math.max(ch.untrimmed[2 * channel]!, ch.untrimmed[2 * channel + 1]!);
    const affordable = (MOST_OF_BALANCE * ch.balanceMsat[2 * channel]!) / ch.commitmentWeight(untrimmed);
    const feerate = Math.min(wanted, Math.floor(affordable));
    if (feerate < old ? old - feerate < WORTH_UPDATING * old : feerate - old < WORTH_UPDATING * old) return;
    // A funder that has next to nothing keeps the old rate: a lower one than the estimate asks for helps nobody.
    if (feerate < wanted && feerate < old) return;
    ch.feeratePerKw[channel] = feerate;
    w.record(RECORD.feerate, channel, old, feerate, 0);
  }

  /** Sends coins from wallet to wallet; they arrive with the next block. */
  send(request: SendOnchainRequest): void {
    const w = this.#w;
    const fee = feeAt(WEIGHT.send, w.estimateFor(request.from, 'send'));
    const running = w.running[request.from] === 1;
    if (!running || w.chain.walletSat[request.from]! < request.sat + fee) {
      const reason = running ? 'not enough coins in the wallet' : 'the node is not running';
      w.record(RECORD.sendRejected, request.from, request.to, w.text(reason), request.sat);
      return;
    }
    w.chain.walletSat[request.from]! -= request.sat + fee;
    w.chain.feesSat += fee;
    w.chain.broadcast(w.nowUs, TX.send, -1, request.to, -1, fee, request.sat, WEIGHT.send);
  }

  onSent(tx: Tx): void {
    this.#w.chain.credit(tx.node, tx.valueSat);
  }

  onSendUndone(tx: Tx): void {
    this.#w.chain.takeBack(tx.node, tx.valueSat);
  }

  /** Strangers' transactions of blocks that were undone wait again. */
  onReorg(): void {
    if (this.congested || !this.#w.chain.mempool.backlog.present) return;
    this.congested = true;
    this.#tell();
    this.#review();
  }
}
