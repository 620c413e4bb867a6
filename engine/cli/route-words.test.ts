/** Words for the rounds of a search, one for each thing that may happen in them. */
import { describe, expect, it } from 'vitest';
import { reservedText, searchLines } from './route-words.ts';

const route = {
  hops: [
    { channel: 'ab', from: 'a', to: 'b', amount_msat: 2000, fee_msat: 0 },
    { channel: 'bc', from: 'b', to: 'c', amount_msat: 1000, fee_msat: 1000, cost: { fee_cost: 7, probability: 0.5 } },
  ],
  delivered_msat: 1000,
  fee_msat: 1000,
  cost: { cost: 7 },
};

function lines(round: object, rest: object = {}): readonly string[] {
  const row = { amount_msat: 1000, limits: {}, routes: [], obstacles: [], rounds: [round], ...rest };
  return searchLines(row, 'a').map((line) => line.trim());
}

const plain = { amount_msat: 1000, figures: { mu: 1 }, candidates: [route], changes: [], outcome: 'none', because: {} };
const at = { channel: 'bc', from: 'b', to: 'c' };

describe('a round', () => {
  it('lists its flows with their hops and costs', () => {
    expect(lines(plain)).toEqual([
      'a looks for a way for 1 sat',
      'round 1, for 1 sat: mu 1',
      'flow 1: a > b > c for 1 sat',
      'cost 7',
      'a > b by ab: 2 sat',
      'b > c by bc: 1 sat, fee 1 sat',
      'fee cost 7, probability 50.0 %',
      'there is no way',
      'finds none: no channels that carry the amount lead there',
    ]);
  });

  it.each([
    [
      { change: 'limited', figures: { from_msat: 3000, to_msat: 2000 } },
      'flow 1 is lowered from 3 sat to 2 sat: its channels let no more through',
    ],
    [
      { change: 'bottleneck', ...at, figures: { deliverable_msat: 1000 } },
      'flow 1 is dropped: its channels let only 1 sat through; bc (b > c) is left out',
    ],
    [
      { change: 'below_minimum', ...at, figures: { htlc_minimum_msat: 4000 } },
      'flow 1 is dropped: bc (b > c) takes no HTLC below 4 sat, and is left out',
    ],
    [{ change: 'not_needed', figures: { from_msat: 1000 } }, 'flow 1 is dropped: its 1 sat are too much'],
    [
      { change: 'lowered', figures: { from_msat: 1001, to_msat: 1000 } },
      'flow 1 is lowered from 1001 msat to 1 sat: that is enough',
    ],
    [
      { change: 'raised', figures: { from_msat: 1000, to_msat: 1001 } },
      'flow 1 is raised from 1 sat to 1001 msat, for what others do not carry',
    ],
    [{ change: 'no_room', figures: {} }, 'flow 1 is not taken: the flows before it leave it no room'],
  ])('says that %j', (change, text) => {
    expect(lines({ ...plain, changes: [{ candidate: 0, ...change }] })).toContain(text);
  });

  it.each([
    ['too_dear', { fee_msat: 2000, fee_limit_msat: 1000 }, 'too dear: fees of 2 sat, where 1 sat are allowed'],
    ['too_long', { cltv_blocks: 200, cltv_limit: 100 }, 'too long: 200 blocks, where 100 are allowed'],
    ['all_left_out', {}, 'nothing is left of them'],
    ['taken', { delivered_msat: 1000, missing_msat: 0 }, 'taken'],
    ['taken', { delivered_msat: 1000, missing_msat: 500 }, 'taken; 500 msat are still missing'],
  ])('ends: %s', (outcome, because, text) => {
    expect(lines({ ...plain, outcome, because })).toContain(text);
  });

  it.each([
    ['joined', { flows: 3, parts: 2 }, 'the routes are joined where they go over the same channels: 3 become 2'],
    ['largest_carry_rest', { flows: 3, max_parts: 2 }, 'the routes are too many: the largest 2 of 3 carry everything'],
    [
      'too_many_parts',
      { flows: 3, max_parts: 2 },
      'the routes are too many: the largest 2 of 3 cannot carry everything',
    ],
  ])('is followed by: %s', (change, figures, text) => {
    expect(lines(plain, { changes: [{ change, figures }] })).toContain(text);
  });
});

it('says what is reserved, and what others reserve there', () => {
  const reserved = [
    { channel: 'ab', amount_msat: 1000, total_msat: 1000 },
    { channel: 'bc', amount_msat: 1000, total_msat: 3000 },
  ];
  expect(reservedText({ reserved })).toBe('reserves 1 sat of ab, 1 sat of bc (with other parts 3 sat)');
  expect(reservedText({})).toBe('');
});
