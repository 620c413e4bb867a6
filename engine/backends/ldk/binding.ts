/**
 * The one place that knows how the package `lightningdevkit` must be handled: loading it, freeing what it makes, and the
 * callbacks that must bypass its wrappers. Everything else in this folder uses its objects through a Binding.
 *
 * What is behind it: objects of the package are pointers into one WebAssembly memory, freed by a FinalizationRegistry that
 * runs between macrotasks only; a synchronous run would fill the memory before. So the registry is replaced while the package
 * loads: within scope() every object that is made is noted, and freed at its end. A panic of the Rust code, or a throw in a
 * callback, ruins the instance; so no callback here throws, and a backend has the package in a thread of its own.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Ldk from 'lightningdevkit';

export type { Ldk };
/** The version that this was written for; 0.1.2-0 takes 150 MB for every network graph. */
export const LDK_PACKAGE = 'lightningdevkit';
export const LDK_PACKAGE_VERSION = '0.1.0';

const INSTALL = `install it with: npm install ${LDK_PACKAGE}@${LDK_PACKAGE_VERSION}`;

/** Pointers instead of objects: the calls of `lightningdevkit/bindings.mjs` that are needed here. */
interface Raw {
  LDKLogger_new(impl: { log(record: bigint): void }): readonly [bigint, number];
  LDKPersist_new(impl: {
    persist_new_channel(outpoint: bigint, monitor: bigint): number;
    update_persisted_channel(outpoint: bigint, update: bigint, monitor: bigint): number;
    archive_persisted_channel(outpoint: bigint): void;
  }): readonly [bigint, number];
  Record_free(record: bigint): void;
  Record_get_level(record: bigint): number;
  Record_get_args(record: bigint): number;
  OutPoint_free(outpoint: bigint): void;
  OutPoint_get_txid(outpoint: bigint): number;
  OutPoint_get_index(outpoint: bigint): number;
  ChannelMonitorUpdate_free(update: bigint): void;
  ChannelMonitorUpdate_write(update: bigint): number;
  ChannelMonitor_free(monitor: bigint): void;
  ChannelMonitor_write(monitor: bigint): number;
  decodeUint8Array(pointer: number): Uint8Array;
  decodeString(pointer: number): string;
}

/** What all objects of the package have, though its types do not say so. */
interface Wrapper {
  ptr: bigint;
  ptrs_to: unknown[];
  instance_idx?: number;
  bindings_instance?: unknown;
}

/** The package is not installed. */
export class LdkMissing extends Error {}

/** A monitor as its node last persisted it; free it when a newer one comes. */
export class MonitorCopy {
  readonly #raw: Raw;
  readonly #pointer: bigint;

  constructor(raw: Raw, pointer: bigint) {
    this.#raw = raw;
    this.#pointer = pointer;
  }

  bytes(): Uint8Array {
    return this.#raw.decodeUint8Array(this.#raw.ChannelMonitor_write(this.#pointer));
  }

  free(): void {
    this.#raw.ChannelMonitor_free(this.#pointer);
  }
}

type Free = { readonly free: () => void; readonly registry: FinalizationRegistry<unknown> };

export class Binding {
  readonly ldk: typeof Ldk;
  readonly #raw: Raw;
  readonly #frees: WeakMap<object, Free>;
  readonly #arena: { now: object[] | null };

  constructor(ldk: typeof Ldk, raw: Raw, frees: WeakMap<object, Free>, arena: { now: object[] | null }) {
    this.ldk = ldk;
    this.#raw = raw;
    this.#frees = frees;
    this.#arena = arena;
  }

