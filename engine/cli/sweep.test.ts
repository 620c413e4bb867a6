/** The command in-process: files in memory, cells in this thread. Real threads and processes: tests/sweep.test.ts. */
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { CELL_CLOCK, defaultEngine, engineCells } from '../host/default-engine.ts';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { inlineExecutor } from '../sweep/inline-executor.ts';
import type { Cell, CellResult, Executor, SweepJob } from '../sweep/job.ts';
import { SUMMARY_SCHEMA, SWEEP_SCHEMA } from '../sweep/sweep-schema.ts';
import { runCli } from './cli.ts';
import { blast, FakeIo } from './testing/fake-io.ts';

const SCENARIO = `version: 1
name: small
duration: 10s
params: { amount: 2 sat, gap: 1s, spare: x }
nodes: { alice: {}, bob: {} }
channels: { ab: { from: alice, to: bob, capacity: 100_000 sat } }
activity:
  a: { source: alice, destination: bob, interval: [1s, '\${{ params.gap }}'], amount: '\${{ params.amount }}' }
expect: [payments().success_rate > 0.9]
`;
const SWEEP = `sweep:
  matrix: { amount: [2 sat, 50_000 sat], gap: [1s, 2s] }
  seeds: 2
  baseline: { gap: 1s }
`;

const files = (text: string = SCENARIO + SWEEP): MemoryFiles => new MemoryFiles({ 's.yml': text });
const RESULTS = ['cells.csv', 'cells.ndjson', 'junit.xml', 'summary.csv', 'summary.json', 'sweep.json'];
const contents = (disk: MemoryFiles, folder: string): Record<string, string> =>
  Object.fromEntries(disk.list(folder).map((name) => [name, disk.read(`${folder}/${name}`) as string]));

/** An executor that runs cells in an order of its own, and may end early. */
function shuffled(order: (cells: Cell[]) => Cell[], most = Number.POSITIVE_INFINITY, seen: string[] = []) {
  return async (job: SweepJob): Promise<Executor> => {
    const inner = inlineExecutor(await engineCells(defaultEngine, job, CELL_CLOCK));
    return {
      run: async (cells, events, signal) => {
        const all = order([...cells]).slice(0, most);
        seen.push(...all.map(({ key }) => key));
        await inner.run(all, events, signal);
        if (all.length === most) throw new Error('killed');
      },
    };
  };
}

async function whole(): Promise<Record<string, string>> {
  const disk = files();
  expect((await blast('sweep s.yml --out all', { files: disk })).code).toBe(4);
  return contents(disk, 'all');
}

