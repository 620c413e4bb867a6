/**
 * Watches a run and measures the process along its virtual time. Never changes a run: it is called behind the run's own
 * bookkeeping and keeps numbers only.
 */
import type { RunObserver } from '../run/observers.ts';
import type { PaymentResult, RecordCode } from '../simulate/records.ts';
import type { Action } from '../timeline/timeline.ts';
import type { Meter, Usage } from './meter.ts';

/** The process at an instant of a run. */
export interface ProfileSample extends Usage {
  /** Virtual time, µs. */
  readonly timeUs: number;
  readonly events: number;
  readonly paymentsStarted: number;
  readonly paymentsResolved: number;
}

export class ProfileSampler implements RunObserver {
  readonly #meter: Meter;
  readonly #everyUs: number;
  readonly samples: ProfileSample[] = [];
  /** The process when the network stood and nothing had happened yet, without garbage; null before. */
  built: Usage | null = null;
  /** The process when everything had happened and the network still stood, without garbage; null before. */
  ended: Usage | null = null;
  #nextUs = 0;
  #events = 0;
  #started = 0;
  #resolved = 0;

  /** @param everyUs virtual time between two samples, µs; something has to happen for one to be taken */
  constructor(meter: Meter, everyUs: number) {
    this.#meter = meter;
    this.#everyUs = everyUs;
  }

  record(_code: RecordCode, timeUs: number): void {
    if (timeUs > 0) this.#at(timeUs);
    this.#events++;
  }

  payment(_result: PaymentResult): void {
    this.#resolved++;
  }

  text(): void {}

  action(_action: Action, timeUs: number): void {
    this.#at(timeUs);
  }

  dispatched(_row: number, timeUs: number): void {
    this.#at(timeUs);
    this.#started++;
  }

  ending(): void {
    this.#begin();
    this.#meter.collect();
    this.ended = this.#meter.usage();
  }

  finish(endUs: number): void {
    this.#begin();
    this.#take(endUs);
  }

  #at(timeUs: number): void {
    if (timeUs < this.#nextUs) return;
    this.#begin();
    this.#take(timeUs);
    this.#nextUs = (Math.floor(timeUs / this.#everyUs) + 1) * this.#everyUs;
  }

  #begin(): void {
    if (this.built !== null) return;
    this.#meter.collect();
    this.built = this.#meter.usage();
  }

  #take(timeUs: number): void {
    this.samples.push({
      timeUs,
      ...this.#meter.usage(),
      events: this.#events,
      paymentsStarted: this.#started,
      paymentsResolved: this.#resolved,
    });
  }
}
