/**
 * How a sender's model decided about a payment, told step by step to whoever asked for it. Watching changes nothing: a
 * model reports what it has decided and computed, and never computes differently because somebody listens.
 *
 * Steps are plain data with indexes of nodes and edges; whoever writes them puts names in their place. Figures that an
 * implementation adds up have the names that docs/results.md gives them.
 *
 * Units: msat, absolute block heights (expiry), blocks (deltas), µs.
 */

/** Named numbers. */
export type Figures = Readonly<Record<string, number>>;

/** A hop of a route: the HTLC over `edge`. */
export interface TraceHop {
  readonly edge: number;
  readonly amount_msat: number;
  /** Paid to the node that the edge leaves; 0 on the first hop. */
  readonly fee_msat: number;
  /** Height at which the HTLC over this hop expires; absent where the route is only a candidate. */
  readonly expiry?: number;
  /** Parts of the cost that path finding saw in this hop. */
  readonly cost?: Figures;
}

export interface TraceRoute {
  readonly hops: readonly TraceHop[];
  readonly delivered_msat: number;
  readonly fee_msat: number;
  /** Cost of the whole route, as the implementation compares routes. */
  readonly cost?: Figures;
}

/** What the payment may use from its start on. Absent where there is no such limit. */
export interface TraceBegin {
  readonly step: 'begin';
  readonly limits: Figures;
}

/** What became of a candidate of a round, or a channel on its way that is left out of the search from then on. */
export interface TraceChange {
  /** A word of the list in docs/results.md. */
  readonly change: string;
  /** Place among the round's candidates. */
  readonly candidate: number;
  readonly edge?: number;
  readonly figures: Figures;
}

/** One pass of a search that goes on until what it has found delivers the amount within the limits. */
export interface TraceRound {
  /** What was still to be delivered. */
  readonly amount_msat: number;
  /** What the pass weighed costs with. */
  readonly figures: Figures;
  /** What it found, before limits were looked at. */
  readonly candidates: readonly TraceRoute[];
  readonly changes: readonly TraceChange[];
  /** A word of the list in docs/results.md, and what it follows from. */
  readonly outcome: 'taken' | 'too_dear' | 'too_long' | 'all_left_out' | 'none';
  readonly because: Figures;
}

/** Routes were looked for. */
export interface TraceSearch {
  readonly step: 'search';
  /** What the routes together must deliver, and the limits that this search had. */
  readonly amount_msat: number;
  readonly limits: Figures;
  readonly result: 'found' | 'none' | 'insufficient_balance';
  /** Routes that are taken, in the order in which they are sent. */
  readonly routes: readonly TraceRoute[];
  /** Routes among which the choice was made; absent where only one is ever looked at. */
  readonly candidates?: readonly TraceRoute[];
  /** Where one search is many: its passes in order, and what was changed about their routes together. */
  readonly rounds?: readonly TraceRound[];
  readonly changes?: readonly Pick<TraceChange, 'change' | 'figures'>[];
  /** When nothing was found: each limit without which there would have been a route; empty when nothing helps. */
  readonly obstacles?: readonly string[];
}

/** What a part takes of a channel for as long as it is in flight, so that routes to come do not count on it. */
export interface TraceReservation {
  readonly edge: number;
  readonly amount_msat: number;
  /** With all other parts of the node. */
  readonly total_msat: number;
}

/** A route was handed over to be sent. */
export interface TraceSend {
  readonly step: 'send';
  readonly attempt: number;
  readonly route: TraceRoute;
  /** Absent where an implementation reserves nothing. */
  readonly reserved?: readonly TraceReservation[];
}

/** One thing that was learnt. Whom it is about: a pair of nodes, a node or an edge. */
export interface TraceLesson {
  readonly lesson: string;
  /** Where it is kept, in an implementation that has several places. */
  readonly layer?: string;
  readonly from?: number;
  readonly to?: number;
  readonly node?: number;
  readonly edge?: number;
  readonly figures: Figures;
}

/** What the end of an attempt taught. */
export interface TraceLearn {
  readonly step: 'learn';
  readonly attempt: number;
  readonly lessons: readonly TraceLesson[];
}

/** What the payment does next, and why. */
export interface TraceDecide {
  readonly step: 'decide';
  readonly decision: 'halve' | 'retry' | 'wait' | 'forget_ignored' | 'lift_max_parts' | 'give_up' | 'done';
  /** A word of the list in docs/results.md. */
  readonly because: string;
  readonly figures: Figures;
}

/** A node turned an HTLC down: what it looked at. Told by the simulator, which sees what the sender does not. */
export interface TraceRefuse {
  readonly step: 'refuse';
  readonly attempt: number;
  /** Place of the node in the route: 0 the sender, n the recipient. */
  readonly hop: number;
  /** BOLT 4. */
  readonly code: number;
  /** The channel that the HTLC was to leave by, or, at the recipient, the one that it came by. */
  readonly edge: number;
  readonly figures: Figures;
}

export type TraceStep = TraceBegin | TraceSearch | TraceSend | TraceLearn | TraceDecide | TraceRefuse;

/** What a model reports the steps of one payment to, as it takes them. */
export interface PaymentTrace {
  report(step: TraceStep): void;
}

/** What a simulation reports to: all payments, with the instant in µs. */
export interface RoutingTraceSink {
  /** Whether somebody asked about this payment; asked before anything is put together for a report. */
  wants(payment: number): boolean;
  step(payment: number, timeUs: number, step: TraceStep): void;
}

/** Limits as figures: those that are unlimited are left out. */
export function figuresOf(values: Readonly<Record<string, number | undefined>>): Figures {
  const figures: Record<string, number> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && Number.isFinite(value) && value < Number.MAX_SAFE_INTEGER) figures[name] = value;
  }
  return figures;
}

/** A route as it is sent. */
export function sentRoute(route: {
  readonly length: number;
  readonly edge: ArrayLike<number>;
  readonly amountMsat: ArrayLike<number>;
  readonly expiry: ArrayLike<number>;
}): TraceRoute {
  const hops: TraceHop[] = [];
  for (let i = 0; i < route.length; i++) {
    const amount = route.amountMsat[i] as number;
    hops.push({
      edge: route.edge[i] as number,
      amount_msat: amount,
      fee_msat: i === 0 ? 0 : (route.amountMsat[i - 1] as number) - amount,
      expiry: route.expiry[i] as number,
    });
  }
  const delivered = hops[hops.length - 1]?.amount_msat ?? 0;
  return { hops, delivered_msat: delivered, fee_msat: (hops[0]?.amount_msat ?? 0) - delivered };
}