describe('blast sweep', () => {
  it('leaves its files and says what came of it', async () => {
    const disk = files();
    const { code, out, err } = await blast('sweep s.yml', { files: disk });
    expect(disk.list('out/small-sweep')).toEqual(RESULTS);
    // 100,000 sat cannot pay 50,000 sat ten times.
    expect(code).toBe(4);
    expect(out).toContain('small: 8 cells, 4 with failed expectations\n');
    expect(out).toMatch(/^amount +gap +n +success_rate +payments/m);
    expect(err).toContain('[8/8] amount=50000sat,gap=2s#seed=2 completed, 1 expectation failed\n');
    expect(err).toContain("  blast run s.yml --param 'amount=50_000 sat' --param gap=2s --seed 2\n");
  });

  it('has a row for each cell in key order', async () => {
    const { 'cells.csv': csv = '' } = await whole();
    const rows = csv.trimEnd().split('\n');
    expect(rows[0]).toBe(
      'cell,param.amount,param.amount.msat,param.gap,param.gap.us,seed,run_seed,state,metric.success_rate,metric.payments,' +
        'metric.delivered_msat,metric.fees_msat,metric.mean_attempts,metric.mean_time,metric.p95_time,records,payments,' +
        'succeeded,failed,pending,expectations_passed,expectations_failed,expectations_skipped,digest.spec,digest.timeline,' +
        'digest.records,digest.state,digest.run,failure_kind,failure',
    );
    expect(rows.slice(1).map((row) => /^"([^"]*)"/.exec(row)?.[1])).toEqual(
      ['2sat,gap=1s', '2sat,gap=2s', '50000sat,gap=1s', '50000sat,gap=2s'].flatMap((name) => [
        `amount=${name}#seed=1`,
        `amount=${name}#seed=2`,
      ]),
    );
    expect(rows[1]).toMatch(
      /^"[^"]*",2 sat,2000,1s,1000000,1,1,completed,1,9,18000,0,1,0\.\d+,0\.\d+,\d+,9,9,0,0,1,0,0,/,
    );
  });

  it('compares with the baseline on the same traffic', async () => {
    const { 'summary.json': json = '' } = await whole();
    const { combinations } = JSON.parse(json);
    expect(
      combinations.map((one: { combination: string; baseline: string }) => [one.combination, one.baseline]),
    ).toEqual([
      ['amount=2sat,gap=1s', 'amount=2sat,gap=1s'],
      ['amount=2sat,gap=2s', 'amount=2sat,gap=1s'],
      ['amount=50000sat,gap=1s', 'amount=50000sat,gap=1s'],
      ['amount=50000sat,gap=2s', 'amount=50000sat,gap=1s'],
    ]);
    const [own, other] = combinations;
    expect(own.metrics.payments).toEqual({ n: 2, mean: 9, sd: 0, ci95: [9, 9], min: 9, max: 9 });
    const { mean, difference } = other.metrics.payments;
    expect(difference.n).toBe(2);
    expect(difference.mean).toBeCloseTo(mean - 9, 9);
  });

  it('leaves the same bytes in whatever order cells are run', async () => {
    const expected = await whole();
    for (const order of [
      (cells: Cell[]) => cells.reverse(),
      (cells: Cell[]) => cells.sort((a, b) => a.seed - b.seed),
    ]) {
      const disk = files();
      await blast('sweep s.yml --out all', { files: disk, engine: { executor: shuffled(order) } });
      expect(contents(disk, 'all')).toEqual(expected);
    }
  });

  it('reports cells whose scenario is invalid, and goes on with the others', async () => {
    const disk = files(SCENARIO + SWEEP.replace('50_000 sat', '0 sat'));
    const { code, err } = await blast('sweep s.yml --out x', { files: disk });
    expect(code).toBe(3);
    expect(err).toContain('amount=0sat,gap=1s#seed=1 failed: the scenario is not valid with these parameters: ');
    expect(err).toMatch(/ {2}s\.yml:8:\d+ error E\d+ /);
    const { 'cells.csv': csv = '', 'summary.json': json = '', 'junit.xml': junit = '' } = contents(disk, 'x');
    expect(
      csv
        .split('\n')
        .slice(1)
        .filter((row) => row.includes(',failed,')).length,
    ).toBe(4);
    expect(JSON.parse(json).combinations[0]).toMatchObject({ failed: 2, metrics: { payments: { n: 0, mean: null } } });
    expect(junit).toContain('<testsuites name="small sweep" tests="8" failures="0" errors="4">');
  });

  it('reports cells that fail for a defect with exit code 1', async () => {
    const executor = async (job: SweepJob): Promise<Executor> => {
      const run = await engineCells(
        {
          ...defaultEngine,
          compile: async (input) =>
            input.seed === 2 ? Promise.reject(new Error('<boom> & "co"')) : defaultEngine.compile(input),
        },
        job,
        CELL_CLOCK,
      );
      return inlineExecutor(run);
    };
    const disk = files();
    const { code, err } = await blast('sweep s.yml --out x', { files: disk, engine: { executor } });
    expect(code).toBe(1);
    expect(err).toContain('#seed=2 failed: <boom> & "co"');
    const { 'junit.xml': junit = '' } = contents(disk, 'x');
    expect(junit).toContain(
      '<error type="internal" message="&lt;boom&gt; &amp; &quot;co&quot;">&lt;boom&gt; &amp; "co"',
    );
    expect(junit.match(/<testcase/g)).toHaveLength(8);
  });

  it('refuses input that is invalid at once', async () => {
    const bad = await blast('sweep s.yml', { files: files(SCENARIO.replace('10s', '10') + SWEEP) });
    expect([bad.code, bad.io.files.list('out')]).toEqual([3, []]);
    const none = await blast('sweep s.yml', { files: files(SCENARIO) });
    expect(none.code).toBe(3);
    expect(none.err).toContain('s.yml:1:1 error E640 the scenario has no section `sweep`');
    const other = new MemoryFiles({ 's.yml': SCENARIO + SWEEP, 'notes/a.txt': '' });
    expect(await blast('sweep s.yml --out notes', { files: other })).toMatchObject({ code: 2 });
    expect((await blast('sweep s.yml --shard 5/4', { files: files() })).code).toBe(2);
    expect((await blast('sweep s.yml --jobs 0', { files: files() })).code).toBe(2);
  });

  it('a section `sweep` changes nothing of a single run', async () => {
    const digests = async (text: string): Promise<unknown> => {
      const disk = files(text);
      await blast('run s.yml --out r', { files: disk });
      return JSON.parse(disk.read('r/run.json') ?? '').digests;
    };
    expect(await digests(SCENARIO + SWEEP)).toEqual(await digests(SCENARIO));
  });
});

