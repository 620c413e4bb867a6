/**
 * What Eclair's model tells of a payment that is traced, apart from its searches: limits, routes sent, what is ignored or
 * excluded after a failure, learnt balances, and what the payment does next. Only reads what was decided.
 */
import type { RouteBuffer } from '../../engine/simulate/node-model.ts';
import {
  type Figures,
  figuresOf,
  sentRoute,
  type TraceDecide,
  type TraceLesson,
  type TraceStep,
} from '../../engine/simulate/routing-trace.ts';
import { type Failure, fromRecipient } from './failure-lessons.ts';
import type { EclairNode } from './node-state.ts';
import type { EclairSettings } from './options.ts';
import type { Part, Payment } from './payment-state.ts';
import { splitRoute } from './route-trace.ts';
import type { SplitRoute } from './splitting.ts';

/** The limits of a payment. */
export function beginStep({ plan, attemptsLeft }: Payment, settings: EclairSettings, height: number): TraceStep {
  const { request, kind, maxFeeMsat, maxParts, finalExpiry, deadlineUs } = plan;
  const limits = figuresOf({
    amount_msat: request.amountMsat,
    fee_limit_msat: kind === 'route' && request.feeLimitMsat < 0 ? undefined : maxFeeMsat,
    max_parts: kind === 'multi' ? maxParts : 1,
    attempts: kind === 'route' ? 1 : attemptsLeft,
    timeout_us: deadlineUs === Number.MAX_SAFE_INTEGER ? undefined : deadlineUs - request.startedUs,
    cltv_limit: settings.search.maxCltv,
    final_cltv_delta: finalExpiry - height,
  });
  return { step: 'begin', limits };
}

/** A route that the scenario gives; null when it cannot be taken. */
export function givenRouteStep({ request, plan }: Payment, route: SplitRoute | null): TraceStep {
  const found = route !== null && (request.feeLimitMsat < 0 || route.feeMsat <= plan.maxFeeMsat);
  return {
    step: 'search',
    amount_msat: request.amountMsat,
    limits: figuresOf({ fee_limit_msat: request.feeLimitMsat < 0 ? undefined : plan.maxFeeMsat }),
    result: found ? 'found' : 'none',
    routes: found ? [splitRoute(route)] : [],
    ...(found ? {} : { obstacles: [route === null ? 'given_route' : 'fee_limit'] }),
  };
}

export function sendStep(attempt: number, route: RouteBuffer): TraceStep {
  return { step: 'send', attempt, route: sentRoute(route) };
}

export function decideStep(
  payment: Payment,
  decision: TraceDecide['decision'],
  because: string,
  figures: Figures = {},
): TraceStep {
  const state = {
    parts_in_flight: payment.parts.length,
    sent_msat: payment.pendingMsat,
    fees_msat: payment.pendingFeeMsat,
    attempts_left: payment.attemptsLeft,
  };
  return { step: 'decide', decision, because, figures: { ...figures, ...state } };
}

/** What was ignored and excluded before a failure came in. */
export class Memory {
  readonly nodes: ReadonlySet<number>;
  readonly edges: ReadonlySet<number>;
  readonly excluded: ReadonlyMap<number, number>;

  constructor(node: EclairNode, payment: Payment) {
    this.nodes = new Set(payment.ignoredNodes);
    this.edges = new Set(payment.ignoredEdges);
    this.excluded = new Map(node.excluded ?? []);
  }
}

export function learnFailureStep(node: EclairNode, payment: Payment, failure: Failure, before: Memory): TraceStep {
  const { part, hop } = failure;
  const lessons: TraceLesson[] = [];
  const reached = fromRecipient(failure) ? 0 : hop;
  for (const edge of part.edges.slice(1, reached + 1)) lessons.push(...balance(node, edge));
  for (const ignored of payment.ignoredNodes) {
    if (!before.nodes.has(ignored)) lessons.push({ lesson: 'node_ignored', node: ignored, figures: {} });
  }
  for (const edge of payment.ignoredEdges) {
    if (!before.edges.has(edge)) lessons.push({ lesson: 'channel_ignored', edge, figures: {} });
  }
  for (const [edge, untilUs] of node.excluded ?? []) {
    if (before.excluded.get(edge) === untilUs) continue;
    lessons.push({ lesson: 'channel_excluded', edge, figures: { for_us: node.settings.excludeUs } });
  }
  return { step: 'learn', attempt: part.attempt, lessons };
}

export function learnSuccessStep(node: EclairNode, part: Part): TraceStep {
  const lessons = part.edges.slice(1).flatMap((edge) => balance(node, edge));
  return { step: 'learn', attempt: part.attempt, lessons };
}

/** What is known of a pair's balance; nothing unless use_past_relay_data is set. */
function balance({ settings, estimates }: EclairNode, edge: number): readonly TraceLesson[] {
  const known = settings.search.usePastRelayData ? estimates?.known(edge) : undefined;
  if (known === undefined) return [];
  return [{ lesson: 'balance', edge, figures: { low_msat: known.lowMsat, high_msat: known.highMsat } }];
}
