/** Random small networks of all implementations, with what may be paid in them, for properties of the physics. */
import fc from 'fast-check';
import type { Json } from '../../base/json.ts';
import { MODEL_KINDS } from '../../kinds/registry.ts';
import type { PolicyPlan } from '../../timeline/network.ts';
import type { OldStateChoice, OldStateRequest } from '../../timeline/old-states.ts';
import type { InvoicePlan } from '../../timeline/timeline.ts';
import type { TestNetwork, TestPayment } from './network.ts';

export const NODES = 6;
export const LATER = 6;
/** Most blocks that a reorganisation undoes. */
export const DEEPEST_REORG = 12;
/** Number of the first activity that pays an invoice with a name; there is one a node. */
const NAMED = 10;

/** The invoice that a node makes: of an amount or any, settled at once or held. */
const invoiceOf = (node: number): InvoicePlan => ({
  name: `invoice-${node}`,
  node,
  amountMsat: node % 2 === 0 ? -1 : 1_500_000 * node,
  ...(node === 1 ? { expiryUs: 90_000_000 } : {}),
  ...(node % 3 === 0 ? {} : { hold: true }),
});

/** Defences of the nodes: none, one or both, with limits that a small network reaches. */
const defence = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        max_pending: fc.nat(2),
        max_hourly_rate: fc.constantFrom(0, 60, 600),
        burst: fc.integer({ min: 1, max: 3 }),
        mode: fc.constantFrom('fail', 'queue', 'queue', 'queue_peer_initiated', 'block'),
      })
      .map((circuit_breaker) => ({ defence: { circuit_breaker } })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        general_percent: fc.constantFrom(2, 10, 40),
        resolution_period_s: fc.constantFrom(1, 90),
        revenue_window_s: fc.constantFrom(5, 1000),
        block_s: fc.constantFrom(1, 600),
      })
      .map((reputation) => ({ defence: { reputation } })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ defence: { use: 'all', circuit_breaker: { max_pending: 3, mode: 'queue' } } }),
  },
);

type Schema = Readonly<Record<string, Json>>;

/** How long a node tries, and what it remembers for how long: at their largest they would only make a test long. */
const PATIENCE = /timeout|attempt|retry|_s$|defence/;

/** Some options of a model at their default, their ends or between. */
function optionsOf(schema: Schema): fc.Arbitrary<Readonly<Record<string, Json>>> {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Schema>>);
  const values = properties.flatMap(([key, property]): (readonly [string, fc.Arbitrary<Json>])[] => {
    if (PATIENCE.test(key)) return [];
    if (property.type === 'boolean') return [[key, fc.boolean()]];
    if (property.type === 'object') return [[key, optionsOf(property)]];
    if (Array.isArray(property.enum)) return [[key, fc.constantFrom(...(property.enum as readonly Json[]))]];
    if (property.type !== 'integer') return [];
    const [min, max, usual] = [property.minimum, property.maximum, property.default] as [number, number, number];
    return [[key, fc.oneof(fc.constantFrom(min, usual, max), fc.integer({ min, max }))]];
  });
  return fc.record(Object.fromEntries(values), { requiredKeys: [] }) as fc.Arbitrary<Readonly<Record<string, Json>>>;
}

/** Options of a node of each model, mostly none. */
const optionsBy = fc.record(
  Object.fromEntries(
    MODEL_KINDS.map(({ name, optionsSchema }) => [
      name,
      fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: optionsOf(optionsSchema as Schema) }),
    ]),
  ),
);

/** What a scenario may state of a policy; mostly nothing. */
const policy: fc.Arbitrary<PolicyPlan> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        feeBaseMsat: fc.nat(5000),
        feeRatePpm: fc.nat(5000),
        cltvDelta: fc.integer({ min: 1, max: 300 }),
        minHtlcMsat: fc.nat(2_000_000),
        maxHtlcMsat: fc.integer({ min: 1000, max: 1_000_000_000 }),
        inboundFeeBaseMsat: fc.integer({ min: -1000, max: 0 }),
        inboundFeeRatePpm: fc.integer({ min: -1000, max: 0 }),
      },
      { requiredKeys: [] },
    ),
  },
);

const oneModel = fc.constantFrom(...MODEL_KINDS.map(({ name }) => name));
/** Implementations of the nodes: all the same, or any. */
const models = fc.oneof(
  oneModel.map((model) => new Array<string>(NODES).fill(model)),
  fc.array(oneModel, { minLength: NODES, maxLength: NODES }),
);

/** A payment of an invoice with a name goes to who made it, and is what it asks for. */
function asInvoiced(payment: TestPayment): TestPayment {
  const node = (payment.activity ?? 0) - NAMED;
  if (node < 0) return payment;
  const { amountMsat } = invoiceOf(node);
  return { ...payment, destination: node, amountMsat: amountMsat < 0 ? payment.amountMsat : amountMsat };
}

