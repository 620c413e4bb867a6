/**
 * What must hold after every event, whatever a scenario does. Each check answers the text of the first thing broken.
 *
 * - no balance and no wallet is negative, all money is whole (msat, sat) and in the safe range
 * - in every channel whose funding output is unspent, both balances and the HTLCs add up to its capacity
 * - counters of a channel agree with its HTLCs
 * - HTLCs of old states that are still pending are HTLCs of their channel, as they were
 * - an output has one spender in the mempool at most, and knows it; what waits there spends outputs that exist
 * - minted = wallets + funding outputs + unspent outputs + fees + abandoned − owed
 */
import { STATE } from './channel-lifecycle.ts';
import { HTLC, trimmed } from './htlcs.ts';
import { TX } from './records.ts';
import type { World } from './world.ts';

/** True when the channel's funding output exists and is unspent (in the mempool it counts as spent for). */
function holdsCapacity(w: World, channel: number): boolean {
  const state = w.channels.state[channel]!;
  return state !== STATE.negotiating && state !== STATE.abandoned && w.channels.closedAt[channel]! < 0;
}

/** A broken invariant: a defect of the simulator or of a model, never of a scenario. */
export class InvariantError extends Error {}

/**
 * Checks after each event what the event can have changed: the channels whose HTLCs changed, and everything when coins
 * moved on-chain or a block came.
 */
export class InvariantWatch {
  readonly #w: World;
  #seen = '';

  constructor(world: World) {
    this.#w = world;
    world.channels.touched = [];
  }

  /** @throws InvariantError */
  check(): void {
    const w = this.#w;
    const touched = w.channels.touched!;
    const seen = `${w.chain.transactions},${w.chain.height},${w.chain.blocksUndone},${w.chain.mintedSat},${w.channels.count}`;
    let broken: string | null = null;
    if (seen !== this.#seen) broken = brokenInvariant(w);
    else for (const c of touched) broken ??= holdsCapacity(w, c) ? brokenChannel(w, c) : null;
    this.#seen = seen;
    touched.length = 0;
    if (broken !== null) throw new InvariantError(`at ${w.nowUs} µs: ${broken}`);
  }
}

export function brokenInvariant(w: World): string | null {
  const ch = w.channels;
  let totalSat = w.chain.feesSat + w.chain.abandonedSat;
  for (let n = 0; n < w.nodeCount; n++) {
    const sat = w.chain.walletSat[n]!;
    if (!Number.isSafeInteger(sat) || sat < 0) return `wallet of node ${n} holds ${sat} sat`;
    const owed = w.chain.owedSat[n]!;
    if (!Number.isSafeInteger(owed) || owed < 0 || (owed > 0 && sat > 0))
      return `node ${n} holds ${sat} sat and owes ${owed} sat`;
    totalSat += sat - owed;
  }
  for (const i of w.chain.outputs) if (!i.spent) totalSat += i.valueSat;
  for (const tx of w.chain.mempool.waiting) {
    if (tx.kind === TX.send) totalSat += tx.valueSat;
    const output = w.chain.outputs[tx.output];
    if (tx.output >= 0 && output === undefined)
      return `transaction ${tx.id} in the mempool spends an output that does not exist`;
    if (output !== undefined && (output.spent || output.spender !== tx.id))
      return `transaction ${tx.id} in the mempool spends an output that another one spends`;
  }
  for (let c = 0; c < ch.count; c++) {
    if (!holdsCapacity(w, c)) continue;
    totalSat += ch.capacityMsat[c]! / 1000;
    const problem = brokenChannel(w, c);
    if (problem !== null) return problem;
  }
  const lost = w.revoked?.lost();
  if (lost !== undefined) return `an old state takes HTLC ${lost} for pending`;
  if (totalSat !== w.chain.mintedSat)
    return `${w.chain.mintedSat} sat were minted but ${totalSat} sat are accounted for`;
  return null;
}

/** The checks of one channel whose funding output is unspent. */
function brokenChannel(w: World, c: number): string | null {
  const ch = w.channels;
  const name = w.timeline.channelNames[ch.name[c]!];
  let sum = 0;
  const count = [0, 0];
  const value = [0, 0];
  const untrimmed = [0, 0];
  const trimmedMsat = [0, 0];
  for (let h = ch.firstHtlc[c]!; h >= 0; h = w.htlcs.right[h]!) {
    const amount = w.htlcs.amountMsat[h]!;
    const side = w.htlcs.edge[h]! & 1;
    if (w.htlcs.state[h] === HTLC.free || w.htlcs.edge[h]! >> 1 !== c)
      return `channel ${name} lists an HTLC that is not its own`;
    sum += amount;
    count[side]!++;
    value[side]! += amount;
    for (const s of [0, 1]) {
      if (trimmed(ch, 2 * c + s, amount)) trimmedMsat[s]! += amount;
      else untrimmed[s]!++;
    }
  }
  for (const side of [0, 1]) {
    const e = 2 * c + side;
    const balance = ch.balanceMsat[e]!;
    if (!Number.isSafeInteger(balance) || balance < 0) return `channel ${name}: side ${side} has ${balance} msat`;
    if (
      ch.offeredCount[e] !== count[side] ||
      ch.offeredMsat[e] !== value[side] ||
      ch.untrimmed[e] !== untrimmed[side] ||
      ch.trimmedMsat[e] !== trimmedMsat[side]
    ) {
      return `channel ${name}: the counters of side ${side} do not agree with its HTLCs`;
    }
    sum += balance;
  }
  if (sum !== ch.capacityMsat[c]) return `channel ${name}: ${sum} msat in a channel of ${ch.capacityMsat[c]} msat`;
  return null;
}
