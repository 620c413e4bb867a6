/** The control plane over a real connection: circles, delays of links, a crowded mempool, reorganisations, lifetimes and holds. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTROL_REVISION } from './control-service.ts';
import { type Message, type Refusal, SECOND, ServedHost } from './testing/served-host.ts';

let served: ServedHost;

beforeEach(async () => {
  served = await new ServedHost().start();
});

afterEach(async () => {
  expect(served.host.network?.check() ?? null).toBeNull();
  await served.stop();
});

const call = (name: string, request: object = {}): Promise<Message> => served.control(name, request);
const refusal = (name: string, request: object = {}): Promise<Refusal> => served.refusal(name, request);
/** A payment, and the time in which it ends. */
async function paid(name: string, request: object): Promise<Message> {
  const paying = call(name, request);
  await pass(120);
  return await paying;
}

const pass = (seconds: number): Promise<Message> => call('AdvanceTime', { duration_us: seconds * SECOND });

/** Nodes alice, bob and carol in a circle of channels 1, 2 and 3 of a million sat, half of them at each end, known to all. */
async function circle(): Promise<void> {
  await call('CreateNodes', { nodes: ['alice', 'bob', 'carol'].map((name) => ({ name })) });
  const channel = { capacity_sat: 1_000_000, push_msat: 500_000_000 };
  const ends = [
    ['alice', 'bob'],
    ['bob', 'carol'],
    ['carol', 'alice'],
  ];
  for (const [i, [node, peer]] of ends.entries()) {
    await call('OpenChannel', { node, peer, channel_id: i + 1, ...channel });
  }
  await call('MineBlocks', { blocks: 6 });
  await pass(60);
}

it('the server says which additions it knows', async () => {
  expect(await call('GetServer')).toMatchObject({ protocol: 1, revision: CONTROL_REVISION });
});

describe('a circle', () => {
  const amount = { node: 'alice', out_channel_id: 1, in_channel_id: 3, amount_msat: 1_000_000 };

  it('is a payment of a node to itself, along a way that it looks for or is given', async () => {
    await circle();
    const arrived = { state: 'PAYMENT_SUCCEEDED', node: 'alice', destination: 'alice', parts: 1 };
    expect(await paid('Rebalance', amount)).toMatchObject(arrived);
    const given = await paid('Rebalance', { ...amount, route_channel_ids: [1, 2, 3] });
    expect(given).toMatchObject(arrived);
    expect((given.route as readonly Message[]).map(({ channel_id }) => channel_id)).toEqual(['1', '2', '3']);
    const { channels } = await call('ListChannels', { channel_id: 3 });
    const [{ ends }] = channels as readonly [Message];
    expect(ends).toMatchObject([{ balance_msat: '498000000' }, { balance_msat: '502000000' }]);
  });

  it('costs no more than it may, and is told of at once where that is wanted', async () => {
    await circle();
    expect(await paid('Rebalance', { ...amount, max_fee_msat: 0 })).toMatchObject({ state: 'PAYMENT_FAILED' });
    const begun = await call('Rebalance', { ...amount, return_at_once: true });
    expect(begun).toMatchObject({ state: 'PAYMENT_IN_FLIGHT' });
    expect(await paid('GetPayment', { payment_id: begun.payment_id, wait: true })).toMatchObject({
      state: 'PAYMENT_SUCCEEDED',
    });
  });

  it.each([
    [{ out_channel_id: 2 }, 'ERROR_INVALID_VALUE', 'out_channel_id'],
    [{ in_channel_id: 2 }, 'ERROR_INVALID_VALUE', 'in_channel_id'],
    [{ in_channel_id: 9 }, 'ERROR_UNKNOWN_CHANNEL', 'in_channel_id'],
    [{ amount_msat: 0 }, 'ERROR_INVALID_VALUE', 'amount_msat'],
    [{ route_channel_ids: [1, 9] }, 'ERROR_UNKNOWN_CHANNEL', 'route_channel_ids[1]'],
  ])('with %j is refused', async (wrong, reason, field) => {
    await circle();
    expect(await refusal('Rebalance', { ...amount, ...wrong })).toMatchObject({ reason, field });
  });
});

