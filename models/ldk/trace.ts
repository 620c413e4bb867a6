/**
 * What LDK's model tells of a payment that is traced, apart from its searches: limits, paths sent, what the scorer and the
 * graph take from how they ended, and what the payment does next. Only reads what was decided.
 */
import type { ModelHost, RouteBuffer } from '../../engine/simulate/node-model.ts';
import {
  type Figures,
  figuresOf,
  sentRoute,
  type TraceDecide,
  type TraceLesson,
  type TraceStep,
} from '../../engine/simulate/routing-trace.ts';
import type { Reaction } from './failure-reaction.ts';
import type { LdkNode } from './node-state.ts';
import { cltvLimit, type LdkSettings } from './options.ts';
import type { Part, Payment } from './payment-state.ts';
import type { FoundRoute } from './route-query.ts';
import { plainRoute } from './route-trace.ts';

/** The limits of a payment. */
export function beginStep({ request, feesLeftMsat }: Payment, settings: LdkSettings): TraceStep {
  const { timeoutUs, multiPart, maxParts } = request;
  const byAttempts = timeoutUs < 0 && settings.retryAttempts > 0;
  const limits = figuresOf({
    amount_msat: request.amountMsat,
    fee_limit_msat: feesLeftMsat,
    max_parts: !multiPart ? 1 : maxParts < 1 ? settings.maxPaths : maxParts,
    timeout_us: byAttempts ? undefined : timeoutUs < 0 ? settings.retryTimeoutUs : timeoutUs,
    retries: byAttempts ? settings.retryAttempts : undefined,
    cltv_limit: cltvLimit(request, settings),
  });
  return { step: 'begin', limits };
}

/** A route that the scenario gives; null when it could not be built. */
export function givenRouteStep({ request, feesLeftMsat }: Payment, route: FoundRoute): TraceStep {
  return {
    step: 'search',
    amount_msat: request.amountMsat,
    limits: figuresOf({ fee_limit_msat: feesLeftMsat }),
    result: route === null ? 'none' : 'found',
    routes: (route ?? []).map(plainRoute),
    ...(route === null ? { obstacles: ['given_route'] } : {}),
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
  const state = figuresOf({
    parts_in_flight: payment.parts.length,
    sent_msat: payment.pendingMsat,
    fees_left_msat: payment.feesLeftMsat,
    retries: payment.retries,
  });
  return { step: 'decide', decision, because, figures: { ...figures, ...state } };
}

export function learnSuccessStep(host: ModelHost, node: LdkNode, part: Part): TraceStep {
  return { step: 'learn', attempt: part.attempt, lessons: part.edges.map((edge) => bounds(host, node, part, edge)) };
}

/** What learnFailure entered. */
export function learnFailureStep(host: ModelHost, node: LdkNode, part: Part, reaction: Reaction): TraceStep {
  const { avoid, removeChannel, removeNode, final } = reaction;
  const lessons: TraceLesson[] = [];
  const scored = avoid >= 0 ? part.edges.slice(0, avoid + 1) : final ? part.edges : [];
  for (const edge of scored) lessons.push(bounds(host, node, part, edge));
  if (avoid >= 0) lessons.push({ lesson: 'channel_avoided', edge: part.edges[avoid] as number, figures: {} });
  if (removeChannel >= 0) {
    lessons.push({ lesson: 'channel_removed', edge: part.edges[removeChannel] as number, figures: {} });
  }
  if (removeNode >= 0) {
    const removed = host.graph.to(part.edges[removeNode - 1] as number);
    lessons.push({ lesson: 'node_removed', node: removed, figures: {} });
  }
  if (final) lessons.push({ lesson: 'final', figures: {} });
  return { step: 'learn', attempt: part.attempt, lessons };
}

/** What the scorer knows of an edge now. The amount that it was told is what the recipient was to get. */
function bounds(host: ModelHost, node: LdkNode, part: Part, edge: number): TraceLesson {
  const capacity = host.graph.capacityMsat[edge >> 1] as number;
  const { min, max } = node.scorer.copy().bounds(edge, capacity, host.nowUs());
  return { lesson: 'bounds', edge, figures: { amount_msat: part.valueMsat, min_msat: min, max_msat: max } };
}
