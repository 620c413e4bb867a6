/** Invoices with a name: they are made, settled and cancelled by events, and looked at for what has become of them. */
import { INVOICE } from '../../simulate/invoices.ts';
import { RECORD } from '../../simulate/records.ts';
import type { InvoicePlan } from '../../timeline/timeline.ts';
import type { InvoiceObservation } from '../backend.ts';
import type { WriteRecord } from './channel-book.ts';
import { POLL_MS } from './channel-watch.ts';
import type { DriverInvoiceState } from './driver.ts';
import { need, type ProcessCalls } from './process-calls.ts';
import type { RpcClock, Seat } from './seat.ts';

type State = DriverInvoiceState['state'];

/** An invoice that was made. */
interface Made {
  readonly id: string;
  /** As told last. */
  state: State;
}

export interface NamedInvoicesOptions {
  /** By their indexes in the timeline. */
  readonly plans: readonly InvoicePlan[];
  readonly seats: readonly Seat[];
  readonly calls: ProcessCalls;
  readonly clock: RpcClock;
  readonly write: WriteRecord;
  /** Row and amount (msat) of a payment of the invoice by this node; null when nobody knows of one. */
  readonly paymentOf: (invoice: number, payer: string) => { readonly row: number; readonly amountMsat: number } | null;
}

export class NamedInvoices {
  readonly #options: NamedInvoicesOptions;
  readonly #made = new Map<number, Made>();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: NamedInvoicesOptions) {
    this.#options = options;
  }

  /** What its process calls an invoice; undefined of one that is not made. */
  idOf(invoice: number): string | undefined {
    return this.#made.get(invoice)?.id;
  }

  /** A node that refuses makes none, and nobody makes the same one twice. */
  async create(invoice: number): Promise<void> {
    if (this.#made.has(invoice)) return;
    const { amountMsat, expiryUs, hold = false } = this.#plan(invoice);
    await this.#asked(invoice, async ({ driver, node }) => {
      const make = need(driver.makeInvoice, 'create_invoice');
      const id = await make.call(driver, { node, amountMsat, hold, ...(expiryUs === undefined ? {} : { expiryUs }) });
      this.#made.set(invoice, { id, state: 'open' });
      this.#write(invoice, 'open', '');
    });
  }

  /** Nothing happens where no payment is held. */
  async settle(invoice: number): Promise<void> {
    await this.#decide(invoice, ({ driver }, id) => need(driver.settleInvoice, 'settle_invoice').call(driver, id));
  }

  /** Nothing happens to an invoice that is over. */
  async cancel(invoice: number): Promise<void> {
    await this.#decide(invoice, ({ driver }, id) => need(driver.cancelInvoice, 'cancel_invoice').call(driver, id));
  }

  async observe(invoice: number): Promise<InvoiceObservation> {
    const { name } = this.#plan(invoice);
    const seat = this.#seat(invoice);
    const told = await this.#look(invoice);
    const payer = this.#options.seats.find(({ node }) => node.name === told?.payer)?.name ?? '';
    return { name, state: told?.state ?? 'none', node: seat.name, payer };
  }

  /** Looks at what has become of those that are not over, when the last look is long enough ago. */
  async lookInTurn(): Promise<void> {
    if (this.#options.clock.now() - this.#lookedMs < POLL_MS) return;
    this.#lookedMs = this.#options.clock.now();
    for (const [invoice, { state }] of this.#made) {
      if (state !== 'settled' && state !== 'cancelled') await this.#look(invoice);
    }
  }

  async #look(invoice: number): Promise<DriverInvoiceState | null> {
    const made = this.#made.get(invoice);
    if (made === undefined) return null;
    const seat = this.#seat(invoice);
    const { driver } = seat;
    const told = await this.#options.calls.ask(seat, () =>
      need(driver.invoice, 'create_invoice').call(driver, made.id),
    );
    const { state } = made;
    made.state = told.state;
    // That its time is over is seen, and no event.
    if (told.state !== state && told.state !== 'expired' && !(told.state === 'open' && state === 'expired')) {
      this.#write(invoice, told.state, told.payer);
    }
    return told;
  }

  async #decide(invoice: number, work: (seat: Seat, id: string) => Promise<void>): Promise<void> {
    const id = this.idOf(invoice);
    if (id === undefined) return;
    await this.#asked(invoice, (seat) => work(seat, id));
    await this.#look(invoice);
  }

  async #asked(invoice: number, work: (seat: Seat) => Promise<void>): Promise<void> {
    await this.#options.calls.refusal(this.#seat(invoice), work);
  }

  #write(invoice: number, state: Exclude<State, 'expired'>, payer: string): void {
    const { write, paymentOf } = this.#options;
    const payment = payer === '' ? null : paymentOf(invoice, payer);
    const amount = payment?.amountMsat ?? Math.max(0, this.#plan(invoice).amountMsat);
    write(RECORD.invoice, invoice, INVOICE[state], payment?.row ?? -1, amount);
  }

  #plan(invoice: number): InvoicePlan {
    return this.#options.plans[invoice]!;
  }

  #seat(invoice: number): Seat {
    return this.#options.seats[this.#plan(invoice).node]!;
  }
}
