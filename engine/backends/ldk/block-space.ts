/**
 * What a block takes where strangers want its room, too: as in the simulator's mempool.ts, by the feerate of a transaction with all
 * that it spends from the mempool, strangers first at equal feerates, then the order of broadcast. Here transactions are real
 * ones, so what one spends is looked up by its inputs.
 */
import type { Backlog } from '../../simulate/backlog.ts';
import type { Transaction } from './transaction.ts';

/** A transaction that waits. */
export interface Waiting {
  readonly tx: Transaction;
  readonly feeSat: number;
  /** Outpoints of its outputs. */
  readonly outputs: readonly string[];
}

/** A transaction with those that it spends and that are not in the block yet, itself last. */
interface Package<T> {
  readonly members: readonly T[];
  readonly perKw: number;
  readonly weight: number;
}

/**
 * The transactions of the next block; the backlog's part is taken out of it. `waiting` in the order of broadcast: nothing stands
 * before what it spends. `mayBeIn` tells whether a transaction's locks are over, if what it spends is.
 */
export function fillBlock<T extends Waiting>(
  waiting: readonly T[],
  backlog: Backlog,
  blockWeight: number,
  mayBeIn: (tx: T) => boolean,
): ReadonlySet<T> {
  const chosen = new Set<T>();
  const parents = parentsOf(waiting);
  const left = new Set(waiting.filter((tx) => allOf(tx, parents).every(mayBeIn)));
  let room = blockWeight;
  while (left.size > 0) {
    const [tx, best] = bestOf([...left].map((one) => [one, packageOf(allOf(one, parents), chosen)] as const));
    // What pays less than the mempool's minimum is in no mempool; the node goes on offering it.
    if (best.perKw < backlog.minimumPerKw) break;
    room -= backlog.take(best.perKw, room);
    left.delete(tx);
    if (best.weight > room) continue;
    room -= best.weight;
    for (const member of best.members) {
      chosen.add(member);
      left.delete(member);
    }
  }
  backlog.take(0, room);
  return chosen;
}

type Parents<T> = ReadonlyMap<T, readonly T[]>;

function parentsOf<T extends Waiting>(waiting: readonly T[]): Parents<T> {
  const makers = new Map(waiting.flatMap((one) => one.outputs.map((outpoint) => [outpoint, one] as const)));
  return new Map(
    waiting.map((one) => [one, one.tx.inputs.flatMap(({ outpoint }) => makers.get(outpoint) ?? [])] as const),
  );
}

/** A transaction behind everything that waits and that it spends. */
function allOf<T>(tx: T, parents: Parents<T>): readonly T[] {
  const all = new Set<T>();
  for (const parent of parents.get(tx) ?? []) for (const one of allOf(parent, parents)) all.add(one);
  all.add(tx);
  return [...all];
}

function packageOf<T extends Waiting>(all: readonly T[], chosen: ReadonlySet<T>): Package<T> {
  const members = all.filter((one) => !chosen.has(one));
  const weight = members.reduce((sum, { tx }) => sum + tx.weight, 0);
  const feeSat = members.reduce((sum, one) => sum + one.feeSat, 0);
  return { members, weight, perKw: (feeSat * 1000) / weight };
}

/** The first of those that pay most. */
function bestOf<T>(all: readonly (readonly [T, Package<T>])[]): readonly [T, Package<T>] {
  return all.reduce((best, one) => (one[1].perKw > best[1].perKw ? one : best));
}
