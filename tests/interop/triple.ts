/**
 * A sender, a forwarder and a recipient of any implementations, with a dearer way round the forwarder, and what became of
 * the payments between them. No expectations: those are in the tests.
 *
 *   S (0) ── c0 ── F (1) ── c1 ── R (2)
 *     └───── c2 ── D (3) ── c3 ────┘
 */
import { HTLC } from '../../engine/simulate/htlcs.ts';
import { MAX_HOPS } from '../../engine/simulate/node-model.ts';
import { PAYMENT } from '../../engine/simulate/payments.ts';
import { OUTCOME_NAMES, type PaymentResult, RECORD, type RecordCode } from '../../engine/simulate/records.ts';
import { type TestNetwork, TestRun } from '../../engine/simulate/testing/network.ts';
import type { World } from '../../engine/simulate/world.ts';
import type { ChannelPlan, NodePlan, PolicyPlan } from '../../engine/timeline/network.ts';
import type { PaymentProfile } from '../../engine/timeline/timeline.ts';

export const S = 0;
export const F = 1;
export const R = 2;
/** The way round; an lnd node. */
export const D = 3;
/** Edge from the sender to the forwarder, and from the forwarder to the recipient. */
export const TO_FORWARDER = 0;
export const TO_RECIPIENT = 2;

/** What the sender pays unless said otherwise, msat. */
export const AMOUNT_MSAT = 100_000_000;

const CAPACITY_SAT = 4_000_000;
const NEAR_SAT = 3_000_000;
/** Of every channel: what is stated is not left to the implementations. */
const POLICY: PolicyPlan = { minHtlcMsat: 1, maxHtlcMsat: 900_000_000 };

/** One failure that came back: node 0 is the sender. */
export interface Failed {
  readonly hop: number;
  readonly code: number;
}

/** What became of one payment. */
export interface Story {
  readonly outcome: string;
  /** The first forwarder of every attempt, in order: `F`, `D`, or `-` for a direct one. */
  readonly ways: string;
  readonly failures: readonly Failed[];
  readonly seconds: number;
  readonly feeMsat: number;
}

export interface TripleSetting {
  readonly sender: string;
  readonly forwarder: string;
  readonly recipient: string;
  readonly amountMsat?: number;
  readonly profile?: Partial<PaymentProfile>;
  readonly nodes?: Readonly<Partial<Record<'sender' | 'forwarder' | 'recipient', Partial<NodePlan>>>>;
  /** Changes to c0 … c3. */
  readonly channels?: readonly Partial<ChannelPlan>[];
  readonly policyOfForwarder?: PolicyPlan;
  /** Payments that F makes to R and that stay (held for ever), msat each. */
  readonly held?: readonly number[];
  /** False where a test changes what a node wrote down. */
  readonly check?: boolean;
}

/** Called when an HTLC of the sender's payments is offered; what it changes is what the next node reads. */
export type Tamper = (triple: Triple, htlc: number, attempt: number, hop: number) => void;

/** Two payments of the sender, one after the other, and what F pays. */
const PAYMENTS = 2;
/** Long enough for every time limit of every implementation. */
const PATIENCE_S = 3000;

function networkOf(t: TripleSetting): TestNetwork {
  const wallet = { walletSat: 100_000_000 };
  const sender = senderPlan(t.sender);
  const channel = (
    node0: number,
    node1: number,
    nth: number,
  ): Partial<ChannelPlan> & { node0: number; node1: number } => ({
    node0,
    node1,
    capacitySat: CAPACITY_SAT,
    balance0Msat: NEAR_SAT * 1000,
    policy0: {
      ...POLICY,
      ...(nth === 1 ? t.policyOfForwarder : nth === 3 ? { feeBaseMsat: 20_000, feeRatePpm: 2000 } : {}),
    },
    policy1: POLICY,
    ...t.channels?.[nth],
  });
  const amountMsat = t.amountMsat ?? AMOUNT_MSAT;
  const held = t.held ?? [];
  return {
    nodes: [
      { ...wallet, ...sender, ...t.nodes?.sender },
      { ...wallet, model: t.forwarder, ...t.nodes?.forwarder },
      { ...wallet, model: t.recipient, ...t.nodes?.recipient },
      { ...wallet, model: 'lnd' },
    ],
    channels: [channel(S, F, 0), channel(F, R, 1), channel(S, D, 2), channel(D, R, 3)],
    payments: [
      ...Array.from({ length: PAYMENTS }, () => ({ source: S, destination: R, amountMsat })),
      ...held.map((msat) => ({ source: F, destination: R, amountMsat: msat, activity: 1 })),
    ],
    profiles: [
      { method: 'invoice', ...t.profile },
      { method: 'invoice', maxParts: 1, holdUs: 1e13 },
    ],
    // Nobody hears of what happened meanwhile.
    gossipUs: 1e12,
  };
}

