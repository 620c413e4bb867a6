/**
 * States of real LDK nodes: to run to the end is to run to an instant, keep the journal, play it again in other nodes, and run to
 * the end. Byte for byte, as for the simulator (snapshot-law.test.ts). In processes and threads: ldk-backend.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBinding } from '../engine/backends/ldk/binding.ts';
import { inlineLink, LdkBackend } from '../engine/backends/ldk/ldk-backend.ts';
import type { Json } from '../engine/base/json.ts';
import { RUN_KINDS } from '../engine/kinds/registry.ts';
import { resumeProblem } from '../engine/run/resume.ts';
import { type RunInput, runTimeline } from '../engine/run/runner.ts';
import { isJournal, type JournalState, type SnapshotDocument } from '../engine/snapshot/document.ts';
import { snapshotText } from '../engine/snapshot/text.ts';
import { available, blast, type CommandResult, ROOT, temporaryFolder } from './testing/command.ts';
import { type Compiled, compileText, expectSame, from, type Played, play } from './testing/play.ts';

const installed = await loadBinding().then(
  () => true,
  () => false,
);
const there = available(installed, 'the package lightningdevkit 0.1.0');

const BLAST = path.join(ROOT, 'dist/blast.mjs');
const SECONDS = 60;
/** Something of everything that the backend can play. */
const SCENARIO = `version: 1
name: cut
duration: ${SECONDS}s
chain: { height: 100, mining: { every: 15s, blocks: 6 } }
defaults:
  node: { model: ldk, wallet: 0.1 BTC }
  channel: { capacity: 2_000_000 sat, push: 800_000 sat }
nodes: { alice: {}, bob: {}, carol: {}, dave: {} }
channels:
  ab: { from: alice, to: bob }
  bc: { from: bob, to: carol }
  cd: { from: carol, to: dave }
activity:
  coffee: { source: alice, destination: carol, interval: 4s, amount: 20_000 sat, method: invoice }
  held: { source: carol, destination: alice, start: 5s, interval: 20s, count: 2, amount: 30_000 sat, hold: 9s, method: invoice }
  streams: { source: dave, destination: carol, loop: { think: 5s, concurrency: 2 }, amount: 5_000 sat }
  led: { source: alice, destination: carol, start: 3s, interval: 6s, count: 4, amount: 3_000 sat, route: [ab, bc] }
  by-ac: { source: alice, destination: dave, start: 22s, interval: 5s, count: 4, amount: 2_000 sat, outgoing_channel: ac }
  asks: { source: alice, destination: carol, start: 4s, interval: 7s, count: 3, amount: 4_000 sat, probe: true }
  via-ac: { source: dave, destination: alice, start: 24s, interval: 8s, count: 3, amount: 2_500 sat, last_hop: carol }
  too-much: { source: alice, destination: dave, start: 7s, count: 1, interval: 1s, amount: 1_500_000 sat }
behaviours:
  fees: { nodes: bob, every: 13s, fee_policy: { by_imbalance: { linear: [50 ppm, 900 ppm], fee_base: 0 msat, min_interval: 10s } } }
  users: { nodes: dave, churn: { up: 14s, down: 3s, crash_share: 0.5 } }
  looks: { nodes: alice, every: 7s, probing: { targets: [cd], precision: 20_000 sat } }
  even: { nodes: carol, every: 7s, rebalancer: { below: 0.9, target: 0.95, above: 0.05, amount: 40_000 sat, back_off: { first: 30s } } }
events:
  - { at: 3s, create_invoice: { invoice: order, node: carol, hold: true } }
  - { at: 8s, pay: { source: bob, invoice: order, amount: 11_000 sat } }
  - { at: 27s, settle_invoice: order }
  - { at: 4s, create_invoice: { invoice: refund, node: bob, amount: 12_000 sat, hold: true } }
  - { at: 18s, pay: { source: carol, invoice: refund } }
  - { at: 36s, cancel_invoice: refund }
  - { at: 6s, open_channel: { channel: ac, from: alice, to: carol, capacity: 1_000_000 sat } }
  - { at: 9s, disconnect_peer: { a: bob, b: carol } }
  - { at: 12s, connect_peer: { a: bob, b: carol } }
  - { at: 25s, rebalance: { node: carol, amount: 25_000 sat, route: [bc, ab, ac] } }
  - { at: 20s, set_feerate: { feerate: 2 sat/vB } }
  - { at: 28s, congest_mempool: { backlog: 9 vMB, feerate: [3 sat/vB, 80 sat/vB], inflow: 400 kvB, blocks: 5 } }
  - { at: 51s, cheat: { channel: cd, by: carol, state: oldest } }
  - { at: 46s, reorg: { depth: 7, blocks: 9 } }
  - { at: 33s, close_channel: { channel: ab, force: true } }
  - { at: 40s, set_policy: { channel: ac, policy: { fee_rate: 100 ppm } } }
  - { at: 41s, send_onchain: { from: alice, to: bob, amount: 10_000 sat } }
  - { when: channel('cd').balance1_msat < 780000000, open_channel: { channel: ad, from: alice, to: dave, capacity: 500_000 sat } }
expect:
  - { at: 30s, that: channel('ac').state == 'open' }
  - { at: 26s, that: invoice('order').state == 'held' && invoice('refund').state == 'held' }
  - that: invoice('order').state == 'settled' && invoice('refund').state == 'cancelled'
  - that: payments('coffee').success_rate > 0.8
  - that: payments('looks').count > 2 && payments('even').succeeded > 0 && payments('event-10').succeeded == 1
  - that: payments('led').succeeded > 0 && payments('by-ac').succeeded > 0
`;

