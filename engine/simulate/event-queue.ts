/**
 * The queue of pending events: a radix heap over columns (Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the
 * shortest path problem", JACM 37, 1990) with digits of ten bits. Nothing is allocated per event.
 *
 * Time never goes back, so an event need only be told apart from the time of the last one that was taken out: it waits in
 * the bucket of the highest digit in which the two differ. When the lowest bucket is reached its events are spread over
 * the buckets of the digits below; each event moves down at most five times, and mostly once: of many pending ones a move is a
 * look at memory that is in no near cache, which costs more than the larger tables of wide digits. Buckets are lists in
 * the order of insertion, which spreading keeps: events of one time are in one bucket at all times, first in, first out.
 *
 * It knows nothing of what an event means: `kind`, `a` and `b` are the caller's.
 */
const INITIAL = 1024;
/** Bits of a digit, what they can say, and words of 32 bits with a bit for each. */
const BITS = 10;
const DIGITS = 1 << BITS;
const MASK = DIGITS - 1;
const WORDS = DIGITS / 32;
/** Digits of a time: three of the lower 24 bits, three of the upper 29. */
const LOW_LEVELS = 3;
const LEVELS = 6;
const LOW_RANGE = 0x1000000;

/** A slot: time in two parts, kind, a and b. Eight to keep it in a cache line. */
const STRIDE = 8;
const HIGH = 0;
const LOW = 1;
const KIND = 2;
const A = 3;
const B = 4;

export class EventQueue {
  size = 0;
  /** Fields of the event that pop() took out last. */
  time = 0;
  kind = 0;
  a = 0;
  b = 0;

  /** Slots one after the other. */
  #slots = new Int32Array(STRIDE * INITIAL);
  /**
   * The next slot of each one's bucket, or of the unused ones. By itself it is small enough for a near cache, so that walking
   * along a bucket does not wait for the slots.
   */
  #next = new Int32Array(INITIAL);
  #free = -1;
  #used = 0;
  /** First and last slot of each bucket, by level and digit; meaningless where its bit is not set. */
  readonly #head = new Int32Array(LEVELS * DIGITS);
  readonly #tail = new Int32Array(LEVELS * DIGITS);
  /** Digits with a bucket that is not empty, words of a level with such digits, and levels with such words: a bit for each. */
  readonly #digits = new Int32Array(LEVELS * WORDS);
  readonly #words = new Int32Array(LEVELS);
  #levels = 0;
  /** Time of the event that was taken out last, whole and in its upper and lower part. */
  #last = 0;
  #lastHigh = 0;
  #lastLow = 0;
  /** Time of the first event where it is known, else −1. */
  #first = -1;

