/**
 * What lnd's model tells of a payment that is traced, apart from its searches: limits, attempts, what mission control
 * takes from them, and what the payment loop does next. Only reads what was decided.
 */
import type { Policy, RouteBuffer } from '../../engine/simulate/node-model.ts';
import {
  type Figures,
  figuresOf,
  sentRoute,
  type TraceDecide,
  type TraceLesson,
  type TraceStep,
} from '../../engine/simulate/routing-trace.ts';
import { policyFigures } from '../shared/policy-figures.ts';
import { type MissionControl, NEVER } from './mission-control.ts';
import { cltvLimit, type LndSettings } from './options.ts';
import type { Payment } from './payment-state.ts';
import { FINAL, type Interpretation } from './result-interpretation.ts';

/** The limits of a payment. */
export function beginStep(payment: Payment, settings: LndSettings): TraceStep {
  const { request, feeLimitMsat, maxParts, deadlineUs, finalCltvDelta } = payment;
  const limits = figuresOf({
    amount_msat: request.amountMsat,
    fee_limit_msat: feeLimitMsat < 0 ? undefined : feeLimitMsat,
    max_parts: request.multiPart ? maxParts : 1,
    timeout_us: deadlineUs - request.startedUs,
    cltv_limit: cltvLimit(request, settings),
    final_cltv_delta: finalCltvDelta,
  });
  return { step: 'begin', limits };
}

/** A route that the scenario gives; null when it could not be built. */
export function givenRouteStep({ request }: Payment, route: RouteBuffer | null): TraceStep {
  const found = route === null ? [] : [sentRoute(route)];
  return {
    step: 'search',
    amount_msat: request.amountMsat,
    limits: figuresOf({ fee_limit_msat: request.feeLimitMsat < 0 ? undefined : request.feeLimitMsat }),
    result: route === null ? 'none' : 'found',
    routes: found,
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
  const state = { parts_in_flight: payment.inFlight, sent_msat: payment.sentMsat, fees_msat: payment.feesMsat };
  return { step: 'decide', decision, because, figures: { ...figures, ...state } };
}

/** A policy that came with a failure and holds for this node until gossip has it. */
export function policyLesson(edge: number, policy: Policy): TraceLesson {
  return { lesson: 'policy', edge, figures: policyFigures(policy) };
}

/** What was entered into mission control; `results` is its state after that. */
export function learnStep(
  attempt: number,
  said: Interpretation,
  results: MissionControl,
  update: TraceLesson | null,
): TraceStep {
  const lessons: TraceLesson[] = update === null ? [] : [update];
  if (said.secondChance) {
    lessons.push({ lesson: 'second_chance', from: said.policyFrom, to: said.policyTo, figures: {} });
  } else {
    if (said.nodeFailure >= 0) lessons.push({ lesson: 'node_failed', node: said.nodeFailure, figures: {} });
    for (let i = 0; i < said.count; i++) lessons.push(pairLesson(said, results, i));
  }
  if (said.final !== FINAL.none) {
    lessons.push({ lesson: said.final === FINAL.error ? 'final_error' : 'final_incorrect_details', figures: {} });
  }
  return { step: 'learn', attempt, lessons };
}

function pairLesson(said: Interpretation, results: MissionControl, i: number): TraceLesson {
  const from = said.from[i] as number;
  const to = said.to[i] as number;
  const entry = results.find(from, to);
  const failed = entry >= 0 && results.failTime[entry] !== NEVER;
  return {
    lesson: said.success[i] === 1 ? 'pair_succeeded' : 'pair_failed',
    from,
    to,
    figures: figuresOf({
      amount_msat: said.amount[i] as number,
      known_success_msat: entry < 0 ? undefined : (results.successAmount[entry] as number),
      known_failure_msat: failed ? (results.failAmount[entry] as number) : undefined,
    }),
  };
}