const compile = (text: string): Promise<Compiled> => compileText(text, 'cut.yml', ROOT);
const backend = (): LdkBackend => new LdkBackend(inlineLink());
const playReal = (compiled: Compiled, extra: Partial<RunInput> = {}): Promise<Played> =>
  play(compiled, { backend: backend(), ...extra });

function kept(played: Played, name: string): SnapshotDocument<JournalState> {
  const { state, ...rest } = from(played.snapshots.get(name)).document;
  if (!isJournal(state)) throw new Error('no journal was kept');
  return { ...rest, state };
}

describe.skipIf(!there)('a run on real nodes', () => {
  let whole: Played;
  beforeAll(async () => {
    whole = await playReal(await compile(SCENARIO));
  }, 60_000);

  it('comes to what is expected of it', () => {
    const { expectations } = whole.report as unknown as {
      readonly expectations: readonly { readonly status: string }[];
    };
    expect(expectations.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(expectations).toHaveLength(6);
  });

  it('is the same in a thread of its own, which has another copy of the timeline', () => {
    const cwd = temporaryFolder();
    writeFileSync(path.join(cwd, 'cut.yml'), SCENARIO);
    execFileSync(process.execPath, [BLAST, 'run', 'cut.yml', '--backend', 'ldk', '--quiet', '--out', 'out'], { cwd });
    const report = JSON.parse(readFileSync(path.join(cwd, 'out/run.json'), 'utf8')) as {
      readonly digests: { readonly run: string };
    };
    expect(report.digests.run).toBe(whole.digest);
  }, 120_000);

  it('goes on from instants, one after the other, to the same end', async () => {
    const compiled = await compile(SCENARIO);
    const at = [5_500_000, 25_100_000, 34_000_000];
    const captures = at.map((atUs, i) => ({ atUs, name: `cut-${i}` }));
    const cut = await playReal(compiled, { captures });
    expectSame(cut, whole);
    for (const { name } of captures) expectSame(await playReal(compiled, from(cut.snapshots.get(name))), whole);
    const second = await playReal(compiled, { ...from(cut.snapshots.get('cut-0')), captures: captures.slice(1) });
    expect(second.snapshots.get('cut-1')).toBe(cut.snapshots.get('cut-1'));
    expectSame(await playReal(compiled, from(second.snapshots.get('cut-2'))), whole);
    expectSame(await playReal(compiled, from(whole.snapshots.get('end'))), whole);
    // The instants are such that something is under way.
    expect(kept(cut, 'cut-0').state.payments.length).toBeGreaterThan(0);
    expect(kept(cut, 'cut-1').state.channels.some(({ htlcs }) => htlcs > 0)).toBe(true);
    expect(kept(cut, 'cut-2').state.channels.map(({ state }) => state)).toContain('force_closing');
  }, 240_000);

  it('goes on from any instant', async () => {
    const compiled = await compile(SCENARIO);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: SECONDS * 1_000_000 }), async (atUs) => {
        const cut = await playReal(compiled, { captures: [{ atUs, name: 'cut' }], until: atUs });
        expectSame(await playReal(compiled, from(cut.snapshots.get('cut'))), whole);
      }),
      { numRuns: 4, interruptAfterTimeLimit: 200_000 },
    );
  }, 240_000);

  it('goes on from where it was stopped, and tells the rest only', async () => {
    const compiled = await compile(SCENARIO);
    const watch = (): { readonly observer: NonNullable<RunInput['observers']>[number]; readonly told: unknown[][] } => {
      const told: unknown[][] = [];
      const observer = {
        record: (...record: readonly number[]) => void told.push([...record]),
        payment: () => {},
        text: () => {},
      };
      return { observer, told };
    };
    const all = watch();
    await playReal(compiled, { observers: [all.observer] });
    for (const share of [0.1, 0.5, 0.9]) {
      const stop = new AbortController();
      const before = watch();
      const last = Math.floor(whole.report.records * share);
      const until = {
        ...before.observer,
        record: (...record: readonly number[]) => {
          before.told.push([...record]);
          if (before.told.length >= last) stop.abort();
        },
      };
      // A run looks at signals when its clock says that it is time to.
      let now = 0;
      const clock = { now: () => (now += 50), sleep: async () => {} };
      const settings = { stop: stop.signal, observers: [until], clock, captureOnStop: 'stopped' };
      const stopped = await playReal(compiled, settings);
      const rest = watch();
      const resumed = await playReal(compiled, {
        ...from(stopped.snapshots.get('stopped')),
        observers: [rest.observer],
      });
      expectSame(resumed, whole);
      expect([...before.told, ...rest.told]).toEqual(all.told);
    }
  }, 240_000);
});

