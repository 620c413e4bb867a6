/** The server of a process that a run has started, called by gRPC's own library and by the client of runs. */
import http2 from 'node:http2';
import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { GrpcClient } from './grpc-client.ts';
import type { GrpcStatus } from './grpc-frames.ts';
import { DESCRIBE_PATH, PLAY_PATH } from './model-paths.ts';
import { modelService } from './model-service.ts';
import { serveRun } from './run-server.ts';
import type { RunningServer, ServedService } from './serve.ts';
import { decodeAnswer, decodeDescription, encodeDescribeRequest, encodeTurn, PROTOCOL } from './wire.ts';

const asIs = (bytes: Buffer): Buffer => bytes;

const servers: RunningServer[] = [];
const clients: { close(): void }[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const said: (string | null)[] = [];
const service = (): ServedService => {
  said.length = 0;
  return modelService(MODEL_KINDS, { began: () => void said.push('began'), ended: (why) => void said.push(why) });
};

async function serving(services: readonly ServedService[] = [service()]): Promise<string> {
  const server = await serveRun({ host: '127.0.0.1', port: 0 }, services);
  servers.push(server);
  return `127.0.0.1:${server.address.port}`;
}

function theirClient(address: string): Client {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  clients.push(client);
  return client;
}

function ourClient(address: string): GrpcClient {
  const client = new GrpcClient({ address });
  clients.push(client);
  return client;
}

const asked = (client: Client, path: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const request = Buffer.from(encodeDescribeRequest({ protocol: PROTOCOL, engine_version: '0' }));
    client.makeUnaryRequest(path, asIs, asIs, request, (error, answer) =>
      error === null ? resolve(answer as Buffer) : reject(error),
    );
  });

const turn = (number: number, rest: object): Buffer =>
  Buffer.from(encodeTurn({ number, now_us: 0, height: 1, changes: [], model: 'lnd', ...rest }));
const BEGIN = turn(1, { begin: { node_count: 1 } });
const DEPTH = turn(2, { close_depth: { capacity_sat: 1_000_000 } });
const NONSENSE = turn(2, { opener_depth: { node: 77 } });

describe('the server of a run', () => {
  it('says what it is', async () => {
    const description = decodeDescription(await asked(theirClient(await serving()), DESCRIBE_PATH));
    expect(description.models.map(({ name }) => name)).toEqual(MODEL_KINDS.map(({ name }) => name));
    expect(said).toEqual([]);
  });

  it('plays a run, whoever asks, and ends it when the other side does', async () => {
    const address = await serving();
    const call: ClientDuplexStream<Buffer, Buffer> = theirClient(address).makeBidiStreamRequest(
      PLAY_PATH,
      asIs,
      asIs,
      new Metadata(),
    );
    const theirs: Buffer[] = [];
    await new Promise<void>((resolve, reject) => {
      call.on('data', (bytes: Buffer) => {
        theirs.push(bytes);
        if (theirs.length === 1) call.write(DEPTH);
        else call.end();
      });
      call.on('error', reject);
      call.on('status', ({ code }: { readonly code: number }) => (code === 0 ? resolve() : reject(code)));
      call.write(BEGIN);
    });
    const ours: Buffer[] = [];
    const how = await new Promise<GrpcStatus>((resolve) => {
      const mine = ourClient(address).call(PLAY_PATH, {
        message: (bytes) => {
          ours.push(Buffer.from(bytes));
          if (ours.length === 1) mine.write(DEPTH);
          else mine.end();
        },
        ended: resolve,
      });
      mine.write(BEGIN);
    });
    expect(how.code).toBe(0);
    expect(ours).toEqual(theirs);
    expect(theirs.map((bytes) => decodeAnswer(bytes).number)).toEqual([1, 2]);
    expect(decodeAnswer(theirs[1] as Buffer).value).toBeGreaterThan(0);
    expect(said).toEqual(['began', null, 'began', null]);
  });

  it.each([
    ['what cannot be answered', NONSENSE],
    ['what is no turn', Buffer.from([255, 255])],
  ])('gives a run up that asks %s, with the reason', async (_, second) => {
    const address = await serving();
    const how = await new Promise<GrpcStatus>((resolve) => {
      const call = ourClient(address).call(PLAY_PATH, { message: () => call.write(second), ended: resolve });
      call.write(BEGIN);
    });
    expect(how.code).toBe(status.INTERNAL);
    expect(how.details).not.toBe('');
    expect(said).toEqual(['began', how.details]);
  });

  it('hears of a client that is gone', async () => {
    const address = await serving();
    const client = ourClient(address);
    await new Promise<void>((resolve) => {
      client.call(PLAY_PATH, { message: () => resolve(), ended: () => {} }).write(BEGIN);
    });
    client.close();
    while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toEqual(['began', null]);
  });

  it('refuses what it does not have, and a question that is none', async () => {
    const address = await serving();
    const refused = asked(theirClient(address), '/grpc.health.v1.Health/Check');
    await expect(refused).rejects.toMatchObject({ code: status.UNIMPLEMENTED } satisfies Partial<ServiceError>);
    const how = await new Promise<GrpcStatus>((resolve) => {
      ourClient(address)
        .call(DESCRIBE_PATH, { message: () => {}, ended: resolve })
        .end();
    });
    expect(how).toMatchObject({ code: status.INTERNAL });
    const oneWay = { ...service().definition, Play: { ...service().definition.Play, responseStream: false } };
    await expect(serving([{ ...service(), definition: oneWay as never }])).rejects.toThrow(/a stream one way only/);
  });

  it('refuses bytes that are no messages', async () => {
    const address = await serving();
    const session = http2.connect(`http://${address}`);
    clients.push({ close: () => session.destroy() });
    const stream = session.request({ ':method': 'POST', ':path': PLAY_PATH }, { endStream: false });
    stream.write(Buffer.from([1, 0, 0, 0, 0]));
    stream.resume();
    const trailers = await new Promise<http2.IncomingHttpHeaders>((resolve) => stream.once('trailers', resolve));
    expect(trailers['grpc-status']).toBe(`${status.INTERNAL}`);
    expect(decodeURIComponent(String(trailers['grpc-message']))).toMatch(/no message of gRPC/);
  });

  it('says that a port is taken', async () => {
    const address = await serving();
    const port = Number(address.split(':')[1]);
    await expect(serveRun({ host: '127.0.0.1', port }, [])).rejects.toThrow(/EADDRINUSE/);
  });

  it('ends with calls in progress, in time', async () => {
    const server = await serveRun({ host: '127.0.0.1', port: 0 }, [service()]);
    const client = ourClient(`127.0.0.1:${server.address.port}`);
    let stopped: Promise<void> = Promise.resolve();
    const how = await new Promise<GrpcStatus>((resolve) => {
      client
        .call(PLAY_PATH, {
          message: () => {
            stopped = server.stop();
          },
          ended: resolve,
        })
        .write(BEGIN);
    });
    await stopped;
    expect(how.code).toBe(status.UNAVAILABLE);
  });
});