/** A sender that takes the cheapest route first, and does not split what a route carries. */
function senderPlan(model: string): Partial<NodePlan> {
  return model === 'eclair'
    ? { model, options: { path_finding: { randomize: false, splitting: 'full_capacity' } } }
    : { model };
}

export class Triple extends TestRun {
  readonly #tamper: Tamper | null;
  readonly #setting: TripleSetting;
  /** Balances before anything was paid. */
  readonly initial: readonly number[];
  readonly amountMsat: number;
  #now = 0;
  /** Serial numbers of attempts by payment, with the forwarder that they go over. */
  readonly #ways = new Map<number, string>();
  readonly #paymentOf = new Map<number, number>();
  readonly #failures = new Map<number, Failed[]>();

  constructor(setting: TripleSetting, tamper: Tamper | null = null) {
    super(networkOf(setting), setting.check ?? true);
    this.#tamper = tamper;
    this.#setting = setting;
    this.initial = this.balances();
    this.amountMsat = setting.amountMsat ?? AMOUNT_MSAT;
  }

  get world(): World {
    return this.simulation.world;
  }

  /** Balances of S, F, R and D over all channels, msat; HTLCs on their way belong to nobody. */
  balances(): readonly number[] {
    const { channels } = this.world;
    const sums = [0, 0, 0, 0];
    for (let edge = 0; edge < 8; edge++) sums[channels.node[edge]!]! += channels.balanceMsat[edge]!;
    return sums;
  }

  wait(seconds: number): void {
    this.#now += seconds;
    this.until(this.#now);
  }

  /** Pays what F holds for R, before anything else. */
  hold(): void {
    (this.#setting.held ?? []).forEach((_, i) => {
      this.simulation.pay(PAYMENTS + i);
      this.wait(1);
    });
  }

  /** Pays and waits for the end; `meanwhile` is called again and again until then. */
  pay(payment: number, meanwhile: (triple: Triple) => void = () => {}): Story {
    this.simulation.pay(payment);
    for (let i = 0; i < PATIENCE_S && this.resultOf(payment) === undefined; i++) {
      this.wait(1);
      meanwhile(this);
    }
    return this.story(payment);
  }

  resultOf(payment: number): PaymentResult | undefined {
    return this.results.find((result) => result.payment === payment);
  }

  story(payment: number): Story {
    const result = this.resultOf(payment);
    const sent = [...this.#paymentOf].filter(([, of]) => of === payment).map(([serial]) => serial);
    return {
      outcome: result === undefined ? 'none' : OUTCOME_NAMES[result.outcome]!,
      ways: sent.map((serial) => this.#ways.get(serial) ?? '?').join(' '),
      failures: sent.flatMap((serial) => this.#failures.get(serial) ?? []),
      seconds: result === undefined ? -1 : Math.floor((result.resolvedUs - result.startedUs) / 1e6),
      feeMsat: result?.feeMsat ?? 0,
    };
  }

  running(payment: number): boolean {
    return this.world.payments.state[payment] === PAYMENT.running;
  }

  override record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    super.record(code, timeUs, a, b, c, amount);
    if (code === RECORD.attemptSent) this.#paymentOf.set(b, a);
    if (code === RECORD.attemptFailed) {
      this.#failures.set(a, [...(this.#failures.get(a) ?? []), { hop: b, code: c }]);
    }
    if (code === RECORD.attemptSent) this.#sent(b);
    if (code === RECORD.htlcOffered) this.#offered(a, b);
  }

  #sent(serial: number): void {
    const { attempts } = this.world;
    for (const slot of attempts.slots()) {
      if (attempts.serial[slot] !== serial) continue;
      const first = this.world.to(attempts.edge[slot * MAX_HOPS]!);
      this.#ways.set(serial, ['-', 'F', '-', 'D'][first]!);
    }
  }

  #offered(serial: number, edge: number): void {
    if (this.#tamper === null) return;
    const { htlcs, attempts } = this.world;
    for (let h = 0; h < htlcs.used; h++) {
      const attempt = htlcs.attempt[h]!;
      if (htlcs.state[h] !== HTLC.offered || htlcs.edge[h] !== edge || attempts.serial[attempt] !== serial) continue;
      if (attempts.payment[attempt]! < PAYMENTS) this.#tamper(this, h, attempt, htlcs.hop[h]!);
    }
  }
}
