/**
 * The rounds of a request for routes as a trace tells them: the flows that the solver found with the parts of their costs,
 * what refining did to them, and why a round was not the last. Only reads; everything is put together here, for whoever
 * asked, while the request is played.
 */
import type {
  Figures,
  TraceChange,
  TraceHop,
  TraceRound,
  TraceRoute,
  TraceSearch,
} from '../../engine/simulate/routing-trace.ts';
import { type CostParts, PARTS } from './arc-costs.ts';
import { amountsOf, type Flow, flowDelay } from './flows.ts';
import type { RouteFinder, RouteQuery, RoutesWatch } from './route-finding.ts';

export class RoundTrace implements RoutesWatch {
  readonly rounds: TraceRound[] = [];
  readonly changes: NonNullable<TraceSearch['changes']>[number][] = [];
  readonly #finder: RouteFinder;
  readonly #query: RouteQuery;
  #amountMsat = 0;
  #figures: Figures = {};
  #candidates: readonly TraceRoute[] = [];
  #flows: readonly Flow[] = [];
  /** What each flow delivers by all that was told of it. */
  #delivers = new Map<Flow, number>();
  #changes: TraceChange[] = [];

  constructor(finder: RouteFinder, query: RouteQuery) {
    this.#finder = finder;
    this.#query = query;
  }

