/**
 * What a walk may leave out without another answer: all that costs more than a ceiling until it can be at the payer. The
 * ceiling is a guess, and when the answer is above it the walk is made again with a higher one, over the nodes that are not
 * settled. Why the answers are the same: docs/path-finding.md. Costs are those of a walk's whole value: cost / value · whole value.
 */
import { HOP_ROUNDING, MOST_COST } from '../shared/forward-bounds.ts';
import type { SearchGraph } from '../shared/search-graph.ts';
import { HopCosts } from './hop-costs.ts';
import { KnownHops } from './known-hops.ts';
import { ListedBounds } from './listed-bounds.ts';
import { PayerBounds } from './payer-bounds.ts';
import type { RouteQuery } from './route-query.ts';

/** None of LDK's numbers here. Costs are equal to what bounds them within this, whatever rounding does. */
export const ROUNDING: number = 1 / 64;
/** None of LDK's numbers here. How much dearer than the cheapest way seen an answer is expected to be, first and then. */
const FIRST_GUESS = 1.02;
const NEXT_GUESS = 1.06;
/** And how much dearer than the path of a route before it. */
const NEXT_PATH_GUESS = 1.03;
const FOUND_GUESS = 1.000000001;
/** None of LDK's numbers here. So many hops are looked at by the bounds for each channel that walks look at. */
const WORTH = 4;
/** None of LDK's numbers here. And so many when a walk goes on under a higher ceiling. */
const CREDIT = 1000;

export class Guide {
  ceiling: number = Infinity;
  /** Something was left out because of the ceiling. */
  leftOut = false;
  /** Least cost of what was left out since this was set to Infinity. */
  nearest: number = Infinity;
  bounds: PayerBounds | ListedBounds;
  /** Walks with listed costs since the beginning. */
  listed = 0;
  costs: HopCosts;
  /** Peers over which the payer could send the least, and which the walk has not come upon. */
  readonly peers: Set<number> = new Set();

  readonly #known: KnownHops;
  readonly #allCosts: HopCosts;
  readonly #shareCosts: HopCosts;
  /** From all peers, and from those that are left over nodes that are not settled. */
  readonly #whole: PayerBounds;
  readonly #rest: PayerBounds;
  /** The same where costs are listed. */
  readonly #listedWhole: ListedBounds;
  readonly #listedRest: ListedBounds;
  /** What the bounds of the whole graph are for; −1 before they are made. */
  readonly #made = { valueMsat: -1, saturationPower: -1, peers: -1, listed: false };
  #guessing = false;
  #floor = 0;
  #ahead = 0;

  constructor(graph: SearchGraph) {
    this.#known = new KnownHops(graph);
    this.#allCosts = new HopCosts(graph, this.#known);
    this.#shareCosts = new HopCosts(graph, this.#known);
    this.#whole = new PayerBounds(graph);
    this.#rest = new PayerBounds(graph);
    this.#listedWhole = new ListedBounds(graph, this.#known);
    this.#listedRest = new ListedBounds(graph, this.#known);
    this.bounds = this.#whole;
    this.costs = this.#allCosts;
  }

  /** Hops looked at since the beginning. */
  get looked(): number {
    return this.#whole.looked + this.#rest.looked + this.#listedWhole.looked + this.#listedRest.looked;
  }

  /** Begins a route. */
  begin({ scorer }: RouteQuery): void {
    this.#known.of(scorer);
    this.#made.valueMsat = -1;
    this.#floor = 0;
  }

