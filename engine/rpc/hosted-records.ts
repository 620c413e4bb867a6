/** Reads the records of a hosted simulation: keeps the book of its payments, remembers refusals, and tells listeners. */
import { observedState } from '../simulate/channel-lifecycle.ts';
import { MAX_HOPS } from '../simulate/node-model.ts';
import { type PaymentResult, RECORD, type RecordCode, type RecordSink } from '../simulate/records.ts';
import type { World } from '../simulate/world.ts';
import { TRANSACTION_KINDS } from './control-names.ts';
import { HostError } from './host-error.ts';
import type { HostedChannel, HostedEdge } from './hosted-channel.ts';
import type { HostedEvent, HostedListener } from './hosted-events.ts';
import type { HostedHop, HostedPayments } from './hosted-payments.ts';

/** What the reader needs of the network that it belongs to. */
export interface RecordedNetwork {
  /** Null until it is made: nothing happens before. */
  readonly world: World | null;
  /** The channel with this number of a name. */
  channelOf(slot: number): HostedChannel | null;
}

export class HostedRecords implements RecordSink {
  readonly #network: RecordedNetwork;
  readonly #payments: HostedPayments;
  readonly #listener: HostedListener;
  readonly #texts: string[];
  /** Reason of the last thing that was refused. */
  #refused: string | null = null;

  /** @param texts that were announced before */
  constructor(network: RecordedNetwork, payments: HostedPayments, listener: HostedListener, texts: readonly string[]) {
    this.#network = network;
    this.#payments = payments;
    this.#listener = listener;
    this.#texts = [...texts];
  }

  text(number: number, text: string): void {
    this.#texts[number] = text;
  }

  /** Asks for an opening, a close or a transfer. @throws HostError with the reason when it is refused */
  orRefused(what: string, ask: () => void): void {
    this.#refused = null;
    ask();
    if (this.#refused !== null) throw new HostError(`${what}: ${this.#refused}`, 'refused');
  }

  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    if (code === RECORD.openRejected || code === RECORD.closeRejected || code === RECORD.sendRejected) {
      this.#refused = this.#texts[c] ?? 'refused';
      return;
    }
    const event = this.#event(code, timeUs, a, b, c, amount);
    if (event !== null) this.#listener(event, timeUs);
  }

  payment(result: PaymentResult): void {
    const route: HostedEdge[] = [];
    result.channels.forEach((instance, i) => {
      const channel = this.#channel(instance);
      const [from, to] = [result.route[i], result.route[i + 1]];
      if (channel !== null && from !== undefined && to !== undefined) route.push({ channel, from, to });
    });
    const payment = this.#payments.resolved(result, route);
    if (payment !== null) this.#listener({ kind: 'payment', payment }, result.resolvedUs);
  }

  #event(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): HostedEvent | null {
    switch (code) {
      case RECORD.block:
        return { kind: 'block', blocks: a, transactions: b, height: c };
      case RECORD.txBroadcast:
      case RECORD.txConfirmed:
      case RECORD.txReplaced: {
        const of = TRANSACTION_KINDS[a];
        if (of === undefined) return null;
        const state =
          code === RECORD.txBroadcast ? 'broadcast' : code === RECORD.txConfirmed ? 'confirmed' : 'replaced';
        const feeSat = code === RECORD.txConfirmed ? null : c;
        return { kind: 'transaction', of, state, channel: this.#channel(b), valueSat: amount, feeSat };
      }
      case RECORD.nodeStarted:
        return { kind: 'node', node: a, change: 'started', amountSat: 0 };
      case RECORD.nodeStopped:
        return { kind: 'node', node: a, change: b === 1 ? 'crashed' : 'stopped', amountSat: 0 };
      case RECORD.funded:
        return { kind: 'node', node: a, change: 'funded', amountSat: amount };
      case RECORD.peers:
        return { kind: 'peers', node: a, peer: b, connected: c === 1 };
      case RECORD.channelState:
      case RECORD.channelActive:
        return this.#channelEvent(a, code === RECORD.channelActive ? c === 1 : null);
      case RECORD.policy: {
        const edge = this.#edge(a);
        return edge === null ? null : { kind: 'policy', edge };
      }
      case RECORD.htlcOffered:
        return this.#htlc(a, b, 'offered', amount, c, 0);
      case RECORD.htlcCommitted:
        return this.#htlc(a, b, 'committed', amount, null, 0);
      case RECORD.htlcFulfilled:
        return this.#htlc(a, b, 'fulfilled', amount, null, 0);
      case RECORD.htlcFailed:
        return this.#htlc(a, b, 'failed', null, null, c);
      case RECORD.paymentStarted:
        return { kind: 'payment', payment: this.#payments.find(a + 1) };
      case RECORD.attemptSent:
        return this.#paymentEvent(this.#payments.sent(a, this.#attempt(b, timeUs)));
      case RECORD.attemptSucceeded:
        return this.#paymentEvent(this.#payments.attemptEnded(a, timeUs, amount, 0, -1));
      case RECORD.attemptFailed:
        return this.#paymentEvent(this.#payments.attemptEnded(a, timeUs, 0, c, b));
      case RECORD.invoice:
        return { kind: 'invoice', invoice: a };
      default:
        return null;
    }
  }

  #paymentEvent(payment: ReturnType<HostedPayments['sent']>): HostedEvent | null {
    return payment === null ? null : { kind: 'payment', payment };
  }

  /** @param active null: as the tables have it */
  #channelEvent(instance: number, active: boolean | null): HostedEvent | null {
    const channel = this.#channel(instance);
    const { world } = this.#network;
    if (channel === null || world === null) return null;
    const state = observedState(world.channels.state[instance] as number);
    if (state === 'opening' || state === 'none') return null;
    return { kind: 'channel', channel, state, active: active ?? world.channels.usable(instance) };
  }

  #htlc(
    attempt: number,
    edgeNumber: number,
    state: 'offered' | 'committed' | 'fulfilled' | 'failed',
    amountMsat: number | null,
    expiry: number | null,
    failureCode: number,
  ): HostedEvent | null {
    const edge = this.#edge(edgeNumber);
    return edge === null ? null : { kind: 'htlc', edge, state, attempt, amountMsat, expiry, failureCode };
  }

  /** An attempt that has just been made. */
  #attempt(serial: number, sentUs: number): Parameters<HostedPayments['sent']>[1] {
    const hops: HostedHop[] = [];
    const attempts = this.#network.world?.attempts;
    for (const slot of attempts?.slots() ?? []) {
      if (attempts === undefined || attempts.serial[slot] !== serial) continue;
      for (let i = slot * MAX_HOPS; i < slot * MAX_HOPS + (attempts.length[slot] as number); i++) {
        const edge = this.#edge(attempts.edge[i] as number);
        if (edge === null) continue;
        hops.push({ ...edge, amountMsat: attempts.amountMsat[i] as number, expiry: attempts.expiry[i] as number });
      }
    }
    return { attempt: serial, sentUs, hops, state: 'in_flight', resolvedUs: -1, failureCode: 0, failureHop: -1 };
  }

  #channel(instance: number): HostedChannel | null {
    const slot = this.#network.world?.channels.name[instance];
    return instance < 0 || slot === undefined ? null : this.#network.channelOf(slot);
  }

  #edge(edge: number): HostedEdge | null {
    const channel = this.#channel(edge >> 1);
    if (channel === null) return null;
    const { source, destination } = channel;
    return edge % 2 === 0 ? { channel, from: source, to: destination } : { channel, from: destination, to: source };
  }
}
