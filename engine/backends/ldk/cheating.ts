/**
 * Nodes that broadcast a commitment that they have revoked. It is a real one, signed by LDK from a monitor of then; its peer's
 * LDK finds out by itself, and takes what it can.
 *
 * What LDK does not survive is to learn from its peer that it has lost data: it panics (ldk:ln/channel.rs:channel_reestablish,
 * "We have fallen behind"), and a panic ends all nodes of the instance. Its message says what whoever restores a backup is to do
 * instead: start, give the channel up by force_close_without_broadcasting_txn, and then meet the peers. That is done here. For the rest a
 * node that has lost data goes on with its present state: an older manager would have lost all its channels.
 */
import { EVENT, NO_CHANGE, nextState, STATE } from '../../simulate/channel-lifecycle.ts';
import { RECORD } from '../../simulate/records.ts';
import type { LoseDataRequest } from '../../timeline/control.ts';
import type { OldStateRequest } from '../../timeline/old-states.ts';
import type { OldState, OldStates } from './old-states.ts';
import type { WaitingTx } from './real-chain.ts';
import type { RealChannel, RealChannels } from './real-channels.ts';
import type { RealNode } from './real-node.ts';
import { OUTPUT, takenOutput, WHO } from './revoked-outputs.ts';
import { readTransaction } from './transaction.ts';
import type { World } from './world-contract.ts';

export interface CheatingWorld extends World {
  readonly channels: RealChannels;
  readonly oldStates: OldStates;
  startNode(node: RealNode): void;
  stopNode(node: RealNode, crashed: boolean): void;
}

interface Found {
  readonly channel: RealChannel;
  readonly side: number;
  readonly state: OldState;
}

export class Cheating {
  readonly #w: CheatingWorld;
  /** Edge of the cheater, by channel instance. */
  readonly #cheaters: Map<number, number> = new Map();
  /** Edges of nodes that have lost data and wait for their peers to close. */
  readonly #lost: Set<number> = new Set();
  commitments = 0;
  takenSat = 0;
  keptSat = 0;

  constructor(world: CheatingWorld) {
    this.#w = world;
  }

  cheat(request: OldStateRequest): void {
    const found = this.#find(request);
    if (found === null) return;
    if (!this.#w.nodes[request.by]!.running) this.#reject(request, 'the node is not running');
    else this.#broadcast(found);
  }

  /** A node comes back with an old state: it broadcasts its commitment, or lets its peer close the channel. */
  loseData(request: LoseDataRequest): void {
    const w = this.#w;
    const found = this.#find(request);
    if (found === null) return;
    const { channel, side, state } = found;
    const edge = 2 * channel.index + side;
    // Each would wait for the other to close, for good.
    if (!request.broadcast && this.#lost.has(edge ^ 1)) {
      this.#reject(request, 'the other node has lost the newest state already');
      return;
    }
    const node = w.nodes[request.by]!;
    w.channels.remember(channel);
    w.stopNode(node, false);
    w.record(RECORD.dataLost, edge, state.number, -1, 0);
    w.startNode(node);
    if (request.broadcast) this.#broadcast(found);
    else this.#leaveToPeer(channel, side);
  }

  /** As LDK's message says: the channel is given up before the peers are met, who then close it with their commitment. */
  #leaveToPeer(channel: RealChannel, side: number): void {
    const details = this.#w.channels.details(channel, side);
    if (details === null) return;
    this.#lost.add(2 * channel.index + side);
    const [node, peer] = [channel.nodes[side]!, channel.nodes[1 - side]!];
    node.manager.force_close_without_broadcasting_txn(details.get_channel_id(), peer.id, 'data was lost');
    this.#w.touch(node);
  }

  /** A transaction is in a block: who has what of a revoked commitment. */
  confirmed({ tx, channel, revoked }: WaitingTx): void {
    const edge = this.#cheaters.get(channel);
    if (edge === undefined) return;
    tx.inputs.forEach((input, i) => {
      const coin = revoked[i] ?? null;
      const taken = coin === null ? null : takenOutput(input);
      // What a second-level transaction takes is not anybody's yet.
      if (coin === null || taken === null || (taken.who === WHO.cheater && taken.output === OUTPUT.htlc)) return;
      if (taken.who === WHO.victim) this.takenSat += coin.valueSat;
      else this.keptSat += coin.valueSat;
      this.#w.record(RECORD.revokedOutput, edge, coin.second ? OUTPUT.second : taken.output, taken.who, coin.valueSat);
    });
  }

  #broadcast({ channel, side, state }: Found): void {
    const w = this.#w;
    if (nextState(channel.state, EVENT.force) === NO_CHANGE) return;
    const node = channel.nodes[side]!;
    const bytes = node.commitmentOn(state.monitor);
    const edge = 2 * channel.index + side;
    w.channels.remember(channel);
    w.record(RECORD.cheat, edge, state.number, 0, state.balanceSat);
    this.commitments++;
    this.#cheaters.set(channel.index, edge);
    w.chain.revoked.add(readTransaction(bytes).txid);
    w.chain.submit(bytes);
  }

  #find(request: OldStateRequest): Found | null {
    const channel = this.#w.channels.byName.get(request.channel);
    const side = channel?.nodes.findIndex(({ index }) => index === request.by) ?? -1;
    if (channel === undefined || side < 0) return this.#reject(request, 'there is no channel of this name at the node');
    if (channel.state === STATE.negotiating || channel.state >= STATE.closing) {
      return this.#reject(request, 'the channel is not open');
    }
    const state = this.#w.oldStates.find(request, channel);
    return state === null ? this.#reject(request, 'there is no such old state') : { channel, side, state };
  }

  #reject(request: OldStateRequest, reason: string): null {
    const w = this.#w;
    const channel = w.channels.byName.get(request.channel)?.index ?? -1;
    w.record(RECORD.closeRejected, channel, request.channel, w.text(reason), 0);
    return null;
  }
}
