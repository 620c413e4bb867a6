/** A process that uses what it is told to: each look at it finds one ms, one event of CPU and one KiB more. */
import type { CallFrame, CpuProfile, HeapNode, Meter, Usage } from '../../profile/meter.ts';

const frame = (functionName: string, url = '', lineNumber = -1): CallFrame => ({ functionName, url, lineNumber });

export class FakeMeter implements Meter {
  collections = 0;
  #looks = 0;
  #watch = { cpu: false, heap: false };

  usage(): Usage {
    const n = this.#looks++;
    return {
      wallMs: 10 + n,
      cpuMs: 5 + 2 * n,
      rssBytes: 40_000_000 + 1024 * n,
      heapBytes: 8_000_000 + 512 * n,
      bufferBytes: 256 * n,
    };
  }

  collect(): void {
    this.collections++;
  }

  async start(watch: { readonly cpu: boolean; readonly heap: boolean }): Promise<void> {
    this.#watch = watch;
  }

  async stop(): Promise<{ readonly cpu: CpuProfile | null; readonly heap: HeapNode | null }> {
    return { cpu: this.#watch.cpu ? CPU : null, heap: this.#watch.heap ? HEAP : null };
  }
}

/** 3 ms in find, called by pay; 1 ms in pay; 2 ms of waiting. */
export const CPU: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 4] },
    { id: 2, callFrame: frame('pay', 'file:///x/payments.js', 9), children: [3] },
    { id: 3, callFrame: frame('find', 'file:///x/path-finding.js', 119) },
    { id: 4, callFrame: frame('(idle)') },
  ],
  samples: [3, 2, 4, 3],
  timeDeltas: [1000, 1000, 2000, 2000],
};

/** 4,096 bytes allocated by pay, 1,024 of them in find. */
export const HEAP: HeapNode = {
  callFrame: frame('(root)'),
  selfSize: 0,
  children: [
    {
      callFrame: frame('pay', 'file:///x/payments.js', 9),
      selfSize: 3072,
      children: [{ callFrame: frame('find', 'file:///x/path-finding.js', 119), selfSize: 1024, children: [] }],
    },
  ],
};
