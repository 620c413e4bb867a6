/** The thread that hosts real nodes: answers what threadLink of ldk-backend.ts asks, one call at a time. */
import { parentPort } from 'node:worker_threads';
import type { LdkThreadAsks, LdkThreadSays } from './ldk-backend.ts';
import { LdkHost } from './ldk-host.ts';

/** Serves until the thread is ended. */
export function serveLdk(): void {
  let host: LdkHost | null = null;
  const answer = async (asks: LdkThreadAsks): Promise<LdkThreadSays> => {
    try {
      if ('timeline' in asks) {
        host = await LdkHost.start(asks.timeline, asks.from);
        return { answer: { value: null, happened: host.take() } };
      }
      return { answer: host!.call(asks.method, asks.args as never) };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  };
  parentPort?.on('message', async (asks: LdkThreadAsks) => {
    parentPort?.postMessage(await answer(asks));
  });
}