describe('--param', () => {
  it('with a swept parameter runs the combinations that have the value', async () => {
    const { out, code } = await blast('sweep s.yml --param gap=2000ms --dry-run', { files: files() });
    expect(code).toBe(0);
    expect(out).toBe(
      'amount=2sat,gap=2s#seed=1\namount=2sat,gap=2s#seed=2\namount=50000sat,gap=2s#seed=1\namount=50000sat,gap=2s#seed=2\n',
    );
    const none = await blast('sweep s.yml --param gap=3s --dry-run', { files: files() });
    expect(none.code).toBe(3);
    expect(none.err).toContain('E647 no combination of the sweep has gap=3s');
  });

  it('with another one sets it in every cell, and makes another plan', async () => {
    const disk = files();
    const { out } = await blast(['sweep', 's.yml', '--param', 'spare=a b', '--dry-run', '--format', 'json'], {
      files: disk,
    });
    expect(JSON.parse(out)[0]).toEqual({
      key: 'amount=2sat,gap=1s#seed=1',
      params: { amount: '2 sat', gap: '1s' },
      seed: 1,
      run_seed: 1,
      command: "blast run s.yml --param 'amount=2 sat' --param gap=1s --param 'spare=a b' --seed 1",
    });
    expect((await blast('sweep s.yml --param gpa=1s', { files: files() })).err).toContain('E505');
  });
});

describe('--cell', () => {
  it('runs one cell and gives the digests of the command that it prints', async () => {
    const disk = files();
    const cell = await blast('sweep s.yml --cell amount=2sat,gap=2s#seed=2 --format json', { files: disk });
    expect(cell.code).toBe(0);
    expect(disk.list('out')).toEqual([]);
    const { digests, command } = JSON.parse(cell.out) as CellResult & { command: string };
    expect(command).toBe("blast run s.yml --param 'amount=2 sat' --param gap=2s --seed 2");
    const argv = ['run', 's.yml', '--param', 'amount=2 sat', '--param', 'gap=2s', '--seed', '2', '--out', 'r'];
    expect((await blast(argv, { files: disk })).code).toBe(0);
    const run = JSON.parse(disk.read('r/run.json') ?? '').digests;
    expect(digests).toEqual(run);
    const { 'cells.ndjson': cells = '' } = await whole();
    expect(cells).toContain(run.run);
  });

  it('shows what came of it, and refuses what is no cell', async () => {
    const bad = await blast('sweep s.yml --cell gap=1s,amount=50000sat#seed=1', { files: files() });
    expect(bad.code).toBe(4);
    expect(bad.out).toMatch(/success_rate +0\.\d+/);
    expect(bad.err).toContain('expectation failed: payments().success_rate > 0.9');
    expect((await blast('sweep s.yml --cell amount=2sat,gap=9s#seed=1', { files: files() })).err).toContain(
      '--dry-run',
    );
    expect((await blast('sweep s.yml --cell nonsense', { files: files() })).code).toBe(2);
  });
});