  /** @throws RangeError for a time before the last one that was taken out, or one that is no whole number */
  push(time: number, kind: number, a: number, b: number): void {
    const high = Math.floor(time / LOW_RANGE);
    const low = time - high * LOW_RANGE;
    if (!(time >= this.#last && time <= Number.MAX_SAFE_INTEGER) || (low | 0) !== low) {
      throw new RangeError(`no event can be at ${time}, after ${this.#last}`);
    }
    let slot = this.#free;
    if (slot >= 0) this.#free = this.#next[slot]!;
    else {
      slot = this.#used++;
      if (slot === this.#next.length) this.#grow();
    }
    const slots = this.#slots;
    const at = STRIDE * slot;
    slots[at + HIGH] = high;
    slots[at + LOW] = low;
    slots[at + KIND] = kind;
    slots[at + A] = a;
    slots[at + B] = b;
    this.#put(slot, high, low);
    if (this.#first >= 0 && time < this.#first) this.#first = time;
    this.size++;
  }

  /** Time of the first event; Infinity when empty. */
  peek(): number {
    if (this.size === 0) return Infinity;
    if (this.#first < 0) this.#first = this.#earliest();
    return this.#first;
  }

  /** Takes the first event out into time, kind, a and b; false when empty. */
  pop(): boolean {
    if (this.size === 0) return false;
    if ((this.#levels & 1) === 0) this.#spread();
    const bucket = this.#lowestDigit(0);
    const slots = this.#slots;
    const slot = this.#head[bucket]!;
    const at = STRIDE * slot;
    const high = slots[at + HIGH]!;
    const low = slots[at + LOW]!;
    const time = high * LOW_RANGE + low;
    this.time = time;
    this.kind = slots[at + KIND]!;
    this.a = slots[at + A]!;
    this.b = slots[at + B]!;
    if (slot === this.#tail[bucket]) {
      this.#clear(0, bucket);
      this.#first = -1;
    } else {
      this.#head[bucket] = this.#next[slot]!;
      this.#first = time;
    }
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#last = time;
    this.#lastHigh = high;
    this.#lastLow = low;
    this.size--;
    return true;
  }

  /** Pending events in order, for inspection and for the state digest. */
  *entries(): Generator<readonly [time: number, kind: number, a: number, b: number]> {
    const pending: number[] = [];
    const slots = this.#slots;
    for (let level = 0; level < LEVELS; level++) {
      for (let digit = 0; digit < DIGITS; digit++) {
        if (((this.#digits[level * WORDS + (digit >> 5)]! >> (digit & 31)) & 1) === 0) continue;
        const bucket = level * DIGITS + digit;
        for (let s = this.#head[bucket]!; ; s = this.#next[s]!) {
          pending.push(s);
          if (s === this.#tail[bucket]) break;
        }
      }
    }
    // Events of one time are in one bucket, in their order, which sorting keeps.
    pending.sort((x, y) => this.#timeOf(x) - this.#timeOf(y));
    for (const s of pending) {
      yield [this.#timeOf(s), slots[STRIDE * s + KIND]!, slots[STRIDE * s + A]!, slots[STRIDE * s + B]!];
    }
  }

  #timeOf(slot: number): number {
    return this.#slots[STRIDE * slot + HIGH]! * LOW_RANGE + this.#slots[STRIDE * slot + LOW]!;
  }

  /** Adds a slot at the end of the bucket of its time. */
  #put(slot: number, high: number, low: number): void {
    let level = 0;
    let part: number;
    if (high === this.#lastHigh) {
      part = low;
      const differs = low ^ this.#lastLow;
      if (differs > MASK) {
        level = ((31 - Math.clz32(differs)) / BITS) | 0;
        part >>= BITS * level;
      }
    } else {
      const above = ((31 - Math.clz32(high ^ this.#lastHigh)) / BITS) | 0;
      level = LOW_LEVELS + above;
      part = high >> (BITS * above);
    }
    const digit = part & MASK;
    const bucket = level * DIGITS + digit;
    const word = bucket >> 5;
    const bit = 1 << (digit & 31);
    if ((this.#digits[word]! & bit) === 0) {
      this.#digits[word]! |= bit;
      this.#words[level]! |= 1 << (digit >> 5);
      this.#levels |= 1 << level;
      this.#head[bucket] = slot;
    } else {
      this.#next[this.#tail[bucket]!] = slot;
    }
    this.#tail[bucket] = slot;
  }

  /** The bucket of the smallest digit of a level that has any. */
  #lowestDigit(level: number): number {
    const words = this.#words[level]!;
    const word = level * WORDS + 31 - Math.clz32(words & -words);
    const digits = this.#digits[word]!;
    return 32 * word + 31 - Math.clz32(digits & -digits);
  }

  #lowestLevel(): number {
    return 31 - Math.clz32(this.#levels & -this.#levels);
  }

  #clear(level: number, bucket: number): void {
    const word = bucket >> 5;
    const left = this.#digits[word]! & ~(1 << (bucket & 31));
    this.#digits[word] = left;
    if (left !== 0) return;
    this.#words[level]! &= ~(1 << (word & (WORDS - 1)));
    if (this.#words[level] === 0) this.#levels &= ~(1 << level);
  }

  /** Time of the first event; the events of the lowest level's smallest digit are before all others. */
  #earliest(): number {
    const level = this.#lowestLevel();
    const bucket = this.#lowestDigit(level);
    const last = this.#tail[bucket]!;
    let slot = this.#head[bucket]!;
    let least = this.#timeOf(slot);
    if (level === 0) return least;
    while (slot !== last) {
      slot = this.#next[slot]!;
      const time = this.#timeOf(slot);
      if (time < least) least = time;
    }
    return least;
  }

  /** Makes the first event's time the last one, and spreads its bucket over the levels below. */
  #spread(): void {
    const level = this.#lowestLevel();
    const bucket = this.#lowestDigit(level);
    const first = this.peek();
    this.#last = first;
    this.#lastHigh = Math.floor(first / LOW_RANGE);
    this.#lastLow = first - this.#lastHigh * LOW_RANGE;
    const slots = this.#slots;
    let slot = this.#head[bucket]!;
    const last = this.#tail[bucket]!;
    this.#clear(level, bucket);
    for (;;) {
      const next = this.#next[slot]!;
      this.#put(slot, slots[STRIDE * slot + HIGH]!, slots[STRIDE * slot + LOW]!);
      if (slot === last) break;
      slot = next;
    }
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    slots.set(this.#slots);
    this.#slots = slots;
    const next = new Int32Array(2 * this.#next.length);
    next.set(this.#next);
    this.#next = next;
  }
}
