/** Options of commands that use a Redis server, and what they mean. The server's address may hold a password: never shown. */
import { InvalidArgumentError } from 'commander';
import type { RedisSettings } from '../distribute/redis-connection.ts';
import { parseRedisUrl, type RedisAddress } from '../distribute/redis-url.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { OptionEntry, OptionValues } from './options.ts';

/** An address that stands in a variable of the environment, so that it is in no list of processes. */
const IN_ENV = 'env:';

export const REDIS_OPTIONS: readonly OptionEntry[] = [
  {
    flags: '--redis-prefix <text>',
    summary: 'what all keys in Redis begin with; the same for a sweep and its workers',
    defaultValue: 'blast',
    parse: parsePrefix,
  },
  { flags: '--redis-ca <file>', summary: "certificate of the authority that signed the server's, for rediss://" },
  { flags: '--redis-cert <file>', summary: 'certificate that the server wants to see, for rediss://' },
  { flags: '--redis-key <file>', summary: 'key of that certificate' },
];

/** Where the Redis server is. @throws CliError for an address that is none, or a file that is not there. */
export function redisSettings(io: CliIo, options: OptionValues): RedisSettings {
  const address = addressOf(io, String(options.redis));
  const pem = (name: 'redisCa' | 'redisCert' | 'redisKey'): string | undefined => {
    const file = options[name] as string | undefined;
    if (file === undefined) return undefined;
    if (!address.tls) throw new CliError(EXIT.usage, 'certificates are for addresses that begin with rediss://');
    const text = io.files.read(file);
    if (text === null) throw new CliError(EXIT.invalid, `there is no file ${file}`);
    return text;
  };
  const [ca, cert, key] = [pem('redisCa'), pem('redisCert'), pem('redisKey')];
  return {
    address,
    prefix: String(options.redisPrefix),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function addressOf(io: CliIo, text: string): RedisAddress {
  const name = text.startsWith(IN_ENV) ? text.slice(IN_ENV.length) : null;
  const url = name === null ? text : io.env[name];
  if (url === undefined) throw new CliError(EXIT.usage, `there is no variable ${name} in the environment`);
  const read = parseRedisUrl(url);
  if (read.ok) return read.address;
  const what = name === null ? 'the address after --redis' : `the address in ${name}`;
  throw new CliError(EXIT.usage, `${what} cannot be used: ${read.reason}`, 'for example redis://:PASSWORD@HOST:6379');
}

function parsePrefix(text: string): string {
  // Braces would decide in which part of a cluster the keys lie; see sweep-keys.ts.
  if (!/^[A-Za-z0-9_.:/-]{1,100}$/.test(text)) {
    throw new InvalidArgumentError('Write up to 100 letters, digits and any of _ . : / -');
  }
  return text;
}
