/** Invoices with a name at a process that is made up: what is asked of it, and what is told of its answers. */
import { describe, expect, it } from 'vitest';
import { INVOICE_NAMES } from '../../simulate/invoices.ts';
import { RECORD } from '../../simulate/records.ts';
import type { InvoicePlan } from '../../timeline/timeline.ts';
import { type Driver, DriverFailure, type DriverInvoiceState, DriverRefusal } from './driver.ts';
import { NamedInvoices } from './named-invoices.ts';
import { ProcessCalls } from './process-calls.ts';
import { stubDriver } from './testing/stub-driver.ts';

const PLANS: readonly InvoicePlan[] = [
  { name: 'bill', node: 1, amountMsat: 5000 },
  { name: 'order', node: 1, amountMsat: 7000, hold: true, expiryUs: 60_000_000 },
  { name: 'open-amount', node: 1, amountMsat: -1 },
];

function setUp(calls: Partial<Driver> = {}) {
  const asked: string[] = [];
  const told = new Map<string, DriverInvoiceState>();
  let made = 0;
  const driver = stubDriver({
    makeInvoice: async ({ node, amountMsat, hold, expiryUs = null }) => {
      asked.push(`make ${node.name} ${amountMsat} ${hold} ${expiryUs}`);
      const id = `n${made++}`;
      told.set(id, { state: 'open', payer: '' });
      return id;
    },
    invoice: async (id) => {
      asked.push(`look ${id}`);
      return told.get(id)!;
    },
    settleInvoice: async (id) => {
      asked.push(`settle ${id}`);
      told.set(id, { state: 'settled', payer: 'its-alice' });
    },
    cancelInvoice: async (id) => {
      asked.push(`cancel ${id}`);
      told.set(id, { state: 'cancelled', payer: '' });
    },
    ...calls,
  });
  const seats = ['alice', 'bob'].map((name) => ({
    name,
    driver,
    node: { name: `its-${name}`, pubkey: '', address: '' },
    running: true,
  }));
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async () => {} };
  const processes = new ProcessCalls(clock, { time: () => '1 s', seats });
  const written: string[] = [];
  const invoices = new NamedInvoices({
    plans: PLANS,
    seats,
    calls: processes,
    clock,
    write: (code, a, b, c, amount) => {
      expect(code).toBe(RECORD.invoice);
      written.push(`${PLANS[a]!.name} ${INVOICE_NAMES[b]} ${c} ${amount}`);
    },
    paymentOf: (invoice, payer) => (payer === 'its-alice' ? { row: 40 + invoice, amountMsat: 6000 } : null),
  });
  return { invoices, asked, told, written, processes, wait: (ms: number) => (nowMs += ms) };
}

