/**
 * LDK's search written down as plainly as possible, to check the fast one against: maps and objects, no shortcut, the queue
 * scanned from end to end, every number a BigInt as wide as it likes, the scorer's penalties worked out from what it has
 * written down. Slow; for tests only.
 *
 * It shares with the fast search only what is tested elsewhere: the limit of an own channel, the density of balances and
 * the table of logarithms.
 */
import type { ModelHost } from '../../../engine/simulate/node-model.ts';
import { plainView } from '../../lnd/testing/fake-host.ts';
import { smallest, spendable } from '../commitment.ts';
import { negativeLog10Times2048 } from '../log-approx.ts';
import type { ScorerSettings } from '../options.ts';
import type { RouteQuery } from '../route-query.ts';
import { type Odds, odds, oddsFloat } from '../success-probability.ts';

const EDGES_OF_BUCKETS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3072, 4096, 6144, 8192];

/** Where bucket i begins: the buckets are symmetrical. */
function bucketStart(i: number): number {
  return i <= 16 ? (EDGES_OF_BUCKETS[i] as number) : 16_384 - (EDGES_OF_BUCKETS[32 - i] as number);
}

interface Known {
  readonly channel: number;
  readonly offsets_msat: readonly [number, number];
  readonly min: readonly (readonly [number, number])[];
  readonly max: readonly (readonly [number, number])[];
}

interface Candidate {
  readonly edge: number;
  readonly from: number;
  readonly to: number;
  readonly own: boolean;
  readonly limit: bigint;
  readonly capacity: bigint;
  readonly maximum: bigint;
  readonly minimum: bigint;
  readonly base: bigint;
  readonly ppm: bigint;
  readonly delta: number;
}

interface Label {
  candidate: Candidate;
  cost: bigint;
  score: bigint;
  totalFee: bigint;
  minimum: bigint;
  penalty: bigint;
  useFee: bigint;
  nextFees: bigint;
  value: bigint;
}

interface Hop {
  readonly candidate: Candidate;
  penalty: bigint;
  useFee: bigint;
  nextFees: bigint;
  fee: bigint;
}

/** A path of the answer: edges, what each carries, and the time lock behind the first channel. */
export interface TextbookPath {
  readonly edges: number[];
  readonly amounts: number[];
}

const MILLION = 1_000_000n;
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const feeOf = (amount: bigint, c: Candidate): bigint => c.base + (amount * c.ppm) / MILLION;
const shifted = (cost: bigint, value: bigint): bigint => (cost << 64n) / value;

