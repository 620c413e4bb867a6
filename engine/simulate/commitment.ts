/**
 * What a commitment transaction that goes on-chain holds (BOLT 3, anchors with zero-fee HTLC transactions): both
 * balances, the anchors, the HTLCs with an output, and those without.
 */
import { ANCHOR_SAT } from './channels.ts';
import { HTLC, trimmed } from './htlcs.ts';
import type { OldHtlc, RevokedState } from './revoked-states.ts';
import type { World } from './world.ts';

export interface Commitment {
  /** Side whose commitment it is. */
  readonly side: number;
  readonly localSat: number;
  readonly remoteSat: number;
  readonly anchors: number;
  readonly feeSat: number;
  /** HTLCs with an output, oldest first. */
  readonly outputs: readonly number[];
  /** HTLCs on the commitment that are too small for one. */
  readonly dust: readonly number[];
  /** HTLCs that are not on it although offered or failed: the offerer has the money and fails them back. */
  readonly returned: readonly number[];
  /** HTLCs that are not on it because they were fulfilled. */
  readonly fulfilled: readonly number[];
  /** Present when it is revoked: the HTLCs of its time that have an output, of which few may still be pending. */
  readonly revoked?: readonly OldHtlc[];
}

/** The commitment of `side`; `on` says of each HTLC of the channel, newest first, whether it is on it. */
export function planCommitment(w: World, channel: number, side: number, on: ReadonlyMap<number, boolean>): Commitment {
  const ch = w.channels;
  const local = 2 * channel + side;
  const balance: [number, number] = [ch.balanceMsat[2 * channel]!, ch.balanceMsat[2 * channel + 1]!];
  const outputs: number[] = [];
  const dust: number[] = [];
  const returned: number[] = [];
  const fulfilled: number[] = [];
  for (const h of [...on.keys()].reverse()) {
    const edge = w.htlcs.edge[h]!;
    const amount = w.htlcs.amountMsat[h]!;
    if (on.get(h) === true) {
      (trimmed(ch, local, amount) ? dust : outputs).push(h);
    } else if (w.htlcs.state[h] === HTLC.fulfilling) {
      balance[(edge & 1) ^ 1]! += amount;
      fulfilled.push(h);
    } else {
      balance[edge & 1]! += amount;
      returned.push(h);
    }
  }
  const amounts = outputs.map((h) => w.htlcs.amountMsat[h]!);
  const money = split(w, channel, side, balance, ch.feeratePerKw[channel]!, amounts);
  return { ...money, outputs, dust, returned, fulfilled };
}

/** A revoked commitment of `side`. The HTLCs that are pending now are not on it, or have no say in what becomes of it. */
export function planRevoked(w: World, channel: number, side: number, old: RevokedState): Commitment {
  const ch = w.channels;
  const revoked = old.htlcs.flatMap((htlc) => (trimmed(ch, 2 * channel + side, htlc.amountMsat) ? [] : [{ ...htlc }]));
  const amounts = revoked.map(({ amountMsat }) => amountMsat);
  const returned: number[] = [];
  const fulfilled: number[] = [];
  for (let h = ch.firstHtlc[channel]!; h >= 0; h = w.htlcs.right[h]!) {
    (w.htlcs.settledUpstream[h] === 1 ? fulfilled : returned).push(h);
  }
  const money = split(w, channel, side, old.balanceMsat, old.feeratePerKw, amounts);
  return { ...money, outputs: [], dust: [], returned: returned.reverse(), fulfilled: fulfilled.reverse(), revoked };
}

/** Balances, anchors and fee of a commitment with outputs for HTLCs of these amounts, msat. */
function split(
  w: World,
  channel: number,
  side: number,
  balance: readonly [number, number],
  feeratePerKw: number,
  amounts: readonly number[],
): Pick<Commitment, 'side' | 'localSat' | 'remoteSat' | 'anchors' | 'feeSat'> {
  const ch = w.channels;
  // The opener (side 0) pays the fee and both anchors as far as its balance reaches (BOLT 3).
  const fee = Math.floor((ch.commitmentWeight(amounts.length) * feeratePerKw) / 1000);
  const paid = [Math.floor(balance[0] / 1000) - fee - 2 * ANCHOR_SAT, Math.floor(balance[1] / 1000)];
  const dustLimit = ch.dustMsat[2 * channel + side]! / 1000;
  const sat = paid.map((v) => (v >= dustLimit && v > 0 ? v : 0));
  const anchors = [0, 1].filter((s) => sat[s]! > 0 || amounts.length > 0).length;
  const htlcSat = amounts.reduce((sum, amount) => sum + Math.floor(amount / 1000), 0);
  const rest = ch.capacityMsat[channel]! / 1000 - sat[0]! - sat[1]! - htlcSat;
  const paidAnchors = Math.min(anchors, Math.max(0, Math.floor(rest / ANCHOR_SAT)));
  return {
    side,
    localSat: sat[side]!,
    remoteSat: sat[side ^ 1]!,
    anchors: paidAnchors,
    feeSat: rest - paidAnchors * ANCHOR_SAT,
  };
}
