/**
 * Invoices of real nodes: LDK makes them and says what a payer is asked for; those with a name are kept here, with what an
 * application does about them. LDK knows no state of an invoice: it tells of whatever is complete, and the application claims
 * it, keeps it, or gives it back.
 *
 * A payment of such an invoice carries its row in a record of its own (BOLT 4: odd, above 2^16), since LDK does not tell a
 * recipient whose payment it is.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { INVOICE, INVOICE_NAMES } from '../../simulate/invoices.ts';
import { RECORD } from '../../simulate/records.ts';
import { invoicePreimage } from '../../timeline/payment-hash.ts';
import type { InvoicePlan } from '../../timeline/timeline.ts';
import type { InvoiceObservation } from '../backend.ts';
import type { Ldk } from './binding.ts';
import type { RealNode } from './real-node.ts';
import type { World } from './world-contract.ts';

/** ldk:lightning-invoice/src/lib.rs:DEFAULT_EXPIRY_TIME, s. */
const EXPIRY_S = 3600;
const US_PER_S = 1_000_000;
/** Type of the record that names the row of a payment. */
const ROW_RECORD = 0x626c_6173n;

export interface InvoicesWorld extends World {
  readonly payments: {
    ofInvoice(invoice: number): readonly { readonly row: number; readonly source: RealNode }[];
  };
}

/** What a payer is asked for. */
export interface Asked {
  readonly onion: Ldk.RecipientOnionFields;
  readonly route: Ldk.RouteParameters;
}

interface Invoice {
  readonly plan: InvoicePlan;
  readonly preimage: Uint8Array;
  state: number;
  /** BOLT 11; empty until it is made. */
  text: string;
  createdUs: number;
  /** Row of the payment that is held, −1 when there is none, and what it brought, msat. */
  row: number;
  receivedMsat: number;
  /** Node whose payment is held or was settled, −1 when there is none. */
  payer: number;
  /** Height at which LDK gives a held payment back. */
  deadline: number;
}

export class RealInvoices {
  readonly #w: InvoicesWorld;
  readonly #all: readonly Invoice[];
  readonly #byHash: Map<string, number> = new Map();

