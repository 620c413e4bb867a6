/**
 * Old states of channels that somebody may broadcast (engine/timeline/old-states.ts): one is kept for each request, and
 * nothing for channels that no request is about. A state becomes old when the other side's signature for a newer one
 * arrives: the node revokes it then (BOLT 2, revoke_and_ack).
 */
import type { NumberHasher } from '../base/digest.ts';
import { mayWant, type OldStateRequest, requestKey } from '../timeline/old-states.ts';
import type { AttemptPool } from './attempts.ts';
import type { ChannelTable } from './channels.ts';
import { HTLC, type HtlcPool } from './htlcs.ts';
import type { OldHtlcState, OldStateState } from './state.ts';

/** An HTLC of an old state. */
export interface OldHtlc {
  readonly edge: number;
  readonly amountMsat: number;
  readonly expiry: number;
  /** Serial number of its attempt. */
  readonly attempt: number;
  /** Its slot as long as it is pending in the channel, else −1. */
  slot: number;
  /** The receiving side knew the preimage when it left the channel. */
  preimage: boolean;
}

/** A commitment of one side that is revoked. */
export interface RevokedState {
  /** Commitments of this side before it. */
  readonly number: number;
  readonly feeratePerKw: number;
  /** Balance of each side on it. */
  readonly balanceMsat: readonly [number, number];
  /** Oldest first. */
  readonly htlcs: readonly OldHtlc[];
}

interface Watch {
  readonly request: OldStateRequest;
  /** Channel instance that it follows, −1 before there is one. */
  channel: number;
  /** Commitments of the node that were revoked. */
  revoked: number;
  kept: RevokedState | null;
}

/** Whether HTLCs of a channel are on the commitment of a side (Links.onCommitment). */
export type OnCommitment = (channel: number, side: number) => ReadonlyMap<number, boolean>;

export class RevokedStates {
  readonly #watches: readonly Watch[];
  readonly #byName: Map<number, Watch[]> = new Map();
  readonly #channels: ChannelTable;
  readonly #htlcs: HtlcPool;
  readonly #attempts: AttemptPool;
  readonly #originUs: number;
  /** HTLCs with an output of revoked commitments that were broadcast, by channel, until their ending is over. */
  readonly published: Map<number, readonly OldHtlc[]> = new Map();

  constructor(
    requests: readonly OldStateRequest[],
    channels: ChannelTable,
    htlcs: HtlcPool,
    attempts: AttemptPool,
    originUs: number,
  ) {
    this.#channels = channels;
    this.#htlcs = htlcs;
    this.#attempts = attempts;
    this.#originUs = originUs;
    this.#watches = requests.map((request) => ({ request, channel: -1, revoked: 0, kept: null }));
    for (const watch of this.#watches) {
      const list = this.#byName.get(watch.request.channel);
      if (list === undefined) this.#byName.set(watch.request.channel, [watch]);
      else list.push(watch);
    }
  }

  /** The commitment of `edge`'s side is about to be replaced. */
  revoke(edge: number, nowUs: number, onCommitment: OnCommitment): void {
    const channel = edge >> 1;
    const watches = this.#byName.get(this.#channels.name[channel]!);
    if (watches === undefined) return;
    const node = this.#channels.node[edge]!;
    let state: RevokedState | null = null;
    for (const watch of watches) {
      if (watch.request.by !== node) continue;
      this.#follow(watch, channel);
      const number = watch.revoked++;
      if (!mayWant(watch.request, watch.kept !== null, number, nowUs - this.#originUs)) continue;
      state ??= this.#stateOf(channel, number, onCommitment(channel, edge & 1));
      if (watch.request.oldState === 'best' && !this.#isBetter(state, watch.kept, edge & 1)) continue;
      // Each watch has HTLCs of its own: they are amended one by one.
      watch.kept = { ...state, htlcs: state.htlcs.map((htlc) => ({ ...htlc })) };
    }
  }

  /** An HTLC is about to leave its channel, and its slot will be another's. */
  dropped(htlc: number): void {
    const channel = this.#htlcs.edge[htlc]! >> 1;
    const preimage = this.#htlcs.preimage[htlc] === 1;
    for (const watch of this.#byName.get(this.#channels.name[channel]!) ?? []) {
      if (watch.channel === channel && watch.kept !== null) settle(watch.kept.htlcs, htlc, preimage);
    }
    const published = this.published.get(channel);
    if (published !== undefined) settle(published, htlc, preimage);
  }

  /** The state that a request is about; null when there is none that is old, or none of the present channel. */
  find(request: OldStateRequest, channel: number): RevokedState | null {
    const key = requestKey(request);
    const watch = this.#watches.find((one) => requestKey(one.request) === key);
    return watch === undefined || watch.channel !== channel ? null : watch.kept;
  }

  /** The slot of an HTLC that is held for pending and is not; undefined when there is none. */
  lost(): number | undefined {
    const { state, edge, amountMsat } = this.#htlcs;
    const lists = [...this.published.values(), ...this.#watches.map(({ kept }) => kept?.htlcs ?? [])];
    const wrong = ({ slot, edge: of, amountMsat: amount }: OldHtlc): boolean =>
      slot >= 0 && (state[slot] === HTLC.free || edge[slot] !== of || amountMsat[slot] !== amount);
    return lists.flat().find(wrong)?.slot;
  }

  capture(channelNames: readonly string[], nodeNames: (node: number) => string): readonly OldStateState[] {
    return this.#watches.flatMap(({ request, channel, revoked, kept }) => {
      if (channel < 0) return [];
      const old: OldStateState = {
        instance: channel,
        channel: channelNames[request.channel]!,
        choice: [request.oldState, request.value],
        ...(kept === null ? {} : { kept: { ...revokedState(kept) } }),
        node: nodeNames(request.by),
        revoked,
      };
      return [old];
    });
  }

  restore(states: readonly OldStateState[], channelNames: readonly string[], nodeNames: (n: number) => string): void {
    for (const watch of this.#watches) {
      const { channel, by, oldState, value } = watch.request;
      const found = states.find(
        (one) =>
          one.channel === channelNames[channel] &&
          one.node === nodeNames(by) &&
          one.choice[0] === oldState &&
          one.choice[1] === value,
      );
      if (found === undefined) continue;
      watch.channel = found.instance;
      watch.revoked = found.revoked;
      watch.kept = found.kept === undefined ? null : readRevokedState(found.kept);
    }
  }

  digestInto(hash: NumberHasher): void {
    for (const { request, channel, revoked, kept } of this.#watches) {
      hash.text(requestKey(request));
      hash.f64(channel);
      hash.f64(revoked);
      if (kept !== null) digestRevokedState(kept, hash);
    }
  }

  /** A name may be used again for another channel, whose states are counted anew. */
  #follow(watch: Watch, channel: number): void {
    if (watch.channel === channel) return;
    watch.channel = channel;
    watch.revoked = 0;
    watch.kept = null;
  }

  #isBetter(state: RevokedState, kept: RevokedState | null, side: number): boolean {
    return kept === null || state.balanceMsat[side]! > kept.balanceMsat[side]!;
  }

