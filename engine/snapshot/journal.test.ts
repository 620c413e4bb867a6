/** Journals in files: what tables and differences show of them, and what is wrong with one that contradicts itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from './diff.ts';
import { isJournal, type JournalState, type SnapshotDocument } from './document.ts';
import { journalInconsistencies } from './journal.ts';
import { readSnapshot } from './read.ts';
import { snapshotFigures } from './summary.ts';
import { sampleDocument } from './testing/sample.ts';
import { snapshotText } from './text.ts';

/** Two real nodes at 6 s, with a payment in flight. */
const text = readFileSync(join(import.meta.dirname, '../compile/golden/files/real.snap.json'), 'utf8');

function journal(): SnapshotDocument<JournalState> {
  const reading = readSnapshot(text, 'real.snap.json');
  if (!reading.ok || !isJournal(reading.document.state)) throw new Error('it is no journal');
  return { ...reading.document, state: reading.document.state };
}

const document = journal();
const { state } = document;

describe('a journal', () => {
  it('is written as it was read', () => {
    expect(snapshotText(document).text).toBe(text);
  });

  it('shows nodes, channels and what is in flight', () => {
    const figures = snapshotFigures(document);
    expect(figures).toMatchObject({
      backend: 'ldk',
      calls: 3,
      timeUs: 6_000_000,
      height: 100,
      mempool: 0,
      events: null,
    });
    expect(figures).toMatchObject({ paymentsInFlight: 1, htlcs: 1, payments: { started: 2, resolved: 1 } });
    expect(figures.nodes.map(({ name, walletSat, localMsat }) => [name, walletSat, localMsat])).toEqual([
      ['alice', 10_000_000, 660_000_000],
      ['bob', 10_050_000, 320_000_000],
    ]);
    const [channel] = figures.channels;
    expect(channel).toMatchObject({ state: 'open', connected: true, htlcs: 1, htlcMsat: 20_000_000 });
  });

  it('differs from a later one in what was asked and what came of it', () => {
    const [first] = state.nodes;
    const later: SnapshotDocument<JournalState> = {
      ...document,
      state: {
        ...state,
        journal: [...state.journal, [6_000_000, state.replay.events, 'mine', [1]]],
        nodes: [{ ...first!, wallet_sat: first!.wallet_sat - 5 }, ...state.nodes.slice(1)],
      },
    };
    const found = diffSnapshots(document, later);
    expect(found.whole.map(({ field, change }) => [field, change])).toEqual([
      ['calls', 1],
      ['journal', undefined],
    ]);
    expect(found.entries).toEqual([
      {
        kind: 'node',
        name: 'alice',
        what: 'changed',
        fields: [{ field: 'wallet_sat', before: 10_000_000, after: 9_999_995, change: -5 }],
      },
    ]);
    expect(diffSnapshots(document, document).identical).toBe(true);
  });

  it('differs from a state of the simulator', () => {
    const { whole } = diffSnapshots(sampleDocument(), document);
    expect(whole).toContainEqual({ field: 'backend', before: 'simulator', after: 'ldk' });
  });
});

describe('a journal that contradicts itself', () => {
  const channel = state.channels[0]!;
  const node = state.nodes[0]!;
  const payment = state.payments[0]!;
  const cases: readonly (readonly [string, Partial<JournalState>])[] = [
    ['there are two nodes `alice`', { nodes: [...state.nodes, node] }],
    ['there is no node `carol`', { channels: [{ ...channel, between: ['alice', 'carol'] }] }],
    ['there is no node `carol`', { payments: [{ ...payment, destination: 'carol' }] }],
    ['the balances are more than the capacity', { channels: [{ ...channel, capacity_sat: 500_000 }] }],
    ['the payment begins after the state was taken', { payments: [{ ...payment, started_us: 6_000_001 }] }],
    ['the call stands behind a later one', { journal: [...state.journal].reverse() }],
    ['the last call is after the instant of the state', { time_us: 4_999_999, payments: [] }],
    ['the last call is after the instant of the state', { replay: { ...state.replay, events: 0 } }],
  ];

  it.each(cases)('%s', (message, change) => {
    expect(journalInconsistencies({ ...state, ...change }).map((one) => one.message)).toContain(message);
  });

  it('is not read', () => {
    const broken = snapshotText({ ...document, state: { ...state, nodes: [...state.nodes, node] } });
    const reading = readSnapshot(broken.text, 'broken.snap.json');
    expect(reading.ok ? [] : reading.diagnostics.map(({ code, path }) => [code, path])).toEqual([
      ['E826', 'nodes[2].name'],
    ]);
  });

  it.each([
    ['an operation that there is not', '"pay"', '"repay"'],
    ['a backend that there is not', '"backend":"ldk"', '"backend":"lnd"'],
    ['a member too many', '"texts":[]', '"texts":[],\n"gossip_made":0'],
  ])('nor one with %s', (_what, before, after) => {
    const changed = text.replace(before, after);
    expect(changed).not.toBe(text);
    const reading = readSnapshot(changed, 'broken.snap.json');
    expect(reading.ok ? [] : reading.diagnostics.map(({ code }) => code)).toEqual(['E825', 'E824']);
  });
});
