/**
 * What Core Lightning's model tells of a payment that is traced, apart from its requests for routes: limits, parts sent and
 * what they reserve, what goes into which layer, and what the payment does next. Only reads what was decided.
 */
import { US_PER_SECOND } from '../../engine/base/numbers.ts';
import type { GraphView, RouteBuffer } from '../../engine/simulate/node-model.ts';
import {
  type Figures,
  figuresOf,
  sentRoute,
  type TraceDecide,
  type TraceLesson,
  type TraceStep,
} from '../../engine/simulate/routing-trace.ts';
import { policyFigures } from '../shared/policy-figures.ts';
import { VERDICT, type Verdict } from './failure-lessons.ts';
import type { BoundsLayer, KnowledgeLayer } from './knowledge-layer.ts';
import type { ClnSettings } from './options.ts';
import { ANY_PARTS, type Part, type Payment } from './payment-state.ts';
import type { LocalUpdate } from './private-layer.ts';
import type { Reservations } from './reservations.ts';
import type { FoundRoute } from './route-finding.ts';
import { plainRoute } from './route-trace.ts';

/** The limits of a payment. */
export function beginStep(payment: Payment, settings: ClnSettings, maxDelay: number): TraceStep {
  const { request, maxFeeMsat, deadlineUs, finalCltv } = payment.plan;
  const most = request.maxParts < 1 ? settings.routes.maxParts : request.maxParts;
  const limits = figuresOf({
    amount_msat: request.amountMsat,
    fee_limit_msat: request.route !== null && request.feeLimitMsat < 0 ? undefined : maxFeeMsat,
    max_parts: payment.maxParts === ANY_PARTS ? most : Math.min(most, payment.maxParts),
    timeout_us: deadlineUs - request.startedUs,
    cltv_limit: maxDelay,
    final_cltv_delta: finalCltv,
  });
  return { step: 'begin', limits };
}

/** A route that the scenario gives; null when it cannot be taken. */
export function givenRouteStep({ request }: Payment, route: FoundRoute | null): TraceStep {
  return {
    step: 'search',
    amount_msat: request.amountMsat,
    limits: figuresOf({ fee_limit_msat: request.feeLimitMsat < 0 ? undefined : request.feeLimitMsat }),
    result: route === null ? 'none' : 'found',
    routes: route === null ? [] : [plainRoute(route)],
    ...(route === null ? { obstacles: ['given_route'] } : {}),
  };
}

/** @param reservations null where the part reserves nothing */
export function sendStep(part: Part, route: RouteBuffer, reservations: Reservations | null): TraceStep {
  const step = { step: 'send', attempt: part.attempt, route: sentRoute(route) } as const;
  if (reservations === null) return step;
  const reserved = part.edges.map((edge, i) => ({
    edge,
    amount_msat: part.amountsMsat[i] as number,
    total_msat: reservations.of(edge),
  }));
  return { ...step, reserved };
}

export function decideStep(
  payment: Payment,
  decision: TraceDecide['decision'],
  because: string,
  figures: Figures = {},
): TraceStep {
  const state = {
    parts_in_flight: payment.parts.length,
    sent_msat: payment.request.amountMsat - payment.missingMsat,
    fees_msat: payment.pendingFeeMsat,
    attempts: payment.attempts,
  };
  return { step: 'decide', decision, because, figures: { ...figures, ...state } };
}

/** What goes into the node's layer on its way there, and what is in the payment's own before and after. */
export class Lessons implements BoundsLayer {
  readonly #payment: Payment;
  readonly #part: Part;
  readonly #layer: KnowledgeLayer;
  readonly #graph: GraphView;
  readonly #forgetAfterS: number;
  readonly #lessons: TraceLesson[] = [];
  readonly #before: ReadonlyMap<number, LocalUpdate>;
  readonly #startHeight: number;

  constructor(payment: Payment, part: Part, layer: KnowledgeLayer, graph: GraphView, settings: ClnSettings) {
    this.#payment = payment;
    this.#part = part;
    this.#layer = layer;
    this.#graph = graph;
    this.#forgetAfterS = settings.routes.forgetAfterS;
    this.#before = new Map([...payment.layer.updates].map(([edge, update]) => [edge, { ...update }]));
    this.#startHeight = payment.startHeight;
  }

  atLeast(edge: number, amountMsat: number, atS: number): void {
    this.#layer.atLeast(edge, amountMsat, atS);
    this.#note('at_least', edge, amountMsat, atS);
  }

  atMost(edge: number, amountMsat: number, atS: number): void {
    this.#layer.atMost(edge, amountMsat, atS);
    this.#note('at_most', edge, amountMsat, atS);
  }

  moved(edge: number, amountMsat: number, atS: number): void {
    this.#layer.moved(edge, amountMsat, atS);
    this.#note('moved', edge, amountMsat, atS);
  }

  /** Everything that was learnt, with what became of the payment's own layer. */
  step(verdict: Verdict | null): TraceStep {
    const lessons = [...this.#lessons, ...this.#ownLessons()];
    if (verdict === VERDICT.incorrectDetails) lessons.push({ lesson: 'final_incorrect_details', figures: {} });
    if (verdict === VERDICT.rejected) lessons.push({ lesson: 'final_error', figures: {} });
    const { startHeight } = this.#payment;
    if (startHeight !== this.#startHeight)
      lessons.push({ lesson: 'recipient_behind', figures: { height: startHeight } });
    return { step: 'learn', attempt: this.#part.attempt, lessons };
  }

  #note(lesson: string, edge: number, amountMsat: number, atS: number): void {
    const known = { minMsat: 0, maxMsat: this.#graph.capacityMsat[edge >> 1] as number };
    this.#layer.apply(edge, known);
    const figures = {
      amount_msat: amountMsat,
      min_msat: known.minMsat,
      max_msat: known.maxMsat,
      // Forgotten by the first payment that begins from this second on.
      until_us: (atS + this.#forgetAfterS + 1) * US_PER_SECOND,
    };
    this.#lessons.push({ lesson, layer: 'xpay', edge, figures });
  }

  #ownLessons(): readonly TraceLesson[] {
    const lessons: TraceLesson[] = [];
    for (const [edge, update] of this.#payment.layer.updates) {
      const before = this.#before.get(edge);
      const { policy, bias, enabled } = update;
      if (policy !== null && (before?.policy !== policy || before.bias !== bias)) {
        lessons.push({ lesson: 'policy', layer: 'payment', edge, figures: { ...policyFigures(policy), bias } });
      } else if (!enabled && before?.enabled !== false) {
        lessons.push({ lesson: 'channel_disabled', layer: 'payment', edge, figures: {} });
      }
    }
    return lessons;
  }
}