  #stateOf(channel: number, number: number, on: ReadonlyMap<number, boolean>): RevokedState {
    const { balanceMsat } = this.#channels;
    const p = this.#htlcs;
    const balance: [number, number] = [balanceMsat[2 * channel]!, balanceMsat[2 * channel + 1]!];
    const htlcs: OldHtlc[] = [];
    for (const h of [...on.keys()].reverse()) {
      const edge = p.edge[h]!;
      const amountMsat = p.amountMsat[h]!;
      if (on.get(h) === true) {
        htlcs.push({
          edge,
          amountMsat,
          expiry: p.expiry[h]!,
          attempt: this.#attempts.serial[p.attempt[h]!]!,
          slot: h,
          preimage: false,
        });
      } else {
        balance[p.state[h] === HTLC.fulfilling ? (edge & 1) ^ 1 : edge & 1]! += amountMsat;
      }
    }
    return { number, feeratePerKw: this.#channels.feeratePerKw[channel]!, balanceMsat: balance, htlcs };
  }
}

/** Notes with HTLCs of an old state that one of them is not pending any more. */
function settle(htlcs: readonly OldHtlc[], slot: number, preimage: boolean): void {
  for (const htlc of htlcs) {
    if (htlc.slot !== slot) continue;
    htlc.slot = -1;
    htlc.preimage = preimage;
  }
}

export function oldHtlcState(htlc: OldHtlc): OldHtlcState {
  return [htlc.edge, htlc.amountMsat, htlc.expiry, htlc.attempt, htlc.slot, htlc.preimage ? 1 : 0];
}

export function readOldHtlc([edge, amountMsat, expiry, attempt, slot, preimage]: OldHtlcState): OldHtlc {
  return { edge, amountMsat, expiry, attempt, slot, preimage: preimage === 1 };
}

function revokedState(kept: RevokedState): NonNullable<OldStateState['kept']> {
  return {
    balance_msat: kept.balanceMsat,
    feerate_per_kw: kept.feeratePerKw,
    htlcs: kept.htlcs.map(oldHtlcState),
    number: kept.number,
  };
}

function readRevokedState(s: NonNullable<OldStateState['kept']>): RevokedState {
  return {
    number: s.number,
    feeratePerKw: s.feerate_per_kw,
    balanceMsat: s.balance_msat,
    htlcs: s.htlcs.map(readOldHtlc),
  };
}

/** Adds HTLCs of an old state to a digest. */
export function digestOldHtlcs(htlcs: readonly OldHtlc[], hash: NumberHasher): void {
  hash.u32(htlcs.length);
  for (const htlc of htlcs) for (const v of oldHtlcState(htlc)) hash.f64(v);
}

function digestRevokedState(state: RevokedState, hash: NumberHasher): void {
  for (const v of [state.number, state.feeratePerKw, ...state.balanceMsat]) hash.f64(v);
  digestOldHtlcs(state.htlcs, hash);
}