describe('an invoice with a name', () => {
  it('is made once, with what its plan says', async () => {
    const { invoices, asked, written } = setUp();
    expect(invoices.idOf(1)).toBeUndefined();
    for (const invoice of [0, 1, 2, 1]) await invoices.create(invoice);
    expect(asked).toEqual([
      'make its-bob 5000 false null',
      'make its-bob 7000 true 60000000',
      'make its-bob -1 false null',
    ]);
    expect(written).toEqual(['bill open -1 5000', 'order open -1 7000', 'open-amount open -1 0']);
    expect([0, 1, 2].map((invoice) => invoices.idOf(invoice))).toEqual(['n0', 'n1', 'n2']);
  });

  it('is not there before it is made, and nothing is asked about it', async () => {
    const { invoices, asked } = setUp();
    await invoices.settle(0);
    await invoices.cancel(0);
    await invoices.lookInTurn();
    expect(await invoices.observe(0)).toEqual({ name: 'bill', state: 'none', node: 'bob', payer: '' });
    expect(asked).toEqual([]);
  });

  it('is not made where its node refuses, and may be asked for again', async () => {
    let refuses = true;
    const { invoices, written, processes } = setUp({
      makeInvoice: async () => {
        if (refuses) throw new DriverRefusal('bob is stopped');
        return 'later';
      },
    });
    await invoices.create(0);
    expect([invoices.idOf(0), written, processes.figures.refused]).toEqual([undefined, [], 1]);
    refuses = false;
    await invoices.create(0);
    expect([invoices.idOf(0), written]).toEqual(['later', ['bill open -1 5000']]);
  });

  it('is told of with the payment and the amount that came, when its state has changed', async () => {
    const { invoices, told, written, wait } = setUp();
    await invoices.create(1);
    told.set('n0', { state: 'held', payer: 'its-alice' });
    await invoices.lookInTurn();
    wait(1000);
    await invoices.lookInTurn();
    expect(written).toEqual(['order open -1 7000', 'order held 41 6000']);
    expect(await invoices.observe(1)).toEqual({ name: 'order', state: 'held', node: 'bob', payer: 'alice' });
    await invoices.settle(1);
    expect(written.at(-1)).toBe('order settled 41 6000');
    expect(written).toHaveLength(3);
  });

  it('shows no payer that is no node of the scenario', async () => {
    const { invoices, told, written } = setUp();
    await invoices.create(0);
    told.set('n0', { state: 'settled', payer: 'somebody' });
    expect(await invoices.observe(0)).toMatchObject({ state: 'settled', payer: '' });
    expect(written.at(-1)).toBe('bill settled -1 5000');
  });

  it('is seen to be over its time without a record', async () => {
    const { invoices, told, written } = setUp();
    await invoices.create(0);
    told.set('n0', { state: 'expired', payer: '' });
    expect(await invoices.observe(0)).toMatchObject({ state: 'expired' });
    told.set('n0', { state: 'open', payer: '' });
    await invoices.observe(0);
    expect(written).toEqual(['bill open -1 5000']);
  });

  it('is looked at five times a second, until it is over', async () => {
    const { invoices, asked, wait } = setUp();
    await invoices.create(0);
    await invoices.create(1);
    await invoices.cancel(0);
    asked.length = 0;
    await invoices.lookInTurn();
    wait(199);
    await invoices.lookInTurn();
    expect(asked).toEqual(['look n1']);
    wait(1);
    await invoices.lookInTurn();
    expect(asked).toEqual(['look n1', 'look n1']);
  });

  it('stays as it is where the process refuses a decision, and is looked at all the same', async () => {
    const { invoices, asked, written } = setUp({
      settleInvoice: async () => {
        throw new DriverRefusal('no payment is held');
      },
    });
    await invoices.create(1);
    await invoices.settle(1);
    expect(written).toEqual(['order open -1 7000']);
    expect(asked.at(-1)).toBe('look n0');
  });

  it('ends the run where the process has failed', async () => {
    const { invoices, processes } = setUp({
      invoice: async () => {
        throw new DriverFailure('unreachable', { call: 'GetInvoice', node: '' }, 'it is gone');
      },
    });
    await invoices.create(0);
    await expect(invoices.observe(0)).rejects.toThrow(
      /^E812 fake at nowhere:1 has failed at 1 s, GetInvoice: it is gone/,
    );
    expect(processes.failure).not.toBeNull();
  });

  it('cannot be made at a process that has no call for it', async () => {
    const seat = { name: 'bob', driver: stubDriver({}), node: { name: 'b', pubkey: '', address: '' }, running: true };
    const clock = { now: () => 0, sleep: async () => {} };
    const invoices = new NamedInvoices({
      plans: [{ name: 'bill', node: 0, amountMsat: 1 }],
      seats: [seat],
      calls: new ProcessCalls(clock, { time: () => '1 s', seats: [seat] }),
      clock,
      write: () => {},
      paymentOf: () => null,
    });
    await expect(invoices.create(0)).rejects.toThrow('the backend rpc has no event create_invoice');
  });
});
