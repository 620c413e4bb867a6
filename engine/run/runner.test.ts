import { describe, expect, it } from 'vitest';
import { PHASE } from '../timeline/timeline.ts';
import { DRAIN_US, PauseControl, type RunProgress } from './runner.ts';
import { FakeBackend } from './testing/fake-backend.ts';
import { FakeClock, S, testRun, testTimeline } from './testing/fixtures.ts';

const comparable = (result: Awaited<ReturnType<typeof testRun>>) => ({
  run: result.runDigest,
  records: result.recordsDigest,
  checkpoints: result.checkpoints,
  expectations: result.expectations,
  trace: result.trace,
});

describe('a run', () => {
  it('plays every row and drains', async () => {
    const result = await testRun(testTimeline());
    expect(result).toMatchObject({ state: 'completed', whole: true, failure: null, endUs: 11 * S, drainedUs: 11 * S });
    expect(result.book.stats(null)).toMatchObject({ count: 10, succeeded: 7, failed: 3, pending: 0, feeMsat: 35 });
    expect(result.records).toBe(21);
    expect(result.checkpoints).toHaveLength(11);
    expect(result.runDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has the same digests at every pace, sliced or not, by promises or not', async () => {
    const timeline = testTimeline({ expectations: [{ atEnd: false, atUs: 3 * S, that: 'payments().count == 3' }, {}] });
    const plain = comparable(await testRun(timeline));
    const clock = new FakeClock();
    const real = await testRun(timeline, { pace: 1, clock });
    expect(comparable(real)).toEqual(plain);
    expect(clock.ms).toBeGreaterThanOrEqual(11_000);
    expect(clock.ms).toBeLessThan(11_100);
    const fast = new FakeClock();
    expect(comparable(await testRun(timeline, { pace: 10, clock: fast }))).toEqual(plain);
    expect(fast.ms).toBeGreaterThanOrEqual(1_100);
    expect(fast.ms).toBeLessThan(1_200);
    expect(comparable(await testRun(timeline, { clock: new FakeClock(50) }))).toEqual(plain);
    expect(comparable(await testRun(timeline, { backend: new FakeBackend({ async: true }) }))).toEqual(plain);
  });

  it('depends on the timeline and the state', async () => {
    const timeline = testTimeline();
    const a = await testRun(timeline);
    const b = await testRun(timeline, { timelineDigest: 'cd'.repeat(32) });
    expect(b.recordsDigest).toBe(a.recordsDigest);
    expect(b.runDigest).not.toBe(a.runDigest);
  });

  it('lets payments in flight resolve after the end, but not for ever', async () => {
    const late = await testRun(testTimeline({ payments: 3, durationUs: 3 * S }));
    expect(late).toMatchObject({ endUs: 3 * S, drainedUs: 4 * S });
    expect(late.book.stats(null)?.pending).toBe(0);
    const stuck = await testRun(testTimeline(), { backend: new FakeBackend({ stuck: [4] }) });
    expect(stuck).toMatchObject({ state: 'completed', drainedUs: 11 * S + DRAIN_US });
    expect(stuck.book.stats(null)?.pending).toBe(1);
    expect(stuck.book.pendingRows()).toEqual([4]);
  });

  it('can be cut short', async () => {
    const timeline = testTimeline({
      expectations: [
        { that: 'true' },
        { atEnd: false, atUs: 2 * S, that: 'payments().count == 2' },
        { atEnd: false, atUs: 9 * S },
      ],
    });
    const result = await testRun(timeline, { until: 4 * S });
    expect(result).toMatchObject({ state: 'completed', whole: false, endUs: 4 * S, drainedUs: 4 * S });
    expect(result.book.stats(null)).toMatchObject({ count: 4, pending: 1 });
    expect(result.expectations.map(({ status }) => status)).toEqual(['skipped', 'passed', 'skipped']);
    expect((await testRun(timeline, { until: 99 * S })).whole).toBe(true);
  });

  it('evaluates expectations at their instants, after everything that is due', async () => {
    const timeline = testTimeline({
      actions: [{ timeUs: 5 * S, phase: PHASE.observe, action: { kind: 'close_channel', args: {} } }],
      expectations: [
        {
          atEnd: false,
          atUs: 5 * S,
          that: "channel('alice-bob').state == 'closed' && payments().count == 5 && time == 5.0",
        },
        { atEnd: false, atUs: 4 * S, that: "channel('alice-bob').state == 'closed'", message: 'too early' },
        { that: "payments('alice-*').success_rate > 0.9", line: 7, column: 9 },
        { that: "node('alice').wallet == 1000 && chain.height == 100" },
      ],
    });
    const result = await testRun(timeline);
    expect(result.expectations.map(({ status, measured }) => [status, measured])).toEqual([
      ['passed', expect.stringContaining("channel('alice-bob').state = 'closed'")],
      ['failed', "channel('alice-bob').state = 'open' (expected == 'closed')"],
      ['failed', "payments('alice-*').success_rate = 0.7 (expected > 0.9)"],
      ['passed', expect.any(String)],
    ]);
    expect(result.expectations[2]).toMatchObject({ line: 7, column: 9 });
    expect(result.state).toBe('completed');
  });

  it('hands actions to their kinds in order', async () => {
    const backend = new FakeBackend();
    const timeline = testTimeline({
      actions: [
        { timeUs: 2 * S, phase: PHASE.control, action: { kind: 'stop_node', args: { node: 1 } } },
        { timeUs: 2 * S, phase: PHASE.control, action: { kind: 'close_channel', args: {} } },
      ],
    });
    await testRun(timeline, { backend });
    expect(backend.applied).toEqual(['stop 1', 'close']);
  });
});

describe('failures', () => {
  it('of the backend end the run and keep what is finished', async () => {
    const result = await testRun(testTimeline(), { backend: new FakeBackend({ failAtPayment: 5 }) });
    expect(result).toMatchObject({
      state: 'failed',
      failure: { kind: 'backend', message: 'the node does not answer' },
    });
    expect(result.runDigest).toBeNull();
    expect(result.book.resolved).toBe(5);
  });

  it('of an invariant or an unknown kind are internal', async () => {
    const broken = await testRun(testTimeline(), { backend: new FakeBackend({ broken: '5 sat are missing' }) });
    expect(broken.failure).toMatchObject({ kind: 'internal', message: expect.stringContaining('5 sat are missing') });
    const unknown = testTimeline({
      actions: [{ timeUs: 1, phase: PHASE.control, action: { kind: 'dance', args: {} } }],
    });
    expect((await testRun(unknown)).failure).toMatchObject({
      kind: 'internal',
      message: expect.stringContaining("'dance'"),
    });
  });
});

describe('control', () => {
  it('stops at the present instant', async () => {
    const controller = new AbortController();
    const clock = new FakeClock();
    clock.onSleep = () => {
      if (clock.ms >= 4_500) controller.abort();
    };
    const result = await testRun(testTimeline(), { pace: 1, clock, stop: controller.signal });
    expect(result).toMatchObject({ state: 'aborted', whole: false });
    expect(result.endUs).toBeGreaterThan(4 * S);
    expect(result.endUs).toBeLessThanOrEqual(4.5 * S);
    expect(result.book.resolved).toBe(4);
    expect(result.stateDigest).not.toBeNull();
  });

  it('stops between slices of a single advance', async () => {
    const controller = new AbortController();
    const clock = new FakeClock(30);
    let advances = 0;
    const backend = new FakeBackend({ onAdvance: () => ++advances === 5 && controller.abort() });
    const result = await testRun(testTimeline({ payments: 500 }), { clock, backend, stop: controller.signal });
    expect(result.state).toBe('aborted');
    expect(result.book.started).toBeLessThan(100);
  });

  it('does not start when it was stopped before', async () => {
    const result = await testRun(testTimeline(), { stop: AbortSignal.abort() });
    expect(result).toMatchObject({ state: 'aborted', records: 0 });
  });

  it('pauses and resumes without changing anything', async () => {
    const timeline = testTimeline();
    const pause = new PauseControl();
    const clock = new FakeClock();
    const states: string[] = [];
    let paused = 0;
    clock.onSleep = () => {
      if (clock.ms > 3_000 && paused === 0) {
        paused = clock.ms;
        pause.pause();
        clock.ms += 60_000;
        setTimeout(() => pause.resume(), 5);
      }
    };
    const onProgress = ({ state }: RunProgress) => {
      if (states.at(-1) !== state) states.push(state);
    };
    const result = await testRun(timeline, { pace: 1, clock, pause, onProgress });
    expect(states).toEqual(['booting', 'running', 'paused', 'running', 'draining', 'completed']);
    expect(comparable(result)).toEqual(comparable(await testRun(timeline)));
    expect(clock.ms).toBeGreaterThan(70_000);
  });
});
