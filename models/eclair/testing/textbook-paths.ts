/**
 * Eclair's search written down as plainly as possible, to check the fast one against: maps and objects, the queue scanned
 * from end to end with all its old entries, money as BigInt, every path weighed from its end. Slow; for tests only.
 *
 * It shares with the fast search only what is tested elsewhere: what an own channel can spend, the estimates of balances
 * and the logarithm.
 */
import { log } from '../../../engine/base/math.ts';
import { blankView, type ModelHost } from '../../../engine/simulate/node-model.ts';
import { spendable } from '../commitment.ts';
import type { EclairSettings } from '../options.ts';
import type { SearchQuery } from '../search-query.ts';

interface Label {
  readonly amount: bigint;
  readonly length: number;
  readonly cltv: number;
  readonly probability: number;
  readonly fees: bigint;
  readonly virtualFees: bigint;
  readonly weight: number;
}

export interface TextbookPath {
  readonly edges: readonly number[];
  readonly weight: number;
}

const fee = (base: number, ppm: number, amount: bigint): bigint => BigInt(base) + (amount * BigInt(ppm)) / 1_000_000n;

/** The `count` first paths of Yen's algorithm. `only` is the own channel that may be used, null for all. */
export function textbookPaths(
  host: ModelHost,
  settings: EclairSettings,
  query: SearchQuery,
  count: number,
  only: readonly number[] | null,
): readonly TextbookPath[] {
  const { graph } = host;
  const { search } = settings;
  const own = new Set<number>();
  for (let i = 0; i < host.localEdgeCount(query.source); i++) own.add(host.localEdges(query.source)[i] as number);
  const edges: number[] = [];
  for (let edge = 0; edge < graph.known.length; edge++) {
    const publicly = graph.known[edge] === 1;
    const enabled = graph.disabled[edge] === 0;
    if (graph.from(edge) === query.source) {
      const usable = publicly ? enabled : host.eligible(edge);
      if (own.has(edge) && usable && (only === null || only.includes(edge))) edges.push(edge);
    } else if (publicly && enabled) edges.push(edge);
  }

  const view = blankView();
  function balance(edge: number): bigint {
    host.view(edge, view);
    return BigInt(spendable(view));
  }

  function limits(edge: number): { least: bigint; most: bigint; delta: number } {
    if (graph.known[edge] === 1) {
      const [least, most] = [graph.minHtlcMsat[edge], graph.maxHtlcMsat[edge]] as [number, number];
      return { least: BigInt(least), most: BigInt(most), delta: graph.cltvDelta[edge] as number };
    }
    host.view(edge, view);
    const capacity = graph.capacityMsat[edge >> 1] as number;
    const share = Math.floor((capacity / 100) * settings.maxInFlightPercent);
    const most = Math.min(view.maxInFlightMsat, settings.maxInFlightMsat, share);
    return { least: BigInt(view.peerHtlcMinimumMsat), most: BigInt(most), delta: settings.cltvDelta };
  }

  function usable(edge: number, amount: bigint): boolean {
    const { least, most } = limits(edge);
    if (amount > BigInt(graph.capacityMsat[edge >> 1] as number) || amount > most || amount < least) return false;
    return !own.has(edge) || amount <= balance(edge);
  }

  function before(edge: number, rest: Label): Label {
    const local = graph.from(edge) === query.source;
    const asked = fee(graph.feeBaseMsat[edge] as number, graph.feeRatePpm[edge] as number, rest.amount);
    const amount = local ? rest.amount : rest.amount + asked;
    const fees = rest.fees + (amount - rest.amount);
    const cltv = rest.cltv + limits(edge).delta;
    const hopCost = fee(search.hopCost.baseMsat, search.hopCost.ppm, rest.amount);
    const virtualFees = rest.virtualFees + hopCost;
    let p = 1;
    if (!local) {
      p =
        query.estimates === null
          ? 1 - Number(rest.amount) / (graph.capacityMsat[edge >> 1] as number)
          : query.estimates.canSend(edge, Number(rest.amount), query.nowS);
    }
    const probability = rest.probability * p;
    const failureCost = Number(fee(search.failureCost.baseMsat, search.failureCost.ppm, amount));
    const delta = limits(edge).delta;
    const weight = search.useLogProbability
      ? rest.weight +
        Number(amount - rest.amount) +
        Number(hopCost) +
        Number(amount * BigInt(delta)) * search.lockedFundsRisk -
        failureCost * log(p)
      : Number(fees + virtualFees) + Number(amount * BigInt(cltv)) * search.lockedFundsRisk + failureCost / probability;
    return {
      amount,
      length: rest.length + 1,
      cltv,
      probability,
      fees,
      virtualFees,
      weight: local ? rest.weight : weight,
    };
  }

  const target: Label = {
    amount: BigInt(query.amountMsat),
    length: 0,
    cltv: 0,
    probability: 1,
    fees: 0n,
    virtualFees: 0n,
    weight: 0,
  };
  const weigh = (path: readonly number[]): Label => path.reduceRight((rest, edge) => before(edge, rest), target);

  function within(label: Label): boolean {
    if (label.amount - BigInt(query.amountMsat) > BigInt(query.maxFeeMsat)) return false;
    return label.length <= query.maxLength && label.length <= 20 && label.cltv <= query.maxCltv;
  }

  function dijkstra(
    to: number,
    initial: Label,
    noEdges: ReadonlySet<number>,
    noNodes: ReadonlySet<number>,
  ): readonly number[] | null {
    const best = new Map<number, Label>([[to, initial]]);
    const next = new Map<number, number>();
    let queue: { readonly node: number; readonly label: Label }[] = [{ node: to, label: initial }];
    const visited = new Set<number>();
    while (queue.length > 0) {
      const first = queue.reduce((a, b) =>
        b.label.weight < a.label.weight || (b.label.weight === a.label.weight && b.node < a.node) ? b : a,
      );
      queue = queue.filter((entry) => entry !== first);
      if (first.node === query.source) {
        const path: number[] = [];
        for (let edge = next.get(query.source); edge !== undefined; edge = next.get(graph.to(edge))) path.push(edge);
        return path;
      }
      if (visited.has(first.node)) continue;
      visited.add(first.node);
      for (const edge of edges) {
        const from = graph.from(edge);
        if (graph.to(edge) !== first.node || !usable(edge, first.label.amount)) continue;
        if (query.ignoredEdges.has(edge) || noEdges.has(edge)) continue;
        if (from !== query.source && (query.ignoredNodes.has(from) || noNodes.has(from))) continue;
        if (first.node === query.destination && query.lastHop >= 0 && from !== query.lastHop) continue;
        const label = before(edge, first.label);
        const known = best.get(from);
        if (!within(label) || (known !== undefined && !(known.weight > label.weight))) continue;
        best.set(from, label);
        next.set(from, edge);
        queue.push({ node: from, label });
      }
    }
    return null;
  }

  const nothing = new Set<number>();
  const shortest = dijkstra(query.destination, target, nothing, nothing);
  if (shortest === null) return [];
  const found = [{ path: shortest, spur: 0 }];
  const candidates: { path: readonly number[]; spur: number; weight: number }[] = [];
  for (let k = 1; k < count; k++) {
    const { path, spur } = found[k - 1] as { path: readonly number[]; spur: number };
    for (let i = spur; i < path.length; i++) {
      const root = path.slice(path.length - i);
      const spurNode = graph.to(path[path.length - 1 - i] as number);
      const taken = found.filter((f) => `${f.path.slice(f.path.length - i)}` === `${root}` && f.path.length > i);
      const noEdges = new Set(taken.map((f) => f.path[f.path.length - 1 - i] as number));
      const noNodes = new Set(root.map((edge) => graph.to(edge)));
      const head = dijkstra(spurNode, weigh(root), noEdges, noNodes);
      if (head === null) continue;
      const whole = [...head, ...root];
      candidates.push({ path: whole, spur: i, weight: weigh(whole).weight });
    }
    if (candidates.length === 0) break;
    const lightest = candidates.reduce((a, b) => (b.weight < a.weight ? b : a));
    candidates.splice(candidates.indexOf(lightest), 1);
    found.push(lightest);
  }
  return found.map(({ path }) => ({ edges: path, weight: weigh(path).weight }));
}
