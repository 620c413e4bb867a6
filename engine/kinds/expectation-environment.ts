/**
 * The CEL environment of expectations: which functions, fields and variables `that:` may use, with their types.
 *
 * Every number is a double here. CEL's own rules would refuse `rate > 0.7 && count * 0.5 > 2` for mixing int and
 * double and would make 5 / 2 of two counts 2; counts and msat below 2^53 are exact in doubles, so nothing is lost.
 * This file must not look at a backend or a file: what a function answers is handed in as an ExpectationView.
 */
import { Environment } from '@marcbachmann/cel-js';
import type {
  Awaitable,
  ChainObservation,
  ChannelObservation,
  InvoiceObservation,
  NodeObservation,
} from '../backends/backend.ts';
import { parseAmount, parseDuration, type UnitResult } from '../spec/units.ts';
import { DURATION_FUNCTION } from './expectation-source.ts';

/** What `payments()` counts. Amounts in msat, times in seconds; `succeeded`, `failed` and `pending` add up to `count`. */
export interface PaymentStats {
  /** Payments started. */
  readonly count: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Started and not resolved yet. */
  readonly pending: number;
  /** Of the resolved payments; 0 when none is resolved. */
  readonly successRate: number;
  /** Delivered by the payments that succeeded. */
  readonly amountMsat: number;
  /** Fees of the payments that succeeded. */
  readonly feeMsat: number;
  /** Attempts of all resolved payments. */
  readonly attempts: number;
  /** Mean and longest time from start to success; 0 when none succeeded. */
  readonly meanTime: number;
  readonly maxTime: number;
  /** Number of payments by the name of their outcome. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** What an expectation can see at its instant. Lookups answer null for a name that does not exist. */
export interface ExpectationView {
  /** Virtual time, µs. */
  readonly timeUs: number;
  chain(): Awaitable<ChainObservation>;
  /** Of one activity or of all that a glob matches; null: all payments. */
  payments(pattern: string | null): Awaitable<PaymentStats | null>;
  /**
   * Seconds from start to success that 95 % of the successes among these payments do not exceed; 0 when none succeeded.
   * Apart from the rest because it costs a walk over all payments.
   */
  p95Time(pattern: string | null): number;
  channel(name: string): Awaitable<ChannelObservation | null>;
  node(name: string): Awaitable<NodeObservation | null>;
  invoice?(name: string): Awaitable<InvoiceObservation | null>;
  /** What the agents of a behaviour have counted under a name, in sum; null when there is no such behaviour. */
  figure?(behaviour: string, figure: string): number | null;
}

interface Field {
  readonly type: 'double' | 'bool' | 'string';
  readonly summary: string;
}
type Fields = Readonly<Record<string, Field>>;
const number = (summary: string): Field => ({ type: 'double', summary });
const bool = (summary: string): Field => ({ type: 'bool', summary });
const text = (summary: string): Field => ({ type: 'string', summary });

/** Fields of what each function or variable answers; the documentation of expectations is made from this table. */
export const EXPECTATION_FIELDS: {
  readonly payments: Fields;
  readonly channel: Fields;
  readonly node: Fields;
  readonly invoice: Fields;
  readonly chain: Fields;
} = {
  payments: {
    count: number('payments started'),
    succeeded: number('payments that succeeded'),
    failed: number('payments that failed'),
    pending: number('payments not resolved yet'),
    success_rate: number('succeeded / (succeeded + failed), 0 when none is resolved'),
    amount_msat: number('msat delivered by the payments that succeeded'),
    fee_msat: number('msat paid in fees by the payments that succeeded'),
    attempts: number('attempts of all resolved payments'),
    mean_time: number('mean seconds from start to success'),
    max_time: number('most seconds from start to success'),
    p95_time: number('seconds from start to success that 95 % of the successes do not exceed'),
  },
  channel: {
    state: text('none, opening, pending, open, closing, force_closing, resolving or closed'),
    active: bool('open, confirmed and both ends connected'),
    announced: bool('known to the public'),
    capacity: number('sat'),
    node0: text('name of the node that opened it'),
    node1: text('name of the other node'),
    balance0_msat: number('msat on the side of node0'),
    balance1_msat: number('msat on the side of node1'),
    htlcs: number('HTLCs in flight'),
  },
  node: {
    model: text('the model it runs'),
    running: bool('started and not stopped'),
    wallet: number('confirmed sat on-chain'),
    channels: number('open channels'),
    local_balance_msat: number('msat on its side of its channels'),
    remote_balance_msat: number('msat on the other side of its channels'),
    forwards: number('HTLCs forwarded and settled'),
    fees_earned_msat: number('msat earned by forwarding'),
    htlcs_refused: number('HTLCs that its defences against jamming refused'),
  },
  invoice: {
    state: text('none, open, held, settled, cancelled or expired'),
    node: text('name of the recipient'),
    payer: text('name of the node whose payment is held or was settled; empty without one'),
  },
  chain: {
    height: number('block height'),
    mempool: number('unconfirmed transactions of the scenario’s nodes'),
    fees_sat: number('sat paid in on-chain fees'),
    feerate: number('sat/vB that nodes estimate for the next block'),
    feerate_6: number('sat/vB that they estimate for six blocks'),
    minimum_feerate: number('sat/vB below which a full mempool takes nothing; 0 when it takes everything'),
    backlog: number('vMB of strangers’ transactions in the mempool'),
  },
};

export const EXPECTATION_FUNCTIONS: readonly string[] = [
  'payments',
  'channel',
  'node',
  'invoice',
  'figure',
  'amount',
  'duration',
];
export const EXPECTATION_VARIABLES: readonly string[] = ['chain', 'time'];

/** A function was asked for a name that does not exist, or for a value that is none. */
export class BadArgument extends Error {}

// One class per CEL type: the library finds a value's type by its constructor.
class Payments {
  readonly outcomes: ReadonlyMap<string, number>;
  readonly #p95Time: () => number;
  constructor(s: PaymentStats, p95Time: () => number) {
    this.outcomes = s.outcomes;
    this.#p95Time = p95Time;
    Object.assign(this, {
      count: s.count,
      succeeded: s.succeeded,
      failed: s.failed,
      pending: s.pending,
      success_rate: s.successRate,
      amount_msat: s.amountMsat,
      fee_msat: s.feeMsat,
      attempts: s.attempts,
      mean_time: s.meanTime,
      max_time: s.maxTime,
    });
  }