  /** Does something and frees every object of the package that was made meanwhile, but for those made in keep(). */
  scope<T>(work: () => T): T {
    if (this.#arena.now !== null) return work();
    const made: object[] = [];
    this.#arena.now = made;
    try {
      return work();
    } finally {
      this.#arena.now = null;
      for (let i = made.length - 1; i >= 0; i--) this.free(made[i]!);
    }
  }

  /** Makes objects that stay. */
  keep<T>(make: () => T): T {
    const made = this.#arena.now;
    this.#arena.now = null;
    try {
      return make();
    } finally {
      this.#arena.now = made;
    }
  }

  /** Frees an object now. Of no effect for one that is freed already or belongs to another object. */
  free(object: object): void {
    const entry = this.#frees.get(object);
    const wrapper = object as unknown as Wrapper;
    if (entry === undefined || wrapper.ptr === 0n || !entry.registry.unregister(object)) return;
    entry.free();
    wrapper.ptr = 0n;
    wrapper.ptrs_to.length = 0;
  }

  /** Forgets the objects that a long-lived object refers to besides its parent; it notes every argument of every call. */
  forget(object: object): void {
    (object as unknown as Wrapper).ptrs_to.length = 1;
  }

  /** A logger that hands on texts of one level and frees every record at once; there are some 200 of them in a payment. */
  logger(level: number, hear: (text: string) => void): Ldk.Logger {
    const raw = this.#raw;
    const impl = {
      log(record: bigint): void {
        if (raw.Record_get_level(record) === level) hear(raw.decodeString(raw.Record_get_args(record)));
        raw.Record_free(record);
      },
    };
    return this.#wrap(this.ldk.Logger, raw.LDKLogger_new(impl), impl);
  }

  /** Persistence that hands on each monitor as it is at every update, under its funding outpoint in hex, and the update as it is written. */
  persist(hear: (outpoint: string, monitor: MonitorCopy, update: () => Uint8Array | null) => void): Ldk.Persist {
    const raw = this.#raw;
    const done = this.ldk.ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed as unknown as number;
    const take = (outpoint: bigint, update: bigint, monitor: bigint): number => {
      const txid = raw.decodeUint8Array(raw.OutPoint_get_txid(outpoint));
      const written = (): Uint8Array | null =>
        update ? raw.decodeUint8Array(raw.ChannelMonitorUpdate_write(update)) : null;
      const name = `${Buffer.from(txid).toString('hex')}:${raw.OutPoint_get_index(outpoint)}`;
      hear(name, new MonitorCopy(raw, monitor), written);
      if (update) raw.ChannelMonitorUpdate_free(update);
      raw.OutPoint_free(outpoint);
      return done;
    };
    const impl = {
      persist_new_channel: (outpoint: bigint, monitor: bigint): number => take(outpoint, 0n, monitor),
      update_persisted_channel: take,
      archive_persisted_channel: (outpoint: bigint): void => raw.OutPoint_free(outpoint),
    };
    return this.#wrap(this.ldk.Persist, raw.LDKPersist_new(impl), impl);
  }

  /** The value of a result. @throws Error that names what LDK says */
  must<T>(result: { is_ok(): boolean }, what: string): T {
    if (result.is_ok()) return (result as unknown as { res: T }).res;
    throw new Error(`${what}: ${this.problem(result)}`);
  }

  /** What the error of a result says. */
  problem(result: object): string {
    const error = (result as { err?: unknown }).err;
    if (typeof error !== 'object' || error === null) return String(error);
    const { err, get_err } = error as { err?: unknown; get_err?: () => string };
    if (typeof get_err === 'function') return get_err.call(error);
    if (typeof err === 'string') return err;
    return error.constructor.name.replace(/^[A-Za-z0-9]*_/, '');
  }

  #wrap<T>(type: unknown, [pointer, index]: readonly [bigint, number], impl: object): T {
    const object = new (type as new (dummy: null, pointer: bigint) => Wrapper)(null, pointer);
    object.instance_idx = index;
    object.bindings_instance = impl;
    return object as T;
  }
}

let loaded: Promise<Binding> | null = null;

/** The package, loaded once in a thread. @throws LdkMissing */
export function loadBinding(): Promise<Binding> {
  loaded ??= load();
  return loaded;
}

/** Folder of the package as a file at `from` (URL or path) finds it. @throws LdkMissing */
export function packageFolder(from: string): string {
  let folder: string;
  try {
    folder = path.dirname(createRequire(from).resolve(LDK_PACKAGE));
  } catch {
    throw new LdkMissing(`E807 the package ${LDK_PACKAGE} is not installed; ${INSTALL}`);
  }
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  if (version !== LDK_PACKAGE_VERSION) {
    throw new LdkMissing(`E807 the package ${LDK_PACKAGE} is installed in version ${version}; ${INSTALL}`);
  }
  return folder;
}

async function load(): Promise<Binding> {
  const folder = packageFolder(import.meta.url);
  const frees = new WeakMap<object, Free>();
  const arena: { now: object[] | null } = { now: null };
  const Original = globalThis.FinalizationRegistry;
  // biome-ignore lint/suspicious/noConsole: it prints a line when it starts
  const print = console.log;
  globalThis.FinalizationRegistry = class extends Original<() => void> {
    override register(object: object, held: () => void, token?: object): void {
      arena.now?.push(object);
      frees.set(object, { free: held, registry: this });
      super.register(object, held, token);
    }
    override unregister(token: object): boolean {
      frees.delete(token);
      return super.unregister(token);
    }
  } as unknown as typeof FinalizationRegistry;
  console.log = () => {};
  try {
    const ldk = (await import(pathToFileURL(path.join(folder, 'index.mjs')).href)) as typeof Ldk;
    const raw = (await import(pathToFileURL(path.join(folder, 'bindings.mjs')).href)) as unknown as Raw;
    await ldk.initializeWasmFromBinary(new Uint8Array(readFileSync(path.join(folder, 'liblightningjs.wasm'))));
    return new Binding(ldk, raw, frees, arena);
  } finally {
    globalThis.FinalizationRegistry = Original;
    console.log = print;
  }
}
