/**
 * The commitment exchange of BOLT 2 on every channel: updates become part of both commitments through
 * commitment_signed and revoke_and_ack, one unacknowledged signature a side at a time.
 *
 * An update (an HTLC that is added or removed) wanders through four lists: pending at its author (not signed), sent in
 * the author's outstanding signature, pending at the other side (which has revoked and now owes a signature), sent in
 * the other side's signature. When the author's revocation for that arrives, the update is irrevocably committed and
 * the other side acts on it. Messages on a link keep their order, even when its delay becomes shorter.
 *
 * Nothing here knows routes or payments; what follows from a committed update is up to LinkEvents.
 */

import { LISTS_PER_EDGE } from './channels.ts';
import { HTLC } from './htlcs.ts';
import { PHYSICS, type World } from './world.ts';

/** The lists of an edge's side. Own: updates it made; peer: updates of the other side. */
export const LIST = { ownPending: 0, ownSent: 1, peerPending: 2, peerSent: 3 } as const;

export interface LinkEvents {
  /** An HTLC is irrevocably committed; its receiving side acts on it. */
  committed(htlc: number): void;
  /** The removal of an HTLC is irrevocably committed. */
  removed(htlc: number): void;
  /** The offering side learns the preimage. */
  preimage(htlc: number): void;
}

export class Links {
  readonly #w: World;
  readonly #events: LinkEvents;
  readonly #onCommitment = (channel: number, side: number): ReadonlyMap<number, boolean> =>
    this.onCommitment(channel, side);

  constructor(world: World, events: LinkEvents) {
    this.#w = world;
    this.#events = events;
  }

  /** Hands in an update (an added or removed HTLC) authored by `edge`'s side. */
  update(edge: number, htlc: number): void {
    const ch = this.#w.channels;
    this.#append(edge, LIST.ownPending, htlc);
    const n = ++ch.pendingUpdates[edge]!;
    if (ch.connected[edge >> 1] === 0) return;
    const timing = this.#w.modelOf(ch.node[edge]!).timing;
    if (n >= timing.commitBatch && ch.awaitingRevocation[edge] === 0) this.#sign(edge);
    else this.#armTimer(edge, timing.commitDelayUs);
  }

  /** Tells the offering side the preimage, as update_fulfill_htlc does ahead of the commitment exchange. */
  sendPreimage(htlc: number): void {
    const w = this.#w;
    const c = w.htlcs.edge[htlc]! >> 1;
    if (w.channels.connected[c] === 1) {
      this.#send(w.htlcs.edge[htlc]! ^ 1, PHYSICS.preimage, htlc, w.htlcs.generation[htlc]!);
    }
  }

  onSignTimer(edge: number, connection: number): void {
    const ch = this.#w.channels;
    if (ch.connection[edge >> 1] !== connection) return;
    ch.signTimer[edge] = 0;
    if (ch.awaitingRevocation[edge] === 0 && ch.pendingUpdates[edge]! > 0) this.#sign(edge);
  }

