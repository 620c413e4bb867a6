/** `blast model serve` as a process: signals, TLS on both sides, and what is left behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ChannelCredentials, credentials, makeClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { BLAST_SERVICE } from '../engine/rpc/blast-service.ts';
import { available, ROOT, temporaryFolder } from './testing/command.ts';

const main = path.join(ROOT, 'dist/blast.mjs');
const folder = temporaryFolder();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Served {
  readonly child: ChildProcess;
  readonly address: string;
  readonly closed: Promise<number | null>;
}

async function start(...args: string[]): Promise<Served> {
  const child = spawn(process.execPath, [main, 'model', 'serve', ...args], { cwd: folder });
  children.push(child);
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      const found = /listens on (\S+)\n/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    void closed.then((code) => reject(new Error(`ended with ${code}: ${out}`)));
  });
  return { child, address, closed };
}

async function call(address: string, as: ChannelCredentials, name: string, request: object): Promise<unknown> {
  const client = new (makeClientConstructor(BLAST_SERVICE, 'BlastRpc'))(address, as);
  try {
    return await new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + 20_000 };
      const answer = (error: ServiceError | null, value: unknown): void =>
        error === null ? resolve(value) : reject(error);
      (client[name] as (...args: unknown[]) => void)(request, options, answer);
    });
  } finally {
    client.close();
  }
}

describe('blast model serve', { timeout: 60_000 }, () => {
  it.each([['--quiet'], ['--until-input-ends']])(
    'with %s ends after StopModel, while its input stays open',
    async (flag) => {
      const { address, closed } = await start('lnd', '--nodes', '2', flag);
      expect(await call(address, credentials.createInsecure(), 'StopModel', {})).toEqual({ success: true });
      expect(await closed).toBe(0);
    },
  );

  it('ends by a signal, and leaves nothing half-written', async () => {
    const served = await start('eclair', '--nodes', '3', '--saves', 'kept');
    const plain = credentials.createInsecure();
    expect(await call(served.address, plain, 'WalletBalance', { node: 'eclair-0002' })).toEqual({
      balance: '100000000',
    });
    await call(served.address, plain, 'Save', { sim: 'three' });
    served.child.kill('SIGTERM');
    expect(await served.closed).toBe(0);
    expect(readdirSync(path.join(folder, 'kept'))).toEqual(['three.json']);
    const other = await start('eclair', '--saves', 'kept');
    await call(other.address, plain, 'Load', { sim: 'three' });
    expect(await call(other.address, plain, 'StopModel', {})).toEqual({ success: true });
    expect(await other.closed).toBe(0);
  });

  const hasOpenssl = available(spawnSync('openssl', ['version']).status === 0, 'openssl');
  it.skipIf(!hasOpenssl)('takes only clients whose certificate it knows, when told so', async () => {
    const certificate = (name: string): { readonly cert: Buffer; readonly key: Buffer } => {
      const [cert, key] = [`${name}.pem`, `${name}.key`].map((file) => path.join(folder, file)) as [string, string];
      const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
      const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
      expect(spawnSync('openssl', [...request, ...names, '-keyout', key, '-out', cert]).status).toBe(0);
      return { cert: readFileSync(cert), key: readFileSync(key) };
    };
    const [own, known, stranger] = [certificate('server'), certificate('known'), certificate('stranger')];
    const files = ['--tls-cert', 'server.pem', '--tls-key', 'server.key', '--tls-client-ca', 'known.pem'];
    const { address } = await start('lnd', '--nodes', '1', '--listen', '127.0.0.1:0', ...files);
    const ask = (as: ChannelCredentials): Promise<unknown> => call(address, as, 'ChannelBalance', { node: 'lnd-0000' });
    expect(await ask(ChannelCredentials.createSsl(own.cert, known.key, known.cert))).toEqual({ balance: '0' });
    const refused = { code: status.UNAVAILABLE };
    await expect(ask(ChannelCredentials.createSsl(own.cert, stranger.key, stranger.cert))).rejects.toMatchObject(
      refused,
    );
    await expect(ask(ChannelCredentials.createSsl(own.cert))).rejects.toMatchObject(refused);
    await expect(ask(credentials.createInsecure())).rejects.toMatchObject(refused);
  });

  it('says what is wrong with a certificate', () => {
    const cert = path.join(ROOT, 'README.md');
    const args = ['model', 'serve', 'lnd', '--tls-cert', cert, '--tls-key', cert];
    const { status: code, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toMatch(/^error: the certificate or its key cannot be used: /);
    expect(code).toBe(3);
    expect(existsSync(path.join(folder, 'blast-saves'))).toBe(false);
  });
});
