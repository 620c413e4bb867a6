/**
 * Transactions of the scenario that wait for a block, in the order in which they were broadcast, and the block space that
 * they share with the backlog of strangers: put in, taken out when something else spends what they spend, taken into a
 * block, put back when a block is undone. What a confirmation means is not known here, and no coins move.
 *
 * While everything fits, a block takes everything. Else a block is filled by the feerate of a transaction with those it
 * spends from the mempool (its ancestors), as miners do (bitcoin:node/miner.cpp:addPackageTxs); at equal feerates
 * strangers come first, then the order of broadcast.
 */
import { Backlog, type Band } from './backlog.ts';
import { TX, type TxKind } from './records.ts';

/** 4,000,000 (BIP 141) less 8,000 for header and coinbase (bitcoin:policy/policy.h:DEFAULT_BLOCK_RESERVED_WEIGHT). */
export const BLOCK_WEIGHT = 3_992_000;

/**
 * Weight that the mempool holds. Bitcoin Core holds 300 MB of memory (DEFAULT_MAX_MEMPOOL_SIZE_MB); a virtual byte takes
 * about four bytes of it, which is a round figure and no constant of Bitcoin Core.
 */
export const MEMPOOL_WEIGHT = 300_000_000;

/** What a node has bid for a transaction (fee-bumping.ts). Feerates sat per 1000 weight units. */
export type Bid = {
  /** Height and feerate at which the node began, and height of its latest bid. */
  readonly sinceHeight: number;
  readonly startPerKw: number;
  readonly bumpedAt: number;
};

export interface Tx {
  readonly id: number;
  readonly kind: TxKind;
  readonly channel: number;
  /** Node that broadcast it; its wallet gets what the transaction pays out, if anything. */
  readonly node: number;
  /** Index into Chain.outputs of the output it spends; −1 for funding, closing and commitment transactions. */
  readonly output: number;
  readonly feeSat: number;
  readonly valueSat: number;
  /** In weight units; follows from the rest (tx-weight.ts) and is no part of a captured state. */
  readonly weight: number;
  /** Absent as long as its node has bid nothing but the going feerate. */
  readonly bid?: Bid;
}

/** What a block took. */
export interface Block {
  /** In order of broadcast: a transaction never stands before one it spends. */
  readonly confirmed: readonly Tx[];
  /** Strangers' transactions, as far as somebody wants to know. */
  readonly strangers: readonly Band[];
}

/** A transaction as a miner sees it. */
interface Candidate {
  readonly tx: Tx;
  /** The transaction in the mempool that it spends, if any, and those that spend it. */
  parent: Candidate | null;
  readonly children: Candidate[];
  included: boolean;
  /** Fee and weight with all ancestors that are not in the block yet. */
  feeSat: number;
  weight: number;
}

export class Mempool {
  /** In the order of broadcast. Others only read it. */
  readonly waiting: Tx[] = [];
  readonly backlog: Backlog;
  /** Weight of a block that transactions can have. */
  readonly blockWeight: number;
  #weight = 0;

  constructor(blockWeight: number, limit: number) {
    this.blockWeight = blockWeight;
    this.backlog = new Backlog(limit);
  }

  /** True when the next block may leave something behind. */
  get congested(): boolean {
    return this.backlog.present || this.#weight > this.blockWeight;
  }

  insert(tx: Tx): void {
    this.waiting.push(tx);
    this.#weight += tx.weight;
  }

  /** Takes a transaction out that will not confirm; the caller sees to the output it spends. Undefined when it is not there. */
  remove(id: number): Tx | undefined {
    const at = this.waiting.findIndex((tx) => tx.id === id);
    if (at < 0) return undefined;
    this.#weight -= this.waiting[at]!.weight;
    return this.waiting.splice(at, 1)[0];
  }

  /** Notes a node's bid with a transaction, which stays where it is. */
  amend(id: number, bid: Bid): void {
    const at = this.waiting.findIndex((tx) => tx.id === id);
    if (at >= 0) this.waiting[at] = { ...this.waiting[at]!, bid };
  }

  /** The transaction of this kind and channel that waits, if any. */
  find(kind: TxKind, channel: number): Tx | undefined {
    return this.waiting.find((tx) => tx.kind === kind && tx.channel === channel);
  }

