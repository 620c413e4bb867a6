/**
 * Where a server of ours listens. Without TLS only the machine itself may connect, unless somebody says that it is meant so.
 */
import { isIPv6 } from 'node:net';

export interface ListenAddress {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  /** 0: any that is unused. */
  readonly port: number;
}

/** PEM texts. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Authority whose certificates clients must show; absent: clients show none. */
  readonly clientCa?: string;
}

/** `HOST:PORT`, an IPv6 address in brackets. Null when it is none. */
export function parseListenAddress(text: string): ListenAddress | null {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (found === null) return null;
  const [, v6, name, digits] = found;
  const port = Number(digits);
  if (port > 65_535 || (v6 !== undefined && !isIPv6(v6))) return null;
  return { host: v6 ?? (name as string), port };
}

export function addressText({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
