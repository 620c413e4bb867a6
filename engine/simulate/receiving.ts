/**
 * What the recipient of a payment does: it holds parts until all are there, settles them, or gives them back. Which checks
 * it makes and how long it holds is its model's business; HTLCs are moved by forwarding.ts.
 */
import { fillReceive } from './check-questions.ts';
import { FAILURE, type FailureCode } from './failure.ts';
import { HTLC } from './htlcs.ts';
import { INVOICE } from './invoices.ts';
import { blankReceive, type ReceiveRequest } from './node-model.ts';
import { RECEIPT } from './payments.ts';
import { RECORD } from './records.ts';
import { receiptRefusal } from './refusal-trace.ts';
import { PHYSICS, type World } from './world.ts';

export interface ReceivingHost {
  /** The receiving node of an HTLC releases the preimage; fails it as node number `hop` of the route. */
  fulfil(htlc: number): void;
  fail(htlc: number, hop: number, code: number): void;
}

export class Receiving {
  readonly #w: World;
  readonly #host: ReceivingHost;
  readonly #receive: ReceiveRequest = blankReceive();

  constructor(world: World, host: ReceivingHost) {
    this.#w = world;
    this.#host = host;
  }

  /** A part was held too long while the rest did not come. */
  onMppTimeout(h: number, generation: number): void {
    const w = this.#w;
    if (w.htlcs.generation[h] !== generation || w.htlcs.state[h] !== HTLC.committed) return;
    const payment = w.attempts.payment[w.htlcs.attempt[h]!]!;
    if (w.payments.receipt[payment] !== RECEIPT.open || !this.#unhold(payment, h)) return;
    w.payments.receivedMsat[payment]! -= w.htlcs.amountMsat[h]!;
    this.#host.fail(h, w.htlcs.hop[h]! + 1, FAILURE.mpp_timeout);
  }

  onHoldOver(payment: number): void {
    if (this.#w.payments.receipt[payment] === RECEIPT.complete) this.#conclude(payment);
  }

  /** The recipient gives a held payment back when its HTLCs come near their expiry. */
  onBlock(): void {
    const w = this.#w;
    for (let h = 0; h < w.htlcs.used; h++) {
      if (w.htlcs.state[h] !== HTLC.committed) continue;
      const attempt = w.htlcs.attempt[h]!;
      if (w.htlcs.hop[h]! + 1 !== w.attempts.length[attempt]!) continue;
      const node = w.to(w.htlcs.edge[h]!);
      const payment = w.attempts.payment[attempt]!;
      if (w.running[node] === 0 || w.payments.receipt[payment] !== RECEIPT.complete) continue;
      if (w.chain.height >= w.htlcs.expiry[h]! - w.modelOf(node).holdExpiryDelta) this.#giveBack(payment);
    }
  }

  /** An HTLC has come to its recipient. */
  accept(h: number): void {
    const w = this.#w;
    const attempt = w.htlcs.attempt[h]!;
    const payment = w.attempts.payment[attempt]!;
    const node = w.to(w.htlcs.edge[h]!);
    const model = w.modelOf(node);
    const total = w.timeline.payments.amountMsat[payment]!;
    const options = w.timeline.activities[w.timeline.payments.activity[payment]!]!.profile;
    const r = this.#receive;
    fillReceive(w, h, attempt, r);
    const code = model.checkReceive(r);
    if (code !== 0) {
      w.traceOf?.(payment)?.report(
        receiptRefusal(w.attempts.serial[attempt]!, w.htlcs.hop[h]! + 1, code, w.htlcs.edge[h]!, r),
      );
      this.#host.fail(h, w.htlcs.hop[h]! + 1, code);
      return;
    }
    w.htlcs.next[h] = w.payments.heldHtlc[payment]!;
    w.payments.heldHtlc[payment] = h;
    w.payments.receivedMsat[payment]! += w.htlcs.amountMsat[h]!;
    if (w.payments.receivedMsat[payment]! < total) {
      const { mppTimeoutUs, tickUs } = model.timing;
      w.afterTicks(mppTimeoutUs, tickUs, PHYSICS.mppTimeout, h, w.htlcs.generation[h]!);
      return;
    }
    w.payments.receipt[payment] = RECEIPT.complete;
    if (options.invoice !== undefined) {
      w.invoices.payment[options.invoice] = payment;
      w.invoices.payer[options.invoice] = w.timeline.payments.source[payment]!;
      if (w.invoices.plans[options.invoice]!.hold === true) this.#invoiceIs(options.invoice, INVOICE.held);
      else this.#settle(payment);
    } else if (options.holdUs > 0) w.after(options.holdUs, PHYSICS.holdOver, payment, 0);
    else if (options.holdUs === 0) this.#conclude(payment);
  }

  /** A node makes an invoice; one that is not running cannot, and nobody makes the same one twice. */
  createInvoice(invoice: number): void {
    const { invoices, running, nowUs } = this.#w;
    if (running[invoices.plans[invoice]!.node] === 0 || invoices.state[invoice] !== INVOICE.none) return;
    invoices.createdUs[invoice] = nowUs;
    this.#invoiceIs(invoice, INVOICE.open);
  }

  /** The recipient releases the preimage of a payment that it holds (lnd: SettleInvoice); without one it has nothing to settle. */
  settleInvoice(invoice: number): void {
    const { invoices, running } = this.#w;
    if (running[invoices.plans[invoice]!.node] === 0 || invoices.state[invoice] !== INVOICE.held) return;
    this.#settle(invoices.payment[invoice]!);
  }

  /** The recipient takes an invoice back, with the payment that it holds (lnd: CancelInvoice). What is settled stays so. */
  cancelInvoice(invoice: number): void {
    const { invoices, running } = this.#w;
    if (running[invoices.plans[invoice]!.node] === 0) return;
    const state = invoices.state[invoice];
    if (state === INVOICE.held) this.#giveBack(invoices.payment[invoice]!);
    else if (state === INVOICE.open) this.#invoiceIs(invoice, INVOICE.cancelled);
  }

  #invoiceIs(invoice: number, state: number): void {
    const w = this.#w;
    const payment = w.invoices.payment[invoice]!;
    w.invoices.state[invoice] = state;
    const amount = payment < 0 ? Math.max(0, w.invoices.plans[invoice]!.amountMsat) : w.payments.receivedMsat[payment]!;
    w.record(RECORD.invoice, invoice, state, payment, amount);
    if (state !== INVOICE.held) w.invoices.payment[invoice] = -1;
    if (state === INVOICE.cancelled) w.invoices.payer[invoice] = -1;
  }

  /** The invoice with a name of which a payment is complete and not settled yet; −1 when there is none. */
  #invoiceOf(payment: number): number {
    const { activities, payments } = this.#w.timeline;
    const invoice = activities[payments.activity[payment]!]!.profile.invoice ?? -1;
    return invoice >= 0 && this.#w.invoices.payment[invoice] === payment ? invoice : -1;
  }

