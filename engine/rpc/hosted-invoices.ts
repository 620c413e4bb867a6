/** The invoices of a hosted network by their indexes. */
import type { InvoicePlan } from '../timeline/timeline.ts';
import { HostError } from './host-error.ts';
import type { HostedNodes } from './hosted-nodes.ts';
import type { HostedSimulation } from './hosted-simulation.ts';

/** Most invoices that one network can have made. */
const MAX_INVOICES = 1 << 16;

export interface HostedInvoice {
  readonly plan: InvoicePlan;
  /** open, held, settled, cancelled or expired. */
  readonly state: string;
  /** Node whose payment is held or was settled; empty without one. */
  readonly payer: string;
  readonly createdUs: number;
  readonly expiresUs: number;
}

export class HostedInvoices {
  readonly #simulation: HostedSimulation;
  readonly #nodes: HostedNodes;

  constructor(simulation: HostedSimulation, nodes: HostedNodes) {
    this.#simulation = simulation;
    this.#nodes = nodes;
  }

  /** Answers its index. @throws HostError when the node is stopped */
  create(plan: Omit<InvoicePlan, 'name'>): number {
    this.#nodes.checkRunning(plan.node);
    const { timeline } = this.#simulation;
    if (timeline.invoices === MAX_INVOICES) {
      throw new HostError('this network has made as many invoices as it can', 'limit');
    }
    const index = timeline.addInvoice(plan);
    this.#simulation.sync();
    this.#simulation.backend.createInvoice(index);
    return index;
  }

  /** @throws HostError when there is none of this index */
  at(index: number): HostedInvoice {
    const { timeline, backend, world } = this.#simulation;
    if (!Number.isSafeInteger(index) || index < 0 || index >= timeline.invoices) {
      throw new HostError(`could not find invoice ${index + 1}`, 'unknown_invoice', { subject: String(index + 1) });
    }
    const plan = timeline.invoice(index);
    const { state, payer } = backend.invoice(index);
    const { invoices, model } = world;
    const lifetimeUs = model[plan.node]?.invoiceExpiryUs ?? 0;
    const createdUs = invoices.createdUs[index] as number;
    return { plan, state, payer, createdUs, expiresUs: invoices.expiresUs(index, lifetimeUs) };
  }

  /** @throws HostError when its node holds no payment of it */
  settle(index: number): void {
    this.#decide(index, ['held'], 'has no payment to settle');
    this.#simulation.backend.settleInvoice(index);
  }

  /** @throws HostError when it is over */
  cancel(index: number): void {
    this.#decide(index, ['open', 'held', 'expired'], 'is over');
    this.#simulation.backend.cancelInvoice(index);
  }

  #decide(index: number, states: readonly string[], what: string): void {
    const { plan, state } = this.at(index);
    this.#nodes.checkRunning(plan.node);
    if (states.includes(state)) return;
    throw new HostError(`invoice ${index + 1} ${what}`, 'invoice_state', { subject: String(index + 1) });
  }
}
