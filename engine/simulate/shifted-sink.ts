/** Tells a sink times of the scenario instead of the simulator's clock, which may have begun before the scenario. */
import type { PaymentResult, RecordCode, RecordSink } from './records.ts';

export class ShiftedSink implements RecordSink {
  readonly #sink: RecordSink;
  readonly #originUs: number;

  constructor(sink: RecordSink, originUs: number) {
    this.#sink = sink;
    this.#originUs = originUs;
  }

  get interrupt(): boolean {
    return this.#sink.interrupt === true;
  }

  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    this.#sink.record(code, timeUs - this.#originUs, a, b, c, amount);
  }

  payment(result: PaymentResult): void {
    this.#sink.payment({
      ...result,
      startedUs: result.startedUs - this.#originUs,
      resolvedUs: result.resolvedUs - this.#originUs,
    });
  }

  text(number: number, text: string): void {
    this.#sink.text(number, text);
  }
}
