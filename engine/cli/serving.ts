/** A command that serves until it is told to end. */
import type { RunningServer, ServedService } from '../rpc/serve.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { ListenSettings } from './tls-options.ts';

/**
 * Listens, says where (`WHAT listens on HOST:PORT`), and serves until `end` is called or there is an interruption; a
 * second one ends the process. `ended` of what was begun is called at the end, before calls in progress are waited for.
 * @param forOneRun nobody but the process that started this one is served (run-server.ts)
 * @throws CliError when the certificate or the address cannot be used
 */
export async function serveUntilEnd(
  io: CliIo,
  what: string,
  { address, tls }: ListenSettings,
  begin: (end: () => void) => { readonly services: readonly ServedService[]; ended?(): void },
  forOneRun = false,
): Promise<void> {
  const { addressText, serverCredentials } = await import('../rpc/endpoint.ts');
  const credentials = orCliError(EXIT.invalid, 'the certificate or its key cannot be used', () =>
    serverCredentials(tls),
  );
  const ended = new AbortController();
  const release = io.onInterrupt(() => {
    if (ended.signal.aborted) io.exit(EXIT.interrupted);
    ended.abort();
  });
  const served = begin(() => ended.abort());
  const listen = async (): Promise<RunningServer> => {
    if (forOneRun) return (await import('../rpc/run-server.ts')).serveRun(address, served.services);
    return (await import('../rpc/serve.ts')).serve(address, credentials, served.services);
  };
  try {
    const server = await listen().catch((error: Error) => {
      throw new CliError(EXIT.backend, `cannot listen on ${addressText(address)}: ${error.message}`);
    });
    io.stdout.write(`${what} listens on ${addressText(server.address)}\n`);
    if (!ended.signal.aborted) {
      await new Promise((resolve) => ended.signal.addEventListener('abort', resolve, { once: true }));
    }
    served.ended?.();
    await server.stop();
  } finally {
    served.ended?.();
    release();
  }
}

function orCliError<T>(code: typeof EXIT.invalid, what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CliError(code, `${what}: ${(error as Error).message}`);
  }
}
