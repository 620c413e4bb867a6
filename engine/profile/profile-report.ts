/** What a profile found, as profile.json has it: memory and time of each step, and what a simulated node costs. */
import type { Json } from '../base/json.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Usage } from './meter.ts';

export const PROFILE_FORMAT = 'blast-profile/1';

/** The process at the borders of the steps; memory without garbage. */
export interface ProfileSteps {
  readonly begin: Usage;
  readonly compiled: Usage;
  readonly built: Usage;
  readonly ended: Usage;
}

export interface ProfileInput {
  readonly file: string;
  readonly timeline: Timeline;
  readonly runDigest: string | null;
  readonly host: Readonly<Record<string, string>>;
  readonly steps: ProfileSteps;
  /** Largest resident memory that was seen, bytes. */
  readonly peakRssBytes: number;
  readonly events: number;
  readonly samples: number;
}

/** What one step took, and what is in use at its end. */
export interface ProfileStep {
  readonly name: 'compile' | 'build' | 'run';
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly bufferBytes: number;
}

/** The three steps in order. */
export function stepsOf({ begin, compiled, built, ended }: ProfileSteps): readonly ProfileStep[] {
  const step = (name: ProfileStep['name'], from: Usage, to: Usage): ProfileStep => ({
    name,
    wallMs: to.wallMs - from.wallMs,
    cpuMs: to.cpuMs - from.cpuMs,
    rssBytes: to.rssBytes,
    heapBytes: to.heapBytes,
    bufferBytes: to.bufferBytes,
  });
  return [step('compile', begin, compiled), step('build', compiled, built), step('run', built, ended)];
}

/** Bytes in use that the scenario and its network brought, by nodes; with their channels. */
export function bytesPerNode({ begin, built, ended }: ProfileSteps, nodes: number): { built: number; ended: number } {
  const since = (usage: Usage): number => usage.heapBytes + usage.bufferBytes - begin.heapBytes - begin.bufferBytes;
  return { built: Math.round(since(built) / nodes), ended: Math.round(since(ended) / nodes) };
}

export function profileJson({
  file,
  timeline,
  runDigest,
  host,
  steps,
  peakRssBytes,
  events,
  samples,
}: ProfileInput): Json {
  const nodes = timeline.network.nodes.length;
  const perNode = bytesPerNode(steps, nodes);
  return {
    format: PROFILE_FORMAT,
    scenario: { name: timeline.name, file },
    network: { nodes, channels: timeline.network.channels.length },
    payments: timeline.payments.length,
    events,
    run_digest: runDigest,
    steps: stepsOf(steps).map((step) => ({
      step: step.name,
      wall_ms: Math.round(step.wallMs),
      cpu_ms: Math.round(step.cpuMs),
      rss_bytes: step.rssBytes,
      heap_bytes: step.heapBytes,
      buffer_bytes: step.bufferBytes,
    })),
    begin: {
      rss_bytes: steps.begin.rssBytes,
      heap_bytes: steps.begin.heapBytes,
      buffer_bytes: steps.begin.bufferBytes,
    },
    peak_rss_bytes: peakRssBytes,
    bytes_per_node: { built: perNode.built, ended: perNode.ended },
    samples,
    environment: { ...host },
  };
}
