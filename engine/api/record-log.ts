/** Keeps the records of a run as events.ndjson would tell them, for those who ask for them. */
import { EventsNdjson } from '../run/events-ndjson.ts';
import type { RunObserver } from '../run/observers.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** One record of what happened, with names: the fields of its line in events.ndjson. */
export interface RunRecord {
  /** Its index in the log. */
  readonly n: number;
  /** Virtual time, µs. */
  readonly us: number;
  /** The same as text: `00:00:29.366848`. */
  readonly t: string;
  /** `payment_resolved`, `htlc_offered` and so on. */
  readonly event: string;
  readonly [field: string]: string | number | boolean;
}

export class RecordLog {
  readonly observer: RunObserver;
  readonly #lines: string[] = [];

  constructor(timeline: Timeline) {
    this.observer = new EventsNdjson(timeline, (line) => this.#lines.push(line));
  }

  records(): readonly RunRecord[] {
    return this.#lines.map((line) => JSON.parse(line) as RunRecord);
  }
}