  onSignature(edge: number, connection: number): void {
    const w = this.#w;
    const ch = w.channels;
    if (ch.connection[edge >> 1] !== connection) return;
    const other = edge ^ 1;
    // A node that crashed hears nothing; the author finds out later and sends again when they are connected.
    if (w.running[ch.node[other]!] === 0) return;
    w.revoked?.revoke(other, w.nowUs, this.#onCommitment);
    ch.signatureDelivered[edge] = 1;
    this.#move(edge, LIST.ownSent, other, LIST.peerPending);
    this.#send(other, PHYSICS.revocation, edge, connection);
    if (ch.awaitingRevocation[other] === 0 && this.#head(other, LIST.peerPending) >= 0) this.#sign(other);
  }

  onRevocation(edge: number, connection: number): void {
    const w = this.#w;
    const ch = w.channels;
    if (ch.connection[edge >> 1] !== connection) return;
    ch.awaitingRevocation[edge] = 0;
    ch.signatureDelivered[edge] = 0;
    let h = this.#head(edge, LIST.peerSent);
    this.#clear(edge, LIST.peerSent);
    while (h >= 0) {
      // Acting on an update may put the HTLC into another list or free it.
      const next = w.htlcs.next[h]!;
      w.htlcs.next[h] = -1;
      if (w.htlcs.state[h] === HTLC.offered) this.#events.committed(h);
      else this.#events.removed(h);
      h = next;
    }
    // An HTLC that was acted on can take the channel down (a force close); then there is nothing more to sign.
    if (ch.connection[edge >> 1] !== connection || ch.awaitingRevocation[edge] === 1) return;
    if (ch.pendingUpdates[edge]! > 0 || this.#head(edge, LIST.peerPending) >= 0) this.#sign(edge);
  }

  onPreimage(htlc: number, generation: number): void {
    const w = this.#w;
    if (w.htlcs.generation[htlc] !== generation || w.htlcs.settledUpstream[htlc] === 1) return;
    const edge = w.htlcs.edge[htlc]!;
    if (w.channels.connected[edge >> 1] === 0 || w.running[w.from(edge)] === 0) return;
    this.#events.preimage(htlc);
  }

  /** The connection breaks: messages under way are lost. */
  disconnect(channel: number): void {
    this.#w.channels.connected[channel] = 0;
    this.#lose(channel);
  }

  /** One side is gone without notice: what is under way is lost, the other side believes in the connection. */
  silence(channel: number): void {
    this.#lose(channel);
  }

  /** channel_reestablish: what the other side missed is sent again (BOLT 2, "Message Retransmission"). */
  reconnect(channel: number): void {
    const w = this.#w;
    const ch = w.channels;
    ch.connected[channel] = 1;
    const connection = ch.connection[channel]!;
    for (let edge = 2 * channel; edge <= 2 * channel + 1; edge++) {
      if (ch.awaitingRevocation[edge] === 1) {
        if (ch.signatureDelivered[edge] === 1) this.#send(edge ^ 1, PHYSICS.revocation, edge, connection);
        else this.#send(edge, PHYSICS.signature, edge, connection);
      } else if (this.#head(edge, LIST.peerPending) >= 0) {
        this.#sign(edge);
      } else if (ch.pendingUpdates[edge]! > 0) {
        this.#armTimer(edge, w.modelOf(ch.node[edge]!).timing.commitDelayUs);
      }
    }
    for (let h = ch.firstHtlc[channel]!; h >= 0; h = w.htlcs.right[h]!) {
      if (w.htlcs.state[h] === HTLC.fulfilling && w.htlcs.settledUpstream[h] === 0) this.sendPreimage(h);
    }
  }

  /**
   * Takes the HTLCs that `edge`'s side offered but never signed out of the exchange and hands each to `give`, in the
   * order they were offered.
   */
  takeUnsigned(edge: number, give: (htlc: number) => void): void {
    const w = this.#w;
    const ch = w.channels;
    let h = this.#head(edge, LIST.ownPending);
    this.#clear(edge, LIST.ownPending);
    ch.pendingUpdates[edge] = 0;
    const taken: number[] = [];
    while (h >= 0) {
      const next = w.htlcs.next[h]!;
      w.htlcs.next[h] = -1;
      if (w.htlcs.state[h] === HTLC.offered) {
        taken.push(h);
      } else {
        this.#append(edge, LIST.ownPending, h);
        ch.pendingUpdates[edge]!++;
      }
      h = next;
    }
    for (const t of taken) give(t);
  }

  /** Whether the HTLCs of a channel are on the commitment of `side`, in the order of the channel's list. */
  onCommitment(channel: number, side: number): ReadonlyMap<number, boolean> {
    const w = this.#w;
    const ch = w.channels;
    const edge = 2 * channel + side;
    const on = new Map<number, boolean>();
    for (let h = ch.firstHtlc[channel]!; h >= 0; h = w.htlcs.right[h]!) on.set(h, true);
    // The other side's signature brings an update onto this side's commitment, so for an addition it must have been
    // covered by one that arrived; for a removal the same takes it off.
    const other = edge ^ 1;
    const mark = (e: number, list: number, onCommitment: boolean): void => {
      for (let h = this.#head(e, list); h >= 0; h = w.htlcs.next[h]!) {
        const isAdd = w.htlcs.state[h] === HTLC.offered;
        on.set(h, isAdd ? onCommitment : !onCommitment);
      }
    };
    // Updates by this side: applied to its own commitment once the other side signed them back and that arrived.
    mark(edge, LIST.ownPending, false);
    mark(edge, LIST.ownSent, false);
    mark(other, LIST.peerPending, false);
    mark(other, LIST.peerSent, ch.signatureDelivered[other] === 1);
    // Updates by the other side: applied to this side's commitment as soon as the other side's signature arrived.
    mark(other, LIST.ownPending, false);
    mark(other, LIST.ownSent, false);
    mark(edge, LIST.peerPending, true);
    mark(edge, LIST.peerSent, true);
    return on;
  }

  /** As onCommitment; the exchange is given up (its lists are emptied). Called when the channel goes on-chain. */
  giveUp(channel: number, side: number): ReadonlyMap<number, boolean> {
    const w = this.#w;
    const ch = w.channels;
    const on = this.onCommitment(channel, side);
    for (let e = 2 * channel; e <= 2 * channel + 1; e++) {
      for (let list = 0; list < LISTS_PER_EDGE; list++) {
        let h = this.#head(e, list);
        this.#clear(e, list);
        while (h >= 0) {
          const next = w.htlcs.next[h]!;
          w.htlcs.next[h] = -1;
          h = next;
        }
      }
      ch.pendingUpdates[e] = 0;
      ch.awaitingRevocation[e] = 0;
      ch.signatureDelivered[e] = 0;
    }
    return on;
  }

  #sign(edge: number): void {
    const w = this.#w;
    const ch = w.channels;
    this.#move(edge, LIST.ownPending, edge, LIST.ownSent);
    this.#move(edge, LIST.peerPending, edge, LIST.peerSent);
    ch.pendingUpdates[edge] = 0;
    ch.awaitingRevocation[edge] = 1;
    ch.signatureDelivered[edge] = 0;
    this.#send(edge, PHYSICS.signature, edge, ch.connection[edge >> 1]!);
  }

  /** What is under way on a channel is lost. */
  #lose(channel: number): void {
    const ch = this.#w.channels;
    ch.connection[channel]!++;
    for (const edge of [2 * channel, 2 * channel + 1]) {
      ch.signTimer[edge] = 0;
      ch.arrivesUs[edge] = 0;
    }
  }

  /** A message from `from`'s side, behind those it sent before. */
  #send(from: number, kind: number, a: number, b: number): void {
    const w = this.#w;
    const { arrivesUs, latencyUs } = w.channels;
    const arrives = Math.max(w.nowUs + latencyUs[from >> 1]!, arrivesUs[from]!);
    arrivesUs[from] = arrives;
    w.queue.push(arrives, kind, a, b);
  }

