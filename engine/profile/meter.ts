/** What a profile measures of the process that it is taken in: an interface that is handed in. */

/** What the process has used so far, or has now. Times in ms, memory in bytes. */
export interface Usage {
  readonly wallMs: number;
  /** CPU time of all threads, user and system. */
  readonly cpuMs: number;
  /** Memory of the process that is in RAM, whoever asked for it. */
  readonly rssBytes: number;
  /** Objects of the JavaScript heap, garbage included. */
  readonly heapBytes: number;
  /** Backing stores of typed arrays, which stand outside of that heap. */
  readonly bufferBytes: number;
}

/** A function as V8 knows it. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

/** Where the CPU was at each tick: nodes of the call tree and, in order of time, the node of each sample. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Time before each sample, µs. */
  readonly timeDeltas: readonly number[];
}

/** Who allocated what is in use: a call tree with the estimated bytes of each node itself. */
export interface HeapNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** Figures of the present process. */
export interface Meter {
  usage(): Usage;
  /** Gives back all memory that nobody needs, so that what is in use is what is needed. */
  collect(): void;
  /** Begins to watch; `cpu` and `heap` say what. */
  start(watch: { readonly cpu: boolean; readonly heap: boolean }): Promise<void>;
  /** Ends watching; null for what was not watched. */
  stop(): Promise<{ readonly cpu: CpuProfile | null; readonly heap: HeapNode | null }>;
}
