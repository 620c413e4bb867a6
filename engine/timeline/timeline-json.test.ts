import { describe, expect, test } from 'vitest';
import type { Json } from '../base/json.ts';
import { timelineDigest } from './digest.ts';
import { timelineNdjson } from './rows.ts';
import { sealTimeline } from './seal.ts';
import type { Timeline } from './timeline.ts';
import { timelineFromJson, timelineToJson } from './timeline-json.ts';

const sample: Timeline = sealTimeline({
  name: 'sample',
  seed: 7,
  durationUs: 60_000_000,
  epochMs: 1_735_689_600_000,
  chain: { height: 100, feeratePerKw: 250 },
  gossipUs: 30_000_000,
  network: {
    nodes: [
      { name: 'alice', model: 'lnd', options: {}, walletSat: 100_000_000, labels: {} },
      { name: 'bob', model: 'lnd', options: { x: [1, 'two'] }, walletSat: 0, labels: { role: 'merchant' } },
    ],
    channels: [
      {
        name: 'alice-bob',
        node0: 0,
        node1: 1,
        capacitySat: 30_000,
        balance0Msat: 30_000_000,
        announced: true,
        scid: '769658139443331072',
        policy0: { feeBaseMsat: 1000 },
        policy1: {},
        latencyUs: 30_000,
      },
    ],
  },
  channelNames: ['alice-bob', 'later'],
  activities: [
    {
      name: 'pays',
      kind: 'defined',
      profile: { method: 'keysend', feeLimitMsat: -1, timeoutUs: -1, maxParts: -1, holdUs: 0 },
      key: [4_000_000_000, 5],
      timeUs: [0, 1_000_000, 1_000_000],
      source: [0, 1, 0],
      destination: [1, 0, 1],
      amountMsat: [2000, Number.MAX_SAFE_INTEGER - 1, 1],
    },
  ],
  actions: [
    { timeUs: 1_000_000, phase: 1, action: { kind: 'close_channel', args: { channel: 0, force: false, by: -1 } } },
    { timeUs: 1_000_000, phase: 0, action: { kind: 'mine', args: { blocks: 10 } } },
  ],
  expectations: [{ atUs: 60_000_000, atEnd: true, that: 'chain.height > 5', message: 'blocks', line: 9, column: 5 }],
});

