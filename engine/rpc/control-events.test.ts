/** The stream of events of the control plane, over a real connection. */
import { once } from 'node:events';
import type { ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Message, refusalOf, ServedHost } from './testing/served-host.ts';

let served: ServedHost;

beforeEach(async () => {
  served = await new ServedHost().start();
});

afterEach(async () => {
  expect(served.host.network?.check() ?? null).toBeNull();
  await served.stop();
});

const call = (name: string, request: object = {}): Promise<Message> => served.control(name, request);

/** Lets time pass, in steps, so that what one instant leads to happens in the next. */
const pass = (seconds: number): Promise<Message> => served.pass(seconds);

const line = (): Promise<void> => served.line();

describe('the stream of events', () => {
  /** Events until the last one of a kind has come. */
  async function events(
    request: object,
    act: () => Promise<unknown>,
    last: (event: Message) => boolean,
  ): Promise<Message[]> {
    const stream = served.watch(request);
    const seen: Message[] = [];
    const [first] = (await once(stream, 'data')) as [Message];
    expect(first).toMatchObject({ sequence: '1', what: 'began' });
    const done = new Promise<void>((resolve) => {
      stream.on('data', (event: Message) => {
        seen.push(event);
        if (last(event)) resolve();
      });
    });
    await act();
    await done;
    stream.on('error', () => {});
    stream.cancel();
    return seen;
  }

  it('tells everything that happens, in order, in virtual time', async () => {
    await line();
    const seen = await events(
      {},
      async () => {
        await call('Pay', { node: 'alice', destination: 'carol', amount_msat: 1_000_000, return_at_once: true });
        await pass(5);
        await call('MineBlocks', { blocks: 2 });
      },
      ({ what }) => what === 'block',
    );
    expect(seen.map(({ sequence }) => Number(sequence))).toEqual(seen.map((_, i) => i + 2));
    const times = seen.map(({ time_us }) => Number(time_us));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const htlcs = seen.flatMap(({ htlc }) => (htlc == null ? [] : [htlc as Message]));
    expect(htlcs.map(({ channel_id, from, state }) => [channel_id, from, state])).toEqual([
      ['1', 'alice', 'HTLC_OFFERED'],
      ['1', 'alice', 'HTLC_COMMITTED'],
      ['2', 'bob', 'HTLC_OFFERED'],
      ['2', 'bob', 'HTLC_COMMITTED'],
      ['2', 'bob', 'HTLC_FULFILLED'],
      ['1', 'alice', 'HTLC_FULFILLED'],
    ]);
    expect(htlcs[0]).toMatchObject({ amount_msat: '1001001', to: 'bob' });
    const payments = seen.flatMap(({ payment }) => (payment == null ? [] : [(payment as Message).payment as Message]));
    expect(payments.map(({ state }) => state)).toEqual([
      'PAYMENT_IN_FLIGHT',
      'PAYMENT_IN_FLIGHT',
      'PAYMENT_IN_FLIGHT',
      'PAYMENT_SUCCEEDED',
    ]);
    expect(seen.at(-1)?.block).toMatchObject({ blocks: 1 });
  });

  it('tells only what is wanted', async () => {
    await line();
    const seen = await events(
      { kinds: ['EVENT_CHANNEL', 'EVENT_TRANSACTION', 'EVENT_NETWORK'], nodes: ['carol'] },
      async () => {
        await call('CloseChannel', { channel_id: 1 });
        await call('CloseChannel', { channel_id: 2 });
        await pass(5);
        await call('SaveNetwork', { name: 'end' });
      },
      ({ what }) => what === 'network',
    );
    expect(seen.map(({ what }) => what)).toEqual(['channel', 'channel', 'channel', 'transaction', 'network']);
    expect(seen.at(-2)?.transaction).toMatchObject({
      kind: 'TRANSACTION_COOPERATIVE_CLOSE',
      state: 'TRANSACTION_BROADCAST',
      channel_id: '2',
    });
    expect(seen.at(-1)?.network).toEqual({ change: 'NETWORK_SAVED', name: 'end' });
  });

  it('tells of nodes, invoices, policies and peers', async () => {
    await line();
    const seen = await events(
      { kinds: ['EVENT_NODE', 'EVENT_INVOICE', 'EVENT_POLICY', 'EVENT_PEERS', 'EVENT_NETWORK'] },
      async () => {
        await call('CreateNodes', { nodes: [{ name: 'dave' }] });
        await call('FundNode', { node: 'dave', amount_sat: 4 });
        await call('StopNode', { node: 'dave', crash: true });
        await call('CreateInvoice', { node: 'carol', amount_msat: 1 });
        await call('SetPolicy', { channel_id: 2, node: 'bob', change: { fee_base_msat: 3 } });
        await call('DisconnectPeer', { node: 'bob', peer: 'carol' });
        await call('NewNetwork', { replace: true });
      },
      ({ what }) => what === 'network',
    );
    expect(seen.map(({ what }) => what)).toEqual(['node', 'node', 'node', 'invoice', 'policy', 'peers', 'network']);
    expect(seen[1]?.node).toEqual({ node: 'dave', change: 'NODE_FUNDED', amount_sat: '4' });
    expect(seen[2]?.node).toMatchObject({ change: 'NODE_CRASHED' });
    expect(seen[3]?.invoice).toMatchObject({ invoice: { invoice_id: '1', state: 'INVOICE_OPEN' } });
    expect(seen[4]?.policy).toMatchObject({ channel_id: '2', node: 'bob', policy: { fee_base_msat: '3' } });
    expect(seen[5]?.peers).toEqual({ node: 'bob', peer: 'carol', connected: false });
  });

  it.each([
    [{ kinds: [77] }, 'INVALID_ARGUMENT', 'kinds'],
    [{ nodes: ['eve'] }, 'NOT_FOUND', 'nodes[0]'],
  ])('is refused for %j', async (request, code, field) => {
    const stream = served.watch(request);
    const [error] = (await once(stream, 'error')) as [ServiceError];
    expect(refusalOf(error)).toMatchObject({ code, field });
  });

  it('ends with the server, and so do calls that wait', async () => {
    await line();
    const stream = served.watch({});
    await once(stream, 'data');
    const ended = once(stream, 'end');
    const waiting = served.refusal('Pay', { node: 'alice', destination: 'carol', amount_msat: 1_000 });
    await served.begun();
    await served.stop();
    await ended;
    expect(await waiting).toMatchObject({ code: 'ABORTED' });
    served = await new ServedHost().start();
  });

  it('ends when its client does not read', async () => {
    const stream = served.watch({});
    await once(stream, 'data');
    stream.pause();
    const ended = once(stream, 'error') as Promise<[ServiceError]>;
    // More than may wait, after what the connection takes up.
    await call('MineBlocks', { blocks: 6_000 });
    stream.resume();
    const [error] = await ended;
    expect(refusalOf(error)).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'ERROR_WATCHER_SLOW' });
  });
});
