/**
 * What the rest of a way to the payer costs at least, for each msat of the value that a walk is to find. The bounds serve all
 * walks of a route with that value. Why they hold: docs/path-finding.md.
 */
import { ForwardBounds } from '../shared/forward-bounds.ts';
import type { HopCosts } from './hop-costs.ts';
import type { RouteQuery } from './route-query.ts';

export class PayerBounds extends ForwardBounds {
  #costs!: HopCosts;

  get leastCost(): number {
    return this.#costs.leastCost;
  }

  /**
   * Begins at peers of the payer.
   * @param done nodes that ways do not lead through
   */
  begin(query: RouteQuery, peers: Iterable<number>, costs: HopCosts, done: readonly number[]): void {
    this.#costs = costs;
    this.start(query.source, query.destination, peers, done);
  }

  protected override hopCost(pair: number, place: number): number {
    this.looked++;
    return this.#costs.at(pair, place);
  }
}
