/**
 * Payments of one node over a small network of which a test says what fails, and how: the channels of each attempt by name,
 * how the payment ends, and when. Nothing is simulated; attempts are answered after a time that the test gives.
 */
import type { Json } from '../../engine/base/json.ts';
import { MODEL_KINDS } from '../../engine/kinds/registry.ts';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type {
  CommitmentView,
  NodeModel,
  PaymentRequest,
  Policy,
  RouteBuffer,
} from '../../engine/simulate/node-model.ts';
import { type FakeChannel, FakeHost, paymentRequest, type SentRoute } from '../../models/lnd/testing/fake-host.ts';

export type Name = 'cln' | 'eclair' | 'ldk' | 'lnd';
export const NAMES: readonly Name[] = ['cln', 'eclair', 'ldk', 'lnd'];

/** Options without which nobody could tell what is sent: no shuffled routes, no padded expiries. */
const PLAIN: Readonly<Record<Name, Readonly<Record<string, Json>>>> = {
  lnd: {},
  cln: { xpay: { shadow: false } },
  eclair: { recipient_expiry: { min_delta: 0, max_delta: 0 }, path_finding: { randomize: false } },
  ldk: {},
};

/** µs */
export const SECOND = 1_000_000;

/** Channels by name; those of node 0 are the payer's own. */
export type Channels = Readonly<Record<string, FakeChannel>>;

/** An attempt as its fault sees it. */
export interface Attempt {
  /** Names of its channels, in order. */
  readonly channels: readonly string[];
  readonly route: SentRoute;
  /** How many came before it. */
  readonly number: number;
}

/** What comes back: node `hop` reports `code`; the policy that comes with it, if its code has one. */
export interface Answer {
  /** 0 the payer, n the recipient, −1 nobody who can be made out. */
  readonly hop: number;
  readonly code: FailureCode;
  /** As it is known unless something else is said; null for none. */
  readonly update?: Partial<Policy> | null;
}

/** How an attempt fails; null: it arrives. */
export type Fault = (attempt: Attempt) => Answer | null;

/** The node before a channel reports a failure whenever it is to forward over it: the channel that the first attempt had there. */
export function onward(hop: number, code: keyof typeof FAILURE, update?: Answer['update']): Fault {
  let channel: string | undefined;
  return ({ channels }) => {
    channel ??= channels[hop];
    const at = channels.indexOf(channel!);
    return at < 0 ? null : { hop: at, code: FAILURE[code], ...(update === undefined ? {} : { update }) };
  };
}

/** A node reports a failure whenever it is to forward over any of its channels, which are these. */
export function node(names: string, code: keyof typeof FAILURE): Fault {
  const own = names.split(' ');
  return ({ channels }) => {
    const hop = channels.findIndex((name) => own.includes(name));
    return hop < 0 ? null : { hop, code: FAILURE[code] };
  };
}

/** The recipient reports a failure, the first `times`. */
export function atRecipient(code: keyof typeof FAILURE, times: number = Number.POSITIVE_INFINITY): Fault {
  return ({ channels, number }) => (number < times ? { hop: channels.length, code: FAILURE[code] } : null);
}

/** Channels ask for more than the public knows: the node before them wants this base fee. */
export function dearer(names: string, feeBaseMsat: number): Fault {
  const own = names.split(' ');
  return ({ channels, route }) => {
    const hop = channels.findIndex((name) => own.includes(name));
    if (hop < 1 || (route.amounts[hop - 1] ?? 0) - (route.amounts[hop] ?? 0) >= feeBaseMsat) return null;
    return { hop, code: FAILURE.fee_insufficient, update: { feeBaseMsat } };
  };
}

export const nothing: Fault = () => null;

export interface Story {
  /** Channels of each attempt, by name and in order. */
  readonly tries: readonly string[];
  readonly sent: readonly SentRoute[];
  readonly outcome: string;
  /** When it ended, µs after its start. */
  readonly tookUs: number;
}

export interface Order {
  readonly fault?: Fault;
  /** Time between an attempt and its answer. */
  readonly answerUs?: number;
  readonly request?: Partial<PaymentRequest>;
}

/** Flag of failure codes whose message carries a channel_update (BOLT 4). */
const UPDATE = 0x1000;
/** Attempts after which a payment counts as one that never ends. */
const MOST_ATTEMPTS = 200;

/** How long the recipient holds parts of a payment that is not complete (lnd: 120 s). */
const HOLD_US = 120 * SECOND;

/** A host whose node has sent what is in flight. */
class SpendingHost extends FakeHost {
  readonly #inFlightMsat = new Map<number, number>();

  override view(edge: number, view: CommitmentView): void {
    super.view(edge, view);
    view.localMsat -= this.#inFlightMsat.get(edge) ?? 0;
    view.remoteMsat -= this.#inFlightMsat.get(edge ^ 1) ?? 0;
  }

  override send(payment: number, route: RouteBuffer): number {
    const attempt = super.send(payment, route);
    this.take(this.sent[attempt]!, 1);
    return attempt;
  }