  #armTimer(edge: number, delayUs: number): void {
    const ch = this.#w.channels;
    if (ch.signTimer[edge] === 1) return;
    ch.signTimer[edge] = 1;
    this.#w.after(delayUs, PHYSICS.signTimer, edge, ch.connection[edge >> 1]!);
  }

  #head(edge: number, list: number): number {
    return this.#w.channels.listHead[LISTS_PER_EDGE * edge + list]!;
  }

  #clear(edge: number, list: number): void {
    const i = LISTS_PER_EDGE * edge + list;
    this.#w.channels.listHead[i] = -1;
    this.#w.channels.listTail[i] = -1;
  }

  #append(edge: number, list: number, htlc: number): void {
    const { listHead, listTail } = this.#w.channels;
    const next = this.#w.htlcs.next;
    const i = LISTS_PER_EDGE * edge + list;
    next[htlc] = -1;
    if (listTail[i]! >= 0) next[listTail[i]!] = htlc;
    else listHead[i] = htlc;
    listTail[i] = htlc;
  }

  /** Appends one list to another and empties it. */
  #move(edge: number, list: number, toEdge: number, toList: number): void {
    const { listHead, listTail } = this.#w.channels;
    const from = LISTS_PER_EDGE * edge + list;
    const to = LISTS_PER_EDGE * toEdge + toList;
    if (listHead[from]! < 0) return;
    if (listTail[to]! >= 0) this.#w.htlcs.next[listTail[to]!] = listHead[from]!;
    else listHead[to] = listHead[from]!;
    listTail[to] = listTail[from]!;
    listHead[from] = -1;
    listTail[from] = -1;
  }
}
