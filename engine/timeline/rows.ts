/**
 * The rows of a timeline for people and other tools: names instead of indexes, one JSON object a row (ndjson). This form
 * is for reading; timeline-json.ts has the one that can be read back.
 */
import type { Json } from '../base/json.ts';
import type { Timeline } from './timeline.ts';
import { PHASE } from './timeline.ts';

/** A payment as a row. Times µs, amounts msat. */
export interface PaymentRow {
  readonly timeUs: number;
  readonly kind: 'payment';
  readonly activity: string;
  readonly nth: number;
  readonly source: string;
  readonly destination: string;
  readonly amountMsat: number;
}

/** An action as a row, its arguments with indexes as in the timeline. */
export interface ActionRow {
  readonly timeUs: number;
  readonly kind: string;
  readonly args: { readonly [key: string]: Json };
}

export type TimelineRow = PaymentRow | ActionRow;

/** What has no time before it is played, as a row. */
export type UntimedRow =
  | {
      readonly kind: 'loop';
      readonly activity: string;
      readonly startUs: number;
      readonly endUs: number;
      readonly concurrency: number;
      /** Payments at most. */
      readonly count: number;
    }
  | {
      readonly kind: 'when';
      readonly when: string;
      readonly everyUs: number;
      readonly once: boolean;
      /** Kind and arguments of what happens then. */
      readonly action: string;
      readonly args: { readonly [key: string]: Json };
    }
  | {
      readonly kind: 'behaviour';
      readonly name: string;
      /** Name of its kind. */
      readonly behaviour: string;
      readonly nodes: readonly string[];
      /** When its agents are woken; null: everything that it does is among the rows. */
      readonly wakes: { readonly firstUs: number; readonly everyUs: number; readonly count: number } | null;
      /** Most payments that its agents make. */
      readonly payments: number;
    };

/** Loops, conditional events and behaviours. */
export function untimedRows(timeline: Timeline): readonly UntimedRow[] {
  const { activities, payments, network, loops = [], triggers = [], behaviours = [] } = timeline;
  const loopRows = loops.map(({ activity, startUs, endUs, concurrency, count }): UntimedRow => {
    return { kind: 'loop', activity: activities[activity]?.name ?? '', startUs, endUs, concurrency, count };
  });
  const whenRows = triggers.map(({ when, everyUs, once, action, payments: rows }): UntimedRow => {
    const made = rows === null ? action : activities[payments.activity[rows.first] ?? -1]?.action;
    return { kind: 'when', when, everyUs, once, action: made?.kind ?? '', args: made?.args ?? {} };
  });
  const behaviourRows = behaviours.map(({ name, kind, nodes, wakes, payments: rows }): UntimedRow => {
    const names = nodes.map((node) => network.nodes[node]?.name ?? '');
    const most = (rows?.count ?? 0) * nodes.length;
    return { kind: 'behaviour', name, behaviour: kind, nodes: names, wakes, payments: most };
  });
  return [...loopRows, ...whenRows, ...behaviourRows];
}

/** One row. */
export function timelineRow(timeline: Timeline, index: number): TimelineRow {
  const timeUs = timeline.timeUs[index] as number;
  const ref = timeline.ref[index] as number;
  if (timeline.phase[index] !== PHASE.payment) {
    const action = timeline.actions[ref];
    return { timeUs, kind: action?.kind ?? '', args: action?.args ?? {} };
  }
  const { payments, network, activities } = timeline;
  return {
    timeUs,
    kind: 'payment',
    activity: activities[payments.activity[ref] as number]?.name ?? '',
    nth: payments.nth[ref] as number,
    source: network.nodes[payments.source[ref] as number]?.name ?? '',
    destination: network.nodes[payments.destination[ref] as number]?.name ?? '',
    amountMsat: payments.amountMsat[ref] as number,
  };
}

/** All rows, one JSON text each without the line feed; what has no time comes last. */
export function* timelineNdjson(timeline: Timeline): Generator<string, void, undefined> {
  for (let i = 0; i < timeline.length; i++) yield JSON.stringify(timelineRow(timeline, i));
  for (const row of untimedRows(timeline)) yield JSON.stringify(row);
}
