/** What the paths of a route so far use of each edge, msat. Few edges are used, so most are told from bits that lie close together. */
/** Where the bit of an edge stands here: its byte, and its place in it. */
const TO_BYTE = 3;
const IN_BYTE = 7;

export class UsedAmounts {
  #amounts = new Float64Array(0);
  #bits = new Uint8Array(0);
  readonly #edges: number[] = [];

  /** Forgets all. @param edgeCount edges that there are */
  begin(edgeCount: number): void {
    for (const edge of this.#edges) {
      this.#amounts[edge] = 0;
      this.#bits[edge >> TO_BYTE] = 0;
    }
    this.#edges.length = 0;
    if (edgeCount <= this.#amounts.length) return;
    this.#amounts = new Float64Array(edgeCount);
    this.#bits = new Uint8Array((edgeCount >> TO_BYTE) + 1);
  }

  /** Whether an amount was counted. */
  get some(): boolean {
    return this.#edges.length > 0;
  }

  of(edge: number): number {
    return ((this.#bits[edge >> TO_BYTE] as number) >> (edge & IN_BYTE)) & 1 ? (this.#amounts[edge] as number) : 0;
  }

  add(edge: number, amountMsat: number): void {
    const byte = edge >> TO_BYTE;
    const bit = 1 << (edge & IN_BYTE);
    if (((this.#bits[byte] as number) & bit) === 0) this.#edges.push(edge);
    this.#bits[byte] = (this.#bits[byte] as number) | bit;
    this.#amounts[edge] = (this.#amounts[edge] as number) + amountMsat;
  }
}
