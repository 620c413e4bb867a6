/**
 * events.ndjson: the log of everything that happened, one JSON object a line, with names instead of numbers. `n` is
 * the record's index in the log, `us` its virtual time in µs and `t` the same as text.
 */
import type { RecordCode } from '../simulate/records.ts';
import type { Action, Timeline } from '../timeline/timeline.ts';
import type { RunObserver } from './observers.ts';
import { type DescribedRecord, RecordNames } from './record-names.ts';
import type { RunStart } from './run-start.ts';
import { clockText } from './time-text.ts';

export class EventsNdjson implements RunObserver {
  readonly #names: RecordNames;
  readonly #write: (text: string) => void;
  #n = 0;
  #timeUs = -1;
  #timeText = '';

  constructor(timeline: Timeline, write: (text: string) => void) {
    this.#names = new RecordNames(timeline);
    this.#write = write;
  }

  started(start: RunStart): void {
    this.#names.started(start);
    if (start.kind === 'resume') this.#n = start.snapshot.run?.records.trace.records ?? 0;
  }

  action(action: Action): void {
    this.#names.action(action);
  }

  text(number: number, text: string): void {
    this.#names.text(number, text);
  }

  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void {
    this.#names.note(code, a, b);
    if (timeUs !== this.#timeUs) {
      this.#timeUs = timeUs;
      this.#timeText = clockText(timeUs);
    }
    this.#write(eventLine(this.#n++, timeUs, this.#timeText, this.#names.describe(code, a, b, c, amount)));
  }

  payment(): void {
    // A result repeats what its records have said; payments.csv has it.
  }
}

/** One line of the log, with its line break. */
export function eventLine(n: number, timeUs: number, timeText: string, described: DescribedRecord): string {
  let line = `{"n":${n},"us":${timeUs},"t":"${timeText}","event":"${described.event}"`;
  for (const [name, value] of described.fields) line += `,"${name}":${JSON.stringify(value)}`;
  return `${line}}\n`;
}