  /**
   * Begins the walks of one question.
   * @param peers over which the payer can send the least
   */
  start(
    query: RouteQuery,
    walk: { readonly valueMsat: number; readonly leastMsat: number; readonly saturationPower: number },
    share: number,
    peers: readonly number[],
    looked: number,
  ): void {
    const { valueMsat, leastMsat, saturationPower } = walk;
    this.costs = saturationPower === 0 ? this.#allCosts : this.#shareCosts;
    this.costs.begin(query.scorer.rates, valueMsat, leastMsat, share);
    const made = this.#made;
    // Peers only get fewer within a route.
    const { listed } = this.costs;
    if (listed) this.listed++;
    this.bounds = listed ? this.#listedWhole : this.#whole;
    if (
      made.valueMsat !== valueMsat ||
      made.saturationPower !== saturationPower ||
      made.peers !== peers.length ||
      made.listed !== listed
    ) {
      Object.assign(made, { valueMsat, saturationPower, peers: peers.length, listed });
      this.bounds.begin(query, peers, this.costs, []);
    }
    this.ceiling = Infinity;
    this.#guessing = true;
    this.leftOut = false;
    this.peers.clear();
    for (const peer of peers) if (peer !== query.destination) this.peers.add(peer);
    this.#ahead = this.bounds.looked - WORTH * looked;
  }

  /** A node was expanded. Answers whether nothing else leads to the payer. */
  passed(node: number): boolean {
    return this.peers.delete(node) && this.peers.size === 0;
  }

  /** Makes the bounds reach as far as is worth it for a way of this cost. */
  ahead(cost: number, looked: number): void {
    const { bounds } = this;
    while (bounds.looked - WORTH * looked < this.#ahead && bounds.radius + cost < this.ceiling && bounds.grow());
  }

  /** Whether a node can lead to the payer within the ceiling, with a way of this cost. */
  leads(node: number, cost: number, looked: number): boolean {
    this.ahead(cost, looked);
    return this.within(cost + this.left(node));
  }

  /** What is left to the payer at least from a node. */
  left(node: number): number {
    const { bounds, costs } = this;
    return Math.min(bounds.atLeast[node]!, bounds.radius + Math.max(0, costs.into(node) - HOP_ROUNDING));
  }

  /** Whether a cost is within the ceiling; what is not is left out. */
  within(cost: number): boolean {
    if (cost <= this.ceiling) return true;
    if (cost === Infinity) return false;
    this.leftOut = true;
    if (cost < this.nearest) this.nearest = cost;
    return false;
  }

  /** Lowers a ceiling that is a guess: a way of this cost leads to a node. */
  guess(node: number, cost: number): void {
    if (!this.#guessing) return;
    const guess = Math.max(this.#floor, (cost + (this.bounds.atLeast[node] as number)) * FIRST_GUESS + 1);
    if (guess < this.ceiling && guess < MOST_COST) this.ceiling = guess;
  }

  /** The payer was seen at this cost: nothing dearer can be its answer. */
  seen(cost: number): void {
    const ceiling = cost * FOUND_GUESS + 1;
    if (ceiling < this.ceiling && ceiling < MOST_COST) this.ceiling = ceiling;
  }

  /** A path was found at this cost: now only what is not dearer matters. */
  found(cost: number): void {
    this.#floor = Math.min(cost, this.ceiling) * NEXT_PATH_GUESS;
    this.#guessing = false;
    this.ceiling = Infinity;
    this.seen(cost);
  }

  /**
   * Raises the ceiling after a walk that left out too much.
   * @param cost of the payer's way in that walk, Infinity if it had none
   * @param settled nodes over which no way need be looked for
   */
  raise(query: RouteQuery, cost: number, settled: readonly number[], looked: number): void {
    const higher = this.ceiling * NEXT_GUESS + 1;
    const next = cost > this.ceiling ? Math.min(cost * FOUND_GUESS + 1, higher) : higher;
    this.ceiling = next < MOST_COST ? next : Infinity;
    this.#guessing = false;
    this.leftOut = false;
    // What was left out because of the bounds so far is left out because of these, too.
    const reach = this.bounds.radius;
    this.bounds = this.costs.listed ? this.#listedRest : this.#rest;
    this.bounds.begin(query, this.peers, this.costs, settled);
    while (this.bounds.radius < reach && this.bounds.grow());
    this.#ahead = this.bounds.looked - WORTH * looked + CREDIT;
  }
}
