/** BLAST's protocol over a real connection: a client that knows the protocol, and one that knows its bytes only. */
import { Client, credentials, Metadata, makeClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lndKind } from '../../models/lnd/index.ts';
import { BLAST_SERVICE, BlastService } from './blast-service.ts';
import { NetworkHost } from './network-host.ts';
import { type RunningServer, serve } from './serve.ts';
import { serverCredentials } from './server-credentials.ts';

const SECOND = 1_000_000;

type Call = (request: object) => Promise<Record<string, unknown>>;

let nowUs = 0;
let host: NetworkHost;
let server: RunningServer;
let client: Client;
const files = new Map<string, string>();
const stopped: number[] = [];
const calls: [name: string, failure: string | null][] = [];

function newHost(): NetworkHost {
  return new NetworkHost({
    models: [lndKind],
    defaultModel: 'lnd',
    walletSat: 100_000_000,
    mining: { blocks: 10, everyUs: 5 * SECOND },
    height: 100,
    feeratePerKw: 250,
    nowUs: () => nowUs,
    sleep: null,
    folder: {
      read: (name) => files.get(name) ?? null,
      write: (name, text) => void files.set(name, text),
      list: () => [...files.keys()],
    },
    stopped: () => void stopped.push(nowUs),
    called: (name, failure) => void calls.push([name, failure]),
  });
}

/** The server's calls go to the host of the present test. */
beforeAll(async () => {
  const implementation = Object.fromEntries(
    Object.keys(BLAST_SERVICE).map((name) => [
      name,
      (...args: unknown[]) => (new BlastService(host).implementation()[name] as (...args: unknown[]) => void)(...args),
    ]),
  );
  server = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), [
    { ...new BlastService(newHost()).service(), implementation },
  ]);
  const Constructor = makeClientConstructor(BLAST_SERVICE, 'BlastRpc');
  client = new Constructor(`127.0.0.1:${server.address.port}`, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await server.stop();
});

beforeEach(() => {
  nowUs = 0;
  host = newHost();
  calls.length = 0;
  stopped.length = 0;
});

const rpc = new Proxy({} as Record<string, Call>, {
  get: (_, name: string) => (request: object) =>
    new Promise((resolve, reject) => {
      const method = (client as unknown as Record<string, (...args: unknown[]) => void>)[name];
      method?.call(client, request, (error: ServiceError | null, answer: Record<string, unknown>) =>
        error === null ? resolve(answer) : reject(error),
      );
    }),
});

const call = (name: string, request: object = {}): Promise<Record<string, unknown>> => (rpc[name] as Call)(request);

const keyOf = async (node: string): Promise<string> => String((await call('GetPubKey', { node })).pub_key);

async function refusal(name: string, request: object = {}): Promise<string> {
  const error = await call(name, request).then(
    () => null,
    (problem: ServiceError) => problem,
  );
  expect(error?.code).toBe(status.UNKNOWN);
  return error?.details ?? '';
}

/** Nodes 0 and 1 with a channel of 30,000 sat whose funding is deep enough. */
async function twoNodes(): Promise<void> {
  await call('StartNodes', { num_nodes: 2 });
  const peer = await keyOf('lnd-0001');
  await call('ConnectPeer', { node: 'lnd-0000', peer_pub_key: peer, peer_addr: 'lnd-0001.invalid:9735' });
  const answer = await call('OpenChannel', {
    node: 'lnd-0000',
    peer_pub_key: peer,
    peer_address: 'lnd-0001.invalid:9735',
    amount: 30_000,
    push_amout: 1_000,
    channel_id: 7,
  });
  expect(answer).toEqual({ success: true });
  nowUs += 11 * SECOND;
}