describe('timeline as JSON', () => {
  test('comes back the same', () => {
    const text = JSON.stringify(timelineToJson(sample));
    const reading = timelineFromJson(JSON.parse(text) as Json);
    if (!reading.ok) throw new Error(reading.message);
    expect(reading.timeline).toEqual(sample);
    expect(timelineDigest(reading.timeline)).toBe(timelineDigest(sample));
  });

  test.each([
    ['no object', null, 'the timeline is not an object'],
    ['another format', { format: 'blast-timeline/2' }, 'format is not blast-timeline/1'],
    ['a row without a payment', { rows: { timeUs: [5], phase: [2], ref: [99] } }, 'row 0 refers to nothing'],
    ['time that goes back', { rows: { timeUs: [5, 4], phase: [0, 0], ref: [0, 0] } }, 'row 1 goes back in time'],
    ['columns of two lengths', { rows: { timeUs: [5], phase: [], ref: [0] } }, 'the columns of rows differ in length'],
    [
      'a fraction',
      { rows: { timeUs: [0.5], phase: [0], ref: [0] } },
      'rows.timeUs holds 0.5, which is not an integer from 0 to 9007199254740990',
    ],
    [
      'a node that is not there',
      { payments: { source: [2], destination: [0], amountMsat: [1], activity: [0], nth: [0] } },
      'payments.source holds 2, which is not an integer from 0 to 1',
    ],
  ])('refuses %s', (_, over, message) => {
    const value =
      over === null ? 'text' : { ...(timelineToJson(sample) as { [key: string]: Json }), ...(over as object) };
    expect(timelineFromJson(value as Json)).toEqual({ ok: false, message });
  });

  const behaving = sealTimeline({
    ...{ ...sample, activities: [], actions: [], triggers: [], expectations: [] },
    behaviours: [
      {
        ...{
          name: 'fees',
          kind: 'fee_policy',
          nodes: [1],
          channels: [0],
          args: { rule: 'static' },
          paymentsPerNode: 0,
        },
        wakes: { firstUs: 5, everyUs: 10, count: 3 },
      },
      { name: 'churn', kind: 'churn', nodes: [0, 1], channels: null, args: {}, wakes: null, paymentsPerNode: 0 },
    ],
  });

  test('behaviours come back the same, ordered by name, and are part of the digest', () => {
    const json = timelineToJson(behaving) as { [key: string]: Json };
    const reading = timelineFromJson(JSON.parse(JSON.stringify(json)) as Json);
    if (!reading.ok) throw new Error(reading.message);
    expect(reading.timeline).toEqual(behaving);
    expect(behaving.behaviours?.map(({ name }) => name)).toEqual(['churn', 'fees']);
    const { behaviours: _, ...without } = behaving;
    expect(timelineDigest(behaving)).not.toBe(timelineDigest(without));
    expect([...timelineNdjson(behaving)]).toEqual([
      '{"kind":"behaviour","name":"churn","behaviour":"churn","nodes":["alice","bob"],"wakes":null,"payments":0}',
      '{"kind":"behaviour","name":"fees","behaviour":"fee_policy","nodes":["bob"],"wakes":{"firstUs":5,"everyUs":10,"count":3},"payments":0}',
    ]);
  });

  test.each([
    ['a node that is not there', { nodes: [2] }, 'nodes of a behaviour holds 2, which is not an integer from 0 to 1'],
    [
      'a channel that is not there',
      { channels: [2] },
      'channels of a behaviour holds 2, which is not an integer from 0 to 1',
    ],
    ['no interval', { wakes: { firstUs: 0, everyUs: 0, count: 1 } }, 'everyUs of a behaviour is not above 0'],
    ['payments that are not there', { payments: { first: 0, count: 1 } }, 'a behaviour refers to nothing'],
  ])('refuses a behaviour with %s', (_, over, message) => {
    const json = timelineToJson(behaving) as { [key: string]: Json };
    const [, fees] = json.behaviours as readonly { readonly [key: string]: Json }[];
    const value = { ...json, behaviours: [{ ...fees, ...over }] };
    expect(timelineFromJson(value as Json)).toEqual({ ok: false, message });
  });

  test('rows have names', () => {
    expect([...timelineNdjson(sample)]).toEqual([
      '{"timeUs":0,"kind":"payment","activity":"pays","nth":0,"source":"alice","destination":"bob","amountMsat":2000}',
      '{"timeUs":1000000,"kind":"mine","args":{"blocks":10}}',
      '{"timeUs":1000000,"kind":"close_channel","args":{"channel":0,"force":false,"by":-1}}',
      '{"timeUs":1000000,"kind":"payment","activity":"pays","nth":1,"source":"bob","destination":"alice","amountMsat":9007199254740990}',
      '{"timeUs":1000000,"kind":"payment","activity":"pays","nth":2,"source":"alice","destination":"bob","amountMsat":1}',
    ]);
  });
});

describe('timelineDigest', () => {
  test('is pinned: a change here changes every lock file', () => {
    expect(timelineDigest(sample)).toMatchInlineSnapshot(
      `"062a2bad9eb1bc2a5296481ce8090053daa42128cef1444ab5e1e831ea8c82d8"`,
    );
  });

  const json = timelineToJson(sample) as { readonly [key: string]: Json };
  const changed = (over: { readonly [key: string]: Json }): string => {
    const reading = timelineFromJson({ ...json, ...over });
    if (!reading.ok) throw new Error(reading.message);
    return timelineDigest(reading.timeline);
  };
  const payments = json.payments as { readonly [key: string]: readonly number[] };
  const rows = json.rows as { readonly [key: string]: readonly number[] };

  test.each([
    ['name', { name: 'other' }],
    ['seed', { seed: 8 }],
    ['duration', { durationUs: 60_000_001 }],
    ['gossip', { gossipUs: 1 }],
    ['chain', { chain: { height: 101, feeratePerKw: 250 } }],
    ['channel names', { channelNames: ['alice-bob', 'other'] }],
    ['an amount', { payments: { ...payments, amountMsat: [2000, 9007199254740990, 2] } }],
    ['a time', { rows: { ...rows, timeUs: [1, 1_000_000, 1_000_000, 1_000_000, 1_000_000] } }],
    ['a phase', { rows: { ...rows, phase: [2, 0, 0, 2, 2] } }],
    [
      'an expectation',
      { expectations: [{ atUs: 60_000_000, atEnd: true, that: 'true', message: 'blocks', line: 9, column: 5 }] },
    ],
  ])('changes with %s', (_, over) => {
    expect(changed(over as { readonly [key: string]: Json })).not.toBe(timelineDigest(sample));
  });

  test('does not depend on where an expectation stands in the file', () => {
    const moved = [{ atUs: 60_000_000, atEnd: true, that: 'chain.height > 5', message: 'blocks', line: 10, column: 1 }];
    expect(changed({ expectations: moved })).toBe(timelineDigest(sample));
  });
});