describe.skipIf(!there)('two runs that differ later', () => {
  it('go on from one state, and a run that differs before does not', async () => {
    const compiled = await compile(SCENARIO);
    const cut = await playReal(compiled, { captures: [{ atUs: 34_000_000, name: 'cut' }], until: 34_000_000 });
    const start = from(cut.snapshots.get('cut'));
    const dearer = await compile(SCENARIO.replace('fee_rate: 100 ppm', 'fee_rate: 10_000 ppm'));
    const later = await compile(
      SCENARIO.replace(
        'too-much:',
        `more: { source: bob, destination: carol, start: 50s, count: 2, interval: 1s, amount: 7_000 sat }\n  too-much:`,
      ),
    );
    expect(resumeProblem(dearer.timeline, start.document, 'ldk')).toBeNull();
    for (const branch of [dearer, later]) {
      expectSame(
        await playReal(branch, resumeProblem(branch.timeline, start.document, 'ldk') === null ? start : {}),
        await playReal(branch),
      );
    }
    const earlier = await compile(SCENARIO.replace('amount: 30_000 sat', 'amount: 31_000 sat'));
    expect(resumeProblem(earlier.timeline, start.document, 'ldk')).toMatchObject({ code: 'E827' });
  }, 240_000);
});

describe.skipIf(!there)('a state of real nodes', () => {
  let compiled: Compiled;
  let document: SnapshotDocument<JournalState>;
  beforeAll(async () => {
    compiled = await compile(SCENARIO);
    const cut = await playReal(compiled, { captures: [{ atUs: 8_000_000, name: 'cut' }], until: 8_000_000 });
    document = kept(cut, 'cut');
  }, 60_000);

  async function goOn(snapshot: SnapshotDocument): Promise<string> {
    const result = await runTimeline({
      timeline: compiled.timeline,
      timelineDigest: compiled.timelineDigest,
      backend: backend(),
      kinds: RUN_KINDS,
      clock: { now: () => 0, sleep: async () => {} },
      start: { kind: 'resume', snapshot },
    });
    expect(result.state).toBe('failed');
    expect(result.records).toBe(0);
    return `${result.failure?.kind}: ${result.failure?.message}`;
  }

  it('does not come out of other software, of another journal, or of other events', async () => {
    const { state } = document;
    const changed = (change: Partial<JournalState>): SnapshotDocument => ({
      ...document,
      state: { ...state, ...change },
    });
    const other = { ...state.replay, software: 'lightningdevkit 0.2.0' };
    expect(await goOn(changed({ replay: other }))).toMatch(
      /^backend: E833 .*kept with lightningdevkit 0\.2\.0, and this is lightningdevkit 0\.1\.0$/,
    );
    const funded = [
      ...state.journal.slice(0, 2),
      [state.journal[1]![0], state.journal[1]![1], 'fund', [0, 5] as Json[]] as const,
      ...state.journal.slice(2),
    ];
    expect(await goOn(changed({ journal: funded }))).toMatch(/^backend: E833 .*the nodes are not as they were$/);
    const more = { ...state.replay, events: state.replay.events + 1_000_000 };
    expect(await goOn(changed({ replay: more }))).toMatch(/^backend: E833 .*there is no event \d+ up to 8000000 µs$/);
    const nobody = [
      ...state.journal.slice(0, 2),
      [state.journal[1]![0], state.journal[1]![1], 'startNode', [99]] as const,
      ...state.journal.slice(2),
    ];
    expect(await goOn(changed({ journal: nobody }))).toMatch(/^backend: E833 the state does not come out again: /);
    expect(snapshotText(changed({ journal: funded })).digest).not.toBe(snapshotText(document).digest);
  }, 120_000);

  it('is checked by `blast snapshot verify --replay`, with what is told of it', async () => {
    const cwd = temporaryFolder();
    const verify = async (name: string, change: Partial<JournalState>): Promise<CommandResult> => {
      const { text } = snapshotText({ ...document, state: { ...document.state, ...change } });
      writeFileSync(path.join(cwd, name), text);
      return await blast(['snapshot', 'verify', name, '--replay', 'cut.yml'], { cwd });
    };
    writeFileSync(path.join(cwd, 'cut.yml'), SCENARIO);
    const { channels, journal, replay } = document.state;
    const same = await verify('cut.snap.json', {});
    expect(same.err).not.toContain('error');
    expect(same.code).toBe(0);
    expect(same.out).toMatch(new RegExp(`valid, [0-9a-f]{12}, the same again after ${journal.length} calls\n$`));
    // Each of these files is whole: its digest is that of what it says.
    const [first, ...others] = channels;
    const [own, peers] = first!.balance_msat;
    const richer = [{ ...first!, balance_msat: [own - 1000, peers + 1000] as const }, ...others];
    expect(await verify('richer.snap.json', { channels: richer })).toMatchObject({
      code: 5,
      err: expect.stringMatching(/^error: richer\.snap\.json: E833 the state does not come out again: channels$/m),
    });
    const state = replay.state.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    expect(await verify('other.snap.json', { replay: { ...replay, state } })).toMatchObject({
      code: 5,
      err: expect.stringMatching(/^error: other\.snap\.json: E833 .*the nodes are not as they were$/m),
    });
  }, 120_000);
});
