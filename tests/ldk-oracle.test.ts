/**
 * Real LDK as the oracle of its model: the same timelines on the simulator's model `ldk` (rules of 0.3) and on real LDK nodes
 * (0.1) must come to the same payments, routes, fees, failures, balances, commitment fees and money on the chain.
 */
import { describe, expect, it } from 'vitest';
import type { Backend } from '../engine/backends/backend.ts';
import { loadBinding } from '../engine/backends/ldk/binding.ts';
import { inlineLink, LdkBackend } from '../engine/backends/ldk/ldk-backend.ts';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { MODEL_KINDS, RUN_KINDS } from '../engine/kinds/registry.ts';
import { runTimeline } from '../engine/run/runner.ts';
import { failureName } from '../engine/simulate/failure.ts';
import { INVOICE_NAMES } from '../engine/simulate/invoices.ts';
import { OUTCOME_NAMES, RECORD, TX_NAMES } from '../engine/simulate/records.ts';
import { available } from './testing/command.ts';
import { type Compiled, compileText } from './testing/play.ts';

const installed = await loadBinding().then(
  () => true,
  () => false,
);
const there = available(installed, 'the package lightningdevkit 0.1.0');

const HEAD = `version: 1
name: oracle
duration: 10m
chain: { height: 100, mining: { every: 30s, blocks: 6 } }
defaults: { node: { model: ldk, wallet: 1 BTC }, channel: { capacity: 1_000_000 sat, push: 400_000 sat } }
`;

/**
 * Fees in which they do not agree, with the reason in models/ldk/README.md, as real minus model: the weight of signatures in
 * claims. Least and most, sat.
 */
const FEES_APART: Readonly<Record<string, readonly [number, number]>> = {
  sweepLocal: [-1, 1],
  sweepRemote: [-1, 1],
};

interface Claim {
  readonly kind: string;
  readonly feeSat: number;
  readonly valueSat: number;
}

interface Facts {
  /** What both must agree on to the msat, by payment, channel and transaction. */
  readonly exact: object;
  /** Transactions whose fees may be apart. */
  readonly claims: Claim[];
  readonly wallets: readonly number[];
}

/** Fees in which they may be apart: least and most, sat, by kinds of transactions. */
type Apart = typeof FEES_APART;

async function facts(compiled: Compiled, backend: Backend, feesApart: Apart): Promise<Facts> {
  const payments: string[] = [];
  const transactions: string[] = [];
  const claims: Claim[] = [];
  const replaced: string[] = [];
  const { timeline } = compiled;
  let wallets: readonly number[] = [];
  const stop = backend.stop.bind(backend);
  const invoices: string[] = [];
  const channels: string[] = [];
  backend.stop = async () => {
    wallets = [];
    for (let n = 0; n < timeline.network.nodes.length; n++) wallets = [...wallets, (await backend.node(n)).walletSat];
    for (let c = 0; c < timeline.channelNames.length; c++) {
      const { name, state, balance0Msat, balance1Msat, htlcs } = await backend.channel(c);
      // Balances of a channel that is gone are what its ending made of them.
      const money = state === 'open' ? `${balance0Msat} + ${balance1Msat} msat, ${htlcs} HTLCs` : '';
      channels.push(`${name} ${state} ${money}`);
    }
    for (let i = 0; i < (timeline.invoices ?? []).length; i++) {
      const { name, state, node, payer } = await backend.invoice(i);
      invoices.push(`${name} of ${node} ${state} ${payer}`);
    }
    await stop();
  };
  const result = await runTimeline({
    timeline,
    timelineDigest: compiled.timelineDigest,
    backend,
    kinds: RUN_KINDS,
    clock: { now: () => 0, sleep: async () => {} },
    observers: [
      {
        record: (code, _time, a, b, c, amount) => {
          if (code === RECORD.invoice) {
            const payment = c < 0 ? 'no payment' : `payment ${c}`;
            invoices.push(`${timeline.invoices?.[a]?.name} ${INVOICE_NAMES[b]}, ${payment}, ${amount} msat`);
          }
          const kind = TX_NAMES[a] ?? '';
          if (code === RECORD.txReplaced) {
            replaced.push(`${kind} of ${b}`);
            const at = claims.findIndex((claim) => claim.kind === kind && claim.feeSat === c);
            if (at >= 0) claims.splice(at, 1);
          }
          if (code !== RECORD.txBroadcast) return;
          if (kind in feesApart) claims.push({ kind, feeSat: c, valueSat: amount });
          else transactions.push(`${kind} of ${b}: fee ${c}, value ${amount}`);
        },
        text: () => {},
        payment: (one) => {
          const { outcome, route, feeMsat, parts, failureCode, failureHop } = one;
          const names = route.map((node) => timeline.network.nodes[node]?.name).join(' > ');
          const failed = failureCode === 0 ? '' : `, ${failureName(failureCode)} at ${failureHop}`;
          payments[one.payment] = `${OUTCOME_NAMES[outcome]} ${names}, ${feeMsat} msat, ${parts} parts${failed}`;
        },
      },
    ],
  });
  if (result.failure !== null) throw result.failure;
  const behaviours = result.behaviours.map(
    ({ name, nodes }) => `${name}: ${JSON.stringify(nodes.map((one) => [...one.figures]))}`,
  );
  const wrong = result.expectations.find(({ status }) => status !== 'passed');
  if (wrong !== undefined) throw new Error(`${backend.name}: ${wrong.that} ${wrong.status}, ${wrong.measured}`);
  // Who is first to hear of a block is no matter of the rules.
  claims.sort((a, b) => a.kind.localeCompare(b.kind) || a.valueSat - b.valueSat);
  return { exact: { payments, channels, transactions, replaced, invoices, behaviours }, claims, wallets };
}