describe('what a sweep leaves for programs', () => {
  it('is as its published schemas say', async () => {
    const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
    const check = { sweep: ajv.compile(SWEEP_SCHEMA), summary: ajv.compile(SUMMARY_SCHEMA) };
    const texts = [await whole()];
    const part = files();
    await blast('sweep s.yml --out part --shard 1/2', { files: part });
    texts.push(contents(part, 'part'));
    for (const of of texts) {
      for (const name of ['sweep', 'summary'] as const) {
        const text = of[`${name}.json`];
        if (text !== undefined) expect([check[name](JSON.parse(text)), check[name].errors]).toEqual([true, null]);
      }
    }
    // A difference from the baseline, and a part.
    expect(texts[0]?.['summary.json']).toContain('"difference"');
    expect(texts[1]?.['sweep.json']).toContain('"shard"');
    const changed = JSON.parse(texts[0]?.['summary.json'] ?? '');
    changed.combinations[0].metrics.payments.mean = '1';
    expect(check.summary(changed)).toBe(false);
  });
});

describe('the folder of a sweep', () => {
  it('is left alone while another process writes to it, and free again afterwards', async () => {
    const disk = files();
    disk.makeFolder('all');
    disk.append('all/sweep.lock', 'process 7');
    const refused = await blast('sweep s.yml --out all', { files: disk });
    expect(refused.code).toBe(3);
    expect(refused.err).toContain('E847 process 7 writes to this folder');
    expect(disk.list('all')).toEqual(['sweep.lock']);
    disk.remove('all/sweep.lock');
    expect((await blast('sweep s.yml --out all', { files: disk })).code).toBe(4);
    expect(disk.list('all')).toEqual(RESULTS);
  });

  it('is free after a sweep that failed, too', async () => {
    const disk = files();
    const failing = { run: () => Promise.reject(new Error('killed')) };
    await blast('sweep s.yml --out all', { files: disk, engine: { executor: async () => failing } });
    expect(disk.list('all')).not.toContain('sweep.lock');
  });
});

