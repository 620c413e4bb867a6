/** Files that exist in memory only, for tests. Paths use `/`. */
import { compareText } from '../../base/order.ts';
import type { Files, GrowingFile, Holding, PlacedFile, RewindableFile } from '../files.ts';

export class MemoryFiles implements Files {
  /** Contents by path. */
  readonly contents: Map<string, string> = new Map();
  readonly #folders: Set<string> = new Set(['', '/']);
  readonly #watches: Set<{ readonly paths: ReadonlySet<string>; readonly listener: () => void }> = new Set();

  constructor(contents: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(contents)) {
      this.makeFolder(parentOf(path));
      this.contents.set(path, text);
    }
  }

  read(path: string): string | null {
    return this.contents.get(path) ?? null;
  }

  bytes(path: string, limit: number): { readonly bytes: Uint8Array; readonly size: number } | null {
    const text = this.read(path);
    if (text === null) return null;
    const bytes = new TextEncoder().encode(text);
    return { bytes: bytes.subarray(0, limit), size: bytes.length };
  }

  /** There are no links in memory. */
  real(path: string): string | null {
    return this.kind(path) === 'none' ? null : `/${path.replace(/^\/+/, '')}`;
  }

  lines(path: string): Iterable<string> | null {
    const text = this.read(path);
    return text === null ? null : text.replace(/\n$/, '').split('\n');
  }

  open(path: string): RewindableFile {
    if (this.kind(parentOf(path)) !== 'folder') throw new Error(`no such folder: ${parentOf(path)}`);
    this.contents.set(path, '');
    return {
      write: (text) => {
        this.contents.set(path, (this.contents.get(path) ?? '') + text);
      },
      close: () => {},
      mark: () => (this.contents.get(path) ?? '').length,
      rewind: (mark) => {
        this.contents.set(path, (this.contents.get(path) ?? '').slice(0, mark));
      },
    };
  }

  grow(path: string): GrowingFile {
    const before = this.read(path);
    const file = this.open(path);
    if (before !== null) file.write(before);
    return { ...file, sync: () => {} };
  }

  place(path: string): PlacedFile | null {
    const text = this.read(path);
    if (text === null) return null;
    const bytes = new TextEncoder().encode(text);
    return {
      text: (offset, length) => new TextDecoder().decode(bytes.subarray(offset, offset + length)),
      close: () => {},
    };
  }

  hold(path: string): Holding {
    const by = this.contents.get(path);
    if (by !== undefined) return { by };
    this.append(path, 'process 1');
    return { by: null, release: () => this.remove(path) };
  }

  rename(from: string, to: string): void {
    const text = this.contents.get(from);
    if (text === undefined) throw new Error(`no such file: ${from}`);
    this.contents.delete(from);
    this.contents.set(to, text);
  }

  append(path: string, text: string): void {
    if (this.kind(parentOf(path)) !== 'folder') throw new Error(`no such folder: ${parentOf(path)}`);
    this.contents.set(path, (this.contents.get(path) ?? '') + text);
  }

  remove(path: string): void {
    this.contents.delete(path);
  }

  removeFolder(path: string): void {
    const inside = (entry: string): boolean => entry === path || entry.startsWith(`${path}/`);
    for (const file of [...this.contents.keys()]) if (inside(file)) this.contents.delete(file);
    for (const folder of [...this.#folders]) if (inside(folder)) this.#folders.delete(folder);
  }

  makeFolder(path: string): void {
    for (let folder = path; folder !== '' && folder !== '/'; folder = parentOf(folder)) this.#folders.add(folder);
  }

  kind(path: string): 'file' | 'folder' | 'none' {
    if (this.contents.has(path)) return 'file';
    return this.#folders.has(path) ? 'folder' : 'none';
  }

  list(path: string): readonly string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const names = new Set<string>();
    for (const entry of [...this.contents.keys(), ...this.#folders]) {
      if (entry.startsWith(prefix) && entry !== prefix) names.add(entry.slice(prefix.length).split('/')[0] as string);
    }
    return [...names].sort(compareText);
  }

  watch(paths: readonly string[], listener: () => void): () => void {
    const watch = { paths: new Set(paths), listener };
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  /** Files that somebody watches. */
  get watched(): readonly string[] {
    return [...this.#watches].flatMap(({ paths }) => [...paths]).sort(compareText);
  }

  /** Writes a file, or removes it, as another program would: those who watch it hear of it. */
  change(path: string, text: string | null): void {
    if (text === null) this.contents.delete(path);
    else this.contents.set(path, text);
    for (const { paths, listener } of [...this.#watches]) if (paths.has(path)) listener();
  }
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : at === 0 ? '/' : path.slice(0, at);
}
