import { loadScenario } from 'blast-ln/testing';
import { expect, test } from 'vitest';

const shop = await loadScenario(new URL('./shop.yml', import.meta.url));

test('the shop sells through an outage', async () => {
  const run = await shop.run();
  expect(run).toPass();
  expect(run).toMatchLock();
  expect(run.payments('sales').failed).toBeLessThan(12);
  expect(run.node('router').feesEarnedMsat).toBeGreaterThan(0);
  expect(run.channel('router-shop')).toMatchObject({ state: 'open', active: true });
});

test('a longer outage loses more sales', async () => {
  const short = await shop.run();
  const long = await shop.run({ params: { outage: '1m' }, lock: 'long-outage' });
  expect(long.payments('sales').failed).toBeGreaterThan(short.payments('sales').failed);
  expect(long).not.toPass();
});

test('nothing fails before the outage', async () => {
  const run = await shop.run({ until: '29s', check: true, records: true });
  expect(run.payments().successRate).toBe(1);
  const resolved = run.records.filter(({ event }) => event === 'payment_resolved');
  expect(resolved.every(({ outcome }) => outcome === 'Success')).toBe(true);
});

test('from one state, two outages', async () => {
  const before = (await shop.run({ snapshotAt: ['29s'] })).snapshot('at-29s');
  const short = await shop.run({ from: before });
  const long = await shop.run({ from: before, params: { outage: '1m' } });
  expect(short.digests).toEqual((await shop.run()).digests);
  expect(long.payments('sales').failed).toBeGreaterThan(short.payments('sales').failed);
});