  constructor(world: InvoicesWorld) {
    this.#w = world;
    const { invoices = [], seed } = world.timeline;
    this.#all = invoices.map((plan) => ({
      plan,
      preimage: invoicePreimage(seed, plan.name),
      state: INVOICE.none,
      text: '',
      createdUs: 0,
      row: -1,
      receivedMsat: 0,
      payer: -1,
      deadline: Number.POSITIVE_INFINITY,
    }));
    this.#all.forEach(({ preimage }, i) => void this.#byHash.set(bytesToHex(sha256(preimage)), i));
  }

  preimage(invoice: number): Uint8Array {
    return this.#all[invoice]!.preimage;
  }

  /** An invoice for one payment, by the payment's hash; null when LDK makes none. Times µs; without one LDK's own lifetime. */
  single(recipient: RealNode, amountMsat: number, hash: Uint8Array, expiryUs: number | undefined): Asked | null {
    const made = this.#make(recipient, amountMsat, hash, expiryUs);
    return made === null ? null : this.#read(made, amountMsat, false);
  }

  /** What an invoice with a name asks of the payment in this row. */
  asks(invoice: number, amountMsat: number, row: number): Asked | null {
    const { ldk } = this.#w.binding;
    const { text, plan } = this.#all[invoice]!;
    const read = ldk.Bolt11Invoice.constructor_from_str(text);
    if (!read.is_ok()) return null;
    const { res } = read as unknown as { res: Ldk.Bolt11Invoice };
    const { onion, route } = this.#read(res, amountMsat, plan.amountMsat < 0);
    const record = ldk.TwoTuple_u64CVec_u8ZZ.constructor_new(ROW_RECORD, utf8ToBytes(String(row)));
    return { onion: this.#w.binding.must(onion.with_custom_tlvs([record]), 'a record of a payment'), route };
  }

  /** ldk-node:src/payment/bolt11.rs: nobody pays what is not there, is over, or was paid by the same node. */
  isPayable(invoice: number, source: RealNode, givenRoute: boolean): boolean {
    const { state, payer } = this.#all[invoice]!;
    if (state === INVOICE.none || (state === INVOICE.settled && payer === source.index)) return false;
    if (this.#w.payments.ofInvoice(invoice).some((one) => one.source === source)) return false;
    return givenRoute || !this.#isExpired(invoice);
  }

  /** A node that is not running makes none, and nobody makes the same one twice. */
  create(invoice: number): void {
    const one = this.#all[invoice]!;
    const node = this.#node(one);
    if (!node.running || one.state !== INVOICE.none) return;
    const made = this.#make(node, one.plan.amountMsat, sha256(one.preimage), one.plan.expiryUs);
    if (made === null) return;
    one.text = made.to_str();
    one.createdUs = this.#w.nowUs();
    this.#become(invoice, INVOICE.open);
  }

  /** Nothing happens where no payment is held. */
  settle(invoice: number): void {
    const one = this.#all[invoice]!;
    if (this.#node(one).running && one.state === INVOICE.held) this.#claim(invoice);
  }

  /** What is settled stays so. */
  cancel(invoice: number): void {
    const one = this.#all[invoice]!;
    const node = this.#node(one);
    if (!node.running) return;
    if (one.state === INVOICE.held) {
      node.manager.fail_htlc_backwards(sha256(one.preimage));
      this.#w.touch(node);
    } else if (one.state !== INVOICE.open) return;
    this.#become(invoice, INVOICE.cancelled);
  }

  /** A complete payment has come to a node; false when it is of no invoice with a name. */
  arrived(node: RealNode, hash: string, event: Ldk.Event_PaymentClaimable): boolean {
    const invoice = this.#byHash.get(hash);
    if (invoice === undefined) return false;
    const one = this.#all[invoice]!;
    if (one.state !== INVOICE.open) {
      node.manager.fail_htlc_backwards(event.payment_hash);
      this.#w.touch(node);
      return true;
    }
    const named = event.onion_fields.custom_tlvs().find((record) => record.get_a() === ROW_RECORD);
    const row = named === undefined ? -1 : Number(Buffer.from(named.get_b()).toString());
    // Parts of two payers that LDK took for one payment carry no row.
    const underWay = this.#w.payments.ofInvoice(invoice);
    const payment = underWay.find((payment) => payment.row === row) ?? underWay[0];
    one.row = payment?.row ?? -1;
    one.payer = payment?.source.index ?? -1;
    one.receivedMsat = Number(event.amount_msat);
    one.deadline = (event.claim_deadline as unknown as { some?: number }).some ?? Number.POSITIVE_INFINITY;
    if (one.plan.hold === true) this.#become(invoice, INVOICE.held);
    else this.#claim(invoice);
    return true;
  }

  /** ldk:ln/channelmanager.rs:do_chain_event: LDK gives back what is held when the deadline of its event comes. */
  afterBlock(): void {
    this.#all.forEach((one, invoice) => {
      if (one.state !== INVOICE.held || !this.#node(one).running || this.#w.chain.height < one.deadline) return;
      this.#become(invoice, INVOICE.cancelled);
    });
  }

  observe(invoice: number): InvoiceObservation {
    const { plan, state, payer } = this.#all[invoice]!;
    const isOver = state === INVOICE.open && this.#isExpired(invoice);
    return {
      name: plan.name,
      state: isOver ? 'expired' : INVOICE_NAMES[state]!,
      node: this.#w.nodes[plan.node]!.name,
      payer: this.#w.nodes[payer]?.name ?? '',
    };
  }

  /** Everything that is known of them, for digests. */
  text(): string {
    return JSON.stringify(
      this.#all.map(({ state, text, createdUs, row, payer, deadline }) => [
        state,
        text,
        createdUs,
        row,
        payer,
        String(deadline),
      ]),
    );
  }

  #isExpired(invoice: number): boolean {
    const { createdUs, plan } = this.#all[invoice]!;
    return this.#w.nowUs() > createdUs + (plan.expiryUs ?? EXPIRY_S * US_PER_S);
  }

  #claim(invoice: number): void {
    const one = this.#all[invoice]!;
    const node = this.#node(one);
    node.manager.claim_funds(one.preimage);
    this.#w.touch(node);
    this.#become(invoice, INVOICE.settled);
  }

  #become(invoice: number, state: number): void {
    const one = this.#all[invoice]!;
    const amount = one.row < 0 ? Math.max(0, one.plan.amountMsat) : one.receivedMsat;
    one.state = state;
    this.#w.record(RECORD.invoice, invoice, state, one.row, amount);
    if (state !== INVOICE.held) {
      one.row = -1;
      one.deadline = Number.POSITIVE_INFINITY;
    }
    if (state === INVOICE.cancelled) one.payer = -1;
  }

  #node({ plan }: Invoice): RealNode {
    return this.#w.nodes[plan.node]!;
  }

  /** Amounts msat, −1 for any. */
  #make(
    recipient: RealNode,
    amountMsat: number,
    hash: Uint8Array,
    expiryUs: number | undefined,
  ): Ldk.Bolt11Invoice | null {
    const { ldk } = this.#w.binding;
    const expiry = expiryUs === undefined ? EXPIRY_S : expiryUs / US_PER_S;
    const invoice = ldk.UtilMethods.constructor_create_invoice_from_channelmanager_with_payment_hash(
      recipient.manager,
      amountMsat < 0 ? ldk.Option_u64Z.constructor_none() : ldk.Option_u64Z.constructor_some(BigInt(amountMsat)),
      '',
      Math.max(1, Math.floor(expiry)),
      hash,
      ldk.Option_u16Z.constructor_none(),
    );
    return invoice.is_ok() ? (invoice as unknown as { res: Ldk.Bolt11Invoice }).res : null;
  }

  #read(invoice: Ldk.Bolt11Invoice, amountMsat: number, anyAmount: boolean): Asked {
    const { ldk } = this.#w.binding;
    const parameters = anyAmount
      ? ldk.UtilMethods.constructor_payment_parameters_from_variable_amount_invoice(invoice, BigInt(amountMsat))
      : ldk.UtilMethods.constructor_payment_parameters_from_invoice(invoice);
    const parts = this.#w.binding.must<Ldk.ThreeTuple_ThirtyTwoBytesRecipientOnionFieldsRouteParametersZ>(
      parameters,
      'an invoice',
    );
    return { onion: parts.get_b(), route: parts.get_c() };
  }
}