  /** Only when it is asked for. */
  get p95_time(): number {
    return this.#p95Time();
  }
}

class Channel {
  constructor(o: ChannelObservation) {
    Object.assign(this, {
      state: o.state,
      active: o.active,
      announced: o.announced,
      capacity: o.capacitySat,
      node0: o.node0,
      node1: o.node1,
      balance0_msat: o.balance0Msat,
      balance1_msat: o.balance1Msat,
      htlcs: o.htlcs,
    });
  }
}

class Node {
  constructor(o: NodeObservation) {
    Object.assign(this, {
      model: o.model,
      running: o.running,
      wallet: o.walletSat,
      channels: o.channels,
      local_balance_msat: o.localBalanceMsat,
      remote_balance_msat: o.remoteBalanceMsat,
      forwards: o.forwards,
      fees_earned_msat: o.feesEarnedMsat,
      htlcs_refused: o.htlcsRefused,
    });
  }
}

class Invoice {
  constructor(o: InvoiceObservation) {
    Object.assign(this, { state: o.state, node: o.node, payer: o.payer });
  }
}

class Chain {
  constructor(o: ChainObservation) {
    Object.assign(this, {
      height: o.height,
      mempool: o.mempool,
      fees_sat: o.feesSat,
      feerate: o.feerate,
      feerate_6: o.feerate6,
      minimum_feerate: o.minimumFeerate,
      backlog: o.backlog,
    });
  }
}

/** Variables of an evaluation. */
export interface ExpectationContext {
  readonly chain: object;
  readonly time: number;
}

/** Values of `chain` and `time` at the instant of a view. */
export async function expectationContext(view: ExpectationView): Promise<ExpectationContext> {
  return { chain: new Chain(await view.chain()), time: view.timeUs / 1_000_000 };
}

/** Largest structure of an expression. */
const LIMITS = { maxAstNodes: 2000, maxDepth: 64, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 16 };

/** The integer of a text with a unit. @throws BadArgument when it is none. */
function withUnit(parsed: UnitResult): number {
  if (!parsed.ok) throw new BadArgument(`${parsed.reason}; ${parsed.hint}`);
  return parsed.value;
}

const typesOf = (fields: Fields): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.type]));

