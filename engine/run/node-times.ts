/** How long nodes with a behaviour were down, from the log alone. */
import { RECORD, type RecordCode } from '../simulate/records.ts';
import type { SimulationState } from '../simulate/state.ts';
import type { DownState } from '../snapshot/document.ts';
import type { Timeline } from '../timeline/timeline.ts';

interface NodeTime {
  downs: number;
  downUs: number;
  /** Since when it is down, µs; −1 while it runs. */
  sinceUs: number;
}

export class NodeTimes {
  readonly #timeline: Timeline;
  readonly #times: ReadonlyMap<number, NodeTime>;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    const nodes = new Set((timeline.behaviours ?? []).flatMap((behaviour) => behaviour.nodes));
    this.#times = new Map([...nodes].map((node) => [node, { downs: 0, downUs: 0, sinceUs: -1 }]));
  }

  record(code: RecordCode, timeUs: number, node: number): void {
    if (code !== RECORD.nodeStopped && code !== RECORD.nodeStarted) return;
    const time = this.#times.get(node);
    if (time === undefined) return;
    if (code === RECORD.nodeStopped) {
      time.downs++;
      time.sinceUs = timeUs;
    } else if (time.sinceUs >= 0) {
      time.downUs += timeUs - time.sinceUs;
      time.sinceUs = -1;
    }
  }

  /** The run begins in a state of another one: nodes that are down there have been so since its beginning. */
  begin({ nodes }: SimulationState): void {
    const down = new Set(nodes.filter(({ running }) => running === false).map(({ name }) => name));
    for (const [node, time] of this.#times) {
      if (down.has(this.#timeline.network.nodes[node]?.name ?? '')) time.sinceUs = 0;
    }
  }

  /** How often a node went down, and for how long in all up to an instant, µs. */
  of(node: number, nowUs: number): { readonly downs: number; readonly downUs: number } {
    const time = this.#times.get(node);
    if (time === undefined) return { downs: 0, downUs: 0 };
    const open = time.sinceUs < 0 ? 0 : Math.max(0, nowUs - time.sinceUs);
    return { downs: time.downs, downUs: time.downUs + open };
  }

  capture(): readonly DownState[] {
    return [...this.#times].flatMap(([node, { downs, downUs, sinceUs }]) => {
      if (downs === 0 && sinceUs < 0) return [];
      const name = this.#timeline.network.nodes[node]?.name ?? '';
      return [{ down_us: downUs, downs, node: name, since_us: sinceUs < 0 ? null : sinceUs }];
    });
  }

  restore(states: readonly DownState[]): void {
    const byName = new Map(states.map((state) => [state.node, state]));
    for (const [node, time] of this.#times) {
      const state = byName.get(this.#timeline.network.nodes[node]?.name ?? '');
      if (state === undefined) continue;
      time.downs = state.downs;
      time.downUs = state.down_us;
      time.sinceUs = state.since_us ?? -1;
    }
  }
}
