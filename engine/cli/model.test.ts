/** `blast model` in-process; the server is a real one on an unused port. */
import { credentials, makeClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { defaultEngine } from '../host/default-engine.ts';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { BLAST_SERVICE } from '../rpc/blast-service.ts';
import { errorDetail } from '../rpc/control-errors.ts';
import { CONTROL_SERVICE } from '../rpc/control-service.ts';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { runCli } from './cli.ts';
import { FakeIo } from './testing/fake-io.ts';

const EXIT_OK = 0;
const USAGE = 2;

describe('blast run --models', () => {
  it.each([
    [['--models', 'there'], /Write in-process, rpc, rpc:2, or addresses/],
    [['--models', 'rpc:0'], /number of processes from 1 to 64/],
    [['--models', 'rpc', '--models-timeout', '0s'], /duration of at least 1ms/],
    [['--models', 'rpc', '--models-ca', 'ca.pem'], /named by their addresses/],
    [['--models', 'a:1', '--models-cert', 'c.pem'], /there is no file c\.pem/],
    [['--models', 'rpc', '--trace', 'all'], /models of this process only/],
  ])('%j is refused', async (args, message) => {
    const files = new MemoryFiles({ 's.yml': 'version: 1\nname: s\nduration: 1s\nnodes: { a: {}, b: {} }\n' });
    const io = new FakeIo({ files });
    expect(await run(io, 'run', 's.yml', ...args)).toBeGreaterThan(1);
    expect(io.err).toMatch(message);
  });

  it('says that there are no processes where the engine cannot start them', async () => {
    const files = new MemoryFiles({ 's.yml': 'version: 1\nname: s\nduration: 1s\nnodes: { a: {}, b: {} }\n' });
    const io = new FakeIo({ files });
    expect(await run(io, 'run', 's.yml', '--models', 'rpc')).toBe(6);
    expect(io.err).toMatch(/^error: E809 models in other processes: there are no other processes here/);
  });
});

describe('blast model', () => {
  it('lists every model there is', async () => {
    const io = new FakeIo();
    expect(await run(io, 'model', 'list')).toBe(EXIT_OK);
    for (const { name, version } of MODEL_KINDS) expect(io.out).toMatch(new RegExp(`^${name} +${version}: `, 'm'));
    const json = new FakeIo();
    await run(json, 'model', 'list', '--format', 'json');
    expect(JSON.parse(json.out).map(({ name }: { name: string }) => name)).toEqual(MODEL_KINDS.map(({ name }) => name));
  });

  it('wants to be told what to do', async () => {
    const io = new FakeIo();
    expect(await run(io, 'model')).toBe(USAGE);
    expect(io.err).toMatch(/say what to do: list, serve, host or check/);
  });

  it.each([
    [['nonsense'], /no model called 'nonsense'[\s\S]*lnd/],
    [['lnd', '--listen', 'here'], /'here' is no address[\s\S]*127\.0\.0\.1:5050/],
    [['lnd', '--listen', '127.0.0.1:99999'], /is no address/],
    [['lnd', '--listen', '[::zz]:1'], /is no address/],
    [['lnd', '--listen', '0.0.0.0:0'], /other machines could connect[\s\S]*--insecure/],
    [['lnd', '--listen', '[::]:0'], /other machines could connect/],
    [['lnd', '--tls-cert', 'a.pem'], /needs both --tls-cert and --tls-key/],
    [['lnd', '--nodes', '0'], /number from 1 to 10000/],
    [['lnd', '--name', 'my-lnd'], /letters, digits and any of \. and _/],
    [['lnd', '--wallet', '1'], /amount of whole sat with its unit/],
    [['lnd', '--block-every', '0s'], /duration of at least 1ms/],
  ])('serve %j is refused', async (args, message) => {
    const io = new FakeIo();
    expect(await run(io, 'model', 'serve', ...args)).toBe(USAGE);
    expect(io.err).toMatch(message);
  });

  it('says that a certificate is missing', async () => {
    const io = new FakeIo();
    expect(await run(io, 'model', 'serve', 'lnd', '--tls-cert', 'a.pem', '--tls-key', 'b.pem')).toBe(3);
    expect(io.err).toMatch(/there is no file a\.pem/);
  });

  it('serves nodes until StopModel is called', async () => {
    const io = new FakeIo();
    const ended = run(io, 'model', 'serve', 'lnd', '--nodes', '2');
    await until(() => io.out.includes('listens on'));
    const client = connect(io);
    expect(await client('WalletBalance', { node: 'lnd-0001' })).toEqual({ balance: '100000000' });
    await client('Save', { sim: 'two' });
    expect(io.files.read('blast-saves/two.json')).toMatch(/^\{"format":"blast-host\/2"/);
    await expect(client('GetPubKey', { node: 'x' })).rejects.toThrow(/could not find node x/);
    await client('StopModel', {});
    expect(await ended).toBe(EXIT_OK);
    expect(io.err).toBe('WalletBalance\nSave\nGetPubKey: could not find node x\nStopModel\n');
  });

  it('calls its nodes what it is told to, as BLAST calls them after the name in model.json', async () => {
    const io = new FakeIo();
    const ended = run(
      io,
      'model',
      'serve',
      'lnd',
      '--name',
      'blast_lnd',
      '--nodes',
      '1',
      '--clock',
      'manual',
      '--quiet',
    );
    await until(() => io.out.includes('listens on'));
    expect(await connect(io)('WalletBalance', { node: 'blast_lnd-0000' })).toEqual({ balance: '100000000' });
    const control = connect(io, CONTROL_SERVICE);
    const names = ['cln-0001', 'blast_lnd-0002', 'blast_lnd-0003'];
    expect(await control('CreateNodes', { nodes: [{ model: 'cln' }, { model: 'lnd' }, {}] })).toMatchObject({
      nodes: names.map((name) => ({ name })),
    });
    await connect(io)('StopModel', {});
    expect(await ended).toBe(EXIT_OK);
  });

  it('serves the control plane beside it, with options checked as in a scenario', async () => {
    const io = new FakeIo();
    const ended = run(io, 'model', 'serve', 'lnd', '--clock', 'manual', '--nodes', '1');
    await until(() => io.out.includes('listens on'));
    const control = connect(io, CONTROL_SERVICE);
    const server = (await control('GetServer', {})) as { readonly models: readonly { readonly name: string }[] };
    expect(server).toMatchObject({
      default_model: 'lnd',
      wall_clock: false,
      software: expect.stringMatching(/^blast \d/),
    });
    expect(server.models.map(({ name }) => name)).toEqual(MODEL_KINDS.map(({ name }) => name));
    const options = (fields: object): object => ({ nodes: [{ name: 'bob', model: 'cln', options: { fields } }] });
    for (const [fields, message] of [
      [{ fee_bse: { numberValue: 1 } }, /unknown key `fee_bse`/],
      [{ fee_base_msat: { numberValue: -1 } }, /expected at least 0/],
      [{ fee_base_msat: { stringValue: '${{ 1 }}' } }, /no expressions/],
    ] as const) {
      const error = (await control('CreateNodes', options(fields)).catch(
        (problem: unknown) => problem,
      )) as ServiceError;
      expect(error.details).toMatch(message);
      expect(errorDetail(error)).toEqual({ reason: 'ERROR_INVALID_VALUE', field: 'nodes[0].options', subject: 'cln' });
    }
    await control('CreateNodes', options({ fee_base_msat: { numberValue: 5 } }));
    const channel = { node: 'lnd-0000', peer: 'bob', capacity_sat: 1_000_000 };
    await control('OpenChannel', channel);
    await control('MineBlocks', { blocks: 6 });
    await control('AdvanceTime', { duration_us: 1_000_000 });
    const paying = control('Pay', { node: 'lnd-0000', destination: 'bob', amount_msat: 1_000_000 });
    await control('AdvanceTime', { duration_us: 10_000_000 });
    expect(await paying).toMatchObject({ state: 'PAYMENT_SUCCEEDED', fee_msat: '0' });
    await control('SaveNetwork', { name: 'paid' });
    expect(await control('ListNetworks', {})).toEqual({ names: ['paid'] });
    await connect(io)('StopModel', {});
    expect(await ended).toBe(EXIT_OK);
  });

  it('answers a payment when the clock has brought it to its end', async () => {
    const io = new FakeIo();
    const ended = run(io, 'model', 'serve', 'lnd', '--nodes', '2', '--quiet');
    await until(() => io.out.includes('listens on'));
    const control = connect(io, CONTROL_SERVICE);
    await control('OpenChannel', { node: 'lnd-0000', peer: 'lnd-0001', capacity_sat: 1_000_000 });
    await control('MineBlocks', { blocks: 6 });
    await control('AdvanceTime', { duration_us: 1_000_000 });
    expect(await control('Pay', { node: 'lnd-0000', destination: 'lnd-0001', amount_msat: 1_000 })).toMatchObject({
      state: 'PAYMENT_SUCCEEDED',
    });
    io.interrupt();
    expect(await ended).toBe(EXIT_OK);
  });

  it('ends when it is interrupted, and says which port is taken', async () => {
    const first = new FakeIo();
    const ended = run(first, 'model', 'serve', 'lnd', '--quiet');
    await until(() => first.out.includes('listens on'));
    const taken = new FakeIo();
    expect(await run(taken, 'model', 'serve', 'lnd', '--listen', addressOf(first))).toBe(6);
    expect(taken.err).toMatch(/cannot listen on 127\.0\.0\.1:\d+: /);
    first.interrupt();
    expect(await ended).toBe(EXIT_OK);
    expect(first.err).toBe('');
  });
});

function addressOf(io: FakeIo): string {
  return /listens on (\S+)/.exec(io.out)?.[1] ?? '';
}

function connect(io: FakeIo, service = BLAST_SERVICE): (name: string, request: object) => Promise<unknown> {
  const client = new (makeClientConstructor(service, 'S'))(addressOf(io), credentials.createInsecure());
  return (name, request) =>
    new Promise((resolve, reject) => {
      (client[name] as (...args: unknown[]) => void)(request, (error: ServiceError | null, answer: unknown) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
}

const run = (io: FakeIo, ...argv: string[]): Promise<number> => runCli(argv, io, defaultEngine);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
