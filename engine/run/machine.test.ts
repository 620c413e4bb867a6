import { describe, expect, it } from 'vitest';
import { type RunState, type RunSteps, startRun } from './machine.ts';

/** Steps that end when they are told to, and what they have been told so far. */
function controlled(): { steps: RunSteps; end: Record<keyof RunSteps, (error?: Error) => void>; begun: string[] } {
  const begun: string[] = [];
  const end = {} as Record<keyof RunSteps, (error?: Error) => void>;
  const step = (name: keyof RunSteps) => (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      begun.push(name);
      signal.addEventListener('abort', () => begun.push(`${name} aborted`));
      end[name] = (error) => (error === undefined ? resolve() : reject(error));
    });
  return { steps: { boot: step('boot'), play: step('play'), drain: step('drain') }, end, begun };
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('the life of a run', () => {
  it('goes through booting, running and draining to completed', async () => {
    const { steps, end } = controlled();
    const states: RunState[] = [];
    const run = startRun(steps, (state) => states.push(state));
    end.boot();
    await settle();
    end.play();
    await settle();
    end.drain();
    expect(await run.finished).toEqual({ state: 'completed', error: undefined });
    expect(states).toEqual(['booting', 'running', 'draining', 'completed']);
  });

  it('stops playing while paused and plays anew when resumed', async () => {
    const { steps, end, begun } = controlled();
    const run = startRun(steps);
    run.send({ type: 'PAUSE' });
    expect(run.state()).toBe('booting');
    end.boot();
    await settle();
    run.send({ type: 'PAUSE' });
    expect(run.state()).toBe('paused');
    run.send({ type: 'RESUME' });
    expect(run.state()).toBe('running');
    expect(begun).toEqual(['boot', 'play', 'play aborted', 'play']);
  });

  it.each(['booting', 'running', 'paused', 'draining'] as const)('is aborted by a stop while %s', async (state) => {
    const { steps, end } = controlled();
    const run = startRun(steps);
    if (state !== 'booting') end.boot();
    await settle();
    if (state === 'paused') run.send({ type: 'PAUSE' });
    if (state === 'draining') end.play();
    await settle();
    expect(run.state()).toBe(state);
    run.send({ type: 'STOP' });
    expect((await run.finished).state).toBe('aborted');
  });

  it.each(['boot', 'play', 'drain'] as const)('fails when %s fails', async (failing) => {
    const { steps, end } = controlled();
    const run = startRun(steps);
    for (const name of ['boot', 'play', 'drain'] as const) {
      if (name === failing) {
        end[name](new Error('broken'));
        break;
      }
      end[name]();
      await settle();
    }
    expect(await run.finished).toEqual({ state: 'failed', error: new Error('broken') });
  });
});
