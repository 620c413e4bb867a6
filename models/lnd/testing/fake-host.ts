/**
 * A ModelHost for tests: a graph that is built by hand, channel states that can be set, a clock that stands still until
 * it is moved, and a record of what the model asked for. It plays no HTLCs: tests report outcomes themselves.
 */
import type {
  CommitmentView,
  GraphView,
  ModelHost,
  PairIndex,
  PaymentActions,
  PaymentRequest,
  RouteBuffer,
} from '../../../engine/simulate/node-model.ts';
import { OUTCOME, type Outcome } from '../../../engine/simulate/records.ts';

/** Policy of one direction; what is left out is free and unlimited, with a delta of 40. */
export interface FakePolicy {
  base?: number;
  ppm?: number;
  delta?: number;
  min?: number;
  max?: number;
  disabled?: boolean;
  /** Inbound fee asked by the node that this direction leads to. */
  inboundBase?: number;
  inboundPpm?: number;
}

export interface FakeChannel {
  a: number;
  b: number;
  capacitySat: number;
  /** Balance of `a`, msat; half of the capacity unless given. */
  balanceMsat?: number;
  /** Policies of a → b and b → a. */
  ab?: FakePolicy;
  ba?: FakePolicy;
  announced?: boolean;
}

export class FakeGraph implements GraphView {
  readonly nodeCount: number;
  readonly channels: readonly FakeChannel[];
  readonly capacityMsat: Float64Array;
  readonly feeBaseMsat: Float64Array;
  readonly feeRatePpm: Float64Array;
  readonly cltvDelta: Int32Array;
  readonly minHtlcMsat: Float64Array;
  readonly maxHtlcMsat: Float64Array;
  readonly inboundFeeBaseMsat: Float64Array;
  readonly inboundFeeRatePpm: Float64Array;
  readonly known: Uint8Array;
  readonly version: Int32Array;
  readonly disabled: Uint8Array;
  changes = 0;
  readonly changed: Int32Array = new Int32Array(8);
  readonly #pairs: PairIndex;
  readonly #ends: Int32Array;

  constructor(nodeCount: number, channels: readonly FakeChannel[]) {
    const edges = 2 * channels.length;
    this.nodeCount = nodeCount;
    this.channels = channels;
    this.capacityMsat = Float64Array.from(channels, (c) => c.capacitySat * 1000);
    this.#ends = new Int32Array(edges);
    this.feeBaseMsat = new Float64Array(edges);
    this.feeRatePpm = new Float64Array(edges);
    this.minHtlcMsat = new Float64Array(edges);
    this.maxHtlcMsat = new Float64Array(edges);
    this.inboundFeeBaseMsat = new Float64Array(edges);
    this.inboundFeeRatePpm = new Float64Array(edges);
    this.cltvDelta = new Int32Array(edges);
    this.known = new Uint8Array(edges);
    this.version = new Int32Array(edges);
    this.disabled = new Uint8Array(edges);
    channels.forEach((channel, index) => {
      this.#edge(2 * index, channel.a, channel.ab ?? {}, channel);
      this.#edge(2 * index + 1, channel.b, channel.ba ?? {}, channel);
    });
    this.#pairs = this.#index();
  }

  #edge(edge: number, from: number, policy: FakePolicy, channel: FakeChannel): void {
    this.#ends[edge] = from;
    this.feeBaseMsat[edge] = policy.base ?? 0;
    this.feeRatePpm[edge] = policy.ppm ?? 0;
    this.cltvDelta[edge] = policy.delta ?? 40;
    this.minHtlcMsat[edge] = policy.min ?? 0;
    this.maxHtlcMsat[edge] = policy.max ?? channel.capacitySat * 1000;
    this.inboundFeeBaseMsat[edge] = policy.inboundBase ?? 0;
    this.inboundFeeRatePpm[edge] = policy.inboundPpm ?? 0;
    this.known[edge] = channel.announced === false ? 0 : 1;
    this.disabled[edge] = policy.disabled === true ? 1 : 0;
  }

  from(edge: number): number {
    return this.#ends[edge] as number;
  }

  to(edge: number): number {
    return this.#ends[edge ^ 1] as number;
  }

  touch(edge: number): void {
    this.changed[this.changes++ % this.changed.length] = edge;
  }

  pairsInto(): PairIndex {
    return this.#pairs;
  }

  #index(): PairIndex {
    const known = [...this.known.keys()].filter((edge) => this.known[edge] === 1);
    known.sort((x, y) => this.to(x) - this.to(y) || this.from(x) - this.from(y) || x - y);
    const start = new Int32Array(this.nodeCount + 1);
    const from: number[] = [];
    const edgeStart: number[] = [];
    known.forEach((edge, at) => {
      const before = at > 0 ? (known[at - 1] as number) : -1;
      if (before >= 0 && this.to(before) === this.to(edge) && this.from(before) === this.from(edge)) return;
      from.push(this.from(edge));
      edgeStart.push(at);
      start[this.to(edge) + 1] = (start[this.to(edge) + 1] as number) + 1;
    });
    for (let v = 0; v < this.nodeCount; v++) start[v + 1] = (start[v + 1] as number) + (start[v] as number);
    edgeStart.push(known.length);
    return {
      start,
      from: Int32Array.from(from),
      edgeStart: Int32Array.from(edgeStart),
      edge: Int32Array.from(known),
    };
  }
}

