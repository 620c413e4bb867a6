import { expect, it } from 'vitest';
import { PHYSICS_NAMES } from '../simulate/world.ts';
import { inconsistencies, SUBJECT } from './consistency.ts';
import { sampleDocument } from './testing/sample.ts';

it('knows what every kind of pending event is about', () => {
  const others = ['paymentTimer', 'holdOver', 'gossip'];
  expect([...Object.keys(SUBJECT), ...others].sort()).toEqual([...PHYSICS_NAMES].sort());
});

it('finds events that refer to nothing, and an order that goes back', () => {
  const { state } = sampleDocument();
  expect(inconsistencies(state)).toEqual([]);
  const at = state.time_us;
  const found = inconsistencies({
    ...state,
    events: [
      [at + 5, 'batchedHtlc', 99, 0],
      [at + 4, 'connect', 7, 0],
    ],
  });
  expect(found.map(({ message }) => message)).toEqual([
    'there is no slot 99',
    expect.stringContaining('stands behind'),
    'there is no node 7',
  ]);
});