async function both(text: string, apart: Apart): Promise<readonly [model: Facts, real: Facts]> {
  const compiled = await compileText(HEAD + text, 'oracle.yml', '.');
  const model = await facts(compiled, createSimulatorBackend({ models: MODEL_KINDS }), apart);
  return [model, await facts(compiled, new LdkBackend(inlineLink()), apart)];
}

const LINE = `nodes: { alice: {}, bob: {}, carol: {}, dave: {} }
channels:
  ab: { from: alice, to: bob }
  bc: { from: bob, to: carol, policy: { fee_base: 500 msat, fee_rate: 123 ppm } }
  cd: { from: carol, to: dave, policy: { fee_base: 0 msat, fee_rate: 2_000 ppm, cltv_expiry_delta: 60 } }
`;
/** Two ways from alice to carol, the one by bob is cheaper and has two channels at its beginning. */
const DIAMOND = `nodes: { alice: {}, bob: {}, carol: {}, dave: {} }
channels:
  ab: { from: alice, to: bob }
  ab2: { from: alice, to: bob, capacity: 200_000 sat, push: 80_000 sat }
  bc: { from: bob, to: carol, push: 950_000 sat, policy: { fee_base: 100 msat, fee_rate: 10 ppm } }
  ad: { from: alice, to: dave }
  bd: { from: bob, to: dave, policy: { fee_base: 300 msat, fee_rate: 77 ppm } }
  dc: { from: dave, to: carol, policy: { fee_base: 1_000 msat, fee_rate: 1_500 ppm, cltv_expiry_delta: 80 } }
`;
/** A ring of three with a second channel from bob to carol, and dave beside it. */
const RING = `nodes: { alice: {}, bob: {}, carol: {}, dave: {} }
channels:
  ab: { from: alice, to: bob, push: 100_000 sat }
  bc: { from: bob, to: carol, policy: { fee_base: 300 msat, fee_rate: 321 ppm } }
  bc2: { from: bob, to: carol, push: 950_000 sat }
  ca: { from: carol, to: alice, push: 100_000 sat, policy: { fee_base: 0 msat, fee_rate: 700 ppm, cltv_expiry_delta: 90 } }
  cd: { from: carol, to: dave }
`;
const pay = (at: number, source: string, destination: string, amount: string, rest = ''): string =>
  `  - { at: ${at}s, pay: { source: ${source}, destination: ${destination}, amount: ${amount}${rest} } }\n`;

const circle = (at: number, node: string, amount: string, route: string, rest = ''): string =>
  `  - { at: ${at}s, rebalance: { node: ${node}, amount: ${amount}, route: ${route}${rest} } }\n`;