describe('--resume', () => {
  /** Leaves a sweep of which `most` cells are finished. */
  async function killed(most: number): Promise<MemoryFiles> {
    const disk = files();
    const { code } = await blast('sweep s.yml --out all', {
      files: disk,
      engine: { executor: shuffled((c) => c.reverse(), most) },
    });
    expect(code).toBe(1);
    expect(disk.list('all')).toEqual(['journal.ndjson', 'sweep.json']);
    return disk;
  }

  it('runs what is not finished, and leaves what an undisturbed sweep would have left', async () => {
    const expected = await whole();
    for (const cut of [0, 1, 40]) {
      const disk = await killed(3);
      const journal = disk.read('all/journal.ndjson') ?? '';
      // What a killed process leaves of the line that it was writing.
      disk.contents.set('all/journal.ndjson', cut === 0 ? journal : `${journal}${journal.slice(0, cut)}`);
      const seen: string[] = [];
      const executor = shuffled((cells) => cells, Number.POSITIVE_INFINITY, seen);
      const { code, err } = await blast('sweep s.yml --out all --resume', { files: disk, engine: { executor } });
      expect(code).toBe(4);
      expect(err).toContain('3 of 8 cells were finished before');
      expect(seen).toHaveLength(5);
      expect(contents(disk, 'all')).toEqual(expected);
    }
  });

  it('a last line without its end is run again, at any place of the cut', async () => {
    const expected = await whole();
    const disk = await killed(2);
    const journal = disk.read('all/journal.ndjson') ?? '';
    const first = journal.indexOf('\n') + 1;
    for (let cut = first; cut < journal.length; cut += 97) {
      disk.contents.set('all/journal.ndjson', journal.slice(0, cut));
      for (const name of disk.list('all')) if (!/journal|sweep.json/.test(name)) disk.remove(`all/${name}`);
      const seen: string[] = [];
      await blast('sweep s.yml --out all --resume', {
        files: disk,
        engine: { executor: shuffled((cells) => cells, Number.POSITIVE_INFINITY, seen) },
      });
      expect(seen).toHaveLength(7);
      expect(contents(disk, 'all')).toEqual(expected);
    }
  });

  it('begins where there is nothing, and has nothing to do where all is done', async () => {
    const disk = files();
    expect((await blast('sweep s.yml --out all --resume', { files: disk })).code).toBe(4);
    const before = contents(disk, 'all');
    const seen: string[] = [];
    const executor = shuffled((cells) => cells, Number.POSITIVE_INFINITY, seen);
    expect((await blast('sweep s.yml --out all --resume', { files: disk, engine: { executor } })).code).toBe(4);
    expect([contents(disk, 'all'), seen]).toEqual([before, []]);
  });

  it('must be asked for', async () => {
    const { code, err } = await blast('sweep s.yml --out all', { files: await killed(3) });
    expect(code).toBe(2);
    expect(err).toContain('go on with --resume');
  });

  it.each([
    ['another scenario', (disk: MemoryFiles) => disk.contents.set('s.yml', `${SCENARIO}${SWEEP}# a remark\n`), ''],
    ['other cells', () => {}, ' --param gap=1s'],
    ['another parameter', () => {}, ' --param spare=y'],
    ['a part', () => {}, ' --shard 1/2'],
  ])('refuses a folder of %s', async (_, change, more) => {
    const disk = await killed(3);
    change(disk);
    const before = contents(disk, 'all');
    const { code, err } = await blast(`sweep s.yml --out all --resume${more}`, { files: disk });
    expect([code, err]).toEqual([3, expect.stringContaining('all/sweep.json:1:1 error E841 it is of ')]);
    expect(contents(disk, 'all')).toEqual(before);
  });

  it('refuses results that were changed', async () => {
    const disk = await killed(3);
    const journal = disk.read('all/journal.ndjson') ?? '';
    disk.contents.set('all/journal.ndjson', journal.replace(/"payments":\d+/, '"payments":999'));
    const { code, err } = await blast('sweep s.yml --out all --resume', { files: disk });
    expect([code, err]).toEqual([
      3,
      expect.stringContaining('all/journal.ndjson:1:1 error E843 line 1 is not what was written'),
    ]);
    const manifest = disk.read('all/sweep.json') ?? '';
    disk.contents.set('all/sweep.json', manifest.replace(/"seeds": \[1/, '"seeds": ["1"'));
    expect((await blast('sweep s.yml --out all --resume', { files: disk })).err).toContain(
      'E842 it is malformed: seeds[0] must be integer',
    );
    disk.contents.set('all/sweep.json', '{');
    expect((await blast('sweep s.yml --out all --resume', { files: disk })).err).toContain('E842 it is not JSON');
  });
});

describe('an interruption', () => {
  it('ends with what is finished', async () => {
    const disk = files();
    const io = new FakeIo({ files: disk });
    let left = 3;
    const executor = async (job: SweepJob): Promise<Executor> => {
      const inner = inlineExecutor(await engineCells(defaultEngine, job, CELL_CLOCK));
      return {
        run: (cells, events, signal) =>
          inner.run(
            cells,
            {
              started: events.started,
              finished: (result) => {
                events.finished(result);
                if (--left === 0) io.interrupt();
              },
            },
            signal,
          ),
      };
    };
    expect(await runCli(['sweep', 's.yml', '--out', 'all'], io, { ...defaultEngine, executor })).toBe(130);
    expect(io.err).toContain('interrupted: 3 of 8 cells are finished; --resume goes on with the rest\n');
    expect((await blast('sweep s.yml --out all --resume', { files: disk })).code).toBe(4);
    expect(contents(disk, 'all')).toEqual(await whole());
  });
});

describe('parts', () => {
  async function parts(count: number): Promise<MemoryFiles> {
    const disk = files();
    for (let i = 1; i <= count; i++) {
      const { code } = await blast(`sweep s.yml --shard ${i}/${count} --out part-${i} --quiet`, { files: disk });
      expect([0, 4]).toContain(code);
      expect(disk.list(`part-${i}`)).toEqual(['cells.ndjson', 'sweep.json']);
    }
    return disk;
  }

  it.each([1, 3, 10])('%i of them are merged to the bytes of the whole', async (count) => {
    const disk = await parts(count);
    const folders = Array.from({ length: count }, (_, i) => `part-${count - i}`);
    const { code, out } = await blast(['sweep', 'merge', ...folders, '--out', 'all'], { files: disk });
    expect(code).toBe(4);
    expect(out).toContain('small: 8 cells');
    expect(contents(disk, 'all')).toEqual(await whole());
  });

  it('must be all, each once, finished, and of one sweep', async () => {
    const disk = await parts(3);
    const merge = async (folders: string): Promise<string> => {
      const { code, err } = await blast(`sweep merge ${folders} --out all`, { files: disk });
      expect([2, 3]).toContain(code);
      expect(disk.list('all')).toEqual([]);
      return err;
    };
    expect(await merge('part-1 part-3')).toContain('E845 not every shard is given; missing: 2/3');
    expect(await merge('part-1 part-2 part-3 part-2')).toContain('E846 it is shard 2/3, as is part-2/sweep.json');
    expect(await merge('part-1 nowhere')).toContain('E842 there is no sweep.json');
    await blast('sweep s.yml --shard 3/3 --param gap=1s --out other', { files: disk });
    expect(await merge('part-1 part-2 other')).toContain('other/sweep.json:1:1 error E844 it is of another sweep');
    const { code } = await blast('sweep merge part-1 part-2 part-3 --out part-1', { files: disk });
    expect(code).toBe(2);
    const lines = disk.read('part-2/cells.ndjson') ?? '';
    disk.contents.set('part-2/cells.ndjson', lines.slice(0, lines.indexOf('\n') + 1));
    expect(await merge('part-1 part-2 part-3')).toContain('E845 shard 2/3 is not finished: 1 of 3 cells');
  });
});

describe('on a terminal', () => {
  it('one line says how far it is', async () => {
    const { err } = await blast('sweep s.yml --out all', { files: files(), tty: true });
    expect(err).toContain('\r\u001b[K0/8 cells  1 running');
    expect(err).toContain('8/8 cells  0 running  4 with failed expectations  100 %');
    expect(err).not.toContain('[8/8]');
    expect((await blast('sweep s.yml --out all --quiet', { files: files() })).err).not.toContain('[8/8]');
  });
});

describe('files that the scenario names', () => {
  const IMPORTING = `version: 1
name: importing
duration: 5s
params: { file: a.json }
network: { import: { file: '\${{ params.file }}' } }
activity: { a: { source: alice, destination: bob, interval: 1s, amount: 1 sat } }
sweep: { matrix: { file: [a.json, b.json, missing.json] } }
`;
  const network = (capacity: number): string =>
    JSON.stringify({
      format: 'blast-network/1',
      nodes: [{ name: 'alice' }, { name: 'bob' }],
      channels: [{ name: 'ab', from: 'alice', to: 'bob', capacity_sat: capacity, balance_msat: capacity * 1000 }],
    });

  it('are read once, before the first cell, also those that a parameter names', async () => {
    const disk = new MemoryFiles({ 's.yml': IMPORTING, 'a.json': network(100_000), 'b.json': network(200_000) });
    const jobs: SweepJob[] = [];
    const executor = async (job: SweepJob): Promise<Executor> => {
      jobs.push(job);
      disk.contents.set('a.json', 'changed');
      disk.contents.set('s.yml', 'changed');
      return inlineExecutor(await engineCells(defaultEngine, job, CELL_CLOCK));
    };
    const { err } = await blast('sweep s.yml --out x', { files: disk, engine: { executor } });
    expect(jobs[0]?.files.map(({ path }) => path)).toEqual(['a.json', 'b.json']);
    const states = [...(disk.read('x/cells.csv') ?? '').matchAll(/^file=(\S+)#seed=1,.*,(completed|failed),/gm)];
    expect(states.map(([, file, state]) => [file, state])).toEqual([
      ['a.json', 'completed'],
      ['b.json', 'completed'],
      ['missing.json', 'failed'],
    ]);
    expect(err).toContain('error E701 cannot read missing.json');
  });
});

describe('a sweep with a branch point', () => {
  const branching = (from: string): string =>
    `${SCENARIO}snapshots: [{ at: 500ms, name: early }]\n${SWEEP}  from: ${from}\n`;

  it('leaves the results of one without', async () => {
    const disk = new MemoryFiles({ 'plain.yml': SCENARIO + SWEEP, 'branching.yml': branching('early') });
    expect(await blast('sweep plain.yml --out plain --quiet', { files: disk })).toMatchObject({ code: 4 });
    expect(await blast('sweep branching.yml --out branching', { files: disk })).toMatchObject({ code: 4 });
    expect(disk.read('branching/summary.csv')).toBe(disk.read('plain/summary.csv'));
    const digests = (folder: string): unknown =>
      (disk.read(`${folder}/cells.ndjson`) ?? '')
        .trimEnd()
        .split('\n')
        .map((line) => ({ ...(JSON.parse(line) as { cell: CellResult }).cell.digests, spec: '' }));
    expect(digests('branching')).toEqual(digests('plain'));
  });

  it('warns of parameters whose values share no beginning', async () => {
    const disk = new MemoryFiles({ 'branching.yml': branching('9s') });
    const { err } = await blast('sweep branching.yml', { files: disk });
    expect(err).toMatch(
      /^branching\.yml:15:9 warning W650 `amount` makes a difference at or before 9s already: payments/,
    );
    expect((await blast('sweep branching.yml --quiet --out quiet', { files: disk })).err).not.toContain('W650');
  });
});

describe('states of the network', () => {
  it('cells begin in the snapshot that the scenario names, and keep none', async () => {
    const disk = files();
    const first = ['run', 's.yml', '--param', 'amount=20_000 sat', '--out', 'r', '--snapshot-at', '5s'];
    await blast(first, { files: disk });
    const [snapshot = ''] = disk.list('r/snapshots');
    const text = `version: 1
name: from-state
duration: 5s
params: { amount: 1 sat }
network: { snapshot: r/snapshots/${snapshot} }
activity: { b: { source: bob, destination: alice, interval: 1s, amount: '\${{ params.amount }}' } }
snapshots: [{ at: 2s, name: kept }]
sweep: { matrix: { amount: [1 sat, 50_000 sat, 90_000 sat] }, metrics: { paid: payments().succeeded } }
`;
    disk.contents.set('t.yml', text);
    expect(await blast('sweep t.yml --out all', { files: disk })).toMatchObject({ code: 0 });
    expect(disk.list('all')).toEqual(RESULTS);
    const cells = (disk.read('all/cells.ndjson') ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).cell as CellResult);
    // Bob has what Alice paid in the first five seconds.
    expect(cells.map(({ metrics }) => metrics.paid)).toEqual([4, 1, 0]);
    await blast(['run', 't.yml', '--param', 'amount=50_000 sat', '--out', 'one'], { files: disk });
    expect(cells[1]?.digests).toEqual(JSON.parse(disk.read('one/run.json') ?? '').digests);
  });
});
