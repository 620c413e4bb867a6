/** Profiles of V8 in the format of pprof, which `go tool pprof` and its kin open. Not compressed, which they read as well. */
import { Line, Location, Function as PprofFunction, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { CallFrame, CpuProfile, HeapNode } from './meter.ts';

/** Nanoseconds in a microsecond. */
const NS = 1000;

/** CPU time by stack: how often it was seen there, and for how long. */
export function cpuPprof(profile: CpuProfile): Uint8Array {
  const stacks = new Stacks([
    ['samples', 'count'],
    ['cpu', 'nanoseconds'],
  ]);
  const parents = new Map<number, number>();
  const frames = new Map<number, CallFrame>();
  for (const { id, callFrame, children = [] } of profile.nodes) {
    frames.set(id, callFrame);
    for (const child of children) parents.set(child, id);
  }
  const spent = new Map<number, { count: number; us: number }>();
  profile.samples.forEach((node, i) => {
    const at = spent.get(node) ?? { count: 0, us: 0 };
    spent.set(node, at);
    at.count++;
    // The clock of the profiler may step back by a little between threads.
    at.us += Math.max(0, profile.timeDeltas[i] ?? 0);
  });
  for (const [node, { count, us }] of spent) {
    const stack: CallFrame[] = [];
    for (let at: number | undefined = node; at !== undefined; at = parents.get(at))
      stack.push(frames.get(at) as CallFrame);
    if (!isIdle(stack[0] as CallFrame)) stacks.add(stack, [count, us * NS]);
  }
  return stacks.encode();
}

/** Memory in use by the stack that allocated it. */
export function heapPprof(root: HeapNode): Uint8Array {
  const stacks = new Stacks([['inuse_space', 'bytes']]);
  const walk = (node: HeapNode, callers: readonly CallFrame[]): void => {
    const stack = [node.callFrame, ...callers];
    if (node.selfSize > 0) stacks.add(stack, [node.selfSize]);
    for (const child of node.children) walk(child, stack);
  };
  walk(root, []);
  return stacks.encode();
}

/** The functions in which the most CPU time was spent themselves, the most first; shares of all that was not idle. */
export function hottest(
  profile: CpuProfile,
  count: number,
): readonly { readonly name: string; readonly share: number }[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const spent = new Map<string, number>();
  let all = 0;
  profile.samples.forEach((node, i) => {
    const frame = frames.get(node) as CallFrame;
    if (isIdle(frame)) return;
    const us = Math.max(0, profile.timeDeltas[i] ?? 0);
    all += us;
    const name = placeOf(frame);
    spent.set(name, (spent.get(name) ?? 0) + us);
  });
  const most = [...spent].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, count);
  return most.map(([name, us]) => ({ name, share: all === 0 ? 0 : us / all }));
}

/** `find (path-finding.js:120)`. */
function placeOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  return `${name} (${url.split('/').pop()}:${lineNumber + 1})`;
}

/** What V8 calls time in which the process waited. */
function isIdle({ functionName, url }: CallFrame): boolean {
  return url === '' && functionName === '(idle)';
}

/** Gathers stacks with their values; functions and places stand once. */
class Stacks {
  readonly #strings = new StringTable();
  readonly #types: readonly ValueType[];
  readonly #functions: PprofFunction[] = [];
  readonly #locations: Location[] = [];
  readonly #ids = new Map<string, number>();
  readonly #samples: Sample[] = [];

  constructor(types: readonly (readonly [type: string, unit: string])[]) {
    this.#types = types.map(
      ([type, unit]) => new ValueType({ type: this.#strings.dedup(type), unit: this.#strings.dedup(unit) }),
    );
  }

  /** @param stack the innermost call first */
  add(stack: readonly CallFrame[], value: number[]): void {
    const locationId = stack
      .filter(({ functionName }) => functionName !== '(root)')
      .map((frame) => this.#location(frame));
    if (locationId.length > 0) this.#samples.push(new Sample({ locationId, value }));
  }

  encode(): Uint8Array {
    return new Profile({
      sampleType: [...this.#types],
      sample: this.#samples,
      location: this.#locations,
      function: this.#functions,
      stringTable: this.#strings,
    }).encode();
  }

  #location({ functionName, url, lineNumber }: CallFrame): number {
    const key = `${functionName}\n${url}\n${lineNumber}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#locations.length + 1;
    this.#ids.set(key, id);
    const name = this.#strings.dedup(functionName === '' ? '(anonymous)' : functionName);
    const filename = this.#strings.dedup(url);
    const line = lineNumber + 1;
    this.#functions.push(new PprofFunction({ id, name, systemName: name, filename, startLine: line }));
    this.#locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    return id;
  }
}
