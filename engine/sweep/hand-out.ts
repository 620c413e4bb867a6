/**
 * Hands out cells to several workers. Where cells branch, a worker stays with the cells of one seed as long as there are
 * any, and takes over the rest of another one's when it has none: cells of one seed often begin alike, and a worker that
 * has played the beginning need not play it again.
 */
import type { Cell } from './job.ts';

export class HandOut {
  readonly #cells: Iterator<Cell>;
  readonly #bySeed: boolean;
  /** The first cell that nobody has. */
  #next: IteratorResult<Cell>;
  /** Cells of the seeds that workers are at. */
  readonly #groups: Map<object, Cell[]> = new Map();

  /** With `bySeed` the cells of one seed must follow each other. */
  constructor(cells: Iterable<Cell>, bySeed: boolean) {
    this.#cells = cells[Symbol.iterator]();
    this.#bySeed = bySeed;
    this.#next = this.#cells.next();
  }

  /** Whether there is a cell left. */
  get isEmpty(): boolean {
    return this.#next.done === true && ![...this.#groups.values()].some((group) => group.length > 0);
  }

  /** The next cell of a worker; null when there is none. */
  take(worker: object): Cell | null {
    if (!this.#bySeed) return this.#advance();
    const own = this.#groups.get(worker) ?? [];
    if (own.length > 0) return own.shift() as Cell;
    const group = this.#nextGroup() ?? this.#half();
    if (group === null) {
      this.#groups.delete(worker);
      return null;
    }
    this.#groups.set(worker, group);
    return group.shift() as Cell;
  }

  /** A worker is gone; what it had not begun is for the others. */
  release(worker: object): void {
    const rest = this.#groups.get(worker) ?? [];
    this.#groups.delete(worker);
    if (rest.length > 0) this.#groups.set({}, rest);
  }

  #advance(): Cell | null {
    if (this.#next.done === true) return null;
    const cell = this.#next.value;
    this.#next = this.#cells.next();
    return cell;
  }

  #nextGroup(): Cell[] | null {
    const first = this.#advance();
    if (first === null) return null;
    const group = [first];
    while (this.#next.done !== true && this.#next.value.run_seed === first.run_seed)
      group.push(this.#advance() as Cell);
    return group;
  }

  /** The second half of what the worker with the most has left, if it is worth it; all of what nobody works at. */
  #half(): Cell[] | null {
    let most: Cell[] = [];
    for (const group of this.#groups.values()) if (group.length > most.length) most = group;
    if (most.length === 0) return null;
    return most.splice(Math.floor(most.length / 2));
  }
}
