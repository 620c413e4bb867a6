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
  settings: ListenSettings,
  begin: (end: () => void) => { readonly services: readonly ServedService[]; ended?(): void },
  forOneRun = false,
): Promise<void> {
  const { addressText } = await import('../rpc/endpoint.ts');
  const listen = await listener(settings, forOneRun);
  const ended = new AbortController();
  const release = io.onInterrupt(() => {
    if (ended.signal.aborted) io.exit(EXIT.interrupted);
    ended.abort();
  });
  const served = begin(() => ended.abort());
  try {
    const server = await listen(served.services).catch((error: Error) => {
      throw new CliError(EXIT.backend, `cannot listen on ${addressText(settings.address)}: ${error.message}`);
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

type Listen = (services: readonly ServedService[]) => Promise<RunningServer>;

/** Loads what listens: gRPC's own library only where others than a run are served. */
async function listener({ address, tls }: ListenSettings, forOneRun: boolean): Promise<Listen> {
  if (forOneRun) {
    const { serveRun } = await import('../rpc/run-server.ts');
    return (services) => serveRun(address, services);
  }
  const { serverCredentials } = await import('../rpc/server-credentials.ts');
  const { serve } = await import('../rpc/serve.ts');
  const credentials = orCliError(EXIT.invalid, 'the certificate or its key cannot be used', () =>
    serverCredentials(tls),
  );
  return (services) => serve(address, credentials, services);
}

function orCliError<T>(code: typeof EXIT.invalid, what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CliError(code, `${what}: ${(error as Error).message}`);
  }
}
