/**
 * The timeline behind hosted nodes, in which nothing is planned. Nodes, channels, invoices and payments are added while it
 * is played: into room that there is already, or into more of it, with which the simulation has to be made again from its
 * state (a simulation's tables have the sizes of its timeline).
 */
import type { SimulationState } from '../simulate/state.ts';
import type { NodePlan } from '../timeline/network.ts';
import { REORG_KIND } from '../timeline/reorgs.ts';
import type {
  Action,
  InvoicePlan,
  PaymentColumns,
  PaymentProfile,
  Timeline,
  TimelineActivity,
} from '../timeline/timeline.ts';

/** Room at the beginning; it doubles. */
const FIRST_ROOM = 256;

/** What a network begins with, and how it behaves. */
export interface HostedSettings {
  readonly height: number;
  /** sat per 1000 weight units. */
  readonly feeratePerKw: number;
  /** Delay of gossip, µs. */
  readonly gossipUs: number;
}

export interface HostedPaymentPlan {
  readonly source: number;
  readonly destination: number;
  readonly amountMsat: number;
  readonly profile: PaymentProfile;
}

/** How many there are, and for how many there is room. */
interface Room {
  used: number;
  size: number;
}

export class HostedTimeline {
  readonly settings: HostedSettings;
  readonly #nodes: NodePlan[] = [];
  readonly #channels: Room = { used: 0, size: FIRST_ROOM };
  readonly #payments: Room = { used: 0, size: FIRST_ROOM };
  readonly #invoices: Room = { used: 0, size: FIRST_ROOM };
  #columns: PaymentColumns = columns(FIRST_ROOM);
  readonly #activities: TimelineActivity[] = [BLANK_ACTIVITY];
  #plans: InvoicePlan[] = Array.from({ length: FIRST_ROOM }, (_, i) => blankInvoice(i));
  #timeline: Timeline | null = null;

  constructor(settings: HostedSettings) {
    this.settings = settings;
  }

