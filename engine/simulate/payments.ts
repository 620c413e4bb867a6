/** Payments of the timeline as columns, by row. Storage only. */

export const PAYMENT = { waiting: 0, running: 1, resolved: 2 } as const;
/** What the recipient has done with the parts it received. */
export const RECEIPT = { open: 0, complete: 1, settled: 2, cancelled: 3 } as const;

export class PaymentTable {
  readonly length: number;
  running = 0;
  state: Uint8Array;
  startedUs: Float64Array;
  attempts: Int32Array;
  /** Attempts and timers that its model has asked for since the simulation began. No part of the state. */
  actions: Int32Array;
  parts: Int32Array;
  feeMsat: Float64Array;
  failureCode: Uint16Array;
  /** −1 when nothing failed. */
  failureHop: Int8Array;
  receipt: Uint8Array;
  receivedMsat: Float64Array;
  /** First HTLC held by the recipient, linked by HtlcPool.next; −1 when none. */
  heldHtlc: Int32Array;

  constructor(length: number) {
    this.length = length;
    this.state = new Uint8Array(length);
    this.startedUs = new Float64Array(length);
    this.attempts = new Int32Array(length);
    this.actions = new Int32Array(length);
    this.parts = new Int32Array(length);
    this.feeMsat = new Float64Array(length);
    this.failureCode = new Uint16Array(length);
    this.failureHop = new Int8Array(length).fill(-1);
    this.receipt = new Uint8Array(length);
    this.receivedMsat = new Float64Array(length);
    this.heldHtlc = new Int32Array(length).fill(-1);
  }
}
