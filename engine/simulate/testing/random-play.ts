/** Random small networks and what is done to them, for properties of the physics. */
import fc from 'fast-check';
import type { Json } from '../../base/json.ts';
import { MODEL_KINDS } from '../../kinds/registry.ts';
import type { PolicyPlan } from '../../timeline/network.ts';
import type { OldStateChoice, OldStateRequest } from '../../timeline/old-states.ts';
import type { InvoicePlan } from '../../timeline/timeline.ts';
import { BLOCK_WEIGHT } from '../mempool.ts';
import type { RoutingTraceSink } from '../routing-trace.ts';
import { circle } from './circle.ts';
import { type TestNetwork, type TestPayment, TestRun } from './network.ts';

/** One step of a random scenario; numbers are reduced to what exists. */
export type Step =
  | { readonly do: 'pay'; readonly n: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'stop' | 'start'; readonly node: number }
  | { readonly do: 'mine'; readonly blocks: number }
  | { readonly do: 'open'; readonly from: number; readonly to: number; readonly sat: number; readonly push: number }
  | { readonly do: 'close'; readonly channel: number; readonly force: boolean; readonly side: number }
  | { readonly do: 'fund'; readonly node: number; readonly sat: number }
  | { readonly do: 'crash'; readonly node: number }
  | { readonly do: 'connect' | 'disconnect'; readonly a: number; readonly b: number }
  | { readonly do: 'partition'; readonly mask: number }
  | { readonly do: 'heal' }
  | { readonly do: 'send'; readonly from: number; readonly to: number; readonly sat: number }
  | { readonly do: 'latency'; readonly channel: number; readonly us: number }
  | { readonly do: 'feerate'; readonly perKw: number }
  | {
      readonly do: 'congest';
      readonly low: number;
      readonly factor: number;
      /** In thousandths of a block. */
      readonly backlog: number;
      readonly inflow: number;
      readonly blocks: number;
    }
  | { readonly do: 'cheat'; readonly n: number; readonly away: boolean; readonly blocks: number }
  | { readonly do: 'lose'; readonly n: number; readonly broadcast: boolean }
  | {
      readonly do: 'reorg';
      /** Blocks that are found before it. */
      readonly found: number;
      readonly depth: number;
      /** New blocks beyond those that are undone. */
      readonly more: number;
      readonly empty: boolean;
    }
  | { readonly do: 'create' | 'settle' | 'cancel'; readonly invoice: number }
  | {
      readonly do: 'rebalance';
      readonly out: number;
      readonly into: number;
      readonly msat: number;
      readonly given: boolean;
    }
  | { readonly do: 'policy'; readonly channel: number; readonly policy: PolicyPlan };