/** Penalty of a public channel from what the scorer captured. */
function penaltyOf(
  c: Candidate,
  known: Known | undefined,
  amount: bigint,
  inFlight: bigint,
  s: ScorerSettings,
): bigint {
  const total = amount + inFlight;
  const direction = c.edge & 1;
  const lower = BigInt(known?.offsets_msat[direction] ?? 0);
  const upper = max(0n, c.capacity - BigInt(known?.offsets_msat[1 - direction] ?? 0));
  const combined = (log: number, times: number, timesAmount: number): bigint => {
    const capped = BigInt(Math.min(log, 4096));
    return (capped * BigInt(times)) / 2048n + (capped * BigInt(timesAmount) * amount) / 2048n / 1_048_576n;
  };
  const historical = (log: number): bigint =>
    combined(log, s.historicalMultiplierMsat, s.historicalAmountMultiplierMsat);
  const result: Odds = { numerator: 0, denominator: 0 };

  let penalty = BigInt(s.basePenaltyMsat) + (BigInt(s.basePenaltyAmountMultiplierMsat) * amount) / 1_073_741_824n;
  if (c.maximum >= c.capacity / 2n) penalty += BigInt(s.antiProbingMsat);

  if (s.liquidityMultiplierMsat !== 0 || s.liquidityAmountMultiplierMsat !== 0) {
    const live = (log: number): bigint => combined(log, s.liquidityMultiplierMsat, s.liquidityAmountMultiplierMsat);
    const low = min(lower, upper);
    if (total > low && total >= upper) penalty += live(4096);
    else if (total > low) {
      odds(Number(total), Number(low), Number(upper), Number(c.capacity), s.linear, false, result);
      if (result.denominator - result.numerator >= Math.floor(result.denominator / 64)) {
        penalty += live(negativeLog10Times2048(result.numerator, result.denominator));
      }
    }
  }
  if (total > upper) penalty += BigInt(s.impossibleMsat);
  if (total >= c.capacity) return penalty + historical(4096);
  if (s.historicalMultiplierMsat === 0 && s.historicalAmountMultiplierMsat === 0) return penalty;

  // Pairs of a lower and an upper bound that go together, with the square of their weight.
  const mins = new Map(direction === 0 ? known?.min : known?.max);
  const maxs = new Map(direction === 0 ? known?.max : known?.min);
  const pairs: { low: number; high: number; weight: bigint }[] = [];
  for (let low = 0; low < 32; low++) {
    for (let high = 0; high < 32 - low; high++) {
      const product = BigInt((mins.get(low) ?? 0) * (maxs.get(high) ?? 0));
      pairs.push({ low, high, weight: product * product });
    }
  }
  const all = Number(pairs.reduce((sum, pair) => sum + pair.weight, 0n));
  if (all < 32 * 32 * 32 * 32) {
    odds(Number(total), 0, Number(c.capacity), Number(c.capacity), s.linear, true, result);
    return penalty + historical(negativeLog10Times2048(result.numerator, result.denominator));
  }
  const position = Number((total * 16_384n) / (c.capacity + 1n));
  let probability = 0;
  if ((mins.get(0) ?? 0) !== 0) {
    const filled = [...maxs].filter(([, count]) => count > 0).map(([bucket]) => bucket);
    const full = [...maxs].filter(([, count]) => count >= 32).map(([bucket]) => bucket);
    const highest = Math.max(...(full.length > 0 ? full : filled));
    const end = bucketStart(32 - highest) - 1;
    const weight = Number(pairs.filter(({ low }) => low === 0).reduce((sum, pair) => sum + pair.weight, 0n));
    if (position < end) {
      oddsFloat(position, 0, end, 16_383, s.linear, true, result);
      probability += ((weight / all) * result.numerator) / result.denominator;
    }
  }
  for (const { low, high, weight } of pairs.filter((pair) => pair.low > 0)) {
    const end = bucketStart(32 - high) - 1;
    if (position >= end) continue;
    const share = Number(weight) / all;
    if (position < bucketStart(low)) {
      probability += share;
    } else {
      oddsFloat(position, bucketStart(low), end, 16_383, s.linear, true, result);
      probability += (share * result.numerator) / result.denominator;
    }
  }
  const billionths = Math.floor(probability * 1_073_741_824);
  return penalty + historical(negativeLog10Times2048(billionths + 1, 1_073_741_824));
}

