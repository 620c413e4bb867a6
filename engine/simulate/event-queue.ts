/**
 * The queue of pending events: a 4-ary heap over columns, ordered by (time, insertion). Nothing is allocated per event.
 *
 * It knows nothing of what an event means: `kind`, `a` and `b` are the caller's. The insertion number makes the order
 * total, so equal times are first in, first out.
 */
const INITIAL = 1024;

function grown<T extends Float64Array | Int32Array>(old: T, size: number): T {
  const bigger = (old instanceof Float64Array ? new Float64Array(size) : new Int32Array(size)) as T;
  bigger.set(old);
  return bigger;
}

export class EventQueue {
  size = 0;
  /** Fields of the event that pop() took out last. */
  time = 0;
  kind = 0;
  a = 0;
  b = 0;

  #capacity = INITIAL;
  #next = 0;
  // Slots hold the events, #heap their order, #free a stack of unused slots.
  #time = new Float64Array(INITIAL);
  #order = new Float64Array(INITIAL);
  #kind = new Int32Array(INITIAL);
  #a = new Int32Array(INITIAL);
  #b = new Int32Array(INITIAL);
  #heap = new Int32Array(INITIAL);
  #free = new Int32Array(INITIAL);
  #freeCount = 0;
  #used = 0;

  push(time: number, kind: number, a: number, b: number): void {
    if (this.size === this.#capacity) this.#grow();
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#used++;
    const order = this.#next++;
    this.#time[slot] = time;
    this.#order[slot] = order;
    this.#kind[slot] = kind;
    this.#a[slot] = a;
    this.#b[slot] = b;
    const heap = this.#heap;
    const times = this.#time;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const p = heap[parent]!;
      // An event inserted later never goes before one of equal time, so only an earlier time moves up.
      if (times[p]! <= time) break;
      heap[i] = p;
      i = parent;
    }
    heap[i] = slot;
  }

  /** Time of the first event; Infinity when empty. */
  peek(): number {
    return this.size === 0 ? Infinity : this.#time[this.#heap[0]!]!;
  }

  /** Takes the first event out into time, kind, a and b; false when empty. */
  pop(): boolean {
    if (this.size === 0) return false;
    const heap = this.#heap;
    const first = heap[0]!;
    this.time = this.#time[first]!;
    this.kind = this.#kind[first]!;
    this.a = this.#a[first]!;
    this.b = this.#b[first]!;
    this.#free[this.#freeCount++] = first;
    const n = --this.size;
    if (n > 0) this.#sink(heap[n]!, n);
    return true;
  }

  /** Pending events in order, for inspection and for the state digest. */
  *entries(): Generator<readonly [time: number, kind: number, a: number, b: number]> {
    const slots = Array.from(this.#heap.subarray(0, this.size));
    slots.sort((x, y) => this.#time[x]! - this.#time[y]! || this.#order[x]! - this.#order[y]!);
    for (const s of slots) yield [this.#time[s]!, this.#kind[s]!, this.#a[s]!, this.#b[s]!];
  }

  #sink(slot: number, n: number): void {
    const heap = this.#heap;
    const times = this.#time;
    const orders = this.#order;
    const time = times[slot]!;
    const order = orders[slot]!;
    let i = 0;
    for (;;) {
      const child = 4 * i + 1;
      if (child >= n) break;
      const last = Math.min(child + 4, n);
      let best = child;
      let bestSlot = heap[child]!;
      let bestTime = times[bestSlot]!;
      for (let j = child + 1; j < last; j++) {
        const s = heap[j]!;
        const t = times[s]!;
        if (t < bestTime || (t === bestTime && orders[s]! < orders[bestSlot]!)) {
          best = j;
          bestSlot = s;
          bestTime = t;
        }
      }
      if (bestTime > time || (bestTime === time && orders[bestSlot]! > order)) break;
      heap[i] = bestSlot;
      i = best;
    }
    heap[i] = slot;
  }

  #grow(): void {
    const size = this.#capacity * 2;
    this.#time = grown(this.#time, size);
    this.#order = grown(this.#order, size);
    this.#kind = grown(this.#kind, size);
    this.#a = grown(this.#a, size);
    this.#b = grown(this.#b, size);
    this.#heap = grown(this.#heap, size);
    this.#free = grown(this.#free, size);
    this.#capacity = size;
  }
}
