import { describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../base/version.ts';
import { OUTCOME } from '../simulate/records.ts';
import { paymentHash } from '../timeline/payment-hash.ts';
import { pubkeyOf } from '../timeline/pubkey.ts';
import { PHASE } from '../timeline/timeline.ts';
import { AtomicWriter, writeWhole } from './files.ts';
import { PaymentsCsv, type PaymentsForm } from './payments-csv.ts';
import { RunFolder, refuseFolder } from './run-folder.ts';
import { FakeBackend } from './testing/fake-backend.ts';
import { S, testRun, testTimeline } from './testing/fixtures.ts';
import { MemoryFiles } from './testing/memory-files.ts';
import { clockText, wallText } from './time-text.ts';

async function runInto(files: MemoryFiles, events = true, payments?: PaymentsForm) {
  const timeline = testTimeline({
    payments: 3,
    actions: [
      { timeUs: 1 * S, phase: PHASE.chain, action: { kind: 'mine', args: { blocks: 10 } } },
      { timeUs: 2 * S, phase: PHASE.control, action: { kind: 'open_channel', args: { channel: 1, from: 1, to: 0 } } },
    ],
    expectations: [{ that: 'payments().succeeded == 2' }],
  });
  const folder = new RunFolder(files, 'out/test', timeline, {
    events,
    ...(payments === undefined ? {} : { payments }),
  });
  const result = await testRun(timeline, { observers: folder.observers, backend: new FakeBackend({ stuck: [1] }) });
  const names = folder.finish({
    file: 'test.yml',
    params: [{ name: 'gap', type: 'duration', value: '13s', overridden: true }],
    specDigest: 'aa'.repeat(32),
    timelineDigest: 'bb'.repeat(32),
    backend: 'fake',
    result,
    host: { node: '20' },
    compileMs: 5,
  });
  return { timeline, result, names };
}

describe('what a run leaves', () => {
  it('payments.csv begins with the columns of sim-ln', async () => {
    const files = new MemoryFiles();
    const { timeline } = await runInto(files);
    const [alice, bob] = timeline.network.nodes.map(pubkeyOf);
    expect(files.read('out/test/payments.csv')).toBe(
      `source,destination,amount_msat,hash,dispatch_time,htlc_count,payment_outcome,activity,nth,source_name,destination_name,route,fee_msat,attempts,failure,failure_hop,resolve_time_ms,resolved_ms
${alice},${bob},2000,${paymentHash([1, 2], 0)},1735689601000,1,Success,alice-pays-bob,0,alice,bob,alice > bob,5,1,,,1735689601100,100
${alice},${bob},2002,${paymentHash([1, 2], 2)},1735689603000,0,RouteNotFound,alice-pays-bob,2,alice,bob,,0,1,temporary_channel_failure,1,1735689603102,102
${alice},${bob},2001,${paymentHash([1, 2], 1)},1735689602000,0,Pending,alice-pays-bob,1,alice,bob,,,,,,,
`,
    );
    expect(paymentHash([1, 2], 0)).toBe('8236d26999ea729905f24a0b6b04affc8b478bf63ae07fc7610fa3e1776fbbe5');
  });

  it("payments.csv may have sim-ln's columns alone, and then no payment that is unresolved", async () => {
    const files = new MemoryFiles();
    const { timeline } = await runInto(files, true, 'sim-ln');
    const [alice, bob] = timeline.network.nodes.map(pubkeyOf);
    expect(files.read('out/test/payments.csv')).toBe(
      `source,destination,amount_msat,hash,dispatch_time,htlc_count,payment_outcome
${alice},${bob},2000,${paymentHash([1, 2], 0)},1735689601000,1,Success
${alice},${bob},2002,${paymentHash([1, 2], 2)},1735689603000,0,RouteNotFound
`,
    );
  });

  it('payments.csv tells no hash of a payment that was not made', () => {
    const timeline = testTimeline({ payments: 1 });
    let text = '';
    const csv = new PaymentsCsv(timeline, (more) => {
      text += more;
    });
    const outcome = OUTCOME.NotDispatched;
    const nothing = { attempts: 0, parts: 0, feeMsat: 0, route: [], channels: [], failureCode: 0, failureHop: -1 };
    csv.payment({ payment: 0, startedUs: S, resolvedUs: S, outcome, ...nothing });
    expect(text.split('\n')[1]).toMatch(
      /^0[23][0-9a-f]{64},0[23][0-9a-f]{64},2000,Unknown,1735689601000,0,NotDispatched,/,
    );
  });

  it('events.ndjson names what happened', async () => {
    const files = new MemoryFiles();
    await runInto(files);
    expect(files.read('out/test/events.ndjson')).toBe(
      `{"n":0,"us":1000000,"t":"00:00:01.000000","event":"block","blocks":10,"transactions":0,"height":110}
{"n":1,"us":1000000,"t":"00:00:01.000000","event":"payment_started","payment":0,"activity":"alice-pays-bob","nth":0,"source":"alice","destination":"bob","amount_msat":2000}
{"n":2,"us":1100000,"t":"00:00:01.100000","event":"payment_resolved","payment":0,"activity":"alice-pays-bob","nth":0,"outcome":"Success","attempts":1,"fee_msat":5}
{"n":3,"us":2000000,"t":"00:00:02.000000","event":"channel_state","channel":"second","instance":1,"state":"negotiating","cause":"initial","capacity_sat":30000}
{"n":4,"us":2000000,"t":"00:00:02.000000","event":"payment_started","payment":1,"activity":"alice-pays-bob","nth":1,"source":"alice","destination":"bob","amount_msat":2001}
{"n":5,"us":3000000,"t":"00:00:03.000000","event":"payment_started","payment":2,"activity":"alice-pays-bob","nth":2,"source":"alice","destination":"bob","amount_msat":2002}
{"n":6,"us":3102000,"t":"00:00:03.102000","event":"payment_resolved","payment":2,"activity":"alice-pays-bob","nth":2,"outcome":"RouteNotFound","attempts":1,"fee_msat":0}
`,
    );
  });

  it('run.json separates what is reproducible from the rest', async () => {
    const files = new MemoryFiles();
    const { names, result } = await runInto(files);
    expect(names).toEqual(['payments.csv', 'events.ndjson', 'metrics.json', 'run.json']);
    const { environment, timings, ...rest } = JSON.parse(files.read('out/test/run.json') ?? '');
    expect(environment).toEqual({ engine: ENGINE_VERSION, node: '20' });
    expect(Object.keys(timings)).toContain('run_ms');
    expect(rest).toMatchObject({
      format: 'blast-run/1',
      scenario: 'test',
      state: 'completed',
      seed: 1,
      digests: { run: result.runDigest, state: result.stateDigest },
      counts: { payments: 3, succeeded: 1, failed: 1, pending: 1, records: 7 },
      expectations: [
        { that: 'payments().succeeded == 2', status: 'failed', measured: 'payments().succeeded = 1 (expected == 2)' },
      ],
    });
    const second = new MemoryFiles();
    await runInto(second);
    const { environment: _e, timings: _t, ...again } = JSON.parse(second.read('out/test/run.json') ?? '');
    expect(again).toEqual(rest);
  });

  it('metrics.json has the figures', async () => {
    const files = new MemoryFiles();
    await runInto(files);
    const metrics = JSON.parse(files.read('out/test/metrics.json') ?? '');
    expect(metrics.payments).toMatchObject({
      success_rate: 0.5,
      outcomes: { Success: 1, RouteNotFound: 1 },
      time: { mean: 0.1, p50: 0.1, p95: 0.1, max: 0.1 },
    });
    expect(metrics.activities).toHaveLength(1);
    expect(metrics.backend).toEqual({ resolved: 2 });
  });

  it('leaves no temporary or stale file', async () => {
    const files = new MemoryFiles();
    await runInto(files);
    await runInto(files, false);
    expect(files.list('out/test')).toEqual(['metrics.json', 'payments.csv', 'run.json']);
    const abandoned = new MemoryFiles();
    new RunFolder(abandoned, 'out/x', testTimeline(), { events: true }).abandon();
    expect(abandoned.list('out/x')).toEqual([]);
  });
});

describe('folders', () => {
  it('are only written to when they hold nothing else', () => {
    const files = new MemoryFiles({
      'a/notes.txt': '',
      'b/run.json': '',
      'b/notes.txt': '',
      'c/payments.csv.tmp': '',
      f: '',
    });
    expect(refuseFolder(files, 'a')).toContain('no run.json');
    expect(refuseFolder(files, 'b')).toBeNull();
    expect(refuseFolder(files, 'c')).toBeNull();
    expect(refuseFolder(files, 'nowhere')).toBeNull();
    expect(refuseFolder(files, 'f')).toContain('is a file');
  });
});

describe('writing', () => {
  it('leaves the old file when it fails', () => {
    const files = new MemoryFiles({ 'a.txt': 'old' });
    files.rename = () => {
      throw new Error('disk full');
    };
    expect(() => writeWhole(files, 'a.txt', 'new')).toThrow('cannot write a.txt: disk full');
    expect(files.read('a.txt')).toBe('old');
  });

  it('replaces no result of a former run when one of the new ones cannot be written', async () => {
    const files = new MemoryFiles();
    await runInto(files);
    const before = new Map(files.contents);
    const { open } = files;
    // The disk is full when the last of the files is about to be written.
    files.open = (path) => {
      const file = open.call(files, path);
      if (!path.includes('run.json')) return file;
      return {
        ...file,
        mark: () => 0,
        rewind: () => {},
        close: () => {},
        write: () => {
          throw new Error('disk full');
        },
      };
    };
    await expect(runInto(files, false)).rejects.toThrow('cannot write out/test/run.json: disk full');
    for (const [path, text] of before) expect(files.contents.get(path), path).toBe(text);
  });

  it('streams large files', () => {
    const files = new MemoryFiles();
    files.makeFolder('x');
    const writer = new AtomicWriter(files, 'x/big');
    for (let i = 0; i < 30_000; i++) writer.write('0123456789');
    expect(files.read('x/big')).toBeNull();
    writer.commit();
    writer.abandon();
    expect(files.read('x/big')).toHaveLength(300_000);
  });
});

describe('times as text', () => {
  it.each([
    [0, '00:00:00.000000'],
    [10_500_000, '00:00:10.500000'],
    [70_000_000, '00:01:10.000000'],
    [90_000_000_001, '25:00:00.000001'],
  ])('%i µs', (us, text) => {
    expect(clockText(us)).toBe(text);
  });

  it('wall times', () => {
    expect([wallText(0.4), wallText(999), wallText(12_345), wallText(245_000)]).toEqual([
      '0 ms',
      '999 ms',
      '12.3 s',
      '4m05s',
    ]);
  });
});