describe('nodes', () => {
  it('are started once, and have names, keys, coins and addresses', async () => {
    expect(await call('StartNodes', { num_nodes: 3 })).toEqual({ success: true });
    expect(await keyOf('lnd-0002')).toMatch(/^0[23][0-9a-f]{64}$/);
    expect(await call('WalletBalance', { node: 'lnd-0000' })).toEqual({ balance: '100000000' });
    expect(await call('ChannelBalance', { node: 'lnd-0000' })).toEqual({ balance: '0' });
    expect((await call('GetBtcAddress', { node: 'lnd-0000' })).address).toMatch(/^bcrt1q[a-z0-9]{38}$/);
    expect(await call('GetListenAddress', { node: 'lnd-0001' })).toEqual({ address: 'lnd-0001.invalid:9735' });
    expect(await refusal('StartNodes', { num_nodes: 3 })).toBe('the nodes were started before');
  });

  it('are not there before they are started, nor those of another name', async () => {
    expect(await refusal('WalletBalance', { node: 'lnd-0000' })).toBe('the nodes are not started');
    await call('StartNodes', { num_nodes: 1 });
    expect(await refusal('WalletBalance', { node: 'lnd-0001' })).toBe('could not find node lnd-0001');
    expect(await refusal('WalletBalance', {})).toBe('could not find node ');
  });

  it.each([0, -1, 10_001])('are not %i', async (count) => {
    expect(await refusal('StartNodes', { num_nodes: count })).toBe('the number of nodes must be from 1 to 10000');
  });

  it('cannot be reached by sim-ln', async () => {
    const { simln_data } = await call('GetSimLn');
    expect(JSON.parse(String(simln_data))).toEqual({ nodes: [] });
  });

  it('end with StopModel', async () => {
    await twoNodes();
    expect(await call('StopModel')).toEqual({ success: true });
    expect(stopped).toEqual([11 * SECOND]);
    expect(await refusal('GetPubKey', { node: 'lnd-0000' })).toBe('the nodes are not started');
  });
});

describe('peers', () => {
  it('are those that were named, and those with a channel, until they are disconnected', async () => {
    await call('StartNodes', { num_nodes: 3 });
    const [zero, one] = [await keyOf('lnd-0000'), await keyOf('lnd-0001')];
    expect(await call('ListPeers', { node: 'lnd-0000' })).toEqual({ peers: '' });
    await call('ConnectPeer', { node: 'lnd-0000', peer_pub_key: one });
    const line = `Pubkey: ${one}, Address: lnd-0001.invalid:9735`;
    expect(await call('ListPeers', { node: 'lnd-0000' })).toEqual({ peers: line });
    expect(await call('ListPeers', { node: 'lnd-0001' })).toEqual({
      peers: `Pubkey: ${zero}, Address: lnd-0000.invalid:9735`,
    });
    await call('DisconnectPeer', { node: 'lnd-0001', peer_pub_key: zero });
    expect(await call('ListPeers', { node: 'lnd-0000' })).toEqual({ peers: '' });
    expect(await refusal('DisconnectPeer', { node: 'lnd-0000', peer_pub_key: one })).toBe(
      'lnd-0000 is not connected to that node',
    );
  });

  it('are no strangers and not the node itself', async () => {
    await call('StartNodes', { num_nodes: 1 });
    const own = await keyOf('lnd-0000');
    expect(await refusal('ConnectPeer', { node: 'lnd-0000', peer_pub_key: own })).toMatch(/itself/);
    expect(await refusal('ConnectPeer', { node: 'lnd-0000', peer_pub_key: '02aa' })).toBe(
      'could not find a node with the public key 02aa',
    );
  });
});