  /** With −1 it comes back. */
  take({ edges, amounts }: SentRoute, sign: 1 | -1): void {
    const [edge, amount] = [edges[0]!, amounts[0]!];
    this.#inFlightMsat.set(edge, (this.#inFlightMsat.get(edge) ?? 0) + sign * amount);
  }
}

export class Payer {
  readonly host: SpendingHost;
  readonly model: NodeModel;
  readonly #names: readonly string[];
  readonly #recipient: number;
  #payments = 0;

  constructor(name: Name, channels: Channels, options: Readonly<Record<string, Json>> = {}) {
    const plan = Object.values(channels);
    this.#names = Object.keys(channels);
    this.#recipient = Math.max(...plan.flatMap(({ a, b }) => [a, b]));
    this.host = new SpendingHost(this.#recipient + 1, plan);
    this.model = MODEL_KINDS.find((kind) => kind.name === name)!.create(this.host);
    for (let node = 0; node <= this.#recipient; node++) this.model.addNode(node, { ...PLAIN[name], ...options });
  }

  /**
   * Pays the node with the highest number. Attempts are answered in the order in which they were made; those that arrive wait
   * until the whole amount has, or until the recipient gives them back.
   */
  pay({ fault = nothing, answerUs = SECOND, request = {} }: Order = {}): Story {
    const { host, model } = this;
    const payment = this.#payments++;
    const first = host.sent.length;
    const startedUs = host.now;
    const whole = paymentRequest({
      ...{ payment, destination: this.#recipient, startedUs, key0: payment + 1, key1: payment + 2 },
      ...{ amountMsat: 1_000_000, feeLimitMsat: 5_000_000, multiPart: false, finalCltvDelta: 18 },
      ...request,
    });
    /** What is to happen: when, and the attempt that is answered or given back. */
    const due: { readonly atUs: number; readonly number: number; readonly back: boolean }[] = [];
    const held = new Set<number>();
    let fired = host.timers.length;
    model.startPayment(whole);
    for (let noted = 0; !host.outcomes.has(payment); ) {
      const sent = host.sent.slice(first);
      if (sent.length > MOST_ATTEMPTS) throw new Error(`payment ${payment} never ends`);
      for (; noted < sent.length; noted++) due.push({ atUs: host.now + answerUs, number: noted, back: false });
      due.sort((a, b) => a.atUs - b.atUs);
      const timer = host.timers[fired];
      const next = due[0];
      if (timer !== undefined && (next === undefined || timer.atUs < next.atUs)) {
        fired++;
        host.now = Math.max(host.now, timer.atUs);
        model.paymentTimer(payment);
        continue;
      }
      if (next === undefined) throw new Error(`payment ${payment} waits for nothing`);
      due.shift();
      host.now = Math.max(host.now, next.atUs);
      const route = sent[next.number]!;
      if (next.back) {
        if (held.delete(next.number))
          this.#fail(payment, route, { hop: route.edges.length, code: FAILURE.mpp_timeout });
        continue;
      }
      const answer = fault({ channels: this.#namesOf(route.edges), route, number: next.number });
      if (answer !== null) {
        this.#fail(payment, route, answer);
        continue;
      }
      held.add(next.number);
      due.push({ atUs: host.now + HOLD_US, number: next.number, back: true });
      const arrived = [...held].reduce((sum, number) => sum + sent[number]!.amounts.at(-1)!, 0);
      if (arrived < whole.amountMsat) continue;
      for (const number of held) model.attemptSucceeded(payment, sent[number]!.attempt);
      held.clear();
    }
    const sent = host.sent.slice(first);
    const tries = sent.map(({ edges }) => this.#namesOf(edges).join(' '));
    return { tries, sent, outcome: host.outcomes.get(payment)!, tookUs: host.now - startedUs };
  }

  #namesOf(edges: readonly number[]): readonly string[] {
    return edges.map((edge) => this.#names[edge >> 1]!);
  }

  #fail(payment: number, route: SentRoute, { hop, code, update = {} }: Answer): void {
    const { graph } = this.host;
    this.host.take(route, -1);
    const edge = route.edges[hop];
    const carries = (code & UPDATE) !== 0 && hop > 0 && edge !== undefined;
    if (carries && update !== null) {
      const known: Policy = {
        feeBaseMsat: graph.feeBaseMsat[edge]!,
        feeRatePpm: graph.feeRatePpm[edge]!,
        cltvDelta: graph.cltvDelta[edge]!,
        minHtlcMsat: graph.minHtlcMsat[edge]!,
        maxHtlcMsat: graph.maxHtlcMsat[edge]!,
        disabled: graph.disabled[edge] === 1,
        inboundFeeBaseMsat: 0,
        inboundFeeRatePpm: 0,
      };
      const isNew = Object.keys(update).length > 0;
      this.model.channelUpdate(0, edge, { ...known, ...update }, graph.version[edge]! + (isNew ? 1 : 0));
    }
    this.model.attemptFailed(payment, route.attempt, hop, code);
  }
}