  /** Takes out what the next block confirms; with `tell` it says which transactions of strangers went with it. */
  takeBlock(tell = false): Block {
    if (!this.congested) {
      this.#weight = 0;
      return { confirmed: this.waiting.splice(0), strangers: [] };
    }
    const strangers: Band[] = [];
    this.backlog.taken = tell ? strangers : null;
    const chosen = this.#fill();
    this.backlog.taken = null;
    this.backlog.afterBlock();
    const left = this.waiting.filter(({ id }) => !chosen.has(id));
    const confirmed = this.waiting.filter(({ id }) => chosen.has(id));
    this.waiting.length = 0;
    this.waiting.push(...left);
    for (const { weight } of confirmed) this.#weight -= weight;
    return { confirmed, strangers };
  }

  /** A block comes that takes nothing of what waits here. */
  skipBlock(): Block {
    if (this.backlog.present) this.backlog.afterBlock();
    return { confirmed: [], strangers: [] };
  }

  /**
   * Puts back the transactions of a block that was undone, in the order in which that block had them: before all others, for
   * these may spend them.
   */
  putBack({ confirmed, strangers }: Block): void {
    this.waiting.unshift(...confirmed);
    for (const { weight } of confirmed) this.#weight += weight;
    this.backlog.putBack(strangers);
  }

  /** Nobody has bid later than at this height: the blocks above it were undone. */
  clampBids(height: number): void {
    this.waiting.forEach((tx, i) => {
      if (tx.bid === undefined || tx.bid.bumpedAt <= height) return;
      const { sinceHeight, startPerKw } = tx.bid;
      this.waiting[i] = { ...tx, bid: { sinceHeight: Math.min(sinceHeight, height), startPerKw, bumpedAt: height } };
    });
  }

  /** Numbers of the transactions of the next block; the backlog's part is taken out of it. */
  #fill(): ReadonlySet<number> {
    const chosen = new Set<number>();
    const rest = this.#candidates();
    let room = this.blockWeight;
    while (rest.length > 0) {
      const best = rest.pop()!;
      if (best.included) continue;
      const perKw = feerate(best);
      // What pays less than the mempool's minimum is in no mempool; the node goes on offering it.
      if (perKw < this.backlog.minimumPerKw) break;
      room -= this.backlog.take(perKw, room);
      if (best.weight > room) continue;
      room -= best.weight;
      for (let c: Candidate | null = best; c !== null && !c.included; c = c.parent) {
        c.included = true;
        chosen.add(c.tx.id);
      }
      // Descendants need less now: they stand anew.
      const { feeSat, weight } = best;
      for (const child of best.children) this.#relieve(child, feeSat, weight, rest);
    }
    this.backlog.take(0, room);
    return chosen;
  }

  #relieve(candidate: Candidate, feeSat: number, weight: number, rest: Candidate[]): void {
    candidate.feeSat -= feeSat;
    candidate.weight -= weight;
    const at = rest.indexOf(candidate);
    if (at >= 0) rest.splice(at, 1);
    let place = rest.length;
    while (place > 0 && worse(candidate, rest[place - 1]!)) place--;
    rest.splice(place, 0, candidate);
    for (const child of candidate.children) this.#relieve(child, feeSat, weight, rest);
  }

  /** All transactions with their ancestors, the best one last. */
  #candidates(): Candidate[] {
    const all = this.waiting.map(
      (tx): Candidate => ({ tx, parent: null, children: [], included: false, feeSat: tx.feeSat, weight: tx.weight }),
    );
    const fundings = new Map<number, Candidate>();
    const commitments = new Map<number, Candidate>();
    for (const c of all) {
      if (c.tx.kind === TX.funding) fundings.set(c.tx.channel, c);
      else if (c.tx.kind === TX.commitment) commitments.set(c.tx.channel, c);
    }
    for (const c of all) {
      const { kind, channel } = c.tx;
      const spendsFunding = kind === TX.commitment || kind === TX.coopClose;
      const parents = spendsFunding ? fundings : kind === TX.anchor ? commitments : null;
      c.parent = parents?.get(channel) ?? null;
      c.parent?.children.push(c);
    }
    for (const c of all) {
      for (let p = c.parent; p !== null; p = p.parent) {
        c.feeSat += p.tx.feeSat;
        c.weight += p.tx.weight;
      }
    }
    return all.sort((a, b) => (worse(a, b) ? -1 : 1));
  }
}

/** Feerate of a transaction with its ancestors, sat per 1000 weight units. */
function feerate({ feeSat, weight }: Candidate): number {
  return (feeSat * 1000) / weight;
}

function worse(a: Candidate, b: Candidate): boolean {
  const difference = feerate(a) - feerate(b);
  return difference === 0 ? a.tx.id > b.tx.id : difference < 0;
}