/** An environment whose functions ask `view`; with null it can check expressions but not evaluate them. */
export function expectationEnvironment(view: ExpectationView | null): Environment {
  const ask = async <T>(
    what: string,
    name: string,
    find: (view: ExpectationView) => Awaitable<T | null>,
  ): Promise<T> => {
    if (view === null) throw new Error('an expectation can only be evaluated while a scenario runs');
    const found = await find(view);
    if (found === null) throw new BadArgument(`there is no ${what} '${name}'`);
    return found;
  };
  const paymentsOf = (stats: PaymentStats, name: string | null): Payments =>
    new Payments(stats, () => view?.p95Time(name) ?? 0);
  const env = new Environment({ limits: LIMITS })
    .registerType('Payments', { ctor: Payments, fields: typesOf(EXPECTATION_FIELDS.payments) })
    .registerType('Channel', { ctor: Channel, fields: typesOf(EXPECTATION_FIELDS.channel) })
    .registerType('Node', { ctor: Node, fields: typesOf(EXPECTATION_FIELDS.node) })
    .registerType('Invoice', { ctor: Invoice, fields: typesOf(EXPECTATION_FIELDS.invoice) })
    .registerType('Chain', { ctor: Chain, fields: typesOf(EXPECTATION_FIELDS.chain) })
    .registerVariable('chain', 'Chain')
    .registerVariable('time', 'double')
    // Amounts in msat and durations in seconds, as the fields they are compared with.
    .registerFunction('amount(string): double', (text: string) => withUnit(parseAmount(text)))
    .registerFunction(
      `${DURATION_FUNCTION}(string): double`,
      (text: string) => withUnit(parseDuration(text)) / 1_000_000,
    )
    .registerFunction('payments(): Payments', async () =>
      paymentsOf(await ask('payment', '*', (v) => v.payments(null)), null),
    )
    .registerFunction('payments(string): Payments', async (name: string) =>
      paymentsOf(await ask('activity', name, (v) => v.payments(name)), name),
    )
    .registerFunction(
      'Payments.outcome(string): double',
      (p: Payments, outcome: string) => p.outcomes.get(outcome) ?? 0,
    )
    .registerFunction(
      'channel(string): Channel',
      async (name: string) => new Channel(await ask('channel', name, (v) => v.channel(name))),
    )
    .registerFunction(
      'node(string): Node',
      async (name: string) => new Node(await ask('node', name, (v) => v.node(name))),
    )
    .registerFunction(
      'invoice(string): Invoice',
      async (name: string) => new Invoice(await ask('invoice', name, (v) => v.invoice?.(name) ?? null)),
    )
    .registerFunction('figure(string, string): double', async (behaviour: string, figure: string) =>
      ask('behaviour', behaviour, (v) => v.figure?.(behaviour, figure) ?? null),
    );
  type Operand = number | bigint;
  const arithmetic: readonly [string, (a: number, b: number) => number][] = [
    ['+', (a, b) => a + b],
    ['-', (a, b) => a - b],
    ['*', (a, b) => a * b],
    ['/', (a, b) => a / b],
    ['%', (a, b) => a % b],
  ];
  for (const [operator, compute] of arithmetic) {
    const apply = (a: Operand, b: Operand): number => compute(Number(a), Number(b));
    env.registerOperator(`int ${operator} double: double`, apply);
    env.registerOperator(`double ${operator} int: double`, apply);
  }
  env.registerOperator('double % double: double', (a: number, b: number) => a % b);
  env.registerOperator('int == double: bool', (a: Operand, b: Operand) => Number(a) === Number(b));
  env.registerOperator('double in list<int>: bool', (a: number, list: readonly Operand[]) =>
    list.some((entry) => Number(entry) === a),
  );
  return env;
}