export const network: fc.Arbitrary<TestNetwork> = fc
  .record({
    models,
    defences: fc.array(defence, { minLength: NODES, maxLength: NODES }),
    options: fc.array(optionsBy, { minLength: NODES, maxLength: NODES }),
    wallets: fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: NODES, maxLength: NODES }),
    channels: fc.array(
      fc.record({
        node0: fc.nat(NODES - 1),
        node1: fc.nat(NODES - 1),
        capacitySat: fc.integer({ min: 20_000, max: 3_000_000 }),
        share: fc.integer({ min: 0, max: 1000 }),
        latencyUs: fc.integer({ min: 0, max: 200_000 }),
        policy0: policy,
        policy1: policy,
      }),
      { minLength: 3, maxLength: 14, size: 'max' },
    ),
    payments: fc.array(
      fc.record({
        source: fc.nat(NODES - 1),
        destination: fc.nat(NODES - 1),
        amountMsat: fc.oneof(fc.integer({ min: 1, max: 2_000_000 }), fc.integer({ min: 1, max: 900_000_000 })),
        activity: fc.oneof(fc.nat(NAMED - 1), fc.integer({ min: NAMED, max: NAMED + NODES - 1 })),
      }),
      { minLength: 5, maxLength: 60, size: 'max' },
    ),
    oldStates: fc.array(
      fc.record({
        channel: fc.nat(13),
        side: fc.nat(1),
        oldState: fc.constantFrom<OldStateChoice>('oldest', 'best', 'at', 'number'),
        value: fc.nat(20),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    feeratePerKw: fc.constantFrom(250, 1000, 12_500),
    blockWeight: fc.constantFrom(undefined, 20_000, 1_000_000),
    mempoolWeight: fc.constantFrom(undefined, 10_000_000),
    reorgDepth: fc.constantFrom(undefined, undefined, 2, 7, DEEPEST_REORG),
  })
  .map((r) => ({ ...r, channels: r.channels.filter((c) => c.node0 !== c.node1) }))
  .map((r) => ({
    nodes: r.wallets.map((walletSat, n) => ({
      walletSat,
      model: r.models[n]!,
      options: { ...r.options[n]![r.models[n]!], ...r.defences[n] },
    })),
    channels: r.channels.map((c) => ({
      node0: c.node0,
      node1: c.node1,
      capacitySat: c.capacitySat,
      balance0Msat: Math.floor((c.capacitySat * 1000 * c.share) / 1000),
      latencyUs: c.latencyUs,
      policy0: c.policy0,
      policy1: c.policy1,
    })),
    oldStates: r.oldStates.flatMap(({ channel, side, oldState, value }): OldStateRequest[] => {
      const c = r.channels[channel % r.channels.length];
      if (c === undefined) return [];
      const by = side === 0 ? c.node0 : c.node1;
      const about = oldState === 'number' ? value : oldState === 'at' ? value * 5_000_000 : -1;
      return [{ channel: channel % r.channels.length, by, oldState, value: about }];
    }),
    // The last rows are circular: they are played as rebalances only.
    payments: [
      ...r.payments.map(asInvoiced).filter((p) => p.source !== p.destination),
      ...Array.from({ length: 8 }, (_, i) => ({
        source: i % NODES,
        destination: i % NODES,
        amountMsat: 30_000_000,
        activity: 1,
      })),
    ],
    profiles: [
      {},
      { method: 'invoice' as const },
      { method: 'invoice' as const, holdUs: 20_000_000 },
      { method: 'invoice' as const, holdUs: 400_000_000 },
      { holdUs: 20_000_000, settles: false as const },
      { method: 'invoice' as const, holdUs: -1, settles: false as const },
      { method: 'amp' as const },
      { maxCltv: 200, probe: true as const },
      { method: 'invoice' as const, invoiceExpiryUs: 2_000_000 },
      { outgoingChannels: [0, 1], lastHop: 1 },
      ...Array.from({ length: NODES }, (_, invoice) => ({ method: 'invoice' as const, invoice })),
    ],
    invoices: Array.from({ length: NODES }, (_, node) => invoiceOf(node)),
    later: Array.from({ length: LATER }, (_, i) => `later${i}`),
    feeratePerKw: r.feeratePerKw,
    ...(r.blockWeight === undefined ? {} : { blockWeight: r.blockWeight }),
    ...(r.mempoolWeight === undefined ? {} : { mempoolWeight: r.mempoolWeight }),
    ...(r.reorgDepth === undefined ? {} : { reorgDepth: r.reorgDepth }),
  }));