/** A route as it was sent. */
export interface SentRoute {
  readonly payment: number;
  readonly attempt: number;
  readonly edges: readonly number[];
  readonly amounts: readonly number[];
  readonly expiries: readonly number[];
}

export function copyRoute(route: RouteBuffer): Omit<SentRoute, 'payment' | 'attempt'> {
  return {
    edges: Array.from(route.edge.subarray(0, route.length)),
    amounts: Array.from(route.amountMsat.subarray(0, route.length)),
    expiries: Array.from(route.expiry.subarray(0, route.length)),
  };
}

export class FakeHost implements ModelHost, PaymentActions {
  readonly graph: FakeGraph;
  readonly actions: PaymentActions = this;
  now = 0;
  blocks = 1000;
  readonly sent: SentRoute[] = [];
  readonly outcomes: Map<number, string> = new Map();
  readonly timers: { payment: number; atUs: number }[] = [];
  readonly offline: Set<number> = new Set();
  /** What is changed in the view of an edge, by edge. */
  readonly overrides: Map<number, Partial<CommitmentView>> = new Map();
  readonly #locals: number[][];

  constructor(nodeCount: number, channels: readonly FakeChannel[]) {
    this.graph = new FakeGraph(nodeCount, channels);
    this.#locals = Array.from({ length: nodeCount }, () => []);
    channels.forEach((channel, index) => {
      this.#locals[channel.a]?.push(2 * index);
      this.#locals[channel.b]?.push(2 * index + 1);
    });
  }

  /** What the chain estimates for each target; the last one for all beyond it. */
  estimates: readonly number[] = [250];
  relay = 253;

  estimatePerKw(target: number): number {
    return this.estimates[Math.min(target, this.estimates.length) - 1] ?? 0;
  }

  relayPerKw(): number {
    return this.relay;
  }

  nowUs(): number {
    return this.now;
  }

  height(): number {
    return this.blocks;
  }

  localEdges(node: number): ArrayLike<number> {
    return this.#locals[node] ?? [];
  }

  localEdgeCount(node: number): number {
    return this.#locals[node]?.length ?? 0;
  }

  eligible(edge: number): boolean {
    return !this.offline.has(edge >> 1);
  }

  view(edge: number, view: CommitmentView): void {
    const channel = this.graph.channels[edge >> 1] as FakeChannel;
    const capacity = channel.capacitySat * 1000;
    const ofA = channel.balanceMsat ?? capacity / 2;
    Object.assign(view, plainView(channel.capacitySat), {
      edge,
      localMsat: (edge & 1) === 0 ? ofA : capacity - ofA,
      remoteMsat: (edge & 1) === 0 ? capacity - ofA : ofA,
      isFunder: (edge & 1) === 0,
      ...this.overrides.get(edge),
    });
  }

  send(payment: number, route: RouteBuffer): number {
    const attempt = this.sent.length;
    this.sent.push({ payment, attempt, ...copyRoute(route) });
    return attempt;
  }

  resolve(payment: number, outcome: Outcome): void {
    const name = Object.entries(OUTCOME).find(([, value]) => value === outcome)?.[0] ?? '?';
    if (this.outcomes.has(payment)) throw new Error(`payment ${payment} resolved twice`);
    this.outcomes.set(payment, name);
  }

  timer(payment: number, atUs: number): void {
    this.timers.push({ payment, atUs });
  }
}

/** State of a channel between two lnd nodes, all of it on our side, nothing pending, at the lowest feerate. */
export function plainView(capacitySat: number): CommitmentView {
  const reserve = Math.max(Math.floor(capacitySat / 100), 354) * 1000;
  return {
    edge: 0,
    localMsat: capacitySat * 1000,
    remoteMsat: 0,
    localReserveMsat: reserve,
    remoteReserveMsat: reserve,
    localDustMsat: 354_000,
    remoteDustMsat: 354_000,
    isFunder: true,
    feeratePerKw: 253,
    localUntrimmed: 0,
    remoteUntrimmed: 0,
    localTrimmedMsat: 0,
    remoteTrimmedMsat: 0,
    offeredCount: 0,
    offeredMsat: 0,
    maxAcceptedHtlcs: 483,
    maxInFlightMsat: capacitySat * 1000 - Math.floor(capacitySat / 100) * 1000,
    peerHtlcMinimumMsat: 1,
  };
}

/** A payment request; an invoice for several parts unless told otherwise. */
export function paymentRequest(fields: Partial<PaymentRequest>): PaymentRequest {
  return {
    payment: 0,
    source: 0,
    destination: 1,
    amountMsat: 1_000_000,
    method: 'invoice',
    invoice: null,
    probe: false,
    finalCltvDelta: 80,
    multiPart: true,
    feeLimitMsat: -1,
    timeoutUs: -1,
    maxParts: -1,
    maxCltv: -1,
    outgoingEdges: null,
    lastHop: -1,
    route: null,
    startedUs: 0,
    key0: 1,
    key1: 2,
    ...fields,
  };
}
