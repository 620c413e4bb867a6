/** Small timelines and a driver for tests of the physics: no YAML, no files. */
import { NumberHasher } from '../../base/digest.ts';
import { MODEL_KINDS } from '../../kinds/registry.ts';
import type { ChannelPlan, NodePlan } from '../../timeline/network.ts';
import type { OldStateRequest } from '../../timeline/old-states.ts';
import type { InvoicePlan, PaymentProfile, Timeline } from '../../timeline/timeline.ts';
import type { ModelKind } from '../node-model.ts';
import type { PaymentResult, RecordCode, RecordSink } from '../records.ts';
import type { RoutingTraceSink } from '../routing-trace.ts';
import { Simulation } from '../simulation.ts';
import type { SimulationState } from '../state.ts';

export interface TestPayment {
  readonly source: number;
  readonly destination: number;
  readonly amountMsat: number;
  readonly activity?: number;
}

export interface TestNetwork {
  readonly nodes: readonly Partial<NodePlan>[];
  readonly channels: readonly (Partial<ChannelPlan> & { readonly node0: number; readonly node1: number })[];
  readonly payments?: readonly TestPayment[];
  readonly profiles?: readonly Partial<PaymentProfile>[];
  readonly invoices?: readonly InvoicePlan[];
  /** Names of channels opened later. */
  readonly later?: readonly string[];
  readonly feeratePerKw?: number;
  readonly blockWeight?: number;
  readonly mempoolWeight?: number;
  readonly gossipUs?: number;
  /** Old states that the run remembers. */
  readonly oldStates?: readonly OldStateRequest[];
  /** Most blocks that a reorganisation of the run undoes; the run remembers so many. */
  readonly reorgDepth?: number;
  /** Models of each simulation; the registered ones unless given. */
  readonly models?: () => readonly ModelKind[];
}

const DEFAULT_PROFILE: PaymentProfile = { method: 'keysend', feeLimitMsat: -1, timeoutUs: -1, maxParts: -1, holdUs: 0 };

export function testTimeline(t: TestNetwork): Timeline {
  const payments = t.payments ?? [];
  const profiles = t.profiles ?? [{}];
  const channels = t.channels.map((c, i) => ({
    name: `c${i}`,
    capacitySat: 1_000_000,
    balance0Msat: (c.capacitySat ?? 1_000_000) * 500,
    announced: true,
    policy0: {},
    policy1: {},
    latencyUs: 20_000,
    ...c,
  }));
  return {
    format: 'blast-timeline/1',
    name: 'test',
    seed: 1,
    durationUs: 3_600_000_000,
    epochMs: 0,
    chain: {
      height: 100,
      feeratePerKw: t.feeratePerKw ?? 250,
      ...(t.blockWeight === undefined ? {} : { blockWeight: t.blockWeight }),
      ...(t.mempoolWeight === undefined ? {} : { mempoolWeight: t.mempoolWeight }),
    },
    gossipUs: t.gossipUs ?? 1_000_000,
    network: {
      nodes: t.nodes.map((n, i) => ({ name: `n${i}`, model: 'lnd', options: {}, walletSat: 0, labels: {}, ...n })),
      channels,
    },
    channelNames: [...channels.map((c) => c.name), ...(t.later ?? [])],
    ...(t.invoices === undefined ? {} : { invoices: t.invoices }),
    activities: profiles.map((p, i) => ({
      name: `a${i}`,
      kind: 'defined',
      profile: { ...DEFAULT_PROFILE, ...p },
      key: [i + 1, i + 2],
    })),
    expectations: [],
    length: 0,
    timeUs: new Float64Array(0),
    phase: new Uint8Array(0),
    ref: new Int32Array(0),
    payments: {
      length: payments.length,
      source: Int32Array.from(payments, (p) => p.source),
      destination: Int32Array.from(payments, (p) => p.destination),
      amountMsat: Float64Array.from(payments, (p) => p.amountMsat),
      activity: Int32Array.from(payments, (p) => p.activity ?? 0),
      nth: Int32Array.from(payments, (_, i) => i),
    },
    actions: [
      ...(t.oldStates ?? []).map((request) => ({ kind: 'cheat', args: { ...request } })),
      ...(t.reorgDepth === undefined
        ? []
        : [{ kind: 'reorg', args: { depth: t.reorgDepth, blocks: 0, empty: false } }]),
    ],
  };
}

/** One record as the sink received it. */
export type TestRecord = readonly [code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number];

export class TestRun implements RecordSink {
  simulation: Simulation;
  readonly records: TestRecord[] = [];
  readonly results: PaymentResult[] = [];
  readonly texts: string[] = [];
  readonly #hash = new NumberHasher();
  readonly #timeline: Timeline;
  readonly #check: boolean;
  readonly #models: () => readonly ModelKind[];

  constructor(network: TestNetwork, check = true, trace?: RoutingTraceSink) {
    this.#timeline = testTimeline(network);
    this.#check = check;
    this.#models = network.models ?? (() => MODEL_KINDS);
    const options = { check, ...(trace === undefined ? {} : { trace }) };
    this.simulation = new Simulation(this.#timeline, this.#models(), this, options);
  }

  /** Goes on in another simulation from the text of the state. */
  reload(): void {
    const state = JSON.parse(JSON.stringify(this.simulation.capture())) as SimulationState;
    const options = { check: this.#check };
    this.simulation = new Simulation(this.#timeline, this.#models(), this, options, {
      state,
      originUs: 0,
      anew: false,
    });
  }

  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    this.records.push([code, timeUs, a, b, c, amount]);
    for (const v of [code, timeUs, a, b, c, amount]) this.#hash.f64(v);
  }

  payment(result: PaymentResult): void {
    this.results.push(result);
  }

  text(number: number, text: string): void {
    this.texts[number] = text;
  }

  /** Lets time pass until `seconds`. */
  until(seconds: number, between: ((run: TestRun) => void) | null = null): this {
    const events = between === null ? 1_000_000 : 7;
    while (!this.simulation.advance(Math.round(seconds * 1_000_000), true, events)) between?.(this);
    return this;
  }

  of(code: RecordCode): TestRecord[] {
    return this.records.filter((r) => r[0] === code);
  }

  digest(): string {
    return this.#hash.digest();
  }
}
