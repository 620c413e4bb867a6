/**
 * The timeline as JSON and back, without loss: the same timeline, the same digest.
 *
 * Columns become arrays of numbers, which is compact enough for a million payments. Reading checks the shape and the
 * references, so that a damaged file is an answer in words and not a crash later on.
 */
import type { Json } from '../base/json.ts';
import type { BehaviourPlan, InvoicePlan, LoopPlan, PlannedCapture, Timeline, TriggerPlan } from './timeline.ts';
import { PHASE } from './timeline.ts';

/** The JSON form. */
export function timelineToJson(timeline: Timeline): Json {
  const { payments } = timeline;
  return {
    format: timeline.format,
    name: timeline.name,
    seed: timeline.seed,
    durationUs: timeline.durationUs,
    epochMs: timeline.epochMs,
    chain: timeline.chain,
    gossipUs: timeline.gossipUs,
    ...(timeline.start === undefined ? {} : { start: timeline.start }),
    ...(timeline.captures === undefined ? {} : { captures: timeline.captures as unknown as Json }),
    network: timeline.network as unknown as Json,
    channelNames: timeline.channelNames,
    ...(timeline.invoices === undefined ? {} : { invoices: timeline.invoices as unknown as Json }),
    activities: timeline.activities as unknown as Json,
    expectations: timeline.expectations as unknown as Json,
    actions: timeline.actions as unknown as Json,
    rows: {
      timeUs: Array.from(timeline.timeUs),
      phase: Array.from(timeline.phase),
      ref: Array.from(timeline.ref),
    },
    payments: {
      source: Array.from(payments.source),
      destination: Array.from(payments.destination),
      amountMsat: Array.from(payments.amountMsat),
      activity: Array.from(payments.activity),
      nth: Array.from(payments.nth),
      ...(payments.lane === undefined ? {} : { lane: Array.from(payments.lane) }),
    },
    ...(timeline.loops === undefined
      ? {}
      : { loops: timeline.loops.map((loop) => ({ ...loop, thinkUs: Array.from(loop.thinkUs) })) }),
    ...(timeline.triggers === undefined ? {} : { triggers: timeline.triggers as unknown as Json }),
    ...(timeline.behaviours === undefined ? {} : { behaviours: timeline.behaviours as unknown as Json }),
  };
}

export type TimelineReading =
  | { readonly ok: true; readonly timeline: Timeline }
  | { readonly ok: false; readonly message: string };

type JsonObject = { readonly [key: string]: Json };

/** Raised and caught in this file only. */
class Malformed extends Error {}

function object(value: Json | undefined, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed(`${what} is not an object`);
  return value as JsonObject;
}

