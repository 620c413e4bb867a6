/**
 * The records in which a walk keeps what it knows of the way from each node to the payee. Amounts, fees and penalties msat.
 */
import { compareCostPerMsat } from './cost-per-msat.ts';

/** Numbers of a record here. */
export const LABEL = 10;
export const VIA = 0;
export const NEXT_FEES = 1;
export const USE_FEE = 2;
export const TOTAL_FEE = 3;
/** Limit and minimum of the edge where it is an own channel. */
export const LEAST = 4;
export const PENALTY = 5;
export const VALUE = 6;
export const HOPS = 7;
/** Sum of the time locks, blocks. */
export const CLTV = 8;
/** Least cost with which something was left out: the node itself, or what leads on from it. */
export const LEFT = 9;

/** What the way of a label costs. */
export function costOf(labels: Float64Array, label: number): number {
  return (
    Math.max(labels[label + TOTAL_FEE] as number, labels[label + LEAST] as number) + (labels[label + PENALTY] as number)
  );
}

/** Whether LDK expands the node of label `a` before that of `b`; the order is the heap's. */
export function comesBefore(labels: Float64Array, a: number, b: number): boolean {
  const [valueA, valueB] = [labels[a + VALUE]!, labels[b + VALUE]!];
  const cost = compareCostPerMsat(costOf(labels, a), valueA, costOf(labels, b), valueB);
  if (cost !== 0) return cost < 0;
  if (valueA !== valueB) return valueA > valueB;
  const hops = labels[a + HOPS]! - labels[b + HOPS]!;
  return hops !== 0 ? hops < 0 : a < b;
}