  solved(
    missingMsat: number,
    budgetMsat: number,
    mu: number,
    delayFactor: number,
    flows: readonly Flow[] | null,
  ): void {
    const { source, destination, maxParts, singlePathUpToMsat } = this.#query;
    const circular = source === destination;
    const single = circular || maxParts === 1 || missingMsat <= singlePathUpToMsat;
    this.#amountMsat = missingMsat;
    this.#flows = [...(flows ?? [])];
    this.#delivers = new Map(this.#flows.map((flow) => [flow, flow.deliversMsat]));
    this.#changes = [];
    const weighing = { mu, delay_factor: delayFactor, fee_limit_msat: budgetMsat };
    const { arcs, single: path, solver } = this.#finder;
    if (single) {
      this.#figures = { ...weighing, median_ratio: path.medianRatio };
      this.#candidates = this.#flows.map((flow) =>
        this.#priced(flow, (edge, i) => this.#ofPath(flow, edge, i, circular)),
      );
      return;
    }
    const flowFigures = flows === null ? {} : { flow_cost: solver.cost() };
    const ofProblem = { median_ratio: arcs.medianRatio, unit_msat: arcs.accuracyMsat, units: arcs.units };
    this.#figures = { ...weighing, ...ofProblem, ...flowFigures };
    const used = new Map<number, number>();
    this.#candidates = this.#flows.map((flow) => this.#priced(flow, (edge) => this.#ofArcs(flow, edge, used)));
  }

  limited(flow: Flow, mostMsat: number): void {
    this.#change('limited', flow, undefined, mostMsat);
  }

  leftOut(flow: Flow, edge: number, why: 'bottleneck' | 'below_minimum', mostMsat: number): void {
    const htlc = why === 'below_minimum' ? { htlc_minimum_msat: this.#finder.network.minHtlc(edge) } : {};
    this.#changes.push({
      change: why,
      candidate: this.#flows.indexOf(flow),
      edge,
      figures: { deliverable_msat: mostMsat, ...htlc },
    });
    this.#delivers.delete(flow);
  }

  refined(flows: readonly Flow[]): void {
    for (const flow of this.#flows) {
      const delivers = this.#delivers.get(flow);
      if (delivers === undefined) continue;
      if (!flows.includes(flow)) this.#change('not_needed', flow, undefined, 0);
      else if (flow.deliversMsat < delivers) this.#change('lowered', flow, undefined, flow.deliversMsat);
      else if (flow.deliversMsat > delivers) this.#change('raised', flow, undefined, flow.deliversMsat);
    }
  }

  noRoom(flow: Flow): void {
    this.#change('no_room', flow, undefined, 0);
  }

  ended(outcome: TraceRound['outcome'], value: number, allowed: number): void {
    this.rounds.push({
      amount_msat: this.#amountMsat,
      figures: this.#figures,
      candidates: this.#candidates,
      changes: this.#changes,
      outcome,
      because: reasons(outcome, value, allowed),
    });
  }

  joined(before: number, after: number): void {
    if (after < before) this.changes.push({ change: 'joined', figures: { flows: before, parts: after } });
  }

  reduced(before: number, after: number, possible: boolean): void {
    const change = possible ? 'largest_carry_rest' : 'too_many_parts';
    this.changes.push({ change, figures: { flows: before, max_parts: after } });
  }

  #change(change: string, flow: Flow, edge: number | undefined, toMsat: number): void {
    const from = this.#delivers.get(flow) ?? flow.deliversMsat;
    this.#delivers.set(flow, toMsat);
    const figures = { from_msat: from, to_msat: toMsat };
    this.#changes.push({
      change,
      candidate: this.#flows.indexOf(flow),
      ...(edge === undefined ? {} : { edge }),
      figures,
    });
  }

  /** A flow with what was weighed on each edge. */
  #priced(flow: Flow, costOf: (edge: number, hop: number) => Figures | null): TraceRoute {
    const { network } = this.#finder;
    const amounts = amountsOf(network, flow);
    const total: Record<string, number> = {};
    let probability = 1;
    const hops: TraceHop[] = flow.edges.map((edge, i) => {
      const amount = amounts[i] as number;
      const fee = i === 0 ? 0 : (amounts[i - 1] as number) - amount;
      const bounds = this.#bounds(edge, amount);
      const parts = costOf(edge, i);
      probability *= bounds.probability;
      for (const name of SUMMED) if (parts !== null) total[name] = (total[name] ?? 0) + (parts[name] ?? 0);
      return { edge, amount_msat: amount, fee_msat: fee, cost: { ...parts, ...bounds } };
    });
    const first = amounts[0] as number;
    const cost = { ...total, probability, cltv_blocks: this.#query.finalCltv + flowDelay(network, flow) };
    return { hops, delivered_msat: flow.deliversMsat, fee_msat: first - flow.deliversMsat, cost };
  }

  /** cln:plugins/askrene/flow.c:pickhardt_richter_probability, of the amount alone, with the bounds that it follows from. */
  #bounds(edge: number, amountMsat: number): Figures & { readonly probability: number } {
    const { network } = this.#finder;
    const most = network.most(edge);
    const least = Math.min(network.least(edge), most);
    const slot = network.has(edge);
    const uncertain = most + 1 - least;
    const probability = amountMsat <= least ? 1 : Math.max(0, uncertain - (amountMsat - least)) / uncertain;
    return { probability, least_msat: least, most_msat: most, reserved_msat: slot === null ? 0 : slot.reservedMsat };
  }

  #ofPath(flow: Flow, edge: number, hop: number, circular: boolean): Figures | null {
    // On a way back to oneself only what is between the own channels is looked for.
    if (circular && (hop === 0 || hop === flow.edges.length - 1)) return null;
    return partFigures([[1, this.#finder.single.costParts(edge)]], this.#finder.network.bias(edge));
  }

  /** Paths fill the arcs of a channel in their order, the cheapest first. @param used units of the paths before, by edge */
  #ofArcs(flow: Flow, edge: number, used: Map<number, number>): Figures {
    const { arcs, network } = this.#finder;
    const units = (this.#delivers.get(flow) as number) / arcs.accuracyMsat;
    const taken: (readonly [number, CostParts])[] = [];
    let from = used.get(edge) ?? 0;
    const end = from + units;
    used.set(edge, end);
    let last = 0;
    for (let part = 0, below = 0; part < PARTS && from < end; part++) {
      below += arcs.capacity[PARTS * edge + part] as number;
      const here = Math.min(end, below) - from;
      if (here <= 0) continue;
      taken.push([here, arcs.costParts(edge, part)]);
      from += here;
      last = part;
    }
    return { units, arc: last, ...partFigures(taken, network.bias(edge)) };
  }
}

const SUMMED = ['fee_cost', 'delay_cost', 'probability_cost', 'bias_and_rounding', 'cost'] as const;

/** Parts of costs, summed over units. */
function partFigures(taken: readonly (readonly [number, CostParts])[], bias: number): Figures {
  const sum = (name: keyof CostParts): number => taken.reduce((all, [units, parts]) => all + units * parts[name], 0);
  const fee = sum('fee');
  const delay = sum('delay');
  const probability = sum('probability');
  const cost = sum('cost');
  const figures = {
    fee_cost: fee,
    delay_cost: delay,
    probability_cost: probability,
    bias_and_rounding: cost - fee - probability,
    cost,
  };
  return bias === 0 ? figures : { ...figures, bias };
}

function reasons(outcome: TraceRound['outcome'], value: number, allowed: number): Figures {
  switch (outcome) {
    case 'too_dear':
      return { fee_msat: value, fee_limit_msat: allowed };
    case 'too_long':
      return { cltv_blocks: value, cltv_limit: allowed };
    case 'taken':
      return { delivered_msat: value, missing_msat: allowed - value };
    default:
      return {};
  }
}