function list(value: Json | undefined, what: string): readonly Json[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not a list`);
  return value as readonly Json[];
}

function text(value: Json | undefined, what: string): string {
  if (typeof value !== 'string') throw new Malformed(`${what} is not a text`);
  return value;
}

function integer(value: Json | undefined, what: string): number {
  if (!Number.isSafeInteger(value)) throw new Malformed(`${what} is not an integer`);
  return value as number;
}

function column(value: Json | undefined, what: string, low: number, high: number): readonly number[] {
  const values = list(value, what);
  for (const entry of values) {
    if (!Number.isSafeInteger(entry) || (entry as number) < low || (entry as number) >= high) {
      throw new Malformed(`${what} holds ${JSON.stringify(entry)}, which is not an integer from ${low} to ${high - 1}`);
    }
  }
  return values as readonly number[];
}

/** The timeline of its JSON form; a message when the value is none. */
export function timelineFromJson(value: Json): TimelineReading {
  try {
    return { ok: true, timeline: read(object(value, 'the timeline')) };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, message: error.message };
    throw error;
  }
}

/** Checks that rows first … first + count − 1 of the payments exist. */
function rowRange(json: JsonObject, what: string, payments: number): void {
  const first = integer(json.first, `first of ${what}`);
  const count = integer(json.count, `count of ${what}`);
  if (first < 0 || count < 0 || first + count > payments) throw new Malformed(`${what} refers to nothing`);
}

function readLoop(value: Json, activities: number, payments: number): LoopPlan {
  const json = object(value, 'a loop');
  column([json.activity ?? null], 'activity of a loop', 0, activities);
  rowRange(json, 'a loop', payments);
  for (const key of ['startUs', 'endUs', 'concurrency']) integer(json[key], `${key} of a loop`);
  const thinkUs = column(json.thinkUs, 'thinkUs of a loop', 0, Number.MAX_SAFE_INTEGER);
  if (thinkUs.length !== json.count)
    throw new Malformed('the payments of a loop and their think times differ in number');
  return { ...(json as unknown as LoopPlan), thinkUs: Float64Array.from(thinkUs) };
}

function readStart(value: Json): NonNullable<Timeline['start']> {
  const json = object(value, 'start');
  return { snapshot: text(json.snapshot, 'start.snapshot'), timeUs: integer(json.timeUs, 'start.timeUs') };
}

function readCapture(value: Json): PlannedCapture {
  const json = object(value, 'a capture');
  const atUs = integer(json.atUs, 'atUs of a capture');
  if (typeof json.atEnd !== 'boolean') throw new Malformed('atEnd of a capture is not true or false');
  return { atUs, atEnd: json.atEnd, name: text(json.name, 'the name of a capture') };
}

function readInvoice(value: Json, nodes: number): InvoicePlan {
  const json = object(value, 'an invoice');
  text(json.name, 'the name of an invoice');
  column([json.node ?? null], 'node of an invoice', 0, nodes);
  integer(json.amountMsat, 'amountMsat of an invoice');
  return json as unknown as InvoicePlan;
}

function readTrigger(value: Json, payments: number): TriggerPlan {
  const json = object(value, 'a trigger');
  text(json.when, 'the condition of a trigger');
  if (integer(json.everyUs, 'everyUs of a trigger') < 1) throw new Malformed('everyUs of a trigger is not above 0');
  if (json.action !== null) text(object(json.action, 'the action of a trigger').kind, 'the kind of an action');
  if (json.payments !== null) rowRange(object(json.payments, 'the payments of a trigger'), 'a trigger', payments);
  return json as unknown as TriggerPlan;
}

function readBehaviour(value: Json, nodes: number, channels: number, payments: number): BehaviourPlan {
  const json = object(value, 'a behaviour');
  text(json.name, 'the name of a behaviour');
  text(json.kind, 'the kind of a behaviour');
  object(json.args, 'the arguments of a behaviour');
  const own = column(json.nodes, 'nodes of a behaviour', 0, nodes);
  if (json.channels !== null) column(json.channels, 'channels of a behaviour', 0, channels);
  if (json.wakes !== null) {
    const wakes = object(json.wakes, 'wakes of a behaviour');
    for (const key of ['firstUs', 'everyUs', 'count']) integer(wakes[key], `${key} of a behaviour`);
    if ((wakes.everyUs as number) < 1) throw new Malformed('everyUs of a behaviour is not above 0');
  }
  if (json.payments !== null) {
    const { first, count } = object(json.payments, 'payments of a behaviour');
    const all = integer(count, 'count of a behaviour') * own.length;
    rowRange({ first: first ?? null, count: all }, 'a behaviour', payments);
  }
  return json as unknown as BehaviourPlan;
}

function read(json: JsonObject): Timeline {
  if (json.format !== 'blast-timeline/1') throw new Malformed('format is not blast-timeline/1');
  const chain = object(json.chain, 'chain');
  const network = object(json.network, 'network');
  const nodes = list(network.nodes, 'network.nodes');
  const channels = list(network.channels, 'network.channels');
  for (const node of nodes) text(object(node, 'a node').name, 'the name of a node');
  for (const channel of channels) {
    const fields = object(channel, 'a channel');
    column([fields.node0 ?? null, fields.node1 ?? null], 'nodes of a channel', 0, nodes.length);
    integer(fields.capacitySat, 'capacitySat of a channel');
    integer(fields.balance0Msat, 'balance0Msat of a channel');
  }
  const channelNames = list(json.channelNames, 'channelNames').map((name) => text(name, 'a channel name'));
  const activities = list(json.activities, 'activities');
  for (const activity of activities) text(object(activity, 'an activity').name, 'the name of an activity');
  const actions = list(json.actions, 'actions');
  for (const action of actions) text(object(action, 'an action').kind, 'the kind of an action');

  const rows = object(json.rows, 'rows');
  const phase = column(rows.phase, 'rows.phase', 0, PHASE.observe + 1);
  const timeUs = column(rows.timeUs, 'rows.timeUs', 0, Number.MAX_SAFE_INTEGER);
  const ref = column(rows.ref, 'rows.ref', 0, 2147483648);
  const length = timeUs.length;
  if (phase.length !== length || ref.length !== length) throw new Malformed('the columns of rows differ in length');

  const columns = object(json.payments, 'payments');
  const source = column(columns.source, 'payments.source', 0, nodes.length);
  const destination = column(columns.destination, 'payments.destination', 0, nodes.length);
  const amountMsat = column(columns.amountMsat, 'payments.amountMsat', 0, Number.MAX_SAFE_INTEGER);
  const activity = column(columns.activity, 'payments.activity', 0, activities.length);
  const nth = column(columns.nth, 'payments.nth', 0, 2147483648);
  const lane = columns.lane === undefined ? null : column(columns.lane, 'payments.lane', 0, 65536);
  const count = source.length;
  if (
    [destination, amountMsat, activity, nth, ...(lane === null ? [] : [lane])].some((other) => other.length !== count)
  ) {
    throw new Malformed('the columns of payments differ in length');
  }
  for (let i = 0; i < length; i++) {
    if (i > 0 && (timeUs[i] as number) < (timeUs[i - 1] as number)) throw new Malformed(`row ${i} goes back in time`);
    const limit = phase[i] === PHASE.payment ? count : actions.length;
    if ((ref[i] as number) >= limit) throw new Malformed(`row ${i} refers to nothing`);
  }

  return {
    format: 'blast-timeline/1',
    name: text(json.name, 'name'),
    seed: integer(json.seed, 'seed'),
    durationUs: integer(json.durationUs, 'durationUs'),
    epochMs: integer(json.epochMs, 'epochMs'),
    chain: {
      height: integer(chain.height, 'chain.height'),
      feeratePerKw: integer(chain.feeratePerKw, 'chain.feeratePerKw'),
      ...(chain.blockWeight === undefined ? {} : { blockWeight: integer(chain.blockWeight, 'chain.blockWeight') }),
      ...(chain.mempoolWeight === undefined
        ? {}
        : { mempoolWeight: integer(chain.mempoolWeight, 'chain.mempoolWeight') }),
    },
    gossipUs: integer(json.gossipUs, 'gossipUs'),
    ...(json.start === undefined ? {} : { start: readStart(json.start) }),
    ...(json.captures === undefined ? {} : { captures: list(json.captures, 'captures').map(readCapture) }),
    network: network as unknown as Timeline['network'],
    channelNames,
    ...(json.invoices === undefined
      ? {}
      : { invoices: list(json.invoices, 'invoices').map((invoice) => readInvoice(invoice, nodes.length)) }),
    activities: activities as unknown as Timeline['activities'],
    expectations: list(json.expectations, 'expectations') as unknown as Timeline['expectations'],
    length,
    timeUs: Float64Array.from(timeUs),
    phase: Uint8Array.from(phase),
    ref: Int32Array.from(ref),
    payments: {
      length: count,
      source: Int32Array.from(source),
      destination: Int32Array.from(destination),
      amountMsat: Float64Array.from(amountMsat),
      activity: Int32Array.from(activity),
      nth: Int32Array.from(nth),
      ...(lane === null ? {} : { lane: Uint16Array.from(lane) }),
    },
    actions: actions as unknown as Timeline['actions'],
    ...(json.loops === undefined
      ? {}
      : { loops: list(json.loops, 'loops').map((loop) => readLoop(loop, activities.length, count)) }),
    ...(json.triggers === undefined
      ? {}
      : { triggers: list(json.triggers, 'triggers').map((trigger) => readTrigger(trigger, count)) }),
    ...(json.behaviours === undefined
      ? {}
      : {
          behaviours: list(json.behaviours, 'behaviours').map((behaviour) =>
            readBehaviour(behaviour, nodes.length, channelNames.length, count),
          ),
        }),
  };
}
