/**
 * Nodes that broadcast a commitment that they have revoked, and nodes that come back with old data.
 *
 * A node that notices that it lost data does not broadcast anything: its channel_reestablish tells the other side, which
 * closes the channel with its own commitment (BOLT 2, "Message Retransmission", option_data_loss_protect).
 */
import type { LoseDataRequest } from '../timeline/control.ts';
import type { OldStateRequest } from '../timeline/old-states.ts';
import { STATE } from './channel-lifecycle.ts';
import type { Liveness } from './liveness.ts';
import type { OnChain } from './onchain.ts';
import { RECORD } from './records.ts';
import type { RevokedState } from './revoked-states.ts';
import type { World } from './world.ts';

export class Cheating {
  readonly #w: World;
  readonly #onchain: OnChain;
  readonly #liveness: Liveness;

  constructor(world: World, onchain: OnChain, liveness: Liveness) {
    this.#w = world;
    this.#onchain = onchain;
    this.#liveness = liveness;
  }

  /** A node broadcasts an old state of a channel. */
  cheat(request: OldStateRequest): void {
    const found = this.#find(request);
    if (found === null) return;
    if (this.#w.running[request.by] === 0) this.#reject(request, 'the node is not running');
    else this.#onchain.cheat(found.edge >> 1, found.edge & 1, found.state);
  }

  /** A node comes back with an old state of a channel, stopped before or not. */
  loseData(request: LoseDataRequest): void {
    const w = this.#w;
    const found = this.#find(request);
    if (found === null) return;
    const { edge, state } = found;
    // Each would wait for the other to close, for good.
    if (!request.broadcast && w.lostData.has(edge ^ 1)) {
      this.#reject(request, 'the other node has lost the newest state already');
      return;
    }
    this.#liveness.stop(request.by);
    w.record(RECORD.dataLost, edge, state.number, -1, 0);
    if (!request.broadcast) w.lostData.add(edge);
    this.#liveness.start(request.by);
    if (request.broadcast) this.#onchain.cheat(edge >> 1, edge & 1, state);
  }

  /** channel_reestablish of a node that lost data has arrived: the other one closes with its commitment. */
  onReestablish(channel: number, connection: number): void {
    const w = this.#w;
    const ch = w.channels;
    if (ch.connection[channel] !== connection || ch.state[channel]! >= STATE.closing) return;
    for (const side of [0, 1]) {
      const edge = 2 * channel + side;
      if (w.lostData.has(edge) || !w.lostData.has(edge ^ 1)) continue;
      if (w.reachable(w.from(edge), w.to(edge))) this.#onchain.forceClose(channel, side);
    }
  }

  #find(request: OldStateRequest): { readonly edge: number; readonly state: RevokedState } | null {
    const w = this.#w;
    const channel = w.byName[request.channel]!;
    const edge = [2 * channel, 2 * channel + 1].find((e) => channel >= 0 && w.from(e) === request.by);
    if (edge === undefined) return this.#reject(request, 'there is no channel of this name at the node');
    const state = w.channels.state[channel]!;
    if (state === STATE.negotiating || state >= STATE.closing) return this.#reject(request, 'the channel is not open');
    const old = w.revoked?.find(request, channel) ?? null;
    return old === null ? this.#reject(request, 'there is no such old state') : { edge, state: old };
  }

  #reject(request: OldStateRequest, reason: string): null {
    const w = this.#w;
    w.record(RECORD.closeRejected, w.byName[request.channel]!, request.channel, w.text(reason), 0);
    return null;
  }
}
