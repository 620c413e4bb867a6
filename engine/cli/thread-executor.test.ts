/** Threads that are not those of the command: what they do is said by the key of the cell. The real ones: tests/sweep.test.ts. */
import { describe, expect, it } from 'vitest';
import { type Cell, type CellResult, crashedCell, JOB_FORMAT, type SweepJob } from '../sweep/job.ts';
import { threadExecutor } from './thread-executor.ts';

const JOB: SweepJob = {
  format: JOB_FORMAT,
  engine: '0',
  plan: 'p',
  file: 's.yml',
  text: '',
  files: [],
  allow_outside: false,
  params: {},
  branches: false,
};

const script = (body: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData, threadId } from 'node:worker_threads';
      ${body}
    `)}`,
  );

/** Answers each cell with its key and the plan of the job; `die` ends the thread, `throw` throws, `wait` never answers. */
const ENTRY = script(`parentPort.on('message', (cell) => {
  if (cell.key.startsWith('die')) process.exit(7);
  if (cell.key.startsWith('throw')) throw new Error('out of memory');
  if (!cell.key.startsWith('wait')) parentPort.postMessage({ ...cell, plan: workerData.job.plan, thread: threadId });
});`);

const cells = (keys: readonly string[]): readonly Cell[] =>
  keys.map((key, i) => ({ key, params: {}, seed: i, run_seed: i }));

async function run(keys: readonly string[], jobs: number, entry: URL = ENTRY, stop = new AbortController()) {
  const started: string[] = [];
  const results: (CellResult & { readonly thread?: number; readonly plan?: string })[] = [];
  await threadExecutor(entry, JOB, jobs).run(
    cells(keys),
    {
      started: ({ key }) => {
        started.push(key);
        if (key.startsWith('wait')) setTimeout(() => stop.abort(), 50);
      },
      finished: (result) => {
        results.push(result);
        if (result.key === 'fail') throw new Error('disk full');
      },
    },
    stop.signal,
  );
  return { started, results, keys: results.map(({ key }) => key).sort() };
}

describe('threads', () => {
  it.each([1, 2, 5, 40])('%i of them run every cell once', async (jobs) => {
    const keys = Array.from({ length: 30 }, (_, i) => `cell-${10 + i}`);
    const { started, results, keys: finished } = await run(keys, jobs);
    expect([started, finished]).toEqual([keys, keys]);
    expect(new Set(results.map(({ plan }) => plan))).toEqual(new Set(['p']));
    expect(new Set(results.map(({ thread }) => thread)).size).toBeLessThanOrEqual(jobs);
  });

  it('have nothing to do without cells', async () => {
    expect((await run([], 2)).results).toEqual([]);
  });

  it('that end cost the cell that they were at, and no other', async () => {
    const { results, keys } = await run(['a', 'die', 'b', 'throw', 'c', 'd'], 2);
    expect(keys).toEqual(['a', 'b', 'c', 'd', 'die', 'throw']);
    const failures = results.flatMap(({ key, failure }) => (failure == null ? [] : [[key, failure] as const]));
    expect(new Map(failures)).toEqual(
      new Map([
        ['die', { kind: 'internal', message: 'the thread ended by itself' }],
        ['throw', { kind: 'internal', message: 'out of memory' }],
      ]),
    );
  });

  it('that end before they serve end the sweep', async () => {
    await expect(run(['a', 'b', 'c', 'd'], 2, script(`throw new Error('no such engine');`))).rejects.toThrow(
      'the threads of the sweep end at once: no such engine',
    );
  });

  it('are ended by the signal, and by whoever listens', async () => {
    const { keys } = await run(['a', 'wait', 'b'], 1);
    expect(keys).toEqual(['a']);
    const stopped = new AbortController();
    stopped.abort();
    expect((await run(['a'], 1, ENTRY, stopped)).started).toEqual([]);
    await expect(run(['a', 'fail', 'b'], 1)).rejects.toThrow('disk full');
  });
});

it('a crashed cell is a result like others', () => {
  const [cell] = cells(['x']);
  expect(crashedCell(cell as Cell, 'internal', 'why')).toMatchObject({
    key: 'x',
    state: 'failed',
    counts: {},
    metrics: {},
  });
});
