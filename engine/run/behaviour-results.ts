/** What behaviours came to: what their agents counted and paid, and how their nodes fared. */
import type { Backend, NodeObservation } from '../backends/backend.ts';
import type { Json } from '../base/json.ts';
import { compareText } from '../base/order.ts';
import type { PaymentStats } from '../kinds/expectation.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Agents } from './agents.ts';
import type { NodeTimes } from './node-times.ts';
import type { PaymentBook } from './payment-book.ts';

/** One node of a behaviour. Amounts msat, times µs. */
export interface BehaviourNode {
  readonly name: string;
  readonly forwards: number;
  readonly feesEarnedMsat: number;
  /** How often it went down, and for how long in all. */
  readonly downs: number;
  readonly downUs: number;
  /** What its agent counted, such as policy_changes. */
  readonly figures: ReadonlyMap<string, number>;
}

export interface BehaviourResult {
  readonly name: string;
  readonly kind: string;
  /** Null where agents pay nothing. */
  readonly payments: PaymentStats | null;
  readonly nodes: readonly BehaviourNode[];
}

/** The results at the end of a run, µs; empty without behaviours. */
export async function behaviourResults(
  timeline: Timeline,
  backend: Backend,
  {
    agents,
    times,
    book,
    endUs,
  }: {
    readonly agents: Agents;
    readonly times: NodeTimes | null;
    readonly book: PaymentBook;
    readonly endUs: number;
  },
): Promise<readonly BehaviourResult[]> {
  const results: BehaviourResult[] = [];
  const seen = new Map<number, NodeObservation>();
  for (const [index, { name, kind, nodes, payments }] of (timeline.behaviours ?? []).entries()) {
    const figures = agents.figures(index);
    const own: BehaviourNode[] = [];
    for (const [i, node] of nodes.entries()) {
      const observed = seen.get(node) ?? (await backend.node(node));
      seen.set(node, observed);
      own.push({
        name: observed.name,
        forwards: observed.forwards,
        feesEarnedMsat: observed.feesEarnedMsat,
        ...(times?.of(node, endUs) ?? { downs: 0, downUs: 0 }),
        figures: figures[i] ?? new Map<string, number>(),
      });
    }
    results.push({ name, kind, payments: payments === null ? null : book.stats(name), nodes: own });
  }
  return results;
}

/** Sums over the nodes of a behaviour. */
export function behaviourTotals({ nodes }: BehaviourResult): Omit<BehaviourNode, 'name'> {
  const figures = new Map<string, number>();
  const total = { forwards: 0, feesEarnedMsat: 0, downs: 0, downUs: 0, figures };
  for (const node of nodes) {
    total.forwards += node.forwards;
    total.feesEarnedMsat += node.feesEarnedMsat;
    total.downs += node.downs;
    total.downUs += node.downUs;
    for (const [name, value] of node.figures) figures.set(name, (figures.get(name) ?? 0) + value);
  }
  return { ...total, figures: new Map([...figures].sort(([a], [b]) => compareText(a, b))) };
}

/** A behaviour as metrics.json shows it; its payments stand among the activities. */
export function behaviourMetrics(result: BehaviourResult): Json {
  const { name, kind, nodes } = result;
  return {
    name,
    kind,
    ...nodeMetrics(behaviourTotals(result)),
    nodes: nodes.map((node) => ({ name: node.name, ...nodeMetrics(node) })),
  };
}

function nodeMetrics(node: Omit<BehaviourNode, 'name'>): { readonly [key: string]: Json } {
  return {
    forwards: node.forwards,
    fees_earned_msat: node.feesEarnedMsat,
    downs: node.downs,
    down_seconds: node.downUs / 1_000_000,
    ...Object.fromEntries(node.figures),
  };
}
