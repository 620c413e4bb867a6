/**
 * lnd's search written down as plainly as possible, to check the fast one against: maps and objects, no shortcut, the
 * queue scanned from end to end, integers as BigInt with Go's truncating division. Slow; for tests only.
 *
 * It shares with the fast search only what is tested elsewhere: the bandwidth of an own channel and the capacity factor.
 */
import { exp, exp2 } from '../../../engine/base/math.ts';
import type { ModelHost } from '../../../engine/simulate/node-model.ts';
import { NEVER } from '../mission-control.ts';
import type { LndSettings } from '../options.ts';
import { bandwidth } from '../own-channels.ts';
import type { PathQuery } from '../path-query.ts';
import { capacityFactor } from '../probability-apriori.ts';
import { plainView } from './fake-host.ts';

interface Label {
  node: number;
  dist: bigint;
  weight: bigint;
  probability: number;
  amount: bigint;
  outboundFee: bigint;
  expiry: number;
  bytes: number;
  next: Unified | null;
}

interface Unified {
  edge: number;
  delta: number;
  capacity: number;
  local: boolean;
}

export interface TextbookRoute {
  readonly edges: number[];
  readonly amounts: number[];
  readonly expiries: number[];
  readonly probability: number;
}

type Row = readonly [number, number, number, number, number, number];

