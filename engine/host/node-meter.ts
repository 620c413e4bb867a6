/** The present process as a profile measures it, with V8's own profilers. Loaded for `blast profile` alone. */
import { Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CpuProfile, HeapNode, Meter } from '../profile/meter.ts';

/** Time between two looks at the CPU, µs, and bytes between two looks at the heap. */
const CPU_INTERVAL_US = 500;
const HEAP_INTERVAL = 16_384;

export function nodeMeter(): Meter {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  let session: Session | null = null;
  const post = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      (session as Session).post(method, params, (error, result) => {
        if (error === null) resolve(result as T);
        else reject(error);
      });
    });
  let watched = { cpu: false, heap: false };
  return {
    usage: () => {
      const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const cpuMs = (user + system) / 1000;
      return { wallMs: performance.now(), cpuMs, rssBytes: rss, heapBytes: heapUsed, bufferBytes: arrayBuffers };
    },
    // Backing stores of arrays that the first collection finds dead are given back by the second one.
    collect: () => {
      gc();
      gc();
    },
    start: async (watch) => {
      watched = watch;
      session = new Session();
      session.connect();
      if (watch.cpu) {
        await post('Profiler.enable');
        await post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US });
        await post('Profiler.start');
      }
      if (watch.heap) await post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL });
    },
    stop: async () => {
      const cpu = watched.cpu ? (await post<{ profile: CpuProfile }>('Profiler.stop')).profile : null;
      const heap = watched.heap
        ? (await post<{ profile: { head: HeapNode } }>('HeapProfiler.stopSampling')).profile.head
        : null;
      session?.disconnect();
      session = null;
      return { cpu, heap };
    },
  };
}
