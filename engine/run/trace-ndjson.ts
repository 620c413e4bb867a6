/**
 * trace.ndjson: how senders decided about the payments that were chosen, one JSON object a step, with names instead of
 * numbers. `n` is the number of records that had been logged by then, so that steps and events.ndjson fall into one order.
 */
import { failureName } from '../simulate/failure.ts';
import type { RecordCode } from '../simulate/records.ts';
import type {
  RoutingTraceSink,
  TraceChange,
  TraceHop,
  TraceLesson,
  TraceRound,
  TraceRoute,
  TraceStep,
} from '../simulate/routing-trace.ts';
import type { Action, Timeline } from '../timeline/timeline.ts';
import type { RunObserver } from './observers.ts';
import { RecordNames } from './record-names.ts';
import type { RunStart } from './run-start.ts';
import { clockText } from './time-text.ts';

type JsonObject = Readonly<Record<string, unknown>>;

export class TraceNdjson implements RunObserver, RoutingTraceSink {
  readonly #timeline: Timeline;
  readonly #names: RecordNames;
  readonly #wanted: Uint8Array;
  readonly #write: (text: string) => void;
  #n = 0;

  /** @param wanted 1 for each payment that is traced, by row of the timeline */
  constructor(timeline: Timeline, wanted: Uint8Array, write: (text: string) => void) {
    this.#timeline = timeline;
    this.#names = new RecordNames(timeline);
    this.#wanted = wanted;
    this.#write = write;
  }

  wants(payment: number): boolean {
    return this.#wanted[payment] === 1;
  }

  step(payment: number, timeUs: number, step: TraceStep): void {
    const { payments, activities, network } = this.#timeline;
    const source = network.nodes[payments.source[payment] as number];
    const line = {
      n: this.#n,
      us: timeUs,
      t: clockText(timeUs),
      payment,
      activity: activities[payments.activity[payment] as number]?.name ?? '',
      nth: payments.nth[payment],
      node: source?.name ?? '',
      model: source?.model ?? '',
      ...this.#named(step),
    };
    this.#write(`${JSON.stringify(line)}\n`);
  }

  started(start: RunStart): void {
    this.#names.started(start);
    if (start.kind === 'resume') this.#n = start.snapshot.run?.records.trace.records ?? 0;
  }

  action(action: Action): void {
    this.#names.action(action);
  }

  text(): void {}

  record(code: RecordCode, _timeUs: number, a: number, b: number): void {
    this.#names.note(code, a, b);
    this.#n++;
  }

  payment(): void {
    // How a payment ended is the last thing that its model decides.
  }

  #named(step: TraceStep): JsonObject {
    switch (step.step) {
      case 'search':
        return {
          ...step,
          routes: step.routes.map((route) => this.#route(route)),
          ...(step.candidates === undefined
            ? {}
            : { candidates: step.candidates.map((candidate) => this.#route(candidate)) }),
          ...(step.rounds === undefined ? {} : { rounds: step.rounds.map((round) => this.#round(round)) }),
        };
      case 'send':
        return {
          ...step,
          route: this.#route(step.route),
          ...(step.reserved === undefined
            ? {}
            : { reserved: step.reserved.map(({ edge, ...rest }) => ({ ...this.#edge(edge), ...rest })) }),
        };
      case 'learn':
        return { ...step, lessons: step.lessons.map((lesson) => this.#lesson(lesson)) };
      case 'refuse': {
        const { code, edge, figures, ...rest } = step;
        return { ...rest, failure: failureName(code), ...this.#edge(edge), figures };
      }
      default:
        return { ...step };
    }
  }

  #route(route: TraceRoute): JsonObject {
    return { ...route, hops: route.hops.map((hop) => this.#hop(hop)) };
  }

  #round(round: TraceRound): JsonObject {
    return {
      ...round,
      candidates: round.candidates.map((candidate) => this.#route(candidate)),
      changes: round.changes.map((change) => this.#change(change)),
    };
  }

  #change({ edge, ...rest }: TraceChange): JsonObject {
    return edge === undefined ? rest : { ...rest, ...this.#edge(edge) };
  }

  #hop({ edge, ...rest }: TraceHop): JsonObject {
    return { ...this.#edge(edge), ...rest };
  }

  #lesson({ lesson, layer, from, to, node, edge, figures }: TraceLesson): JsonObject {
    return {
      lesson,
      ...(layer === undefined ? {} : { layer }),
      ...(from === undefined ? {} : { from: this.#names.node(from) }),
      ...(to === undefined ? {} : { to: this.#names.node(to) }),
      ...(node === undefined ? {} : { of: this.#names.node(node) }),
      ...(edge === undefined ? {} : this.#edge(edge)),
      figures,
    };
  }

  #edge(edge: number): JsonObject {
    return Object.fromEntries(this.#names.edge(edge));
  }
}
