/**
 * Connections to Redis that fail soon when the server cannot be reached at the beginning, and are patient when it goes away
 * later. What they say of a failure names host and port, never a password.
 */
import type { ConnectionOptions } from 'node:tls';
import { Redis } from 'ioredis';
import { addressText, type RedisAddress } from './redis-url.ts';

export interface RedisSettings {
  readonly address: RedisAddress;
  /** What all keys begin with. */
  readonly prefix: string;
  /** Texts of PEM files, for `rediss://`. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Redis cannot be used: it cannot be reached, refuses us, or something in it is not as it must be. */
export class RedisProblem extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'RedisProblem';
    this.hint = hint;
  }
}

/** Wall time for the first connection, ms. */
const CONNECT_MS = 4000;
/** How long a connection that was lost is tried again, ms. */
const PATIENCE_MS = 5 * 60_000;
/** Longest pause between two tries, ms. */
const PAUSE_MS = 2000;

export interface OpenRedis {
  readonly client: Redis;
  /** Rejects when the connection is lost for good; never resolves. */
  readonly lost: Promise<never>;
  /** Ends the connection and all that were made of it, now. */
  close(): void;
}

/** Hears of a connection that was lost and came back. */
export interface ConnectionListener {
  disconnected(text: string): void;
  connected(text: string): void;
}

/** Connects. @throws RedisProblem after some seconds at the latest. */
export async function openRedis(settings: RedisSettings, listener?: ConnectionListener): Promise<OpenRedis> {
  const { address } = settings;
  const where = addressText(address);
  let connected = false;
  let closing = false;
  let lostAtMs: number | null = null;
  let last: Error | null = null;
  const client = new Redis({
    host: address.host,
    port: address.port,
    db: address.db,
    ...(address.username === null ? {} : { username: address.username }),
    ...(address.password === null ? {} : { password: address.password }),
    ...(address.tls ? { tls: tlsOptions(settings) } : {}),
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    // How long a connection that is ended may still be closing, ms.
    disconnectTimeout: 200,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => {
      if (!connected || (lostAtMs !== null && Date.now() - lostAtMs > PATIENCE_MS)) return null;
      return Math.min(times * 100, PAUSE_MS);
    },
  });
  client.on('error', (error: Error) => {
    last = error;
  });
  try {
    await withinTime(
      client.connect().then(() => client.ping()),
      CONNECT_MS,
    );
  } catch (error) {
    client.disconnect();
    throw new RedisProblem(
      `cannot reach Redis at ${where}: ${reasonOf(last ?? error, address)}`,
      hintOf(last ?? error),
    );
  }
  connected = true;
  // BullMQ blocks on connections that it makes of this one.
  const copies = new Set<Redis>();
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const copy = duplicate(override);
    copies.add(copy);
    copy.on('end', () => copies.delete(copy));
    return copy;
  };
  client.on('close', () => {
    if (closing || lostAtMs !== null) return;
    lostAtMs = Date.now();
    listener?.disconnected(where);
  });
  client.on('ready', () => {
    if (lostAtMs === null) return;
    lostAtMs = null;
    listener?.connected(where);
  });
  const lost = new Promise<never>((_, reject) => {
    client.on('end', () => {
      if (!closing) reject(new RedisProblem(`lost Redis at ${where}: ${reasonOf(last, address)}`));
    });
  });
  // Nobody may be waiting for it when it happens.
  lost.catch(() => {});
  return {
    client,
    lost,
    close: () => {
      closing = true;
      client.disconnect();
      for (const copy of copies) copy.disconnect();
    },
  };
}

/** Says now, and not only when a sweep has begun, that a server cannot be used. @throws RedisProblem */
export async function checkRedis(settings: RedisSettings): Promise<void> {
  (await openRedis(settings)).close();
}

function tlsOptions({ address, ca, cert, key }: RedisSettings): ConnectionOptions {
  return {
    // A number is no name that a certificate could be for; the server is checked by its address then.
    ...(/^[\d.]+$|:/.test(address.host) ? {} : { servername: address.host }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the host',
  ECONNRESET: 'the connection was closed',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody that is trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody that is trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that is trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody that is trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

function reasonOf(error: unknown, { password }: RedisAddress): string {
  if (!(error instanceof Error)) return 'the connection was closed';
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (/^WRONGPASS/.test(error.message)) return 'user or password is wrong';
  if (/^NOAUTH/.test(error.message)) return 'it wants a password';
  // Names of several addresses were tried, each with its own failure.
  if (error.message === '' && code !== '') return code;
  return password === null ? error.message : error.message.replaceAll(password, '…');
}

function hintOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (/CERT|SIGNATURE/.test(code)) return 'name the certificate of its authority with --redis-ca';
  if (/^NOAUTH/.test((error as Error | null)?.message ?? '')) return 'write redis://:PASSWORD@HOST:PORT';
  return undefined;
}
