/** Timelines, kinds and clocks for tests. */
import type { Backend } from '../../backends/backend.ts';
import { sealTimeline, type TimedAction } from '../../timeline/seal.ts';
import { PHASE, type PlannedExpectation, type Timeline } from '../../timeline/timeline.ts';
import type { WallClock } from '../pacing.ts';
import type { RunInput, RunResult } from '../runner.ts';
import { runTimeline } from '../runner.ts';
import { FakeBackend } from './fake-backend.ts';

export const S = 1_000_000;

/** A clock that only moves when somebody sleeps on it, and a little whenever it is read. */
export class FakeClock implements WallClock {
  ms = 0;
  readonly perRead: number;
  onSleep: ((ms: number) => void) | null = null;

  constructor(perRead = 0) {
    this.perRead = perRead;
  }

  now(): number {
    this.ms += this.perRead;
    return this.ms;
  }

  async sleep(ms: number): Promise<void> {
    this.ms += ms;
    this.onSleep?.(ms);
  }
}

export interface TimelineOptions {
  readonly payments?: number;
  readonly durationUs?: number;
  readonly expectations?: readonly Partial<PlannedExpectation>[];
  readonly actions?: readonly TimedAction[];
}

/** Alice pays Bob once a second from second 1; blocks are mined every 5 s. */
export function testTimeline(options: TimelineOptions = {}): Timeline {
  const payments = options.payments ?? 10;
  const times = Array.from({ length: payments }, (_, i) => (i + 1) * S);
  const durationUs = options.durationUs ?? (payments + 1) * S;
  const policy = {};
  return sealTimeline({
    name: 'test',
    seed: 1,
    durationUs,
    epochMs: 1_735_689_600_000,
    chain: { height: 100, feeratePerKw: 250 },
    gossipUs: 0,
    network: {
      nodes: ['alice', 'bob'].map((name) => ({ name, model: 'lnd', options: {}, walletSat: 0, labels: {} })),
      channels: [
        {
          name: 'alice-bob',
          node0: 0,
          node1: 1,
          capacitySat: 30_000,
          balance0Msat: 30_000_000,
          announced: true,
          policy0: policy,
          policy1: policy,
          latencyUs: 10_000,
        },
      ],
    },
    channelNames: ['alice-bob', 'second'],
    activities: [
      {
        name: 'alice-pays-bob',
        kind: 'regular',
        profile: { method: 'keysend', feeLimitMsat: -1, timeoutUs: -1, maxParts: 1, holdUs: 0 },
        key: [1, 2],
        timeUs: times,
        source: times.map(() => 0),
        destination: times.map(() => 1),
        amountMsat: times.map((_, i) => 2_000 + i),
      },
    ],
    actions: options.actions ?? [{ timeUs: 5 * S, phase: PHASE.chain, action: { kind: 'mine', args: { blocks: 10 } } }],
    expectations: (options.expectations ?? []).map((expectation) => ({
      atUs: durationUs,
      atEnd: true,
      that: 'true',
      message: '',
      line: 1,
      column: 1,
      ...expectation,
    })),
  });
}

/** The kinds that the fake backend understands. */
export const testKinds: RunInput['kinds'] = new Map(
  Object.entries({
    mine: (args: { [key: string]: unknown }, backend: Backend) => backend.mine(Number(args.blocks)),
    open_channel: (_args: object, backend: Backend) => backend.openChannel({} as never),
    close_channel: (_args: object, backend: Backend) => backend.closeChannel({} as never),
    stop_node: (args: { [key: string]: unknown }, backend: Backend) => backend.stopNode(Number(args.node)),
  }).map(([name, apply]) => [name, { apply }]),
);

/** Runs a timeline on a fake backend, in no time. */
export function testRun(timeline: Timeline, input: Partial<RunInput> = {}): Promise<RunResult> {
  return runTimeline({
    timeline,
    timelineDigest: 'ab'.repeat(32),
    backend: new FakeBackend(),
    kinds: testKinds,
    clock: new FakeClock(),
    ...input,
  });
}