const invoice = (at: number, name: string, node: string, rest = ''): string =>
  `  - { at: ${at}s, create_invoice: { invoice: ${name}, node: ${node}${rest} } }\n`;
const payInvoice = (at: number, source: string, name: string, rest = ''): string =>
  `  - { at: ${at}s, pay: { source: ${source}, invoice: ${name}${rest} } }\n`;

const CASES: readonly (readonly [name: string, text: string, moreApart?: Apart])[] = [
  [
    'payments over one to three hops, by keysend and invoice',
    `${LINE}events:\n${pay(5, 'alice', 'bob', '10_000 sat')}${pay(15, 'alice', 'carol', '12_345_678 msat')}${pay(
      25,
      'alice',
      'dave',
      '50_001_001 msat',
      ', method: invoice',
    )}${pay(35, 'dave', 'alice', '7_777 sat', ', method: invoice')}${pay(45, 'carol', 'bob', '1_000 sat', ', method: keysend')}`,
  ],
  [
    'payments that fail: too much, dear, refused, a peer that is away',
    `${LINE}events:\n${pay(5, 'alice', 'dave', '900_000 sat')}${pay(15, 'alice', 'dave', '100_000 sat', ', fee_limit: 1 sat')}${pay(
      25,
      'alice',
      'carol',
      '20_000 sat',
      ', hold: 1s, settle: false, method: invoice',
    )}  - { at: 35s, stop_node: { node: carol } }\n${pay(50, 'alice', 'carol', '20_000 sat')}`,
  ],
  [
    'a channel without liquidity on the way',
    `nodes: { alice: {}, bob: {}, carol: {} }
channels:
  ab: { from: alice, to: bob }
  bc: { from: bob, to: carol, push: 950_000 sat }
events:\n${pay(5, 'alice', 'carol', '60_000 sat')}${pay(30, 'carol', 'alice', '90_000 sat', ', method: invoice')}${pay(50, 'alice', 'carol', '60_000 sat')}`,
  ],
  [
    'a force close and a cooperative one',
    `${LINE}events:\n${pay(5, 'alice', 'dave', '50_001_001 msat', ', method: invoice')}  - { at: 65s, close_channel: { channel: ab, force: true, by: alice } }
  - { at: 95s, close_channel: { channel: cd } }\n`,
  ],
  [
    'a force close with a payment in it, whose recipient claims it',
    `${LINE}events:\n${pay(5, 'alice', 'carol', '40_000 sat', ', hold: 55s, method: invoice')}  - { at: 20s, close_channel: { channel: bc, force: true, by: bob } }\n`,
  ],
  [
    'a channel that is opened and used',
    `${LINE}events:
  - { at: 5s, open_channel: { channel: ad, from: alice, to: dave, capacity: 300_000 sat } }
${pay(100, 'alice', 'dave', '30_000 sat')}${pay(130, 'dave', 'alice', '5_000 sat')}`,
  ],
  [
    'invoices with a name: paid, paid once, for any amount, expired, never made',
    `${LINE}events:
${invoice(1, 'bill', 'carol', ', amount: 5_000 sat')}${invoice(1, 'gift', 'dave')}${invoice(1, 'late', 'carol', ', amount: 6_000 sat, expiry: 40s')}
  - { at: 2s, stop_node: { node: dave } }
${invoice(3, 'never', 'dave', ', amount: 7_000 sat')}  - { at: 4s, start_node: { node: dave } }
${payInvoice(20, 'alice', 'bill')}${payInvoice(25, 'alice', 'bill')}${payInvoice(30, 'bob', 'bill')}${payInvoice(
  35,
  'alice',
  'gift',
  ', amount: 21_000 sat',
)}${payInvoice(45, 'alice', 'late')}${payInvoice(46, 'alice', 'never')}  - { at: 50s, cancel_invoice: bill }\n`,
  ],
  [
    'held invoices: settled, cancelled before and after a payment, refused to a second payer, held over a restart',
    `${LINE}events:
${invoice(1, 'order', 'dave', ', amount: 30_000 sat, hold: true')}${invoice(1, 'refund', 'carol', ', amount: 9_000 sat, hold: true')}${invoice(
  1,
  'off',
  'carol',
  ', amount: 4_000 sat, hold: true',
)}  - { at: 3s, settle_invoice: order }
  - { at: 4s, cancel_invoice: off }
${payInvoice(5, 'alice', 'order')}${payInvoice(6, 'alice', 'refund')}${payInvoice(7, 'alice', 'off')}${payInvoice(
  10,
  'bob',
  'order',
)}  - { at: 15s, cancel_invoice: refund }
  - { at: 20s, stop_node: { node: dave } }
  - { at: 25s, settle_invoice: order }
  - { at: 27s, start_node: { node: dave } }
  - { at: 40s, settle_invoice: order }
  - { at: 41s, cancel_invoice: order }\n`,
  ],
  [
    'given routes: a dearer one than the cheapest, over one of two channels, too much, not there, refused on the way, for an invoice',
    `${DIAMOND}events:
${pay(5, 'alice', 'carol', '20_000 sat', ', route: [ad, dc]')}${pay(15, 'alice', 'carol', '11_000 sat', ', route: [ab2, bc]')}${pay(
  25,
  'alice',
  'carol',
  '900_000 sat',
  ', route: [ab, bc]',
)}${pay(35, 'alice', 'carol', '10_000 sat', ', route: [ad, dc], fee_limit: 1 sat')}${pay(45, 'alice', 'carol', '70_000 sat', ', route: [ab, bc]')}${pay(
  55,
  'alice',
  'carol',
  '12_345_678 msat',
  ', route: [ab, bd, dc], method: invoice',
)}  - { at: 60s, close_channel: { channel: ab2 } }
${pay(75, 'alice', 'carol', '1_000 sat', ', route: [ab2, bc]')}${invoice(76, 'bill', 'carol', ', amount: 8_000 sat')}${payInvoice(
  80,
  'alice',
  'bill',
  ', route: [ad, dc]',
)}`,
  ],
  [
    'payments that leave by a given channel, and those for which it has not enough',
    `${DIAMOND.replace(/ {2}bd: .*\n/, '')}events:
${pay(5, 'alice', 'carol', '20_000 sat', ', outgoing_channel: ad')}${pay(15, 'alice', 'bob', '21_000 sat', ', outgoing_channel: ab2')}${pay(
  25,
  'alice',
  'bob',
  '150_000 sat',
  ', outgoing_channel: ab2',
)}${pay(35, 'alice', 'carol', '70_000 sat', ', outgoing_channel: [ab2, ab], method: invoice')}`,
  ],
  [
    'payments that come by a given last hop, whose channels only it has, and those for which it has not enough',
    `${DIAMOND}events:
${pay(5, 'alice', 'carol', '20_000 sat', ', last_hop: dave')}${pay(15, 'alice', 'carol', '11_000 sat', ', last_hop: bob')}${pay(
  25,
  'alice',
  'carol',
  '140_000 sat',
  ', last_hop: bob, method: invoice',
)}${pay(35, 'alice', 'dave', '10_000 sat', ', last_hop: bob')}${pay(45, 'alice', 'dave', '12_000 sat', ', last_hop: alice')}${pay(
  55,
  'alice',
  'bob',
  '13_000 sat',
  ', last_hop: carol',
)}${pay(65, 'alice', 'carol', '14_000 sat', ', last_hop: dave, outgoing_channel: ab, method: invoice')}${pay(
  75,
  'carol',
  'alice',
  '230_000 sat',
  ', last_hop: dave, method: invoice',
)}`,
  ],
  [
    'probes: one that gets there, too much, over one hop, along a given route',
    `${LINE}events:\n${pay(5, 'alice', 'dave', '20_000 sat', ', probe: true')}${pay(15, 'alice', 'dave', '900_000 sat', ', probe: true')}${pay(
      25,
      'alice',
      'bob',
      '30_000 sat',
      ', probe: true',
    )}${pay(35, 'carol', 'alice', '31_000 sat', ', probe: true, route: [bc, ab]')}${pay(
      45,
      'dave',
      'bob',
      '12_345_678 msat',
      ', probe: true',
    )}${pay(55, 'bob', 'dave', '10_000 sat')}`,
  ],
  [
    'circular payments: along a circle and back, dear, too much, without liquidity, without a way, over a channel that is gone',
    `${RING}events:
${circle(5, 'alice', '100_000 sat', '[ab, bc, ca]')}${circle(15, 'alice', '20_000 sat', '[ab, bc, ca]', ', max_fee: 5 sat')}${circle(
  25,
  'alice',
  '2_000_000 sat',
  '[ab, bc, ca]',
)}${circle(35, 'alice', '150_000 sat', '[ab, bc2, ca]')}${circle(
  45,
  'alice',
  '40_000_123 msat',
  '[ca, bc, ab]',
)}  - { at: 55s, rebalance: { node: alice, out: ab, in: ca, amount: 10_000 sat } }
${circle(65, 'bob', '30_000 sat', '[bc, bc2]')}${circle(75, 'carol', '12_000 sat', '[ca, ab, bc2]', ', max_fee: 60 sat')}${circle(
  80,
  'carol',
  '13_000 sat',
  '[ca, ab, bc2]',
)}  - { at: 85s, close_channel: { channel: bc } }
${circle(95, 'alice', '10_000 sat', '[ab, bc, ca]')}${pay(110, 'alice', 'dave', '30_000 sat')}`,
  ],
  [
    'a rebalancer, which looks for circles itself, and gives pairs that failed a rest',
    `${RING}behaviours:
  even: { nodes: alice, every: 20s, duration: 4m, rebalancer: { below: 0.3, target: 0.5, above: 0.6, amount: 90_000 sat, max_fee_rate: 2_000 ppm } }
  also: { nodes: bob, every: 30s, duration: 4m, rebalancer: { below: 0.2, above: 0.3, amount: 200_000 sat, max_fee_rate: 5_000 ppm, back_off: { first: 1m } } }
  cheap: { nodes: carol, every: 40s, start: 10s, duration: 4m, rebalancer: { below: 0.5, above: 0.55, min_amount: 1_000 sat, max_fee_rate: 1 ppm, back_off: { first: 1m } } }
expect:
  - payments('even').succeeded > 2
  - payments('also').succeeded > 0 && payments('cheap').count > 0\n`,
  ],
  [
    'a behaviour that probes channels of others',
    `${RING}behaviours:
  looks: { nodes: alice, every: 5s, probing: { targets: [bc, bc2, cd], precision: 20_000 sat } }
expect:
  - payments('looks').count > 9
${pay(300, 'alice', 'dave', '30_000 sat').replace(/^/, 'events:\n')}`,
  ],
  [
    'blocks that are undone: the funding of a channel that waits, and that of one that is used, which both close',
    `${LINE}events:
  - { at: 1s, open_channel: { channel: ad, from: alice, to: dave, capacity: 300_000 sat } }
  - { at: 2s, open_channel: { channel: bd, from: bob, to: dave, capacity: 400_000 sat } }
  - { at: 5s, mine: { blocks: 2 } }
  - { at: 6s, reorg: { depth: 2, blocks: 3, empty: true } }
${pay(100, 'alice', 'dave', '20_000 sat', ', route: [ad]')}  - { at: 110s, open_channel: { channel: ca, from: carol, to: alice, capacity: 500_000 sat } }
${pay(160, 'carol', 'alice', '30_000 sat', ', route: [ca]')}  - { at: 165s, reorg: { depth: 8 } }
${pay(200, 'alice', 'dave', '10_000 sat')}`,
  ],
  [
    'blocks that are undone under closes: a cooperative one, a forced one with its claims, one that is over',
    `${LINE}events:\n${pay(5, 'alice', 'carol', '40_000 sat', ', hold: 5s, method: invoice')}${pay(
      11,
      'alice',
      'carol',
      '50_000 sat',
      ', hold: 60s, method: invoice',
    )}  - { at: 20s, close_channel: { channel: bc, force: true, by: bob } }
  - { at: 21s, close_channel: { channel: cd } }
  - { at: 35s, reorg: { depth: 3, blocks: 0 } }
  - { at: 45s, mine: { blocks: 2 } }
  - { at: 47s, stop_node: { node: carol } }
  - { at: 48s, reorg: { depth: 2 } }
  - { at: 55s, start_node: { node: carol } }
`,
  ],
  [
    'a mempool full of strangers: coins sent, a channel opened, one closed by agreement and one by force',
    `nodes: { alice: {}, bob: {}, carol: {}, dave: {} }
channels:
  ab: { from: alice, to: bob }
  bc: { from: bob, to: carol }
  cd: { from: carol, to: dave }
events:
${pay(1, 'alice', 'carol', '30_000 sat', ', hold: 90s, method: invoice')}  - { at: 5s, congest_mempool: { backlog: 12 vMB, feerate: [5 sat/vB, 200 sat/vB], inflow: 900 kvB, blocks: 12 } }
  - { at: 10s, send_onchain: { from: carol, to: alice, amount: 0.1 BTC } }
  - { at: 12s, close_channel: { channel: cd } }
  - { at: 14s, open_channel: { channel: ad, from: alice, to: dave, capacity: 300_000 sat } }
  - { at: 16s, close_channel: { channel: bc, force: true, by: bob } }
expect:
  - { at: 20s, that: chain.backlog == 12 && chain.feerate > chain.feerate_6 }
  - chain.backlog == 0\n`,
    // What wallets put in and get back is weighed by the application; LDK weighs its own claims of HTLCs.
    { anchor: [-200, 0], htlcSuccess: [-2, 0] },
  ],
  [
    'revoked commitments: the first, by a node that comes back, and one that nobody has',
    `${LINE}events:
${pay(5, 'alice', 'bob', '50_000 sat')}${pay(8, 'carol', 'dave', '60_000 sat')}${pay(10, 'dave', 'carol', '5_000 sat')}${pay(
  11,
  'bob',
  'alice',
  '20_000 sat',
)}  - { at: 20s, cheat: { channel: ab, by: alice, state: oldest } }
  - { at: 21s, cheat: { channel: bc, by: carol, state: oldest } }
  - { at: 22s, lose_data: { channel: cd, by: dave, state: { number: 1 }, broadcast: true } }
${pay(40, 'bob', 'carol', '10_000 sat')}`,
    { penalty: [-2, 2] },
  ],
  [
    'nodes that come back with old data, whose peers close',
    `${LINE}events:
${pay(5, 'alice', 'bob', '50_000 sat')}${pay(8, 'carol', 'dave', '60_000 sat')}${pay(11, 'bob', 'alice', '20_000 sat')}  - { at: 20s, lose_data: { channel: ab, by: alice, state: oldest } }
  - { at: 22s, stop_node: { node: dave } }
  - { at: 23s, lose_data: { channel: cd, by: dave } }
${pay(40, 'bob', 'carol', '10_000 sat')}`,
  ],
  [
    'a revoked commitment with a payment in it, which the victim takes, too',
    `${LINE}events:
${pay(5, 'alice', 'bob', '50_000 sat')}${pay(8, 'bob', 'alice', '30_000 sat', ', hold: 6s, method: invoice')}${pay(16, 'bob', 'alice', '7_000 sat')}  - { at: 20s, cheat: { channel: ab, by: alice, state: { at: 12s } } }
`,
    { penalty: [-4, 4] },
  ],
  [
    'a held invoice that nobody decides about',
    `${LINE}events:\n${invoice(1, 'order', 'dave', ', hold: true')}${payInvoice(5, 'alice', 'order', ', amount: 30_000 sat')}`,
  ],
];

describe.skipIf(!there)('the model and real LDK agree on', () => {
  it.each(
    CASES.map(([name, text, more = {}]) => [name, { text, apart: { ...FEES_APART, ...more } as Apart }] as const),
  )(
    '%s',
    async (_name, { text, apart }) => {
      const [model, real] = await both(text, apart);
      expect(model.exact).toEqual(real.exact);
      const kinds = ({ claims }: Facts): string[] => claims.map(({ kind, valueSat }) => `${kind} of ${valueSat} sat`);
      expect(kinds(model)).toEqual(kinds(real));
      let sumApart = 0;
      real.claims.forEach(({ kind, feeSat }, i) => {
        const [least, most] = apart[kind] as readonly [number, number];
        const difference = feeSat - (model.claims[i] as Claim).feeSat;
        expect(difference).toBeGreaterThanOrEqual(least);
        expect(difference).toBeLessThanOrEqual(most);
        sumApart += difference;
      });
      // The difference in fees is the whole difference in money.
      const sum = ({ wallets }: Facts): number => wallets.reduce((all, one) => all + one, 0);
      expect(sum(model) - sum(real)).toBe(sumApart);
    },
    60_000,
  );
});