it('links become slower', async () => {
  await circle();
  const timed = async (): Promise<number> => {
    const { started_us, resolved_us } = await paid('Pay', { node: 'alice', destination: 'bob', amount_msat: 1000 });
    return Number(resolved_us) - Number(started_us);
  };
  expect(await timed()).toBeLessThan(SECOND);
  await call('SetLatency', { channel_ids: [1], latency_us: 2 * SECOND });
  expect(await timed()).toBeGreaterThan(4 * SECOND);
  const wrong = await refusal('SetLatency', { channel_ids: [1, 7], latency_us: 0 });
  expect(wrong).toMatchObject({ reason: 'ERROR_UNKNOWN_CHANNEL', field: 'channel_ids[1]' });
});

describe('the chain', () => {
  it('is crowded by strangers', async () => {
    await circle();
    const crowd = { low_feerate_per_kw: 5000, high_feerate_per_kw: 12_500, weight: 20_000_000 };
    const chain = await call('CongestMempool', { ...crowd, inflow_weight: 4_000_000, inflow_blocks: 2 });
    expect(chain).toMatchObject({ backlog_weight: 20_000_000, minimum_feerate_per_kw: 0 });
    expect(chain.feerate_per_kw).toBeGreaterThan(5000);
    const after = await call('MineBlocks', { blocks: 1 });
    expect(after.backlog_weight).toBeGreaterThan(16_000_000);
    const wrong = await refusal('CongestMempool', { ...crowd, high_feerate_per_kw: 4999 });
    expect(wrong).toMatchObject({ reason: 'ERROR_INVALID_VALUE', field: 'high_feerate_per_kw' });
  });

  it('has its last blocks undone, however many nodes came after them', async () => {
    await circle();
    await call('SendCoins', { node: 'alice', destination: 'bob', amount_sat: 50_000 });
    const confirmed = await call('MineBlocks', { blocks: 1 });
    expect(confirmed).toMatchObject({ mempool: 0 });
    // Makes the simulation anew.
    await call('CreateNodes', { nodes: [{ name: 'dave' }] });
    const undone = await call('ReorganizeChain', { depth_blocks: 1, blocks: 2, empty: true });
    expect(undone).toMatchObject({ height: Number(confirmed.height) + 1, mempool: 1 });
    expect(await call('MineBlocks', { blocks: 1 })).toMatchObject({ mempool: 0 });
    const wrong = await refusal('ReorganizeChain', { depth_blocks: 101 });
    expect(wrong).toMatchObject({ reason: 'ERROR_INVALID_VALUE', field: 'depth_blocks' });
  });
});

describe('payments', () => {
  it('of an invoice that lives too short are refused by the recipient', async () => {
    await circle();
    await call('SetLatency', { channel_ids: [1], latency_us: 2 * SECOND });
    const pay = { node: 'alice', destination: 'bob', amount_msat: 1000, method: 'METHOD_INVOICE' };
    expect(await paid('Pay', { ...pay, invoice_expiry_us: 3600 * SECOND })).toMatchObject({
      state: 'PAYMENT_SUCCEEDED',
    });
    expect(await paid('Pay', { ...pay, invoice_expiry_us: SECOND })).toMatchObject({
      failure: 'FAILURE_INCORRECT_PAYMENT_DETAILS',
    });
  });

  it.each([
    { method: 'METHOD_KEYSEND' },
    { method: 'METHOD_UNSPECIFIED' },
    { method: 'METHOD_UNSPECIFIED', destination: '', invoice_id: 1 },
  ])('by %j have no lifetime of an invoice', async (how) => {
    await circle();
    await call('CreateInvoice', { node: 'bob', amount_msat: 1000 });
    const pay = { node: 'alice', destination: 'bob', amount_msat: 1000, invoice_expiry_us: SECOND };
    expect(await refusal('Pay', { ...pay, ...how })).toMatchObject({
      reason: 'ERROR_INVALID_VALUE',
      field: 'invoice_expiry_us',
    });
  });

  it('are held until their HTLCs come near their expiry', async () => {
    await circle();
    const pay = { node: 'alice', destination: 'bob', amount_msat: 1_000_000, method: 'METHOD_INVOICE' };
    const held = await call('Pay', { ...pay, hold_until_expiry: true, return_at_once: true });
    await pass(3600);
    const asked = { payment_id: held.payment_id };
    expect(await call('GetPayment', asked)).toMatchObject({ state: 'PAYMENT_IN_FLIGHT' });
    for (let block = 0; block < 200; block++) {
      await call('MineBlocks', { blocks: 1 });
      await pass(1);
    }
    expect(await call('GetPayment', asked)).toMatchObject({ state: 'PAYMENT_FAILED' });
    const { channels } = await call('ListChannels', { channel_id: 1 });
    expect((channels as readonly Message[])[0]).toMatchObject({ state: 'CHANNEL_OPEN' });
  });
});