const NODES = 6;
const LATER = 6;
/** Most blocks that a reorganisation undoes. */
const DEEPEST_REORG = 12;
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

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('pay' as const), n: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'start' as const), node: fc.nat(NODES - 1) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mine' as const), blocks: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('create' as const, 'settle' as const, 'cancel' as const),
      invoice: fc.nat(NODES - 1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mine' as const), blocks: fc.integer({ min: 4, max: 160 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      from: fc.nat(NODES - 1),
      to: fc.nat(NODES - 1),
      sat: fc.integer({ min: 10_000, max: 2_000_000 }),
      push: fc.integer({ min: 0, max: 10_000_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      channel: fc.nat(13),
      force: fc.boolean(),
      side: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fund' as const),
      node: fc.nat(NODES - 1),
      sat: fc.integer({ min: 1, max: 1e8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), node: fc.nat(NODES - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('connect' as const, 'disconnect' as const),
      a: fc.nat(NODES - 1),
      b: fc.nat(NODES - 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('partition' as const), mask: fc.nat(63) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      from: fc.nat(NODES - 1),
      to: fc.nat(NODES - 1),
      sat: fc.integer({ min: 1, max: 3_000_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('latency' as const), channel: fc.nat(13), us: fc.nat(300_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('feerate' as const), perKw: fc.integer({ min: 250, max: 5000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('congest' as const),
      low: fc.integer({ min: 250, max: 5000 }),
      factor: fc.constantFrom(1, 3, 50),
      backlog: fc.integer({ min: 0, max: 10_000 }),
      inflow: fc.integer({ min: 0, max: 1500 }),
      blocks: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cheat' as const),
      n: fc.nat(7),
      away: fc.boolean(),
      blocks: fc.constantFrom(0, 1, 200, 2500),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose' as const), n: fc.nat(7), broadcast: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('reorg' as const),
      found: fc.nat(4),
      depth: fc.integer({ min: 1, max: DEEPEST_REORG }),
      more: fc.integer({ min: -DEEPEST_REORG, max: 3 }),
      empty: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rebalance' as const),
      out: fc.nat(13),
      into: fc.nat(13),
      msat: fc.integer({ min: 1000, max: 200_000_000 }),
      given: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('policy' as const),
      channel: fc.nat(30),
      policy: fc.record(
        {
          feeBaseMsat: fc.nat(10_000),
          feeRatePpm: fc.nat(20_000),
          cltvDelta: fc.integer({ min: 1, max: 200 }),
          minHtlcMsat: fc.nat(1_000_000),
          maxHtlcMsat: fc.integer({ min: 1_000_000, max: 1_000_000_000 }),
          disabled: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);

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

/** Plays steps and then brings everything to its end. `between` is called after each step and within waits. */
export function play(
  t: TestNetwork,
  steps: readonly Step[],
  between: (run: TestRun) => void = () => {},
  trace?: RoutingTraceSink,
): TestRun {
  const run = new TestRun(t, true, trace);
  const names = t.channels.length + LATER;
  let paid = 0;
  let opened = 0;
  let circular = 0;
  let now = 0;
  // The last node makes its invoice later, or never.
  for (let node = 0; node < NODES - 1; node++) run.simulation.createInvoice(node);
  for (const s of steps) {
    between(run);
    const sim = run.simulation;
    switch (s.do) {
      case 'pay':
        for (let i = 0; i < s.n && paid < t.payments!.length - 8; i++) sim.pay(paid++);
        break;
      case 'wait':
        now += s.ms / 1000;
        run.until(now, between);
        break;
      case 'stop':
        sim.stopNode(s.node);
        break;
      case 'start':
        sim.startNode(s.node);
        break;
      case 'mine':
        sim.mine(s.blocks);
        break;
      case 'open':
        if (s.from === s.to) break;
        sim.openChannel({
          channel: t.channels.length + (opened++ % LATER),
          from: s.from,
          to: s.to,
          capacitySat: s.sat,
          pushMsat: Math.min(s.push, s.sat * 1000),
          announced: true,
          policy: {},
          reversePolicy: {},
          latencyUs: 30_000,
        });
        break;
      case 'close': {
        const channel = s.channel < t.channels.length ? s.channel : s.channel % names;
        const instance = sim.world.byName[channel]!;
        const by = instance < 0 ? -1 : sim.world.channels.node[2 * instance + s.side]!;
        sim.closeChannel({ channel, force: s.force, by });
        break;
      }
      case 'reorg': {
        const depth = Math.min(s.depth, t.reorgDepth ?? 0);
        sim.mine(s.found);
        if (depth > 0) sim.reorg({ depth, blocks: Math.max(0, depth + s.more), empty: s.empty });
        break;
      }
      case 'create':
        sim.createInvoice(s.invoice);
        break;
      case 'settle':
        sim.settleInvoice(s.invoice);
        break;
      case 'cancel':
        sim.cancelInvoice(s.invoice);
        break;
      case 'fund':
        sim.fund(s.node, s.sat);
        break;
      case 'crash':
        sim.crashNode(s.node);
        break;
      case 'connect':
        if (s.a !== s.b) sim.connectPeer(s.a, s.b);
        break;
      case 'disconnect':
        if (s.a !== s.b) sim.disconnectPeer(s.a, s.b);
        break;
      case 'partition': {
        const nodes = Array.from({ length: NODES }, (_, n) => n);
        sim.partition([nodes.filter((n) => (s.mask >> n) & 1)]);
        break;
      }
      case 'heal':
        sim.heal();
        break;
      case 'send':
        sim.sendOnchain({ from: s.from, to: s.to, sat: s.sat });
        break;
      case 'latency':
        sim.setLatency({ channels: [s.channel % names], latencyUs: s.us });
        break;
      case 'feerate':
        sim.setFeerate(s.perKw);
        break;
      case 'congest': {
        const block = t.blockWeight ?? BLOCK_WEIGHT;
        sim.congestMempool({
          lowPerKw: s.low,
          highPerKw: s.low * s.factor,
          weight: Math.floor((s.backlog * block) / 1000),
          inflowWeight: Math.floor((s.inflow * block) / 1000),
          blocks: s.blocks,
        });
        break;
      }
      case 'cheat':
      case 'lose': {
        const wanted = t.oldStates?.[s.n % t.oldStates.length];
        if (wanted === undefined) break;
        if (s.do === 'cheat') {
          const { node0, node1 } = t.channels[wanted.channel]!;
          if (s.away) sim.stopNode(wanted.by === node0 ? node1 : node0);
          sim.cheat(wanted);
          if (s.away) sim.mine(s.blocks);
        } else sim.loseData({ ...wanted, broadcast: s.broadcast });
        break;
      }
      case 'rebalance': {
        const row = t.payments!.length - 1 - circular;
        const out = t.channels[s.out % t.channels.length];
        if (out === undefined || row < paid) break;
        circular++;
        // The row's ends are whatever they are; what counts is that the money comes back where it left.
        const node = t.payments![row]!.source;
        if (t.payments![row]!.destination !== node) break;
        const way = s.given ? circle(t.channels, node, s.out, s.into) : [];
        sim.rebalance({
          node,
          outChannel: way[0] ?? s.out % t.channels.length,
          inChannel: way.at(-1) ?? s.into % t.channels.length,
          amountMsat: s.msat,
          maxFeeMsat: 100_000,
          ...(way.length > 0 ? { route: way } : {}),
          row,
        });
        break;
      }
      case 'policy':
        sim.setPolicy({ channel: s.channel % names, node: -1, policy: s.policy });
        break;
    }
  }
  // Everything comes to its end: all nodes run and can pay for their claims, timeouts pass, blocks are mined until the
  // last HTLC has expired and the last delay is over; in some networks they are undone again and again.
  const sim = run.simulation;
  sim.heal();
  for (let a = 0; a < NODES; a++) for (let b = a + 1; b < NODES; b++) sim.connectPeer(a, b);
  for (let n = 0; n < NODES; n++) {
    sim.startNode(n);
    sim.fund(n, 100_000_000);
  }
  // Options may put expiries and delays 2016 blocks away each; most networks need no more than the first rounds.
  const unsettled = t.reorgDepth === DEEPEST_REORG ? t.reorgDepth : 0;
  const pending = (): boolean => sim.world.htlcs.live > 0 || sim.world.payments.running > 0;
  for (let i = 0; i < 8 || (i < 60 && pending()); i++) {
    now += 300;
    run.until(now);
    for (let found = 0; found < 150; found += unsettled > 0 ? 10 : 150) {
      sim.mine(unsettled > 0 ? 10 : 150);
      if (unsettled > 0 && i < 8) sim.reorg({ depth: unsettled, blocks: unsettled + 1, empty: found % 20 === 0 });
    }
  }
  run.until(now + 600);
  return run;
}
