/**
 * Routes of one or several paths: walks until enough was found, keeps the cheapest paths, cuts the value down to what is
 * asked, and puts equal paths together. Decides nothing about retries.
 *
 * ldk:routing/router.rs:get_route, steps 1 to 8 and default fee check. LDK sorts unstably; here paths that compare equal
 * stay in the order in which they were found.
 */
import type { ModelHost } from '../../engine/simulate/node-model.ts';
import { PathFinder } from './path-finding.ts';
import { OVERFLOW, type PathHop, type PaymentPath } from './payment-path.ts';
import type { FoundRoute, RouteQuery } from './route-query.ts';
import type { Walk } from './walk.ts';

/** ldk:routing/router.rs:ROUTE_CAPACITY_PROVISION_FACTOR, MEDIAN_HOP_CLTV_EXPIRY_DELTA. */
const CAPACITY_PROVISION_FACTOR = 3;
export const MEDIAN_HOP_CLTV_DELTA = 40;
const MOST_CLTV_DELTA = 0xffff;

export class RouteFinder {
  readonly #finder: PathFinder;

  /** @param plainly leaves nothing out, for tests */
  constructor(host: ModelHost, plainly = false) {
    this.#finder = new PathFinder(host, plainly);
  }

  /** Walks, those of them by lists of what hops cost, nodes expanded and channels looked at since the beginning. */
  get work(): Readonly<Record<'walks' | 'listed' | 'expanded' | 'looked', number>> {
    const { walks, listed, expanded, looked } = this.#finder;
    return { walks, listed, expanded, looked };
  }

  /** A route of paths that together bring the amount, or null. */
  find(query: RouteQuery): FoundRoute {
    const { source, destination, amountMsat, finalCltvDelta, maxCltv } = query;
    if (source === destination || amountMsat <= 0 || maxCltv <= finalCltvDelta) return null;
    const recommendedMsat = amountMsat * CAPACITY_PROVISION_FACTOR;
    if (this.#finder.begin(query, recommendedMsat) === 0) return null;
    const paths = this.#collect(query, recommendedMsat);
    const collected = paths.reduce((sum, path) => sum + path.valueMsat, 0);
    if (paths.length === 0 || collected < amountMsat) return null;
    const route = combined(selected(paths, collected - amountMsat));
    // ldk:routing/router.rs:Route::get_total_fees counts what is overpaid as a fee.
    const value = route.reduce((sum, path) => sum + path.valueMsat, 0);
    const fees = route.reduce((sum, path) => sum + path.feesMsat, 0);
    return fees + Math.max(0, value - amountMsat) > query.maxFeeMsat ? null : route;
  }

  /** Steps 2 to 4: walks until one path brings the amount, or several bring three times as much, or none is left. */
  #collect(query: RouteQuery, recommendedMsat: number): PaymentPath[] {
    const finder = this.#finder;
    const { amountMsat } = query;
    const multiPath = query.multiPath && query.maxPaths > 1;
    const behind = query.maxCltv - query.finalCltvDelta;
    const walk: Walk = {
      valueMsat: amountMsat,
      leastMsat: multiPath ? Math.ceil(amountMsat / query.maxPaths) : amountMsat,
      recommendedMsat,
      saturationPower: query.saturationPower,
      first: true,
      // Room is left for the offset that hides the payee.
      maxCltvDelta: Math.min(
        behind < 2 * MEDIAN_HOP_CLTV_DELTA ? behind : behind - 2 * MEDIAN_HOP_CLTV_DELTA,
        MOST_CLTV_DELTA,
      ),
    };
    const paths: PaymentPath[] = [];
    let collected = 0;
    for (;;) {
      // All that is left are walks that do not reach the payer.
      if (finder.idle(query, walk)) return paths;
      walk.first = paths.length === 0;
      const path = finder.find(query, walk);
      if (path !== null) query.walked?.(path, (edge) => finder.used(edge));
      const value = path === null ? 0 : this.#take(path, amountMsat, walk.saturationPower);
      if (value === OVERFLOW) continue;
      if (path !== null) paths.push(path);
      collected += value;
      if (path === null && walk.saturationPower !== 0) {
        walk.saturationPower = 0;
      } else if (!multiPath) {
        return paths;
      } else if (path === null && finder.hitMinimum && collected < amountMsat && walk.valueMsat !== recommendedMsat) {
        walk.valueMsat = recommendedMsat;
      } else if (path === null || collected >= recommendedMsat) {
        return paths;
      } else if (collected === amountMsat && paths.length === 1) {
        if (!finder.hitMinimum) return paths;
        walk.valueMsat = recommendedMsat;
      }
    }
  }

  /**
   * Sets a path's value to what it can carry, and counts that as used. A path that could carry more loses its middle
   * channel, or the next walk would find it again.
   * @returns the value, or OVERFLOW when the path cannot be used
   */
  #take(path: PaymentPath, amountMsat: number, saturationPower: number): number {
    const finder = this.#finder;
    const largest = path.largestValue((hop) => finder.left(hop, saturationPower));
    if (largest.valueMsat === OVERFLOW) {
      this.#exhaust(path.hops[largest.hop] as PathHop);
      return OVERFLOW;
    }
    const value = path.update(Math.min(largest.valueMsat, amountMsat));
    for (const hop of path.hops) finder.use(hop.edge, value + hop.nextFeesMsat);
    if (largest.valueMsat > value) this.#exhaust(path.hops[path.hops.length >> 1] as PathHop);
    return value;
  }

  /** Closes a channel in both directions for the rest of the search. */
  #exhaust(hop: PathHop): void {
    this.#finder.use(hop.edge, Infinity);
    this.#finder.use(hop.edge ^ 1, Infinity);
  }
}

/** Steps 6 and 7: leaves out the dearest paths that are not needed, then takes the rest from the one with the lowest rate. */
function selected(paths: readonly PaymentPath[], overpaidMsat: number): PaymentPath[] {
  let overpaid = overpaidMsat;
  const keys = new Map(paths.map((path) => [path, path.costPerMsat]));
  const dearestFirst = [...paths].sort((a, b) => {
    const keyA = keys.get(a) as bigint;
    const keyB = keys.get(b) as bigint;
    return keyA > keyB ? -1 : keyA < keyB ? 1 : 0;
  });
  let left = dearestFirst.length;
  const route = dearestFirst.filter((path) => {
    if (left === 1 || path.valueMsat > overpaid) return true;
    overpaid -= path.valueMsat;
    left--;
    return false;
  });
  if (overpaid > 0) {
    route.sort((a, b) => a.ppm - b.ppm || b.costMsat - a.costMsat);
    const first = route[0] as PaymentPath;
    first.update(first.valueMsat - overpaid);
  }
  return route;
}

function compareEdges(a: PaymentPath, b: PaymentPath): number {
  for (let i = 0; ; i++) {
    const edgeA = a.hops[i]?.edge ?? -1;
    const edgeB = b.hops[i]?.edge ?? -1;
    if (edgeA !== edgeB) return edgeA - edgeB;
    if (edgeA < 0) return 0;
  }
}

/** Step 8: paths over the same channels become one. */
function combined(route: PaymentPath[]): PaymentPath[] {
  route.sort(compareEdges);
  const pairs = route.length - 1;
  for (let i = 0; i < pairs && i + 1 < route.length; i++) {
    const path = route[i] as PaymentPath;
    const next = route[i + 1] as PaymentPath;
    if (compareEdges(path, next) !== 0) continue;
    path.update(path.valueMsat + next.valueMsat);
    route.splice(i + 1, 1);
  }
  return route;
}