  /** That of a state: its nodes, its invoices and its payments that are not over; numbers go on behind these. */
  static of(settings: HostedSettings, state: SimulationState, payments: number): HostedTimeline {
    const made = new HostedTimeline(settings);
    const nodes = new Map(state.nodes.map(({ name }, n) => [name, n]));
    for (const { name, model, options = {}, labels = {}, pubkey } of state.nodes) {
      made.addNode({ name, model, options, labels, walletSat: 0, ...(pubkey === undefined ? {} : { pubkey }) });
    }
    // Also those that were refused: their names are taken.
    for (const { name } of state.channels) {
      made.#channels.used = Math.max(made.#channels.used, Number(name.slice(CHANNEL.length)) + 1);
    }
    made.#reserve(made.#channels, made.#channels.used);
    for (const { index, node, amount_msat, expiry_us, hold } of state.invoices ?? []) {
      made.#reserve(made.#invoices, index + 1);
      made.#invoices.used = index + 1;
      made.#plans[index] = {
        name: invoiceName(index),
        node: nodes.get(node) ?? -1,
        amountMsat: amount_msat,
        ...(expiry_us === undefined ? {} : { expiryUs: expiry_us }),
        ...(hold === true ? { hold: true } : {}),
      };
    }
    made.#reserve(made.#payments, payments);
    made.#payments.used = payments;
    for (const { row, source, destination, amount_msat, profile } of state.payments) {
      made.#setPayment(row, {
        source: nodes.get(source) ?? -1,
        destination: nodes.get(destination) ?? -1,
        amountMsat: amount_msat,
        profile: profile as unknown as PaymentProfile,
      });
    }
    return made;
  }

  get nodes(): readonly NodePlan[] {
    return this.#nodes;
  }

  get channels(): number {
    return this.#channels.used;
  }

  get payments(): number {
    return this.#payments.used;
  }

  get invoices(): number {
    return this.#invoices.used;
  }

  invoice(index: number): InvoicePlan {
    return this.#plans[index] as InvoicePlan;
  }

  payment(row: number): HostedPaymentPlan {
    const { source, destination, amountMsat, activity } = this.#columns;
    return {
      source: source[row] as number,
      destination: destination[row] as number,
      amountMsat: amountMsat[row] as number,
      profile: (this.#activities[activity[row] as number] as TimelineActivity).profile,
    };
  }

  /** Key of the draws, and so of the preimage, of a payment. */
  key(row: number): readonly [number, number] {
    return [row, KEY];
  }

  /** The timeline; another object once it has grown. */
  get timeline(): Timeline {
    this.#timeline ??= {
      format: 'blast-timeline/1',
      name: 'hosted',
      seed: 1,
      durationUs: Number.MAX_SAFE_INTEGER,
      epochMs: 0,
      chain: { height: this.settings.height, feeratePerKw: this.settings.feeratePerKw },
      gossipUs: this.settings.gossipUs,
      network: { nodes: [...this.#nodes], channels: [] },
      channelNames: Array.from({ length: this.#channels.size }, (_, i) => `${CHANNEL}${i}`),
      invoices: this.#plans,
      activities: this.#activities,
      expectations: [],
      length: 0,
      timeUs: new Float64Array(0),
      phase: new Uint8Array(0),
      ref: new Int32Array(0),
      payments: this.#columns,
      actions: [DEEPEST_REORG],
    };
    return this.#timeline;
  }

  addNode(plan: NodePlan): void {
    this.#nodes.push(plan);
    this.#timeline = null;
  }

  /** Number of the name of a further channel. */
  addChannel(): number {
    this.#reserve(this.#channels, this.#channels.used + 1);
    return this.#channels.used++;
  }

  /** Index of a further invoice. */
  addInvoice(plan: Omit<InvoicePlan, 'name'>): number {
    this.#reserve(this.#invoices, this.#invoices.used + 1);
    const index = this.#invoices.used++;
    this.#plans[index] = { name: invoiceName(index), ...plan };
    return index;
  }

  /** Row of a further payment. */
  addPayment(plan: HostedPaymentPlan): number {
    this.#reserve(this.#payments, this.#payments.used + 1);
    const row = this.#payments.used++;
    this.#setPayment(row, plan);
    return row;
  }

  #setPayment(row: number, { source, destination, amountMsat, profile }: HostedPaymentPlan): void {
    const c = this.#columns;
    c.source[row] = source;
    c.destination[row] = destination;
    c.amountMsat[row] = amountMsat;
    c.activity[row] = this.#activities.length;
    this.#activities.push({ name: `payment-${row}`, kind: 'hosted', profile, key: this.key(row) });
  }

  #reserve(room: Room, used: number): void {
    if (used <= room.size) return;
    while (room.size < used) room.size *= 2;
    this.#timeline = null;
    if (room === this.#payments) this.#columns = columns(room.size, this.#columns);
    if (room === this.#invoices) {
      this.#plans = Array.from({ length: room.size }, (_, i) => this.#plans[i] ?? blankInvoice(i));
    }
  }
}

/** Of what a row or an invoice of the room says nothing yet. */
const BLANK_ACTIVITY: TimelineActivity = {
  name: 'unused',
  kind: 'hosted',
  profile: { method: 'keysend', feeLimitMsat: -1, timeoutUs: -1, maxParts: -1, holdUs: 0 },
  key: [0, 0],
};

/** Deepest reorganisation that can be asked for, blocks: as in scenarios. */
export const MAX_REORG_DEPTH = 100;

/** Is never played (the timeline has no rows); the simulation remembers as many blocks because of it. */
const DEEPEST_REORG: Action = { kind: REORG_KIND, args: { depth: MAX_REORG_DEPTH, blocks: 0, empty: false } };

/** Begins the names of channels. */
const CHANNEL = 'channel-';

/** The second word of every key. */
const KEY = 0x626c_6173;

function invoiceName(index: number): string {
  return `invoice-${index}`;
}

function blankInvoice(index: number): InvoicePlan {
  return { name: invoiceName(index), node: 0, amountMsat: -1 };
}

function columns(length: number, from?: PaymentColumns): PaymentColumns {
  const made: PaymentColumns = {
    length,
    source: new Int32Array(length),
    destination: new Int32Array(length),
    amountMsat: new Float64Array(length),
    activity: new Int32Array(length),
    nth: new Int32Array(length),
  };
  if (from === undefined) return made;
  made.source.set(from.source);
  made.destination.set(from.destination);
  made.amountMsat.set(from.amountMsat);
  made.activity.set(from.activity);
  return made;
}