describe('channels', () => {
  it('open with the blocks that come, cost coins, and have two balances', async () => {
    await twoNodes();
    expect(await call('GetModelChannels')).toEqual({ channels: '7: lnd-0000 -> lnd-0001' });
    const peer = await keyOf('lnd-0001');
    expect(await call('ListChannels', { node: 'lnd-0000' })).toEqual({ channels: `Peer: ${peer}, Amount: 30000` });
    expect(await call('ChannelBalance', { node: 'lnd-0000' })).toEqual({ balance: '29000' });
    expect(await call('ChannelBalance', { node: 'lnd-0001' })).toEqual({ balance: '1000' });
    // Funding transaction of 610 weight units at 250 sat per 1000.
    expect(await call('WalletBalance', { node: 'lnd-0000' })).toEqual({ balance: String(100_000_000 - 30_000 - 153) });
    expect(host.network?.check()).toBeNull();
  });

  it('close, which gives the coins back, and their id may be used again', async () => {
    await twoNodes();
    expect(await refusal('CloseChannel', { node: 'lnd-0000', channel_id: 8 })).toBe('could not find open channel');
    expect(await call('CloseChannel', { node: 'lnd-0001', channel_id: 7 })).toEqual({ success: true });
    nowUs += 10 * SECOND;
    expect(await call('GetModelChannels')).toEqual({ channels: '' });
    expect(await call('WalletBalance', { node: 'lnd-0001' })).toEqual({ balance: String(100_000_000 + 1_000) });
    expect(await refusal('CloseChannel', { node: 'lnd-0000', channel_id: 7 })).toBe('could not find open channel');
    const peer = await keyOf('lnd-0001');
    const again = { node: 'lnd-0000', peer_pub_key: peer, amount: 40_000, channel_id: 7 };
    expect(await call('OpenChannel', again)).toEqual({ success: true });
    expect(host.network?.check()).toBeNull();
  });

  it('are refused with the reason', async () => {
    await twoNodes();
    const peer = await keyOf('lnd-0001');
    const open = (more: object): Promise<string> =>
      refusal('OpenChannel', { node: 'lnd-0000', peer_pub_key: peer, amount: 30_000, channel_id: 8, ...more });
    expect(await open({ channel_id: 7 })).toBe('channel 7 is open already');
    expect(await open({ amount: 10_000 })).toMatch(/^could not open the channel: .*20,?000/);
    expect(await open({ amount: 0 })).toBe('the amount must be larger than 0');
    expect(await open({ push_amout: 30_001 })).toMatch(/^the amount to push/);
    expect(await open({ channel_id: '9223372036854775807' })).toBe('the channel id is too large');
    expect(await open({ peer_pub_key: await keyOf('lnd-0000') })).toMatch(/to itself/);
    expect(calls.filter(([name, failure]) => name === 'OpenChannel' && failure !== null)).toHaveLength(6);
  });

  it('are not closed by a stranger', async () => {
    await call('StartNodes', { num_nodes: 3 });
    const peer = await keyOf('lnd-0001');
    await call('OpenChannel', { node: 'lnd-0000', peer_pub_key: peer, amount: 30_000, channel_id: 1 });
    nowUs += 10 * SECOND;
    expect(await refusal('CloseChannel', { node: 'lnd-0002', channel_id: 1 })).toBe(
      'channel 1 is not a channel of lnd-0002',
    );
  });
});

