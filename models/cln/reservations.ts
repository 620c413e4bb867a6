/**
 * What a node's parts in flight take of channels, so that further routes do not count on it.
 *
 * cln:plugins/askrene/reserve.c. Subtracted from both bounds, also of the node's own channels, whose spendable amount
 * shows the HTLCs already: Core Lightning counts these twice.
 */
export class Reservations {
  /** By edge, msat. */
  readonly amounts: Map<number, number> = new Map();

  /** Adds a part's route, or takes it out with sign −1. */
  change(edges: readonly number[], amountsMsat: readonly number[], sign: 1 | -1): void {
    edges.forEach((edge, i) => {
      const sum = (this.amounts.get(edge) ?? 0) + sign * (amountsMsat[i] as number);
      if (sum > 0) this.amounts.set(edge, sum);
      else this.amounts.delete(edge);
    });
  }

  of(edge: number): number {
    return this.amounts.get(edge) ?? 0;
  }
}
