/** Options of commands that listen: the address, and who may connect. */
import type { ListenAddress, TlsFiles } from '../rpc/endpoint.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { OptionEntry, OptionValues } from './options.ts';

export const LISTEN_OPTIONS: readonly OptionEntry[] = [
  {
    flags: '--listen <address>',
    summary: 'HOST:PORT; port 0 takes one that is unused',
    defaultValue: '127.0.0.1:0',
  },
  { flags: '--tls-cert <file>', summary: "the server's certificate (PEM)" },
  { flags: '--tls-key <file>', summary: 'key of that certificate (PEM)' },
  { flags: '--tls-client-ca <file>', summary: 'only clients with a certificate of this authority (PEM) may connect' },
  { flags: '--insecure', summary: 'let other machines connect without TLS' },
];

export const UNTIL_INPUT_ENDS: OptionEntry = {
  flags: '--until-input-ends',
  summary: 'end when standard input does, and so with the process that started this one',
};

export interface ListenSettings {
  readonly address: ListenAddress;
  readonly tls: TlsFiles | null;
}

/** What the options say. @throws CliError for an address that is none, files that are missing, or an open door */
export async function listenSettings(io: CliIo, options: OptionValues): Promise<ListenSettings> {
  const { isLoopback, parseListenAddress } = await import('../rpc/endpoint.ts');
  const address = parseListenAddress(String(options.listen));
  if (address === null) {
    throw new CliError(EXIT.usage, `'${options.listen}' is no address`, 'for example 127.0.0.1:5050 or [::1]:0');
  }
  const tls = tlsFiles(io, options);
  if (tls === null && !isLoopback(address.host) && options.insecure !== true) {
    throw new CliError(
      EXIT.usage,
      `other machines could connect to ${address.host} and read along`,
      'add --tls-cert and --tls-key, or --insecure if that is meant',
    );
  }
  return { address, tls };
}

function tlsFiles(io: CliIo, options: OptionValues): TlsFiles | null {
  const { tlsCert, tlsKey, tlsClientCa } = options;
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CliError(EXIT.usage, 'TLS needs both --tls-cert and --tls-key');
  }
  const read = (file: unknown): string => {
    const text = io.files.read(String(file));
    if (text === null) throw new CliError(EXIT.invalid, `there is no file ${file}`);
    return text;
  };
  const own = { cert: read(tlsCert), key: read(tlsKey) };
  return tlsClientCa === undefined ? own : { ...own, clientCa: read(tlsClientCa) };
}
