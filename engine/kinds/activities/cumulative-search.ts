/**
 * Finds a point on a scale of cumulative weights, with a guide: for each of equal parts of the scale, an index at which to begin
 * to look. A draw takes a step or two where a binary search would take ten.
 */
export class CumulativeSearch {
  readonly #cumulative: Float64Array;
  readonly #guide: Int32Array;
  readonly #partsPerUnit: number;

  /**
   * @param cumulative in ascending order
   * @param total the end of the scale, at least the last of them, above 0
   */
  constructor(cumulative: Float64Array, total: number) {
    const parts = 2 * (cumulative.length + 1);
    this.#cumulative = cumulative;
    this.#partsPerUnit = parts / total;
    this.#guide = new Int32Array(parts + 1);
    for (let part = 0, index = 0; part <= parts; part++) {
      // One part before, so that a rounded part number never leads past the answer.
      while (index < cumulative.length && (cumulative[index] as number) * this.#partsPerUnit <= part - 1) index++;
      this.#guide[part] = index;
    }
  }

  /** Index of the first weight that is above a point of the scale; their number where none is. */
  firstAbove(point: number): number {
    const cumulative = this.#cumulative;
    let index = this.#guide[Math.floor(point * this.#partsPerUnit)] as number;
    while (index < cumulative.length && (cumulative[index] as number) <= point) index++;
    return index;
  }
}
