/**
 * The simulation behind a hosted network: it is made again from its own state whenever its timeline has grown. Knows nothing
 * of the clock, of calls and of who asks.
 */
import { SimulatorBackend } from '../backends/simulator/simulator-backend.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import type { RecordSink } from '../simulate/records.ts';
import type { SimulationState } from '../simulate/state.ts';
import type { World } from '../simulate/world.ts';
import type { HostedTimeline } from './hosted-timeline.ts';

export class HostedSimulation {
  readonly timeline: HostedTimeline;
  readonly #models: readonly ModelKind[];
  readonly #sink: RecordSink;
  #backend: SimulatorBackend;
  /** The timeline that the backend was started with. */
  #played: HostedTimeline['timeline'];

  /** @param state what it goes on from; null: nothing has happened yet */
  constructor(
    models: readonly ModelKind[],
    timeline: HostedTimeline,
    sink: RecordSink,
    state: SimulationState | null = null,
  ) {
    this.#models = models;
    this.timeline = timeline;
    this.#sink = sink;
    this.#played = timeline.timeline;
    this.#backend = this.#started(state);
  }

  get backend(): SimulatorBackend {
    return this.#backend;
  }

  /** The tables of the simulation, to be read. */
  get world(): World {
    return this.#backend.simulation.world;
  }

  /** Virtual time, µs. */
  get timeUs(): number {
    return this.#backend.simulation.nowUs;
  }

  /** Plays everything up to this time, µs. */
  advance(untilUs: number): void {
    this.#backend.advance(untilUs, true, Number.POSITIVE_INFINITY);
  }

  /** Makes the simulation again when the timeline has grown; false when it has not. */
  sync(): boolean {
    if (this.#played === this.timeline.timeline) return false;
    this.#backend = this.#started(this.#backend.capture());
    return true;
  }

  #started(state: SimulationState | null): SimulatorBackend {
    const backend = new SimulatorBackend({ models: this.#models });
    this.#played = this.timeline.timeline;
    backend.start(this.#played, this.#sink, state === null ? undefined : { state, anew: false, originUs: 0 });
    return backend;
  }
}