export function textbookRoute(host: ModelHost, query: RouteQuery, settings: ScorerSettings): TextbookPath[] | null {
  const { graph } = host;
  const { source, destination } = query;
  const amount = BigInt(query.amountMsat);
  if (source === destination || query.maxCltv <= query.finalCltvDelta) return null;
  const known = new Map((query.scorer.capture() as unknown as Known[]).map((row) => [row.channel, row]));
  const recommended = 3n * amount;
  const used = new Map<number, bigint>();
  const usedOf = (c: Candidate): bigint => used.get(c.edge) ?? 0n;
  const shut = 1n << 80n;

  // The sender's own channels, as they are; everything else as gossip tells.
  const view = plainView(1);
  const locals = Array.from({ length: host.localEdgeCount(source) }, (_, i) => host.localEdges(source)[i] as number);
  const own = locals
    .filter((edge) => host.eligible(edge) && (query.outgoingEdges === null || query.outgoingEdges.includes(edge)))
    .map((edge): Candidate => {
      host.view(edge, view);
      const limit = BigInt(spendable(view));
      const minimum = BigInt(smallest(view));
      const ends = { edge, from: source, to: graph.to(edge), own: true, delta: 0, base: 0n, ppm: 0n };
      return { ...ends, limit, capacity: limit, maximum: limit, minimum };
    });
  if (own.length === 0) return null;
  own.sort((a, b) => {
    const descending = a.limit < recommended || b.limit < recommended;
    return Number(descending ? b.limit - a.limit : a.limit - b.limit);
  });
  const pairs = graph.pairsInto();
  const open: Candidate[] = Array.from(pairs.edge)
    .filter((edge) => graph.from(edge) !== source && graph.disabled[edge] === 0)
    .filter((edge) => !query.removed.channel(edge >> 1, query.nowUs))
    .filter((edge) => ![graph.from(edge), graph.to(edge)].some((node) => query.removed.node(node, query.nowUs)))
    .map((edge) => {
      const capacity = BigInt(graph.capacityMsat[edge >> 1] as number);
      const maximum = min(BigInt(graph.maxHtlcMsat[edge] as number), capacity);
      return {
        edge,
        from: graph.from(edge),
        to: graph.to(edge),
        own: false,
        limit: 0n,
        capacity,
        maximum,
        minimum: BigInt(graph.minHtlcMsat[edge] as number),
        base: BigInt(graph.feeBaseMsat[edge] as number),
        ppm: BigInt(graph.feeRatePpm[edge] as number),
        delta: graph.cltvDelta[edge] as number,
      };
    });
  const limitOf = (c: Candidate, power: bigint): bigint => (c.own ? c.limit : min(c.capacity >> power, c.maximum));

  const multiPath = query.multiPath && query.maxPaths !== 1;
  const least = multiPath ? (amount + BigInt(query.maxPaths) - 1n) / BigInt(query.maxPaths) : amount;
  const behind = query.maxCltv - query.finalCltvDelta;
  const maxCltv = behind >= 80 ? behind - 80 : behind;

  let hitMinimum = false;

  function walk(pathValue: bigint, power: bigint): Hop[] | null {
    hitMinimum = false;
    const labels = new Map<number, Label>();
    const processed = new Set<number>();
    const queue: { node: number; score: bigint; value: bigint; cltv: number; length: number }[] = [];

    function expand(node: number, value: bigint, cltv: number, length: number): void {
      if (processed.has(node)) return;
      processed.add(node);
      const label = node === destination ? undefined : labels.get(node);
      const fees = label?.totalFee ?? 0n;
      const pathMinimum = label?.minimum ?? 0n;
      for (const c of [...own, ...open]) {
        if (c.to !== node) continue;
        const free = limitOf(c, power) - fees;
        if (free < 0n) continue;
        const contribution = min(max(0n, free - usedOf(c)), value);
        if (contribution < least || length + 1 > query.maxPathLength || cltv + c.delta > maxCltv) continue;
        if (query.failedChannels.has(c.edge >> 1)) continue;
        const sent = contribution + fees;
        if ((sent < c.minimum && recommended >= c.minimum) || (sent < pathMinimum && recommended >= pathMinimum)) {
          hitMinimum = true;
          continue;
        }
        if (sent < c.minimum || sent < pathMinimum || processed.has(c.from)) continue;
        const larger = max(pathMinimum, c.minimum);
        const useFee = c.own ? 0n : feeOf(sent, c);
        const totalFee = fees + useFee;
        if (query.maxFeeMsat !== Infinity && totalFee > BigInt(query.maxFeeMsat)) continue;
        const inFlight = usedOf(c) + BigInt(query.inFlight.get(c.edge) ?? 0);
        const own = c.own ? 0n : penaltyOf(c, known.get(c.edge >> 1), sent, inFlight, settings);
        const penalty = (label?.penalty ?? 0n) + own;
        const minimum = c.own ? larger : larger + feeOf(larger, c);
        const cost = max(totalFee, minimum) + penalty;
        const score = shifted(cost, contribution);
        const before = labels.get(c.from);
        if (before !== undefined && score >= before.score) continue;
        const numbers = { cost, score, totalFee, minimum, penalty, useFee, nextFees: fees, value: contribution };
        labels.set(c.from, { candidate: c, ...numbers });
        queue.push({ node: c.from, score, value: contribution, cltv: cltv + c.delta, length: length + 1 });
      }
    }

    expand(destination, pathValue, 0, 0);
    for (;;) {
      queue.sort((a, b) => {
        if (a.score !== b.score) return a.score < b.score ? -1 : 1;
        if (a.value !== b.value) return a.value > b.value ? -1 : 1;
        return a.length - b.length || a.node - b.node;
      });
      const next = queue.shift();
      if (next === undefined) return null;
      if (next.node !== source) {
        expand(next.node, next.value, next.cltv, next.length);
        continue;
      }
      const hops: Hop[] = [];
      for (let node = source; node !== destination; ) {
        const label = labels.get(node) as Label;
        const last = hops[hops.length - 1];
        if (last !== undefined) last.fee = label.useFee;
        const { candidate, penalty, useFee, nextFees } = label;
        hops.push({ candidate, penalty, useFee, nextFees, fee: next.value });
        node = candidate.to;
      }
      return hops;
    }
  }

  function update(hops: Hop[], value: bigint): bigint {
    let fees = 0n;
    let extra = 0n;
    for (let i = hops.length - 1; i >= 0; i--) {
      const hop = hops[i] as Hop;
      const isLast = i === hops.length - 1;
      let paid = isLast ? 0n : (hops[i + 1] as Hop).useFee;
      hop.nextFees = fees;
      hop.penalty += extra;
      const missing = max(0n, hop.candidate.minimum - (fees + value));
      const carried = fees + value + missing;
      if (isLast) extra = missing;
      else {
        fees += missing;
        paid += missing;
      }
      hop.fee = isLast ? carried : paid;
      if (i === 0) continue;
      hop.useFee = feeOf(carried, hop.candidate);
      fees += hop.useFee;
    }
    return value + extra;
  }

  const worth = (hops: Hop[]): bigint => (hops[hops.length - 1] as Hop).fee;
  const feesOf = (hops: Hop[]): bigint => hops.slice(0, -1).reduce((sum, hop) => sum + hop.fee, 0n);
  const costOf = (hops: Hop[]): bigint => feesOf(hops) + (hops[0] as Hop).penalty;
  const keyOf = (hops: Hop[]): number[] => hops.map((hop) => hop.candidate.edge);

  const found: Hop[][] = [];
  let collected = 0n;
  let power = BigInt(query.saturationPower);
  let pathValue = amount;
  for (;;) {
    const hops = walk(pathValue, power);
    if (hops !== null) {
      let largest = 1n << 90n;
      hops.forEach((hop, i) => {
        let base = 0n;
        let ppm = 0n;
        for (const { candidate } of hops.slice(i + 1).reverse()) {
          base = (base * (MILLION + candidate.ppm) + MILLION - 1n) / MILLION + candidate.base;
          ppm = ((ppm + MILLION) * (MILLION + candidate.ppm) + MILLION - 1n) / MILLION - MILLION;
        }
        const most = max(0n, limitOf(hop.candidate, power) - usedOf(hop.candidate)) - base;
        if (most >= 0n) largest = min(largest, (most * MILLION + ppm) / (MILLION + ppm));
      });
      const value = update(hops, min(largest, amount));
      for (const hop of hops) used.set(hop.candidate.edge, usedOf(hop.candidate) + value + hop.nextFees);
      if (largest > value) {
        const { edge } = (hops[Math.floor(hops.length / 2)] as Hop).candidate;
        used.set(edge, shut);
        used.set(edge ^ 1, shut);
      }
      collected += value;
      found.push(hops);
    }
    const none = hops === null;
    if (none && power !== 0n) power = 0n;
    else if (!multiPath) break;
    else if (none && hitMinimum && collected < amount && pathValue !== recommended) pathValue = recommended;
    else if (none || collected >= recommended) break;
    else if (collected === amount && found.length === 1) {
      if (!hitMinimum) break;
      pathValue = recommended;
    }
  }
  if (found.length === 0 || collected < amount) return null;

  let overpaid = collected - amount;
  const dearestFirst = [...found].sort((a, b) => {
    const x = shifted(costOf(a), worth(a));
    const y = shifted(costOf(b), worth(b));
    return x > y ? -1 : x < y ? 1 : 0;
  });
  let left = found.length;
  let route = dearestFirst.filter((hops) => {
    if (left === 1 || worth(hops) > overpaid) return true;
    overpaid -= worth(hops);
    left--;
    return false;
  });
  if (overpaid > 0n) {
    const rate = (hops: Hop[]): bigint => hops.reduce((sum, hop) => sum + hop.candidate.ppm, 0n);
    route = [...route].sort((a, b) => Number(rate(a) - rate(b)) || Number(costOf(b) - costOf(a)));
    const first = route[0] as Hop[];
    update(first, worth(first) - overpaid);
  }
  const text = (hops: Hop[]): string => keyOf(hops).join(',');
  route = [...route].sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    for (let i = 0; i < Math.max(x.length, y.length); i++) {
      if (x[i] !== y[i]) return (x[i] ?? -1) - (y[i] ?? -1);
    }
    return 0;
  });
  const count = route.length;
  for (let i = 0; i + 1 < count && i + 1 < route.length; i++) {
    const [path, twin] = [route[i] as Hop[], route[i + 1] as Hop[]];
    if (text(path) !== text(twin)) continue;
    update(path, worth(path) + worth(twin));
    route.splice(i + 1, 1);
  }
  const total = route.reduce((sum, hops) => sum + feesOf(hops), 0n);
  const over = max(0n, route.reduce((sum, hops) => sum + worth(hops), 0n) - amount);
  if (query.maxFeeMsat !== Infinity && total + over > BigInt(query.maxFeeMsat)) return null;
  return route.map((hops) => ({
    edges: keyOf(hops),
    amounts: hops.map((_, i) => Number(hops.slice(i).reduce((sum, hop) => sum + hop.fee, 0n))),
  }));
}