describe('saved networks', () => {
  it('go on in another process', async () => {
    await twoNodes();
    await call('Save', { sim: 'shop' });
    const before = [await call('GetModelChannels'), await call('WalletBalance', { node: 'lnd-0000' })];
    host = newHost();
    nowUs += 100 * SECOND;
    expect(await call('Load', { sim: 'shop' })).toEqual({ success: true });
    expect([await call('GetModelChannels'), await call('WalletBalance', { node: 'lnd-0000' })]).toEqual(before);
    const peers = String((await call('ListPeers', { node: 'lnd-0000' })).peers);
    expect(peers).toContain(await keyOf('lnd-0001'));
    await call('CloseChannel', { node: 'lnd-0000', channel_id: 7 });
    nowUs += 10 * SECOND;
    expect(await call('GetModelChannels')).toEqual({ channels: '' });
    expect(await refusal('Load', { sim: 'shop' })).toBe('the nodes were started before');
  });

  it.each(['', '..', '../x', 'a/b', 'a\\b', '.x', 'x'.repeat(101)])('have no name like %j', async (sim) => {
    await call('StartNodes', { num_nodes: 1 });
    expect(await refusal('Save', { sim })).toMatch(/^a name has up to 100 letters/);
    expect(await refusal('Load', { sim: 'missing' })).toBe('the nodes were started before');
    host = newHost();
    expect(await refusal('Load', { sim })).toMatch(/^a name has up to 100 letters/);
    expect(await refusal('Load', { sim: 'missing' })).toBe('could not find a saved network called missing');
  });

  it('are refused when they are damaged or of another model', async () => {
    await twoNodes();
    await call('Save', { sim: 'whole' });
    const text = files.get('whole.json') as string;
    for (const [damaged, message] of [
      [text.slice(0, 100), /it is no JSON/],
      [text.replace('"payments":0', '"payments":1'), /not that of its digest/],
      [text.replace('blast-host/2', 'blast-host/9'), /not of the format/],
      [text.replace('"model":"lnd","sha256"', '"model":"ldk","sha256"'), /is of ldk, not of lnd/],
      ['null', /not of the format/],
    ] as const) {
      host = newHost();
      files.set('whole.json', damaged);
      expect(await refusal('Load', { sim: 'whole' })).toMatch(message);
      expect(host.network).toBeNull();
    }
  });
});

it('tools can ask whether the service is healthy, and what it is', async () => {
  const address = `127.0.0.1:${server.address.port}`;
  const health = new (makeClientConstructor(healthService, 'Health'))(address, credentials.createInsecure());
  const answer = await new Promise((resolve, reject) => {
    const check = health.check as (request: object, callback: (error: Error | null, answer: unknown) => void) => void;
    check.call(health, { service: 'blast_proto.BlastRpc' }, (error, value) => (error ? reject(error) : resolve(value)));
  });
  expect(answer).toMatchObject({ status: 'SERVING' });
  health.close();
  const same = (value: Buffer): Buffer => value;
  const raw = new Client(address, credentials.createInsecure());
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const stream = raw.makeBidiStreamRequest(path, same, same, new Metadata());
  const listed = new Promise<Buffer>((resolve) => stream.once('data', resolve));
  // list_services (field 7), an empty text.
  stream.write(Buffer.from([0x3a, 0x00]));
  expect((await listed).toString('latin1')).toContain('blast_proto.BlastRpc');
  stream.end();
  raw.close();
});

it('the bytes on the wire are those of the protocol', async () => {
  await call('StartNodes', { num_nodes: 2 });
  const peer = await keyOf('lnd-0001');
  const text = (field: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([field * 8 + 2, value.length]), Buffer.from(value)]);
  const request = Buffer.concat([
    text(1, 'lnd-0000'),
    text(2, peer),
    text(3, 'x:1'),
    // amount 30,000, push_amout 500, channel_id 3 as varints.
    Buffer.from([0x20, 0xb0, 0xea, 0x01, 0x28, 0xf4, 0x03, 0x30, 0x03]),
  ]);
  const raw = new Client(`127.0.0.1:${server.address.port}`, credentials.createInsecure());
  const bytes = (path: string, body: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const same = (value: Buffer): Buffer => value;
      raw.makeUnaryRequest(path, same, same, body, new Metadata(), (error, answer) =>
        error === null ? resolve(answer as Buffer) : reject(error),
      );
    });
  expect(await bytes('/blast_proto.BlastRpc/OpenChannel', request)).toEqual(Buffer.from([0x08, 0x01]));
  nowUs += 10 * SECOND;
  const channels = await bytes('/blast_proto.BlastRpc/GetModelChannels', Buffer.alloc(0));
  expect(channels).toEqual(text(1, '3: lnd-0000 -> lnd-0001'));
  expect(await call('ChannelBalance', { node: 'lnd-0001' })).toEqual({ balance: '500' });
  raw.close();
});
