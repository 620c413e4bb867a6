/** With which credentials a server of ours listens. */
import { createSecureContext } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { TlsFiles } from './endpoint.ts';

/** @throws Error that says why the files cannot be used */
export function serverCredentials(tls: TlsFiles | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const { cert, key, clientCa } = tls;
  // gRPC looks at them only when it listens.
  createSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) });
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  return ServerCredentials.createSsl(
    clientCa === undefined ? null : Buffer.from(clientCa),
    [pair],
    clientCa !== undefined,
  );
}