  /** The recipient has held a complete payment for as long as it was to. */
  #conclude(payment: number): void {
    const { activities, payments } = this.#w.timeline;
    if (activities[payments.activity[payment]!]!.profile.settles === false) this.#giveBack(payment);
    else this.#settle(payment);
  }

  #settle(payment: number): void {
    this.#w.payments.receipt[payment] = RECEIPT.settled;
    const invoice = this.#invoiceOf(payment);
    if (invoice >= 0) this.#invoiceIs(invoice, INVOICE.settled);
    this.#release(payment, FAILURE.none);
  }

  #giveBack(payment: number): void {
    const w = this.#w;
    w.payments.receipt[payment] = RECEIPT.cancelled;
    const invoice = this.#invoiceOf(payment);
    if (invoice >= 0) this.#invoiceIs(invoice, INVOICE.cancelled);
    this.#release(payment, FAILURE.incorrect_or_unknown_payment_details);
  }

  /** Empties the list of held parts: they are fulfilled, or failed with `code`. */
  #release(payment: number, code: FailureCode): void {
    const w = this.#w;
    let h = w.payments.heldHtlc[payment]!;
    w.payments.heldHtlc[payment] = -1;
    while (h >= 0) {
      const next = w.htlcs.next[h]!;
      w.htlcs.next[h] = -1;
      if (code === FAILURE.none) this.#host.fulfil(h);
      else this.#host.fail(h, w.htlcs.hop[h]! + 1, code);
      h = next;
    }
  }

  /** A part that its recipient still held is gone (timed out on-chain); a complete set is complete no more. */
  lose(h: number, payment: number): void {
    const w = this.#w;
    const receipt = w.payments.receipt[payment]!;
    if (receipt !== RECEIPT.open && receipt !== RECEIPT.complete) return;
    if (!this.#unhold(payment, h)) return;
    w.payments.receivedMsat[payment]! -= w.htlcs.amountMsat[h]!;
    if (receipt === RECEIPT.complete) this.#giveBack(payment);
  }

  /** Takes one part out of the held list; false when it is not in it. */
  #unhold(payment: number, htlc: number): boolean {
    const { heldHtlc } = this.#w.payments;
    const next = this.#w.htlcs.next;
    let before = -1;
    for (let h = heldHtlc[payment]!; h >= 0; before = h, h = next[h]!) {
      if (h !== htlc) continue;
      if (before < 0) heldHtlc[payment] = next[h]!;
      else next[before] = next[h]!;
      next[h] = -1;
      return true;
    }
    return false;
  }
}
