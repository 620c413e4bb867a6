/**
 * Invoices with a name: who can pay them, when, how often, and what recipients do with what they hold (the events
 * create_invoice, settle_invoice and cancel_invoice).
 */
import { describe, expect, it } from 'vitest';
import { FAILURE } from './failure.ts';
import { INVOICE } from './invoices.ts';
import { OUTCOME, RECORD } from './records.ts';
import { TestRun } from './testing/network.ts';

const SECOND = 1_000_000;

/** Payer 0, a router, recipient 2; and payer 3 beside. Payments 0 and 1 are of the first payer, 2 of the other. */
const shop = (model: string, invoice: object = {}): TestRun =>
  new TestRun({
    nodes: [{ model }, {}, { model }, { model }],
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2 },
      { node0: 3, node1: 1 },
    ],
    payments: [0, 0, 3].map((source) => ({ source, destination: 2, amountMsat: 1_000_000 })),
    profiles: [{ method: 'invoice', invoice: 0 }],
    invoices: [{ name: 'bill', node: 2, amountMsat: 1_000_000, ...invoice }],
  });

const outcomes = (run: TestRun): readonly number[] => run.results.map(({ outcome }) => outcome);
const states = (run: TestRun): readonly number[] =>
  run.records.filter(([code]) => code === RECORD.invoice).map(([, , , state]) => state);
const MODELS = ['lnd', 'cln', 'eclair', 'ldk'];

describe.each(MODELS)('an invoice between nodes of %s', (model) => {
  // LDK tells that the recipient refused (PaymentFailureReason::RecipientRejected), and no more.
  const refused = model === 'ldk' ? OUTCOME.RecipientRejected : OUTCOME.IncorrectPaymentDetails;

  it('is paid once; another payer learns from the recipient that it was', () => {
    const run = shop(model);
    run.simulation.createInvoice(0);
    run.simulation.pay(0);
    run.until(20);
    run.simulation.pay(2);
    run.until(100);
    expect(outcomes(run)).toEqual([OUTCOME.Success, refused]);
    expect(run.results[1]).toMatchObject({ failureCode: FAILURE.incorrect_or_unknown_payment_details, failureHop: 2 });
    expect(states(run)).toEqual([INVOICE.open, INVOICE.settled]);
  });

  it('is not sent again by who has paid it, but by Eclair', () => {
    const run = shop(model);
    run.simulation.createInvoice(0);
    run.simulation.pay(0);
    run.until(20);
    run.reload();
    run.simulation.pay(1);
    run.until(100);
    const again = run.results[1]!;
    if (model === 'eclair') expect(again).toMatchObject({ outcome: refused });
    else expect(again).toMatchObject({ outcome: OUTCOME.NotDispatched, attempts: 0 });
    expect(again.feeMsat).toBe(0);
  });

  it('is refused when it has expired, by the payer itself', () => {
    const run = shop(model, { expiryUs: 30 * SECOND });
    run.simulation.createInvoice(0);
    run.until(29.9);
    run.simulation.pay(2);
    run.until(60);
    run.simulation.pay(0);
    run.until(100);
    // Just before its end it is good, and has expired when the HTLC comes.
    expect(outcomes(run)).toEqual([refused, OUTCOME.NotDispatched]);
    expect(run.results[1]!.attempts).toBe(0);
  });

  it('cannot be paid before it is made, and can be paid what the payer likes when it says nothing', () => {
    const run = shop(model, { amountMsat: -1 });
    run.simulation.pay(0);
    run.until(1);
    expect(outcomes(run)).toEqual([OUTCOME.NotDispatched]);
    run.simulation.createInvoice(0);
    run.simulation.pay(2);
    run.until(60);
    expect(outcomes(run)).toEqual([OUTCOME.NotDispatched, OUTCOME.Success]);
  });

  it('is held until it is settled or cancelled', () => {
    const settled = shop(model, { hold: true });
    settled.simulation.createInvoice(0);
    settled.simulation.settleInvoice(0);
    settled.simulation.pay(0);
    settled.until(50);
    expect(outcomes(settled)).toEqual([]);
    expect(settled.simulation.world.invoices.payer[0]).toBe(0);
    settled.reload();
    settled.simulation.settleInvoice(0);
    settled.until(55);
    expect(outcomes(settled)).toEqual([OUTCOME.Success]);
    settled.simulation.cancelInvoice(0);
    expect(states(settled)).toEqual([INVOICE.open, INVOICE.held, INVOICE.settled]);

    const cancelled = shop(model, { hold: true });
    cancelled.simulation.createInvoice(0);
    cancelled.simulation.pay(0);
    cancelled.until(5);
    cancelled.simulation.cancelInvoice(0);
    cancelled.until(30);
    expect(outcomes(cancelled)).toEqual([refused]);
    cancelled.simulation.pay(2);
    cancelled.until(90);
    expect(outcomes(cancelled)[1]).toBe(refused);
    expect(states(cancelled)).toEqual([INVOICE.open, INVOICE.held, INVOICE.cancelled]);
    expect(cancelled.simulation.world.htlcs.live).toBe(0);
  });

  it('that is held is given back before its HTLCs expire, and no channel goes on-chain', () => {
    const run = shop(model, { hold: true });
    run.simulation.createInvoice(0);
    run.simulation.pay(0);
    run.until(5);
    const w = run.simulation.world;
    const expiry = Math.min(...[0, 1].map((h) => w.htlcs.expiry[h]!));
    run.simulation.mine(expiry - w.modelOf(2).holdExpiryDelta - w.chain.height);
    run.until(300);
    expect(states(run)).toEqual([INVOICE.open, INVOICE.held, INVOICE.cancelled]);
    expect(run.results).toHaveLength(1);
    expect(w.chain.transactions).toBe(0);
  });

  it('is of no concern to a recipient that is stopped', () => {
    const run = shop(model, { hold: true });
    run.simulation.stopNode(2);
    run.simulation.createInvoice(0);
    expect(states(run)).toEqual([]);
    run.simulation.startNode(2);
    run.until(5);
    run.simulation.createInvoice(0);
    run.simulation.pay(0);
    run.until(30);
    run.simulation.stopNode(2);
    run.simulation.settleInvoice(0);
    run.simulation.cancelInvoice(0);
    expect(states(run)).toEqual([INVOICE.open, INVOICE.held]);
    run.simulation.startNode(2);
    run.until(60);
    run.simulation.settleInvoice(0);
    run.until(90);
    expect(outcomes(run)).toEqual([OUTCOME.Success]);
  });
});

it('two payments of one invoice at once: the first to arrive is held, the other one is refused', () => {
  const run = shop('lnd', { hold: true });
  run.simulation.createInvoice(0);
  run.simulation.pay(0);
  run.simulation.pay(2);
  // lnd's payment is in flight, so that the same node does not send it again.
  run.simulation.pay(1);
  run.until(30);
  expect(outcomes(run)).toEqual([OUTCOME.NotDispatched, OUTCOME.IncorrectPaymentDetails]);
  run.simulation.settleInvoice(0);
  run.until(60);
  expect(outcomes(run)[2]).toBe(OUTCOME.Success);
});
