/** Addresses of Redis servers: `redis://USER:PASSWORD@HOST:PORT/DB`, `rediss://` with TLS. Opens nothing. */

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly tls: boolean;
}

export type RedisUrlReading =
  | { readonly ok: true; readonly address: RedisAddress }
  | { readonly ok: false; readonly reason: string };

const PORT = 6379;

/** Reads an address. Reasons never repeat the text, which may hold a password. */
export function parseRedisUrl(text: string): RedisUrlReading {
  const no = (reason: string): RedisUrlReading => ({ ok: false, reason });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return no('it is not an address such as redis://localhost:6379');
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    return no('it does not begin with redis:// or rediss://');
  if (url.search !== '' || url.hash !== '') return no('it has a part behind ? or #, which means nothing here');
  const db = url.pathname === '' || url.pathname === '/' ? '0' : url.pathname.slice(1);
  if (!/^\d{1,5}$/.test(db)) return no('behind the port is no number of a database');
  const decoded = (part: string): string | null => (part === '' ? null : decodeURIComponent(part));
  try {
    return {
      ok: true,
      address: {
        host: url.hostname === '' ? 'localhost' : url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port === '' ? PORT : Number(url.port),
        db: Number(db),
        username: decoded(url.username),
        password: decoded(url.password),
        tls: url.protocol === 'rediss:',
      },
    };
  } catch {
    return no('its user or password has a % that is not followed by two hex digits');
  }
}

/** `localhost:6379`; never a user or a password. */
export function addressText({ host, port }: RedisAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