export function textbookSearch(
  host: ModelHost,
  query: PathQuery,
  { estimator, apriori: settings, bimodal }: Pick<LndSettings, 'estimator' | 'apriori' | 'bimodal'>,
): TextbookRoute | 'none' | 'insufficient' {
  const { graph } = host;
  const { source, destination } = query;
  const amount = BigInt(query.amountMsat);
  const rows = query.results === null ? [] : (query.results.capture() as unknown as { pairs: Row[] }).pairs;
  const locals = Array.from({ length: host.localEdgeCount(source) }, (_, i) => host.localEdges(source)[i] as number);

  const view = plainView(1);
  const width = (edge: number, msat: bigint): bigint => BigInt(bandwidth(host, edge, Number(msat), view));

  const available = locals.map((edge) => width(edge, 0n));
  if (available.reduce((a, b) => a + b, 0n) < amount) return 'insufficient';
  if (!available.some((b) => b >= amount)) return 'none';

  const outFee = (edge: number, msat: bigint): bigint =>
    BigInt(graph.feeBaseMsat[edge] as number) + (msat * BigInt(graph.feeRatePpm[edge] as number)) / 1_000_000n;

  function inFee(edge: number, msat: bigint): bigint {
    let rate = BigInt(graph.inboundFeeRatePpm[edge] as number);
    if (rate > 10_000_000n) rate = 10_000_000n;
    if (rate < -10_000_000n) rate = -10_000_000n;
    return BigInt(graph.inboundFeeBaseMsat[edge] as number) + (rate * msat) / 1_000_000n;
  }

  function cappedInFee(edge: number, label: Label): bigint {
    if (label.next === null) return 0n;
    const fee = inFee(edge, label.amount);
    if (fee + label.outboundFee < 0n) return -label.outboundFee;
    return fee;
  }

  function inRange(edge: number, msat: bigint, publicLimits: boolean): boolean {
    if (msat > BigInt(graph.capacityMsat[edge >> 1] as number)) return false;
    if (!publicLimits) return true;
    return msat <= BigInt(graph.maxHtlcMsat[edge] as number) && msat >= BigInt(graph.minHtlcMsat[edge] as number);
  }

  function unifyLocal(edges: readonly number[], label: Label): Unified | null {
    let best: Unified | null = null;
    let most = 0n;
    for (const edge of edges) {
      const msat = label.amount + cappedInFee(edge, label);
      if (!inRange(edge, msat, graph.known[edge] === 1)) continue;
      const room = width(edge, msat);
      if (msat > room || room < most) continue;
      most = room;
      best = { edge, delta: 0, capacity: 0, local: true };
    }
    return best;
  }

  function unifyNetwork(edges: readonly number[], label: Label): Unified | null {
    let best: Unified | null = null;
    let delta = 0;
    let capacity = 0;
    let highest: bigint | null = null;
    for (const edge of edges) {
      const msat = label.amount + cappedInFee(edge, label);
      if (!inRange(edge, msat, true) || graph.disabled[edge] === 1) continue;
      capacity = Math.max(capacity, graph.capacityMsat[edge >> 1] as number);
      delta = Math.max(delta, graph.cltvDelta[edge] as number);
      const fee = outFee(edge, msat) + cappedInFee(edge, label);
      if (highest !== null && fee < highest) continue;
      highest = fee;
      best = { edge, delta: 0, capacity: 0, local: false };
    }
    return best === null ? null : { ...best, delta, capacity };
  }

  function weightOf(failTime: number): number {
    return exp2(-(query.nowUs - failTime) / settings.halfLifeUs);
  }

  /** Share of a result that is left, at least a microsecond after it. */
  const left = (time: number): number => exp(-Math.max(1, query.nowUs - time) / bimodal.decayUs);

  function bimodalDirect(own: Row | undefined, capacity: number, msat: number): number {
    let [cannot, can] = [capacity, 0];
    if (own !== undefined) {
      const [, , successAmount, successTime, failAmount, failTime] = own;
      if (failTime !== NEVER)
        cannot = capacity - Math.trunc(left(failTime) * (capacity - Math.min(failAmount, capacity)));
      if (successTime !== NEVER) can = Math.trunc(left(successTime) * successAmount);
    }
    if (capacity === 0 || msat > capacity) return 0;
    if (cannot <= can) [cannot, can] = [capacity, 0];
    if (can >= capacity) [cannot, can] = [capacity, capacity - 1];
    cannot = Math.min(cannot, capacity);
    if (msat >= cannot) return 0;
    if (msat <= can) return 1;
    const s = bimodal.scaleMsat;
    const integral = (from: number, to: number): number => {
      const primitive = (x: number): number =>
        (-exp(-x / s) + exp((x - capacity) / s) + x / (capacity * s)) / (-2 * exp(-capacity / s) + 2 + 1 / s);
      return primitive(to) - primitive(from);
    };
    const p = integral(msat, cannot) / integral(can, cannot);
    return p >= 0 && p <= 1 ? p : 0;
  }

  function bimodalProbability(from: number, to: number, unified: Unified, msat: number): number {
    const results = rows.filter((row) => row[0] === from);
    const own = results.find((row) => row[1] === to);
    if (unified.local) return own === undefined || own[5] === NEVER ? 1 : 1 - left(own[5]);
    const direct = bimodalDirect(own, unified.capacity, msat);
    if (bimodal.nodeWeight === 0) return direct;
    if (own !== undefined && query.nowUs - Math.max(own[3], own[5]) < bimodal.decayUs) return direct;
    let [successes, failures] = [0, 0];
    for (const row of results) {
      if (row === own) continue;
      const [, , successAmount, successTime, failAmount, failTime] = row;
      if (successAmount > 0) successes += bimodal.nodeWeight * left(successTime);
      if (failAmount > 0 && failTime !== NEVER) failures += bimodal.nodeWeight * left(failTime);
    }
    return (direct + successes) / (1 + successes + failures);
  }

  function probabilityOf(from: number, to: number, unified: Unified, msat: number): number {
    if (estimator === 'bimodal') return bimodalProbability(from, to, unified, msat);
    const results = rows.filter((row) => row[0] === from);
    let fallback: number;
    let asked = msat;
    if (unified.local) {
      fallback = 0.95;
      asked = Infinity;
    } else {
      const apriori = settings.hopProbability * capacityFactor(msat, unified.capacity, settings.capacityFraction);
      const factor = 1 / (1 - settings.weight) - 1;
      let successes = 0;
      let failures = 0;
      for (const [, , successAmount, , failAmount, failTime] of results) {
        if (msat <= successAmount) {
          successes++;
        } else if (failTime !== NEVER && msat >= failAmount) failures += weightOf(failTime);
      }
      fallback =
        results.length === 0 ? apriori : (apriori * factor + 0.95 * successes) / (factor + successes + failures);
    }
    const own = results.find((row) => row[1] === to);
    if (own === undefined) return fallback;
    const [, , successAmount, , failAmount, failTime] = own;
    if (asked <= successAmount) return 0.95;
    if (failTime === NEVER || asked < failAmount) return fallback;
    return fallback * (1 - weightOf(failTime));
  }

  const tu = (n: bigint): number => (n === 0n ? 0 : Math.ceil(n.toString(2).length / 8));
  const hopBytes = (msat: bigint, expiry: number): number => {
    const body = 2 + tu(msat) + 2 + tu(BigInt(expiry)) + 10;
    return body + (body < 253 ? 1 : 3) + 32;
  };

  const labels = new Map<number, Label>();
  const queue = new Set<number>();

  function process(from: number, unified: Unified, to: Label): void {
    const inbound = cappedInFee(unified.edge, to);
    const send = to.amount + inbound;
    if (send - amount > 0n && send - amount > BigInt(query.feeLimitMsat)) return;
    const p = probabilityOf(from, to.node, unified, Number(send));
    if (p === 0) return;
    const outbound = unified.local ? 0n : outFee(unified.edge, send);
    const delta = unified.local ? 0 : unified.delta;
    const expiry = to.expiry + delta;
    if (expiry > query.expiryLimit) return;
    const probability = to.probability * p;
    if (probability < query.minProbability) return;
    const fee = inbound + outbound > 0n ? inbound + outbound : 0n;
    const weight = to.weight + fee + (send * BigInt(delta) * 15n) / 1_000_000_000n;
    const dist = BigInt(Math.trunc(Number(weight) + query.attemptCostMsat / probability));
    const current = labels.get(from);
    if (current !== undefined) {
      if (dist > current.dist) return;
      if (dist === current.dist && probability <= current.probability) return;
    }
    const bytes = to.bytes + (unified.local ? 0 : hopBytes(send, to.expiry));
    if (bytes > 1300) return;
    labels.set(from, {
      node: from,
      dist,
      weight,
      probability,
      amount: send + outbound,
      outboundFee: outbound,
      expiry,
      bytes,
      next: unified,
    });
    queue.add(from);
  }

  let pivot: Label = {
    node: destination,
    dist: 0n,
    weight: 0n,
    probability: 1,
    amount,
    outboundFee: 0n,
    expiry: query.finalExpiry,
    bytes: query.finalPayloadBytes,
    next: null,
  };
  for (;;) {
    const at = pivot;
    const byNode = new Map<number, number[]>();
    for (let edge = 0; edge < graph.known.length; edge++) {
      if (graph.to(edge) !== at.node || graph.known[edge] === 0 || graph.from(edge) === source) continue;
      byNode.set(graph.from(edge), [...(byNode.get(graph.from(edge)) ?? []), edge]);
    }
    const own = locals.filter((edge) => graph.to(edge) === at.node);
    if (own.length > 0) byNode.set(source, own);
    for (const [from, edges] of byNode) {
      if (source !== destination && from === destination) continue;
      const unified = from === source ? unifyLocal(edges, at) : unifyNetwork(edges, at);
      if (unified !== null) process(from, unified, at);
    }
    if (queue.size === 0) break;
    const first = [...queue]
      .map((node) => labels.get(node) as Label)
      .sort((a, b) =>
        a.dist < b.dist ? -1 : a.dist > b.dist ? 1 : b.probability - a.probability || a.node - b.node,
      )[0];
    pivot = first as Label;
    queue.delete(pivot.node);
    if (pivot.node === source) break;
  }

  const found = labels.get(source);
  if (found === undefined) return 'none';
  const hops: Unified[] = [];
  let node = source;
  do {
    const hop = labels.get(node)?.next as Unified;
    hops.push(hop);
    node = graph.to(hop.edge);
  } while (node !== destination);

  const amounts: number[] = [];
  const expiries: number[] = [];
  let carried = amount;
  let expiry = query.finalExpiry;
  for (let i = hops.length - 1; i >= 0; i--) {
    const after = hops[i + 1];
    if (after !== undefined) {
      const outbound = outFee(after.edge, carried);
      const fee = outbound + inFee((hops[i] as Unified).edge, carried + outbound);
      carried += fee > 0n ? fee : 0n;
      expiry += after.delta;
    }
    amounts.unshift(Number(carried));
    expiries.unshift(expiry);
  }
  return { edges: hops.map((hop) => hop.edge), amounts, expiries, probability: found.probability };
}
