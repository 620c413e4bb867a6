/**
 * Old states of channels that somebody may broadcast (engine/timeline/old-states.ts): of each request the monitor of the node as it
 * was when its commitment was revoked, for LDK itself hands out no commitment but the latest. A monitor that is read on the side
 * from those bytes takes it for the latest, and signs it.
 *
 * A node revokes its commitment when it takes the other side's signature for the next one (BOLT 2). LDK notes that in its monitor by an
 * update with the step LatestHolderCommitmentTXInfo.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { mayWant, type OldStateRequest, oldStateRequests, requestKey } from '../../timeline/old-states.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type { RealChannel } from './real-channels.ts';
import type { RealNode } from './real-node.ts';

/** A commitment that is revoked. */
export interface OldState {
  /** Commitments of the node before it. */
  readonly number: number;
  /** The node's monitor of then. */
  readonly monitor: Uint8Array;
  /** What the node had on it, sat. */
  readonly balanceSat: number;
}

interface Watch {
  readonly request: OldStateRequest;
  /** Channel instance that it follows, −1 before there is one. */
  channel: number;
  revoked: number;
  kept: OldState | null;
}

/** ldk:chain/channelmonitor.rs: ChannelMonitorUpdateStep::LatestHolderCommitmentTXInfo as it is written. */
const LATEST_HOLDER_COMMITMENT = 0;
/** ldk:chain/channelmonitor.rs:ChannelMonitorUpdate::write: two bytes of versions, the update's number and that of its steps. */
const STEPS_AT = 2 + 8 + 8;

export class OldStates {
  readonly #watches: readonly Watch[];

  constructor(timeline: Timeline) {
    this.#watches = oldStateRequests(timeline).map((request) => ({ request, channel: -1, revoked: 0, kept: null }));
  }

  /** Whether anybody wants a state of a channel at a node. */
  wants(channel: RealChannel, node: RealNode): boolean {
    return this.#watches.some(({ request }) => request.channel === channel.name && request.by === node.index);
  }

  /** The node's commitment is replaced; `monitor` is that of before. */
  revoked(channel: RealChannel, node: RealNode, monitor: () => Uint8Array, nowUs: number): void {
    let bytes: Uint8Array | null = null;
    for (const watch of this.#watches) {
      const { request } = watch;
      if (request.channel !== channel.name || request.by !== node.index) continue;
      if (watch.channel !== channel.index) Object.assign(watch, { channel: channel.index, revoked: 0, kept: null });
      const number = watch.revoked++;
      if (!mayWant(watch.request, watch.kept !== null, number, nowUs)) continue;
      bytes ??= monitor();
      const balanceSat = node.balanceOn(bytes);
      if (request.oldState === 'best' && watch.kept !== null && balanceSat <= watch.kept.balanceSat) continue;
      watch.kept = { number, monitor: bytes, balanceSat };
    }
  }

  /** What is kept, for digests; empty where nobody may want anything. */
  text(): string {
    if (this.#watches.length === 0) return '';
    return JSON.stringify(
      this.#watches.map(({ channel, revoked, kept }) => [
        channel,
        revoked,
        kept === null ? null : [kept.number, kept.balanceSat, bytesToHex(kept.monitor)],
      ]),
    );
  }

  /** The state that a request is about; null when there is none that is old, or none of the present channel. */
  find(request: OldStateRequest, channel: RealChannel): OldState | null {
    const watch = this.#watches.find((one) => requestKey(one.request) === requestKey(request));
    return watch === undefined || watch.channel !== channel.index ? null : watch.kept;
  }
}

/** Whether an update of a monitor, as it is written, brings a commitment of the node's own. */
export function bringsCommitment(update: Uint8Array): boolean {
  const view = new DataView(update.buffer, update.byteOffset, update.byteLength);
  let at = STEPS_AT;
  for (let left = Number(view.getBigUint64(STEPS_AT - 8)); left > 0; left--) {
    if (update[at++] === LATEST_HOLDER_COMMITMENT) return true;
    const first = update[at++]!;
    let length = first;
    // BigSize (BOLT 1).
    if (first === 0xfd) {
      length = view.getUint16(at);
      at += 2;
    } else if (first === 0xfe) {
      length = view.getUint32(at);
      at += 4;
    }
    at += length;
  }
  return false;
}
