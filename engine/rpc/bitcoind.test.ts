/** JSON-RPC of a bitcoind, against an HTTP server that stands in for one. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DriverFailure, DriverRefusal } from '../backends/rpc/driver.ts';
import { Bitcoind } from './bitcoind.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Respond = (method: string, response: ServerResponse) => void;

const json =
  (value: object, status = 200): Respond =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };

async function bitcoind(
  respond: Respond,
  callMs = 10_000,
): Promise<{ readonly chain: Bitcoind; readonly asked: unknown[] }> {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => {
      body += data.toString();
    });
    request.on('end', () => {
      const { method, params } = JSON.parse(body);
      asked.push([request.headers.authorization, method, params]);
      respond(method, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { chain: new Bitcoind({ url, user: 'user', password: 'pa:ss' }, callMs), asked };
}

describe('a bitcoind', () => {
  const basic = `Basic ${Buffer.from('user:pa:ss').toString('base64')}`;

  it('finds blocks, sends coins to the satoshi, and tells its height', async () => {
    const { chain, asked } = await bitcoind((method, response) =>
      json({ result: method === 'getblockcount' ? 101 : `of ${method}`, error: null, id: 0 })(method, response),
    );
    await chain.mine(6);
    await chain.send('bcrt1q', 123_456_789);
    await chain.send('bcrt1q', 1);
    expect(await chain.height()).toBe(101);
    expect(asked).toEqual([
      [basic, 'getnewaddress', []],
      [basic, 'generatetoaddress', [6, 'of getnewaddress']],
      [basic, 'sendtoaddress', ['bcrt1q', '1.23456789']],
      [basic, 'sendtoaddress', ['bcrt1q', '0.00000001']],
      [basic, 'getblockcount', []],
    ]);
  });

  it('undoes its last blocks, never the first, and finds full or empty ones in their place', async () => {
    const { chain, asked } = await bitcoind((method, response) =>
      json({ result: method === 'getblockcount' ? 101 : `of ${method}`, error: null, id: 0 })(method, response),
    );
    const calls = (): unknown[] => asked.splice(0).map((call) => (call as unknown[]).slice(1));
    const found = ['of getnewaddress'];
    const undone = (first: number): unknown[] => [
      ['getblockcount', []],
      ['getblockhash', [first]],
      ['invalidateblock', ['of getblockhash']],
    ];
    await chain.reorg({ depth: 3, blocks: 4, empty: false });
    expect(calls()).toEqual([...undone(99), ['getnewaddress', []], ['generatetoaddress', [4, ...found]]]);
    await chain.reorg({ depth: 1, blocks: 2, empty: true });
    const empty = [
      ['getnewaddress', []],
      ['generateblock', [...found, []]],
    ];
    expect(calls()).toEqual([...undone(101), ...empty, ...empty]);
    await chain.reorg({ depth: 102, blocks: 0, empty: false });
    expect(calls()).toEqual(undone(1));
  });

  it('refuses with its own sentence', async () => {
    const { chain } = await bitcoind(json({ result: null, error: { code: -6, message: 'Insufficient funds' } }, 500));
    const error = await chain.send('bcrt1q', 5).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(DriverRefusal);
    expect((error as Error).message).toBe('sendtoaddress: Insufficient funds');
  });

  it.each<[what: string, respond: Respond, fault: string, says: string]>([
    [
      'a wrong password',
      (_, response) => void response.writeHead(401).end(),
      'unreachable',
      'does not know the user or the password',
    ],
    ['no JSON', (_, response) => void response.end('<html>'), 'nonsense', 'its answer is no JSON, with status 200'],
    ['JSON that is no answer', json([5]), 'nonsense', 'its answer has no result'],
    ['no height', json({ result: 'high' }), 'nonsense', 'its answer is no height: "high"'],
    ['a closed connection', (_, response) => void response.destroy(), 'unreachable', 'it is not there (any more): '],
    [
      'another address',
      (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'unreachable',
      'it is not there',
    ],
  ])('fails by %s', async (_, respond, fault, says) => {
    const error = await (await bitcoind(respond)).chain.height().catch((one: unknown) => one);
    expect(error).toBeInstanceOf(DriverFailure);
    expect(error).toMatchObject({
      fault,
      call: 'getblockcount',
      at: expect.stringMatching(/^bitcoind at 127\.0\.0\.1:\d+$/),
      message: expect.stringContaining(says),
    });
  });

  it('must answer in time', async () => {
    const { chain } = await bitcoind(() => {}, 300);
    await expect(chain.height()).rejects.toMatchObject({ fault: 'late', message: 'it did not answer within 0.3 s' });
  });
});
